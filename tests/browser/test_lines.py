"""The line grid takes rows of a spreadsheet, on a new form and on a saved document."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def codes(person) -> list[str]:
    rows = person("sales").page.request.get("/api/v1/items/items/?category__code=FG&size=3").json()["results"]
    return [row["code"] for row in rows]


def paste(page, row: int, column: int, text: str) -> None:
    """Choose a cell and paste, as Ctrl-V brings it from a spreadsheet."""
    cell = page.locator("table.lines tbody tr").nth(row).locator("td").nth(column)
    cell.click()
    cell.evaluate(
        """(cell, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_rows_of_a_spreadsheet_become_lines(person, codes):
    sales = person("sales")
    customer = sales.first("parties/parties", is_customer="true")
    sales.opens("/sales/quotations/new/").enters(party=customer["name"])
    page = sales.page
    paste(page, 0, 0, "".join(f"{code}\t{n}\r\n" for n, code in enumerate([*codes, "NO-SUCH-ITEM"], 2)))
    rows = page.locator("table.lines tbody tr")
    wrong = rows.nth(len(codes)).locator("td").first
    expect(wrong).to_have_class(re.compile("has-error"))
    wrong.click()
    expect(page.locator(".grid-status")).to_contain_text("“NO-SUCH-ITEM” does not exist")
    for n, code in enumerate(codes):
        expect(rows.nth(n).locator("td").first).to_have_text(re.compile(f"^{re.escape(code)} "))
    page.keyboard.press("Control+Delete")
    expect(page.locator(".grid-bar .tab-count")).to_have_text(str(len(codes)))
    sales.saves()
    expect(page.locator("table.lines tbody tr:not(.is-blank)")).to_have_count(len(codes))

    # The saved document takes them as well, the way the grid itself writes them.
    text = rows.nth(0).locator("td").first.inner_text()
    paste(page, len(codes), 0, f"{text}\t7")
    with page.expect_response(re.compile("/lines/")) as said:
        page.wait_for_timeout(50)
    assert said.value.ok
    expect(rows.nth(len(codes)).locator("td").nth(1)).to_have_text("7")
    page.reload()
    expect(page.locator("table.lines tbody tr:not(.is-blank)")).to_have_count(len(codes) + 1)


def test_what_counts_is_seen_without_scrolling(person):
    """At the desk a record shows item, quantity, price, net and promised date of its lines at once."""
    page = person("sales").opens("/sales/sales-orders/?state=confirmed&order=-total").opens_first_row().page
    grid = page.locator(".lines-scroll").bounding_box()
    for head in ("Item", "Quantity", "Price", "Net", "Promised on"):
        box = page.locator("table.lines thead th", has_text=re.compile(rf"^{head}")).first.bounding_box()
        assert box["x"] + box["width"] <= grid["x"] + grid["width"] + 1, head
