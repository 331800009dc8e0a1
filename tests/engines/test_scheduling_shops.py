"""Job shops: known optima, validity for any shop, refusals that say where, and the command line."""

import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mainspring.engines import problem
from mainspring.engines.scheduling import bounds, check, data, flexible, formats, jobshop
from mainspring.site import cli

FOLDER = Path(__file__).parent / "shops"


def classic(name: str) -> data.JobShop:
    return formats.job_shop((FOLDER / f"{name}.txt").read_text(), file=name)


@pytest.mark.parametrize(("name", "optimum"), [("ft06", 55), ("la01", 666)])
def test_small_classics_are_solved_to_their_optimum(name, optimum):
    plan = jobshop.solve(classic(name), seconds=4, seed=1, workers=1)
    assert plan.objective == optimum
    assert plan.bound <= optimum


def test_a_proof_ends_the_search_early():
    began = time.perf_counter()
    plan = jobshop.solve(classic("la01"), seconds=60, workers=2)
    assert plan.optimal
    assert time.perf_counter() - began < 30


def test_ten_by_ten_comes_near_its_optimum_at_once_and_keeps_to_its_time():
    began = time.perf_counter()
    plan = jobshop.solve(classic("ft10"), seconds=1.5, seed=3, workers=2)
    assert 930 <= plan.objective <= 1000
    assert plan.bound >= 808
    assert time.perf_counter() - began < 6


@pytest.mark.parametrize("workers", [1, 3])
def test_a_schedule_is_found_however_short_the_time(workers):
    shop = classic("ft10")
    assert jobshop.solve(shop, seconds=1e-6, workers=workers).objective >= 930


def test_one_worker_repeats_itself():
    shop = classic("ft06")
    first, second = (jobshop.solve(shop, seconds=20, seed=5, workers=1) for _ in range(2))
    assert first.objective == second.objective == 55


def test_progress_is_told_and_a_search_can_be_cancelled():
    told = []
    began = time.perf_counter()
    plan = jobshop.solve(classic("ft10"), seconds=60, progress=told.append, cancelled=lambda: len(told) >= 3, workers=1)
    assert time.perf_counter() - began < 30
    assert len(told) >= 3
    assert plan.objective <= told[-1].objective


@some.composite
def job_shops(draw):
    machines = draw(some.integers(1, 4))
    step = some.tuples(some.integers(0, machines - 1), some.integers(0, 9))
    jobs = draw(some.lists(some.lists(step, min_size=0, max_size=5), min_size=1, max_size=5).filter(any))
    return data.JobShop.of(jobs, machines)


@settings(max_examples=40)
@given(shop=job_shops(), seed=some.integers(0, 9))
def test_every_schedule_is_valid_also_with_repeated_machines_and_empty_jobs(shop, seed):
    plan = jobshop.solve(shop, seconds=0.05, seed=seed, workers=1)
    check.job_shop(shop, plan.start, plan.objective)
    assert bounds.job_shop(shop) <= plan.bound <= plan.objective


def test_the_checker_names_the_operation_that_clashes():
    shop = data.JobShop.of([[(0, 3)], [(0, 2)]])
    with pytest.raises(
        problem.InvalidProblem, match=r"start\[1\].start = 2: machine 0 is busy with operation 0 until 3"
    ):
        check.job_shop(shop, np.array([0, 2]), 4)
    check.job_shop(shop, np.array([0, 3]), 5)  # half-open: one may start where the other ends (C05)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "file[1].column 1 = nothing: the first row must hold the numbers of jobs and machines"),
        ("2 2\n0 1 1 2", "file[1].column 1 = 2: only 1 rows of jobs follow"),
        ("1 2\n0 1 1", "file[2].column 3 = 3 numbers: must hold 2 pairs of machine and duration, 4 numbers"),
        ("1 2\n0 1 2 4", "file[2].column 3 = 2: must be a machine, 0 to 1"),
        ("1 2\n# note\n0 1 1 x", "file[3].column 4 = x: must be a whole number, 0 or more"),
        ("1 2\n0 1 0 2", "file[2].column 3 = 0: a job uses every machine once; this one stands twice"),
        ("1 1\n0 -4", "file[2].column 2 = -4: must be a whole number, 0 or more"),
        ("1 1\n0 4\n0 4", "file[3].column 1 = 0: the first row states 1 jobs; this would be one more"),
    ],
    ids=["empty", "rows_missing", "odd_row", "no_such_machine", "word", "twice", "negative", "row_too_many"],
)
def test_a_bad_file_is_refused_with_row_column_and_rule(text, refusal):
    with pytest.raises(problem.InvalidProblem) as refused:
        formats.job_shop(text)
    assert str(refused.value) == refusal


def test_machines_may_be_counted_from_one_and_tables_may_be_given():
    pairs = formats.job_shop("2 2\n1 5 2 6\n2 7 1 8\n")
    tables = formats.job_shop("Nb of jobs, machines, seeds\n2 2 11 12\nTimes\n5 6\n7 8\nMachines\n1 2\n2 1\n")
    for shop in (pairs, tables):
        assert shop.machine.tolist() == [0, 1, 1, 0]
        assert shop.duration.tolist() == [5, 6, 7, 8]


def test_the_command_prints_one_valid_object(capsys):
    path = FOLDER / "ft06.txt"
    assert cli.main(["solve", "jobshop", str(path), "--seconds", "10", "--seed", "1", "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["objective"] == 55
    rows = np.array(found["schedule"])
    assert rows.shape == (36, 5)
    assert rows[:6, 1].tolist() == list(range(6))
    check.job_shop(classic("ft06"), rows[:, 3], 55)


def test_the_command_refuses_with_file_row_column_and_rule(tmp_path, capsys):
    path = tmp_path / "broken.txt"
    path.write_text("2 2\n0 1 1 2\n0 1 5 5\n")
    assert cli.main(["solve", "jobshop", str(path), "--seconds", "1"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "mainspring solve: broken.txt row 3 column 3: “5” must be a machine, 0 to 1\n"
    assert cli.main(["solve", "jobshop", str(path), "--seconds", "1", "--json"]) == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert error == {"file": "broken.txt", "row": 3, "column": "3", "value": "5", "rule": "must be a machine, 0 to 1"}


def test_what_is_no_file_or_no_text_is_refused_too(tmp_path, capsys):
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "bytes.txt").write_bytes(b"2 2\n0 1 1 \xff\n")
    for name, row in (("folder.txt", 1), ("missing.txt", 1), ("bytes.txt", 2)):
        assert cli.main(["solve", "flexible-jobshop", str(tmp_path / name), "--json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["ok"] is False
        assert [(Path(each["file"]).name, each["row"]) for each in found["errors"]] == [(name, row)]


def test_an_operation_without_duration_does_not_deceive_the_prover():
    """CP-SAT may put it inside another one; our schedules leave the machine to one at a time."""
    shop = data.JobShop.of([[(0, 4)], [(1, 1), (0, 0), (1, 2)], [(1, 1), (0, 0), (1, 2)]])
    plan = jobshop.solve(shop, seconds=20, workers=2)
    assert plan.optimal
    check.job_shop(shop, plan.start, plan.objective)


@some.composite
def flexible_shops(draw, jobs_max=4, steps_max=4):
    machines = draw(some.integers(1, 3))
    alternatives = some.lists(
        some.tuples(some.integers(0, machines - 1), some.integers(0, 9)),
        min_size=1,
        max_size=machines,
        unique_by=lambda pair: pair[0],
    )
    jobs = draw(some.lists(some.lists(alternatives, max_size=steps_max), min_size=1, max_size=jobs_max).filter(any))
    return data.FlexibleJobShop.of(jobs, machines)


@settings(max_examples=40)
@given(shop=flexible_shops(), seed=some.integers(0, 9))
def test_every_flexible_schedule_is_valid(shop, seed):
    plan = flexible.solve(shop, seconds=0.05, seed=seed, workers=1)
    assert bounds.flexible(shop) <= plan.bound <= plan.objective
    assert plan.end.max() == plan.objective


@settings(max_examples=25)
@given(shop=flexible_shops(jobs_max=2, steps_max=2))
def test_tiny_flexible_shops_equal_trying_everything(shop):
    assert flexible.solve(shop, seconds=0.3, workers=1).objective == shortest_by_trial(shop)


def shortest_by_trial(shop: data.FlexibleJobShop) -> int:
    """Every choice of machines and every order of starting, operations put at their earliest."""
    best = 10**9
    choices = [range(a, b) for a, b in itertools.pairwise(shop.mode_start)]
    for modes in itertools.product(*choices):
        for order in set(itertools.permutations(shop.job.tolist())):
            following = shop.job_start[:-1].tolist()
            job_free, machine_free = [0] * shop.jobs, [0] * shop.machines
            for job in order:
                mode = modes[following[job]]
                end = max(job_free[job], machine_free[shop.machine[mode]]) + int(shop.duration[mode])
                job_free[job] = machine_free[shop.machine[mode]] = end
                following[job] += 1
            best = min(best, max(job_free))
    return best


def test_an_alternative_brings_its_own_duration():
    """C08: on the second machine the job takes 4 instead of 9, and the plan shows that."""
    shop = formats.flexible_job_shop("1 2 2\n1 2 1 9 2 4\n")
    plan = flexible.solve(shop, seconds=1, workers=1)
    assert (plan.machine.tolist(), plan.start.tolist(), plan.end.tolist()) == ([1], [0], [4])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1 2 1\n1 1 3 4", "file[2].column 3 = 3: must be a machine, 1 to 2"),
        ("1 2 1\n2 1 1 4", "file[2].column 5 = nothing: must be the number of machines of this operation, above 0"),
        ("1 2 1\n1 1 1 4 7", "file[2].column 5 = 7: the row ends after its 1 operations"),
        ("1 2 1\n1 1 1 -4", "file[2].column 4 = -4: must be a duration, a whole number of 0 or more"),
        ("1 2 1\n1 1 0 4 \n1 1 2 4", "file[3].column 1 = 1: the first row states 1 jobs; this would be one more"),
    ],
    ids=["no_such_machine", "operation_missing", "too_long", "negative", "row_too_many"],
)
def test_a_bad_flexible_file_is_refused_with_row_column_and_rule(text, refusal):
    with pytest.raises(problem.InvalidProblem) as refused:
        formats.flexible_job_shop(text)
    assert str(refused.value) == refusal


def test_the_flexible_command_prints_one_valid_object(tmp_path, capsys):
    path = tmp_path / "two.fjs"
    path.write_text("2 2 2\n2 2 1 3 2 5 1 2 2\n2 1 1 4 2 1 6 2 3\n")
    assert cli.main(["solve", "flexible-jobshop", str(path), "--seconds", "2", "--workers", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    shop = formats.flexible_job_shop(path.read_text())
    assert found["objective"] == shortest_by_trial(shop)
    assert [row[:2] for row in found["schedule"]] == [[0, 0], [0, 1], [1, 0], [1, 1]]
