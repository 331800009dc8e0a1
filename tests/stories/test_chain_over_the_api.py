"""From lead to ledger through the interface alone, each step by the person whose work it is, wrong calls first.

Every wrong call is refused in words that name field, value and rule, and changes nothing; then the right one is made.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from mainspring.kernel import checks, numbering, tokens
from mainspring.kernel.models import AuditEntry
from mainspring.modules.accounting import queries as books
from mainspring.modules.purchasing import queries as purchasing
from mainspring.modules.stock import queries as shelves
from mainspring.story.cast import PEOPLE, Cast
from mainspring.web.api import auth

BEGAN = date(2026, 3, 2)
NO_NUMBER = ("abc", "", None, [1], {"x": 1}, True, "1e400", "NaN")
NO_QUANTITY = (*NO_NUMBER, "-3", "0", "1.2345678901", "99999999999999999999")
NO_AMOUNT = ("abc", [1], {"x": 1}, True, "1e400", "Infinity", "-5", "1.2345678", "99999999999999999999")
NO_DAY = ("2026-02-31", "31.02.2026", "tomorrow", 5, [1], "9999-99-99", "0001-01-01")
NO_LINK = (999999999, "abc", [1], True, "00000000-0000-0000-0000-000000000000")


class Office:
    """People of the story with their tokens; `call` is a call, `refuse` one that has to be refused."""

    def __init__(self, cast: Cast):
        self.cast, self.client = cast, Client()
        users = {**cast.people, "founder": cast.founder.user}
        for user in users.values():
            user.default_company = cast.company
            user.save()
        self.tokens = {name: tokens.issue(user, "story")[1] for name, user in users.items()}
        self.refused, self.faults = 0, []

    def send(self, who: str, method: str, path: str, body=None, **headers):
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        raw = json.dumps(body, default=str) if body is not None else ""
        path = f"/api/v1/{path}"
        return self.client.generic(method, path, raw, content_type="application/json", headers=headers)

    def call(self, who: str, method: str, path: str, body=None, *, expect: int | None = None) -> dict:
        headers = {"If-Match": "*"} if method in ("PATCH", "DELETE") else {}
        answer = self.send(who, method, path, body, **headers)
        wanted = expect or {"POST": 201 if "/do/" not in path else 200}.get(method, 200)
        assert answer.status_code == wanted, f"{who} {method} {path} {body}: {answer.status_code} {answer.content}"
        return answer.json() if answer.content else {}

    def do(self, who: str, path: str, verb: str, **inputs) -> dict:
        return self.call(who, "POST", f"{path}/do/{verb}/", inputs)

    def made(self, who: str, path: str, verb: str, **inputs) -> str:
        """The address of the record a verb made."""
        outcome = self.do(who, path, verb, **inputs)["outcome"]
        return f"{outcome['resource']}/{outcome['id']}"

    def get(self, path: str, who: str = "founder") -> dict:
        return self.call(who, "GET", f"{path}/")

    def refuse(self, who: str, method: str, path: str, body=None, *, field: str = "", status=(422,)) -> None:
        before = AuditEntry.objects.count()
        headers = {"If-Match": "*"} if method in ("PATCH", "DELETE") else {}
        answer = self.send(who, method, path, body, **headers)
        said = (
            f"{who} {method} {path} {json.dumps(body, default=str)[:200]}: {answer.status_code} {answer.content[:600]}"
        )
        right = answer.status_code in status and AuditEntry.objects.count() == before
        if right:
            problem = answer.json()
            right = answer["Content-Type"].startswith("application/problem+json")
            right = right and bool(problem["title"] and problem["detail"])
        if right and answer.status_code == 422:
            right = all(one["message"] and one["rule"] for one in problem["errors"])
            right = right and field in {one["field"] for one in problem["errors"]}
        if not right:
            self.faults.append(said)
        self.refused += 1

    def refuse_values(self, who: str, method: str, path: str, good: dict, wrong: dict, *, line: bool = False) -> None:
        """Each wrong value in place of the good one; `line`: in the only line."""
        for name, values in wrong.items():
            for value in values:
                body = {**good, "lines": [{**good["lines"][0], name: value}]} if line else {**good, name: value}
                self.refuse(who, method, path, body, field=f"lines.0.{name}" if line else name)

    def locked(self, area: str = "all"):
        """A lock over everything up to tomorrow, while the block runs."""
        return _Locked(self, area)


class _Locked:
    def __init__(self, office: Office, area: str):
        self.office, self.area = office, area

    def __enter__(self):
        day = self.office.cast.day + timedelta(days=1)
        made = self.office.call("founder", "POST", "accounting/lock-dates/", {"area": self.area, "locked_before": day})
        self.path = f"accounting/lock-dates/{made['id']}/"

    def __exit__(self, *_):
        self.office.call("founder", "DELETE", self.path, expect=204)


@pytest.fixture
def office(db, monkeypatch):
    numbering.forget()
    cast = Cast(BEGAN)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.combine(cast.day, time(12), tzinfo=tz or UTC)

    monkeypatch.setattr(auth, "datetime", Clock)
    monkeypatch.setenv("MAINSPRING_API_RATE", "100000000")
    made = Office(cast)
    yield made
    numbering.forget()
    print("\n".join(made.faults))


def test_the_whole_chain_over_the_interface(office):
    cast = office.cast
    assert set(office.tokens) == {*PEOPLE, "founder"}
    neighbour = cast.neighbour()
    deal, customer = wins_the_customer(office)
    quotation = quotes(office, deal, customer, neighbour)
    order = takes_the_order(office, quotation)
    make, purchases = plans(office)
    bills = buys(office, purchases, neighbour)
    makes(office, make)
    invoices, shipment = delivers(office, order)
    takes_back(office, shipment)
    settles(office, customer, invoices, bills)
    closes(office, make)
    balance = {row["role"]: row["balance"] for row in books.trial_balance(cast.ctx())}
    value = sum(row["value"] for row in shelves.stock_value(cast.ctx()))
    assert balance["stock"] == value
    assert sum(balance.values()) == Decimal(0)
    assert balance["exchange_gain"] != 0
    assert (balance.get("wip", 0), balance.get("grni", 0), purchasing.grni_unmatched(cast.ctx())) == (0, 0, [])
    assert office.get(order)["state"] == "closed"
    found = office.call("rep", "GET", f"dossier/?number={office.get(order)['number']}")
    assert len(found["nodes"]) > 10
    assert not [finding for result in checks.run() for finding in result.findings]
    assert office.faults == []
    assert office.refused > 200


def wins_the_customer(office) -> tuple[str, dict]:
    cast = office.cast
    good = {
        "name": "Blue Wheels",
        "contact_name": "Ona",
        "country": "LT",
        "territory": cast.territory.pk,
        "value": "5000",
    }
    wrong = {"value": NO_AMOUNT, "territory": NO_LINK, "country": ("XX", 5.5, []), "name": ("", None, "x" * 400, {})}
    office.refuse_values("manager", "POST", "crm/leads/", good, wrong)
    office.refuse("manager", "POST", "crm/leads/", {**good, "owner_is": 1}, field="owner_is")
    lead = f"crm/leads/{office.call('manager', 'POST', 'crm/leads/', good)['id']}"
    office.refuse("rep", "POST", f"{lead}/do/claim/", {"who": 1}, field="who")
    office.refuse("store", "POST", f"{lead}/do/claim/", {}, status=(403, 404))
    office.refuse("rep", "POST", f"{lead}/do/fly/", {}, field="", status=(404, 422))
    office.do("rep", lead, "claim")
    good = {"opportunity": "Bicycles", "amount": "5000", "expected_close_on": cast.day}
    wrong = {"amount": NO_AMOUNT, "expected_close_on": NO_DAY, "opportunity": ("", None, [1]), "party": NO_LINK}
    office.refuse_values("rep", "POST", f"{lead}/do/convert/", good, wrong)
    deal = office.made("rep", lead, "convert", **good)
    office.refuse("rep", "POST", f"{lead}/do/convert/", good, status=(409,))
    customer = office.get(deal)["party"]
    office.call("founder", "PATCH", f"parties/parties/{customer['id']}/", {"currency": "USD"})
    prices = {"party": customer["id"], "price_list": cast.prices.pk}
    office.call("founder", "POST", "pricing/party-price-lists/", prices)
    return deal, customer


def quotes(office, deal: str, customer: dict, neighbour) -> str:
    cast = office.cast
    quotation = office.made("rep", deal, "quote")
    bike, helmet = cast.items["BIKE"].pk, cast.items["HELMET"].pk
    good = {"currency": "USD", "lines": [{"item": bike, "quantity": "10", "discount_pct": "15"}]}
    path = f"{quotation}/"
    wrong = {
        "quantity": NO_QUANTITY,
        "item": NO_LINK,
        "discount_pct": ("101", "abc", "-1", "1.23456789", [1]),
        "price": NO_AMOUNT,
        "unit": (*NO_LINK, cast.units["kg"].pk),
        "wanted_on": NO_DAY,
        "net": ("1",),
        "colour": ("red",),
    }
    office.refuse_values("rep", "PATCH", path, good, wrong, line=True)
    theirs = neighbour.sites.get().pk if hasattr(neighbour, "sites") else None
    wrong = {"currency": ("XXX", 5, [1], "JPY"), "discount": NO_AMOUNT, "wanted_on": NO_DAY, "owner": NO_LINK}
    office.refuse_values("rep", "PATCH", path, good, wrong)
    if theirs:
        office.refuse("rep", "PATCH", path, {**good, "site": theirs}, field="site")
    office.refuse("rep", "PATCH", path, {"lines": [{"id": 999999, "quantity": "1"}]}, status=(409, 422))
    office.refuse("rep", "PATCH", path, {"lines": "all"}, field="lines")
    answer = office.send("rep", "PATCH", path, good)
    assert answer.status_code == 428  # without the version that was read
    assert office.send("rep", "PATCH", path, good, **{"If-Match": '"999"'}).status_code == 412
    lines = [*good["lines"], {"item": helmet, "quantity": "5"}]
    office.call("rep", "PATCH", path, {**good, "lines": lines})
    assert all(line["promised_on"] for line in office.get(quotation)["lines"])
    waits = office.call("rep", "POST", f"{quotation}/do/send/", {}, expect=202)
    request = f"kernel/approval-requests/{waits['request']['id']}"
    office.refuse("rep", "POST", f"{request}/do/approve/", {}, status=(403,))
    office.refuse("manager", "POST", f"{request}/do/reject/", {}, field="comment")
    office.refuse("manager", "POST", f"{request}/do/delegate/", {"to": 999999}, field="to")
    cast.goes_by(1)
    office.do("manager", request, "approve", comment="For a first order")
    assert office.get(quotation)["state"] == "sent"
    office.refuse("rep", "PATCH", path, good, status=(409,))
    office.refuse("rep", "POST", f"{quotation}/do/confirm_again/", {"valid_until": "2020-01-01"}, field="valid_until")
    return quotation


def takes_the_order(office, quotation: str) -> str:
    order = office.made("rep", quotation, "accept", reference="BW-77")
    office.refuse("rep", "POST", f"{quotation}/do/accept/", {}, status=(409,))
    office.refuse("rep", "POST", f"{order}/do/cancel/", {}, field="reason")
    office.refuse("store", "POST", f"{order}/do/confirm/", {}, status=(403,))
    office.do("rep", order, "confirm")
    office.refuse("rep", "POST", f"{order}/do/confirm/", {}, status=(409,))
    office.refuse("rep", "DELETE", f"{order}/", status=(409,))
    return order


def plans(office) -> tuple[str, list[str]]:
    cast = office.cast
    office.refuse_values("planner", "POST", "planning/plan-runs/", {}, {"site": NO_LINK})
    run = office.call("planner", "POST", "planning/plan-runs/", {"site": cast.site.pk})
    office.do("planner", f"planning/plan-runs/{run['id']}", "run")
    proposed = office.call("planner", "GET", "production/production-orders/?state=proposed")["results"]
    assert len(proposed) == 1
    assert proposed[0]["reason_text"]
    make = f"production/production-orders/{proposed[0]['id']}"
    office.refuse_values(
        "planner", "PATCH", f"{make}/", {}, {"quantity": NO_QUANTITY, "due_on": NO_DAY, "item": NO_LINK}
    )
    office.refuse("planner", "POST", f"{make}/do/release/", {}, status=(409,))
    office.do("planner", make, "confirm")
    needs = office.call("buyer", "GET", "purchasing/purchase-requests/?state=proposed")["results"]
    purchases = []
    for need in needs:
        request = f"purchasing/purchase-requests/{need['id']}"
        office.refuse_values("buyer", "POST", f"{request}/do/order/", {}, {"supplier": NO_LINK})
        purchases.append(office.made("buyer", request, "order"))
    return make, list(dict.fromkeys(purchases))


def buys(office, purchases: list[str], neighbour) -> list[str]:
    cast, bills = office.cast, []
    for purchase in purchases:
        good = {"lines": [{"item": office.get(purchase)["lines"][0]["item"]["id"], "quantity": "10", "price": "5"}]}
        wrong = {"quantity": NO_QUANTITY, "price": NO_AMOUNT, "item": NO_LINK, "over_receipt_pct": ("-1", "1000", "x")}
        office.refuse_values("buyer", "PATCH", f"{purchase}/", good, wrong, line=True)
        office.refuse_values("buyer", "PATCH", f"{purchase}/", {}, {"supplier": NO_LINK, "ordered_on": NO_DAY})
        office.do("buyer", purchase, "confirm")
        office.refuse("buyer", "POST", f"{purchase}/do/reschedule/", {"expected_on": "never"}, field="expected_on")
    cast.goes_by(7)
    for purchase in purchases:
        bills += receives_and_bills(office, purchase)
    return bills


def receives_and_bills(office, purchase: str) -> list[str]:
    receipt = office.made("store", purchase, "receive")
    line = office.get(receipt)["lines"][0]
    good = {"lines": [{"id": line["id"], "quantity": line["quantity"]}]}
    wrong = {"quantity": (*NO_NUMBER, "-3", "1.2345678901"), "location": NO_LINK}
    office.refuse_values("store", "PATCH", f"{receipt}/", good, wrong, line=True)
    with office.locked():
        office.refuse("store", "POST", f"{receipt}/do/post/", {}, field="", status=(409, 422))
    office.call("store", "PATCH", f"{receipt}/", {"lines": [{"id": line["id"], "quantity": "100000"}]})
    office.refuse("store", "POST", f"{receipt}/do/post/", {}, field="lines.0.quantity")
    office.call("store", "PATCH", f"{receipt}/", good)
    half = Decimal(line["quantity"]) / 2
    if half == half.to_integral_value():
        office.call("store", "PATCH", f"{receipt}/", {"lines": [{"id": line["id"], "quantity": str(half)}]})
    office.do("store", receipt, "post")
    office.refuse("store", "POST", f"{receipt}/do/post/", {}, status=(409,))
    if office.get(purchase)["lines"][0]["received_quantity"] != office.get(purchase)["lines"][0]["quantity"]:
        office.do("store", office.made("store", purchase, "receive"), "post")
    office.refuse("books", "POST", f"{purchase}/do/bill/", {"invoiced_on": "soon"}, field="invoiced_on")
    bill = office.made("books", purchase, "bill", supplier_number=f"B-{purchase[-4:]}")
    with office.locked("purchase"):
        office.refuse("books", "POST", f"{bill}/do/post/", {}, field="", status=(409, 422))
    office.do("books", bill, "post")
    office.refuse("books", "PATCH", f"{bill}/", {"reference": "late"}, status=(409,))
    return [bill] if office.get(bill)["currency"]["id"] == "USD" else []


def makes(office, make: str) -> None:
    office.refuse("planner", "POST", f"{make}/do/release/", {"despite_shortages": "perhaps"}, field="despite_shortages")
    office.do("planner", make, "release", despite_shortages=False)
    quantity = office.get(make)["quantity"]
    office.do("shop", make, "issue")
    good = {"operation": 10, "good": quantity, "hours": "4"}
    wrong = {
        "operation": ("x", 99, 1.5, [1]),
        "good": ("abc", "-1", "1e400", [1], "100000"),
        "hours": ("abc", "-1", [1], "999999"),
    }
    office.refuse_values("shop", "POST", f"{make}/do/report/", good, wrong)
    office.do("shop", make, "report", **good)
    office.refuse_values("shop", "POST", f"{make}/do/receive/", {}, {"quantity": NO_QUANTITY})
    with office.locked("stock"):
        office.refuse("shop", "POST", f"{make}/do/receive/", {"quantity": quantity}, status=(409, 422))
    office.do("shop", make, "receive", quantity=quantity)


def delivers(office, order: str) -> tuple[list[str], str]:
    cast, invoices, first = office.cast, [], ""
    for part in (True, False):
        cast.goes_by(1)
        shipment = office.made("store", order, "ship")
        lines = office.get(shipment)["lines"]
        if part:
            first = shipment
            good = {"lines": [{"id": lines[0]["id"], "quantity": "4"}]}
            wrong = {"quantity": (*NO_QUANTITY, "0.5"), "order_line": NO_LINK}
            office.refuse_values("store", "PATCH", f"{shipment}/", good, wrong, line=True)
            kept = [{"id": one["id"], "quantity": "3"} for one in lines]
            many = [{**kept[0], "quantity": "900"}, *kept[1:]]
            office.call("store", "PATCH", f"{shipment}/", {"lines": many})
            office.refuse("store", "POST", f"{shipment}/do/post/", {}, field="lines.0.quantity")
            office.call("store", "PATCH", f"{shipment}/", {"lines": kept})
            with office.locked():
                office.refuse("store", "POST", f"{shipment}/do/post/", {}, status=(409, 422))
        office.do("store", shipment, "post")
        invoice = office.made("books", order, "invoice")
        if part:
            line = office.get(invoice)["lines"][0]
            good = {"lines": [{"id": line["id"], "quantity": line["quantity"]}]}
            wrong = {"quantity": ("abc", "1e400", [1]), "price": ("abc", [1], "1e400"), "account": NO_LINK}
            office.refuse_values("books", "PATCH", f"{invoice}/", good, wrong, line=True)
            wrong = {"invoice_on": NO_DAY, "currency": ("XXX", [1]), "party": NO_LINK, "rate": ("-1", "0", "abc", [1])}
            office.refuse_values("books", "PATCH", f"{invoice}/", {}, wrong)
            looked_up = office.get(invoice)["rate"]
            assert office.call("books", "PATCH", f"{invoice}/", {"rate": "0.93"})["rate"] == "0.93"
            assert office.call("books", "PATCH", f"{invoice}/", {"rate": None})["rate"] == looked_up
            with office.locked("sales"):
                office.refuse("books", "POST", f"{invoice}/do/post/", {}, status=(409, 422))
        office.do("books", invoice, "post")
        office.refuse("books", "POST", f"{invoice}/do/credit/", {"on": "later"}, field="on")
        invoices.append(invoice)
    office.refuse("books", "POST", f"{order}/do/invoice/", {}, status=(409, 422), field="")
    return invoices, first


def takes_back(office, shipment: str) -> None:
    office.cast.goes_by(2)
    back = office.made("store", shipment, "return_goods", reason="Wrong colour")
    line = office.get(back)["lines"][0]
    good = {"lines": [{"id": line["id"], "quantity": "1"}]}
    wrong = {"quantity": (*NO_QUANTITY, "0.5"), "shipment_line": NO_LINK}
    office.refuse_values("store", "PATCH", f"{back}/", good, wrong, line=True)
    office.call("store", "PATCH", f"{back}/", good)
    office.do("store", back, "receive")
    note = office.made("books", back, "credit")
    office.do("books", note, "post")
    office.refuse("books", "POST", f"{back}/do/credit/", {}, status=(409,))


def settles(office, customer: dict, invoices: list[str], bills: list[str]) -> None:
    cast = office.cast
    cast.goes_by(18)
    theirs = {"id": office.get(bills[0])["party"]["id"]}
    for direction, party, documents in (("in", customer, invoices), ("out", theirs, bills)):
        rows = books.open_items(cast.ctx())
        due = {
            d: sum(abs(r["amount"]) for r in rows if str(r.get("origin_id")) == d.rsplit("/", 1)[1]) for d in documents
        }
        lines = [{"invoice": d.rsplit("/", 1)[1], "amount": str(a)} for d, a in due.items() if a]
        total = sum(Decimal(line["amount"]) for line in lines)
        good = {"direction": direction, "party": party["id"], "currency": "USD", "amount": total, "paid_on": cast.day}
        wrong = {
            "amount": (*NO_AMOUNT, "0"),
            "direction": ("sideways", 5, []),
            "party": NO_LINK,
            "paid_on": NO_DAY,
            "currency": ("XXX", [1]),
        }
        office.refuse_values("books", "POST", "accounting/payments/", {**good, "lines": lines[:1]}, wrong)
        more = {**good, "lines": [{**lines[0], "amount": str(total * 3)}]}
        over = f"accounting/payments/{office.call('books', 'POST', 'accounting/payments/', more)['id']}"
        office.refuse("books", "POST", f"{over}/do/post/", {}, field="amount")
        office.do("books", over, "cancel")
        wrong = {"invoice": NO_LINK, "amount": (*NO_AMOUNT, "0")}
        office.refuse_values("books", "POST", "accounting/payments/", {**good, "lines": lines[:1]}, wrong, line=True)
        made = office.call("books", "POST", "accounting/payments/", {**good, "lines": lines})
        payment = f"accounting/payments/{made['id']}"
        with office.locked():
            office.refuse("books", "POST", f"{payment}/do/post/", {}, status=(409, 422))
        office.do("books", payment, "post")
        office.refuse(
            "books", "POST", f"{payment}/do/allocate/", {"invoice": 1, "amount": "x", "on": "y"}, field="amount"
        )


def closes(office, make: str) -> None:
    office.refuse("books", "POST", f"{make}/do/close/", {}, status=(409,))
    office.do("shop", make, "complete")
    office.do("books", make, "close")
    voucher = {
        "posted_on": office.cast.day,
        "memo": "Rent",
        "lines": [{"account": 999999, "debit": "5"}, {"account": 2}],
    }
    office.refuse("books", "POST", "accounting/vouchers/", voucher, field="lines.0.account")
