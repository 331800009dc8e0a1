"""What a person's home shows first; modules fill the points in their `home.py`, each with what its own records say.

Most of it is declared with `watch`: a list, its filters and a sentence why. The count and the link come from the same
filters, so the list that opens holds exactly what was counted. Functions must keep to `access.rows(ctx, …)`: what a
person may not see does not count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import Aggregate, Count, Min, Sum
from django.db.models.functions import TruncMonth, TruncWeek

from . import access, formats, policies, query, resource
from .plugin_points import PluginPoint

tasks = PluginPoint("home.tasks", many=True)
"""f(ctx) -> list[Waiting]: things this person is asked to do (tasks, approvals, mentions)."""

exceptions = PluginPoint("home.exceptions", many=True)
"""f(ctx) -> list[Waiting]: things gone wrong that this person can put right (late, short, over limit)."""

numbers = PluginPoint("home.numbers", many=True)
"""f(ctx) -> list[Number]: figures this person steers by, each with its trend."""

counts = PluginPoint("home.counts", many=True)
"""f(ctx) -> dict[str, int]: what waits, by resource key ("sales/sales-orders") or "inbox", shown in the menu."""

news = PluginPoint("home.news", many=True)
"""f(ctx, since) -> {"unread": n, "topics": [...], "toasts": [...]}: what the live address tells the browser."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits. `cost` is what it costs if left, in the company's base currency; it decides the order."""

    title: str
    href: str
    text: str = ""
    kind: str = "task"
    icon: str = "point"
    cost: Decimal = Decimal(0)
    due_on: object = None
    tone: str = ""
    verbs: tuple = ()


@dataclass(frozen=True)
class Number:
    """A figure with its trend (oldest first). `order` puts the important ones first."""

    label: str
    text: str
    unit: str = ""
    note: str = ""
    tone: str = ""
    trend: list = field(default_factory=list)
    href: str = ""
    order: int = 100


@dataclass(frozen=True)
class Watch:
    """Records of a list that wait for somebody.

    resource  key of the list, "sales/sales-orders"
    params    its filters; a value may be a function of the context
    title     lazy plural text with %(count)d
    why       what to do about them, and why
    verb      who may perform it on the records is shown them; "stock.transfer:receive" asks about other records
    unless    who may perform this verb is not shown them
    roles     these roles are shown them in any case
    amount, due  paths whose sum and earliest day are shown; the amount in base currency decides the order
    """

    resource: str
    params: dict[str, Any]
    title: Any
    why: Any
    verb: str = ""
    unless: str = ""
    roles: tuple[str, ...] = ()
    kind: str = "task"
    icon: str = "point"
    tone: str = ""
    amount: str = ""
    due: str = ""

    def concerns(self, ctx) -> bool:
        """Whether the person is one of those who are shown this."""
        model = resource.registry[self.resource].model
        if not access.can(ctx, model, "view"):
            return False
        if set(self.roles) & set(policies.of(ctx).roles):
            return True
        return _may(ctx, model, self.verb) and not _may(ctx, model, self.unless)

    def answer(self, ctx) -> Waiting | None:
        """One entry for all records that wait, None when there are none or the person may not filter like this."""
        params = {path: str(v(ctx) if callable(v) else v) for path, v in self.params.items()}
        q = query.Query(resource.registry[self.resource], ctx, query.parse(params))
        if q.errors:
            return None
        sums: dict[str, Aggregate] = {"count": Count("pk")}
        if self.amount and q.fields.is_clear(self.amount):
            sums["cost"] = Sum(self.amount)
        if self.due and q.fields.is_clear(self.due):
            sums["due"] = Min(self.due)
        found = q.filtered().order_by().aggregate(**sums)
        if not found["count"]:
            return None
        return Waiting(
            title=str(self.title % {"count": found["count"]}),
            href=f"/{self.resource}/?{urlencode(params)}",
            text=str(self.why),
            kind=self.kind,
            icon=self.icon,
            cost=found.get("cost") or Decimal(0),
            due_on=found.get("due"),
            tone=self.tone,
        )


def _may(ctx, model, verb: str) -> bool:
    """Whether the person may perform "verb" on the model, or on another one named before a colon."""
    if not verb:
        return False
    label, _sep, name = verb.rpartition(":")
    return access.can(ctx, apps.get_model(label) if label else model, name)


watches: list[Watch] = []


def watch(key: str, params: dict[str, Any], title, why, **more) -> Watch:
    """Declare records that wait; see `Watch`."""
    one = Watch(key, params, title, why, **more)
    watches.append(one)
    return one


def me(ctx) -> int:
    """The person, as the value of a filter."""
    return ctx.user.pk


def days_from_now(days: int) -> Callable:
    """A day counted from the business date, as the value of a filter."""
    return lambda ctx: ctx.business_date.fromordinal(ctx.business_date.toordinal() + days).isoformat()


def _watched(ctx, kind: str) -> list[Waiting]:
    if ctx.user is None:
        return []
    answers = [one.answer(ctx) for one in watches if one.kind == kind and one.concerns(ctx)]
    return [answer for answer in answers if answer]


@tasks.fill
def watched_tasks(ctx) -> list[Waiting]:
    """Work that waits in the lists of the person's modules."""
    return _watched(ctx, "task")


@exceptions.fill
def watched_exceptions(ctx) -> list[Waiting]:
    """What went wrong in the lists of the person's modules."""
    return _watched(ctx, "exception")


def amount(ctx, label, value, **more) -> Number:
    """A figure in the company's base currency, without cents."""
    return Number(str(label), formats.number(value or 0), formats.base_currency(ctx.company_id), **more)


def by_month(ctx, rows, path: str, value, months: int = 12) -> list[float]:
    """Sums of an expression by month of `path`, oldest first, months without records as zero, this month last."""
    first = ctx.business_date.replace(day=1)
    starts = [_months_before(first, back) for back in range(months - 1, -1, -1)]
    found = {
        row["month"]: row["value"]
        for row in rows.filter(**{f"{path}__gte": starts[0], f"{path}__lte": ctx.business_date})
        .order_by()
        .annotate(month=TruncMonth(path))
        .values("month")
        .annotate(value=value)
    }
    return [float(found.get(start) or 0) for start in starts]


def by_week(ctx, rows, path: str, value, weeks: int = 12) -> list[float]:
    """Sums of an expression by week of `path`, oldest first, this week last."""
    monday = ctx.business_date - timedelta(ctx.business_date.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    found = {
        row["week"]: row["value"]
        for row in rows.filter(**{f"{path}__gte": starts[0], f"{path}__lte": ctx.business_date})
        .order_by()
        .annotate(week=TruncWeek(path))
        .values("week")
        .annotate(value=value)
    }
    return [float(found.get(start) or 0) for start in starts]


def _months_before(first, months: int):
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return first.replace(year=year, month=month + 1)
