"""docs/guide/sales.md, walked by those who sell."""

import re
import time
from datetime import date, timedelta

from playwright.sync_api import expect

IN_A_MONTH = (date.today() + timedelta(30)).isoformat()


def test_a_lead_becomes_a_customer(person):
    sales = person("sales").goes_to("Customers", "Leads")
    mark = str(time.time_ns())[-7:]
    sales.opens("/crm/leads/new/").enters(
        name=f"Dviračiai {mark}", contact_name="Rūta Kopa", phone=f"+3706{mark}", email=f"ruta@d{mark}.example"
    ).saves()
    lead = sales.page.url
    sales.presses("Claim")
    assert sales.state == "Claimed"
    sales.presses("Log follow-up", content="They rent out bicycles and want twenty.", next_step="Send an offer",
                  next_on=date.today().isoformat())  # fmt: skip
    sales.presses("Qualify", value="9000")
    assert sales.state == "Qualified"
    sales.presses("Convert", amount="9000", expected_close_on=IN_A_MONTH)
    sales.opens(lead.removeprefix(re.match(r"https?://[^/]+", lead)[0]))
    assert sales.state == "Converted"
    sales.opens("/").sees("Send an offer")
    sales.goes_to("Customers", "My day").sees("Send an offer")


def test_an_opportunity_is_quoted_and_ordered(person):
    sales = person("sales")
    customer = sales.first("parties/parties", is_customer="true")
    item = sales.first("items/items", make_or_buy="make", category__code="FG")
    sales.opens("/crm/opportunities/new/").enters(name="Spring order", party=customer["name"], amount="5000",
                                                  expected_close_on=IN_A_MONTH).saves()  # fmt: skip
    sales.presses("Move on", stage="Need analysis").presses("Move on", stage="Proposal")
    sales.sees("Proposal")
    sales.presses("Quote")
    sales.sees("Spring order")
    assert sales.title == "Quotation"
    quotation = re.sub(r"https?://[^/]+", "", sales.page.url)
    sales.opens(quotation + "edit/").line(0, item=item["code"], quantity=900)
    expect(sales.page.locator("table.lines")).to_contain_text("nothing free")  # the date's reason, while typing
    sales.line(0, quantity=2).saves()
    sales.presses("Send")
    assert sales.state == "Sent"
    sales.presses("Order")
    assert "Sales order" in sales.title
    assert sales.state == "Draft"
    sales.presses("Confirm")
    assert sales.state in ("Confirmed", "On credit hold")
    sales.presses("Cancel", reason="Only a walk")
    assert sales.state == "Cancelled"


def test_a_large_discount_waits_for_the_manager(person):
    sales = person("sales")
    customer = sales.first("parties/parties", is_customer="true")
    item = sales.first("items/items", make_or_buy="make", category__code="FG")
    sales.opens("/sales/quotations/new/").enters(party=customer["name"])
    sales.line(0, item=item["code"], quantity=1, discount=35).saves()
    sales.presses("Send").sees("waits for approval by")
    where = re.sub(r"https?://[^/]+", "", sales.page.url)
    asked = sales.page.get_by_role("link", name="See the request").get_attribute("href")
    manager = person("sales_manager").opens("/inbox/")
    manager.page.locator(f'.approval-title[href="{asked}"]').click()
    manager.page.wait_for_url(f"**{asked}")
    manager.presses("Approve")
    assert sales.opens(where).state == "Sent"


def test_looking_back(person):
    manager = person("sales_manager")
    for name in ("Late orders", "Will not ship in time", "Sales and margin"):
        manager.goes_to("Sales", name)
        assert manager.title == name
    sales = person("sales").goes_to("Sales", "Late orders")
    sales.opens("/sales/sales-orders/pivot/").opens("/sales/sales-orders/chart/").opens("/sales/sales-orders/board/")
    sales.opens("/crm/activities/calendar/")


def test_a_customer_is_one_page(person):
    sales = person("sales").goes_to("Parties", "Parties").opens_first_row()
    sales.sees("Everything").sees("Credit limit")
    assert sales.verb("Log follow-up").is_visible()
    assert sales.verb("Quote").is_visible()
