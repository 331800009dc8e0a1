"""CAP-01: the capacity of a day out of plant, shifts, machines and people; shifts, size, efficiency by date."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Absence, Company, Department, User
from mainspring.modules.engineering import capacity
from mainspring.modules.engineering.models import CapacityChange, Downtime, Machine, Operator, SupplierCapacity
from mainspring.modules.organization.models import CalendarException, SiteCalendar, WorkCalendar

from .test_engineering import plant  # noqa: F401

MONDAY = date(2026, 3, 2)


@pytest.fixture
def shop(plant):  # noqa: F811
    """The welding of the plant, 8 to 16 from Monday to Friday, at its full efficiency."""
    plant.weld = commands.change(
        plant.weld, plant.ctx, calendar=calendar(plant, "WEEK", "08:00", "16:00"), efficiency_pct=100
    )
    return plant


def calendar(shop, code: str, starts: str, ends: str, days=range(5)):
    lines = [{"weekday": d, "starts_at": starts, "ends_at": ends} for d in days]
    return commands.create(WorkCalendar, shop.ctx, code=code, name=code.title(), lines=lines)


def hours(center, day: date = MONDAY) -> D:
    return capacity.standard_hours([center], day, day + timedelta(days=1))[center.pk, day]


def test_efficiency_and_size_hold_by_date(shop):
    """C03: 8 hours at 80 % are 6.4; for a week two work at once at half the efficiency; then it is as before."""
    weld = commands.change(shop.weld, shop.ctx, efficiency_pct=80)
    commands.create(
        CapacityChange, shop.ctx, work_center=weld, starts_on="2026-03-03", ends_on="2026-03-05", size=2,
        efficiency_pct=40, reason="Learners",
    )  # fmt: skip
    assert [hours(weld, MONDAY + timedelta(days=n)) for n in range(4)] == [D("6.4"), D("6.4"), D("6.4"), D("6.4")]
    assert capacity.open_hours([weld], MONDAY, date(2026, 3, 4))[weld.pk, date(2026, 3, 3)] == 16
    inactive = commands.change(weld, shop.ctx, active=False)
    assert hours(inactive) == 0


def test_overtime_is_another_calendar_for_some_days(shop):
    long = calendar(shop, "LONG", "06:00", "20:00", range(6))
    saturday = date(2026, 3, 7)
    assert hours(shop.weld, saturday) == 0
    commands.create(
        CapacityChange, shop.ctx, work_center=shop.weld, starts_on="2026-03-06", calendar=long, reason="Overtime"
    )
    assert [hours(shop.weld, day) for day in (date(2026, 3, 5), date(2026, 3, 6), saturday)] == [8, 14, 14]
    assert capacity.calendars([shop.weld.pk])[shop.weld.pk].is_working(saturday)


def test_the_plant_closes_its_work_centers(shop):
    """plant ∩ work center ∩ operator: the plant works 10 to 18, the center 8 to 16, the person from 12 on."""
    late = calendar(shop, "LATE", "10:00", "18:00")
    commands.create(SiteCalendar, shop.ctx, site=shop.weld.site, calendar=late)
    assert hours(shop.weld) == 6
    noon = calendar(shop, "NOON", "12:00", "20:00")
    commands.create(Operator, shop.ctx, work_center=shop.weld, person=shop.ctx.user, calendar=noon)
    assert hours(shop.weld) == 4
    commands.create(CalendarException, shop.ctx, calendar=late, on_date=MONDAY, name="Inventory")
    assert hours(shop.weld) == 0
    (day,) = capacity.days(shop.weld, MONDAY, MONDAY + timedelta(days=1))
    assert (day.plant, bool(day.center), day.at_once) == ((), True, [])


def test_leave_and_a_breakdown_take_their_hours_at_once(shop):
    """C11."""
    machine = commands.create(Machine, shop.ctx, work_center=shop.weld, code="R1", name="Robot")
    commands.create(Operator, shop.ctx, work_center=shop.weld, person=shop.ctx.user)
    assert hours(shop.weld) == 8
    commands.create(Absence, shop.ctx, user=shop.ctx.user, starts_on="2026-03-02", ends_on="2026-03-03", reason="Leave")
    assert [hours(shop.weld), hours(shop.weld, date(2026, 3, 3))] == [0, 8]
    commands.create(Downtime, shop.ctx, machine=machine, starts_on="2026-03-03", ends_on="2026-03-04", reason="Spindle")
    assert hours(shop.weld, date(2026, 3, 3)) == 0
    days = capacity.days(shop.weld, MONDAY, date(2026, 3, 4))
    assert [[m.kind for m in day.members if m.away] for day in days] == [["person"], ["machine"]]
    tuesday = date(2026, 3, 10)
    assert hours(shop.weld, tuesday) == 8
    User.objects.filter(pk=shop.ctx.user.pk).update(is_active=False)
    assert hours(shop.weld, tuesday) == 8, "nobody is named any more: the machine counts alone"
    Machine.objects.filter(pk=machine.pk).update(active=False)
    CapacityChange.objects.create(work_center=shop.weld, starts_on=tuesday, size=3, reason="Learners")
    assert hours(shop.weld, tuesday) == 24


def test_many_centers_and_days_cost_the_same_queries(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        capacity.standard_hours([shop.weld], MONDAY, date(2027, 3, 2))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({}, "Say what changes"),
        ({"size": 2, "ends_on": "2026-03-02"}, "end after it starts"),
        ({"efficiency_pct": 0}, "above 0 and at most 1,000"),
        ({"efficiency_pct": 2000}, "above 0 and at most 1,000"),
    ],
)
def test_a_change_that_changes_nothing_is_refused(shop, values, rule):
    with pytest.raises(ValidationError, match=rule):
        commands.create(CapacityChange, shop.ctx, work_center=shop.weld, starts_on="2026-03-02", reason="?", **values)


def test_two_changes_on_one_day_are_refused(shop):
    more = {"work_center": shop.weld, "size": 2, "reason": "More"}
    commands.create(CapacityChange, shop.ctx, starts_on="2026-03-02", **more)
    with pytest.raises(ValidationError, match="Another change of this work center"):
        commands.create(CapacityChange, shop.ctx, starts_on="2026-04-02", **more)


def test_a_department_of_another_company_is_refused(shop, world):
    other = Company.objects.create(code="OTH", name="Other", base_currency=world.company.base_currency)
    foreign = Department.objects.create(company=other, code="X", name="Foreign")
    with pytest.raises(ValidationError, match="belongs to another company"):
        commands.change(shop.weld, shop.ctx, department=foreign)


def test_a_supplier_has_one_capacity_a_day(shop, world):
    supplier = world.party("Fork Works", is_supplier=True)
    values = {"supplier": supplier, "item": shop.tube, "weekly_quantity": 100}
    one = commands.create(SupplierCapacity, shop.ctx, starts_on="2026-03-02", **values)
    assert one.company == world.company
    with pytest.raises(ValidationError, match="is given for some of these days"):
        commands.create(SupplierCapacity, shop.ctx, starts_on="2026-03-09", **values)
