"""Post, credit and reverse invoices and bills."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring import rounding
from mainspring.engines.money import exchange
from mainspring.kernel import commands, database, events, remembered
from mainspring.kernel.models import Company
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties import queries as parties

from . import queries, reversing
from .events import InvoicePosted, InvoiceReversed
from .models import Invoice, InvoiceLine, JournalEntry
from .posting import EntryLine, EntrySpec, post_entries

ZERO = Decimal(0)


@guard(Invoice, "post", many=True)
def have_lines(invoices, ctx):
    if len(invoices) == 1:
        empty = not commands.once(invoices[0], lines_of)
    else:
        keys = {invoice.pk for invoice in invoices}
        empty = keys - set(InvoiceLine.objects.filter(document__in=keys).values_list("document_id", flat=True))
    if empty:
        raise ValidationError(_("There are no lines to post."), code="empty")


def lines_of(invoice) -> list[InvoiceLine]:
    """Lines of an invoice with their items; of a credit note, with the lines they credit."""
    found = (_credit_lines if invoice.credits_id else _lines)(invoice.pk)
    for line in found:
        line.document = invoice
    return found


_lines = Prepared(
    lambda key: InvoiceLine.objects.filter(document=key).select_related("item").order_by("position", "id")
)
_credit_lines = Prepared(
    lambda key: InvoiceLine.objects.filter(document=key).select_related("item", "credits").order_by("position", "id")
)
KEPT_UP = ("net", "tax", "tax_rate", "account", "tax_code", "price")


@effect(Invoice, "post", many=True)
def post(invoices, ctx):
    """Book receivable or payable by instalment, revenue or cost by line, tax by code, all at one rate."""
    lines = _lines_of_all(invoices)
    before = {line.pk: _kept_up(line) for own in lines.values() for line in own}
    company = remembered.row(Company, invoices[0].company_id)
    chart = queries.Chart(company.pk)
    if len(invoices) > 1:
        prefetch_related_objects(invoices, "party")
    specs = [_entry(invoice, lines[invoice.pk], ctx, company, chart) for invoice in invoices]
    changed = [line for own in lines.values() for line in own if before[line.pk] != _kept_up(line)]
    database.update(changed, KEPT_UP)
    post_entries(ctx, specs)
    for invoice in invoices:
        invoice.state = "posted"
    events.publish_all([InvoicePosted(invoice.pk) for invoice in invoices], ctx)


def _lines_of_all(invoices) -> dict[UUID, list[InvoiceLine]]:
    """{invoice: its lines}, in one query."""
    if len(invoices) == 1:
        return {invoices[0].pk: commands.once(invoices[0], lines_of)}
    known = {invoice.pk: invoice for invoice in invoices}
    lines: dict[UUID, list[InvoiceLine]] = {pk: [] for pk in known}
    for line in (
        InvoiceLine.objects.filter(document__in=known)
        .select_related("item", "credits")
        .order_by("document_id", "position", "pk")
    ):
        line.document = known[line.document_id]
        lines[line.document_id].append(line)
    return lines


def _entry(invoice: Invoice, lines: list[InvoiceLine], ctx, company: Company, chart: queries.Chart) -> EntrySpec:
    """The entry of an invoice whose money is computed anew; refuses what cannot be posted."""
    invoice.prepare(ctx, lines)
    if invoice.total < 0:
        raise ValidationError(_("The total is below zero; write a credit note instead."), code="negative")
    if invoice.is_credit:
        _refuse_over_credit(invoice, lines)
    area = "sales" if invoice.is_sale else "purchase"
    memo = f"{invoice.get_kind_display()} {invoice.party}"[:200]
    booked = entry_lines(invoice, lines, company, chart)
    return EntrySpec(invoice.invoice_on, booked, invoice.company_id, memo, invoice.pk, area)


def _kept_up(line) -> list:
    return [getattr(line, line._meta.get_field(name).attname) for name in KEPT_UP]


def entry_lines(invoice: Invoice, lines, company: Company, chart: queries.Chart) -> list[EntryLine]:
    """The balanced lines of a posting; the document total is converted once, the largest line takes the rest (M06)."""
    rate, digits = exchange.Rate(invoice.rate), company.base_currency.digits
    role = "receivable" if invoice.is_sale else "payable"
    party_account = chart.account(role, party=invoice.party)
    tax_role = "tax_output" if invoice.is_sale else "tax_input"
    rows = [(line.account_id, line.net, line, line.tax_code_id) for line in lines]
    by_code: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.tax:
            by_code[line.tax_code_id] += line.tax
    rows += [(chart.account(tax_role).pk, amount, None, code) for code, amount in by_code.items()]
    bases = exchange.convert_lines([row[1] for row in rows], rate, digits)
    posted = [
        EntryLine(
            account,
            -invoice.sign * base,
            invoice.currency_id,
            -invoice.sign * amount,
            invoice.party_id,
            getattr(line, "item_id", None),
            invoice.site_id,
            getattr(line, "department_id", None),
            code,
            memo=getattr(line, "description", ""),
        )
        for (account, amount, line, code), base in zip(rows, bases, strict=True)
    ]
    posted += _party_lines(invoice, party_account, rate, digits)
    return posted + _self_assessed(invoice, chart, lines, rate, digits)


def _party_lines(invoice, account, rate, digits) -> list[EntryLine]:
    """One open item per instalment (M10); a credit note first settles what is open of its invoice."""
    settled = _settled_by_credit(invoice, account, digits) if invoice.credits_id else []
    rest = invoice.total * invoice.sign - sum((line.currency_amount for line in settled), ZERO)
    rest_base = invoice.total_base * invoice.sign - sum((line.amount for line in settled), ZERO)
    if not rest:
        if settled and rest_base:  # a cent between the sum of the shares and the total
            settled[-1] = EntryLine(**{**settled[-1].__dict__, "amount": settled[-1].amount + rest_base})
        return settled
    term = None if invoice.is_credit else invoice.payment_term
    parts = parties.instalments(term, rest, dated_on=invoice.invoice_on, digits=invoice.currency.digits)
    bases = rounding.allocate(rest_base, [abs(part.amount) for part in parts], digits)
    return settled + [
        EntryLine(
            account, base, invoice.currency_id, part.amount, invoice.party_id, site=invoice.site_id, due_on=part.due_on
        )
        for part, base in zip(parts, bases, strict=True)
    ]


def _settled_by_credit(invoice, account, digits) -> list[EntryLine]:
    """The credit at the original rate against the open items of the credited invoice, oldest due first."""
    found, rest = [], invoice.total
    for item in queries.locked_open_items(invoice.credits_id):
        share = min(rest, abs(item["amount"]))
        if share <= 0 or item["account_id"] != account.pk:
            continue
        settlement = exchange.settle(
            exchange.Open(item["amount"], item["amount_base"]), share if item["amount"] > 0 else -share, ZERO, digits
        )
        found.append(
            EntryLine(
                account,
                -settlement.relieved,
                invoice.currency_id,
                invoice.sign * share,
                invoice.party_id,
                site=invoice.site_id,
                settles=item["line_id"],
            )
        )
        rest -= share
    return found


def _self_assessed(invoice, chart, lines, rate, digits) -> list[EntryLine]:
    """Reverse charge on a purchase: the buyer declares output tax and deducts it as input tax."""
    if invoice.is_sale:
        return []
    bases: dict[tuple, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.tax_code and line.tax_code.self_assessed and line.tax_rate:
            bases[line.tax_code_id, line.tax_rate] += line.net
    found = []
    for (code, percent), net in bases.items():
        amount = rounding.rounded(exchange.convert(net, rate, digits) * percent / 100, digits) * -invoice.sign
        found += [
            EntryLine(chart.account("tax_input"), amount, tax_code=code, party=invoice.party_id),
            EntryLine(chart.account("tax_output"), -amount, tax_code=code, party=invoice.party_id),
        ]
    return found


def _refuse_over_credit(invoice, lines) -> None:
    """Never credit more of a line than was invoiced and is not credited yet (M09); the original is locked meanwhile."""
    if not invoice.credits_id:
        return
    Invoice.objects.select_for_update().get(pk=invoice.credits_id)
    wrong = {}
    taken = {
        row["credits_id"]: row
        for row in database.rows(
            """
        SELECT l.credits_id, SUM(l.net + l.tax) AS gross, SUM(l.quantity) AS quantity FROM accounting_invoiceline l
        JOIN accounting_invoice i ON i.id = l.document_id AND i.state = 'posted'
        WHERE i.credits_id = %(invoice)s AND l.credits_id IS NOT NULL GROUP BY l.credits_id""",
            invoice=invoice.credits_id,
        )
    }
    for n, line in enumerate(lines):
        if line.credits_id is None:
            continue
        before = taken.get(line.credits_id, {"gross": ZERO, "quantity": ZERO})
        left = line.credits.gross - before["gross"]
        if line.gross > left:
            wrong[f"lines.{n}.price"] = _("%(amount)s can still be credited of this line, not %(asked)s.") % {
                "amount": f"{left:.2f}",
                "asked": f"{line.gross:.2f}",
            }
        elif line.quantity > line.credits.quantity:
            wrong[f"lines.{n}.quantity"] = _("Only %(quantity)s were invoiced.") % {
                "quantity": f"{line.credits.quantity.normalize():f}"
            }
        before["gross"] += line.gross
        taken[line.credits_id] = before
    if wrong:
        raise ValidationError(wrong)


@effect(Invoice, "credit")
def credit(invoice, ctx, on):
    """Draft a credit note for what is not credited yet, at the original price, tax rate and exchange rate."""
    if invoice.is_credit:
        raise ValidationError(_("A credit note cannot be credited; reverse it."), code="kind")
    kind = invoice.kind.replace("invoice", "credit").replace("bill", "credit")
    return credit_lines(invoice, ctx, kind=kind, on=on)


def credit_lines(invoice: Invoice, ctx, *, on, kind: str = "", quantities: dict | None = None, lines=None) -> Invoice:
    """Draft a credit note on an invoice.

    quantities  {invoice line id: quantity to credit}; left out: all that is not credited yet
    """
    kind = kind or invoice.kind.replace("invoice", "credit").replace("bill", "credit")
    credited = {
        row["credits_id"]: row["quantity"]
        for row in database.rows(
            """
        SELECT l.credits_id, SUM(l.quantity) AS quantity FROM accounting_invoiceline l
        JOIN accounting_invoice i ON i.id = l.document_id AND i.state = 'posted'
        WHERE i.credits_id = %(invoice)s GROUP BY l.credits_id""",
            invoice=invoice.pk,
        )
    }
    specs = []
    for line in invoice.lines.all():
        left = line.quantity - (credited.get(line.pk) or ZERO)
        quantity = left if quantities is None else min(left, quantities.get(line.pk, ZERO))
        if quantity:
            specs.append(
                {
                    "item": line.item_id,
                    "description": line.description,
                    "quantity": quantity,
                    "unit": line.unit_id,
                    "price": line.price,
                    "discount_pct": line.discount_pct,
                    "tax_code": line.tax_code_id,
                    "account": line.account_id,
                    "department": line.department_id,
                    "credits": line.pk,
                    "origin": line.origin_id,
                    "origin_line": line.origin_line,
                }
            )
    if not specs:
        raise ValidationError(_("%(invoice)s is fully credited.") % {"invoice": invoice}, code="credited")
    whole = not credited and quantities is None
    return commands.create(
        Invoice,
        ctx,
        lines=specs,
        links=[invoice.identity],
        kind=kind,
        party=invoice.party_id,
        invoice_on=on,
        tax_point_on=invoice.tax_point_on,
        currency=invoice.currency_id,
        rate=invoice.rate,
        credits=invoice.pk,
        prices_include_tax=invoice.prices_include_tax,
        discount=invoice.discount if whole else ZERO,
        site=invoice.site_id,
    )


@effect(Invoice, "reverse")
def reverse(invoice, ctx, on):
    """Post the opposite entry, as long as nothing was paid or credited."""
    reverse_document(invoice, ctx, on)
    events.publish(InvoiceReversed(invoice.pk), ctx)


@guard(Invoice, "reverse")
def nothing_settled(invoice, ctx):
    whole = database.scalar(
        """
        SELECT COALESCE(SUM(ABS(currency_amount)), 0) FROM accounting_journalline
        WHERE origin_id = %(id)s AND open_item AND settles_id IS NULL""",
        id=invoice.pk,
    )
    still_open = sum((abs(item["amount"]) for item in queries.locked_open_items(invoice.pk)), ZERO)
    if still_open != whole:
        raise ValidationError(
            _("%(invoice)s is partly paid or credited; reverse that first.") % {"invoice": invoice}, code="settled"
        )


def reverse_document(document, ctx, on) -> None:
    """Reverse all entries of a document that are not reversed yet."""
    entries = JournalEntry.objects.filter(origin_id=document.pk, reverses__isnull=True, reversed_by__isnull=True)
    reversing.reverse_entries(ctx, entries, on, _("Reversal of %(entry)s") % {"entry": document.number})
