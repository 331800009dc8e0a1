"""What people who plan and make find on their home."""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, formats, home

from . import queries
from .models import CapacityBooking, ProductionOrder, ProductionReport

IN_WORK = "released,in_progress"

home.watch(
    "production/production-orders",
    {"state": "proposed"},
    ngettext_lazy("%(count)d proposed production order", "%(count)d proposed production orders", "count"),
    _("The plan asks for them; each says which demand it serves. Confirm what you stand for."),
    verb="confirm",
    icon="tools",
    due="starts_on",
)
home.watch(
    "production/production-orders",
    {"state": "confirmed", "starts_on__lte": home.days_from_now(1)},
    ngettext_lazy("%(count)d production order to release", "%(count)d production orders to release", "count"),
    _("They start by tomorrow. Releasing keeps the material and tells the workshop."),
    verb="release",
    icon="player-play",
    tone="amber",
    due="starts_on",
)
home.watch(
    "production/production-orders",
    {"state__in": f"confirmed,{IN_WORK}", "due_on": "past"},
    ngettext_lazy("%(count)d production order is late", "%(count)d production orders are late", "count"),
    _("Due and not completed. Expedite, split, or tell sales the new date."),
    verb="confirm",
    roles=("manager",),
    kind="exception",
    icon="clock-exclamation",
    tone="red",
    due="due_on",
)
home.watch(
    "production/production-orders",
    {"state": "released", "starts_on__lte": home.days_from_now(0)},
    ngettext_lazy("%(count)d production order to start", "%(count)d production orders to start", "count"),
    _("Released and planned to start by today. Issue the components and report work."),
    verb="production.productionreport:post",
    unless="confirm",
    icon="player-play",
    due="starts_on",
)
home.watch(
    "production/production-orders",
    {"state__in": IN_WORK, "due_on": "past"},
    ngettext_lazy("%(count)d production order is late", "%(count)d production orders are late", "count"),
    _("Due and not completed. Report what is done; tell the planner what holds it up."),
    verb="production.productionreport:post",
    unless="confirm",
    kind="exception",
    icon="clock-exclamation",
    tone="red",
    due="due_on",
)
home.watch(
    "production/production-reports",
    {"state": "draft"},
    ngettext_lazy("%(count)d shop report to post", "%(count)d shop reports to post", "count"),
    _("Material, work and output count only once they are posted."),
    verb="post",
    icon="clipboard-check",
    due="done_on",
)
home.watch(
    "production/production-orders",
    {"state": "completed"},
    ngettext_lazy("%(count)d production order to close", "%(count)d production orders to close", "count"),
    _("Completed. Closing moves what is left in process to the goods or to the variance."),
    verb="close",
    icon="archive",
    due="due_on",
)
home.watch(
    "production/production-reports",
    {"state": "posted", "scrap__gt": "0", "done_on": "last_30_days"},
    ngettext_lazy("%(count)d shop report with scrap", "%(count)d shop reports with scrap", "count"),
    _("Of the last thirty days, each with its reason: look whether the design or the routing is the cause."),
    verb="engineering.bom:change",
    kind="exception",
    icon="recycle",
    tone="amber",
    due="done_on",
)
home.watch(
    "production/measurements",
    {"is_right": "false", "measured_at": "last_7_days", "report__state": "posted"},
    ngettext_lazy("%(count)d measurement outside its limits", "%(count)d measurements outside their limits", "count"),
    _("Of the last seven days. Look whether the machine, the tool or the limit is wrong."),
    verb="production.productionorder:release",
    kind="exception",
    icon="ruler-measure",
    tone="red",
)


@home.numbers.fill
def in_work(ctx):
    """Orders in the workshop, and the load of the two weeks ahead, for planners."""
    if not access.can(ctx, ProductionOrder, "confirm"):
        return []
    working = access.rows(ctx, ProductionOrder).filter(state__in=IN_WORK.split(",")).count()
    rows = queries.load(ctx, weeks=2)
    given = sum(row["available"] for row in rows)
    load = sum(row["planned"] + row["done"] for row in rows) * 100 / given if given else 0
    crowded = sum(1 for row in rows if row["is_overloaded"])
    return [
        home.Number(
            _("Production orders in work"),
            formats.number(working),
            href=f"/production/production-orders/?state__in={IN_WORK}",
            note=_("released or in progress"),
            order=10,
        ),
        home.Number(
            _("Load of two weeks"),
            formats.number(load),
            "%",
            tone="red" if crowded else "",
            href="/reports/work-center-load/?weeks=2",
            note=str(
                ngettext_lazy("%(count)d overloaded week", "%(count)d overloaded weeks", "count") % {"count": crowded}
            ),
            order=12,
        ),
    ]


@home.numbers.fill
def work_done(ctx):
    """Hours and output reported this week, for the workshop."""
    if not access.can(ctx, ProductionReport, "post") or access.can(ctx, ProductionOrder, "confirm"):
        return []
    found = []
    reports = access.rows(ctx, ProductionReport).filter(state="posted")
    if access.can(ctx, CapacityBooking, "view"):
        hours = home.by_week(ctx, reports, "done_on", Sum("hours"))
        found.append(
            home.Number(
                _("Hours reported this week"),
                formats.number(home.Decimal(str(hours[-1])), 0, 1),
                "h",
                trend=hours,
                href="/production/production-reports/?state=posted&done_on=this_week&hours__gt=0",
                note=_("work done; the line shows twelve weeks"),
                order=14,
            )
        )
    found.append(
        home.this_week(
            ctx,
            _("Outputs received this week"),
            reports.filter(kind=ProductionReport.Kind.OUTPUT),
            "done_on",
            href=f"/production/production-reports/?state=posted&done_on=this_week&kind={ProductionReport.Kind.OUTPUT}",
            note=_("reports of output; the line shows twelve weeks"),
            order=16,
        )
    )
    return found


@home.counts.fill
def what_waits(ctx):
    """Proposals to confirm, or orders to start, for the menu."""
    if access.can(ctx, ProductionOrder, "confirm"):
        return {"production/production-orders": access.rows(ctx, ProductionOrder).filter(state="proposed").count()}
    return {}
