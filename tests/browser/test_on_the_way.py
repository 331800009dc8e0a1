"""A sales person with a phone on a poor network: forms for visitors, drafts kept and sent once (CRM-20, CRM-02)."""

import re
import time

import pytest
from playwright.sync_api import Route, expect

from .conftest import PATIENCE_SECONDS
from .person import Person

SELLER = "sales"


@pytest.fixture
def phone(chromium, signed_in, site):
    """A phone of 360 pixels, with the service worker at work; its network can be switched off."""
    context = chromium.new_context(
        storage_state=signed_in(SELLER), base_url=site, viewport={"width": 360, "height": 740}, has_touch=True,
        is_mobile=True, reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    yield page
    context.set_offline(False)
    context.close()


def found(page, what: str, **filters) -> list[dict]:
    """Records as programs read them."""
    answer = page.request.get(f"/api/v1/crm/{what}/", params=filters)
    assert answer.ok, answer.text()
    return answer.json()["results"]


def own_lead(page) -> dict:
    """A lead this person holds; one of the pool is claimed when they hold none."""
    held = found(page, "leads", state__in="claimed,qualified", owner="me")
    if held:
        return held[0]
    free = found(page, "leads", state="open")[0]
    page.goto(f"/crm/leads/{free['id']}/")
    with page.expect_navigation():
        page.locator("[data-verb=claim]").click()
    return free


def opens_log(page, lead) -> None:
    page.goto(f"/crm/leads/{lead['id']}/")
    page.locator("[data-verb=log]").first.click()
    expect(page.locator("dialog[open] textarea[name=content]")).to_be_visible()


def waiting(page):
    return page.locator("[data-outbox]")


def goes_online(page) -> None:
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_a_follow_up_written_without_a_network_is_kept_and_sent_once(phone):
    said = f"Out of reach {time.time_ns()}"
    opens_log(phone, own_lead(phone))
    phone.context.set_offline(True)
    phone.fill("dialog textarea[name=content]", said)
    phone.locator("dialog [type=submit]").click()
    expect(phone.locator("#toasts")).to_contain_text("Kept on this device")
    expect(waiting(phone)).to_be_visible()
    waiting(phone).click()
    expect(phone.locator("dialog[open]")).to_contain_text(said)
    phone.locator("dialog [data-dialog-close]").first.click()
    assert found_later(phone, said) == 1


def found_later(page, said: str) -> int:
    """How many follow-ups say this once everything was sent."""
    goes_online(page)
    expect(waiting(page)).to_be_hidden()
    return len(found(page, "activities", content__contains=said))


def test_a_follow_up_whose_answer_was_lost_is_not_written_twice(phone):
    said, lost = f"Lost answer {time.time_ns()}", []

    def lose(route: Route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)  # the server did it; nobody hears of it
            return route.abort("connectionreset")
        return route.continue_()

    opens_log(phone, own_lead(phone))
    phone.context.route("**/do/log/", lose)
    phone.fill("dialog textarea[name=content]", said)
    phone.locator("dialog [type=submit]").click()
    expect(phone.locator("#toasts")).to_contain_text("Kept on this device")
    assert lost == [204]
    assert found_later(phone, said) == 1


def test_a_lead_entered_without_a_network_survives_the_pages_end(phone):
    name = f"Offline {time.time_ns()}"
    phone.goto("/crm/leads/new/")
    phone.goto("/crm/leads/")
    phone.context.set_offline(True)
    phone.goto("/crm/leads/new/")  # kept on the device
    fill_lead(phone, name)
    expect(phone.locator(".outbox-note")).to_be_visible()
    expect(phone.locator("input[name=name]")).to_have_value("")
    fill_lead(phone, f"{name} riders")
    expect(waiting(phone)).to_contain_text("2")
    phone.goto("/crm/leads/new/")
    expect(waiting(phone)).to_contain_text("2")
    phone.context.set_offline(False)
    phone.goto("/")
    there = [name, f"{name} riders"]
    until = time.monotonic() + PATIENCE_SECONDS
    while (made := sorted(x["name"] for x in found(phone, "leads", name__contains=name))) != there:
        assert time.monotonic() < until, made
        phone.wait_for_timeout(300)
    expect(waiting(phone)).to_be_hidden()


def fill_lead(page, name: str) -> None:
    page.fill("input[name=name]", name)
    if page.locator("select[name=source]").count():
        page.select_option("select[name=source]", "own")
    page.locator(".form-verbs .button-primary").click()


def test_a_lead_whose_answer_was_lost_is_made_once(phone):
    name, lost = f"Lost lead {time.time_ns()}", []

    def lose(route: Route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            return route.abort("connectionreset")
        return route.continue_()

    phone.context.route("**/crm/leads/new/", lose)
    phone.goto("/crm/leads/new/")
    fill_lead(phone, name)
    expect(phone.locator(".outbox-note")).to_be_visible()
    assert lost == [204]
    goes_online(phone)
    expect(waiting(phone)).to_be_hidden()
    assert len(found(phone, "leads", name=name)) == 1


def test_what_the_server_refuses_stays_and_is_put_right(phone):
    name = f"Twice {time.time_ns()}"
    phone.goto("/crm/leads/new/")
    fill_lead(phone, name)
    expect(phone).to_have_url(re.compile(r"/crm/leads/[0-9a-f-]{36}/"))
    phone.goto("/crm/leads/new/")
    phone.context.set_offline(True)
    fill_lead(phone, name)
    expect(phone.locator(".outbox-note")).to_be_visible()
    goes_online(phone)
    expect(phone.locator("#toasts")).to_contain_text("Not sent")
    waiting(phone).click()
    entry = phone.locator(".outbox-entry")
    expect(entry).to_contain_text("already has this")
    entry.get_by_label("Company name").fill(f"{name} Baltics")
    entry.get_by_role("button", name="Send again").click()
    expect(waiting(phone)).to_be_hidden()
    assert len(found(phone, "leads", name__contains=name)) == 2


# -- three taps -------------------------------------------------------------------------------------------------------


def test_claim_log_search_and_approve_take_three_taps(phone, chromium, signed_in, site):
    phone.goto("/")
    taps = Taps(phone)
    taps.tap(phone.locator(".quick a", has_text="Claim"))
    taps.tap(phone.locator("table a, .table-block a").filter(has_text=re.compile("LD")).first)
    with phone.expect_navigation():
        taps.tap(phone.locator("[data-verb=claim]"))
    expect(phone.locator("#heading")).to_contain_text("Claimed")
    phone.goto("/")
    taps = Taps(phone)
    taps.tap(phone.locator(".quick a", has_text="Follow up"))
    expect(phone.locator("textarea[name=content]")).to_be_visible()
    phone.goto("/")
    taps = Taps(phone)
    taps.tap(phone.locator(".phone-bar [data-palette]"))
    expect(phone.locator("dialog[open] input, .palette input").first).to_be_focused()
    something_waits_for_the_manager(phone)
    manager = chromium.new_context(
        storage_state=signed_in("sales_manager"), base_url=site, viewport={"width": 360, "height": 740}, has_touch=True
    )
    page = manager.new_page()
    page.goto("/")
    taps = Taps(page)
    taps.tap(page.locator(".phone-bar a", has_text="Inbox"))
    cards = page.locator(".approval-verbs")
    expect(cards.first).to_be_visible()
    waiting_before = cards.count()
    taps.tap(cards.get_by_role("button", name="Approve").first)
    if page.locator("dialog[open] [type=submit]").count():
        taps.tap(page.locator("dialog[open] [type=submit]"))
    expect(cards).to_have_count(waiting_before - 1)
    manager.close()


def something_waits_for_the_manager(page) -> None:
    """An offer with a discount above what a representative may give."""
    seller = Person(page)
    item = seller.first("items/items", make_or_buy="make", category__code="FG")
    lines = [{"item": item["id"], "quantity": 1, "discount_pct": 35}]
    offer = seller.sends("sales/quotations", {"party": seller.has_a_customer()["id"], "lines": lines})
    seller.sends(f"sales/quotations/{offer['id']}/do/send", {}, status=202)


class Taps:
    """Counts taps; each has to be on something a thumb can hit without scrolling sideways."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def tap(self, what) -> None:
        self.count += 1
        assert self.count <= 3
        what.scroll_into_view_if_needed()
        box = what.bounding_box()
        assert box["x"] >= 0, box
        assert box["x"] + box["width"] <= 361, box
        what.click()


# -- visitors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
def test_a_visitor_fills_in_the_form(chromium, site, signed_in, width):
    context = chromium.new_context(base_url=site, viewport={"width": width, "height": 844}, locale="lt-LT")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" and "422" not in m.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/f/{FORM}/")
    expect(page.locator("h1")).to_have_text("Tapkite atstovu")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    name = f"Dviratis {time.time_ns()}"
    page.fill("[name=name]", name)
    page.fill("[name=contact_name]", "Ona")
    page.fill("[name=email]", "not a mail")
    page.check("[name=consent]")
    solved(page)
    page.locator("button[type=submit]").click()
    expect(page.locator("#f_email_error")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value(name)
    page.fill("[name=email]", f"ona{time.time_ns()}@example.lt")
    page.check("[name=consent]")
    solved(page)
    page.locator("button[type=submit]").click()
    expect(page.locator(".thanks")).to_contain_text("Paskambinsime")
    assert not complaints
    context.close()
    manager = chromium.new_context(storage_state=signed_in("sales_manager"), base_url=site)
    assert len(found(manager.new_page(), "leads", name=name)) == 1
    manager.close()


def solved(page) -> None:
    """Wait until the check is done; it begins by itself when somebody writes."""
    expect(page.locator("altcha-widget [name=altcha], input[name=altcha]").first).not_to_have_value("")


FORM = "dealers-msb"
