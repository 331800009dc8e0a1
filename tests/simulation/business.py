"""A small company lives random days: every step is a verb performed by the person whose work it is."""

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import commands, errors
from mainspring.modules.accounting.models import Invoice, LockDate, Payment
from mainspring.modules.parties.models import Party
from mainspring.modules.pricing.models import PartyPriceList
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import BillMatch, PurchaseOrder, Receipt
from mainspring.modules.sales import commands as selling
from mainspring.modules.sales.models import SalesOrder, Shipment
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockAdjustment
from mainspring.story.cast import Cast

STEPS = {  # what may happen, and how often
    "sell": 6,
    "ship": 7,
    "invoice": 6,
    "take_back": 2,
    "buy": 4,
    "receive": 6,
    "bill": 5,
    "send_back": 2,
    "make": 2,
    "pay": 5,
    "collect": 5,
    "reverse": 2,
    "adjust": 2,
    "cancel": 2,
    "lock": 1,
}


class Business:
    """The company of the story with customers at home and abroad. `seed` decides everything that happens."""

    def __init__(self, seed: int, starts_on: date):
        self.rng = random.Random(seed)
        self.cast = Cast(starts_on)
        self.done: Counter = Counter()
        self.refused: Counter = Counter()
        self.customers = [self._customer("LT", "EUR"), self._customer("US", "USD")]
        self.made_of = ["FRAME", "WHEEL", "HELMET"]

    def _customer(self, country: str, currency: str) -> Party:
        cast = self.cast
        party = commands.create(
            Party,
            cast.founder,
            code=f"{cast.code}-{country}",
            name=f"Riders {country}",
            country=country,
            currency=currency,
            is_customer=True,
            territory=cast.territory,
            owner=cast.people["rep"],
        )
        commands.create(PartyPriceList, cast.founder, party=party, price_list=cast.prices)
        return party

    def day(self, steps: int) -> None:
        """One working day of random steps; a refusal is part of business life and changes nothing."""
        for _n in range(steps):
            name = self.rng.choices(list(STEPS), list(STEPS.values()))[0]
            self.step(name)
        self.cast.goes_by(1 if self.cast.day.weekday() < 4 else 3)

    def step(self, name: str) -> None:
        try:
            happened = self._approved(getattr(self, name))
        except (ValidationError, PermissionDenied) as refusal:
            text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            self.refused[f"{name}: {text[:120]}"] += 1
        else:
            self.done[name] += happened is not None

    def _approved(self, step):
        """What has to be approved is approved by the manager, who thereby performs it."""
        try:
            return step()
        except errors.ApprovalRequired as waits:
            return self.do("manager", waits.request, "approve", comment="Agreed")

    def do(self, who: str, record, verb: str, **inputs):
        return commands.perform(record, verb, self.cast.ctx(who), **inputs)

    def one_of(self, found):
        found = list(found[:40])
        return self.rng.choice(found) if found else None

    def of_company(self, model, **where):
        return model.objects.filter(company=self.cast.company, **where).order_by("pk")

    def some(self, most) -> Decimal:
        """A whole number from one to the most, often all of it."""
        return Decimal(most) if self.rng.random() < 0.5 else Decimal(self.rng.randint(1, max(1, int(most))))

    # -- customers ------------------------------------------------------------------------------------------------

    def sell(self):
        items = self.rng.sample([self.cast.items["BIKE"], self.cast.items["HELMET"]], self.rng.randint(1, 2))
        order = commands.create(
            SalesOrder,
            self.cast.ctx("rep"),
            party=self.rng.choice(self.customers),
            lines=[
                {
                    "item": item,
                    "quantity": self.rng.randint(1, 4),
                    "price": Decimal(self.rng.randint(2900, 45000)) / 100,
                    "discount_pct": self.rng.choice([0, 0, 5]),
                }
                for item in items
            ],
        )
        return self.do("rep", order, "confirm")

    def ship(self):
        order = self.one_of(self.of_company(SalesOrder, state="confirmed").exclude(delivery_status="all"))
        if order is None:
            return None
        ready = {}
        for line in order.lines.select_related("item"):
            here = min(line.remaining, shelves.on_hand(self.cast.ctx(), line.item, self.cast.site))
            if here > 0:
                ready[line.pk] = self.some(here)
        if not ready:
            return None
        shipment = selling.ship_order(order, self.cast.ctx("store"), ready)
        if self.rng.random() < 0.1:
            return self.do("store", shipment, "cancel")
        try:
            return self.do("store", shipment, "post")
        except ValidationError:
            self.do("store", shipment, "cancel")
            raise

    def invoice(self):
        order = self.one_of(
            self.of_company(SalesOrder, state__in=("confirmed", "closed")).exclude(delivery_status="none")
        )
        if order is None:
            return None
        draft = self.do("books", order, "invoice").outcome
        return self.do("books", draft, "cancel" if self.rng.random() < 0.05 else "post")

    def take_back(self):
        shipment = self.one_of(self.of_company(Shipment, state="posted"))
        if shipment is None:
            return None
        back = self.do("store", shipment, "return_goods").outcome
        line = self.rng.choice(list(back.lines.all()))
        lines = [{"id": line.pk, "quantity": self.some(line.quantity)}]
        back = commands.change(back, self.cast.ctx("store"), reason="Wrong colour", lines=lines)
        back = self.do("store", back, "receive")
        if self.rng.random() < 0.8:
            credit = self.do("books", back, "credit").outcome
            self.do("books", credit, "post")
        return back

    # -- suppliers ------------------------------------------------------------------------------------------------

    def buy(self):
        name = self.rng.choice(self.made_of)
        order = commands.create(
            PurchaseOrder,
            self.cast.ctx("buyer"),
            supplier=self.cast.yankee if name == "WHEEL" else self.cast.frames,
            site=self.cast.site,
            lines=[{"item": self.cast.items[name], "quantity": self.rng.randint(1, 4) * 10}],
        )
        return self.do("buyer", order, "confirm")

    def receive(self):
        order = self.one_of(self.of_company(PurchaseOrder, state="confirmed").exclude(received_state="fully"))
        if order is None:
            return None
        receipt = self.do("store", order, "receive").outcome
        line = receipt.lines.get()
        if self.rng.random() < 0.5:
            lines = [{"id": line.pk, "quantity": self.some(line.quantity)}]
            receipt = commands.change(receipt, self.cast.ctx("store"), lines=lines)
        return self.do("store", receipt, "post")

    def bill(self):
        """A bill of one receipt; at home it may ask another price, which a buyer then accepts."""
        billed = self.of_company(Invoice, kind="supplier_bill").values_list("reference", flat=True)
        receipt = self.one_of(self.of_company(Receipt, state="posted").exclude(number__in=list(billed)))
        if receipt is None:
            return None
        bill = self.do("books", receipt, "bill", supplier_number=receipt.number).outcome
        if receipt.order.currency_id == "EUR" and self.rng.random() < 0.4:
            factor = self.rng.choice([Decimal("0.97"), Decimal("1.013"), Decimal("1.2")])
            lines = [
                {"id": line.pk, "price": (line.price * factor).quantize(Decimal("0.01"))} for line in bill.lines.all()
            ]
            bill = commands.change(bill, self.cast.ctx("founder"), lines=lines)
            match = BillMatch.objects.get(invoice=bill)
            if match.needs_buyer:
                self.do("buyer", match, "accept", why="Steel is dearer")
        return self.do("books", bill, "post")

    def send_back(self):
        """Before the bill came, the goods are no longer owed for; afterwards the supplier credits them."""
        billed = self.of_company(Invoice, kind="supplier_bill").values_list("reference", flat=True)
        receipt = self.one_of(self.of_company(Receipt, state="posted").exclude(number__in=list(billed)))
        if receipt is None:
            return None
        back = self.do("store", receipt, "send_back", reason="Scratched").outcome
        line = back.lines.get()
        lines = [{"id": line.pk, "quantity": self.some(line.quantity)}]
        return self.do("store", commands.change(back, self.cast.ctx("store"), lines=lines), "post")

    # -- workshop -------------------------------------------------------------------------------------------------

    def make(self):
        order = self.one_of(self.of_company(ProductionOrder, state__in=("released", "in_progress")))
        if order is None:
            order = commands.create(
                ProductionOrder,
                self.cast.ctx("planner"),
                item=self.cast.items["BIKE"],
                site=self.cast.site,
                quantity=self.rng.randint(1, 4),
                due_on=self.cast.day + timedelta(days=3),
            )
            order = self.do("planner", order, "confirm")
            return self.do("planner", order, "release")
        if not order.reports.filter(kind="issue", state="posted").exists():
            self.do("shop", order, "issue")
        quantity = self.some(order.open_quantity)
        hours = Decimal(self.rng.randint(20, 300)) / 100
        self.do("shop", order, "report", operation=10, good=quantity, hours=hours)
        self.do("shop", order, "receive", quantity=quantity)
        order.refresh_from_db()
        if order.open_quantity <= 0:
            order = self.do("shop", order, "complete")
            order = self.do("founder", order, "close")
        return order

    # -- money ----------------------------------------------------------------------------------------------------

    def _settle(self, kind: str, direction: str):
        invoice = self.one_of(self.of_company(Invoice, kind=kind, state="posted"))
        left = _open_amount(invoice) if invoice else 0
        if left <= 0:
            return None
        part = left if self.rng.random() < 0.6 else max(Decimal("0.01"), (left / 3).quantize(Decimal("0.01")))
        payment = commands.create(
            Payment,
            self.cast.ctx("books"),
            direction=direction,
            party=invoice.party,
            currency=invoice.currency,
            amount=part,
            paid_on=self.cast.day,
            lines=[{"invoice": invoice, "amount": part}],
        )
        return self.do("books", payment, "post")

    def pay(self):
        return self._settle("supplier_bill", "out")

    def collect(self):
        return self._settle("customer_invoice", "in")

    def reverse(self):
        """A payment or an unpaid customer invoice is taken back."""
        if self.rng.random() < 0.5:
            payment = self.one_of(self.of_company(Payment, state="posted"))
            return payment and self.do("books", payment, "reverse", on=self.cast.day)
        invoice = self.one_of(self.of_company(Invoice, kind="customer_invoice", state="posted"))
        return invoice and self.do("books", invoice, "reverse", on=self.cast.day)

    def lock(self):
        """The books up to yesterday are closed; a posting into them is refused."""
        ctx, day = self.cast.ctx("founder"), self.cast.day
        lock = LockDate.objects.filter(company=self.cast.company, area="all").first()
        if lock:
            commands.change(lock, ctx, locked_before=day)
        else:
            commands.create(LockDate, ctx, company=self.cast.company, area="all", locked_before=day)
        late = commands.create(
            StockAdjustment,
            ctx,
            site=self.cast.site,
            adjusted_on=day - timedelta(days=1),
            reason="Found later",
            lines=[{"item": self.cast.items["HELMET"], "quantity": 1, "unit_cost": "22"}],
        )
        try:
            commands.perform(late, "post", ctx)
        except ValidationError:
            return commands.perform(late, "cancel", ctx)
        raise AssertionError("a posting into a locked period went through")

    # -- other ----------------------------------------------------------------------------------------------------

    def adjust(self):
        item = self.cast.items[self.rng.choice(["HELMET", "FRAME", "WHEEL"])]
        scrap = self.rng.random() < 0.5
        line = {"item": item, "quantity": 1 if scrap else self.rng.choice([-1, 2])}
        if not scrap and line["quantity"] > 0:
            line["unit_cost"] = Decimal(self.rng.randint(1500, 9000)) / 100
        document = commands.create(
            StockAdjustment,
            self.cast.ctx("founder"),
            site=self.cast.site,
            kind="scrap" if scrap else "adjust",
            reason="Counted",
            lines=[line],
        )
        try:
            return self.do("founder", document, "post")
        except ValidationError:
            self.do("founder", document, "cancel")
            raise

    def cancel(self):
        if self.rng.random() < 0.5:
            order = self.one_of(self.of_company(SalesOrder, state="confirmed", delivery_status="none"))
            return order and self.do("rep", order, "cancel")
        order = self.one_of(self.of_company(PurchaseOrder, state="confirmed", received_state="none"))
        return order and self.do("buyer", order, "cancel")


def _open_amount(invoice: Invoice) -> Decimal:
    """What is left to pay, from the documents: total less posted payments and credit notes."""
    paid = sum(a.amount for a in invoice.allocations.filter(document__state="posted"))
    credited = sum(c.total for c in invoice.credit_notes.filter(state="posted"))
    return invoice.total - paid - credited
