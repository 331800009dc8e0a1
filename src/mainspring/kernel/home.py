"""What a person's home shows first; modules fill the points in their `home.py`, each with what its own records say.

Most of it is declared with `watch`: a list, its filters and a sentence why. The count and the link come from the same
filters, so the list that opens holds exactly what was counted. Functions must keep to `access.rows(ctx, …)`: what a
person may not see does not count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
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

quick = PluginPoint("home.quick", many=True)
"""f(ctx) -> list[Quick]: what this person does most often on the way; shown first on phones, four at most."""

news = PluginPoint("home.news", many=True)
"""f(ctx, since) -> {"unread": n, "topics": [...], "toasts": [...]}: what the live address tells the browser."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits. `cost` is what it costs if left, in the company's base currency; it decides the order."""

    title: Any
    href: str
    text: Any = ""
    kind: str = "task"
    icon: str = "point"
    cost: Decimal = Decimal(0)
    due_on: object = None
    tone: str = ""
    verbs: tuple = ()


@dataclass(frozen=True)
class Number:
    """A figure with its trend (oldest first). `order` puts the important ones first."""

    label: Any
    text: str
    unit: str = ""
    note: Any = ""
    tone: str = ""
    trend: list = field(default_factory=list)
    href: str = ""
    order: int = 100


@dataclass(frozen=True)
class Quick:
    """Something to begin with one tap. `order` puts the usual ones first."""

    label: Any
    href: str
    icon: str = "point"
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
            title=self.title % {"count": found["count"]},
            href=f"/{self.resource}/?{urlencode(params)}",
            text=self.why,
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


COUNT_MAX = 1000
"""Counting for the menu stops here: a pool of a million leads is no more to do than one of a thousand."""

_counted: list[tuple[str, str, dict]] = []


def count(key: str, verb: str, **filters) -> None:
    """Declare a number beside a list in the menu: records on which the person may perform a verb, so filtered."""
    _counted.append((key, verb, filters))


@counts.fill
def counted(ctx) -> dict[str, int]:
    """What the modules declared with `count`."""
    return {
        key: access.rows(ctx, model, verb).filter(**filters).order_by()[:COUNT_MAX].count()
        for key, verb, filters in _counted
        if access.can(ctx, model := resource.registry[key].model, verb)
    }


def listed(key: str, ids, title, why, **more) -> list[Waiting]:
    """An exception about records found by a query, which the list then opens; empty when there are none.

    title  lazy plural text with %(count)d
    """
    if not ids:
        return []
    keys = ",".join(map(str, ids))
    return [Waiting(title % {"count": len(ids)}, f"/{key}/?id__in={keys}", why, kind="exception", **more)]


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


def this_week(ctx, label, rows, path: str, **more) -> Number:
    """How many records this week has by a day, with the eleven weeks before."""
    trend = by_week(ctx, rows, path, Count("pk"))
    return Number(label, f"{trend[-1]:.0f}", trend=trend, **more)


def amount(ctx, label, value, **more) -> Number:
    """A figure in the company's base currency, without cents."""
    return Number(label, formats.number(value or 0), formats.base_currency(ctx.company_id), **more)


def by_month(ctx, rows, path: str, value) -> list[float]:
    """Sums of an expression in twelve months by `path`, oldest first, this month last; zero without records."""
    this = ctx.business_date.year * 12 + ctx.business_date.month - 1
    months = [divmod(this - back, 12) for back in range(11, -1, -1)]
    return _sums(ctx, rows, path, value, TruncMonth, [date(year, month + 1, 1) for year, month in months])


def by_week(ctx, rows, path: str, value) -> list[float]:
    """Sums of an expression in twelve weeks by `path`, oldest first, this week last; zero without records."""
    monday = ctx.business_date - timedelta(ctx.business_date.weekday())
    return _sums(ctx, rows, path, value, TruncWeek, [monday - timedelta(weeks=back) for back in range(11, -1, -1)])


def _sums(ctx, rows, path: str, value, period, starts: list[date]) -> list[float]:
    until_today = rows.filter(**{f"{path}__gte": starts[0], f"{path}__lte": ctx.business_date}).order_by()
    found = dict(until_today.annotate(_start=period(path)).values_list("_start").annotate(_value=value))
    return [float(found.get(start) or 0) for start in starts]
