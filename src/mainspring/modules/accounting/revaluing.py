"""Month-end revaluation of open foreign balances, reversed the next day (rule M12)."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.money import exchange
from mainspring.kernel.workflow import effect

from . import invoicing, queries
from .models import Revaluation, RevaluationLine
from .posting import EntryLine, EntrySpec, post_entries

ZERO = Decimal(0)


@effect(Revaluation, "post")
def post(revaluation, ctx):
    """Book the difference of every open foreign item to the closing rate, and its reversal on the next day."""
    company_id, day = revaluation.company_id, revaluation.revalued_on
    if Revaluation.objects.filter(company_id=company_id, revalued_on=day, state="posted").exists():
        raise ValidationError(_("%(day)s is already revalued; reverse that first.") % {"day": day}, code="revalued")
    base = queries.base_currency(company_id)
    chart = queries.Chart(company_id)
    found, rates = [], {}
    for item in queries.open_items(ctx.in_company(company_id), on=day):
        currency = item["currency"]
        if currency == base.code:
            continue
        if currency not in rates:
            rates[currency] = queries.rate_to_base(company_id, currency, day)[0]
        difference = exchange.revalue(
            exchange.Open(item["amount"], item["amount_base"]), exchange.Rate(rates[currency]), base.digits
        )
        found.append(
            RevaluationLine(
                document=revaluation,
                position=len(found) + 1,
                open_line_id=item["line_id"],
                currency_id=currency,
                foreign=item["amount"],
                carried=item["amount_base"],
                rate=rates[currency],
                difference=difference,
            )
        )
    RevaluationLine.objects.bulk_create(found)
    lines = _lines(found, chart)
    memo = _("Revaluation at the rates of %(day)s") % {"day": day}
    opposite = [EntryLine(**{**line.__dict__, "amount": -line.amount}) for line in lines]
    post_entries(
        ctx,
        [
            EntrySpec(day, lines, company_id, memo, revaluation.pk),
            EntrySpec(day + timedelta(days=1), opposite, company_id, memo, revaluation.pk),
        ],
    )
    revaluation.total = revaluation.total_base = sum((line.difference for line in found), ZERO)


def _lines(found: list[RevaluationLine], chart: queries.Chart) -> list[EntryLine]:
    """Each open item against unrealised gain or loss; the foreign amounts do not change."""
    lines = []
    for row in found:
        if row.difference:
            account, party = row.open_line.account_id, row.open_line.party_id
            other = chart.account("exchange_gain" if row.difference > 0 else "exchange_loss")
            lines += [
                EntryLine(account, row.difference, row.currency_id, ZERO, party, settles=row.open_line_id),
                EntryLine(other, -row.difference, row.currency_id, ZERO, party),
            ]
    return lines


@effect(Revaluation, "reverse")
def reverse(revaluation, ctx):
    """Take back both entries, each on its own day."""
    invoicing.reverse_document(revaluation, ctx, None)
