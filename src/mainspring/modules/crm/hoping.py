"""What open deals may bring in, as lines of cash in sight: chance times amount, paid by the customer's terms."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Greatest, TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainspring.kernel import access, periods, remembered, resource, sight
from mainspring.kernel.models import Company
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import PaymentTerm

from .expecting import agreed
from .models import Opportunity


@accounting.hoped_for.fill
def of_deals(ctx, until: date, on: date) -> list[dict]:
    """Rows of cash in sight: a row for the deals a month closes with one payment term and each of its instalments.

    Only deals the person may see with their amounts; those left out of the forecast or without a day are not counted.
    Late ones are taken to close today. The money is due when the last deal of the row closes and its term has run.
    Of a deal whose order or contract is expected to bring in money already, only the rest counts.
    """
    if sight.Fields(resource.of(Opportunity), ctx).mode("weighted_base") not in ("view", "edit"):
        return []
    company = remembered.row(Company, ctx.company_id)
    terms = PaymentTerm.objects.in_bulk()
    name, found = _("Open deals closing in %(month)s"), []
    counted = _counted(ctx, until, on)
    for group in _groups(ctx, until, on):
        amount = group["amount"] - counted.get((group["month"], group["term"]), 0)
        if amount <= 0:
            continue
        parts = parties.instalments(
            terms.get(group["term"]),
            amount,
            dated_on=group["closes_on"],
            digits=company.base_currency.digits,
        )
        found += [
            {
                "planned_on": part.due_on,
                "party": name % {"month": date_format(group["month"], "YEAR_MONTH_FORMAT")},
                "number": ngettext("%(count)d deal", "%(count)d deals", group["count"]) % {"count": group["count"]},
                "amount_base": part.amount,
                "source": "deal",
                "_href": _list(group, on),
            }
            for part in parts
            if part.due_on <= until
        ]
    return found


def _deals(ctx, until: date, on: date):
    """Open deals that count, with the month they close in and their customer's term."""
    seen = access.rows(ctx, Opportunity).filter(
        company=ctx.company_id, state="open", expected_close_on__lte=until, weighted_base__gt=0
    )
    return (
        Opportunity.objects.filter(pk__in=seen.exclude(forecast="left_out").values("pk"))
        .annotate(closes=Greatest("expected_close_on", on), term=F("party__payment_term"))
        .annotate(month=TruncMonth("closes"))
    )


def _groups(ctx, until: date, on: date):
    """Open deals by the month they close in and their customer's term: month, term, count, amount, closes_on."""
    return (
        _deals(ctx, until, on)
        .values("month", "term")
        .annotate(count=Count("pk"), amount=Sum("weighted_base"), closes_on=Max("closes"))
        .order_by("month", "term")
    )


def _counted(ctx, until: date, on: date) -> dict[tuple, Decimal]:
    """{(month, term): how much of the deals' weighted amount is expected from their orders and contracts}.

    What is agreed takes its share of the deal: half the amount ordered leaves half the hope.
    """
    worth: dict = {}
    for answer in agreed(ctx.company_id):
        for deal, amount in answer.items():
            worth[deal] = max(worth.get(deal, 0), amount)  # an order under a contract is in both
    found: dict[tuple, Decimal] = {}
    mine = _deals(ctx, until, on).filter(pk__in=worth) if worth else ()
    for deal in mine:
        share = min(worth[deal.pk] / deal.amount_base, 1) if deal.amount_base else 1
        place = (deal.month, deal.term)
        found[place] = found.get(place, Decimal(0)) + deal.weighted_base * share
    return found


def _list(group: dict, on: date) -> str:
    """The list of the deals a row counts."""
    params = {
        "state": "open",
        "forecast__ne": "left_out",
        "weighted_base__gt": 0,
        "expected_close_on__lt": periods.next_start("month", group["month"]).isoformat(),
    }
    if group["month"] > on:
        params["expected_close_on__gte"] = group["month"].isoformat()
    params |= {"party__payment_term": group["term"]} if group["term"] else {"party__payment_term__empty": 1}
    return f"/{resource.of(Opportunity).key}/?{urlencode(params)}"
