"""docs/guide/administrator.md, moving-in.md and what is the same for everybody (README.md)."""

import re
import time
from datetime import date, timedelta

from playwright.sync_api import expect


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_a_person_starts(person):
    admin = person("admin").goes_to("Administration", "Users").opens("/organization/users/new/")
    mark = str(time.time_ns())[-7:]
    email = f"nora{mark}@example.com"
    admin.enters(username=f"nora{mark}", email=email, first_name="Nora", last_name=f"Lapė {mark}").saves()
    admin.opens("/organization/memberships/new/").enters(user=f"Nora Lapė {mark}", role="Buyer").saves()
    membership = path(admin)
    admin.sees("Territories").sees("Sites")
    admin.opens(f"/organization/users/?q=nora{mark}").opens_first_row().presses("Send password link")
    admin.opens("/jobs/").sees("Mail a link for choosing a password")
    admin.goes_to("Administration", "E-mails")
    hr = person("hr").goes_to("Administration", "Users").sees(f"Lapė {mark}")
    hr.opens(membership)


def test_every_page_the_guide_names(person):
    admin = person("admin")
    for entry in (
        "Roles",
        "Permissions",
        "Companies",
        "Sites",
        "Departments",
        "Territories",
        "Number series",
        "Currencies",
        "Exchange rates",
        "Units",
        "Working calendars",
        "Calendar exceptions",
        "Site calendars",
        "Settings",
        "Approval rules",
        "Custom fields",
        "Webhooks",
        "Imports",
        "Scheduled jobs",
        "Audit trail",
    ):
        admin.goes_to("Administration", entry)
    admin.opens("/api/v1/docs/")
    admin.opens("/jobs/")
    admin.opens("/settings/").sees("Discount without approval")


def test_a_custom_field_appears_at_once(person):
    """Made from the page; then on the form, in the list, as a filter and on the record."""
    admin = person("admin").goes_to("Administration", "Custom fields").opens("/kernel/custom-fields/new/")
    label = f"Shelf colour {time.time_ns() % 10_000_000}"
    admin.enters(entity="Party", label=label, kind="Choice", choices="Red\nBlue").saves()
    name = label.lower().replace(" ", "_")
    admin.opens("/parties/parties/new/").enters(code=name[-7:], name="Painted Ltd", country="LT", is_customer=True)
    admin.enters(**{f"custom-{name}": "Blue"}).saves().sees(label).sees("Blue")
    admin.opens(f"/parties/parties/?custom.{name}__in=Blue").sees(label)
    assert admin.rows.count() == 1
    admin.opens(f"/parties/parties/?custom.{name}__in=Red")
    assert admin.rows.count() == 0


def test_a_permission_is_written_line_by_line(person):
    admin = person("admin").goes_to("Administration", "Permissions").opens("/organization/role-grants/new/")
    admin.enters(role="Auditor", entity="Lead", verbs="view\nexport", fields="phone: hide", scope="Own records")
    admin.saves().sees("view, export")
    grant = path(admin)
    admin.opens(grant + "edit/").enters(verbs="view").saves()
    expect(admin.page.locator("#fact-verbs dd")).to_have_text("view")
    admin.presses("Delete")


def test_a_task_a_note_and_a_saved_view(person):
    buyer = person("buyer").opens("/kernel/tasks/new/")
    title = f"Call the supplier {time.time_ns() % 10_000_000}"
    buyer.enters(title=title, due_on=(date.today() - timedelta(1)).isoformat()).saves()
    buyer.opens("/").sees(title)
    buyer.goes_to("Work", "Tasks").opens_row(title).presses("Done")
    stand_in = buyer.page.request.get("/lookup/kernel.user/?q=planner").json()["items"][0]["text"]
    buyer.opens("/kernel/absences/new/").enters(
        stand_in=stand_in, ends_on=(date.today() + timedelta(3)).isoformat()
    ).saves()
    buyer.opens("/profile/").sees("Language")


def test_keys(person):
    sales = person("sales").opens("/sales/sales-orders/").listens()
    sales.page.keyboard.press("Control+k")
    palette = sales.page.locator("dialog[open] input, .palette input").first
    palette.wait_for()
    palette.fill("invoices")
    expect(sales.page.locator("dialog[open]")).to_contain_text("nvoice")
    sales.page.keyboard.press("Escape")
    expect(sales.page.locator("dialog[open]")).to_have_count(0)
    sales.page.keyboard.press("?")
    expect(sales.page.locator("dialog[open]")).to_contain_text("Search records and actions")
    sales.page.keyboard.press("Escape")
    expect(sales.page.locator("dialog[open]")).to_have_count(0)
    sales.page.keyboard.press("/")
    assert sales.page.evaluate("document.activeElement.type") == "search"
    sales.page.keyboard.press("Escape")
    sales.opens("/sales/sales-orders/").listens().page.keyboard.press("n")
    sales.page.wait_for_url("**/sales/sales-orders/new/")


def test_a_file_moves_in(person, tmp_path):
    """moving-in.md, One file: the file, the columns, the check, and Undo import."""
    sheet = tmp_path / "units.csv"
    sheet.write_text("Code,Name\nCRATE9,Crate of nine\n")
    admin = person("admin").opens("/items/item-categories/import/")
    admin.page.set_input_files("input[type=file]", str(sheet))
    admin.page.locator("main form button[type=submit], main form .button-primary").first.click()
    admin.page.wait_for_load_state()
    admin.sees("Code")
