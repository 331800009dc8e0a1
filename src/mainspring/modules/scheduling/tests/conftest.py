"""The workshop of the production tests with a schedule of its own."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from mainspring.kernel import commands, jobs
from mainspring.modules.engineering.models import Machine, Operator, PersonSkill, Skill
from mainspring.modules.production.tests.conftest import Making
from mainspring.modules.scheduling.models import Schedule, ScheduledOperation, ScheduledOrder

ZONE = ZoneInfo("Europe/Vilnius")


class Shop(Making):
    """Short words for what happens on the board; frames are welded (1 h + 0.5 h each) and painted (0.25 h each)."""

    def __init__(self, world):
        super().__init__(world)
        self.schedule = commands.create(Schedule, self.ctx, site=self.site, seconds=1, proposal_weeks=0)

    def compute(self, **settings) -> Schedule:
        if settings:
            commands.change(self.schedule, self.ctx, **settings)
        commands.perform(Schedule.objects.get(pk=self.schedule.pk), "solve", self.ctx)
        jobs.run_pending()
        self.schedule = Schedule.objects.select_related("site__company", "job").get(pk=self.schedule.pk)
        return self.schedule

    def row(self, order, sequence: int) -> ScheduledOperation:
        return ScheduledOperation.objects.get(schedule=self.schedule, order=order, sequence=sequence)

    def times(self, order, sequence: int) -> tuple[str, str]:
        row = self.row(order, sequence)
        return tuple(f"{moment.astimezone(ZONE):%d %H:%M}" for moment in (row.starts_at, row.ends_at))

    def of(self, order) -> ScheduledOrder:
        return ScheduledOrder.objects.get(schedule=self.schedule, order=order)

    def move(self, order, sequence: int, at: str, *, ctx=None, **inputs):
        """Drag an operation to a day and time of March 2026: "03 09:00"."""
        row = self.row(order, sequence)
        day, time = at.split()
        schedule = Schedule.objects.get(pk=self.schedule.pk)
        return commands.perform(
            schedule, "move", ctx or self.ctx, row=row.pk, starts_at=f"2026-03-{day}T{time}", **inputs
        )

    def verb(self, name: str, **inputs):
        return commands.perform(Schedule.objects.get(pk=self.schedule.pk), name, self.ctx, **inputs)

    def machine(self, center, code: str, **values) -> Machine:
        return commands.create(Machine, self.ctx, work_center=center, code=code, name=code.title(), **values)

    def skilled(self, name: str, skill: Skill, center=None, **values):
        """A person who has a skill, at a work center when one is named."""
        person = self.world.person(name).user
        commands.create(PersonSkill, self.ctx, person=person, skill=skill, **values)
        if center is not None:
            commands.create(Operator, self.ctx, work_center=center, person=person)
        return person


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 at the site."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.fixture
def shop(world):
    return Shop(world)
