"""A customer's page, what to offer, and charts that draw themselves anew when somebody else changes something."""

import json
from datetime import date, timedelta

from playwright.sync_api import expect

CHART = "/crm/opportunities/chart/?measure=count&dimension=state&drawn=bar"


def props(page, n: int = 0) -> dict:
    """What a chart of the page draws."""
    return json.loads(page.locator(".chart script.props").nth(n).text_content())


def total(page) -> int:
    return sum(value or 0 for one in props(page)["series"] for value in one["values"])


def test_a_chart_follows_what_another_person_does_within_seconds(person):
    """CRM-18."""
    manager = person("sales_manager").opens(CHART)
    before = total(manager.page)
    manager.page.wait_for_event("response", predicate=lambda r: "/live/changes/" in r.url and r.status == 200)
    seller = person("sales")
    customer = seller.first("parties/parties", is_customer="true")
    seller.opens(f"/crm/opportunities/new/?party={customer['id']}").enters(name="Forty bicycles", amount="4000").saves()
    expect(manager.page.locator(".chart")).to_be_visible()
    manager.page.wait_for_function(
        """before => {
            const drawn = JSON.parse(document.querySelector(".chart script.props").textContent);
            return drawn.series.flatMap(s => s.values).reduce((sum, v) => sum + (v ?? 0), 0) === before + 1;
        }""",
        arg=before,
        timeout=10_000,
    )
    assert not manager.complaints


def test_a_forecast_follows_a_deal_another_person_moves_within_seconds(person):
    """CRM-08: no page is loaded anew."""
    manager = person("sales_manager").opens("/crm/forecast/")
    weighted = manager.page.locator("#figures .group-row").first.locator("td").nth(3)
    before = weighted.inner_text() if weighted.count() else ""
    manager.page.wait_for_event("response", predicate=lambda r: "/live/changes/" in r.url and r.status == 200)
    seller = person("sales")
    seller.sends(
        "crm/opportunities",
        {"name": "Seventy bicycles", "party": seller.has_a_customer()["id"], "amount": "70000", "probability": "90",
         "expected_close_on": (date.today() + timedelta(30)).isoformat()},
    )  # fmt: skip
    expect(weighted).not_to_have_text(before, timeout=10_000)
    assert not manager.complaints


def test_every_mark_opens_exactly_what_it_counts(person):
    """CRM-18: for two people who see different records."""
    for name in ("sales_manager", "sales"):
        somebody = person(name).opens(CHART)
        drawn = props(somebody.page)["series"]
        assert drawn, name
        for one in drawn:
            for value, href in zip(one["values"], one["hrefs"], strict=True):
                if value:
                    answer = somebody.page.request.get(href)
                    assert f'data-count="{value}"' in answer.text(), (name, href)


def test_charts_of_customers_lead_to_customers_in_sight(person):
    """CRM-18: counts on the page of charts."""
    somebody = person("sales").goes_to("Customers", "Customers in charts")
    for n in range(somebody.page.locator(".chart script.props").count()):
        drawn = props(somebody.page, n)
        if drawn["y"]["unit"]:
            continue
        for one in drawn["series"]:
            for value, href in zip(one["values"], one["hrefs"], strict=True):
                if value:
                    assert f'data-count="{value}"' in somebody.page.request.get(href).text(), href
    assert not somebody.complaints


def test_the_page_of_a_customer_shows_everything_and_what_to_do(person):
    """CRM-01, U3: by keyboard and on a phone too."""
    seller = person("sales_manager")
    found = seller.first("analytics/customer-insights", order="-orders")
    seller.opens(f"/parties/parties/{found['party']['id'] if isinstance(found['party'], dict) else found['party']}/")
    feed = seller.page.locator("#customer-feed")
    expect(feed.locator(".feed-item").first).to_be_visible()
    chip = feed.locator(".chip", has_text="Sales orders")
    chip.focus()
    seller.page.keyboard.press("Enter")
    expect(seller.page.locator("#customer-feed .feed-item").first).to_have_attribute("data-kind", "orders")
    kinds = seller.page.locator("#customer-feed .feed-item").evaluate_all("all => all.map(e => e.dataset.kind)")
    assert set(kinds) == {"orders"}
    expect(seller.page.locator(".customer-numbers .number").first).to_contain_text("Segment")
    seller.page.set_viewport_size({"width": 390, "height": 844})
    assert seller.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not seller.complaints


def test_a_suggestion_becomes_a_line_by_one_click(person):
    """CRM-17."""
    seller = person("sales_manager")
    rule = seller.first("analytics/bought-togethers")
    item = rule["item"]["id"] if isinstance(rule["item"], dict) else rule["item"]
    customer = seller.has_a_customer()
    offer = seller.sends("sales/quotations", {"party": customer["id"], "lines": [{"item": item, "quantity": 1}]})
    seller.opens(f"/sales/quotations/{offer['id']}/")
    seller.page.locator(".suggestions button").first.click()
    seller.page.wait_for_load_state()
    expect(seller.page.locator("[data-island=grid] tbody tr")).to_have_count(3)  # two lines and the empty one
    assert not seller.complaints
