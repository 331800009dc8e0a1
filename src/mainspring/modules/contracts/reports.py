"""Reports of contracts: what ends soon, how old the instalments are, and how far every contract is."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input

from . import queries
from .models import Instalment

ZERO = Decimal(0)
BUCKETS = (
    ("not_due", lazy("Not due"), None),
    ("d30", lazy("1–30 days"), 30),
    ("d60", lazy("31–60 days"), 60),
    ("d90", lazy("61–90 days"), 90),
    ("older", lazy("Over 90 days"), None),
)


def run_renewals(ctx, days) -> Answer:
    """Living contracts that end within so many days or have ended, with what is to be done."""
    rows = []
    later = {}
    found = list(queries.ending(ctx, days).select_related("party", "owner", "currency"))
    for contract in type(found[0]).objects.filter(renews__in=found).exclude(state="cancelled") if found else ():
        later[contract.renews_id] = contract
    for contract in found:
        next_one = later.get(contract.pk)
        rows.append(
            {
                "number": contract.number,
                "name": contract.name,
                "party": str(contract.party),
                "owner": str(contract.owner or ""),
                "valid_until": contract.valid_until,
                "days": (contract.valid_until - ctx.business_date).days,
                "value_base": contract.value_base,
                "renewal": contract.get_renewal_display(),
                "next": _("Renewed by %(contract)s") % {"contract": next_one} if next_one else "",
                "_record": ("contracts.contract", contract.pk),
            }
        )
    return Answer(rows, {"value_base": sum((row["value_base"] for row in rows), ZERO)})


def run_ageing(ctx, on) -> Answer:
    """Open instalments of each customer by how long they are overdue on a day, in base currency."""
    found = (
        access.rows(ctx, Instalment)
        .filter(document__state="agreed", open_amount__gt=0, due_on__isnull=False)
        .values_list("document__party_id", "document__party__name", "due_on", "open_base", "invoiced", "amount")
    )
    sums: dict = {}
    for party_id, party, due_on, amount, invoiced, whole in found:
        row = sums.setdefault((party, party_id), dict.fromkeys(("not_due", "d30", "d60", "d90", "older", "bare"), ZERO))
        row[_bucket((on - due_on).days)] += amount
        if whole > invoiced:
            row["bare"] += min(amount, amount * (whole - invoiced) / whole)
    rows = [
        {
            "party": party,
            **{name: round(row[name], 2) for name in row},
            "total": sum((row[name] for name, _l, _d in BUCKETS), ZERO),
            "_record": ("parties.party", party_id),
        }
        for (party, party_id), row in sorted(sums.items(), key=lambda pair: pair[0][0])
    ]
    names = [name for name, _l, _d in BUCKETS] + ["total", "bare"]
    return Answer(rows, {name: sum((row[name] for row in rows), ZERO) for name in names})


def _bucket(late: int) -> str:
    if late <= 0:
        return "not_due"
    return next((name for name, _label, most in BUCKETS if most and late <= most), "older")


Report(
    "contract-renewals",
    lazy("Renewals"),
    "Contracts",
    "contracts.contract",
    (
        Column("number", lazy("Contract")),
        Column("name", lazy("Subject")),
        Column("party", lazy("Customer")),
        Column("owner", lazy("Responsible")),
        Column("valid_until", lazy("Valid until"), "date"),
        Column("days", lazy("Days left"), "integer"),
        Column("value_base", lazy("Contract value"), "money"),
        Column("renewal", lazy("Renewal")),
        Column("next", lazy("Next one")),
    ),
    run_renewals,
    (Input("days", "integer", lazy("Ending within (days)"), initial=90),),
    help=lazy("What ends soon or has ended and is still active."),
    own_rows="view",
)
Report(
    "instalment-ageing",
    lazy("Instalments by age"),
    "Contracts",
    "contracts.instalment",
    (
        Column("party", lazy("Customer")),
        *(Column(name, label, "money") for name, label, _days in BUCKETS),
        Column("total", lazy("Total"), "money"),
        Column("bare", lazy("Not invoiced"), "money"),
    ),
    run_ageing,
    (Input("on", "date", lazy("As of"), initial=lambda record, ctx: ctx.business_date),),
    help=lazy("Open instalments by how long they are overdue; what is invoiced is also in the ageing of receivables."),
    own_rows="view",
)
