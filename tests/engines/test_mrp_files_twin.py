"""`mainspring mrp` over files with every column in use, against a slow plan in fractions written from the help text."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from random import Random

import pytest
from tests.engines.test_mrp_files import rows

from mainspring.site import cli

START, DAYS = date(2026, 1, 5), 50


def day(number):
    return str(START + timedelta(days=number))


def drawn(chance):
    """A problem as plain data; items stand in the order of levels, number 2 is a phantom wherever it is used."""
    count = chance.randint(3, 7)
    items = []
    for n in range(count):
        rule = chance.choice(["L4L", "FOQ", "POQ", "EOQ"])
        multiple = chance.choice([0, 0, Fraction(5, 2), 4])
        least = chance.choice([0, 0, 15])
        items.append({
            "name": chance.choice(["I", "a, b ", 'say "x" ', "零件"]) + str(n),
            "lead": chance.randint(0, 5), "rule": rule, "size": 0 if rule == "L4L" else chance.randint(2, 20),
            "least": least, "multiple": multiple, "most": chance.choice([0, 0, 20, 33]),
            "safety": 0 if n == 2 else chance.choice([0, 8]), "on_hand": chance.choice([0, 5, Fraction(121, 2)]),
            "calendar": chance.choice(["", "week"]),
        })  # fmt: skip
    lines = []
    for parent in range(count):
        for component in range(parent + 1, count):
            if chance.random() < 0.4:
                first, last = chance.choice([None, None, 10]), chance.choice([None, None, 30])
                lines.append({
                    "parent": parent, "component": component, "per": chance.choice([1, 2, Fraction(2, 5)]),
                    "batch": chance.choice([1, 10, 4]), "scrap": chance.choice([0, Fraction(5, 2)]),
                    "offset": chance.choice([0, 0, 2]), "from": first, "to": last, "phantom": component == 2,
                })  # fmt: skip
    used = {line["component"] for line in lines}
    wanted = [n for n in range(count) if n != 2 or n not in used]
    demand = [(chance.choice(wanted), chance.randint(-3, DAYS + 3), chance.randint(1, 30)) for _ in range(12)]
    supply = [(chance.randrange(count), chance.randint(-3, DAYS + 3), chance.randint(1, 20)) for _ in range(3)]
    closed = {n for n in range(-30, DAYS + 9) if n % 7 in (5, 6)} | {17, 18}
    return items, lines, demand, supply, closed


def planned_by_hand(items, lines, demand, supply, closed):
    """(item, start, due): quantities of its orders."""
    change = [[Fraction(0)] * DAYS for _ in items]
    for sign, entries in ((-1, demand), (1, supply)):
        for item, when, quantity in entries:
            if when < DAYS:
                change[item][max(when, 0)] += sign * quantity
    orders = defaultdict(list)
    for n, item in enumerate(items):
        phantom = any(line["component"] == n and line["phantom"] for line in lines)
        stock = Fraction(item["on_hand"]) - item["safety"]
        for due in range(DAYS):
            stock += change[n][due]
            if stock >= 0:
                continue
            start, made = due, [-stock]
            if not phantom:
                start, made = started(item, due, closed), lots(item, need(item, stock, change[n], due))
                orders[item["name"], start, due] += made
            stock += sum(made)
            for line in lines:
                inside = (line["from"] is None or start >= line["from"]) and (line["to"] is None or start < line["to"])
                if line["parent"] == n and inside and start + line["offset"] < DAYS:
                    loss = 1 + Fraction(line["scrap"]) / 100
                    change[line["component"]][start + line["offset"]] -= (
                        sum(made) * Fraction(line["per"]) / line["batch"] * loss
                    )
    return orders


def started(item, due, closed):
    lead, when = item["lead"], due
    while lead:
        when -= 1
        lead -= item["calendar"] == "" or when not in closed
    return max(when, 0)


def need(item, stock, change, due):
    deepest = -stock
    if item["rule"] == "POQ":
        for later in range(due + 1, min(DAYS, due + item["size"])):
            stock += change[later]
            deepest = max(deepest, -stock)
    return deepest


def lots(item, quantity):
    def whole(amount, multiple):
        return ceil(amount / multiple) * multiple if multiple else amount

    if item["rule"] == "FOQ":
        quantity = whole(quantity, Fraction(item["size"]))
    if item["rule"] == "EOQ":
        quantity = max(quantity, item["size"])
    quantity = whole(max(quantity, item["least"]), item["multiple"])
    if not item["most"] or quantity <= item["most"]:
        return [quantity]
    multiple = item["multiple"]
    largest = item["most"] // multiple * multiple if multiple else item["most"]
    made = [largest] * int(quantity // largest)
    if rest := quantity - sum(made):
        made.append(whole(max(rest, item["least"]), multiple))
    return made


def written(folder, items, lines, demand, supply, closed, *, mark):
    """The files, with a byte order mark and the line ends of the other system when `mark` says so."""

    def shown(value):
        return "" if value is None else str(float(value)) if isinstance(value, Fraction) else str(value)

    def put(name, header, entries):
        body = [header, *(",".join('"' + shown(cell).replace('"', '""') + '"' for cell in row) for row in entries), ""]
        text = ("\ufeff" if mark else "") + ("\r\n" if mark else "\n").join(body)
        (folder / f"{name}.csv").write_bytes(text.encode())

    named = [item["name"] for item in items]
    header = "item,lead_time_days,lot_rule,lot_size,min_qty,multiple,max_qty,safety_stock,on_hand,calendar"
    put("items", header, (item.values() for item in items))
    put("bom", "parent,component,quantity,batch_qty,scrap_pct,offset_days,valid_from,valid_to,phantom", (
        (named[line["parent"]], named[line["component"]], line["per"], line["batch"], line["scrap"], line["offset"],
         *(line[end] if line[end] is None else day(line[end]) for end in ("from", "to")), int(line["phantom"]))
        for line in lines
    ))  # fmt: skip
    for name, entries in (("demand", demand), ("supply", supply)):
        put(name, "item,date,quantity", ((named[item], day(when), quantity) for item, when, quantity in entries))
    put("calendars", "calendar,date,working", (("week", day(number), 0) for number in sorted(closed)))


@pytest.mark.parametrize("seed", range(25))
def test_files_with_every_column_agree_with_a_plan_by_hand(tmp_path, seed):
    problem = drawn(Random(seed))
    written(tmp_path, *problem, mark=seed % 2)
    assert cli.main(["mrp", str(tmp_path), "--start", str(START), "--days", str(DAYS)]) == 0
    found = defaultdict(list)
    for row in rows(tmp_path, "planned"):
        start, due = ((date.fromisoformat(row[name]) - START).days for name in ("start", "due"))
        found[row["item"], start, due].append(float(row["quantity"]))
    expected = planned_by_hand(*problem)
    assert found.keys() == expected.keys()
    for key, quantities in expected.items():
        assert sorted(found[key]) == pytest.approx(sorted(map(float, quantities)), abs=1e-5), key
