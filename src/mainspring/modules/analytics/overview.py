"""What insight adds to a customer's page: its segment, whom to call before it is lost, what others buy (U3)."""

from django.utils.translation import gettext as _

from mainspring.kernel import access, formats, home
from mainspring.modules.crm.models import PoolCustomer
from mainspring.modules.parties import queries as parties
from mainspring.modules.sales.models import Quotation

from . import queries
from .models import CustomerInsight, Risk

overview = parties.overview
TONES = {Risk.LOW: "", Risk.RAISED: "amber", Risk.HIGH: "red"}


def known(customer) -> CustomerInsight | None:
    return customer.once("analytics.insight", lambda: queries.insight_of(customer.ctx, customer.party))


@overview.figures.fill
def segment(customer) -> list[home.Number]:
    found = known(customer)
    if found is None:
        return []
    level = _level(customer)
    note = (_("level %(level)s, ") % {"level": level} if level else "") + _(
        "class %(abc)s%(xyz)s, risk %(percent)s %%"
    ) % {
        "abc": found.abc,
        "xyz": found.xyz,
        "percent": formats.number(found.risk_pct, 0, 0),
    }
    return [
        home.Number(
            _("Segment"),
            found.get_segment_display(),
            note=note,
            tone=TONES[Risk(found.risk)],
            href=f"/analytics/customer-insights/{found.pk}/",
            order=5,
        )
    ]


def _level(customer) -> str:
    """The level sales gave the customer, where the person may see it."""
    rows = (
        customer.rows(PoolCustomer) if access.can(customer.ctx, PoolCustomer, "view") else PoolCustomer.objects.none()
    )
    return rows.values_list("level", flat=True).first() or ""


@overview.actions.fill
def call_before_lost(customer) -> list[overview.Action]:
    """The silence is unusual for this customer."""
    found = known(customer)
    if found is None or found.risk == Risk.LOW:
        return []
    high = found.risk == Risk.HIGH
    url = f"/analytics/customer-insights/{found.pk}/do/plan_call/"
    return [
        overview.Action(
            "silent",
            58 + (12 if found.abc == "A" else 0) if high else 33,
            _("Call before they are lost") if high else _("Ask when they order next"),
            next(one["text"] for one in queries.reasons(customer.ctx, found)[1:2]),
            href=f"/analytics/customer-insights/{found.pk}/",
            icon="clock-exclamation",
            tone="red" if high else "amber",
            **(
                {"label": _("Plan a call"), "url": url}
                if access.can(customer.ctx, CustomerInsight, "plan_call")
                else {}
            ),
        )
    ]


@overview.actions.fill
def offer(customer) -> list[overview.Action]:
    """Others who bought the same also bought something this customer never did."""
    if not access.can(customer.ctx, Quotation, "create"):
        return []
    return [
        overview.Action(
            "suggestion",
            30,
            _("Offer %(item)s") % {"item": one["item"]},
            one["why"],
            href=f"/reports/bought-one-not-other/?item={one['item_id']}&other={one['other_id']}",
            label=_("New quotation"),
            go=f"/sales/quotations/new/?party={customer.party.pk}",
            icon="file-description",
        )
        for one in queries.suggestions(customer.ctx, customer.party, limit=1)
    ]
