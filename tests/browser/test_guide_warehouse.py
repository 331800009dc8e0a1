"""docs/guide/warehouse.md, walked by the warehouse keeper on a phone and at the desk."""

import re


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_counting_and_scrapping(person):
    keeper = person("warehouse").goes_to("Stock", "Stock on hand")
    here = keeper.first("stock/stock-balances", quantity__gt="20", location__kind="internal")
    item, location = here["item"]["label"].split(" ")[0], here["location"]["label"]
    site = here["location__site"]["label"]
    keeper.goes_to("Stock", "Stock counts").opens("/stock/stock-counts/new/").enters(site=site)
    keeper.line(0, item=item, location=location.split(" ")[0], counted="20").saves()
    keeper.presses("Post")
    assert keeper.state == "Posted"
    keeper.goes_to("Stock", "Stock adjustments").opens("/stock/stock-adjustments/new/")
    keeper.enters(kind="Scrap", reason="Dropped").line(0, item=item, quantity="1").saves()
    keeper.presses("Post")
    assert keeper.state == "Posted"


def test_between_sites(person):
    keeper = person("warehouse").goes_to("Stock", "Stock transfers").opens("/stock/transfers/new/")
    sites = keeper.page.request.get("/api/v1/organization/sites/?active=true").json()["results"]
    there = keeper.first("stock/stock-balances", quantity__gt="5", location__kind="internal", order="-quantity")
    here = there["location__site"]
    elsewhere = next(site["name"] for site in sites if site["id"] != here["id"])
    keeper.enters(from_site=here["label"], to_site=elsewhere)
    keeper.line(0, item=there["item"]["label"].split(" ")[0], quantity="1").saves().presses("Ship")
    assert keeper.state == "In transit"
    keeper.presses("Receive")
    assert keeper.state == "Received"


def test_goods_go_out_and_come_back(person):
    """Sales confirms, the warehouse ships on a phone, the accountant invoices; a return is received and credited."""
    sales = person("sales_manager")
    here = sales.first("stock/stock-balances", quantity__gt="3", location__kind="internal", order="-quantity")
    customer = sales.first("parties/parties", is_customer="true", credit_limit__empty="1")
    sales.opens("/sales/sales-orders/new/").enters(party=customer["name"], site=here["location__site"]["label"])
    sales.line(0, item=here["item"]["label"].split(" ")[0], quantity="2").saves().presses("Confirm")
    order = path(sales)
    assert sales.state == "Confirmed"

    keeper = person("warehouse", width=390).opens(order).presses("Ship")
    assert "Shipment" in keeper.title
    keeper.presses("Ship")
    assert keeper.state == "Shipped"
    shipment = path(keeper)

    accountant = person("accountant").opens(order).presses("Invoice")
    assert "Invoice" in accountant.title
    accountant.presses("Post")
    assert accountant.state == "Posted"

    keeper.opens(shipment).presses("Return", reason="Too large")
    keeper.presses("Receive")
    back = path(keeper)
    accountant.opens(back).presses("Credit")
    assert "Invoice" in accountant.title
    accountant.presses("Post")
    assert accountant.state == "Posted"
    accountant.opens(order).sees("Dossier") if accountant.page.locator("text=Dossier").count() else None


def test_looking(person):
    keeper = person("warehouse", width=390)
    for address in (
        "/stock/stock-balances/",
        "/stock/stock-moves/",
        "/stock/reservations/",
        "/purchasing/purchase-orders/calendar/",
        "/sales/sales-orders/?state=confirmed&order=promised_on",
    ):
        keeper.opens(address)
