"""Cards are dragged to do what their state needs, and events to other days; what is refused goes back."""

import re
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import Error, expect


def drag(page, card, column) -> None:
    """Drag a card into a column as a hand does: press, move in steps, let go; until the move was answered.

    A board may be drawn anew while the hand reaches for a card; then it reaches again.
    """
    for attempt in range(3):
        page.wait_for_selector("[data-island=kanban].is-mounted")
        try:
            with page.expect_response(re.compile("(?<!/do)/move/$"), timeout=5000):
                _carry(page, card, column)
            return
        except Error:
            if attempt == 2:
                raise


def _carry(page, card, column) -> None:
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), column.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 30, steps=8)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 34, steps=2)
    page.mouse.up()


def column(page, label: str):
    return page.locator(f'.board-column[aria-label="{label}"] .board-cards')


@pytest.fixture
def opportunity(person):
    """Address and name of an opportunity that begins."""
    sales = person("sales")
    name = f"Fleet {time.time_ns() % 10_000_000}"
    customer = sales.first("parties/parties", is_customer="true")
    sales.opens("/crm/opportunities/new/").enters(name=name, party=customer["name"], amount="4000").saves()
    return re.sub(r"https?://[^/]+", "", sales.page.url), name


def test_a_card_is_dragged_and_asks_only_for_what_it_needs(person, opportunity):
    where, name = opportunity
    sales = person("sales").opens(f"/crm/opportunities/board/?q={name.split()[1]}")
    page = sales.page
    page.wait_for_selector("[data-island=kanban].is-mounted")
    card = page.locator(".board-card", has_text=name)
    drag(page, card, column(page, "Proposal"))
    dialog = page.locator("#dialog form")
    expect(dialog).to_be_visible()
    asked = [one.get_attribute("data-field") for one in dialog.locator("[data-field]").all()]
    assert asked == ["expected_close_on"], "what the stage needs and the deal lacks"
    page.locator("#dialog").get_by_role("button", name="Cancel").click()
    expect(column(page, "Qualification").locator(".board-card", has_text=name)).to_be_visible()
    drag(page, card, column(page, "Proposal"))
    dialog.locator("[name=expected_close_on]").fill((date.today() + timedelta(40)).isoformat())
    with page.expect_response(re.compile("/do/move/$")):
        dialog.locator("[type=submit]").click()
    expect(column(page, "Proposal").locator(".board-card", has_text=name)).to_be_visible()
    settled = page.locator(".board-card:not(.is-busy, [data-locked])", has_text=name)
    expect(settled).to_be_visible()
    drag(page, settled, column(page, "Need analysis"))
    expect(column(page, "Need analysis").locator(settled)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Move on")
    sales.opens(where)
    expect(page.locator(".workflow [aria-current=step]")).to_contain_text("Need analysis")


def test_a_move_that_is_not_allowed_goes_back_and_says_why(person):
    sales = person("sales_manager").opens("/crm/opportunities/board/")
    page = sales.page
    page.wait_for_selector("[data-island=kanban].is-mounted")
    card = column(page, "Won").locator(".board-card").first
    name = card.locator(".board-title").inner_text()
    drag(page, card, column(page, "Proposal"))
    expect(page.locator("#toasts")).to_contain_text("needs it to be Open")
    expect(column(page, "Won").locator(".board-card", has_text=name).first).to_be_visible()
    assert all("409" in said for said in sales.complaints)
    sales.complaints.clear()


def test_what_takes_something_away_asks_first(person, opportunity):
    _where, name = opportunity
    page = person("sales").opens(f"/crm/opportunities/board/?q={name.split()[1]}").page
    page.wait_for_selector("[data-island=kanban].is-mounted")
    drag(page, page.locator(".board-card", has_text=name), column(page, "Lost"))
    expect(page.locator("#dialog form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(column(page, "Qualification").locator(".board-card", has_text=name)).to_be_visible()


def test_a_lead_is_claimed_by_dragging_and_by_keys(person):
    sales = person("sales")
    mark = str(time.time_ns())[-7:]
    sales.opens("/crm/leads/new/").enters(name=f"Rentals {mark}", contact_name="Ona", phone=f"+3706{mark}",
                                          email=f"ona@r{mark}.example").saves()  # fmt: skip
    assert sales.state == "In the pool"
    page = sales.opens(f"/crm/leads/board/?q={mark}").page
    page.wait_for_selector("[data-island=kanban].is-mounted")
    page.locator(".board-card", has_text=mark).focus()
    page.keyboard.press("Control+ArrowRight")
    expect(column(page, "Claimed").locator(".board-card", has_text=mark)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Claim")


def test_a_day_of_the_calendar_moves_and_begins_a_record(person, opportunity):
    where, name = opportunity
    sales = person("sales")
    closes = date.today().replace(day=12).isoformat()
    sales.page.goto(where)
    sales.opens(where + "edit/").enters(expected_close_on=closes).saves()
    page = sales.opens(f"/crm/opportunities/calendar/?q={name.split()[1]}").page
    event = page.locator(".ec-event", has_text=name)
    expect(event).to_be_visible()
    days = page.locator(".ec-day:not(.ec-other-month)")
    target = days.nth(18)
    with page.expect_response(re.compile("/reschedule/")) as said:
        _carry(page, event, target)
    assert said.value.ok
    expect(event).to_be_visible()
    moved = sales.first("crm/opportunities", q=name.split()[1])["expected_close_on"]
    assert moved != closes
    days.nth(3).click(position={"x": 60, "y": 60})
    page.wait_for_url(re.compile(r"/crm/opportunities/new/\?expected_close_on="))
    expect(page.locator("[name=expected_close_on]")).to_have_value(re.compile(r"\d{4}-\d\d-04"))
