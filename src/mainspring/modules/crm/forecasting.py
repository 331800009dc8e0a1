"""What the pipeline will bring: by month and person, team, region or process, beside the targets (CRM-08).

Every figure counts only what the person may see, and names the filters that list exactly the records it counts.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import access, periods, query, resource, summaries
from mainspring.modules.organization import queries as organization

from . import preparing
from .models import Opportunity, Target

ZERO = Decimal(0)
BY = {
    "owner": gettext_lazy("Person"),
    "owner__department": gettext_lazy("Team"),
    "territory": gettext_lazy("Region"),
    "process": gettext_lazy("Sales process"),
}
FIGURES = ("won", "committed", "best", "weighted", "target", "gap")
LABELS = {
    "won": gettext_lazy("Won"),
    "committed": gettext_lazy("Committed"),
    "best": gettext_lazy("Best case"),
    "weighted": gettext_lazy("Weighted"),
    "target": gettext_lazy("Target"),
    "gap": gettext_lazy("Gap"),
}
COUNTS = {
    "won": {"state": "won"},
    "committed": {"state": "open", "forecast": "committed"},
    "best": {"state": "open", "forecast__in": "committed,best"},
    "weighted": {"state": "open", "forecast__ne": "left_out"},
}
"""Filters of what each figure counts; the best case holds what is committed too."""
SUBJECTS = {"owner": "person_id", "owner__department": "department_id", "territory": "territory_id"}
MONTHS_MAX = 24
BEYOND = date.max
LATE = date.min
"""Stands for the months before the first one: open deals whose day has passed."""


@dataclass
class Figure:
    """An amount in the currency asked for and the address of the records behind it; None where there is none."""

    amount: Decimal = ZERO
    href: str = ""
    count: int = 0


@dataclass
class Row:
    """A month of a group; LATE for deals whose day has passed, None for those without one."""

    month: date | None
    figures: dict[str, Figure] = field(default_factory=dict)

    def amount(self, name: str) -> Decimal:
        return self.figures[name].amount if name in self.figures else ZERO

    def close(self) -> None:
        """What is still to be found: the target less what is won and what is committed."""
        if self.amount("target"):
            self.figures["gap"] = Figure(self.amount("target") - self.amount("won") - self.amount("committed"))


@dataclass
class Section:
    """A person, team, region or process with a row a month and their sum."""

    key: object
    label: str
    rows: list[Row]
    total: Row = field(default_factory=lambda: Row(None))


@dataclass(frozen=True)
class Asked:
    """What the forecast is asked for.

    by       a dimension of BY; where  further filters of the deals, as lists take them
    months   how many from starts_on, the first day of a month; currency  a code
    """

    by: str
    starts_on: date
    months: int
    currency: str
    where: dict[str, str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        found = [self.starts_on]
        while len(found) < self.months:
            found.append(periods.next_start("month", found[-1]))
        return found

    @property
    def ends_on(self) -> date:
        return periods.next_start("month", self.days[-1])


def forecast(ctx, asked: Asked) -> tuple[list[Section], Section]:
    """(sections, all of them together): a statement a figure, however many deals and people there are."""
    rate = rate_of(ctx, asked.currency)
    found: dict = {}
    labels: dict = {}
    for name, path, measure in (
        ("won", "closed_on", "amount_base"),
        ("committed", "expected_close_on", "amount_base"),
        ("best", "expected_close_on", "amount_base"),
        ("weighted", "expected_close_on", "weighted_base"),
    ):
        for group in _groups(ctx, asked, name, path, measure):
            key, day = group.keys[0], _month(asked, group.keys[1])
            if day is BEYOND:
                continue
            labels[key] = group.labels[0]
            figure = found.setdefault((key, day), {}).setdefault(name, Figure())
            figure.amount += (group.values[measure] or ZERO) * rate
            figure.count += group.count
            figure.href = _href(asked, name, path, group, day)
    for (key, day), amount in _targets(ctx, asked, labels).items():
        found.setdefault((key, day), {})["target"] = Figure(amount, _targets_href(asked, key, day))
    return _sections(asked, found, labels)


def _groups(ctx, asked: Asked, name: str, path: str, measure: str):
    """Groups of the deals a figure counts, by the dimension and the month of `path`."""
    params = {**asked.where, **COUNTS[name]}
    if name == "won":
        params |= {f"{path}__gte": asked.starts_on.isoformat(), f"{path}__lt": asked.ends_on.isoformat()}
    q = query.Query(resource.of(Opportunity), ctx, query.parse(params))
    return summaries.groups(q, [asked.by, f"{path}:month"], [measure], limit=20_000)[0]


def _month(asked: Asked, day: date | None):
    """The month a group falls into, LATE or None, BEYOND for what lies after the last one."""
    if day is None or asked.starts_on <= day < asked.ends_on:
        return day
    return LATE if day < asked.starts_on else BEYOND


def _href(asked: Asked, name: str, path: str, group, day: date | None) -> str:
    """The list of exactly what a figure counts."""
    params = [*asked.where.items(), *COUNTS[name].items(), group.params[0]]
    if day is None:
        params.append((f"{path}__empty", "1"))
    elif day is LATE:
        params.append((f"{path}__lt", asked.starts_on.isoformat()))
    else:
        params += [(f"{path}__gte", day.isoformat()), (f"{path}__lt", periods.next_start("month", day).isoformat())]
    return _list(params)


def _list(params) -> str:
    return f"/{resource.of(Opportunity).key}/?{urlencode(list(params))}"


def _targets(ctx, asked: Asked, labels: dict) -> dict:
    """{(key, month): amount}: targets of months; a quarter's counts a third in months without one of their own."""
    subject = SUBJECTS.get(asked.by)
    if subject is None or not access.can(ctx, Target, "view"):
        return {}
    rows = access.rows(ctx, Target).filter(
        Q(**{f"{subject}__isnull": False}), starts_on__lt=asked.ends_on, ends_on__gt=asked.starts_on
    )
    for path, value in asked.where.items():
        rows = rows.filter(**{subject: value}) if path == asked.by else rows
    found: dict = {}
    for target in rows.select_related("person", "department", "territory").distinct().order_by("period", "pk"):
        key = getattr(target, subject)
        amount = organization.convert(target.amount, target.currency_id, asked.currency, ctx.business_date, digits=4)
        labels.setdefault(key, str(target.person or target.department or target.territory))
        if target.period == "month":
            found[key, target.starts_on] = amount
            continue
        for day in asked.days:
            if target.starts_on <= day < target.ends_on:
                found.setdefault((key, day), amount / 3)
    return {place: amount for place, amount in found.items() if asked.starts_on <= place[1] < asked.ends_on}


def _targets_href(asked: Asked, key, day: date) -> str:
    name = SUBJECTS[asked.by].removesuffix("_id")
    ends = periods.next_start("month", day)
    return "/crm/targets/?" + urlencode({name: key, "starts_on__lt": ends, "ends_on__gt": day})


def _sections(asked: Asked, found: dict, labels: dict) -> tuple[list[Section], Section]:
    days = [LATE, None, *asked.days]
    sections = [
        Section(key, labels[key] or _("None"), [Row(day, found.get((key, day), {})) for day in days])
        for key in sorted({key for key, _day in found}, key=lambda key: (key is None, labels[key].lower()))
    ]
    whole = Section(None, _("All"), [Row(day) for day in days])
    for section in sections:
        for n, row in enumerate(section.rows):
            for name, figure in row.figures.items():
                for sum_ in (section.total, whole.rows[n], whole.total):
                    added = sum_.figures.setdefault(name, Figure())
                    added.amount, added.count = added.amount + figure.amount, added.count + figure.count
    for section in (*sections, whole):
        for row in (*section.rows, section.total):
            row.close()
        section.rows = [row for row in section.rows if row.figures or row.month not in (LATE, None)]
    return sections, whole


def rate_of(ctx, currency: str) -> Decimal:
    """Of the company's currency in the one asked for, on the business day."""
    base = preparing.base_currency(ctx.company_id)
    if currency == base:
        return Decimal(1)
    found = organization.found_rate(base, currency, ctx.business_date)
    return Decimal(found.factor.numerator) / Decimal(found.factor.denominator)
