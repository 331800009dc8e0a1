"""Moving bars by hand: what is refused and why, what moves along, pins, undo, two planners at once (CAP-08, U11)."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import commands, errors, numbering, roles
from mainspring.kernel.models import Currency, Site, User
from mainspring.modules.conftest import World
from mainspring.modules.engineering.models import (
    Machine,
    OperationAlternate,
    Operator,
    Routing,
    RoutingOperation,
    Skill,
)
from mainspring.modules.production import queries as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.scheduling import moving
from mainspring.modules.scheduling.models import Schedule, ScheduleChange, ScheduledOperation
from mainspring.modules.stock.tests.test_races import together

from .conftest import Shop, at


@pytest.fixture
def two(shop):
    """Two orders of four frames, one after the other on Monday."""
    orders = [
        shop.order(shop.frame, "4", starts_on="2026-03-02", due_on=f"2026-03-0{day}") for day in (3, 4)
    ]  # fmt: skip
    shop.compute()
    return orders


def snapshot():
    return list(
        ScheduledOperation.objects.order_by("pk").values_list("pk", "starts_at", "ends_at", "machine", "is_pinned")
    )


def refusal(shop, *args, **inputs) -> str:
    before = snapshot()
    with pytest.raises(ValidationError) as caught:
        shop.move(*args, **inputs)
    assert snapshot() == before
    return " ".join(caught.value.messages)


def test_what_is_in_the_way_and_what_comes_after_moves_later(shop, two):
    """CAP-08: the second order is dropped on the first; both keep their chain, nothing overlaps, only it is pinned."""
    first, second = two
    shop.move(second, 10, "02 08:00")
    assert shop.times(second, 10) == ("02 08:00", "02 11:00")
    assert shop.row(second, 10).is_pinned
    assert shop.times(first, 10) == ("02 11:00", "02 14:00")
    assert shop.times(first, 20) == ("02 14:00", "02 15:00")
    assert not shop.row(first, 10).is_pinned


def test_nothing_else_moves_when_there_is_room(shop, two):
    first, second = two
    before = {row.pk: row.starts_at for row in ScheduledOperation.objects.filter(order=first)}
    shop.move(second, 10, "04 09:00")
    assert {row.pk: row.starts_at for row in ScheduledOperation.objects.filter(order=first)} == before
    assert shop.times(second, 20) == ("04 12:00", "04 13:00")


def test_a_move_that_makes_an_order_late_says_so_before_and_after(shop, two):
    """CAP-07: due on the 4th, moved to the 5th."""
    second = two[1]
    planned = moving.planned(shop.schedule, shop.ctx, shop.row(second, 10), at(5, 9), shop.welding.pk, None)
    assert planned.late == [(second.number, 0, 13 * 60)]
    assert shop.of(second).late_minutes == 0
    shop.move(second, 10, "05 09:00")
    found = shop.of(second)
    assert found.late_minutes == 13 * 60
    assert found.causes[0]["kind"] == "moved"
    assert Schedule.objects.get().late_count == 1


@pytest.mark.parametrize(
    ("sequence", "moment", "words"),
    [
        (10, "01 12:00", "past"),
        (10, "02 20:00", "opens on 3 Mar 2026 08:00"),
        (10, "07 09:00", "opens on 9 Mar 2026 08:00"),
        (20, "02 08:00", "comes first and is through on 2 Mar 2026 14:00"),
    ],
    ids=["past", "evening", "saturday", "before_its_predecessor"],
)
def test_a_bar_is_refused_with_the_reason(shop, two, sequence, moment, words):
    assert words in refusal(shop, two[1], sequence, moment)


def test_a_bar_is_refused_where_its_machine_may_not_be(shop, two):
    assert "WELD only" in refusal(shop, two[0], 10, "03 09:00", work_center=shop.painting.pk)


def test_an_alternate_of_the_routing_is_allowed_with_its_own_hours(shop, two):
    """C08."""
    cell = shop.center("WELD2", "25")
    commands.create(
        OperationAlternate, shop.ctx, routing=Routing.objects.get(item=shop.frame), sequence=10, work_center=cell,
        setup_hours=0, run_hours_per_unit=1,
    )  # fmt: skip
    shop.move(two[1], 10, "02 08:00", work_center=cell.pk)
    assert shop.times(two[1], 10) == ("02 08:00", "02 12:00")
    assert shop.times(two[0], 10) == ("02 08:00", "02 11:00")


def test_a_bar_is_refused_before_its_material(shop):
    """The rack takes frames an order makes until Monday noon."""
    rack = shop.made("RACK", [(shop.world.item("BOLT"), "1")], [(10, shop.painting, "0", "0.5")])
    order = shop.order(rack, "4", starts_on="2026-03-05", due_on="2026-03-06")
    shop.compute()
    assert "Its material BOLT is expected on" in refusal(shop, order, 10, "03 09:00")


def test_a_bar_is_refused_when_nobody_with_the_skill_is_there(shop):
    from mainspring.modules.organization.models import WorkCalendar

    skill = commands.create(Skill, shop.ctx, code="WELD", name="Welding")
    person = shop.skilled("welder", skill, shop.welding)
    morning = commands.create(
        WorkCalendar, shop.ctx, code="MORNING", name="Morning",
        lines=[{"weekday": d, "starts_at": "08:00", "ends_at": "12:00"} for d in range(5)],
    )  # fmt: skip
    Operator.objects.filter(person=person).update(calendar=morning)
    RoutingOperation.objects.filter(document__item=shop.frame, sequence=10).update(skill=skill)
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    assert "Nobody who may do this is at work then" in refusal(shop, order, 10, "03 14:00")


def test_a_pinned_bar_never_moves_silently(shop, two):
    """C11, CAP-08: dropping another on it, or pushing its predecessor past it, is refused with its name."""
    first, second = two
    shop.verb("pin", row=shop.row(first, 10).pk)
    assert "pinned there until 2 Mar 2026 11:00" in refusal(shop, second, 10, "02 09:00")
    shop.verb("pin", row=shop.row(second, 20).pk)
    assert "unpin it first" in refusal(shop, second, 10, "03 09:00")


def test_started_work_stays_where_it_is(shop):
    order = shop.released(shop.frame, "10", starts_on="2026-03-02", due_on="2026-03-20")
    shop.do(order, "report", operation=10, good=6, hours=4)
    shop.compute()
    assert "has begun" in refusal(shop, order, 10, "03 09:00")
    with pytest.raises(ValidationError, match="has begun"):
        shop.verb("pin", row=shop.row(order, 10).pk)


def test_pins_survive_a_new_computation(shop, two):
    """CAP-08, U11: everything else is placed around it."""
    shop.move(two[0], 10, "04 10:00")
    shop.order(shop.frame, "12", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    assert shop.times(two[0], 10) == ("04 10:00", "04 13:00")
    assert shop.row(two[0], 10).is_pinned
    assert shop.times(two[1], 10)[0] < "04"


def test_a_pin_on_time_that_is_closed_since_is_let_go_and_listed(shop, two):
    """CAP-05: what contradicts is a conflict with a name, not a schedule that fails."""
    from mainspring.modules.organization.models import CalendarException

    shop.move(two[0], 10, "04 10:00")
    commands.create(CalendarException, shop.ctx, calendar=shop.week, on_date="2026-03-04", name="Inventory")
    shop.compute()
    [problem] = [one for one in shop.schedule.problems if one["kind"] == "pin"]
    assert problem["order"] == two[0].number
    assert not shop.row(two[0], 10).is_pinned


def test_undo_puts_everything_back_last_change_first(shop, two):
    before = snapshot()
    shop.move(two[1], 10, "02 08:00")
    first = ScheduleChange.objects.get()
    shop.move(two[0], 10, "04 10:00")
    with pytest.raises(errors.Conflict, match="Undo it first"):
        shop.verb("undo", change=first.pk)
    shop.verb("undo")
    shop.verb("undo", change=first.pk)
    assert snapshot() == before
    assert all(not one.late_minutes and not one.causes for one in shop.schedule.orders.all())
    with pytest.raises(errors.Conflict, match="nothing to undo"):
        shop.verb("undo")


def test_taking_over_gives_orders_their_dates_and_they_keep_them(shop, two):
    """One place per fact: the dates, the hours by day and the forecast follow the schedule, also after a report."""
    second = two[1]
    shop.move(second, 10, "05 09:00")
    shop.verb("take_over")
    second.refresh_from_db()
    operation = second.operations.get(sequence=10)
    assert (f"{operation.starts_on}", f"{operation.ends_on}") == ("2026-03-05", "2026-03-05")
    assert f"{second.expected_on}" == "2026-03-05"
    booked = operation.bookings.filter(state="planned")
    assert [(f"{row.on_date}", row.hours) for row in booked] == [("2026-03-05", 3)]
    assert f"{second.lines.first().needed_on}" == "2026-03-05"
    week = next(r for r in production.load(shop.ctx, weeks=1) if r["work_center_id"] == shop.welding.pk)
    assert week["planned"] == 6
    commands.perform(second, "release", shop.ctx)
    shop.do(second, "issue")
    operation.refresh_from_db()
    assert f"{operation.starts_on}" == "2026-03-05"
    shop.do(second, "reschedule", due_on="2026-03-20")
    operation.refresh_from_db()
    assert f"{operation.starts_on}" != "2026-03-05"
    assert Schedule.objects.get().taken_over_revision == Schedule.objects.get().revision


def test_taking_over_places_an_order_at_the_alternate_it_was_moved_to(shop, two):
    cell = shop.center("WELD2", "25")
    commands.create(
        OperationAlternate, shop.ctx, routing=Routing.objects.get(item=shop.frame), sequence=10, work_center=cell,
        setup_hours=0, run_hours_per_unit=1,
    )  # fmt: skip
    machine = shop.machine(cell, "C1")
    shop.move(two[1], 10, "02 08:00", machine=machine.pk)
    shop.verb("take_over")
    operation = two[1].operations.get(sequence=10)
    assert (operation.work_center, operation.machine) == (cell, machine)
    assert operation.run_hours_per_unit == 1


# -- who may ------------------------------------------------------------------------------------------------------


def test_the_workshop_sees_the_board_and_may_not_move_anything(shop, two):
    ctx = shop.world.person("operator", "workshop")
    with pytest.raises(PermissionDenied):
        shop.move(two[0], 10, "04 10:00", ctx=ctx)
    planner = shop.world.person("planner", "planner")
    shop.move(two[0], 10, "04 10:00", ctx=planner)
    assert ScheduleChange.objects.get().person == planner.user


def test_another_company_has_no_board_here(shop, two, client):
    from mainspring.kernel.models import Company, Membership, Role

    other = Company.objects.create(code="OTH", name="Other", base_currency_id="EUR", country="LT")
    Site.objects.create(company=other, code="OTH", name="Other plant")
    user = User.objects.create(username="elsewhere")
    Membership.objects.create(user=user, role=Role.objects.get(code="planner"), company=other)
    client.force_login(user)
    root = f"/scheduling/board/{shop.schedule.pk}/"
    for address in (
        f"{root}bars/",
        f"{root}state/",
        f"{root}why/{two[0].pk}/",
        f"{root}{shop.row(two[0], 10).pk}/move/",
    ):
        assert client.get(address).status_code == 404, address
    body = {"row": shop.row(two[0], 10).pk, "starts_at": "2026-03-04T10:00"}
    assert client.post(f"{root}move/", body, content_type="application/json").status_code == 404


# -- at once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_shop(transactional_db):
    """Committed, for several real connections."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    yield Shop(World())
    numbering.forget()


def test_two_planners_drag_the_same_bar_and_the_second_learns_of_it(open_shop):
    """CAP-08: both saw it at eight; one wins, the other is told to look again."""
    shop = open_shop
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    row = shop.row(order, 10)
    people = [User.objects.create(username=f"p{n}", is_superuser=True) for n in range(2)]

    def job(person, moment):
        ctx = replace(shop.ctx, user=person)
        schedule = Schedule.objects.get(pk=shop.schedule.pk)
        inputs = {"row": row.pk, "starts_at": moment, "seen": moving.seen_of(row)}
        return lambda: commands.perform(schedule, "move", ctx, **inputs)

    done = together([job(people[0], "2026-03-03T09:00"), job(people[1], "2026-03-04T09:00")])
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Schedule"]
    assert ScheduleChange.objects.count() == 1


def test_two_planners_drag_different_bars_and_both_succeed(open_shop):
    shop = open_shop
    orders = [shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06") for _n in range(2)]
    shop.compute()

    def job(order, moment):
        row, schedule = shop.row(order, 10), Schedule.objects.get(pk=shop.schedule.pk)
        inputs = {"row": row.pk, "starts_at": moment, "seen": moving.seen_of(row)}
        return lambda: commands.perform(schedule, "move", shop.ctx, **inputs)

    done = together([job(orders[0], "2026-03-04T09:00"), job(orders[1], "2026-03-05T09:00")])
    assert [type(one).__name__ for one in done] == ["Schedule", "Schedule"]
    assert {shop.times(order, 10)[0] for order in orders} == {"04 09:00", "05 09:00"}
    assert ProductionOrder.objects.count() == 2
    assert not Machine.objects.exists()
