"""docs/guide/buyer.md, walked by the buyer, with the warehouse and the accountant at either end."""

import re
import time
from datetime import date, timedelta

SOON = (date.today() + timedelta(20)).isoformat()


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_from_request_to_bill(person):
    buyer = person("buyer").goes_to("Purchasing", "Purchase requests")
    source = buyer.first("purchasing/supplier-items", currency="EUR", active="true")
    supplier, item = source["supplier"], source["item"]
    site = buyer.first("organization/sites", kind="plant")["name"]

    # A colleague asks, another approves.
    engineer = person("engineer").opens("/purchasing/purchase-requests/new/")
    engineer.enters(item=_code(item), quantity="7", needed_on=SOON, site=site).saves().presses("Submit")
    request = path(engineer)
    buyer.opens(request).presses("Approve")
    assert buyer.state == "Approved"
    buyer.presses("Order", supplier=_name(supplier))
    buyer.goes_to("Purchasing", "Purchase orders")
    buyer.opens("/purchasing/purchase-orders/?state=draft").opens_row(_name(supplier))
    order = path(buyer)
    buyer.presses("Confirm")
    assert buyer.state == "Confirmed"
    buyer.presses("Change date", expected_on=SOON)

    # The goods arrive.
    warehouse = person("warehouse").opens(order).presses("Receive")
    assert "Receipt" in warehouse.title
    warehouse.presses("Post")
    receipt = path(warehouse)
    assert warehouse.state == "Posted"

    # The bill.
    accountant = (
        person("accountant").opens(receipt).presses("Enter bill", supplier_number=f"A-{time.time_ns() % 10_000_000}")
    )
    assert "Invoice" in accountant.title
    accountant.presses("Post")
    assert accountant.state == "Posted"
    buyer.opens(receipt).presses("Send back", reason="Scratched")
    assert "Supplier return" in buyer.title


def test_following_up(person):
    buyer = person("buyer")
    for name in ("Late purchases", "Received, not invoiced by line"):
        buyer.goes_to("Purchasing", name)
        assert buyer.title == name
    buyer.goes_to("Purchasing", "Bill matching")
    buyer.goes_to("Purchasing", "Sources").opens_first_row().sees("Lead time")
    buyer.goes_to("Products", "Price lists")
    buyer.opens("/purchasing/purchase-orders/calendar/")


def _code(link) -> str:
    return str(link["label"] if isinstance(link, dict) else link).split(" ")[0]


def _name(link) -> str:
    return str(link["label"] if isinstance(link, dict) else link)
