"""An auditor who reads documents only, works everything out with plain arithmetic, and then opens the ledgers.

He shares no code with the product: moving average, taxes, open items and exchange differences are computed here anew.
What he takes from the audit trail is the order in which documents were posted.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from mainspring.kernel.models import AuditEntry
from mainspring.modules.accounting.models import Invoice, JournalLine, Payment
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.production.models import ProductionOrder, ProductionReport
from mainspring.modules.purchasing.models import Receipt, SupplierReturn
from mainspring.modules.sales.models import Return, Shipment
from mainspring.modules.stock.models import StockAdjustment, StockBalance, StockMove, StockValue

ZERO, CENT = Decimal(0), Decimal("0.01")


def cents(value) -> Decimal:
    """An exact number rounded half up to cents."""
    exact = Fraction(value)
    whole = Decimal(abs(exact.numerator) * 10_000 // exact.denominator).scaleb(-4)
    beyond = abs(exact) * 10_000 != abs(exact.numerator) * 10_000 // exact.denominator
    found = (whole + (Decimal("0.00001") if beyond else 0)).quantize(CENT, ROUND_HALF_UP)
    return found.copy_sign(-1) if exact < 0 and found else found


@dataclass
class Pile:
    """All there is of an item: one quantity, one value (moving average)."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    def put(self, quantity, value) -> None:
        self.quantity += quantity
        self.value += value

    def take(self, quantity) -> Decimal:
        share = (
            self.value
            if quantity == self.quantity
            else cents(Fraction(self.value) * Fraction(quantity) / Fraction(self.quantity))
        )
        self.quantity -= quantity
        self.value -= share
        return share


@dataclass
class Left:
    """What is left of a delivery: for returns, at its own value."""

    quantity: Decimal
    value: Decimal
    came: Decimal = ZERO

    def take(self, quantity) -> Decimal:
        share = (
            self.value
            if quantity == self.quantity
            else cents(Fraction(self.value) * Fraction(quantity) / Fraction(self.quantity))
        )
        self.quantity -= quantity
        self.value -= share
        return share


@dataclass
class Findings:
    """Balances by role of account, worked out from documents."""

    accounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    piles: dict[int, Pile] = field(default_factory=lambda: defaultdict(Pile))
    open_items: dict[tuple, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def book(self, debit: str, credit: str, amount: Decimal) -> None:
        self.accounts[debit] += amount
        self.accounts[credit] -= amount


class Auditor:
    """Audits one company with base currency EUR and items at average cost."""

    def __init__(self, company):
        self.company = company

    def complaints(self) -> list[str]:
        """What in the ledgers does not agree with the documents."""
        found = self._work_out()
        return [*self._shelves(found), *self._books(found), *self._items(found), *self._entries()]

    # -- working it out ---------------------------------------------------------------------------------------------

    def _work_out(self) -> Findings:
        self.found = Findings()
        self.receipts: dict[int, Left] = {}
        self.shipped: dict[int, Left] = {}
        self.outputs: dict[object, list] = defaultdict(list)
        self.in_process: dict[object, Decimal] = defaultdict(Decimal)
        self.carried: dict[object, Left] = {}  # invoice: open amount in its currency and what it is carried at
        self.payments: dict[object, list] = {}
        steps = {
            ("stock.stockadjustment", "post"): (StockAdjustment, self._adjustment),
            ("purchasing.receipt", "post"): (Receipt, self._receipt),
            ("purchasing.supplierreturn", "post"): (SupplierReturn, self._sent_back),
            ("sales.shipment", "post"): (Shipment, self._shipment),
            ("sales.return", "receive"): (Return, self._came_back),
            ("production.productionreport", "post"): (ProductionReport, self._report),
            ("production.productionorder", "close"): (ProductionOrder, self._closed),
            ("accounting.invoice", "post"): (Invoice, self._invoice),
            ("accounting.invoice", "reverse"): (Invoice, self._invoice_back),
            ("accounting.payment", "post"): (Payment, self._payment),
            ("accounting.payment", "reverse"): (Payment, self._payment_back),
        }
        trail = AuditEntry.objects.filter(company=self.company).exclude(record_id="").order_by("id")
        for entry in trail.values("id", "entity", "verb", "record_id", "business_date"):
            if (entry["entity"], entry["verb"]) in steps:
                model, work = steps[entry["entity"], entry["verb"]]
                self.day = entry["business_date"]
                work(model.objects.get(pk=entry["record_id"]))
        return self.found

    def rate(self, currency: str, day) -> Decimal:
        if currency == "EUR":
            return Decimal(1)
        rates = ExchangeRate.objects.filter(from_currency=currency, to_currency="EUR", valid_on__lte=day)
        return rates.order_by("-valid_on").values_list("rate", flat=True)[0]

    def _adjustment(self, document) -> None:
        for line in document.lines.order_by("position"):
            change = line.quantity if document.kind == "adjust" else -abs(line.quantity)
            pile = self.found.piles[line.item_id]
            if change > 0:
                value = cents(Fraction(change) * Fraction(line.unit_cost))
                pile.put(change, value)
                self.found.book("stock", "stock_adjustment", value)
            else:
                self.found.book("stock_adjustment", "stock", pile.take(-change))

    def _receipt(self, document) -> None:
        rate = self.rate(document.order.currency_id, document.received_on)
        for line in document.lines.select_related("order_line"):
            price = Fraction(line.order_line.price) * (100 - Fraction(line.order_line.discount_pct)) / 100
            value = cents(Fraction(line.quantity) * price * Fraction(rate))
            self.found.piles[line.item_id].put(line.quantity, value)
            self.receipts[line.pk] = Left(line.quantity, value, line.quantity)
            self.found.book("stock", "grni", value)

    def _sent_back(self, document) -> None:
        for line in document.lines.all():
            credit = self.receipts[line.receipt_line_id].take(line.quantity)
            cost = self.found.piles[line.item_id].take(line.quantity)
            self.found.book("grni", "stock", cost)
            self.found.book("grni", "price_variance", credit - cost)

    def _shipment(self, document) -> None:
        for line in document.lines.order_by("position"):
            cost = self.found.piles[line.item_id].take(line.stock_quantity)
            self.shipped[line.pk] = Left(line.stock_quantity, cost)
            self.found.book("cogs", "stock", cost)

    def _came_back(self, document) -> None:
        for line in document.lines.order_by("position"):
            value = self.shipped[line.shipment_line_id].take(line.stock_quantity)
            self.found.piles[line.item_id].put(line.stock_quantity, value)
            self.found.book("stock", "cogs", value)

    def _report(self, document) -> None:
        order = document.order
        if document.kind == "issue":
            for line in document.lines.order_by("position"):
                cost = self.found.piles[line.item_id].take(line.quantity)
                self.in_process[order.pk] += cost
                self.found.book("wip", "stock", cost)
        elif document.kind == "work":
            cost = cents(Fraction(document.hours) * Fraction(document.operation.work_center.hourly_cost))
            self.in_process[order.pk] += cost
            self.found.book("wip", "conversion_absorbed", cost)
        elif document.kind == "output":
            value = cents(Fraction(document.good) * Fraction(order.planned_unit_cost))
            self.found.piles[order.item_id].put(document.good, value)
            self.outputs[order.pk].append(document.good)
            self.in_process[order.pk] -= value
            self.found.book("stock", "wip", value)

    def _closed(self, order) -> None:
        """What is left in process goes to the bicycles still here, the rest to cost of sales."""
        left, came = self.in_process.pop(order.pk, ZERO), self.outputs[order.pk]
        for share, quantity in zip(_shared(left, came), came, strict=True):
            self._charge(order.item_id, share, quantity, "wip")

    def _charge(self, item_id: int, amount: Decimal, came: Decimal, other: str) -> None:
        pile = self.found.piles[item_id]
        here = min(pile.quantity, came)
        exact = Fraction(amount) * Fraction(here) / Fraction(came)
        kept = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_DOWN)
        pile.value += kept
        self.found.book("stock", other, kept)
        self.found.book("cogs", other, amount - kept)

    # -- money ------------------------------------------------------------------------------------------------------

    def _money(self, invoice) -> tuple[Decimal, Decimal, list]:
        """Net and tax of an invoice in its currency, and [(line, net)]."""
        nets, by_rate = [], defaultdict(Decimal)
        for line in invoice.lines.select_related("tax_code").order_by("position"):
            price = Fraction(line.price) * (100 - Fraction(line.discount_pct)) / 100
            net = cents(Fraction(line.quantity) * price)
            nets.append((line, net))
            if line.tax_code and line.tax_code.category == "S":
                by_rate[line.tax_code_id, line.tax_rate] += net
        tax = sum((cents(Fraction(net) * Fraction(rate) / 100) for (_c, rate), net in by_rate.items()), ZERO)
        return sum((net for _line, net in nets), ZERO), tax, nets

    def _invoice(self, invoice, back: bool = False) -> None:
        net, tax, nets = self._money(invoice)
        rate = invoice.rate if invoice.credits_id else self.rate(invoice.currency_id, invoice.invoice_on)
        total = net + tax
        total_base = cents(Fraction(total) * Fraction(rate))
        tax_base = cents(Fraction(tax) * Fraction(rate))
        sale = invoice.kind.startswith("customer")
        sign = -1 if invoice.kind.endswith("credit") else 1
        party, tax_role, other = ("receivable", "tax_output", "sales") if sale else ("payable", "tax_input", "grni")
        direction = sign if sale else -sign
        if back:
            direction = -direction
        self.found.accounts[party] += direction * total_base
        self.found.accounts[tax_role] -= direction * tax_base
        self.found.accounts[other] -= direction * (total_base - tax_base)
        key = (invoice.party_id, invoice.currency_id, party)
        self.found.open_items[key] += direction * total
        if not sale:
            self._self_assessed(nets, rate, -1 if back else sign)
            self._match(invoice, nets, total_base - tax_base)
        if back:
            self.carried.pop(invoice.pk)
        elif invoice.credits_id:
            self._credit(invoice, total)
        else:
            self.carried[invoice.pk] = Left(total, total_base)

    def _credit(self, credit, total: Decimal) -> None:
        """A credit note settles what is open of its invoice; a rest stays open in the party's favour."""
        opened = self.carried[credit.credits_id]
        opened.take(min(total, opened.quantity))

    def _self_assessed(self, nets, rate, sign: int) -> None:
        bases = defaultdict(Decimal)
        for line, net in nets:
            if line.tax_code and line.tax_code.self_assessed and line.tax_rate:
                bases[line.tax_code_id, line.tax_rate] += net
        for (_code, percent), net in bases.items():
            amount = cents(Fraction(cents(Fraction(net) * Fraction(rate))) * Fraction(percent) / 100)
            self.found.book("tax_input", "tax_output", sign * amount)

    def _match(self, bill, nets, base: Decimal) -> None:
        """The bill of one receipt: another price goes to its goods, another rate of exchange to gain or loss."""
        receipt = Receipt.objects.get(company=self.company, number=bill.reference)
        lines = {line.order_line_id: line for line in receipt.lines.all()}
        ((line, _net),) = nets
        source = lines[line.origin_line]
        owed = self.receipts[source.pk]
        if bill.currency_id == "EUR":
            if base != owed.value:
                self._charge(source.item_id, base - owed.value, owed.came, "grni")
        else:
            difference = base - owed.value
            role = "exchange_loss" if difference > 0 else "exchange_gain"
            self.found.book(role, "grni", difference)

    def _invoice_back(self, invoice) -> None:
        self._invoice(invoice, back=True)

    def _payment(self, payment) -> None:
        rate = self.rate(payment.currency_id, payment.paid_on)
        worth = cents(Fraction(payment.amount) * Fraction(rate))
        ((invoice, amount),) = [(a.invoice, a.amount) for a in payment.lines.select_related("invoice")]
        relieved = self.carried[invoice.pk].take(amount)
        self.payments[payment.pk] = [invoice.pk, amount, relieved, worth]
        self._pay(payment, invoice, amount, relieved, worth)

    def _pay(self, payment, invoice, amount, relieved, worth) -> None:
        sign = 1 if payment.direction == "in" else -1
        party = "receivable" if payment.direction == "in" else "payable"
        gain = sign * (worth - relieved)
        self.found.accounts["bank"] += sign * worth
        self.found.accounts[party] -= sign * relieved
        self.found.accounts["exchange_gain" if (gain > 0) == (amount > 0) else "exchange_loss"] -= gain
        self.found.open_items[invoice.party_id, invoice.currency_id, party] -= sign * amount

    def _payment_back(self, payment) -> None:
        invoice_id, amount, relieved, worth = self.payments[payment.pk]
        opened = self.carried[invoice_id]
        opened.quantity, opened.value = opened.quantity + amount, opened.value + relieved
        self._pay(payment, Invoice.objects.get(pk=invoice_id), -amount, -relieved, -worth)

    # -- opening the ledgers ----------------------------------------------------------------------------------------

    def _shelves(self, found: Findings) -> list[str]:
        wrong = []
        for item_id, pile in found.piles.items():
            balances = StockBalance.objects.filter(item=item_id, location__site__company=self.company)
            here = sum((b.quantity for b in balances if b.location.is_owned), ZERO)
            moved = ZERO
            for move in StockMove.objects.filter(company=self.company, item=item_id, state="done").select_related(
                "from_location", "to_location"
            ):
                moved += move.quantity * (move.to_location.is_owned - move.from_location.is_owned)
            value = sum((v.stock for v in StockValue.objects.filter(company=self.company, item=item_id)), ZERO)
            if not here == moved == pile.quantity:
                wrong.append(f"item {item_id}: documents {pile.quantity}, moves {moved}, balances {here}")
            if value != pile.value:
                wrong.append(f"item {item_id}: documents are worth {pile.value}, the cost ledger says {value}")
        return wrong

    def _books(self, found: Findings) -> list[str]:
        booked: dict[str, Decimal] = defaultdict(Decimal)
        for line in JournalLine.objects.filter(company=self.company).select_related("account"):
            booked[line.account.role] += line.amount
        roles = {role for role in {*booked, *found.accounts} if booked[role] != found.accounts[role]}
        wrong = [f"{role}: documents {found.accounts[role]}, books {booked[role]}" for role in sorted(roles)]
        if sum(booked.values()):
            wrong.append(f"the trial balance is off by {sum(booked.values())}")
        return wrong

    def _items(self, found: Findings) -> list[str]:
        booked: dict[tuple, Decimal] = defaultdict(Decimal)
        for line in JournalLine.objects.filter(
            company=self.company, account__role__in=("receivable", "payable")
        ).select_related("account"):
            booked[line.party_id, line.currency_id, line.account.role] += line.currency_amount
        keys = {key for key in {*booked, *found.open_items} if booked[key] != found.open_items[key]}
        return [f"open items {key}: documents {found.open_items[key]}, books {booked[key]}" for key in sorted(keys)]

    def _entries(self) -> list[str]:
        sums: dict[object, Decimal] = defaultdict(Decimal)
        for entry, amount in JournalLine.objects.filter(company=self.company).values_list("document", "amount"):
            sums[entry] += amount
        return [f"entry {entry} is off by {amount}" for entry, amount in sums.items() if amount]


def _shared(total: Decimal, weights: list) -> list[Decimal]:
    """Whole cents in proportion; the largest remainders take what is left, the first of equals first."""
    exact = [Fraction(total) * Fraction(w) / Fraction(sum(weights)) for w in weights]
    floors = [(Decimal(e.numerator) / Decimal(e.denominator)).quantize(CENT, ROUND_DOWN) for e in exact]
    rest = int((total - sum(floors)) / CENT)
    order = sorted(range(len(weights)), key=lambda n: -abs(exact[n] - Fraction(floors[n])))
    for n in order[: abs(rest)]:
        floors[n] += CENT if rest > 0 else -CENT
    return floors
