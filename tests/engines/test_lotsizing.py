"""Lot sizes against published optima, a brute-force twin and each other."""

import json
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines.lotsizing import data, exact, heuristics, text
from mainspring.engines.problem import InvalidProblem
from mainspring.site import cli

WAGNER_WHITIN_1958 = data.problem(
    [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56],
    [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114],
    1,
)


def test_the_example_of_1958():
    assert exact.solve(WAGNER_WHITIN_1958).cost == 864


def test_a_textbook_case_with_its_heuristics():
    given = data.problem([90, 120, 80, 70], 500, 2)
    best = exact.solve(given)
    assert (best.cost, best.quantities) == (1380, (210, 0, 150, 0))
    assert all(rule(given).cost >= best.cost for rule in heuristics.ALL)


def by_trying_everything(given):
    net = data.net_demand(given)
    costs = []
    for chosen in product((False, True), repeat=len(net)):
        quantities, last = [Fraction(0)] * len(net), None
        for row, wanted in enumerate(net):
            last = row if chosen[row] else last
            if wanted and last is None:
                break
            if wanted:
                quantities[last] += wanted
        else:
            costs.append(data.cost_of(given, quantities))
    return min(costs)


SMALL = st.integers(0, 12)


@given(
    st.lists(st.tuples(SMALL, SMALL, st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=8), st.integers(0, 9)
)
def test_the_plan_is_as_cheap_as_the_best_of_all(rows, on_hand):
    demand, setup, holding, unit = zip(*rows, strict=True)
    given_problem = data.problem(demand, setup, holding, unit, on_hand)
    assert exact.solve(given_problem).cost == by_trying_everything(given_problem)
    for rule in heuristics.ALL:
        assert rule(given_problem).cost >= exact.solve(given_problem).cost


FORMS = {
    "json": '{"demand": [90, 120, 80, 70], "setup_cost": 500, "holding_cost": 2}',
    "csv": "period,demand,setup_cost,holding_cost\n1,90,500,2\n2,120,,\n3,80,,\n4,70,,\n",
    "words": "# textbook\nsetup 500\nholding: 2\ndemand 90 120 80 70\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_the_file_is_read(form):
    assert exact.solve(text.read(form)).cost == 1380


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("setup 5\nholding 1\ndemand 3 x", "p.txt[3].demand = x: must be a number"),
        ('{"demand": [1], "setup_cost": -5, "holding_cost": 1}', "[1].setup_cost = -5: must not be negative"),
        ("demand,setup_cost,holding_cost\n1,,1", "p.txt[2].setup_cost = : must be a number"),
        ("demand 1 2", "p.txt[1].setup_cost = : is required"),
        ("", "is required"),
    ],
)
def test_a_bad_file_names_row_column_and_rule(body, place):
    with pytest.raises(InvalidProblem) as refusal:
        text.read(body, "p.txt")
    assert place in str(refusal.value)


def test_the_command_prints_one_object(tmp_path, capsys):
    file = tmp_path / "p.json"
    file.write_text(FORMS["json"])
    assert cli.main(["solve", "lotsizing", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["objective"], answer["orders"]) == (1380, [[0, 210], [2, 150]])
    file.write_text("demand 1 x")
    assert cli.main(["solve", "lotsizing", str(file)]) == 1
    assert "p.json row 1 column demand: “x” must be a number" in capsys.readouterr().err


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_tables_may_have_comments_blank_lines_and_other_separators(between):
    rows = [
        "# from the shop",
        "",
        "period,demand,setup_cost,holding_cost",
        "1,90,500,2",
        "",
        "2,120,,",
        "3,80,,",
        "4,70,,",
    ]
    given = text.read("\r\n".join(rows).replace(",", between), "lots.csv")
    assert exact.solve(given).cost == 1380


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("period,demand,setup_cost,holding_cost\n2,120,500,2\n1,90,500,2", "lots.csv[3].period = 1"),
        ("period,demand,demand,setup_cost,holding_cost\n1,90,5,500,2", "lots.csv[1].demand"),
    ],
)
def test_tables_out_of_order_or_saying_a_thing_twice_are_refused(body, refusal):
    with pytest.raises(InvalidProblem) as found:
        text.read(body, "lots.csv")
    assert refusal in str(found.value)
