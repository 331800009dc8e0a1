"""The site's planner over records and the compiled plan over arrays give the same orders."""

from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mainspring.engines.calendar.working import AROUND_THE_CLOCK, Calendar
from mainspring.engines.mrp import data, network, solve, tables
from mainspring.engines.mrp.plan import Plan

TODAY, DAYS = date(2026, 9, 1), 60
LOT = ((D, "size"), (int, "size"), (D, "minimum"), (D, "multiple"))
KINDS = ("lot_for_lot", "fixed", "period", "economic")
small = st.integers(0, 9)


@st.composite
def problems(draw):
    items = [
        {"kind": draw(st.integers(0, 3)), "size": draw(st.integers(1, 9)), "minimum": draw(small),
         "multiple": draw(st.integers(0, 4)), "on_hand": draw(small), "safety": draw(small),
         "lead": draw(st.integers(0, 4))}
        for _ in range(5)
    ]  # fmt: skip
    pairs = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] < pair[1])
    lines = [(a, b, draw(st.integers(1, 3)), draw(st.integers(0, 2))) for a, b in draw(st.lists(pairs, max_size=7))]
    rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), small), max_size=7)
    return items, lines, draw(rows), draw(rows)


def rows_of(rows):
    return network.Entries(*zip(*rows, strict=True)) if rows else network.Entries.none()


@given(problems())
@settings(max_examples=60)
def test_both_planners_agree(given_problem):
    items, lines, demand, receipts = given_problem
    horizon, every = network.Horizon.of(DAYS), tables.WorkingDays.every_day()
    column = lambda name: [each[name] for each in items]  # noqa: E731
    entries = [
        network.Entries(*zip(*rows, strict=True)) if rows else network.Entries.none() for rows in (demand, receipts)
    ]
    bill = (
        network.Lines(*zip(*((a, b, n) for a, b, n, _ in lines), strict=True), need_row=[o for *_, o in lines])
        if lines
        else (network.Lines([], [], []))
    )
    arrays = Plan(
        network.Network(
            horizon,
            network.Items(column("on_hand"), column("safety"), 0, column("kind"), column("size"), column("minimum"),
                          column("multiple"), start_row=list(range(5))),
            np.array([tables.start_row(horizon, [(every, lead)]) for lead in column("lead")]),
            np.array([tables.need_row(horizon, offset) for offset in range(3)]), bill, *entries,
        ), workers=1,
    ).orders()  # fmt: skip
    calendars = {"all": Calendar("all", weekly=(AROUND_THE_CLOCK,) * 7)}
    records = data.Problem(
        TODAY,
        tuple(
            data.Item(
                str(n), "all", on_hand=D(each["on_hand"]), safety_stock=D(each["safety"]),
                leads=(data.Lead(each["lead"], "all"),),
                lot=data.Lot(KINDS[each["kind"]], *(kind(each[name]) for kind, name in LOT)),
            )
            for n, each in enumerate(items)
        ),
        calendars,
        tuple(data.BomLine(str(a), str(b), D(n), offset_days=o) for a, b, n, o in lines),
        tuple(data.Demand(f"d{n}", str(i), TODAY + timedelta(days=day), D(q)) for n, (i, day, q) in enumerate(demand)),
        tuple(data.Receipt(f"r{n}", str(i), TODAY + timedelta(days=d), D(q)) for n, (i, d, q) in enumerate(receipts)),
    )  # fmt: skip
    planned = sorted(
        (int(order.item), (order.due_on - TODAY).days, (order.release_on - TODAY).days, int(order.quantity))
        for order in solve.solve(records).orders
    )
    columns = (arrays.item, arrays.due, arrays.start, arrays.quantity)
    assert planned == sorted(zip(*(each.tolist() for each in columns), strict=True))
