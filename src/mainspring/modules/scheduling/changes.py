"""Is a schedule older than what it rests on, and what changed? (CAP-04)"""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainspring.kernel import database
from mainspring.kernel.models import Absence
from mainspring.modules.engineering.models import Downtime, Machine, Operator, PersonSkill, Tool, WorkCenter
from mainspring.modules.organization.models import CalendarException, WorkCalendar

from .models import Changeover, ItemFamily, Schedule

DIGEST = """
SELECT o.id, o.number, md5(concat_ws('|', o.quantity, o.completed_quantity, o.due_on, o.priority, o.routing_id,
       (SELECT string_agg(concat_ws(':', op.sequence, op.progress, op.good_quantity, op.quantity, op.work_center_id),
                          ',' ORDER BY op.sequence)
        FROM production_productionoperation op WHERE op.order_id = o.id))) AS facts,
       EXISTS (SELECT FROM production_productionoperation op WHERE op.order_id = o.id AND op.progress <> 'done') AS work
FROM production_productionorder o
WHERE o.site_id = %(site)s AND o.due_on IS NOT NULL AND o.state IN ('confirmed', 'released', 'in_progress')"""

DIFFERENT = f"""
WITH now AS ({DIGEST}), kept AS (
    SELECT k.order_id, k.facts, o.number, o.state FROM scheduling_scheduledorder k
    JOIN production_productionorder o ON o.id = k.order_id WHERE k.schedule_id = %(schedule)s)
SELECT COALESCE(n.number, k.number) AS number, COALESCE(n.id, k.order_id) AS id,
       CASE WHEN k.order_id IS NULL THEN 'new' WHEN n.id IS NULL THEN 'gone' ELSE 'changed' END AS kind
FROM now n FULL JOIN kept k ON k.order_id = n.id
WHERE (k.order_id IS NULL AND n.work) OR (n.id IS NULL AND k.state <> 'proposed')
   OR (n.id IS NOT NULL AND k.order_id IS NOT NULL AND k.facts <> n.facts)
ORDER BY 1"""

SHOWN_MAX = 5


@dataclass(frozen=True)
class Change:
    """So many orders that are new, gone or changed, or something the whole site rests on."""

    text: str
    orders: tuple[tuple[str, str], ...] = ()


def digests(site_id: int) -> dict:
    """{order: digest of what it asks for} of the open orders of a site."""
    return {row["id"]: row["facts"] for row in database.rows(DIGEST, site=site_id)}


def of_resources(site) -> dict[str, str]:
    """Number of and latest change to what the site works with, by kind."""
    found = {}
    for name, rows in _resources(site):
        row = rows.aggregate(latest=Max("updated_at"))
        found[name] = f"{rows.count()} {row['latest'].isoformat() if row['latest'] else ''}"
    return found


def _resources(site):
    people = Operator.objects.filter(work_center__site=site).values("person")
    return (
        ("calendars", WorkCalendar.objects.all()),
        ("exceptions", CalendarException.objects.all()),
        ("centers", WorkCenter.objects.filter(site=site)),
        ("machines", Machine.objects.filter(work_center__site=site)),
        ("downtimes", Downtime.objects.filter(machine__work_center__site=site)),
        ("operators", Operator.objects.filter(work_center__site=site)),
        ("absences", Absence.objects.filter(user__in=people)),
        ("skills", PersonSkill.objects.all()),
        ("tools", Tool.objects.filter(site=site)),
        ("changeovers", Changeover.objects.filter(work_center__site=site)),
        ("families", ItemFamily.objects.filter(work_center__site=site)),
    )


def told(schedule: Schedule) -> list[Change]:
    """What changed since the schedule was computed; empty while it is current."""
    if schedule.solved_at is None:
        return []
    rows = database.rows(DIFFERENT, site=schedule.site_id, schedule=schedule.pk)
    found = []
    for kind in ("new", "changed", "gone"):
        own = [row for row in rows if row["kind"] == kind]
        if own:
            shown = tuple((row["number"], str(row["id"])) for row in own[:SHOWN_MAX])
            found.append(Change(_said(kind, len(own)), shown))
    now = of_resources(schedule.site)
    names = [str(_named(name)) for name in now if schedule.facts.get(name) != now[name]]
    if names:
        found.append(Change(_("Changed: %(what)s.") % {"what": ", ".join(names)}))
    return found


def _said(kind: str, count: int) -> str:
    if kind == "new":
        return ngettext("%(n)s order is not in it", "%(n)s orders are not in it", count) % {"n": count}
    if kind == "gone":
        return ngettext("%(n)s order is no longer open", "%(n)s orders are no longer open", count) % {"n": count}
    return ngettext("%(n)s order has changed", "%(n)s orders have changed", count) % {"n": count}


def _named(name: str) -> str:
    return {
        "calendars": _("calendars"),
        "exceptions": _("exceptions of calendars"),
        "centers": _("work centers"),
        "machines": _("machines"),
        "downtimes": _("downtimes"),
        "operators": _("operators"),
        "absences": _("absences"),
        "skills": _("skills of people"),
        "tools": _("tools"),
        "changeovers": _("change-overs"),
        "families": _("set-up families"),
    }[name]
