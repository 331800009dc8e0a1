"""Hand a week of the master plan to a department, and say what the plan changed since (MFG-02)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands
from mainspring.kernel.workflow import effect
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.production.models import ProductionOperation

from . import tasks
from .models import TaskLine, TaskList

LINES_MAX = 5000


@dataclass(frozen=True)
class Change:
    """A task that the plan changed since the list was released: what was and what is; one of them may be missing."""

    was: TaskLine | None
    now: TaskLine | None

    @property
    def what(self) -> str:
        if self.was is None:
            return _("new")
        if self.now is None:
            return _("gone")
        said = []
        if self.was.on_date != self.now.on_date:
            said.append(_("another day"))
        if self.was.work_center_id != self.now.work_center_id:
            said.append(_("another work center"))
        if self.was.quantity != self.now.quantity:
            said.append(_("another quantity"))
        if self.was.person_id != self.now.person_id:
            said.append(_("another person"))
        return ", ".join(said) or _("other hours")


def prepare(record: TaskList, ctx) -> None:
    """The Monday of the week; a department of the company that has work centers."""
    if record.week:
        record.week -= timedelta(days=record.week.weekday())
    if not record.department_id:
        return
    if record.department.company_id != ctx.company_id:
        raise ValidationError({"department": _("Choose a department of the company you work in.")})
    if not WorkCenter.objects.filter(department=record.department_id, active=True).exists():
        raise ValidationError(
            {"department": _("%(department)s has no work center.") % {"department": record.department}}
        )
    if record._state.adding and record.week:
        there = _standing(record.department, record.week)
        if there is not None:
            said = _("%(list)s is the task list of this week; release that one again.")
            raise ValidationError({"week": said % {"list": there}}, code="exists")


def _standing(department, monday) -> TaskList | None:
    """The list of a department's week that is a draft or released."""
    return TaskList.objects.filter(department=department, week=monday).exclude(state="withdrawn").first()


def hand_over(ctx, department, week) -> TaskList:
    """Make and release the list of a department's week; one that is released takes over what changed."""
    access.require(ctx, TaskList, "create")
    monday = week - timedelta(days=week.weekday())
    found = _standing(department, monday)
    if found is None:
        _refuse_nothing(present([TaskList(department=department, week=monday)], ctx), department)
        key = f"{ctx.idempotency_key}+" if ctx.idempotency_key else ""
        found = commands.create(TaskList, replace(ctx, idempotency_key=key), department=department, week=monday)
    return commands.perform(found, "renew" if found.state == "released" else "release", ctx)


def present(records: Sequence[TaskList], ctx) -> dict[tuple, list[TaskLine]]:
    """{(department, Monday): the tasks as the plan is now, unsaved} of lists; one statement a week."""
    centers: dict[int, list[int]] = defaultdict(list)
    wanted = {record.department_id for record in records}
    for department, center in WorkCenter.objects.filter(department__in=wanted).values_list("department", "pk"):
        centers[department].append(center)
    found: dict[tuple, list[TaskLine]] = defaultdict(list)
    for week in sorted({record.week for record in records}):
        of_week = [c for r in records if r.week == week for c in centers[r.department_id]]
        rows = tasks.plain(
            replace(ctx, trusted=True), week, week + timedelta(days=7), centers=of_week, most=LINES_MAX * len(records)
        )
        for row in rows:
            found[row["department_id"], week].append(_line(row))
    return found


def _line(row: dict) -> TaskLine:
    return TaskLine(
        work_center_id=row["work_center_id"], origin_id=row["order_id"], number=row["number"] or "",
        item_id=row["item_id"], sequence=row["sequence"], name=row["name"], person_id=row["person_id"],
        on_date=row["on_date"], quantity=row["quantity"], hours=row["hours"],
    )  # fmt: skip


@effect(TaskList, "release")
def release(record, ctx):
    """Keep the week's tasks as they are planned now."""
    found = present([record], ctx)
    _refuse_nothing(found, record.department)
    _keep(record, ctx, found[record.department_id, record.week])


def _refuse_nothing(found: dict, department) -> None:
    if not any(found.values()):
        raise ValidationError(_("Nothing is planned for %(department)s in this week.") % {"department": department})


@effect(TaskList, "renew")
def renew(record, ctx):
    """Keep the present plan instead of what was released; what is done already is no task any more."""
    _keep(record, ctx, present([record], ctx)[record.department_id, record.week])


def _keep(record: TaskList, ctx, lines: list[TaskLine]) -> None:
    record.lines.all().delete()
    for n, line in enumerate(lines, 1):
        line.document, line.position = record, n
    TaskLine.objects.bulk_create(lines, batch_size=1000)
    record.hours = sum((line.hours for line in lines), Decimal(0)).quantize(Decimal("0.01"))
    record.released_at = timezone.now()
    record.released_by = ctx.user if getattr(ctx.user, "pk", None) else None
    record.state = "released"


@effect(TaskList, "withdraw")
def withdraw(record, ctx):
    """The week is open again."""
    record.state = "withdrawn"


def changes(records: Sequence[TaskList], ctx) -> dict[Any, list[Change]]:
    """{list: what the plan changed since it was released}; work done since is no change. A few queries, one a week."""
    kept: dict[Any, dict] = {record.pk: {} for record in records}
    for line in TaskLine.objects.filter(document__in=records).select_related("item", "work_center", "person"):
        kept[line.document_id][line.origin_id, line.sequence] = line
    now_all = present(records, ctx) if records else {}
    found: dict[Any, list[Change]] = {}
    gone: dict[tuple, list] = defaultdict(list)
    for record in records:
        was = kept[record.pk]
        now = {(one.origin_id, one.sequence): one for one in now_all[record.department_id, record.week]}
        found[record.pk] = [
            Change(was.get(key), line) for key, line in now.items() if key not in was or _differs(was[key], line)
        ]
        for key in was:
            if key not in now:
                gone[key].append(record.pk)
    for key in set(gone) - _worked_since(gone):
        for pk in gone[key]:
            found[pk].append(Change(kept[pk][key], None))
    return found


def _differs(was: TaskLine, now: TaskLine) -> bool:
    """Fewer hours left are progress, not a change."""
    return (
        (was.work_center_id, was.person_id, was.quantity) != (now.work_center_id, now.person_id, now.quantity)
        or now.on_date < was.on_date
        or (now.on_date > was.on_date and now.hours >= was.hours)
        or now.hours > was.hours
    )


def _worked_since(keys: Iterable[tuple]) -> set[tuple]:
    """Those of the tasks that were worked on, done or closed."""
    found = ProductionOperation.objects.filter(order__in={origin for origin, _s in keys if origin}).exclude(
        progress="open"
    )
    return set(found.values_list("order_id", "sequence"))


def of_weeks(ctx, department_ids, weeks) -> dict[tuple, TaskList]:
    """{(department, Monday): its list} of the lists that are drafts or released."""
    found = TaskList.objects.filter(
        company=ctx.company_id, department__in=list(department_ids), week__in=list(weeks)
    ).exclude(state="withdrawn")
    return {(one.department_id, one.week): one for one in found.select_related("released_by")}


__all__ = ["Change", "changes", "hand_over", "of_weeks", "prepare", "present"]
