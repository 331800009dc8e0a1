"""Industrial plans: open hours, people, tools, change-overs, lags, pins, causes of lateness. Minutes from Monday."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mainspring.engines import problem
from mainspring.engines.scheduling import (
    plant,
    plant_check,
    plant_keys,
    plant_model,
    plant_result,
    plant_search,
    plant_solve,
    result,
)

DAY = 1440
ALWAYS = plant.Calendar.weekly("always", [(day * DAY, (day + 1) * DAY) for day in range(7)], weeks=20)
# 8:00 to 12:00 and 13:00 to 17:00, Monday to Friday
OFFICE_HOURS = [(day * DAY + start, day * DAY + end) for day in range(5) for start, end in ((480, 720), (780, 1020))]
OFFICE = plant.Calendar.weekly("office", OFFICE_HOURS, weeks=20)
NIGHT = plant.Calendar.weekly("night", [(day * DAY + 1320, day * DAY + 1800) for day in range(5)], weeks=20)


def machines(*calendars, size=1, families=0, changeover=None, **more):
    count = len(calendars)
    known = tuple(dict.fromkeys([*calendars, *more.pop("others", ())]))
    return plant.Resources(
        calendars=known,
        machine_calendar=np.array([known.index(calendar) for calendar in calendars]),
        machine_size=np.full(count, size),
        machine_family=np.full(count, families - 1 if families else plant.NONE),
        changeover=np.zeros((0, 0), np.int64) if changeover is None else np.array(changeover),
        **more,
    )


def orders(*jobs, due=10**6, weight=1.0, **more):
    """Each job is a list of operations, each a list of (machine, minutes); operations follow each other."""
    steps = [step for job in jobs for step in job]
    order = np.repeat(np.arange(len(jobs)), [len(job) for job in jobs])
    same = np.flatnonzero(order[1:] == order[:-1])
    pairs = np.array([pair for step in steps for pair in step])
    count = len(jobs)
    given = {
        "order_release": np.zeros(count, np.int64),
        "order_due": np.broadcast_to(np.array(due), count).copy(),
        "order_weight": np.broadcast_to(np.array(weight, float), count).copy(),
        "before": same,
        "after": same + 1,
    }
    given.update({name: np.array(value) for name, value in more.items()})
    return plant.Plan(
        operation_order=order,
        mode_start=np.cumsum([0, *(len(step) for step in steps)]),
        mode_machine=pairs[:, 0],
        mode_minutes=pairs[:, 1],
        **given,
    )


def solve(resources, plan, seconds=0.3, **options):
    return plant_solve.solve(resources, plan, seconds=seconds, workers=1, **options)


def times(found):
    return list(zip(found.schedule.start.tolist(), found.schedule.end.tolist(), strict=True))


def test_hours_are_set_up_once_and_run_by_efficiency():
    """C01: 30 + 100 x 2 / 0.8 = 280; a lag takes time but no capacity. C07: 60 of 100 reported leave 40 x 2 / 0.8."""
    assert plant.work_minutes(30, 100, 2, efficiency=0.8) == 280
    assert plant.work_minutes(30, 100, 2, efficiency=0.8, reported=60) == 100
    plan = orders([[(0, 10)], [(1, 10)]], [[(0, 10)]], lag_min=[60])
    found = solve(machines(ALWAYS, ALWAYS), plan)
    assert times(found)[1] == (70, 80)  # 60 minutes to cool, while the machine does the other order
    assert sorted(times(found)[row] for row in (0, 2)) == [(0, 10), (10, 20)]


def test_work_pauses_over_the_break_unless_it_must_not_be_split():
    """C05: 300 minutes from 8:00 pause from 12:00 to 13:00; 200 unsplit ones wait for 13:00."""
    assert times(solve(machines(OFFICE), orders([[(0, 300)]]))) == [(480, 840)]
    plan = orders([[(0, 100)], [(0, 200)]], whole=[False, True])
    assert times(solve(machines(OFFICE), plan)) == [(480, 580), (780, 980)]


def test_a_machine_with_two_places_does_two_at_a_time():
    """C05: the sum of use never exceeds the size; intervals are half-open."""
    plan = orders(*[[[(0, 60)]] for _ in range(3)])
    assert sorted(times(solve(machines(ALWAYS, size=2), plan))) == [(0, 60), (0, 60), (60, 120)]


def test_a_backward_plan_starts_late_and_never_before_now():
    """C06: due at 1000 means start at 900; what is due at 50 with 100 minutes of work starts now and is shown late."""
    plan = orders([[(0, 100)]], [[(1, 100)]], due=[1000, 50])
    found = solve(machines(ALWAYS, ALWAYS), plan, backward=True)
    assert times(found) == [(900, 1000), (0, 100)]
    assert list(found.late) == [1]
    assert {cause.kind for cause in found.late[1]} == {"lead time"}


def test_an_alternative_machine_brings_its_own_duration():
    """C08: the fast machine is taken for the first, the slow one for the second, with 15 instead of 10 minutes."""
    plan = orders([[(0, 10), (1, 15)]], [[(0, 10), (1, 15)]], due=[10, 15])
    found = solve(machines(ALWAYS, ALWAYS), plan)
    assert times(found) == [(0, 10), (0, 15)]
    assert found.schedule.machine.tolist() == [0, 1]


def test_change_over_depends_on_what_was_there_before():
    """C09: set up for A today; A then B costs 5, B then A 5 + 40: asymmetric. A pair that is not allowed is avoided."""
    table = [[0, 5], [40, 0]]
    resources = machines(ALWAYS, families=1, changeover=table)
    plan = orders([[(0, 10)]], [[(0, 10)]], due=[0, 0], family=[1, 0])
    found = solve(resources, plan, seconds=1.5)
    assert times(found) == [(10, 25), (0, 10)]
    assert found.schedule.setup.tolist() == [5, 0]
    with pytest.raises(problem.InvalidProblem, match=r"operation_order\[0\].*finds no place"):
        solve(machines(ALWAYS, families=1, changeover=[[0, -1], [40, 0]]), plan)


def test_no_shared_open_hour_names_both_calendars():
    """C10: the machine works in the day, everybody who could run it at night."""
    resources = machines(OFFICE, others=[NIGHT], person_calendar=np.array([1]), person_skills=np.array([[True]]))
    refusal = r"skill\[0\].*no shared open hour: machine calendar office and people calendar night"
    with pytest.raises(problem.InvalidProblem, match=refusal):
        solve(resources, orders([[(0, 10)]], skill=[0]))


def test_a_breakdown_lists_the_jobs_it_hits_and_a_pinned_one_is_not_moved():
    """C11: closed from 100 to 200, the job of 90 to 150 is named; pinned inside, it is refused, not moved."""
    plan = orders([[(0, 90)]], [[(0, 60)]], due=[90, 150])
    before = solve(machines(ALWAYS), plan)
    assert plant_result.hit(before.schedule, machine=0, starts_at=100, ends_at=200).tolist() == [1]
    broken = machines(ALWAYS.without("broken", 100, 200))
    assert times(solve(broken, plan)) == [(0, 90), (90, 250)]  # ten minutes before it, fifty after
    pinned = orders([[(0, 90)]], [[(0, 60)]], pin_start=[-1, 120], pin_machine=[-1, 0])
    with pytest.raises(problem.InvalidProblem, match=r"pin_start\[1\].start = 120: the pinned start is closed"):
        solve(broken, pinned)
    assert times(solve(machines(ALWAYS), pinned)) == [(0, 90), (120, 180)]


def test_the_profitable_order_comes_first_on_the_bottleneck():
    """C12: A earns 50 in 10 minutes = 5.0 a minute, B 60 in 20 = 3.0; only 25 minutes are left: A, and B is lost."""
    plan = orders([[(0, 20)]], [[(0, 10)]], order_value=[60.0, 50.0], horizon=15, due=[20, 30])
    assert plant_keys.per_bottleneck_minute(plan, 0).tolist() == [3.0, 5.0]
    assert plant_keys.bottleneck(plant_model.Model(machines(ALWAYS, ALWAYS), plan)) == 0
    found = solve(machines(ALWAYS, ALWAYS), plan)
    assert times(found) == [(10, 30), (0, 10)]
    assert (found.cost.lost_value, found.dispatched.lost_value) == (60.0, 110.0)
    assert found.cost.total < found.dispatched.total


def test_a_pinned_order_survives_the_next_plan():
    """MFG-12: the planner pins A, which earns less a minute; it stays, and B's 50 are what is lost."""
    plan = orders(
        [[(0, 20)]],
        [[(0, 10)]],
        order_value=[60.0, 50.0],
        horizon=20,
        due=[20, 30],
        pin_start=[0, -1],
        pin_machine=[0, -1],
    )
    found = solve(machines(ALWAYS), plan)
    assert times(found) == [(0, 20), (20, 30)]
    assert found.cost.lost_value == 50.0


def test_due_dates_and_change_over_enter_the_same_objective():
    """C12: the order due first is not worth a change-over of 100 minutes each way."""
    table = [[0, 100], [100, 0]]
    resources = machines(ALWAYS, families=1, changeover=table)
    plan = orders(*[[[(0, 10)]] for _ in range(3)], due=[10, 120, 130], weight=0.01, family=[0, 1, 0])
    found = solve(resources, plan, seconds=1.5, weights=plant.Weights(changeover=1.0))
    assert found.cost.changeover_minutes == 100
    assert found.dispatched.changeover_minutes == 200


def test_a_person_is_in_one_place_and_must_have_the_skill():
    resources = machines(
        ALWAYS, ALWAYS, person_calendar=np.array([0, 0]), person_skills=np.array([[True, False], [False, True]])
    )
    plan = orders([[(0, 50)]], [[(1, 50)]], skill=[0, 0])
    found = solve(resources, plan)
    assert sorted(times(found)) == [(0, 50), (50, 100)]
    assert found.schedule.person.tolist() == [0, 0]


def test_one_tool_serves_one_machine_at_a_time():
    plan = orders([[(0, 50)]], [[(1, 50)]], tool=[0, 0])
    assert sorted(times(solve(machines(ALWAYS, ALWAYS, tool_count=np.array([1])), plan))) == [(0, 50), (50, 100)]
    assert sorted(times(solve(machines(ALWAYS, ALWAYS, tool_count=np.array([2])), plan))) == [(0, 50), (0, 50)]


def test_a_quarter_of_the_lot_is_passed_on():
    """100 minutes, then 40, by quarters: it could start at 25, but the last quarter comes at 100."""
    plan = orders([[(0, 100)], [(1, 40)]], transfer=[250])
    assert times(solve(machines(ALWAYS, ALWAYS), plan)) == [(0, 100), (70, 110)]
    plan = orders([[(0, 40)], [(1, 100)]], transfer=[250])
    assert times(solve(machines(ALWAYS, ALWAYS), plan)) == [(0, 40), (10, 110)]


def test_parallel_steps_meet_in_the_assembly():
    plan = orders([[(0, 30)], [(1, 50)], [(2, 10)]], before=[0, 1], after=[2, 2])
    assert times(solve(machines(ALWAYS, ALWAYS, ALWAYS), plan)) == [(0, 30), (0, 50), (50, 60)]


def test_a_maximum_lag_moves_the_first_step_later():
    """Painting must follow blasting within 10 minutes; the paint shop is pinned to another order until 100."""
    plan = orders([[(0, 20)], [(1, 30)]], [[(1, 100)]], lag_max=[10], pin_start=[-1, -1, 0], pin_machine=[-1, -1, 1])
    assert times(solve(machines(ALWAYS, ALWAYS), plan)) == [(70, 90), (100, 130), (0, 100)]


def test_a_late_order_names_material_and_capacity_with_minutes():
    """CAP-07: ready at 500 instead of 0, then 60 minutes behind another on the machine, 40 of its own: late by 550."""
    plan = orders(
        [[(0, 40)]], [[(0, 60)]], due=[50, 10**6], material_ready=[500, 0], pin_start=[-1, 500], pin_machine=[-1, 0]
    )
    found = solve(machines(ALWAYS), plan)
    shown = [(cause.kind, cause.starts_at, cause.ends_at, cause.minutes) for cause in found.late[0]]
    assert shown == [("material", 0, 500, 500), ("capacity", 500, 560, 60), ("lead time", 560, 600, 40)]
    assert sum(cause.weight for cause in found.late[0]) == pytest.approx(1)


def test_a_plant_of_some_hundred_orders_beats_due_date_dispatching_while_it_tells_how_far_it_is():
    """CAP-11, MFG-12: more work than the machines can do by the due dates, change-overs between four families."""
    random = np.random.default_rng(3)
    table = random.integers(10, 40, (4, 4)) * (1 - np.eye(4, dtype=int))
    jobs = [[[(int(random.integers(0, 8)), int(random.integers(20, 90)))] for _ in range(4)] for _ in range(250)]
    plan = orders(
        *jobs,
        due=random.integers(500, 6000, 250),
        weight=random.integers(1, 10, 250).astype(float),
        family=random.integers(0, 4, 1000),
    )
    told = []
    found = solve(machines(*[OFFICE] * 8, families=1, changeover=table), plan, seconds=2.5, progress=told.append)
    assert found.cost.total < 0.95 * found.dispatched.total
    assert told[-1].objective <= found.dispatched.total
    weights = plant.Weights(changeover=0.5)
    told_by_order = plant_result.cost_by_order(
        plan, weights, found.schedule.start, found.schedule.end, found.schedule.setup
    )
    whole = plant_result.cost(plan, weights, found.schedule.start, found.schedule.end, found.schedule.setup)
    assert told_by_order.sum() == pytest.approx(whole.total)
    assert set(found.late) == set(np.flatnonzero(found.order_end > plan.order_due).tolist())
    assert all(sum(cause.weight for cause in causes) == pytest.approx(1) for causes in found.late.values())


def test_a_large_plant_is_improved_by_stretches_of_time():
    random = np.random.default_rng(4)
    jobs = [[[(int(random.integers(0, 8)), int(random.integers(20, 90)))] for _ in range(2)] for _ in range(1200)]
    plan = orders(*jobs, due=random.integers(500, 20_000, 1200), weight=random.integers(1, 10, 1200).astype(float))
    merged = []
    original = plant_search.Search._merged

    def watched(*arguments):
        merged.append(original(*arguments))
        return merged[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plant_search.Search, "_merged", watched)
        found = solve(machines(*[OFFICE] * 8), plan, seconds=2.5)
    assert any(keys is not None and keys.shape == (2400,) for keys in merged)
    assert found.cost.total < found.dispatched.total


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"skill": [0]}, r"skill\[0\].value = 0: must be -1 to -1"),
        ({"lag_max": [5], "lag_min": [9]}, r"lag_max\[0\].minutes = 5: must not be below lag_min, 9"),
        ({"before": [0, 1], "after": [1, 0]}, r"operations must not wait for each other: \d > \d > \d"),
        ({"order_weight": [-1.0]}, r"order_weight\[0\].value = -1.0: must be 0 or more"),
        ({"material_ready": [1]}, r"material_ready\[0\].length = 1: must be 2, to match operation_order"),
        (
            {"pin_start": [5, -1], "pin_machine": [1, -1]},
            r"pin_machine\[0\].machine = 1: must be one of the operation's",
        ),
    ],
    ids=["no_such_skill", "lags_crossed", "loop", "negative_weight", "short_array", "pinned_elsewhere"],
)
def test_bad_arrays_are_refused_by_name_row_and_rule(change, refusal):
    change = {name: value * 2 if name == "skill" else value for name, value in change.items()}
    with pytest.raises(problem.InvalidProblem, match=refusal):
        solve(machines(ALWAYS, ALWAYS), orders([[(0, 10)], [(1, 10)]], **change))


def test_a_cancel_before_the_first_plan_is_told():
    plan = orders(*[[[(0, 5)]] * 3 for _ in range(4000)])
    with pytest.raises(result.Cancelled):
        solve(machines(ALWAYS), plan, seconds=20, cancelled=lambda: True)


@some.composite
def plants(draw):
    chosen = draw(some.lists(some.sampled_from([ALWAYS, OFFICE, NIGHT]), min_size=1, max_size=3))
    families = draw(some.integers(1, 3))
    table = draw(some.lists(some.lists(some.integers(0, 90), min_size=families, max_size=families),
                            min_size=families, max_size=families))  # fmt: skip
    resources = machines(
        *chosen, size=draw(some.integers(1, 2)), families=1, changeover=table, tool_count=np.array([1]),
        person_calendar=np.zeros(2, np.int64), person_skills=np.array([[True], [True]]),
    )  # fmt: skip
    count = len(chosen)
    step = some.lists(
        some.tuples(some.integers(0, count - 1), some.integers(1, 500)),
        min_size=1,
        max_size=2,
        unique_by=lambda m: m[0],
    )
    jobs = draw(some.lists(some.lists(step, min_size=1, max_size=4), min_size=1, max_size=5))
    size = sum(map(len, jobs))
    links = size - len(jobs)
    together = chosen[0] is not ALWAYS
    skills = some.just(-1) if together and len(set(chosen)) > 1 else some.integers(-1, 0)

    def each(what, length=size):
        return draw(some.lists(what, min_size=length, max_size=length))

    plan = orders(
        *jobs, due=each(some.integers(0, 5000), len(jobs)), family=each(some.integers(-1, families - 1)),
        material_ready=each(some.integers(0, 2000)), tool=each(some.sampled_from([-1, -1, 0])), skill=each(skills),
        transfer=np.array(each(some.sampled_from([1000, 1000, 500, 200]), links), np.int64),
        lag_min=np.array(each(some.integers(0, 100), links), np.int64),
        lag_max=np.array(each(some.sampled_from([-1, -1, 4 * DAY]), links), np.int64),
    )  # fmt: skip
    return resources, plan


@settings(max_examples=60)
@given(made=plants(), backward=some.booleans())
def test_every_plan_keeps_every_rule(made, backward):
    """CAP-04: no resource above its size at any minute, no job in closed time, material and predecessors respected."""
    resources, plan = made
    try:
        found = solve(resources, plan, seconds=0.03, backward=backward)
    except problem.InvalidProblem as refused:
        assert "no shared open hour" in str(refused) or "within its maximum lag" in str(refused)  # noqa: PT017
        return
    plant_check.check(resources, plan, found.schedule)
    assert found.bound <= found.cost.total + 1e-6
    if not backward:
        assert found.cost.total <= found.dispatched.total
    assert set(found.late) == set(np.flatnonzero(found.order_end > plan.order_due).tolist())
