"""From the signed contract to the money, walked by the representative, the clerk and the controller."""

import re
from datetime import date, timedelta

from playwright.sync_api import expect

TODAY = date.today()


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def a_contract(person) -> tuple[str, str]:
    """The address of an active contract of 3 000 and of its plan, made by the representative."""
    rep = person("sales").goes_to("Contracts", "Contracts").opens("/contracts/contracts/new/")
    customer = rep.first("parties/parties", is_customer="true", currency="EUR")
    rep.enters(name="Bicycles for the walk", party=customer["name"], value="3000").saves()
    contract = path(rep)
    rep.presses("Plan collection", parts=3, first_on=(TODAY - timedelta(days=20)).isoformat(), every_months=1)
    plan = path(rep)
    rep.presses("Agree")
    assert rep.state == "Agreed"
    rep.opens(contract).presses("Submit").presses("Sign", signed_on=TODAY.isoformat()).presses("Activate")
    assert rep.state == "Active"
    return contract, plan


def test_a_request_becomes_an_invoice_and_money_fills_the_instalment(person):
    contract, plan = a_contract(person)
    rep = person("sales").opens(contract)
    rep.sees("What next, and why").sees("fell due on")
    rep.presses("Request invoice")
    rep.opens(path(rep) + "edit/").enters(tax_address="As in the register").saves().presses("Request")
    request = path(rep)
    assert rep.state == "Requested"

    clerk = person("accountant").opens("/").sees("to check")
    clerk.goes_to("Contracts", "Invoice requests").opens(request)
    clerk.sees("As in the register").presses("Post invoice", invoice_on=TODAY.isoformat())
    assert clerk.title.startswith("Customer invoice") or "Invoice" in clerk.title
    clerk.opens(request)
    assert clerk.state == "Invoiced"

    customer = clerk.first("contracts/invoice-requests", number=clerk.page.locator(".heading-number").inner_text())
    bank = clerk.first("accounting/accounts", role="bank")
    clerk.opens("/accounting/payments/new/")
    clerk.enters(direction="Received", party=customer["party"]["label"], account=bank["code"], amount="900").saves()
    clerk.presses("Post")
    assert clerk.state == "Posted"
    clerk.opens(plan).sees("Partly collected")
    rep.opens(contract).sees("Collected").sees("900")


def test_on_a_phone_the_contract_says_what_comes_next(person):
    contract, _plan = a_contract(person)
    rep = person("sales")
    rep.page.set_viewport_size({"width": 390, "height": 844})
    rep.opens(contract)
    expect(rep.page.locator(".contract-hub progress").first).to_be_visible()
    assert rep.page.evaluate("document.documentElement.scrollWidth") <= 390
    rep.sees("What next, and why")
    rep.page.set_viewport_size({"width": 1440, "height": 900})


def test_a_bad_debt_waits_for_the_controller(person):
    clerk = person("accountant").goes_to("Contracts", "Write-offs")
    clerk.opens("/contracts/write-offs/?state=draft").opens_first_row()
    clerk.sees("waits")
    controller = person("controller").opens(path(clerk))
    controller.presses("Approve")
    controller.opens(path(clerk))
    assert controller.state == "Written off"


def test_renewals_and_ages_answer(person):
    rep = person("sales_manager")
    for name in ("Renewals", "Instalments by age"):
        rep.goes_to("Contracts", name)
        assert rep.title == name
    rep.goes_to("Contracts", "Instalments").opens("/contracts/instalments/pivot/")
