"""What a work center can do on a day: its calendar with those of its machines and people (CAP-01, C03, C11)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import Q

from mainspring.kernel.models import Absence
from mainspring.modules.organization import queries as organization

from . import models


def open_hours(centers: Sequence, first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """{(work center, day): hours all its parallel places offer}, days in [first, last); before efficiency.

    Where machines are named they are the size, without those that stand still; where people are named, no more works
    at once than are present. Five queries, whatever the number of centers and days.
    """
    ids = [center.pk for center in centers]
    machines = _by_center(models.Machine.objects.filter(work_center__in=ids, active=True))
    people = _by_center(models.Operator.objects.filter(work_center__in=ids, person__is_active=True))
    still = _spans(
        models.Downtime.objects.filter(machine__work_center__in=ids).filter(_touching(first, last)), "machine_id"
    )
    away = _spans(
        Absence.objects.filter(user__in={o.person_id for found in people.values() for o in found}).filter(
            _touching(first, last)
        ),
        "user_id",
    )
    keys = {c.calendar_id for c in centers}
    for found in (*machines.values(), *people.values()):
        keys |= {one.calendar_id for one in found if one.calendar_id}
    calendars = organization.calendars(keys)
    hours = {}
    for center in centers:
        day = first
        while day < last:
            base = calendars[center.calendar_id].intervals(day)
            places = [[base] * center.size]
            if center.pk in machines:
                places = [_present(machines[center.pk], calendars, base, day, still, "pk")]
            if center.pk in people:
                places.append(_present(people[center.pk], calendars, base, day, away, "person_id"))
            hours[center.pk, day] = Decimal(_minutes_of_the_least(places)) / 60
            day += timedelta(days=1)
    return hours


def people_with(skill_id: int, on: date) -> set[int]:
    """Who has a skill on a day."""
    held = models.PersonSkill.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), skill=skill_id)
    return set(held.values_list("person_id", flat=True))


def skills_of(person_id: int, on: date) -> set[int]:
    """The skills a person has on a day."""
    held = models.PersonSkill.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), person=person_id)
    return set(held.values_list("skill_id", flat=True))


def _touching(first: date, last: date) -> Q:
    return Q(starts_on__lt=last, ends_on__gt=first)


def _by_center(rows: Iterable) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[row.work_center_id].append(row)
    return dict(found)


def _spans(rows: Iterable, key: str) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append((row.starts_on, row.ends_on))
    return found


def _present(members, calendars, base, day: date, gone: dict, key: str) -> list:
    """The open intervals of each machine or person that is there on the day."""
    found = []
    for member in members:
        if any(start <= day < end for start, end in gone.get(getattr(member, key), ())):
            continue
        found.append(_overlap(base, calendars[member.calendar_id].intervals(day)) if member.calendar_id else base)
    return found


def _overlap(left, right) -> tuple:
    return tuple((max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) < min(b, d))


def _minutes_of_the_least(groups: list[list]) -> int:
    """Minutes of parallel work: at every moment the smallest of the groups counts."""
    edges = sorted({edge for group in groups for member in group for interval in member for edge in interval})
    total = 0
    for start, end in pairwise(edges):
        at_once = min(sum(any(a <= start < b for a, b in member) for member in group) for group in groups)
        total += at_once * (end - start)
    return total
