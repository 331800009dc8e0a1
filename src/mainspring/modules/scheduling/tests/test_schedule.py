"""A schedule of the workshop: rules C01 to C12, from the database and back (CAP-04, CAP-05, CAP-07, CAP-11, MFG-12)."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from mainspring.kernel import commands, jobs
from mainspring.kernel.models import Absence, JobRun
from mainspring.modules.engineering.models import (
    Downtime,
    OperationAlternate,
    Routing,
    RoutingOperation,
    Skill,
    Tool,
)
from mainspring.modules.scheduling import causes, changes, situation, solving
from mainspring.modules.scheduling.models import Changeover, ItemFamily, ScheduledOperation, SetupFamily

from .conftest import march


def test_operations_follow_one_another_in_open_time_with_set_up_and_run(shop):
    """C01, C05: 1 h + 4 x 0.5 h from eight, then 4 x 0.25 h; nothing lies in closed time."""
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    assert shop.times(order, 10) == ("02 08:00", "02 11:00")
    assert shop.times(order, 20) == ("02 11:00", "02 12:00")
    assert shop.of(order).late_minutes == 0


def test_a_work_center_does_one_at_a_time_and_the_urgent_one_first(shop):
    """C05, CAP-04: no machine above its size; the later due day waits."""
    later = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    first = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    assert shop.times(first, 10) == ("02 08:00", "02 11:00")
    assert shop.times(later, 10) == ("02 11:00", "02 14:00")


def test_a_due_date_that_cannot_be_kept_moves_later_with_the_reason_and_never_into_the_past(shop):
    """C06, CAP-04, CAP-07: due yesterday, begins now, and says by how much and why."""
    order = shop.order(shop.frame, "20", starts_on="2026-03-02", due_on="2026-03-03")
    shop.compute(is_backward=True)
    found = shop.of(order)
    assert shop.times(order, 10) == ("02 08:00", "03 11:00")
    assert shop.times(order, 20) == ("03 11:00", "03 16:00")
    assert found.late_minutes == 0
    order = shop.order(shop.frame, "20", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute(is_backward=True)
    assert all(row.starts_at >= shop.schedule.starts_at for row in ScheduledOperation.objects.all())
    late = [one for one in shop.schedule.orders.all() if one.late_minutes]
    assert late
    assert all(one.causes for one in late)
    told = causes.told(late[0])
    assert sum(one.weight for one in told) == pytest.approx(1, abs=0.02)
    assert all(one.text and one.ends_at > one.starts_at for one in told)


def test_a_late_order_names_the_busy_work_center_and_what_helps(shop):
    """CAP-07: what waited for welding says so, with its minutes, and leads to the load of that week."""
    first = shop.order(shop.frame, "12", starts_on="2026-03-02", due_on="2026-03-02", priority=1)
    second = shop.order(shop.frame, "12", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    assert shop.of(first).ends_at < shop.of(second).ends_at
    kinds = {cause["kind"]: cause for cause in shop.of(second).causes}
    assert kinds["capacity"]["center"] == shop.welding.pk
    [told] = [one for one in causes.told(shop.of(second)) if "WELD" in one.text and "busy" in one.text]
    assert told.minutes == kinds["capacity"]["minutes"] > 0
    assert f"/planning/load/{shop.welding.pk}/2026-03-02/" in [href for _label, href in told.steps]


def test_a_started_order_asks_for_the_rest_only_and_stays_first(shop):
    """C07: six of ten are welded, the set-up is done: 4 x 0.5 h from now on, before an order that is due earlier."""
    started = shop.released(shop.frame, "10", starts_on="2026-03-02", due_on="2026-03-20")
    shop.do(started, "report", operation=10, good=6, hours=4)
    urgent = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    assert shop.row(started, 10).is_started
    assert shop.times(started, 10) == ("02 08:00", "02 10:00")
    assert shop.times(urgent, 10) == ("02 10:00", "02 13:00")


def test_an_alternate_is_taken_with_its_own_hours(shop):
    """C08: the slow second cell takes 1 h a piece; two orders begin together."""
    cell = shop.center("WELD2", "25")
    routing = Routing.objects.get(item=shop.frame)
    commands.create(
        OperationAlternate, shop.ctx, routing=routing, sequence=10, work_center=cell, setup_hours=1,
        run_hours_per_unit=1,
    )  # fmt: skip
    orders = [shop.order(shop.frame, "6", starts_on="2026-03-02", due_on="2026-03-02") for _n in range(2)]
    shop.compute()
    rows = sorted((shop.row(order, 10) for order in orders), key=lambda row: row.mode)
    assert [row.work_center_id for row in rows] == [shop.welding.pk, cell.pk]
    assert [row.minutes for row in rows] == [240, 420]


def test_a_change_over_depends_on_what_was_made_before(shop):
    """C09: red to blue 60 min, blue to red not allowed, the same 0; the matrix takes the place of the set-up."""
    red, blue = (commands.create(SetupFamily, shop.ctx, code=code, name=code) for code in ("RED", "BLUE"))
    other = shop.made("BLUE-FRAME", [(shop.tube, "3")], [(10, shop.painting, "2", "0.25")])
    plain = shop.made("RED-FRAME", [(shop.tube, "3")], [(10, shop.painting, "2", "0.25")])
    for item, family in ((plain, red), (other, blue)):
        commands.create(ItemFamily, shop.ctx, work_center=shop.painting, item=item, family=family)
    for one, then, minutes, allowed in ((red, blue, 60, True), (blue, red, 0, False)):
        commands.create(
            Changeover, shop.ctx, work_center=shop.painting, from_family=one, to_family=then, minutes=minutes,
            is_allowed=allowed,
        )  # fmt: skip
    blues = shop.order(other, "4", starts_on="2026-03-02", due_on="2026-03-02", priority=1)
    reds = [shop.order(plain, "4", starts_on="2026-03-02", due_on="2026-03-02") for _n in range(2)]
    shop.compute()
    assert {shop.times(order, 10) for order in reds} == {("02 08:00", "02 09:00"), ("02 09:00", "02 10:00")}
    assert shop.times(blues, 10) == ("02 10:00", "02 12:00")
    assert shop.row(blues, 10).setup_minutes == 60


def test_no_shared_hour_of_machine_and_people_is_named_not_silent(shop):
    """C10: the only welder works when the machine does not; both calendars are named and the order is listed."""
    skill = commands.create(Skill, shop.ctx, code="WELD", name="Welding")
    person = shop.skilled("night", skill)
    from mainspring.modules.organization.models import WorkCalendar

    night = commands.create(
        WorkCalendar, shop.ctx, code="NIGHT", name="Night",
        lines=[{"weekday": d, "starts_at": "20:00", "ends_at": "23:00"} for d in range(5)],
    )  # fmt: skip
    from mainspring.modules.engineering.models import Operator

    other = shop.center("STORE", "10")
    type(other).objects.filter(pk=other.pk).update(calendar=night)
    commands.create(Operator, shop.ctx, work_center=type(other).objects.get(pk=other.pk), person=person)
    RoutingOperation.objects.filter(document__item=shop.frame, sequence=10).update(skill=skill)
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    [problem] = [one for one in shop.schedule.problems if one["kind"] == "no_hour"]
    assert "WEEK" in problem["rule"]
    assert "NIGHT" in problem["rule"]
    assert problem["order"] == order.number
    assert shop.row(order, 10).person_id is None


def test_nobody_is_at_two_machines_and_who_is_away_does_nothing(shop):
    """CAP-05, C11: one welder for two cells; on leave on Monday, so both wait for Tuesday, one after the other."""
    skill = commands.create(Skill, shop.ctx, code="WELD", name="Welding")
    person = shop.skilled("welder", skill, shop.welding)
    shop.machine(shop.welding, "W1")
    shop.machine(shop.welding, "W2")
    RoutingOperation.objects.filter(document__item=shop.frame, sequence=10).update(skill=skill)
    commands.create(Absence, shop.ctx, user=person, starts_on=march(2), ends_on=march(3))
    orders = [shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06") for _n in range(2)]
    shop.compute()
    assert {shop.times(order, 10) for order in orders} == {("03 08:00", "03 11:00"), ("03 11:00", "03 14:00")}
    assert {shop.row(order, 10).person_id for order in orders} == {person.pk}


def test_the_database_refuses_to_book_a_machine_or_a_person_twice(shop):
    """CAP-05: whoever writes the rows."""
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    row = shop.row(order, 10)
    twin = ScheduledOperation(
        schedule=shop.schedule, order=order, sequence=99, name="x", work_center=shop.welding, minutes=60,
        starts_at=row.starts_at + timedelta(minutes=30), ends_at=row.ends_at,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="scheduled_place_free"), transaction.atomic():
        twin.save()
    twin.starts_at, twin.ends_at = row.ends_at, row.ends_at + timedelta(hours=1)
    twin.save()  # half-open: the next one begins when this one ends


def test_a_tool_is_used_by_as_many_as_there_are_pieces(shop):
    """C05: one jig, two cells."""
    jig = commands.create(Tool, shop.ctx, site=shop.site, code="JIG", name="Jig", pieces=1)
    shop.machine(shop.welding, "W1")
    shop.machine(shop.welding, "W2")
    RoutingOperation.objects.filter(document__item=shop.frame, sequence=10).update(tool=jig)
    orders = [shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06") for _n in range(2)]
    shop.compute()
    assert {shop.times(order, 10) for order in orders} == {("02 08:00", "02 11:00"), ("02 11:00", "02 14:00")}


def test_a_machine_under_repair_takes_nothing_on_these_days(shop):
    """C11: the only cell stands still until Wednesday."""
    cell = shop.machine(shop.welding, "W1")
    commands.create(Downtime, shop.ctx, machine=cell, starts_on=march(2), ends_on=march(4), reason="Bearing")
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    assert shop.times(order, 10) == ("04 08:00", "04 11:00")
    assert {"calendar"} <= {cause["kind"] for cause in shop.of(order).causes}


def test_material_that_is_made_by_another_order_is_waited_for(shop):
    """CAP-04: the rack takes frames no shelf has; it begins when the order that makes them is through."""
    rack = shop.made("RACK", [(shop.frame, "1")], [(10, shop.painting, "0", "0.5")])
    frames = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-03")
    racks = shop.order(rack, "4", starts_on="2026-03-02", due_on="2026-03-06")
    shop.compute()
    assert shop.row(racks, 10).starts_at >= shop.row(frames, 20).ends_at
    assert not [one for one in shop.schedule.problems if one["kind"] == "no_material"]


def test_what_nothing_covers_is_listed(shop):
    scarce = shop.world.item("SCARCE")
    item = shop.made("NEEDY", [(scarce, "1")], [(10, shop.painting, "0", "0.5")])
    order = shop.order(item, "4", starts_on="2026-03-03", due_on="2026-03-06")
    shop.compute()
    [problem] = [one for one in shop.schedule.problems if one["kind"] == "no_material"]
    assert (problem["order"], problem["item"]) == (order.number, scarce.pk)
    assert shop.times(order, 10)[0] == "03 08:00"


def test_the_schedule_beats_due_date_order_and_shows_the_comparison(shop):
    """MFG-12, U12, C12: the answer is never dearer than dispatching by due date, and both are kept."""
    for n in range(6):
        shop.order(shop.frame, str(4 + n), starts_on="2026-03-02", due_on=f"2026-03-0{2 + n % 3}", priority=1 + n)
    schedule = shop.compute()
    assert 0 < schedule.cost["total"] <= schedule.due_date_cost["total"]
    assert set(schedule.cost) >= {"tardiness", "lost_value", "holding", "changeover", "late_orders"}


def test_contribution_is_price_less_material_of_the_order_it_is_made_for(shop):
    """C12: the frames of a sales order at 50 take 3 tubes at 4 and half a kilo at 2: 37 a piece."""
    from mainspring.modules.pricing.models import PriceList  # noqa: F401  (prices are given on the line)
    from mainspring.modules.sales.models import SalesOrder

    customer = shop.world.party("Acme")
    sale = commands.create(
        SalesOrder, shop.ctx, party=customer, site=shop.site,
        lines=[{"item": shop.frame, "quantity": 4, "unit": shop.frame.unit, "price": 50}],
    )  # fmt: skip
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    type(order).objects.filter(pk=order.pk).update(demand=sale.pk)
    read = situation.read(shop.compute(), shop.ctx)
    assert read.values == [D(4) * (D(50) - 12 - 1)]


def test_the_schedule_says_when_it_is_older_and_what_changed(shop):
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    schedule = shop.compute()
    assert changes.told(schedule) == []
    fresh = shop.order(shop.frame, "2", starts_on="2026-03-02", due_on="2026-03-06")
    shop.do(order, "reschedule", due_on=march(9))
    new, changed = changes.told(schedule)
    assert new.orders == ((fresh.number, str(fresh.pk)),)
    assert changed.orders == ((order.number, str(order.pk)),)
    shop.machine(shop.welding, "W9")
    assert "machines" in changes.told(schedule)[-1].text
    assert changes.told(shop.compute()) == []


def test_a_computation_can_be_stopped_and_leaves_everything_as_it_was(shop, monkeypatch):
    """CAP-11: progress and cancel."""
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    before = shop.times(order, 10)
    shop.order(shop.frame, "40", starts_on="2026-03-02", due_on="2026-03-02")
    commands.perform(type(shop.schedule).objects.get(pk=shop.schedule.pk), "solve", shop.ctx)
    run = JobRun.objects.latest("pk")

    def stopped(self, done, total=None, message=""):
        raise jobs.Cancelled

    monkeypatch.setattr(jobs.Run, "progress", stopped)
    jobs.run_pending()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert shop.times(order, 10) == before
    assert type(shop.schedule).objects.get(pk=shop.schedule.pk).revision == shop.schedule.revision


def test_a_bar_moved_while_the_schedule_is_computed_is_not_lost(shop):
    """CAP-11, CAP-08: no lock on users; what was computed from the board before is thrown away."""
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    schedule = shop.compute()
    read = situation.read(schedule, shop.ctx)
    plan = solving.computed(read, seconds=0.2)
    shop.move(order, 10, "04 08:00")
    assert solving.keep(schedule, read, plan, shop.ctx, read_at=schedule.solved_at) is False
    assert shop.times(order, 10) == ("04 08:00", "04 11:00")


def test_an_empty_site_has_an_empty_schedule(shop):
    schedule = shop.compute()
    assert (schedule.operations_count, schedule.late_count, schedule.job.state) == (0, 0, "done")
