"""The master plan broken down: hours by plant, department, work center and person, and the tasks (MFG-02)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mainspring.engines.calendar import working
from mainspring.kernel import access, database, formats, shapes
from mainspring.kernel.models import Department, Site, User
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.organization import queries as organization
from mainspring.modules.production.models import ProductionOperation, ProductionOrder
from mainspring.modules.production.models.verbs import OPEN

ZERO = Decimal(0)
SHOWN_MAX = 300
LEVELS = ("site", "department", "center", "person")


@dataclass(frozen=True)
class Period:
    """A week or a day of the break-down, [first, last)."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """The week by its number, a day by its date."""
        return f"{self.first:%G-W%V}" if (self.last - self.first).days > 1 else formats.day(self.first)


@dataclass
class Cell:
    """Hours of a place in a period: `left` still to be worked, `done`, `open` what it has; `tasks` how many."""

    left: Decimal = ZERO
    done: Decimal = ZERO
    open: Decimal = ZERO
    proposed: Decimal = ZERO
    tasks: int = 0

    @property
    def is_over(self) -> bool:
        return self.left + self.done > self.open

    @property
    def load_pct(self) -> int | None:
        used = self.left + self.done
        return int(used * 100 / self.open) if self.open else (None if used else 0)


@dataclass
class Place:
    """A row of the break-down: a plant, a department, a work center or a person, with a cell a period.

    late  hours that were planned before today and are not done; they are in no period
    """

    level: str
    record: Any
    name: str
    cells: list[Cell]
    late: Decimal = ZERO
    late_tasks: int = 0
    below: list["Place"] = field(default_factory=list)
    parent: "Place | None" = None

    @property
    def total(self) -> Cell:
        found = Cell()
        for cell in self.cells:
            found.left, found.done, found.open = found.left + cell.left, found.done + cell.done, found.open + cell.open
            found.tasks += cell.tasks
        return found


def weeks(first: date, count: int) -> list[Period]:
    """So many weeks from the one of a day on."""
    monday = first - timedelta(days=first.weekday())
    return [Period(monday + timedelta(weeks=n), monday + timedelta(weeks=n + 1)) for n in range(count)]


def days_of(first: date) -> list[Period]:
    """The seven days of the week of a day."""
    monday = first - timedelta(days=first.weekday())
    return [Period(monday + timedelta(days=n), monday + timedelta(days=n + 1)) for n in range(7)]


def may_see(ctx) -> bool:
    """Whether a person sees any work at all."""
    return access.can(ctx, ProductionOrder, "view") and access.can(ctx, ProductionOperation, "view")


def centers_in_sight(ctx, department: Department | None = None) -> QuerySet:
    """Work centers of the company the person sees, those of a department and the departments in it."""
    found = access.rows(ctx, WorkCenter).filter(site__company=ctx.company_id, active=True)
    if department is not None:
        found = found.filter(department__in=with_below(department))
    return found.select_related("site", "department").order_by("site__code", "department__code", "code")


def with_below(department: Department) -> list[int]:
    """The keys of a department and of all in it."""
    return [
        row["id"]
        for row in database.rows(
            """WITH RECURSIVE down AS (
                SELECT id FROM kernel_department WHERE id = %(top)s
                UNION SELECT d.id FROM kernel_department d JOIN down ON d.parent_id = down.id)
            SELECT id FROM down""",
            top=department.pk,
        )
    ]


# -- what is read -----------------------------------------------------------------------------------------------------

CONFIRMED = """
SELECT op.id AS operation_id, op.order_id, op.work_center_id, op.person_id, op.sequence, op.name, b.on_date,
       CASE WHEN b.state = 'planned' THEN b.hours ELSE 0 END AS hours,
       CASE WHEN b.state = 'done' THEN b.hours ELSE 0 END AS done, false AS proposed
FROM production_capacitybooking b
JOIN production_productionoperation op ON op.id = b.operation_id
WHERE b.work_center_id = ANY(%(centers)s) AND b.on_date < %(until)s
  AND (b.state = 'planned' OR b.on_date >= %(since)s) AND op.id IN ({operations})
"""
PROPOSED = """
SELECT NULL::bigint AS operation_id, p.order_id, p.work_center_id, NULL::bigint AS person_id, p.sequence, p.name,
       COALESCE(closed.open_on, d.on_date) AS on_date, p.hours, 0 AS done, true AS proposed
FROM (
    SELECT o.id AS order_id, o.site_id, o.starts_on, o.due_on, ro.work_center_id, ro.sequence, ro.name, ro.supplier_id,
           row_number() OVER (PARTITION BY o.id ORDER BY ro.sequence) - 1 AS n,
           count(*) OVER (PARTITION BY o.id) AS steps,
           (ro.setup_hours + ro.run_hours_per_unit * o.quantity * EXP(SUM(LN(100 / ro.yield_pct))
               OVER (PARTITION BY o.id ORDER BY ro.sequence DESC)))::numeric(14, 4) AS hours
    FROM production_productionorder o
    CROSS JOIN LATERAL (
        SELECT r.id FROM engineering_routing r WHERE r.item_id = o.item_id AND r.active
          AND (r.site_id IS NULL OR r.site_id = o.site_id) AND (r.valid_from IS NULL OR r.valid_from <= o.starts_on)
          AND (r.valid_to IS NULL OR r.valid_to > o.starts_on) ORDER BY r.site_id NULLS LAST LIMIT 1) r
    JOIN engineering_routingoperation ro ON ro.document_id = r.id
    WHERE o.state = 'proposed' AND o.is_planned AND o.starts_on < %(until)s AND o.id IN ({orders})) p
CROSS JOIN LATERAL (SELECT GREATEST(p.starts_on + (p.n * GREATEST(p.due_on - p.starts_on, 0) / p.steps)::int,
                                    %(today)s::date) AS on_date) d
LEFT JOIN unnest(%(closed_sites)s::bigint[], %(closed_days)s::date[], %(open_days)s::date[])
    AS closed (site_id, on_date, open_on) ON closed.site_id = p.site_id AND closed.on_date = d.on_date
WHERE p.work_center_id = ANY(%(centers)s) AND p.supplier_id IS NULL AND p.hours > 0
"""
"""Operations of proposals, one after another over the days of the proposal, on days the plant works."""


def _work(ctx, centers: Sequence[int], since: date, until: date, select: str, **more) -> list[dict]:
    """Rows of `select` over the table `work`: hours of every operation in sight by day, done and to be done.

    One statement. Days of orders whose days have passed stay as they are: they are late.
    """
    orders = access.rows(ctx, ProductionOrder).filter(company=ctx.company_id)
    operations = access.rows(ctx, ProductionOperation).filter(order__state__in=(*OPEN, "completed", "closed"))
    open_sql, open_values = orders.filter(state="proposed").order_by().values("pk").query.sql_with_params()
    own_sql, own_values = operations.filter(order__in=orders).order_by().values("pk").query.sql_with_params()
    given = {"centers": list(centers), "since": since, "until": until, "today": ctx.business_date, **more}
    given |= _closed(ctx, until)
    named = {f"o{n}": value for n, value in enumerate((*own_values, *open_values))}
    own_sql = _named(own_sql, 0)
    open_sql = _named(open_sql, len(own_values))
    work = f"{CONFIRMED.format(operations=own_sql)} UNION ALL {PROPOSED.format(orders=open_sql)}"
    with connection.cursor() as cursor:
        cursor.execute(f"WITH work AS ({work}) {select}", {**given, **named})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _closed(ctx, until: date) -> dict[str, list]:
    """Closed days of the plants from today on, with the day that is open before each, else the first after it."""
    found: dict[str, list] = {"closed_sites": [], "closed_days": [], "open_days": []}
    for site in access.rows(ctx, Site).filter(company=ctx.company_id, active=True):
        calendar = organization.site_days(site)
        for n in range((until - ctx.business_date).days):
            day = ctx.business_date + timedelta(days=n)
            if calendar.is_working(day):
                continue
            before = working.previous_working_day(calendar, day)
            found["closed_sites"].append(site.pk)
            found["closed_days"].append(day)
            found["open_days"].append(
                before if before >= ctx.business_date else working.next_working_day(calendar, day)
            )
    return found


def _named(sql: str, first: int) -> str:
    """The statement with its places named o0, o1, … from a number on."""
    parts = sql.split("%s")
    return "".join(f"{part}%(o{first + n})s" for n, part in enumerate(parts[:-1])) + parts[-1]


BY_DAY = """
SELECT work_center_id, person_id, on_date, SUM(hours) AS hours, SUM(done) AS done,
       COALESCE(SUM(hours) FILTER (WHERE proposed), 0) AS proposed,
       count(DISTINCT (order_id, sequence)) FILTER (WHERE hours > 0) AS tasks
FROM work GROUP BY 1, 2, 3"""


def broken_down(ctx, periods: Sequence[Period], *, department: Department | None = None) -> list[Place]:
    """The tree of plants, departments, work centers and people with their hours a period; a handful of queries.

    Every place is the sum of what is below it. A work center shows its people where some of its work is given to them.
    """
    since, until = periods[0].first, periods[-1].last
    centers = list(centers_in_sight(ctx, department))
    by_center: dict[int, list[dict]] = defaultdict(list)
    for row in _work(ctx, [c.pk for c in centers], since, until, BY_DAY):
        by_center[row["work_center_id"]].append(row)
    persons = {row["person_id"] for rows in by_center.values() for row in rows if row["person_id"]}
    people = User.objects.in_bulk(persons)
    offered = engineering.standard_hours(centers, since, until)
    top: list[Place] = []
    for center in centers:
        place = _center_place(top, center, periods)
        for n, period in enumerate(periods):
            span = range((period.last - period.first).days)
            hours = sum((offered[center.pk, period.first + timedelta(days=d)] for d in span), ZERO)
            _add_up(place, n, open=hours)
        _fill(place, by_center[center.pk], periods, people, ctx.business_date)
    return top


def _center_place(top: list[Place], center: WorkCenter, periods) -> Place:
    """The row of a work center, under its department, under its plant."""
    above: Place | None = None
    rows = top
    for level, record in (("site", center.site), ("department", center.department)):
        key = record.pk if record else None
        found = next((p for p in rows if (p.record.pk if p.record else None) == key), None)
        if found is None:
            name = str(record) if record else _("No department")
            found = Place(level, record, name, [Cell() for _period in periods], parent=above)
            rows.append(found)
        above, rows = found, found.below
    place = Place("center", center, str(center), [Cell() for _period in periods], parent=above)
    rows.append(place)
    return place


def _fill(place: Place, rows: list[dict], periods, people: dict, today: date) -> None:
    by_person: dict[int | None, list[dict]] = defaultdict(list)
    for row in rows:
        by_person[row["person_id"]].append(row)
    named = any(key is not None for key in by_person)
    for key in sorted(by_person, key=lambda k: (k is None, str(people.get(k, "")))):
        target = place
        if named:
            name = str(people[key]) if key is not None else _("Nobody yet")
            target = Place("person", people.get(key), name, [Cell() for _period in periods], parent=place)
            place.below.append(target)
        for row in by_person[key]:
            _count(target, row, periods, today)


def _count(place: Place, row: dict, periods, today: date) -> None:
    n = next((n for n, p in enumerate(periods) if p.first <= row["on_date"] < p.last), None)
    if row["hours"] and row["on_date"] < today:
        at: Place | None = place
        while at is not None:
            at.late, at.late_tasks, at = at.late + row["hours"], at.late_tasks + row["tasks"], at.parent
        if n is not None:
            _add_up(place, n, done=row["done"])
    elif n is not None:
        _add_up(place, n, left=row["hours"], done=row["done"], proposed=row["proposed"], tasks=row["tasks"])


def _add_up(place: Place | None, n: int, **amounts) -> None:
    """Add to a cell of a place and of all above it."""
    while place is not None:
        cell = place.cells[n]
        for name, amount in amounts.items():
            setattr(cell, name, getattr(cell, name) + amount)
        place = place.parent


# -- the tasks --------------------------------------------------------------------------------------------------------

TASK = """,
task AS (
    SELECT work_center_id, order_id, sequence, person_id, proposed, MIN(name) AS name,
           MIN(operation_id) AS operation_id, MIN(on_date) FILTER (WHERE hours > 0) AS on_date,
           SUM(hours) AS hours, SUM(done) AS done
    FROM work WHERE {where} GROUP BY 1, 2, 3, 4, 5)
"""
PLAIN = (
    TASK
    + """
SELECT t.*, o.number, o.item_id, c.department_id, COALESCE(op.quantity, o.quantity) AS quantity
FROM task t JOIN production_productionorder o ON o.id = t.order_id
JOIN engineering_workcenter c ON c.id = t.work_center_id
LEFT JOIN production_productionoperation op ON op.id = t.operation_id
WHERE t.hours > 0 ORDER BY t.on_date, o.priority, o.due_on, o.number, t.sequence LIMIT %(most)s"""
)
TASKS = (
    TASK
    + """
SELECT t.*, o.number, o.state, o.item_id, o.quantity AS order_quantity, o.due_on, o.priority, i.code,
       i.name AS item_name, u.code AS unit, u.digits, s.code AS site_code, c.code AS center_code, c.name AS center_name,
       c.department_id, op.progress, COALESCE(op.quantity, o.quantity) AS quantity,
       COALESCE(op.good_quantity, 0) AS good,
       before.sequence AS before_sequence, before.name AS before_name, after.sequence AS after_sequence,
       after.name AS after_name, after.center AS after_center,
       need.number AS for_number, need.kind AS for_kind, need.id AS for_id, need.planned_on AS for_on
FROM task t JOIN production_productionorder o ON o.id = t.order_id JOIN items_item i ON i.id = o.item_id
JOIN organization_unit u ON u.id = i.unit_id JOIN kernel_site s ON s.id = o.site_id
JOIN engineering_workcenter c ON c.id = t.work_center_id
LEFT JOIN production_productionoperation op ON op.id = t.operation_id
LEFT JOIN LATERAL (
    SELECT e.sequence, e.name FROM production_productionoperation e
    WHERE e.order_id = t.order_id AND e.sequence < t.sequence AND e.progress <> 'done'
      AND NOT COALESCE(op.is_parallel, false) AND e.good_quantity <= COALESCE(op.good_quantity, 0)
    ORDER BY e.sequence DESC LIMIT 1) before ON true
LEFT JOIN LATERAL (
    SELECT e.sequence, e.name, w.code AS center FROM production_productionoperation e
    JOIN engineering_workcenter w ON w.id = e.work_center_id
    WHERE e.order_id = t.order_id AND e.sequence > t.sequence AND e.progress <> 'done' ORDER BY e.sequence LIMIT 1
) after ON true
LEFT JOIN LATERAL (
    SELECT d.number, d.kind, d.id, m.planned_on FROM stock_stockmove m
    JOIN stock_location f ON f.id = m.from_location_id AND f.site_id = o.site_id AND f.kind = 'internal'
    JOIN stock_location g ON g.id = m.to_location_id AND g.kind <> 'internal'
    JOIN kernel_documentidentity d ON d.id = m.origin_id
    WHERE m.item_id = o.item_id AND m.state = 'planned' AND (o.demand_id IS NULL OR m.origin_id = o.demand_id)
    ORDER BY m.planned_on, m.id LIMIT 1) need ON true
ORDER BY t.on_date NULLS LAST, o.priority, o.due_on, o.number, t.sequence LIMIT %(most)s"""
)


def tasks(
    ctx, since: date, until: date, *, centers: Sequence[int], person: int | None = None, nobody: bool = False,
    late: bool = False, most: int = SHOWN_MAX,
) -> list[dict]:  # fmt: skip
    """One row an operation with work on days in [since, until), the first to do first; late: with days before today.

    person  only what is given to them; nobody: only what is given to no one
    before_*, after_*  the operation of the order that it waits for, and the one that waits for it
    for_*   the document that needs the item first: an order of what it goes into, or of a customer
    """
    where = [
        "on_date < %(today)s AND hours > 0" if late else "on_date >= %(since)s AND (hours = 0 OR on_date >= %(today)s)"
    ]
    if person is not None:
        where.append("person_id = %(person)s")
    if nobody:
        where.append("person_id IS NULL")
    first = date(2000, 1, 1) if late else since
    select = TASKS.format(where=" AND ".join(where))
    return _seen(ctx, _work(ctx, centers, first, until, select, person=person, most=most))


def _seen(ctx, rows: list[dict]) -> list[dict]:
    """The rows without the numbers of documents the person may not see; one query a kind of document."""
    by_kind: dict[str, set] = defaultdict(set)
    for row in rows:
        if row["for_id"]:
            by_kind[row["for_kind"]].add(row["for_id"])
    seen: set = set()
    for kind, keys in by_kind.items():
        model = shapes.model_named(kind)
        if model is not None and access.can(ctx, model, "view"):
            seen |= set(access.rows(ctx, model).filter(pk__in=keys).values_list("pk", flat=True))
    for row in rows:
        if row["for_id"] not in seen:
            row["for_number"] = None
    return rows


def plain(ctx, since: date, until: date, *, centers: Sequence[int], most: int) -> list[dict]:
    """The tasks with hours left on days in [since, until), without what they wait for."""
    return _work(ctx, centers, since, until, PLAIN.format(where="on_date >= %(since)s"), most=most)
