"""Pages and endpoints of insight, and what it adds to the pages of quotations and orders."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models, overview, queries, suggesting  # noqa: F401 (overview fills the customer's page)

MENU = "Customers / Insight"


class CustomerInsights(Resource):
    model = models.CustomerInsight
    menu = MENU
    icon = "chart-dots"
    columns = "party segment abc risk risk_pct last_on usual_days orders revenue margin party__owner party__territory"
    search = "party__name party__code"
    filters = (
        "segment abc xyz risk risk_pct party__owner party__territory party__country last_on first_on orders revenue "
        "margin segment_before segment_since"
    )
    form = (
        "party as_of | Value: segment recency frequency monetary orders revenue margin abc xyz first_on last_on | "
        "Silence: risk risk_pct silent_days usual_days pauses pauses_shorter share_all_pct |"
        " segment_before segment_since"
    )
    order = "-risk_pct"
    dimensions = "segment abc xyz risk party__territory party__owner party__country segment_since first_on last_on"
    measures = "revenue margin orders"
    kanban = "segment"
    creatable = False


class InsightChanges(Resource):
    model = models.InsightChange
    menu = MENU
    icon = "chart-line"
    columns = "on party segment_before segment abc risk revenue"
    search = "party__name"
    filters = "on party segment_before segment abc risk"
    form = "party on | segment_before segment abc risk revenue"
    order = "-on"
    dimensions = "on segment_before segment abc risk"
    measures = "revenue"
    creatable = False


class BoughtTogethers(Resource):
    model = models.BoughtTogether
    menu = MENU
    title = _("Bought together")
    icon = "coins"
    columns = "item other buyers together confidence_pct lift support_pct as_of"
    search = "item__name item__code other__name other__code"
    filters = "item other buyers together confidence_pct lift"
    form = "item other | buyers together support_pct confidence_pct lift as_of"
    order = "-confidence_pct"
    dimensions = "item other"
    creatable = False


resource.amend(
    "analytics.customerinsight",
    panel="analytics/reasons.html",
    title=_("Why"),
    context=lambda found, ctx: {"reasons": queries.reasons(ctx, found)},
    place="body",
)
for _label in ("sales.quotation", "sales.salesorder"):
    resource.amend(
        _label,
        panel="analytics/suggestions.html",
        title=_("What to offer besides"),
        context=suggesting.of_document,
        place="body",
    )
resource.amend("parties.party", related=(_("Segments"), "analytics/insight-changes", "party"))
