"""docs/guide/administrator.md, moving-in.md and what is the same for everybody (README.md)."""

import re
from datetime import date, timedelta


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_a_person_starts(person):
    admin = person("admin").goes_to("Administration", "Users").opens("/organization/users/new/")
    admin.enters(username="nora", email="nora@example.com", first_name="Nora", last_name="Lapė").saves()
    admin.opens("/organization/memberships/new/").enters(user="nora", role="Buyer").saves()
    membership = path(admin)
    assert admin.verb("Add site").is_visible() and admin.verb("Add territory").is_visible()
    admin.opens("/organization/users/?q=nora").opens_first_row().presses("Send password link")
    admin.goes_to("Administration", "E-mails").sees("nora@example.com")
    hr = person("hr").goes_to("Administration", "Users").sees("Lapė")
    hr.opens(membership)


def test_every_page_the_guide_names(person):
    admin = person("admin")
    for entry in ("Roles", "Permissions", "Companies", "Sites", "Departments", "Territories", "Number series", "Currencies",
                  "Exchange rates", "Units", "Working calendars", "Calendar exceptions", "Site calendars", "Settings",
                  "Approval rules", "Custom fields", "Webhooks", "Imports", "Scheduled jobs", "Audit trail"):  # fmt: skip
        admin.goes_to("Administration", entry)
    admin.opens("/api/v1/docs/")
    admin.opens("/jobs/")
    admin.opens("/settings/").sees("Discount without approval")


def test_a_custom_field_appears_at_once(person):
    admin = person("admin").opens("/kernel/custom-fields/new/")
    admin.enters(entity="parties.party", label="Shelf colour", kind="Text").saves()
    admin.opens("/parties/parties/new/").sees("Shelf colour")


def test_a_task_a_note_and_a_saved_view(person):
    buyer = person("buyer").opens("/kernel/tasks/new/")
    buyer.enters(title="Call the supplier", assignee="buyer", due_on=(date.today() - timedelta(1)).isoformat()).saves()
    buyer.opens("/").sees("Call the supplier")
    buyer.goes_to("Work", "Tasks").opens_row("Call the supplier").presses("Done")
    buyer.opens("/kernel/absences/new/").enters(stand_in="planner", starts_on=date.today().isoformat(),
                                              ends_on=date.today().isoformat()).saves()  # fmt: skip
    buyer.opens("/profile/").sees("Language")


def test_keys(person):
    sales = person("sales").opens("/sales/sales-orders/")
    sales.page.keyboard.press("Control+k")
    palette = sales.page.locator("dialog[open] input, .palette input").first
    palette.wait_for()
    palette.fill("invoices")
    sales.page.wait_for_timeout(500)
    assert sales.page.locator("dialog[open]").inner_text().count("nvoice")
    sales.page.keyboard.press("Escape")
    sales.page.keyboard.press("?")
    sales.page.wait_for_timeout(300)
    assert sales.page.locator("dialog[open]").count()
    sales.page.keyboard.press("Escape")
    sales.page.keyboard.press("/")
    assert sales.page.evaluate("document.activeElement.type") == "search"
    sales.page.keyboard.press("Escape")
    sales.opens("/sales/sales-orders/").page.keyboard.press("n")
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
