"""What people who sell and who collect find about contracts on their home."""

from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, home, policies

from . import queries
from .models import Contract, Instalment

home.watch(
    "contracts/invoice-requests",
    {"state": "requested"},
    ngettext_lazy("%(count)d invoice request to check", "%(count)d invoice requests to check", "count"),
    _("Representatives ask for these invoices. Check the tax data, then post or reject them."),
    verb="post_invoice",
    icon="file-invoice",
    amount="amount_base",
    due="wanted_on",
)
home.watch(
    "contracts/invoice-requests",
    {"state": "rejected"},
    ngettext_lazy("%(count)d invoice request rejected", "%(count)d invoice requests rejected", "count"),
    _("The books say why. Correct and ask again."),
    verb="correct",
    kind="exception",
    icon="circle-x",
    tone="amber",
    amount="amount_base",
)
home.watch(
    "contracts/contracts",
    {"state": "approved"},
    ngettext_lazy("%(count)d contract to sign", "%(count)d contracts to sign", "count"),
    _("Approved; have both sides sign."),
    verb="sign",
    icon="signature",
    amount="value_base",
)
home.watch(
    "contracts/contracts",
    {"state": "signed"},
    ngettext_lazy("%(count)d signed contract to activate", "%(count)d signed contracts to activate", "count"),
    _("Orders and invoices wait until it is active."),
    verb="activate",
    icon="player-play",
    amount="value_base",
)
home.watch(
    "contracts/contracts",
    {"state": "active", "valid_until__gte": home.days_from_now(0), "valid_until__lte": home.days_from_now(90)},
    ngettext_lazy("%(count)d contract ends in 90 days", "%(count)d contracts end in 90 days", "count"),
    _("Renew them, or let them end on purpose."),
    verb="renew",
    icon="calendar-due",
    amount="value_base",
    due="valid_until",
)
home.watch(
    "contracts/write-offs",
    {"state": "draft"},
    ngettext_lazy("%(count)d bad debt to write off", "%(count)d bad debts to write off", "count"),
    _("Proposed and not booked; it needs approval."),
    verb="post",
    icon="ban",
    amount="amount_base",
)


@home.exceptions.fill
def overdue_instalments(ctx):
    """Instalments past their day, for those who look after them, lead them or keep the books."""
    if ctx.user is None or not access.can(ctx, Instalment, "view"):
        return []
    if not (access.can(ctx, Contract, "amend") or access.can(ctx, Contract, "complete") or _keeps_books(ctx)):
        return []
    found = queries.overdue(ctx).aggregate(count=home.Count("pk"), cost=Sum("open_base"), due=Min("due_on"))
    if not found["count"]:
        return []
    title = ngettext_lazy("%(count)d instalment overdue", "%(count)d instalments overdue", "count")
    yesterday = ctx.business_date.fromordinal(ctx.business_date.toordinal() - 1)
    return [
        home.Waiting(
            title % {"count": found["count"]},
            f"/contracts/instalments/?document__state=agreed&due_on__lte={yesterday}&open_amount__gt=0",
            _("Ask the customer, agree on a new day, or propose to write it off."),
            kind="exception",
            icon="cash",
            tone="red",
            cost=found["cost"] or home.Decimal(0),
            due_on=found["due"],
        )
    ]


def _keeps_books(ctx) -> bool:
    return bool({"accountant", "controller", "manager"} & set(policies.of(ctx).roles))


@home.numbers.fill
def to_collect(ctx):
    """What instalments of contracts in sight are still to bring."""
    if not access.can(ctx, Contract, "amend") and not {"manager", "controller"} & set(policies.of(ctx).roles):
        return []
    rows = access.rows(ctx, Instalment).filter(document__state="agreed", open_amount__gt=0)
    value = rows.aggregate(sum=Sum("open_base"))["sum"]
    if not value:
        return []
    return [
        home.amount(
            ctx,
            _("To collect"),
            value,
            href="/contracts/instalments/?document__state=agreed&open_amount__gt=0",
            note=_("open instalments of contracts"),
            order=25,
        )
    ]


home.count("contracts/invoice-requests", "post_invoice", state="requested")
