"""Units convert exactly (I20, I22, P12); working days follow the right calendar (P13)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.engines.calendar import working
from mainspring.kernel import commands
from mainspring.modules.organization import queries
from mainspring.modules.organization.models import CalendarException, SiteCalendar, WorkCalendar

WEEK = [{"weekday": day, "starts_at": "08:00", "ends_at": "16:30"} for day in range(5)]


def test_two_hundred_pieces_in_dozens_are_seventeen_dozen(world):
    u = world.units
    assert queries.whole_packages(D(200), u["pcs"], u["doz"]) == (17, D(204))  # I20


def test_a_minimum_order_quantity_stays_safe_when_converted(world):
    u = world.units
    assert queries.to_unit(D(50000), u["g"], u["lb"]) == D("110.231")
    assert queries.to_unit(D(50000), u["g"], u["lb"], direction="up") == D("110.232")  # P12


def test_kilograms_do_not_become_metres(world):
    with pytest.raises(ValidationError, match="kg does not convert to m"):
        queries.to_unit(D(1), world.units["kg"], world.units["m"])


def test_the_factor_of_a_used_unit_is_refused_but_its_name_may_change(world):
    world.item("BOLT", unit="doz")
    dozen = world.units["doz"]
    with pytest.raises(ValidationError, match="used by: items"):
        commands.change(dozen, world.ctx, numerator=13)  # I22
    with pytest.raises(ValidationError, match="used by: items"):
        commands.change(dozen, world.ctx, category=world.units["kg"].category)
    assert commands.change(dozen, world.ctx, name="Baker's twelve").numerator == 12
    assert commands.change(world.units["lb"], world.ctx, denominator=1000).denominator == 1000  # nobody uses pounds


@pytest.mark.parametrize("values", [{"numerator": 0}, {"denominator": 0}, {"denominator": -5}])
def test_a_unit_of_nothing_is_refused(world, values):
    with pytest.raises(ValidationError, match="above zero"):
        commands.change(world.units["lb"], world.ctx, **values)


def test_china_works_on_weekends_around_its_golden_week(world):
    calendar = commands.create(WorkCalendar, world.ctx, code="CN", name="Shanghai", country="cn", lines=WEEK)
    commands.perform(calendar, "import_holidays", world.ctx, year=2026)
    days = queries.calendar_days(calendar)
    assert not days.is_working(date(2026, 10, 1))  # National Day, a Thursday
    assert days.is_working(date(2026, 10, 10))  # a Saturday, worked instead
    assert not days.is_working(date(2026, 10, 17))
    # P13: due Mon 12 Oct 2026, 5 supplier days: 10 (make-up), 9 and 8 Oct, 30 and 29 Sep.
    assert working.subtract_working_days(days, date(2026, 10, 12), 5) == date(2026, 9, 29)


def test_holidays_again_replace_holidays_and_leave_own_exceptions(world):
    calendar = commands.create(WorkCalendar, world.ctx, code="LT", name="Vilnius", country="LT", lines=WEEK)
    commands.create(
        CalendarException,
        world.ctx,
        calendar=calendar,
        on_date="2026-12-24",
        name="Plant closed earlier",
        is_working=True,
        starts_at="08:00",
        ends_at="12:00",
    )
    for _again in range(2):
        commands.perform(calendar, "import_holidays", world.ctx, year=2026)
    assert calendar.exceptions.filter(on_date__year=2026, is_holiday=True).count() > 10
    assert queries.calendar_days(calendar).intervals(date(2026, 12, 24)) == ((480, 720),)


def test_a_country_without_known_holidays_is_refused(world):
    calendar = commands.create(WorkCalendar, world.ctx, code="X", name="Nowhere", country="QQ", lines=WEEK)
    with pytest.raises(ValidationError, match="not known"):
        commands.perform(calendar, "import_holidays", world.ctx, year=2026)


def test_night_shifts_pass_midnight_and_overlapping_shifts_are_refused(world):
    night = [{"weekday": 0, "starts_at": "22:00", "ends_at": "06:00"}]
    calendar = commands.create(WorkCalendar, world.ctx, code="N", name="Night", lines=night)
    assert queries.calendar_days(calendar).intervals(date(2026, 3, 2)) == ((1320, 1800),)
    with pytest.raises(ValidationError, match="overlap"):
        commands.change(calendar, world.ctx, lines=[*WEEK, {"weekday": 0, "starts_at": "16:00", "ends_at": "20:00"}])


def test_a_site_works_by_its_own_calendar_or_office_days(world):
    assert queries.site_days(world.site).is_working(date(2026, 3, 6))
    calendar = commands.create(WorkCalendar, world.ctx, code="4D", name="Four days", lines=WEEK[:4])
    commands.create(SiteCalendar, world.ctx, site=world.site, calendar=calendar)
    assert not queries.site_days(world.site).is_working(date(2026, 3, 6))  # a Friday
