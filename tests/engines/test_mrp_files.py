"""The plan over CSV files: conventions, defaults and refusals of `mainspring mrp`."""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from math import ceil
from random import Random

import pytest

from mainspring.site import cli

START = date(2026, 1, 5)


def write(folder, **files):
    for name, body in files.items():
        (folder / f"{name}.csv").write_text(body.strip() + "\n")


def rows(folder, name):
    with (folder / "plan" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def planned(folder):
    return [(row["item"], row["start"], row["due"], row["quantity"]) for row in rows(folder, "planned")]


def run(folder, *options):
    return cli.main(["mrp", str(folder), "--start", START.isoformat(), "--days", "60", *options])


SMALL = {
    "items": """
item,lead_time_days,lot_rule,lot_size,min_qty,multiple,max_qty,safety_stock,on_hand,calendar
A,2,L4L,,25,10,,,,
B,3,FOQ,50,,,,5,7,week
P,,,,,,,,3,
"C, x",1,POQ,7,,,,,,
""",
    "bom": """
parent,component,quantity,batch_qty,scrap_pct,offset_days,valid_from,valid_to,phantom
A,B,5,10,2,,,,
A,P,1,,,1,,,yes
P,"C, x",2,,,,,,
""",
    "demand": "item,date,quantity,ref\nA,2026-01-20,22,SO1\nA,2026-02-10,3,",
    "calendars": "calendar,date,working\nweek,2026-01-17,0\nweek,2026-01-18,0",
}


def test_a_small_plan_with_every_file(tmp_path, capsys):
    write(
        tmp_path, **SMALL,
        supply="item,date,quantity,ref,firm\nB,2026-02-25,100,PO1,0",
        routing="item,sequence,work_center,setup_hours,run_hours,offset_days\nA,10,W,1,0.5,0",
        work_centers="work_center,hours_per_day,efficiency,calendar\nW,8,0.8,week",
    )  # fmt: skip
    assert run(tmp_path, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["planned"] == 3
    assert set(answer["seconds"]) == {"read", "compile", "arrays", "plan", "write", "total"}
    assert answer["peak_memory_mb"] > 0
    # A: 22 raised to 25, then to 30; the surplus 8 covers the 3. B: 15.3 less 2 above safety. Its three working days
    # before Sunday 18 January are 14, 15 and 16. C: (30 - 3 of P) x 2, a day later, one day before.
    assert planned(tmp_path) == [
        ("A", "2026-01-18", "2026-01-20", "30"),
        ("B", "2026-01-14", "2026-01-18", "50"),
        ("C, x", "2026-01-18", "2026-01-19", "54"),
    ]
    assert rows(tmp_path, "planned")[0]["reason"] == "demand: net 22, minimum 25, multiple 30"
    # One hour of set-up, 30 x 0.5 / 0.8 = 18.75 hours of run, from Monday 19 January on: the 18th is closed.
    assert [(row["date"], row["hours"]) for row in rows(tmp_path, "load")] == [
        ("2026-01-19", "8"), ("2026-01-20", "8"), ("2026-01-21", "3.75"),
    ]  # fmt: skip
    pegs = {(row["item"], row["demand_ref"], row["supply"], row["quantity"]) for row in rows(tmp_path, "pegging")}
    assert {("A", "SO1", "planned", "22"), ("B", "A#1", "on_hand", "7"), ("P", "A#1", "on_hand", "3")} <= pegs
    kinds = {(row["item"], row["message"]) for row in rows(tmp_path, "exceptions")}
    assert {("A", "new"), ("B", "expedite"), ("B", "new")} <= kinds
    for row in rows(tmp_path, "exceptions"):
        assert json.loads(row["reason"])


def test_past_days_move_to_the_start_and_are_listed(tmp_path, capsys):
    write(
        tmp_path,
        items="item,lead_time_days\nA,4",
        bom="parent,component",
        demand="item,date,quantity,ref\nA,2025-12-30,2,late",
    )
    assert run(tmp_path) == 0
    assert planned(tmp_path) == [("A", "2026-01-05", "2026-01-05", "2")]
    found = {
        (row["subject"], row["date"], row["wanted_date"])
        for row in rows(tmp_path, "exceptions")
        if row["message"] == "past_due"
    }
    assert found == {("demand", "2025-12-30", "2026-01-05"), ("order", "2026-01-01", "2026-01-09")}


def test_a_maximum_splits_last_and_fractions_are_kept(tmp_path):
    write(
        tmp_path,
        items="item,lot_rule,lot_size,max_qty,multiple\nA,FOQ,60,50,20\nB,EOQ,9,,\nC",
        bom="parent,component,quantity,batch_qty\nA,C,1,3\nB,C,0.25,",
        demand="item,date,quantity\nA,2026-01-10,110\nB,2026-01-10,2.5",
    )
    assert run(tmp_path) == 0
    assert planned(tmp_path) == [
        ("A", "2026-01-10", "2026-01-10", "40"), ("A", "2026-01-10", "2026-01-10", "40"),
        ("A", "2026-01-10", "2026-01-10", "40"), ("B", "2026-01-10", "2026-01-10", "9"),
        ("C", "2026-01-10", "2026-01-10", "42.25"),
    ]  # fmt: skip
    assert rows(tmp_path, "planned")[0]["reason"] == "demand: net 110, FOQ 120, maximum 50"


def test_effectivity_follows_the_start_and_a_part_time_phantom_is_also_planned(tmp_path):
    write(
        tmp_path,
        items="item,lead_time_days,on_hand\nA,2,\nB,2,\nP,9,4\nC,,",
        bom="parent,component,quantity,valid_from,valid_to,phantom\nA,P,1,,2026-01-20,1\nA,C,7,2026-01-20,,\nB,P,1,,,\nP,C,1,,,",
        demand="item,date,quantity\nA,2026-01-21,10\nA,2026-01-22,1\nB,2026-01-30,6",
    )
    assert run(tmp_path) == 0
    assert planned(tmp_path) == [
        ("A", "2026-01-19", "2026-01-21", "10"), ("A", "2026-01-20", "2026-01-22", "1"),
        ("B", "2026-01-28", "2026-01-30", "6"), ("P", "2026-01-19", "2026-01-28", "2"),
        ("C", "2026-01-19", "2026-01-19", "12"), ("C", "2026-01-20", "2026-01-20", "7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "body", "expected"),
    [
        ("items", "item,on_hand\nA,x", "items.csv row 2 column on_hand: “x” must be a number"),
        ("items", "item,on_hand\nA,-1", "items.csv row 2 column on_hand: “-1” must not be negative"),
        ("items", "name\nA", "items.csv row 1 column item: “” column is required"),
        ("items", "item\nA\nA", "items.csv row 3 column item: “A” must come once"),
        ("items", "item,lot_rule\nA,XYZ", "column lot_rule: “XYZ” must be L4L, FOQ, POQ or EOQ"),
        ("items", "item,lot_rule\nA,FOQ", "column lot_size: “0” must be above 0 for FOQ"),
        ("items", "item,calendar\nA,week", "column calendar: “week” is not in calendars.csv"),
        ("bom", "parent,component\nA,Z", "bom.csv row 2 column component: “Z” is not in items.csv"),
        ("bom", "parent,component\nA,A", "bom.csv row 2 column component: “A” must not form a loop: A > A"),
        ("demand", "item,date,quantity\nA,2026-02-30,1", "demand.csv row 2 column date: “2026-02-30” must be a date"),
        ("demand", "item,date,quantity\nA,2026-02-03,1e30", "must be"),
    ],
)
def test_bad_files_name_file_row_column_and_rule(tmp_path, capsys, file, body, expected):
    good = {"items": "item\nA", "bom": "parent,component", "demand": "item,date,quantity\nA,2026-01-09,1"}
    write(tmp_path, **good | {file: body})
    assert run(tmp_path) == 1
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()


def test_a_missing_file_and_a_bad_option_are_refused(tmp_path, capsys):
    assert run(tmp_path, "--json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert [(each["file"], each["rule"]) for each in printed["errors"]] == [
        ("items.csv", "is required"), ("bom.csv", "is required"), ("demand.csv", "is required"),
    ]  # fmt: skip
    assert cli.main(["mrp", str(tmp_path), "--days", "0"]) == 1


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path, capsys):
    write(tmp_path, bom="parent,component", demand="item,date,quantity\nA,2026-01-07,4")
    (tmp_path / "items.csv").mkdir()
    assert run(tmp_path, "--json") == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["file"], error["row"], error["column"]) == ("items.csv", 1, "file")
    assert "can be read" in error["rule"]


def test_an_answer_that_cannot_be_written_is_refused(tmp_path, capsys):
    write(tmp_path, items="item\nA", bom="parent,component", demand="item,date,quantity\nA,2026-01-07,4")
    (tmp_path / "taken").write_text("")
    assert run(tmp_path, "--json", "--out", str(tmp_path / "taken")) == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert error["file"].endswith("taken")


def test_a_number_too_large_for_a_plan_names_its_row_in_the_file(tmp_path, capsys):
    write(
        tmp_path, items="item\nA\nB", bom="parent,component,quantity\n\nA,B,1e15",
        demand="item,date,quantity\nA,2026-01-07,1e15",
    )  # fmt: skip
    assert run(tmp_path, "--json") == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["file"], error["row"], error["column"]) == ("bom.csv", 3, "quantity")


def plain_plan(items, bom, demand, days):
    """The conventions once more in floating point, as a stranger would write them from the help text."""
    gross = {name: [0.0] * days for name in items}
    for name, day, quantity in demand:
        gross[name][day] += quantity
    orders = defaultdict(float)
    for name, (lead, rule, size, least, multiple, safety, on_hand) in items.items():  # in order of levels
        stock = on_hand - safety
        for day in range(days):
            stock -= gross[name][day]
            if stock >= -1e-9:
                continue
            need = -stock
            if rule == "POQ":
                ahead = stock
                for later in range(day + 1, min(days, day + size)):
                    ahead -= gross[name][later]
                    need = max(need, -ahead)
            quantity = ceil(need / size - 1e-9) * size if rule == "FOQ" else max(need, size) if rule == "EOQ" else need
            quantity = max(quantity, least)
            if multiple:
                quantity = ceil(quantity / multiple - 1e-9) * multiple
            stock += quantity
            start = max(0, day - lead)
            orders[name, start, day] += quantity
            for component, per, batch, scrap, offset in bom[name]:
                if start + offset < days:
                    gross[component][start + offset] += quantity * per / batch * (1 + scrap / 100)
    return orders


def test_two_hundred_random_items_agree_with_a_plain_plan(tmp_path):
    chance = Random(4)
    names = [f"I{n}" for n in range(200)]
    items, bom, demand = {}, {name: [] for name in names}, []
    for n, name in enumerate(names):
        rule = chance.choice(["L4L", "FOQ", "POQ", "EOQ"])
        size = 0 if rule == "L4L" else chance.randint(2, 40)
        items[name] = (
            chance.randint(0, 6), rule, size, chance.choice([0, 0, 15]), chance.choice([0, 0, 4, 2.5]),
            chance.choice([0, 8]), chance.choice([0, 5, 60.5]),
        )  # fmt: skip
        for component in chance.sample(names[n + 1 :], min(4, 199 - n)):
            bom[name].append(
                (
                    component,
                    chance.choice([1, 2, 0.4]),
                    chance.choice([1, 10, 3]),
                    chance.choice([0, 2.5]),
                    chance.randint(0, 2),
                )
            )
        if chance.random() < 0.3:
            demand += [(name, chance.randint(0, 89), chance.randint(1, 30)) for _ in range(4)]
    write(
        tmp_path,
        items="item,lead_time_days,lot_rule,lot_size,min_qty,multiple,safety_stock,on_hand\n"
        + "\n".join(",".join(map(str, (name, *values))) for name, values in items.items()),
        bom="parent,component,quantity,batch_qty,scrap_pct,offset_days\n"
        + "\n".join(",".join(map(str, (parent, *line))) for parent, lines in bom.items() for line in lines),
        demand="item,date,quantity\n"
        + "\n".join(f"{name},{START + timedelta(days=day)},{quantity}" for name, day, quantity in demand),
    )  # fmt: skip
    assert run(tmp_path, "--days", "90") == 0
    expected, found = plain_plan(items, bom, demand, 90), defaultdict(float)
    for row in rows(tmp_path, "planned"):
        start, due = ((date.fromisoformat(row[name]) - START).days for name in ("start", "due"))
        found[row["item"], start, due] += float(row["quantity"])
    assert found.keys() == expected.keys()
    assert all(abs(found[key] - expected[key]) < 1e-5 for key in found)


def test_no_other_command_and_no_web_process_loads_the_compiler():
    asked = """
import sys
from mainspring.site import cli
cli._parser()
import mainspring.engines.mrp.solve, mainspring.engines.mrp.lots, mainspring.engines.promising.available
assert not {"numba", "llvmlite", "numpy"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", asked], check=True, timeout=120)


def test_without_orders_only_what_serves_the_demand_is_written(tmp_path):
    write(
        tmp_path, items='item,on_hand\n"A, left",9', bom="parent,component",
        demand='item,date,quantity\n"A, left",2026-01-07,4',
    )  # fmt: skip
    assert run(tmp_path) == 0
    assert planned(tmp_path) == []
    pegs = [(row["item"], row["quantity"], row["supply"], row["supply_ref"]) for row in rows(tmp_path, "pegging")]
    assert pegs == [("A, left", "4", "on_hand", "")]


@pytest.mark.parametrize("quantity", ["1e999", "1e99999999", "2e15", "nan", "1_0", "1/3"])
def test_numbers_no_plan_can_use_are_refused_with_their_row(tmp_path, capsys, quantity):
    write(tmp_path, items="item\nA", bom="parent,component", demand=f"item,date,quantity\nA,2026-01-07,{quantity}")
    assert run(tmp_path, "--json") == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["file"], error["row"], error["column"]) == ("demand.csv", 2, "quantity")


def test_tabs_and_lines_above_the_header_are_read(tmp_path):
    write(
        tmp_path, items="# stock of Monday\n\nitem\ton_hand\nA\t1", bom="parent\tcomponent",
        demand="item\tdate\tquantity\nA\t2026-01-07\t4",
    )  # fmt: skip
    assert run(tmp_path) == 0
    assert planned(tmp_path) == [("A", "2026-01-07", "2026-01-07", "3")]
