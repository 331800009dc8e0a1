"""Machines, people, tools and change-overs of a site as the arrays of the scheduling engine."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from django.db.models import Q

from mainspring.engines.scheduling import plant
from mainspring.kernel import database
from mainspring.kernel.models import Absence, User
from mainspring.modules.engineering.models import Downtime, Machine, Operator, PersonSkill, Tool, WorkCenter
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import SiteCalendar

from .clock import Calendars, Clock
from .facts import LAST_DONE
from .models import Changeover, ItemFamily, ScheduledOperation

FORBIDDEN_MINUTES = 10_080
"""A change-over that is not allowed takes so long where no other order can be found; it is listed then."""

CERTIFICATE_DAYS = 14
"""A skill that ends sooner is not planned with any more."""


@dataclass
class Shop:
    """What the engine knows as row numbers, by the keys of the records.

    machines_of   {work center: rows of its machines}; a center without named machines is one row of its size
    machine_ids   [rows] key of the machine, None for a center without named ones; centers: the work center of each row
    groups        {(work center or 0, skill or 0): row of the engine's skills}
    """

    clock: Clock
    calendars: Calendars
    centers: dict[int, WorkCenter]
    machine_ids: list = field(default_factory=list)
    machine_centers: list[int] = field(default_factory=list)
    machine_calendar: list[int] = field(default_factory=list)
    machine_size: list[int] = field(default_factory=list)
    machines_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: dict[int, Machine] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    persons: dict[int, User] = field(default_factory=dict)
    person_calendar: list[int] = field(default_factory=list)
    operators: dict[int, set[int]] = field(default_factory=dict)
    skilled: dict[int, set[int]] = field(default_factory=dict)
    groups: dict[tuple[int, int], int] = field(default_factory=dict)
    tools: list[Tool] = field(default_factory=list)
    families: dict[tuple[int, int], int] = field(default_factory=dict)
    family_of: dict[tuple[int, int], int] = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    last_items: dict = field(default_factory=dict)
    forbidden: int = -1

    def group(self, center: int, skill: int | None) -> int:
        """Row of the skill that stands for the people who may do this here; -1 when anybody may."""
        here = center if center in self.operators else 0
        if not here and not skill:
            return plant.NONE
        return self.groups.setdefault((here, skill or 0), len(self.groups))

    def alone(self, person: int) -> int:
        """Row of the skill only this person has: what was given to somebody stays with them."""
        return self.groups.setdefault((-person, 0), len(self.groups))

    def able(self, center: int, skill: int) -> set[int]:
        """The people of a group; a center below 0 is a person."""
        if center < 0:
            return {-center}
        if not center:
            return self.skilled.get(skill, set())
        here = self.operators[center]
        return here & self.skilled.get(skill, set()) if skill else here

    def family(self, center: int, item: int) -> int:
        """What a center must be set up for to make the item; -1: no matter."""
        found = self.family_of.get((center, item))
        return plant.NONE if found is None else self.families.setdefault((center, found), len(self.families))

    def outside(self, calendar: int, center: int) -> int:
        """A machine of its own for an operation a supplier does: it takes time and nothing of ours."""
        return self.add_machine(None, center, calendar, 1)

    def add_machine(self, key, center: int, calendar: int, size: int) -> int:
        self.machine_ids.append(key)
        self.machine_centers.append(center)
        self.machine_calendar.append(calendar)
        self.machine_size.append(size)
        return len(self.machine_ids) - 1

    def changeover_minutes(self, center: int, one: int, other: int) -> int:
        """Minutes from one family to another on a center; -1 when one must not follow the other."""
        if one == other:
            return self.rules.get((center, one, other), 0)
        for key in ((center, one, other), (center, None, other), (center, one, None), (center, None, None)):
            if key in self.rules:
                return self.rules[key]
        return 0

    def resources(self) -> plant.Resources:
        """The arrays. Families of different centers never meet but on an alternate; there the longer time counts."""
        families = sorted(self.families, key=self.families.__getitem__)
        matrix = np.zeros((len(families), len(families)), np.int64)
        for i, (center, one) in enumerate(families):
            for j, (there, other) in enumerate(families):
                found = [self.changeover_minutes(c, one, other) for c in {center, there}]
                matrix[i, j] = self.forbidden if -1 in found else max(found)
        skills = np.zeros((len(self.people), max(1, len(self.groups))), bool)
        row = {person: n for n, person in enumerate(self.people)}
        for (center, skill), column in self.groups.items():
            for person in self.able(center, skill):
                if person in row:
                    skills[row[person], column] = True
        family = [self._set_up_for(n) for n in range(len(self.machine_ids))]
        return plant.Resources(
            calendars=tuple(self.calendars.all),
            machine_calendar=np.array(self.machine_calendar, np.int64),
            machine_size=np.array(self.machine_size, np.int64),
            machine_family=np.array(family, np.int64),
            person_calendar=np.array(self.person_calendar, np.int64),
            person_skills=skills,
            tool_count=np.array([tool.pieces for tool in self.tools], np.int64),
            changeover=matrix,
        )

    def _set_up_for(self, row: int) -> int:
        center = self.machine_centers[row]
        item = self.last_items.get((center, self.machine_ids[row]), self.last_items.get((center, None)))
        family = self.family_of.get((center, item))
        return plant.NONE if family is None else self.families.get((center, family), plant.NONE)


def read(site, clock: Clock, schedule_id: int | None, *, until_days: int) -> Shop:
    """The shop of a site: calendars intersected, standing machines and absent people taken out (C03, C11)."""
    centers = {c.pk: c for c in WorkCenter.objects.filter(site=site)}
    machines = list(Machine.objects.filter(work_center__in=centers, active=True).order_by("work_center", "code"))
    operators = list(Operator.objects.filter(work_center__in=centers, person__is_active=True).order_by("pk"))
    own = SiteCalendar.objects.filter(site=site).values_list("calendar_id", flat=True).first()
    keys = {c.calendar_id for c in centers.values()} | {own}
    keys |= {one.calendar_id for one in (*machines, *operators)}
    calendars = Calendars(clock, organization.calendars(keys - {None}), until_days=until_days)
    shop = Shop(clock, calendars, centers)
    _machines(shop, machines)
    _people(shop, operators, own, schedule_id)
    shop.tools = list(Tool.objects.filter(site=site, active=True).order_by("pk"))
    _families(shop, site)
    return shop


def _machines(shop: Shop, machines: list[Machine]) -> None:
    still = defaultdict(list)
    found = Downtime.objects.filter(machine__in=[m.pk for m in machines], ends_on__gt=shop.clock.today)
    for row in found:
        still[row.machine_id].append((shop.clock.morning(row.starts_on), shop.clock.morning(row.ends_on)))
    for machine in machines:
        center = shop.centers[machine.work_center_id]
        days = _within(shop, center.calendar_id, machine.calendar_id, still[machine.pk], machine.code)
        shop.machines_of[center.pk].append(shop.add_machine(machine.pk, center.pk, days, 1))
        shop.named[machine.pk] = machine
    for center in shop.centers.values():
        if center.pk not in shop.machines_of and center.active:
            days = shop.calendars.of(center.calendar_id)
            shop.machines_of[center.pk].append(shop.add_machine(None, center.pk, days, center.size))


def _within(shop: Shop, outer: int, inner: int | None, closed: list, name: str) -> int:
    """Row of a calendar within another one, without what is closed."""
    if inner is None or inner == outer:
        return shop.calendars.of(outer, closed, name)
    return shop.calendars.of_both(outer, inner, closed, name)


def _people(shop: Shop, operators: list[Operator], site_calendar: int | None, schedule_id: int | None) -> None:
    """Operators of the centers and everybody with a skill; a person is at one place at a time, at other sites too."""
    today = shop.clock.today
    calendar: dict[int, tuple[int, int | None]] = {}
    for one in operators:
        shop.operators.setdefault(one.work_center_id, set()).add(one.person_id)
        calendar.setdefault(one.person_id, (shop.centers[one.work_center_id].calendar_id, one.calendar_id))
    ends = today + timedelta(days=CERTIFICATE_DAYS)
    for row in PersonSkill.objects.filter(Q(valid_to=None) | Q(valid_to__gt=ends), person__is_active=True):
        shop.skilled.setdefault(row.skill_id, set()).add(row.person_id)
    everybody = set(calendar).union(*shop.skilled.values()) if shop.skilled else set(calendar)
    closed = defaultdict(list)
    for away in Absence.objects.filter(user__in=everybody, ends_on__gt=today):
        closed[away.user_id].append((shop.clock.morning(away.starts_on), shop.clock.morning(away.ends_on)))
    elsewhere = ScheduledOperation.objects.filter(person__in=everybody, ends_at__gt=shop.clock.zero)
    for person, start, end in elsewhere.exclude(schedule=schedule_id).values_list("person", "starts_at", "ends_at"):
        closed[person].append((shop.clock.minute(start), shop.clock.minute(end)))
    shop.persons = {user.pk: user for user in User.objects.filter(pk__in=everybody)}
    for person in sorted(shop.persons):
        shop.people.append(person)
        outer, inner = calendar.get(person, (site_calendar, None))
        if outer is None:
            days = shop.calendars.always(closed[person], str(shop.persons[person]))
        else:
            days = _within(shop, outer, inner, closed[person], str(shop.persons[person]))
        shop.person_calendar.append(days)


def _families(shop: Shop, site) -> None:
    for row in ItemFamily.objects.filter(work_center__site=site):
        shop.family_of[row.work_center_id, row.item_id] = row.family_id
    for change in Changeover.objects.filter(work_center__site=site):
        key = change.work_center_id, change.from_family_id, change.to_family_id
        shop.rules[key] = change.minutes if change.is_allowed else -1
    if shop.family_of:
        since = shop.clock.today - timedelta(days=60)
        for row in database.rows(LAST_DONE, site=site.pk, since=since):
            shop.last_items[row["work_center_id"], row["machine_id"]] = row["item_id"]


def together(calendars: Iterable[plant.Calendar]) -> str:
    """Names of calendars as one text."""
    return ", ".join(sorted({one.name for one in calendars}))
