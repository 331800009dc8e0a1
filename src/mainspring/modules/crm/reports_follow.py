"""How often people follow up, how much of what was planned was done on its day, and who hears nothing (CRM-06).

Every number counts only what the reader may see, and opens the list of the records behind it.
"""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Max, Q, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, formats
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.parties.models import Party

from .models import HELD, Activity, FollowUpTask, Lead, Level, Method, PoolCustomer

ROWS_MAX = 200
BY = (
    ("person", lazy("Person")),
    ("method", lazy("Method")),
    ("week", lazy("Week")),
    ("level", lazy("Customer level")),
)
NO_PLACE = "-"
"""Level of what belongs to no customer in pools: leads, and customers nobody shares."""
PATHS = {"person": ("user", "owner"), "method": ("method", "method")}


def run_frequency(ctx, by, since, until) -> Answer:
    """Follow-ups written, and tasks by the day first planned: done, done on time, open and late."""
    if until < since:
        raise ValidationError({"until": _("The last day comes before the first.")})
    said = access.rows(ctx, Activity).filter(automatic=False, company=ctx.company_id)
    said = said.filter(at__date__gte=since, at__date__lte=until)
    planned = access.rows(ctx, FollowUpTask).filter(company=ctx.company_id)
    planned = planned.filter(planned_on__gte=since, planned_on__lte=until)
    counted = dict(_grouped(said, by, "user", "at").values_list("group").annotate(n=Count("pk")))
    rows = {key: _row(by, key, count, {}) for key, count in counted.items()}
    for found in _grouped(planned, by, "owner", "planned_on").values("group").annotate(**_sums(ctx.business_date)):
        rows[found["group"]] = _row(by, found["group"], counted.get(found["group"], 0), found)
    names = _names(by, rows)
    found = [row | {"group": names(key), "_href": _behind(by, key, since, until)} for key, row in rows.items()]
    found.sort(key=lambda row: row["group"] if by == "week" else (-row["follow_ups"], str(row["group"])))
    return Answer(found[:ROWS_MAX], totals=_totals(found))


def _grouped(rows, by: str, person: str, day: str):
    match by:
        case "person":
            group = F(person)
        case "week":
            group = TruncWeek(day)
        case "level":
            group = Coalesce("party__places__level", Value(NO_PLACE))
        case _:
            group = F("method")
    return rows.order_by().annotate(group=group)


def _sums(today: date) -> dict:
    """Planned counts what was to be done; what ended with its record was not."""
    meant = Q(state__in=("open", "done")) | Q(ending="dropped")
    return {
        "planned": Count("pk", meant),
        "done": Count("pk", Q(state="done")),
        "on_time": Count("pk", Q(state="done", done_on__lte=F("planned_on"))),
        "late": Count("pk", Q(state="open", planned_on__lt=today)),
    }


def _row(by: str, key, count: int, sums: dict) -> dict:
    planned, on_time = sums.get("planned", 0), sums.get("on_time", 0)
    return {
        "follow_ups": count,
        "planned": planned,
        "done": sums.get("done", 0),
        "on_time": on_time,
        "late": sums.get("late", 0),
        "share": round(100 * on_time / planned, 1) if planned else None,
    }


def _totals(rows: list[dict]) -> dict:
    sums = {name: sum(row[name] for row in rows) for name in ("follow_ups", "planned", "done", "on_time", "late")}
    return sums | {"share": round(100 * sums["on_time"] / sums["planned"], 1) if sums["planned"] else None}


def _names(by: str, rows):
    """What a group is called."""
    if by == "person":
        people = Activity._meta.get_field("user").related_model.objects.in_bulk([key for key in rows if key])
        return lambda key: str(people.get(key) or _("Nobody"))
    if by == "week":
        return lambda key: _day(key)
    labels = {"method": dict(Method.choices), "level": dict(Level.choices) | {NO_PLACE: _("Not in pools")}}[by]
    return lambda key: str(labels.get(key) or _("None"))


def _day(moment) -> date:
    return timezone.localdate(moment) if hasattr(moment, "hour") else moment


def _behind(by: str, key, since: date, until: date) -> str:
    """The list of the follow-ups behind a row; of a level the customers who have it, with their last follow-up."""
    if by == "level" and key == NO_PLACE:
        return ""
    if by == "level":
        return f"/crm/pool-customers/?{urlencode({'level': key} if key else {'level__empty': 'true'})}"
    if by == "week":
        since, until = _day(key), _day(key) + timedelta(days=6)
    given = {"at__gte": since.isoformat(), "at__lt": (until + timedelta(days=1)).isoformat()}
    if by in PATHS and key:
        given[PATHS[by][0]] = str(key)
    return f"/crm/activities/?{urlencode(given)}"


Report(
    "crm-follow-ups",
    lazy("How often we follow up"),
    "Customers",
    "crm.activity",
    (
        Column("group", lazy("Group")),
        Column("follow_ups", lazy("Follow-ups"), "integer"),
        Column("planned", lazy("Tasks planned"), "integer"),
        Column("done", lazy("Done"), "integer"),
        Column("on_time", lazy("On time"), "integer"),
        Column("late", lazy("Overdue"), "integer"),
        Column("share", lazy("On time (%)"), "percent"),
    ),
    run_frequency,
    parameters=(
        Input("by", "choice", lazy("By"), choices=BY, initial="person"),
        Input("since", "date", lazy("From"), initial=lambda r, ctx: ctx.business_date - timedelta(days=84)),
        Input("until", "date", lazy("Until"), initial=lambda r, ctx: ctx.business_date),
    ),
    help=lazy("Follow-ups by people, and tasks by the day they were first planned for; putting off is not on time."),
    chart={"kind": "bar", "x": "group", "y": ["follow_ups", "planned", "on_time"]},
    own_rows="create",
)


# -- who hears nothing ------------------------------------------------------------------------------------------------


def run_silent(ctx, days) -> Answer:
    """Leads held and customers owned with whom nobody of us talked for so many days, the longest silence first."""
    if not 1 <= days <= DAYS_MAX:
        raise ValidationError({"days": _("From 1 to %(most)d days.") % {"most": DAYS_MAX}})
    since = timezone.now() - timedelta(days=days)
    talked = Max("activities__at", filter=Q(activities__automatic=False))
    leads = access.rows(ctx, Lead).filter(company=ctx.company_id, state__in=HELD, claimed_at__lt=since)
    customers = access.rows(ctx, Party).filter(is_customer=True, active=True, owner__isnull=False, created_at__lt=since)
    found = []
    for kind, rows, key in ((_("Lead"), leads, "/crm/leads/"), (_("Customer"), customers, "/parties/parties/")):
        rows = rows.order_by().annotate(last=talked).filter(Q(last=None) | Q(last__lt=since))
        level = {} if rows.model is Lead else _levels(rows)
        for one in rows.select_related("owner").order_by(F("last").asc(nulls_first=True), "pk")[:ROWS_MAX]:
            found.append(
                {
                    "name": str(one),
                    "kind": kind,
                    "owner": str(one.owner or ""),
                    "level": level.get(one.pk, ""),
                    "last": timezone.localdate(one.last) if one.last else None,
                    "days": (ctx.business_date - timezone.localdate(one.last)).days if one.last else None,
                    "_href": f"{key}{one.pk}/",
                }
            )
    found.sort(key=lambda row: (row["last"] is not None, row["last"] or date.min))
    notes = [] if found else [_("Everybody heard from us since %(day)s.") % {"day": formats.day(since)}]
    return Answer(found[:ROWS_MAX], notes=notes)


def _levels(customers) -> dict:
    places = PoolCustomer.objects.filter(party__in=customers.order_by().values("pk")).exclude(level="")
    return {place.party_id: place.get_level_display() for place in places}


Report(
    "crm-silence",
    lazy("Without a follow-up"),
    "Customers",
    "crm.activity",
    (
        Column("name", lazy("Name")),
        Column("kind", lazy("What")),
        Column("owner", lazy("Owner")),
        Column("level", lazy("Customer level")),
        Column("last", lazy("Last follow-up"), "date"),
        Column("days", lazy("Days"), "integer"),
    ),
    run_silent,
    parameters=(Input("days", "integer", lazy("For at least (days)"), initial=30),),
    help=lazy("Leads and customers in your sight whose owner said nothing to them for so long."),
    own_rows="create",
)
