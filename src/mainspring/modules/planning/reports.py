"""Reports of planning: the tasks of departments."""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel.models import Department, User
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input

from . import tasks

ROWS_MAX = 20_000


def run_tasks(ctx, since, weeks, department) -> Answer:
    """The tasks of some weeks by department, work center and day, as far as the person sees orders (MFG-02)."""
    periods = tasks.weeks(since, min(max(weeks, 1), 26))
    centers = list(tasks.centers_in_sight(ctx, department))
    found = tasks.tasks(ctx, periods[0].first, periods[-1].last, centers=[c.pk for c in centers], most=ROWS_MAX)
    names = {d.pk: str(d) for d in Department.objects.filter(company=ctx.company_id)}
    people = {u.pk: str(u) for u in User.objects.filter(pk__in={r["person_id"] for r in found if r["person_id"]})}
    rows = [
        {
            "department": names.get(row["department_id"], ""),
            "center": row["center_code"],
            "person": people.get(row["person_id"], ""),
            "week": row["on_date"] - timedelta(days=row["on_date"].weekday()) if row["on_date"] else None,
            "day": row["on_date"],
            "number": row["number"] or _("Proposed"),
            "operation": f"{row['sequence']} {row['name']}",
            "item": f"{row['code']} {row['item_name']}",
            "quantity": row["quantity"],
            "good": row["good"],
            "hours": row["hours"],
            "due_on": row["due_on"],
            "_record": ("production.productionorder", row["order_id"]),
        }
        for row in found
    ]
    return Answer(rows, {"hours": sum((row["hours"] for row in rows), Decimal(0))})


Report(
    "department-tasks",
    lazy("Tasks of the departments"),
    "Production",
    "production.productionoperation",
    (
        Column("department", lazy("Department")),
        Column("center", lazy("Work center")),
        Column("person", lazy("Person")),
        Column("week", lazy("Week of"), "date"),
        Column("day", lazy("Day"), "date"),
        Column("number", lazy("Order")),
        Column("operation", lazy("Operation")),
        Column("item", lazy("Item")),
        Column("quantity", lazy("Quantity"), "quantity"),
        Column("good", lazy("Good"), "quantity"),
        Column("hours", lazy("Hours"), "decimal"),
        Column("due_on", lazy("Due on"), "date"),
    ),
    run_tasks,
    (
        Input("since", "date", lazy("From"), initial=lambda record, ctx: ctx.business_date),
        Input("weeks", "integer", lazy("Weeks"), initial=4),
        Input("department", "link", lazy("Department"), required=False, to="kernel.department"),
    ),
    help=lazy("What each department has to do, by work center, person and day."),
    own_rows="view",
)
