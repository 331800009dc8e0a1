"""Lists as people use them: filters, columns, own views, cells, selections; figures that open what they count."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

ORDERS = "/sales/sales-orders/"


def heads(page) -> list[str]:
    return page.locator("#table thead th[data-column]").all_inner_texts()


def count_of(page, address: str) -> int:
    """How many records the list of an address holds."""
    answer = page.request.get(address)
    assert answer.status == 200, address
    found = re.search(r'data-count="(\d*)"', answer.text())
    return int(found[1] or 0)


def test_what_stands_over_a_list_follows_its_filters(person):
    page = person("sales").opens(ORDERS).page
    page.locator("[popovertarget=filter-state]").click()
    page.locator("#filter-state").get_by_label("Confirmed", exact=True).check()
    said = page.locator(".chip.is-active .chip-button strong")
    expect(said).to_have_text("Confirmed")
    page.locator("#filter-state").get_by_label("Closed", exact=True).check()
    expect(said).to_have_text("Confirmed, Closed")
    page.keyboard.press("Escape")
    assert set(page.locator("#table .state").all_inner_texts()) <= {"Confirmed", "Closed"}
    page.locator("#table thead a", has_text="Customer").click()
    expect(page.locator("#table th[data-column=party]")).to_have_attribute("aria-sort", "ascending")
    page.locator("[data-filters] [name=q]").fill("a")
    page.wait_for_url(re.compile("q=a"))
    expect(page.locator("#table th[data-column=party]")).to_have_attribute("aria-sort", "ascending")
    for address in (
        page.locator("#more-verbs a", has_text="Export").get_attribute("href"),
        page.locator(".mode[aria-label=Board]").get_attribute("href"),
        page.locator(".tab-add").get_attribute("hx-get"),
    ):
        assert re.search("state__in=confirmed.*q=a|q=a.*state__in=confirmed", address), address
    page.locator(".chip-remove").click()
    expect(page.locator(".chip.is-active")).to_have_count(0)


def test_columns_are_taken_away_and_brought_back(person):
    page = person("sales_manager").opens(ORDERS).page
    before = heads(page)
    page.locator("[data-columns]").click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("checkbox", name="Delivery", exact=True).uncheck()
    dialog.get_by_role("checkbox", name="Customer's reference").check()
    dialog.get_by_role("button", name="Save columns").click()
    expect(page.locator("#table th[data-column=reference]")).to_be_visible()
    assert [h for h in before if h != "Delivery"] == heads(page)[:-1]
    page.locator("[data-columns]").click()
    dialog.get_by_role("button", name="Usual columns").click()
    expect(page.locator("#table th[data-column=delivery_status]")).to_be_visible()
    assert heads(page) == before


def test_a_view_is_kept_for_oneself_or_for_all(person):
    manager = person("admin").opens("/parties/parties/?is_customer=true&order=-name")
    page = manager.page
    for name, shared in (("Mine alone", False), ("For everybody", True)):
        page.locator(".tab-add").click()
        dialog = page.locator("#dialog")
        dialog.get_by_label("Name").fill(name)
        if shared:
            dialog.get_by_label("Everyone in the company sees it").check()
        dialog.get_by_role("button", name="Save view").click()
        expect(page.locator(".tab[aria-current]")).to_have_text(name)
    assert "is_customer=true" in page.url
    others = person("buyer").opens("/parties/parties/").page
    expect(others.locator(".tabs .tab", has_text="For everybody")).to_be_visible()
    expect(others.locator(".tabs .tab", has_text="Mine alone")).to_have_count(0)
    others.locator(".tabs .tab", has_text="For everybody").click()
    expect(others.locator(".chip.is-active", has_text="Customer")).to_be_visible()
    for name in ("For everybody", "Mine alone"):
        page.locator(".tabs .tab", has_text=name).click()
        page.locator(".tab-add").click()
        page.once("dialog", lambda box: box.accept())
        page.locator("#dialog").get_by_role("button", name="Delete this view").click()
        expect(page.locator(".tabs .tab", has_text=name)).to_have_count(0)


def test_a_cell_is_changed_where_it_stands(person):
    page = person("sales_manager").opens("/crm/opportunities/?state=open").page
    column = heads(page).index("Probability") + 1
    cell = page.locator("#table tbody tr").first.locator("th, td").nth(column)
    cell.dblclick()
    cell.locator("input:not([type=hidden])").fill("much")
    cell.locator("input:not([type=hidden])").press("Enter")
    expect(cell.locator(".field-error")).to_contain_text("much")
    cell.locator("input:not([type=hidden])").fill("35")
    cell.locator("input:not([type=hidden])").press("Enter")
    expect(cell).to_have_text(re.compile(r"^\s*35\s*%\s*$"))
    cell.dblclick()
    cell.locator("input:not([type=hidden])").press("Escape")
    expect(cell).to_have_text(re.compile(r"^\s*35\s*%\s*$"))


def test_a_verb_for_a_selection(person):
    """Two leads of the pool are claimed at once; each that cannot be is named with the reason."""
    sales = person("sales")
    mark = str(time.time_ns())[-7:]
    for n in (1, 2):
        sales.opens("/crm/leads/new/").enters(
            name=f"Riders {n} {mark}",
            contact_name="Ona",
            phone=f"+3706{int(mark) // 10:06}{n}",
            email=f"ona{n}@r{mark}.example",
        ).saves()
    page = sales.opens(f"/crm/leads/?state=open&q={mark}").page
    rows = page.locator("#table tbody tr")
    names = rows.locator("th").all_inner_texts()
    assert len(names) == 2
    rows.nth(0).locator("input[name=id]").check()
    rows.nth(1).locator("input[name=id]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.locator("[data-bulk] button", has_text="Claim").click()
    page.locator("#dialog").get_by_role("button", name="Claim").click()
    expect(page.locator("#dialog [role=status]")).to_contain_text("of 2 done")
    refused = page.locator("#dialog .refusals li").all_inner_texts()
    page.locator("#dialog").get_by_role("button", name="Close").last.click()
    for name in names:
        if not any(name in text for text in refused):
            expect(page.locator("#table tbody th", has_text=name)).to_have_count(0)


PIVOTS = (
    "/sales/sales-orders/pivot/?rows=state&columns=ordered_on:month&measures=count",
    "/sales/sales-orders/pivot/?rows=party,delivery_status&columns=&measures=count&state__in=confirmed,closed",
    "/accounting/invoices/pivot/?rows=kind&columns=invoice_on:week&measures=count",
    "/sales/sales-orders/pivot/?rows=ordered_on:year,ordered_on:week&measures=count&ordered_on__gte={middle}",
    "/purchasing/receipts/pivot/?rows=supplier&columns=state&measures=count",
)


@pytest.mark.parametrize("address", PIVOTS)
def test_each_figure_of_a_pivot_opens_what_it_counts(person, address):
    reader = person("reader_en")
    page = reader.page
    newest = reader.first("sales/sales-orders", order="-ordered_on", ordered_on__empty="0")["ordered_on"]
    answer = page.request.get(address.format(middle=newest), headers={"Accept": "application/json"}).json()
    cells = [cell for row in answer["body"] for cell in row["cells"]] + answer["foot"]
    counted = [cell for cell in cells if cell["text"]]
    assert counted
    for cell in counted[:14] + counted[-3:]:
        assert count_of(page, cell["href"]) == int(cell["text"].replace(",", "")), cell["href"]
    for row in answer["body"][:4]:
        total = [int(c["text"].replace(",", "")) for c in row["cells"] if c["text"]]
        assert count_of(page, row["href"]) == total[-1], row["href"]


def test_a_mark_of_a_chart_opens_what_it_counts(person):
    page = person("reader_en").opens("/sales/sales-orders/chart/?dimension=state&measure=count&state__ne=draft").page
    props = json.loads(page.locator("[data-island=chart] script.props").inner_text())
    series = props["series"][0]
    for value, href in zip(series["values"], series["hrefs"], strict=True):
        assert count_of(page, href) == value, href
    page.wait_for_selector("[data-island=chart].is-mounted")
    mark = page.locator("[data-island=chart] svg path[fill]:not([fill=none]):not([fill=transparent])").last
    mark.click(force=True)
    page.wait_for_url(re.compile(r"/sales/sales-orders/\?.*state="))
    expect(page.locator("#table")).to_be_visible()
