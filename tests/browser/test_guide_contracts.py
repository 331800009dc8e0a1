"""From the contract to the money, and a week of the sales manager: sales.md and accountant.md, walked."""

import re
from datetime import date, timedelta

from playwright.sync_api import expect

TODAY = date.today()


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_from_the_contract_to_the_money(person):
    """CRM-09 to CRM-12: the representative agrees, the clerk invoices, reminds and books what comes in."""
    rep = person("sales")
    customer = rep.has_a_customer()
    rep.opens(f"/contracts/contracts/new/?party={customer['id']}")
    rep.enters(name="Bicycles for the walk", value="3000").saves()
    contract = path(rep)
    rep.sees("What next, and why").sees("Nobody is reminded of money that is not planned")
    rep.presses("Plan collection", parts=3, first_on=(TODAY - timedelta(20)).isoformat(), every_months=1)
    plan = path(rep)
    rep.presses("Agree")
    rep.opens(contract).presses("Submit").presses("Sign", signed_on=TODAY.isoformat()).presses("Activate")
    assert rep.state == "Active"
    rep.sees("fell due on").presses("Request invoice")
    rep.opens(path(rep) + "edit/").enters(tax_address="As in the register").saves().presses("Request")
    request, number = path(rep), rep.page.locator(".heading-number").inner_text()

    clerk = person("accountant").opens("/").sees("to check")
    clerk.goes_to("Contracts", "Invoice requests").opens_row(number)
    clerk.sees("As in the register").presses("Post invoice", invoice_on=TODAY.isoformat())
    clerk.opens(request)
    assert clerk.state == "Invoiced"
    clerk.opens(plan).presses("Remind customer").sees("Letters sent")
    bank = clerk.first("accounting/accounts", role="bank")
    clerk.opens(f"/accounting/payments/new/?party={customer['id']}")
    clerk.enters(direction="Received", account=bank["code"], amount="900").saves().presses("Post")
    clerk.opens(plan).sees("Partly collected")

    phone = person("sales", width=390).opens(contract)
    phone.sees("30 %").sees("is overdue")
    expect(phone.page.locator(".contract-hub progress").first).to_be_visible()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_week_of_the_sales_manager(person):
    """CRM-03, CRM-05, CRM-08: gives out what waits, looks ahead, hands a customer over."""
    manager = person("sales_manager")
    lead = manager.sends(
        "crm/leads", {"name": f"Savaitė {TODAY} {id(person)}", "territory": _place_of(person("sales")), "source": "web"}
    )
    manager.opens(f"/crm/leads/{lead['id']}/").presses("Assign", owner="Tomas")
    assert manager.state == "Claimed"
    manager.goes_to("Customers", "Forecast").sees("Weighted")
    manager.page.locator("#figures .grid-table td a").first.click()
    expect(manager.page.locator("h1")).to_contain_text("Opportunities")
    seller = person("sales")
    customer = seller.has_a_customer(territory=_place_of(seller))
    manager.goes_to("Customers", "Handovers").opens("/crm/handovers/new/")
    manager.enters(
        from_owner="Tomas", to_owner="Anna", reason="A new region", codes=customer["code"], with_leads=False
    ).saves()
    manager.presses("Hand over")
    assert manager.state == "Handed over"
    manager.opens(f"/parties/parties/{customer['id']}/").sees("Anna")


def _place_of(somebody):
    """The territory of a lead this person looked after."""
    place = somebody.first("crm/leads", owner="me")["territory"]
    return place["id"] if isinstance(place, dict) else place
