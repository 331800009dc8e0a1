"""What became of contracts, derived from orders, invoices and payments: never added to, never typed (D01, K07, K08).

`refresh` works out any number of contracts anew in a fixed number of statements; running it twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mainspring.kernel import database
from mainspring.kernel.money import rounded
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.sales import queries as sales

from . import matching, preparing
from .models import CollectedPart, CollectionPlan, Contract, Instalment
from .models.collecting import Progress
from .models.contracts import LIVE

ZERO, HUNDRED, FAR = Decimal(0), Decimal(100), date.max

SOURCES = """
    SELECT contract_id, order_id AS id, NULL::bigint AS instalment_id FROM contracts_calloff
    WHERE contract_id = ANY(%(contracts)s::uuid[])
    UNION ALL SELECT contract_id, id, instalment_id FROM contracts_invoicerequest
    WHERE contract_id = ANY(%(contracts)s::uuid[])"""
"""Documents whose lines on invoices belong to a contract."""

BILLED = f"""
    SELECT s.contract_id, s.instalment_id, i.id AS invoice_id, i.total, i.kind,
           SUM(l.net + l.tax) * CASE WHEN i.kind = 'customer_credit' THEN -1 ELSE 1 END AS gross
    FROM ({SOURCES}) s JOIN accounting_invoiceline l ON l.origin_id = s.id
    JOIN accounting_invoice i ON i.id = l.document_id AND i.state = 'posted'
         AND i.kind IN ('customer_invoice', 'customer_credit')
    GROUP BY 1, 2, 3, 4, 5"""
"""One row per contract, instalment and posted invoice: how much of the invoice belongs to it; credits below zero."""

ORDERED = f"""
    SELECT c.contract_id, COUNT(*) AS orders,
           SUM(w.kept) FILTER (WHERE o.state = 'closed') AS closed,
           SUM(w.gross) FILTER (WHERE o.state IN ('held', 'confirmed')) AS open, SUM(w.kept) AS delivered,
           BOOL_AND(w.whole) AS whole, MAX(w.shipped_on) AS shipped_on
    FROM contracts_calloff c JOIN sales_salesorder o ON o.id = c.order_id AND o.state IN ('held', 'confirmed', 'closed')
    CROSS JOIN LATERAL (
        SELECT SUM(l.net + l.tax) AS gross,
               SUM((l.net + l.tax) / f.quantity * GREATEST(CASE
                   WHEN f.kind = 'stock' THEN f.shipped WHEN o.state = 'held' THEN 0 ELSE f.quantity END
                   - f.returned, 0)) AS kept,
               BOOL_AND(f.kind <> 'stock' OR f.shipped >= f.quantity OR o.state = 'closed') AS whole,
               (SELECT MAX(ship_on) FROM sales_shipment t WHERE t.order_id = o.id AND t.state = 'posted') AS shipped_on
        FROM ({sales.FACTS} WHERE line.document_id = o.id) f JOIN sales_salesorderline l ON l.id = f.id) w
    WHERE c.contract_id = ANY(%(contracts)s::uuid[]) GROUP BY 1"""
"""One row per contract with orders: what is ordered and delivered, with tax; a closed order counts as delivered."""

RECEIPTS = f"""
    WITH billed AS ({BILLED})
    SELECT b.contract_id, b.instalment_id, p.id AS payment_id, b.invoice_id, p.paid_on, p.number, a.id AS place,
           ROUND(a.amount * ABS(b.gross) / NULLIF(b.total, 0), cur.digits::int)
               * CASE WHEN b.kind = 'customer_credit' THEN -1 ELSE 1 END AS amount
    FROM billed b JOIN accounting_paymentallocation a ON a.invoice_id = b.invoice_id
    JOIN accounting_payment p ON p.id = a.document_id AND p.state = 'posted'
    JOIN kernel_currency cur ON cur.code = p.currency_id
    UNION ALL
    SELECT m.contract_id, m.instalment_id, p.id, NULL, p.paid_on, p.number, 0, m.amount
    FROM contracts_receiptmatch m JOIN accounting_payment p ON p.id = m.payment_id AND p.state = 'posted'
    WHERE m.contract_id = ANY(%(contracts)s::uuid[])
    ORDER BY paid_on, number, place"""
"""One row per contract and piece of a payment: allocated to its invoices, or set aside for it before the invoice."""


@dataclass
class Facts:
    """What happened under one contract."""

    ordered: Decimal = ZERO
    delivered: Decimal = ZERO
    requested: Decimal = ZERO
    invoiced: Decimal = ZERO
    collected: Decimal = ZERO
    has_orders: bool = False
    delivered_on: object = None
    receipts: list[dict] = field(default_factory=list)
    billed: list[dict] = field(default_factory=list)
    requests: dict[int, Decimal] = field(default_factory=dict)
    written_off: dict[int, Decimal] = field(default_factory=dict)


def gather(contracts: list[Contract]) -> dict[UUID, Facts]:
    """{contract: its facts}, in five statements."""
    found = {c.pk: Facts() for c in contracts}
    digits = {c.pk: c.currency.digits for c in contracts}
    keys = {"contracts": list(found)}
    for row in database.rows(ORDERED, **keys):
        facts, places = found[row["contract_id"]], digits[row["contract_id"]]
        facts.has_orders = True
        facts.ordered = rounded((row["closed"] or ZERO) + (row["open"] or ZERO), places)
        facts.delivered = rounded(row["delivered"] or ZERO, places)
        facts.delivered_on = row["shipped_on"] if row["whole"] else None
    for row in database.rows(BILLED, **keys):
        found[row["contract_id"]].billed.append(row)
        found[row["contract_id"]].invoiced += row["gross"]
    for row in database.rows(RECEIPTS, **keys):
        found[row["contract_id"]].receipts.append(row)
        found[row["contract_id"]].collected += row["amount"]
    for row in database.rows(
        """
        SELECT contract_id, instalment_id, SUM(amount) AS amount FROM contracts_invoicerequest
        WHERE contract_id = ANY(%(contracts)s::uuid[]) AND state = 'requested' GROUP BY 1, 2""",
        **keys,
    ):
        found[row["contract_id"]].requested += row["amount"]
        if row["instalment_id"]:
            found[row["contract_id"]].requests[row["instalment_id"]] = row["amount"]
    for row in database.rows(
        """
        SELECT contract_id, instalment_id, SUM(amount) AS amount FROM contracts_writeoff
        WHERE contract_id = ANY(%(contracts)s::uuid[]) AND state = 'posted' GROUP BY 1, 2""",
        **keys,
    ):
        found[row["contract_id"]].written_off[row["instalment_id"]] = row["amount"]
    return found


def lock(contract_ids: Iterable) -> list[Contract]:
    """The contracts, locked in one order, so that what is worked out of them stays true until the command ends."""
    keys = sorted(set(contract_ids))
    return list(
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .order_by("pk")
        .select_related("currency", "company__base_currency")
    )


def refresh(contract_ids: Iterable, ctx) -> None:
    """Work out anew what became of contracts and their instalments, and the money still expected from them.

    Raises ValidationError when more is requested and invoiced than a contract allows (K08).
    """
    contracts = lock(contract_ids)
    if not contracts:
        return
    facts = gather(contracts)
    plans = {p.contract_id: p for p in CollectionPlan.objects.filter(contract__in=contracts)}
    lines: dict[UUID, list[Instalment]] = defaultdict(list)
    for line in Instalment.objects.filter(document__contract__in=contracts).order_by("position", "pk"):
        lines[line.document_id].append(line)
    parts: list[CollectedPart] = []
    cash: dict[UUID, list[dict]] = {}
    for contract in contracts:
        mine = facts[contract.pk]
        _sums(contract, mine)
        plan = plans.get(contract.pk)
        if plan is not None:
            own = lines[plan.pk]
            parts += _instalments(contract, mine, own, ctx)
            contract.overdue = _overdue(own, ctx)
            live = plan.state == "agreed" and contract.state in ("signed", *LIVE)
            cash[plan.pk] = _expected(contract, mine, own, ctx) if live else []
        _within_limit(contract)
    _write(contracts, [line for own in lines.values() for line in own], parts)
    _plan_cash(contracts, plans, cash, ctx)


def _sums(contract: Contract, mine: Facts) -> None:
    contract.ordered = mine.ordered
    contract.delivered_on = mine.delivered_on
    contract.delivered = mine.delivered
    if not mine.has_orders and contract.accepted_on:  # a service is delivered once it is accepted
        contract.delivered, contract.delivered_on = contract.value, contract.accepted_on
    contract.requested, contract.invoiced, contract.collected = mine.requested, mine.invoiced, mine.collected
    contract.overdue = ZERO
    for name in ("delivered", "invoiced", "collected"):
        setattr(contract, f"{name}_pct", percent(getattr(contract, name), contract))


def percent(amount: Decimal, contract) -> Decimal:
    """A share of what the contract is worth, or of what is ordered when it names no sum; at most 999."""
    whole = contract.value or contract.ordered
    return min(rounded(amount * HUNDRED / whole, 1), Decimal(999)) if whole else ZERO


def _within_limit(contract: Contract) -> None:
    if contract.limit is not None and contract.requested + contract.invoiced > contract.limit:
        raise ValidationError(
            _("%(contract)s: %(sum)s would be requested and invoiced; the contract allows %(limit)s.")
            % {
                "contract": contract.number,
                "sum": f"{contract.requested + contract.invoiced:.2f}",
                "limit": f"{contract.limit:.2f}",
            },
            code="limit",
        )


# -- instalments ------------------------------------------------------------------------------------------------------


def _instalments(contract: Contract, mine: Facts, lines: list[Instalment], ctx) -> list[CollectedPart]:
    """Fill the instalments of one contract with its money; the parts that fill them."""
    for line in lines:
        line.due_on = preparing.due_on(line, contract)
        line.written_off = mine.written_off.get(line.pk, ZERO)
        line.requested = mine.requests.get(line.pk, ZERO)
    dues = [matching.Due(line.pk, line.amount - line.written_off) for line in in_order(lines)]
    money = matching.match(
        [matching.Receipt((r["payment_id"], r["invoice_id"]), r["amount"], r["instalment_id"]) for r in mine.receipts],
        dues,
    )
    by_part: dict = defaultdict(Decimal)
    for row in mine.billed:
        by_part[row["instalment_id"]] += row["gross"]
    bills = matching.match(
        [matching.Receipt(key or 0, amount, key) for key, amount in by_part.items()],
        [matching.Due(line.pk, line.amount) for line in in_order(lines)],
    ).of()
    collected = money.of()
    worth = contract.value_base / contract.value if contract.value else Decimal(1)
    for line in lines:
        line.collected, line.invoiced = collected.get(line.pk, ZERO), bills.get(line.pk, ZERO)
        line.open_amount = line.amount - line.collected - line.written_off
        line.open_base = rounded(line.open_amount * worth, contract.company.base_currency.digits)
        line.status = status_of(line, ctx)
    return [
        CollectedPart(instalment_id=key, payment_id=payment, invoice_id=invoice, amount=amount)
        for (payment, invoice), key, amount in money.parts
    ]


def in_order(lines: list[Instalment]) -> list[Instalment]:
    """The oldest first; what waits for an event comes after what has a day."""

    def place(line):
        day = line.due_on or line.planned_on or FAR
        return line.due_on is None, day, line.position, line.pk

    return sorted(lines, key=place)


def status_of(line: Instalment, ctx) -> str:
    if line.open_amount <= 0:
        return Progress.DONE if line.collected else Progress.WRITTEN_OFF
    if line.collected:
        return Progress.PART
    return Progress.OPEN if line.due_on and line.due_on <= ctx.business_date else Progress.WAITING


def _overdue(lines: list[Instalment], ctx) -> Decimal:
    late = (line.open_amount for line in lines if line.due_on and line.due_on < ctx.business_date)
    return sum((amount for amount in late if amount > 0), ZERO)


# -- cash in sight ----------------------------------------------------------------------------------------------------


def _expected(contract: Contract, mine: Facts, lines: list[Instalment], ctx) -> list[dict]:
    """Money the instalments will bring that no open invoice shows already: nothing is counted twice."""
    by_invoice: dict = defaultdict(Decimal)
    for r in mine.receipts:
        if r["invoice_id"]:
            by_invoice[r["instalment_id"]] += r["amount"]
    billed: dict = defaultdict(Decimal)
    for row in mine.billed:
        billed[row["instalment_id"]] += row["gross"]
    owed = {key: amount - by_invoice.get(key, ZERO) for key, amount in billed.items()}
    room = [matching.Due(line.pk, max(line.open_amount, ZERO)) for line in in_order(lines)]
    in_ledger = matching.match([matching.Receipt(key or 0, amount, key) for key, amount in owed.items()], room).of()
    worth = contract.value_base / contract.value if contract.value else Decimal(1)
    rows = []
    for line in lines:
        amount = line.open_amount - in_ledger.get(line.pk, ZERO)
        day = line.due_on or line.planned_on or contract.valid_until
        if amount > 0 and day:
            rows.append(
                {
                    "planned_on": day,
                    "currency_id": contract.currency_id,
                    "amount": amount,
                    "party_id": contract.party_id,
                    "amount_base": rounded(amount * worth, contract.company.base_currency.digits),
                }
            )
    return rows


def _plan_cash(contracts, plans, cash: dict[UUID, list[dict]], ctx) -> None:
    """Instalments are expected in place of what the orders under the contract expected."""
    planned = [
        c.pk for c in contracts if c.pk in plans and plans[c.pk].state == "agreed" and c.state in ("signed", *LIVE)
    ]
    orders = database.rows(
        """
        SELECT DISTINCT c.order_id FROM contracts_calloff c JOIN accounting_plannedcash p ON p.origin_id = c.order_id
        WHERE c.contract_id = ANY(%(contracts)s::uuid[])""",
        contracts=planned,
    ) if planned else []  # fmt: skip
    wanted = cash | {row["order_id"]: [] for row in orders}
    by_company: dict[int, dict] = defaultdict(dict)
    company_of = {plan.pk: plan.company_id for plan in plans.values()}
    for key, rows in wanted.items():
        by_company[company_of.get(key, contracts[0].company_id)][key] = rows
    for company, own in by_company.items():
        accounting.plan_cash_all(ctx.in_company(company), own)


# -- writing ----------------------------------------------------------------------------------------------------------

OF_CONTRACT = [
    "ordered",
    "delivered",
    "requested",
    "invoiced",
    "collected",
    "overdue",
    "delivered_on",
    "delivered_pct",
    "invoiced_pct",
    "collected_pct",
]
OF_INSTALMENT = ["due_on", "requested", "invoiced", "collected", "written_off", "open_amount", "open_base", "status"]


def _write(contracts, lines, parts: list[CollectedPart]) -> None:
    database.update(contracts, OF_CONTRACT)
    if not lines:
        return
    database.update(lines, OF_INSTALMENT)
    CollectedPart.objects.filter(instalment__in=[line.pk for line in lines]).delete()
    CollectedPart.objects.bulk_create(parts)


def refresh_alone(contract_ids, ctx) -> None:
    """`refresh` in a transaction of its own, for jobs."""
    with transaction.atomic():
        refresh(contract_ids, ctx)
