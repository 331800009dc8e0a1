"""Hand-made pages of insight: charts of customers and deals, adding what is suggested, and working it out anew."""

from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, jobs, query, resource
from mainspring.web import menus
from mainspring.web.views import base, charts

from . import suggesting
from .jobs import recalculate
from .models import CustomerInsight


@menus.extra.fill
def in_menu(ctx) -> list[tuple[str, str, str]]:
    """The charts, for who sees customers and deals."""
    seen = all(access.can(ctx, resource.registry[key].model, "view") for key in (INSIGHT, DEALS))
    return [("Customers / Insight", _("Customers in charts"), "/analytics/charts/")] if seen else []


INSIGHT, DEALS = "analytics/customer-insights", "crm/opportunities"
RECENT, OPEN = {"is_customer": "1", "created_at": "last_365_days"}, {"state": "open"}
CHARTS = (
    (lazy("New customers"), "parties/parties", "created_at:month", "", "count", "bar", RECENT),
    (lazy("Customers by territory"), "parties/parties", "territory", "", "count", "horizontal", {"is_customer": "1"}),
    (lazy("Customers by segment"), INSIGHT, "segment", "", "count", "horizontal", {}),
    (lazy("Ordered, by segment and risk"), INSIGHT, "segment", "risk", "revenue", "stacked", {}),
    (lazy("Ordered, by class"), INSIGHT, "abc", "", "revenue", "bar", {}),
    (lazy("Ordered, by territory"), INSIGHT, "party__territory", "", "revenue", "horizontal", {}),
    (lazy("Pipeline by stage"), DEALS, "stage", "", "weighted_base", "bar", OPEN),
    (lazy("Pipeline by month"), DEALS, "expected_close_on:month", "stage", "weighted_base", "stacked", OPEN),
    (lazy("Pipeline by owner"), DEALS, "owner", "", "weighted_base", "horizontal", OPEN),
)
"""(title, list, dimension, split, measure, drawn as, filters) of each chart."""


@require_GET
@base.signed_in
def overview(request):
    """Charts of customers and deals in sight; each mark opens the records it counts."""
    shown = [chart for chart in (_chart(request, *one) for one in CHARTS) if chart]
    if not shown:
        raise Http404
    may_run = access.can(request.ctx, CustomerInsight, "recalculate")
    return render(
        request,
        "analytics/charts.html",
        {
            "page": {
                "title": _("Customers in charts"),
                "trail": [],
                "primary": None,
                "quiet": [
                    {
                        "name": "recalculate",
                        "label": _("Work out anew"),
                        "icon": "refresh",
                        "url": "/analytics/recalculate/",
                    }
                ]
                if may_run
                else [],
                "more": [],
            },
            "charts": shown,
            "watch": " ".join(dict.fromkeys(resource.registry[one[1]].label for one in CHARTS)),
        },
    )


def _chart(
    request, title, key: str, dimension: str, split: str, measure: str, drawn: str, filters: dict
) -> dict | None:
    """One chart over the records in sight; None where the person may not see them or what it is drawn by."""
    res = resource.registry[key]
    if not access.can(request.ctx, res.model, "view"):
        return None
    q = query.Query(res, request.ctx, query.parse(filters))
    dims, sums = dict(charts.dimensions(q)), dict(charts.measures(q))
    if dimension not in dims or measure not in sums or (split and split not in dims):
        return None
    props = charts.chart_props(request, q, dimension, split, measure, drawn, kept=list(filters.items()))
    return {"title": title, "note": sums[measure], "props": props}


@require_POST
@base.signed_in
def add_suggestion(request, label, pk, item):
    """Add what is suggested to a quotation or an order of the person."""
    model = suggesting.KINDS.get(label)
    if model is None:
        raise Http404
    document = base.get(request.ctx, resource.of(model), pk)
    suggesting.add(document, item, request.ctx)
    return base.done(refresh=True)


@require_POST
@base.signed_in
def work_out(request):
    """Start working it out now; the person is told of its progress among the jobs."""
    access.require(request.ctx, CustomerInsight, "recalculate")
    jobs.defer(recalculate, request.ctx, key=f"insight-{request.ctx.company_id}", title=str(recalculate.title))
    return base.done(text=_("Started; progress is shown under Jobs."), tone="info")


urlpatterns = [
    path("charts/", overview, name="customer_charts"),
    path("recalculate/", work_out, name="work_out_insight"),
    path("suggestions/<str:label>/<str:pk>/<int:item>/", add_suggestion, name="add_suggestion"),
]
