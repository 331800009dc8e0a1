"""How far every order is, planned against actual, and when it will be ready (MFG-07)."""

from collections import defaultdict
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q

from mainspring.kernel import access, database
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import WorkCenter

from .models import ProductionOperation, ProductionOrder
from .models.verbs import OPEN

PAGE = 50


def board(ctx, *, page: int = 1, only: str = "", text: str = "", site: int | None = None) -> dict:
    """Open orders, the latest first, with planned and actual days of every operation; two queries, however many.

    only  "late": forecast after the due day; "running": somebody works on it now; "" all
    The forecast of an order is the end of its remaining hours from today on, at the hours its work centers are open,
    never before what the plan expects.
    """
    today, pace = ctx.business_date, _pace(ctx)
    sight = access.rows(ctx, ProductionOrder).filter(state__in=OPEN)
    if text:
        sight = sight.filter(Q(number__icontains=text) | Q(item__code__icontains=text) | Q(item__name__icontains=text))
    if site:
        sight = sight.filter(site=site)
    shown, counts = _orders(sight, today, pace, only=only, page=page)
    wanted = counts[only if only in ("late", "running") else "all"]
    pages = max((wanted + PAGE - 1) // PAGE, 1)
    if not shown and page > pages:
        shown, counts = _orders(sight, today, pace, only=only, page=pages)
    page = min(max(page, 1), pages)
    steps = steps_of([o["id"] for o in shown])
    for order in shown:
        _forecast(steps[order["id"]], pace, today)
    first, last = _window(shown, steps, today)
    for order in shown:
        order["steps"] = [_placed(step, first, last, today) for step in steps[order["id"]]]
        order["due_at"] = _at(order["due_on"], first, last)
        order["forecast_at"] = _at(order["forecast_on"] + timedelta(days=1), first, last)
    return {"orders": shown, "counts": counts, "at_page": page, "pages": pages, "today_at": _at(today, first, last),
            "weeks": _weeks(first, last)}  # fmt: skip


def _pace(ctx) -> dict[int, float]:
    """{work center: clock hours one place of it works in a day of the calendar, closed days counted in}.

    One that never opens is counted as if it were open an hour a day: late, but not without an end.
    """
    ids = WorkCenter.objects.filter(site__company=ctx.company_id).values_list("pk", flat=True)
    found = {}
    for pk, calendar in engineering.calendars(ids).items():
        minutes = sum(end - start for day in calendar.weekly for start, end in day)
        found[pk] = minutes / 60 / 7 or 1.0
    return found


def _forecast(steps: list[dict], pace: dict[int, float], today: date) -> None:
    """When each operation that is not done begins and ends, one after another from today on."""
    at = float(today.toordinal())
    for step in steps:
        if step["progress"] == "done":
            continue
        begins = max(at, float(step["starts_on"].toordinal())) if step["starts_on"] and not step["started_at"] else at
        at = begins + float(step["left_hours"]) / pace[step["work_center_id"]]
        step["forecast_start"] = date.fromordinal(int(begins))
        step["forecast_end"] = date.fromordinal(max(int(at - 1e-9), int(begins)))


def _orders(sight, today: date, pace: dict[int, float], *, only: str, page: int) -> tuple[list[dict], dict[str, int]]:
    """A page of the open orders in sight with their remaining hours and forecast, the latest first, and how many there
    are of each kind. One statement, which computes all of them and hands over a page.
    """
    sql, params = sight.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH sight (key) AS MATERIALIZED ({sql}),
            pace (center, hours) AS (SELECT * FROM unnest(%s::bigint[], %s::float8[])),
            work AS (
                SELECT op.order_id, COUNT(*) FILTER (WHERE op.progress = 'running') AS running,
                       COUNT(*) AS steps, COUNT(*) FILTER (WHERE op.progress = 'done') AS done_steps,
                       SUM(op.setup_hours + o.quantity * op.run_hours_per_unit) AS planned_hours,
                       SUM(CASE WHEN op.progress = 'done' THEN 0 ELSE
                           CASE WHEN op.done_hours > 0 THEN 0 ELSE op.setup_hours END
                           + GREATEST(COALESCE(op.quantity, o.quantity) - op.good_quantity, 0) * op.run_hours_per_unit
                           END) AS left_hours,
                       SUM(CASE WHEN op.progress = 'done' THEN 0 ELSE
                           CASE WHEN op.done_hours > 0 THEN 0 ELSE op.setup_hours END
                           + GREATEST(COALESCE(op.quantity, o.quantity) - op.good_quantity, 0)
                             * op.run_hours_per_unit * 100 / c.efficiency_pct END / p.hours) AS left_days,
                       SUM(op.done_hours) AS done_hours
                FROM production_productionoperation op JOIN production_productionorder o ON o.id = op.order_id
                JOIN engineering_workcenter c ON c.id = op.work_center_id JOIN pace p ON p.center = c.id
                WHERE op.order_id IN (SELECT key FROM sight) GROUP BY op.order_id),
            forecast AS (
            SELECT o.id, o.number, o.state, o.quantity, o.completed_quantity, o.scrapped_quantity, o.starts_on,
                   o.due_on, o.priority, i.code, i.name, u.code AS unit, s.code AS site,
                   COALESCE(w.running, 0) AS running, COALESCE(w.steps, 0) AS steps,
                   COALESCE(w.done_steps, 0) AS done_steps, COALESCE(w.left_hours, 0) AS left_hours,
                   COALESCE(w.done_hours, 0) AS done_hours, COALESCE(w.planned_hours, 0) AS planned_hours,
                   GREATEST(COALESCE(o.expected_on, o.due_on),
                            %s::date + CEIL(COALESCE(w.left_days, 0))::int) AS forecast_on
            FROM production_productionorder o JOIN items_item i ON i.id = o.item_id
            JOIN organization_unit u ON u.id = i.unit_id JOIN kernel_site s ON s.id = o.site_id
            LEFT JOIN work w ON w.order_id = o.id
            WHERE o.id IN (SELECT key FROM sight)),
            found AS MATERIALIZED (
                SELECT *, COALESCE(forecast_on - due_on, 0) AS late_days FROM forecast),
            counts AS (
                SELECT COUNT(*) AS "all", COUNT(*) FILTER (WHERE late_days > 0) AS late,
                       COUNT(*) FILTER (WHERE running > 0) AS in_work FROM found),
            page AS (
                SELECT * FROM found
                WHERE %s NOT IN ('late', 'running') OR %s = 'late' AND late_days > 0 OR %s = 'running' AND running > 0
                ORDER BY late_days DESC, priority, due_on, number LIMIT %s OFFSET %s)
            SELECT counts."all", counts.late, counts.in_work, page.* FROM counts LEFT JOIN page ON true
            ORDER BY page.late_days DESC, page.priority, page.due_on, page.number""",
            [*params, list(pace), list(pace.values()), today, only, only, only, PAGE, (max(page, 1) - 1) * PAGE],
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    counts = {"all": rows[0]["all"], "late": rows[0]["late"], "running": rows[0]["in_work"]}
    rows = [row for row in rows if row["id"] is not None]
    for row in rows:
        planned = row["planned_hours"]
        row["done_pct"] = int(100 * (planned - min(row["left_hours"], planned)) / planned) if planned else 0
    return rows, counts


def steps_of(order_ids: list) -> dict:
    """{order: its operations} with planned and actual days; one statement."""
    found = defaultdict(list)
    for row in database.rows(
        """
        SELECT op.id, op.order_id, op.sequence, op.name, op.progress, op.starts_on, op.ends_on, op.planned_start_on,
               op.planned_end_on, op.started_at, op.finished_at, op.good_quantity, op.scrap_quantity, op.done_hours,
               op.is_parallel, op.work_center_id,
               CASE WHEN op.done_hours > 0 THEN 0 ELSE op.setup_hours END
               + GREATEST(COALESCE(op.quantity, o.quantity) - op.good_quantity, 0) * op.run_hours_per_unit
                 * 100 / c.efficiency_pct AS left_hours,
               op.setup_hours + COALESCE(op.quantity, o.quantity) * op.run_hours_per_unit AS hours,
               COALESCE(op.quantity, o.quantity) AS quantity, c.code AS work_center, m.code AS machine,
               p.first_name || ' ' || p.last_name AS person, sup.name AS supplier, op.rework_of_id
        FROM production_productionoperation op JOIN production_productionorder o ON o.id = op.order_id
        JOIN engineering_workcenter c ON c.id = op.work_center_id
        LEFT JOIN engineering_machine m ON m.id = op.machine_id LEFT JOIN kernel_user p ON p.id = op.person_id
        LEFT JOIN parties_party sup ON sup.id = op.supplier_id
        WHERE op.order_id = ANY(%(orders)s) ORDER BY op.order_id, op.sequence""",
        orders=order_ids,
    ):
        row["done_pct"] = min(int(100 * row["good_quantity"] / row["quantity"]), 100) if row["quantity"] else 0
        row["label"] = str(ProductionOperation.State(row["progress"]).label)
        found[row["order_id"]].append(row)
    return found


def picture(order, ctx) -> dict:
    """The steps of an order as a small picture: groups of operations that run side by side, in order."""
    groups: list[list] = []
    for step in steps_of([order.pk])[order.pk]:
        if step["is_parallel"] and groups:
            groups[-1].append(step)
        else:
            groups.append([step])
    return {"groups": groups, "order": order}


def _window(orders: list, steps: dict, today: date) -> tuple[date, date]:
    """The days the bars are drawn on: at most ten weeks around today."""
    days = [today, today + timedelta(days=14)]
    for order in orders:
        days += [d for d in (order["starts_on"], order["due_on"], order["forecast_on"]) if d]
    first = max(min(days), today - timedelta(days=28))
    last = min(max(days) + timedelta(days=2), today + timedelta(days=42))
    return first, last


def _placed(step: dict, first: date, last: date, today: date) -> dict:
    """The step with where its planned and actual bars begin and how long they are, in percent."""
    begun = step["started_at"].date() if step["started_at"] else None
    ended = step["finished_at"].date() if step["finished_at"] else today if begun else None
    one = timedelta(days=1)
    return step | {
        "plan": _bar(
            step["planned_start_on"] or step["starts_on"], step["planned_end_on"] or step["ends_on"], first, last
        ),
        "real": _bar(begun, ended, first, last)
        if begun
        else _bar(step.get("forecast_start"), step.get("forecast_end"), first, last),
        "ahead": _bar(today, step.get("forecast_end"), first, last) if begun and not step["finished_at"] else None,
        "begun": begun is not None,
        "late": bool(step["planned_end_on"] and step["progress"] != "done" and step["planned_end_on"] < today - one),
    }


def _bar(start: date | None, end: date | None, first: date, last: date) -> dict | None:
    if not (start and end) or end < first or start > last:
        return None
    left = _at(start, first, last)
    return {"left": left, "width": max(_at(end + timedelta(days=1), first, last) - left, 1.0)}


def _at(day: date | None, first: date, last: date) -> float:
    if day is None:
        return 0.0
    share = (day - first).days / max((last - first).days, 1)
    return round(100 * min(max(share, 0.0), 1.0), 2)


def _weeks(first: date, last: date) -> list[dict]:
    """The Mondays in the window and where they stand."""
    day, found = first + timedelta(days=-first.weekday() % 7), []
    while day < last:
        found.append({"on": day, "at": _at(day, first, last)})
        day += timedelta(days=7)
    return found
