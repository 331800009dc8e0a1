"""The chain itself: every step is a verb performed by the person whose work it is."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import access, commands, dossier, errors
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.models import Payment
from mainspring.modules.crm.models import Lead
from mainspring.modules.parties.models import Party
from mainspring.modules.planning.models import PlanRun
from mainspring.modules.pricing.models import PartyPriceList
from mainspring.modules.production import queries as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing import commands as purchasing
from mainspring.modules.purchasing import queries as supply
from mainspring.modules.purchasing.models import BillMatch, PurchaseRequest
from mainspring.modules.sales import commands as selling
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock import queries as shelves

from .cast import Cast
from .telling import Step, Teller

ZERO = Decimal(0)


class Story:
    """One walk from lead to ledger. `walk` does it all and returns the steps; `say` gets every line of text."""

    def __init__(self, starts_on: date, say=print):
        self.cast = Cast(starts_on)
        self.teller = Teller(self.cast, say)

    def walk(self) -> list[Step]:
        self.wins_the_customer()
        self.quotes()
        self.takes_the_order()
        self.buys()
        self.makes()
        self.delivers_a_part()
        self.delivers_the_rest()
        self.takes_back()
        self.settles()
        self.closes()
        return self.teller.steps

    def do(self, who: str, record, verb: str, **inputs):
        """Perform a verb as a person of the story."""
        return commands.perform(record, verb, self.cast.ctx(who), **inputs)

    # -- sell -----------------------------------------------------------------------------------------------------

    def wins_the_customer(self) -> None:
        cast = self.cast
        lead = commands.create(
            Lead,
            cast.ctx("manager"),
            name=f"Blue Wheels {cast.number}",
            contact_name="Ona Onaitė",
            country="LT",
            territory=cast.territory,
            value=5000,
        )
        self.teller.step("A lead arrives in the pool of the north", "sales manager", [lead], [f"pool: {lead.pool}"])
        lead = self.do("rep", lead, "claim")
        self.teller.step("The representative claims it", "sales representative", [lead], [f"owner: {lead.owner}"])
        lead = self.do(
            "rep", lead, "convert", opportunity="Bicycles for the rental", amount=5000, expected_close_on=cast.day
        )
        self.deal = lead.outcome
        self.customer = self.deal.party
        self.teller.step(
            "It becomes an opportunity and a customer",
            "sales representative",
            [lead, self.deal],
            [f"customer: {self.customer}"],
        )
        Party.objects.filter(pk=self.customer.pk).update(currency="USD")
        commands.create(PartyPriceList, cast.founder, party=self.customer, price_list=cast.prices)

    def quotes(self) -> None:
        cast = self.cast
        quotation = self.do("rep", self.deal, "quote").outcome
        bike, helmet = cast.items["BIKE"], cast.items["HELMET"]
        quotation = commands.change(
            quotation,
            cast.ctx("rep"),
            currency="USD",
            lines=[{"item": bike, "quantity": "10", "discount_pct": "15"}, {"item": helmet, "quantity": "5"}],
        )
        self.teller.step(
            "A quotation promises a date for every line",
            "sales representative",
            [quotation],
            [
                f"{line.item.code}: {_plain(line.quantity)} at {line.price:.2f} {quotation.currency_id}, promised on "
                f"{line.promised_on}: {line.promise_reason}"
                for line in quotation.lines.select_related("item")
            ],
        )
        try:
            self.do("rep", quotation, "send")
            notes = ["No approval was needed."]
        except errors.ApprovalRequired as waits:
            request = ApprovalRequest.objects.get(pk=waits.request.pk)
            self.teller.step(
                "15 % is above the limit: the quotation waits for approval",
                "sales representative",
                [quotation],
                [f"asked: {', '.join(_asked(request))}"],
            )
            cast.goes_by(1)
            self.do("manager", request, "approve", comment="For a first order")
            notes = ["The last approval performed what was asked: the quotation is sent."]
        quotation.refresh_from_db()
        self.teller.step("The sales manager agrees", "sales manager", [quotation], notes)
        self.quotation = quotation

    def takes_the_order(self) -> None:
        cast = self.cast
        order = self.do("rep", self.quotation, "accept", reference="BW-77").outcome
        self.order = self.do("rep", order, "confirm")
        self.teller.step(
            "The customer orders; stock is kept, the rest is planned",
            "sales representative",
            [self.order],
            [
                f"{line.item.code}: promised on {line.promised_on}: {line.promise_reason}"
                for line in self.order.lines.select_related("item")
            ],
        )
        run = commands.create(PlanRun, cast.ctx("planner"), site=cast.site)
        run = self.do("planner", run, "run")
        self.make = ProductionOrder.objects.get(item=cast.items["BIKE"], state="proposed")
        self.needs = list(PurchaseRequest.objects.filter(company=cast.company, state="proposed").select_related("item"))
        self.teller.step(
            "The shortage proposes what to make and what to buy",
            "planner",
            [run],
            [
                f"make {_plain(self.make.quantity)} {self.make.item.code} by {self.make.due_on}: "
                f"{self.make.reason_text}",
                *(f"buy {_plain(n.quantity)} {n.item.code} by {n.needed_on}: {n.reason_text}" for n in self.needs),
            ],
        )

    # -- buy ------------------------------------------------------------------------------------------------------

    def buys(self) -> None:
        cast = self.cast
        self.make = self.do("planner", self.make, "confirm")
        self.teller.step(
            "The planner firms the production order",
            "planner",
            [self.make],
            [
                f"{c.item.code}: {_plain(c.required_quantity)} by {c.needed_on}"
                for c in self.make.lines.select_related("item")
            ],
        )
        self.needs = list(PurchaseRequest.objects.filter(company=cast.company, state="proposed"))
        self.purchases = purchasing.order_requests(self.needs, cast.ctx("buyer"))
        self.purchases = [self.do("buyer", order, "confirm") for order in self.purchases]
        self.teller.step(
            "The buyer gathers the requests into orders",
            "buyer",
            self.purchases,
            [
                f"{order.number} {line.item.code}: {_plain(line.quantity)} at {line.price:.2f} {order.currency_id} "
                f"({line.quantity_reason})"
                for order in self.purchases
                for line in order.lines.select_related("item")
            ],
        )
        cast.goes_by(7)
        self.receipts = [self._receives(order, half=order.supplier_id == cast.yankee.pk) for order in self.purchases]
        self.teller.step("Goods arrive, the wheels only in part", "warehouse", self.receipts, self._shelf_notes())
        self._bills(first=True)

    def _receives(self, order, *, half: bool):
        receipt = self.do("store", order, "receive").outcome
        if half:
            line = receipt.lines.get()
            receipt = commands.change(
                receipt, self.cast.ctx("store"), lines=[{"id": line.pk, "quantity": line.quantity / 2}]
            )
        return self.do("store", receipt, "post")

    def _bills(self, *, first: bool) -> None:
        """The wheels are billed at a higher price: the bill waits until the buyer accepts it."""
        for order in self.purchases:
            order.refresh_from_db()
            if not any(line.to_bill > 0 for line in order.lines.select_related("item")):
                continue
            bill = self.do("books", order, "bill", supplier_number=f"{order.number}-{1 if first else 2}").outcome
            if first and order.supplier_id == self.cast.yankee.pk:
                bill = commands.change(
                    bill,
                    self.cast.ctx("founder"),
                    lines=[{"id": line.pk, "price": line.price * Decimal("1.10")} for line in bill.lines.all()],
                )
                match = BillMatch.objects.get(invoice=bill)
                self.teller.step(
                    "A bill asks more than was ordered and waits for the buyer", "accountant", [bill], [match.summary]
                )
                self.do("buyer", match, "accept", why="Freight is in the price")
            bill = self.do("books", bill, "post")
            self.teller.step(
                f"The bill of {order.supplier} is matched and posted",
                "accountant",
                [bill],
                [f"received, not invoiced: {books.balance_of(self.cast.company.pk, 'grni', None):.2f}"],
            )
            if order.supplier_id == self.cast.yankee.pk:
                self.foreign_bills = [*getattr(self, "foreign_bills", []), bill]

    # -- make -----------------------------------------------------------------------------------------------------

    def makes(self) -> None:
        missing = production.shortages(self.make)
        self.make = self.do("planner", self.make, "release", despite_shortages=bool(missing))
        self.teller.step(
            "The production order goes to the workshop",
            "planner",
            [self.make],
            [f"{row['code']}: {_plain(row['needed'])} needed, {_plain(row['free'])} free" for row in missing]
            or ["all material is there"],
        )
        self._assembles(self._possible(), hours="2.5")

    def _possible(self) -> Decimal:
        """How many bicycles the parts on the shelf are enough for."""
        lines = self.make.lines.select_related("item")
        return min(
            min(
                shelves.on_hand(self.cast.ctx(), line.item, self.cast.site)
                / (line.required_quantity / self.make.quantity)
                for line in lines
            ).quantize(Decimal(1), "ROUND_FLOOR"),
            self.make.open_quantity,
        )

    def _assembles(self, quantity: Decimal, *, hours: str) -> None:
        cast = self.cast
        issue = self.do("shop", self.make, "issue", draft=True).outcome
        issue = commands.change(
            issue,
            cast.ctx("shop"),
            lines=[
                {"id": line.pk, "quantity": line.component.required_quantity * quantity / self.make.quantity}
                for line in issue.lines.select_related("component")
            ],
        )
        issue = self.do("shop", issue, "post")
        self.teller.step(f"The workshop takes the parts of {_plain(quantity)} bicycles", "workshop", [issue])
        work = self.do("shop", self.make, "report", operation=10, good=quantity, hours=hours).outcome
        self.teller.step("It reports the work", "workshop", [work], [f"{hours} h at {cast.assembly.hourly_cost:.2f}"])
        output = self.do("shop", self.make, "receive", quantity=quantity).outcome
        self.make.refresh_from_db()
        self.teller.step(
            "The bicycles come into stock and are kept for the order",
            "workshop",
            [output, self.make],
            self._shelf_notes(),
        )

    # -- deliver, invoice -----------------------------------------------------------------------------------------

    def delivers_a_part(self) -> None:
        cast = self.cast
        cast.goes_by(1)
        self.order.refresh_from_db()
        ready = {
            line.pk: min(line.remaining, shelves.on_hand(cast.ctx(), line.item, cast.site))
            for line in self.order.lines.select_related("item")
        }
        shipment = selling.ship_order(self.order, cast.ctx("store"), {pk: q for pk, q in ready.items() if q > 0})
        self.first_shipment = self.do("store", shipment, "post")
        self._after_delivery("What is there is shipped; the rest stays on backorder")

    def _after_delivery(self, title: str) -> None:
        self.order.refresh_from_db()
        last = self.order.shipments.order_by("pk").last()
        self.teller.step(
            title,
            "warehouse",
            [last, self.order],
            [
                f"{line.item.code}: {_plain(line.shipped)} of {_plain(line.quantity)} shipped"
                for line in self.order.lines.select_related("item")
            ],
        )
        invoice = self.do("books", self.order, "invoice").outcome
        invoice = self.do("books", invoice, "post")
        self.invoices = [*getattr(self, "invoices", []), invoice]
        self.teller.step(
            "What was delivered is invoiced",
            "accountant",
            [invoice],
            [f"{invoice.total:.2f} {invoice.currency_id} at {invoice.rate.normalize():f}"],
        )

    def delivers_the_rest(self) -> None:
        cast = self.cast
        cast.goes_by(6)
        open_orders = [
            order
            for order in self.purchases
            if any(line.open_quantity > 0 for line in order.lines.select_related("item"))
        ]
        if open_orders:
            receipts = [self._receives(order, half=False) for order in open_orders]
            self.teller.step("The rest of the wheels arrives", "warehouse", receipts, self._shelf_notes())
            self._bills(first=False)
        self.make.refresh_from_db()
        if self.make.open_quantity > 0:
            self._assembles(self.make.open_quantity, hours="2")
        cast.goes_by(1)
        self.order.refresh_from_db()
        shipment = self.do("store", self.order, "ship").outcome
        self.do("store", shipment, "post")
        self._after_delivery("The backorder is shipped")

    def takes_back(self) -> None:
        cast = self.cast
        cast.goes_by(2)
        back = self.do("store", self.first_shipment, "return_goods").outcome
        line = back.lines.filter(item=cast.items["BIKE"]).get()
        back = commands.change(back, cast.ctx("store"), reason="Wrong colour", lines=[{"id": line.pk, "quantity": 1}])
        back = self.do("store", back, "receive")
        self.teller.step("One bicycle comes back at the cost it left with", "warehouse", [back], self._shelf_notes())
        note = self.do("books", back, "credit").outcome
        note = self.do("books", note, "post")
        self.teller.step(
            "The customer gets a credit note",
            "accountant",
            [note],
            [f"{note.total:.2f} {note.currency_id} at the rate of the invoice"],
        )

    # -- settle, close --------------------------------------------------------------------------------------------

    def settles(self) -> None:
        cast = self.cast
        cast.goes_by(14)
        for direction, party, title in (
            ("in", self.customer, "The customer pays in dollars at another rate"),
            ("out", cast.yankee, "The supplier in dollars is paid"),
        ):
            invoices = self.invoices if direction == "in" else self.foreign_bills
            due = {invoice: _open_amount(cast, invoice) for invoice in invoices}
            due = {invoice: amount for invoice, amount in due.items() if amount > 0}
            payment = commands.create(
                Payment,
                cast.ctx("books"),
                direction=direction,
                party=party,
                currency="USD",
                amount=sum(due.values()),
                paid_on=cast.day,
                lines=[{"invoice": invoice, "amount": amount} for invoice, amount in due.items()],
            )
            payment = self.do("books", payment, "post")
            differences = sum(payment.lines.values_list("difference", flat=True), ZERO)
            self.teller.step(title, "accountant", [payment], [f"exchange difference: {differences:.2f} EUR"])

    def closes(self) -> None:
        cast = self.cast
        self.make = self.do("shop", self.make, "complete")
        self.make = self.do("books", self.make, "close")
        self.teller.step(
            "The production order is closed; nothing is left in process",
            "accountant",
            [self.make],
            [
                f"{row['name']}: planned {row['planned']:.2f}, actual {row['actual']:.2f}"
                for row in production.cost_sheet(self.make)
            ],
        )
        balance = books.trial_balance(cast.ctx())
        self.teller.table("Trial balance", balance, ("code", "name", "debit", "credit", "balance"))
        goods = shelves.stock_value(cast.ctx())
        self.teller.table("Stock value by item", goods, ("code", "quantity", "value"))
        value, account = sum((row["value"] for row in goods), ZERO), books.balance_of(cast.company.pk, "stock", None)
        days = sorted({date.fromisoformat(step.on) for step in self.teller.steps})
        agree = [_value_on(cast, day) == books.balance_of(cast.company.pk, "stock", day) for day in days]
        self.teller.step(
            "Stock value equals its account",
            "",
            [],
            [
                f"items {value:.2f}, account {account:.2f}: {'equal' if value == account else 'DIFFERENT'}",
                f"on each of the {len(days)} days of the story: {'equal' if all(agree) else 'DIFFERENT'}",
            ],
        )
        self.teller.step(
            "Received and not invoiced, by line",
            "",
            [],
            [f"{row['number']} {row['item']}: {row['amount']:.2f}" for row in supply.grni_unmatched(cast.ctx())]
            or ["nothing: every line is matched"],
        )
        self.teller.table(
            "Open items",
            [
                {**row, "amount_base": row["amount_base"], "document": row.get("number", "")}
                for row in books.open_items(cast.ctx())
            ],
            ("document", "amount", "amount_base"),
        )
        self._dossier()
        self._wall()

    def _dossier(self) -> None:
        found = dossier.graph(self.cast.ctx(), self.order.pk)
        self.teller.step(
            f"The dossier of {self.order.number}",
            "",
            [],
            [
                f"{'  ' * node.layer}{node.kind or node.entity} {node.number} {node.state_name}".rstrip()
                for node in found.nodes
            ],
        )

    def _wall(self) -> None:
        company = self.cast.neighbour()
        rep = self.cast.ctx("rep")
        seen = access.rows(rep.in_company(company.pk), SalesOrder).count()
        there = SalesOrder.objects.filter(company=company).count()
        self.teller.step(
            "A second company in dollars lives behind its wall in the same database",
            "",
            [],
            [
                f"{company.name}, {company.base_currency_id}: {len(books.Chart(company.pk).by_role)} account roles, "
                f"{there} orders",
                f"the representative sees {seen} of its records and "
                f"{access.rows(rep, SalesOrder).count()} of their own",
            ],
        )

    def _shelf_notes(self) -> list[str]:
        return [
            f"{code}: {_plain(shelves.on_hand(self.cast.ctx(), item, self.cast.site))} on hand, "
            f"{_plain(shelves.available(self.cast.ctx(), item, self.cast.site))} free"
            for code, item in self.cast.items.items()
        ]


def _asked(request: ApprovalRequest) -> list[str]:
    return [str(seat.user) for stage in request.stages.all() for seat in stage.seats.select_related("user")]


def _open_amount(cast, invoice) -> Decimal:
    return abs(
        sum(
            (
                row["amount"]
                for row in books.open_items(cast.ctx(), invoice.party)
                if row.get("origin_id") == invoice.pk
            ),
            ZERO,
        )
    )


def _value_on(cast, day: date) -> Decimal:
    return sum((row["value"] for row in shelves.stock_value(cast.ctx(), on=day)), ZERO)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
