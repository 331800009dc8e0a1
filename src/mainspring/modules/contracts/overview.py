"""What contracts tell on a customer's page: what is under contract, and which one ends soon (CRM-01, U3)."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, formats, home
from mainspring.modules.parties import queries as parties

from .models import LIVE, Contract

overview = parties.overview

overview.happening(
    "contracts",
    lazy("Contracts"),
    "contracts.contract",
    at="created_at",
    icon="certificate",
    text="name",
    amount="value",
    who="owner",
)


def living(customer):
    """Contracts of the customer in sight that bind and are worked under."""
    return customer.rows(Contract).filter(state__in=LIVE)


@overview.figures.fill
def under_contract(customer) -> list[home.Number]:
    if not (access.can(customer.ctx, Contract, "view") and access.may_see(customer.ctx, Contract, "value_base")):
        return []
    found = living(customer).aggregate(value=Sum("value_base"), count=Count("pk"))
    if not found["count"]:
        return []
    return [
        customer.money(
            _("Under contract"),
            found["value"] or Decimal(0),
            note=_("living contracts: %(count)d") % {"count": found["count"]},
            href=f"/contracts/contracts/?party={customer.party.pk}&state__in={','.join(LIVE)}",
            order=35,
        )
    ]


@overview.actions.fill
def ask_about_renewal(customer) -> list[overview.Action]:
    """A contract ends within its days of notice."""
    ctx = customer.ctx
    if not access.can(ctx, Contract, "view"):
        return []
    ending = living(customer).filter(valid_until__gte=ctx.business_date).order_by("valid_until", "pk")[:5]
    first = next((c for c in ending if c.valid_until <= ctx.business_date + timedelta(days=c.notice_days)), None)
    if first is None:
        return []
    days = (first.valid_until - ctx.business_date).days
    return [
        overview.Action(
            "contract_ends",
            max(72 - days // 3, 50),
            _("Speak about renewing %(number)s") % {"number": first.number},
            _("It ends on %(day)s, in %(days)d days; %(name)s.")
            % {"day": formats.day(first.valid_until), "days": days, "name": first.name},
            href=f"/contracts/contracts/{first.pk}/",
            label=_("Open"),
            go=f"/contracts/contracts/{first.pk}/",
            icon="certificate",
            tone="amber",
        )
    ]
