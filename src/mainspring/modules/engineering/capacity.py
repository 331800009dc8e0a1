"""What a work center can do on a day: plant, work center, machines and people at once (CAP-01, C03, C11).

The plant's calendar and the work center's intersect; where a plant has no calendar of its own, the work center's counts
alone. A change of capacity with a calendar (other shifts, overtime) counts instead of both on its days. Machines and
people that are named work within that, by calendars of their own where they have one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Q

from mainspring.engines.calendar import working
from mainspring.kernel import remembered
from mainspring.kernel.models import Absence, User
from mainspring.modules.organization import models as organization_models
from mainspring.modules.organization import queries as organization

from . import models

CHANGED_DAYS_MAX = 1100
"""A change without an end is spelt out for three years."""


@dataclass
class Member:
    """A machine or a person of a work center on a day: when it is there, or what keeps it away."""

    record: Any
    name: str
    kind: str
    intervals: tuple = ()
    away: Any = None


@dataclass
class Day:
    """A work center on a day.

    plant     what the plant has open, None without a calendar of its own
    center    what the shifts of the work center are
    base      what both have open, or the change of the day
    members   machines and people that are named
    at_once   [(start, end, how many work at once)] in minutes from midnight
    open_hours  hours of all parallel places; hours: with the efficiency of the day
    """

    on: date
    plant: tuple | None
    center: tuple
    base: tuple
    size: int
    efficiency_pct: Decimal
    change: models.CapacityChange | None = None
    members: list[Member] = field(default_factory=list)
    at_once: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def open_hours(self) -> Decimal:
        return Decimal(sum((end - start) * n for start, end, n in self.at_once)) / 60

    @property
    def hours(self) -> Decimal:
        """Standard hours the work center can do."""
        return self.open_hours * self.efficiency_pct / 100


def calendars(center_ids: Iterable[int]) -> dict[int, working.Calendar]:
    """{work center: plant ∩ work center, with the changes of its shifts}; shared by the process: read only."""
    return _calendars.many(center_ids)


def open_hours(centers: Sequence, first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """{(work center, day): hours all its parallel places offer}, days in [first, last); before efficiency.

    Where machines are named they are the size, without those that stand still; where people are named, no more works
    at once than are present. A few queries, whatever the number of centers and days.
    """
    return {key: hours for key, (hours, _pct) in _offered(centers, first, last).items()}


def standard_hours(centers: Sequence, first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """{(work center, day): standard hours it can do}: open hours × the efficiency of the day; nothing when inactive."""
    active = {center.pk: center.active for center in centers}
    return {
        (pk, day): hours * pct / 100 if active[pk] else Decimal(0)
        for (pk, day), (hours, pct) in _offered(centers, first, last).items()
    }


def days(center, first: date, last: date) -> list[Day]:
    """Each day of a work center in [first, last) with all that makes its capacity, or why there is none."""
    found = _Found([center], first, last)
    return [found.day(center, first + timedelta(days=n)) for n in range((last - first).days)]


def people_with(skill_id: int, on: date) -> set[int]:
    """Who has a skill on a day."""
    held = models.PersonSkill.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), skill=skill_id)
    return set(held.values_list("person_id", flat=True))


def skills_of(person_id: int, on: date) -> set[int]:
    """The skills a person has on a day."""
    held = models.PersonSkill.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), person=person_id)
    return set(held.values_list("skill_id", flat=True))


# -- what is read -----------------------------------------------------------------------------------------------------


class _Found:
    """All that makes the capacity of some work centers on some days; read once, a few queries."""

    def __init__(self, centers: Sequence, first: date, last: date) -> None:
        ids = [center.pk for center in centers]
        self.machines = _by_center(models.Machine.objects.filter(work_center__in=ids, active=True).order_by("code"))
        self.people = _by_center(
            models.Operator.objects.filter(work_center__in=ids, person__is_active=True)
            .select_related("person")
            .order_by("person__username")
        )
        touching = Q(starts_on__lt=last, ends_on__gt=first)
        self.still = _spans(models.Downtime.objects.filter(touching, machine__work_center__in=ids), "machine_id")
        persons = {o.person_id for found in self.people.values() for o in found}
        self.absent = _spans(Absence.objects.filter(touching, user__in=persons), "user_id") if persons else {}
        self.changes = _by_center(
            models.CapacityChange.objects.filter(
                Q(ends_on__isnull=True) | Q(ends_on__gt=first), starts_on__lt=last, work_center__in=ids
            )
        )
        keys = {one.calendar_id for group in (self.machines, self.people) for rows in group.values() for one in rows}
        keys |= {center.calendar_id for center in centers}
        self.own = organization.calendars({key for key in keys if key})
        self.base = calendars(ids)
        self.plants = _plants({center.site_id for center in centers})

    def change_of(self, center, day: date) -> models.CapacityChange | None:
        for change in self.changes.get(center.pk, ()):
            if change.starts_on <= day and (change.ends_on is None or day < change.ends_on):
                return change
        return None

    def members(self, center, day: date, base) -> list[Member]:
        """The machines and people of a work center, with when each is there."""
        found = []
        for kind, group, gone, key in (
            ("machine", self.machines, self.still, "pk"), ("person", self.people, self.absent, "person_id"),
        ):  # fmt: skip
            for one in group.get(center.pk, ()):
                spans = gone.get(getattr(one, key), ())
                away = next((row for row in spans if row.starts_on <= day < row.ends_on), None)
                own = _overlap(base, self.own[one.calendar_id].intervals(day)) if one.calendar_id else base
                name = str(one) if kind == "machine" else str(one.person)
                found.append(Member(one, name, kind, () if away else own, away))
        return found

    def day(self, center, day: date) -> Day:
        plant = self.plants.get(center.site_id)
        change = self.change_of(center, day)
        base = self.base[center.pk].intervals(day)
        found = Day(
            day,
            plant.intervals(day) if plant is not None else None,
            self.own[center.calendar_id].intervals(day),
            base,
            *_size_and_efficiency(center, change),
            change=change,
        )
        found.members = self.members(center, day, base)
        found.at_once = _at_once(_groups(found))
        return found


def _size_and_efficiency(center, change) -> tuple[int, Decimal]:
    size = center.size if change is None or change.size is None else change.size
    pct = center.efficiency_pct if change is None or change.efficiency_pct is None else change.efficiency_pct
    return size, pct


def _groups(day: Day) -> list[tuple[tuple, ...]]:
    """The places that have to come together: machines, else the size; and people where they are named."""
    machines = tuple(m.intervals for m in day.members if m.kind == "machine")
    people = tuple(m.intervals for m in day.members if m.kind == "person")
    groups = [machines or (day.base,) * day.size]
    return [*groups, people] if people else groups


def _offered(centers: Sequence, first: date, last: date) -> dict:
    """{(work center, day): (open hours, efficiency)}."""
    found = _hours.many((center.pk, first, last) for center in centers)
    on = [first + timedelta(days=n) for n in range((last - first).days)]
    return {(key[0], day): told for key, days in found.items() for day, told in zip(on, days, strict=True)}


def _load_hours(keys: Iterable[tuple[int, date, date]]) -> dict[tuple, tuple]:
    """{(work center, first, last): (open hours, efficiency) of each day}; days that look alike are counted once."""
    spans = defaultdict(list)
    for pk, first, last in keys:
        spans[first, last].append(pk)
    known = models.WorkCenter.objects.in_bulk({pk for ids in spans.values() for pk in ids})
    hours: dict[tuple, tuple] = {}
    for (first, last), ids in spans.items():
        centers = [known[pk] for pk in ids]
        found = _Found(centers, first, last)
        seen: dict[tuple, tuple] = {}
        for center in centers:
            days = (first + timedelta(days=n) for n in range((last - first).days))
            hours[center.pk, first, last] = tuple(_hours_of(found, center, day, seen) for day in days)
    return hours


def _hours_of(found: _Found, center, day: date, seen: dict[tuple, tuple]) -> tuple[Decimal, Decimal]:
    size, pct = _size_and_efficiency(center, found.change_of(center, day))
    base = found.base[center.pk].intervals(day)
    key: tuple = (base, size, pct)
    if center.pk in found.machines or center.pk in found.people:
        key = (*key, *((m.kind, m.intervals) for m in found.members(center, day, base)))
    if key not in seen:
        seen[key] = found.day(center, day).open_hours, pct
    return seen[key]


# -- calendars --------------------------------------------------------------------------------------------------------


def _plants(site_ids: Iterable[int]) -> dict[int, working.Calendar]:
    """The calendars of sites that have one of their own."""
    return {key: calendar for key, calendar in _of_plants.many(site_ids).items() if calendar is not None}


def _load_plants(site_ids) -> dict[int, working.Calendar | None]:
    rows = dict(
        organization_models.SiteCalendar.objects.filter(site__in=site_ids).values_list("site_id", "calendar_id")
    )
    known = organization.calendars(set(rows.values()))
    return {site: known[rows[site]] if site in rows else None for site in site_ids}


def _load_calendars(center_ids) -> dict[int, working.Calendar]:
    centers = list(models.WorkCenter.objects.filter(pk__in=center_ids))
    changes = _by_center(models.CapacityChange.objects.filter(work_center__in=center_ids, calendar__isnull=False))
    keys = {c.calendar_id for c in centers} | {c.calendar_id for rows in changes.values() for c in rows}
    known, plants = organization.calendars(keys), _plants({c.site_id for c in centers})
    made: dict[tuple, working.Calendar] = {}
    found = {}
    for center in centers:
        own, plant = known[center.calendar_id], plants.get(center.site_id)
        key = center.calendar_id, center.site_id
        if key not in made:
            made[key] = own if plant is None or plant is own else working.intersect(own.name, [plant, own])
        found[center.pk] = _changed(made[key], changes.get(center.pk, ()), known)
    return found


def _changed(calendar: working.Calendar, changes: Sequence, known: Mapping) -> working.Calendar:
    """The calendar with the days of changes as their calendars have them."""
    if not changes:
        return calendar
    exceptions = dict(calendar.exceptions)
    for change in changes:
        instead = known[change.calendar_id]
        last = change.ends_on or change.starts_on + timedelta(days=CHANGED_DAYS_MAX)
        for n in range(min((last - change.starts_on).days, CHANGED_DAYS_MAX)):
            day = change.starts_on + timedelta(days=n)
            exceptions[day] = instead.intervals(day)
    return working.Calendar(calendar.name, calendar.weekly, exceptions)


PATTERNS = (
    organization_models.WorkCalendar,
    organization_models.CalendarShift,
    organization_models.CalendarException,
    organization_models.SiteCalendar,
)
_of_plants = remembered.Remembered(None, *PATTERNS, load_many=_load_plants)
_calendars = remembered.Remembered(None, models.WorkCenter, models.CapacityChange, *PATTERNS, load_many=_load_calendars)
PRESENT = (models.Machine, models.Operator, models.Downtime, Absence)
_hours = remembered.Remembered(
    None, models.WorkCenter, models.CapacityChange, *PRESENT, *PATTERNS, load_many=_load_hours
)
remembered.watch(User, "is_active")


# -- arithmetic -------------------------------------------------------------------------------------------------------


def _by_center(rows: Iterable) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[row.work_center_id].append(row)
    return dict(found)


def _spans(rows: Iterable, key: str) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _overlap(left, right) -> tuple:
    return tuple((max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) < min(b, d))


def _at_once(groups: Sequence[Sequence]) -> list[tuple[int, int, int]]:
    """(start, end, how many): at every moment the smallest of the groups counts (C10: none without a common hour)."""
    edges = sorted({edge for group in groups for member in group for interval in member for edge in interval})
    found: list[tuple[int, int, int]] = []
    for start, end in pairwise(edges):
        n = min(sum(any(a <= start < b for a, b in member) for member in group) for group in groups)
        if not n:
            continue
        if found and found[-1][1] == start and found[-1][2] == n:
            found[-1] = (found[-1][0], end, n)
        else:
            found.append((start, end, n))
    return found
