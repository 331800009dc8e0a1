"""Net requirements by the rules' own numbers (P01 to P18, P27)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines.calendar import working
from mainspring.engines.calendar.working import AROUND_THE_CLOCK, CLOSED, Calendar
from mainspring.engines.mrp import bills, lots
from mainspring.engines.mrp.data import BomLine, Demand, Item, Lead, Lot, Problem, Receipt
from mainspring.engines.mrp.solve import solve
from mainspring.engines.problem import InvalidProblem

TODAY = date(2026, 9, 1)
EVERY_DAY = Calendar("all", weekly=(AROUND_THE_CLOCK,) * 7)
SUPPLIER = Calendar("supplier", exceptions={date(2026, 10, day): CLOSED for day in range(1, 8)})
CALENDARS = {"all": EVERY_DAY, "supplier": SUPPLIER}


def item(name, **options):
    days = options.pop("days", 0)
    return Item(name, "all", leads=(Lead(days, "all"),), **options)


def demand(name, quantity, day, of="A"):
    return Demand(name, of, TODAY + timedelta(days=day), D(quantity))


def plan(*items, bom=(), demands=(), receipts=()):
    return solve(Problem(TODAY, items, CALENDARS, tuple(bom), tuple(demands), tuple(receipts)))


def quantities(answer, name="A"):
    return [order.quantity for order in answer.orders if order.item == name]


@pytest.mark.parametrize(
    ("line", "order", "output", "digits", "expected"),
    [
        pytest.param(BomLine("A", "B", D(5)), 20, 10, 0, "10", id="p01_bom_for_ten"),
        pytest.param(BomLine("A", "B", D(1), attrition_percent=D(10)), 100, 1, 2, "110.00", id="p02_attrition"),
        pytest.param(BomLine("A", "B", D(1), yield_percent=D(90)), 100, 1, 2, "111.12", id="p02_yield"),
        pytest.param(
            BomLine("A", "B", D(3), attrition_percent=D(2), fixed_quantity=D(10), multiple=D(25)),
            100, 1, 0, "325", id="p03_order_of_steps",
        ),
    ],
)  # fmt: skip
def test_component_need(line, order, output, digits, expected):
    assert bills.component_need(D(order), line, bom_output=D(output), digits=digits) == D(expected)


def test_p02_operation_yields_multiply():
    assert bills.start_quantity(D(100), [D(98), D(95)], 0) == 108


def test_p05_phantom_uses_its_stock_then_passes_through():
    items = (item("A", days=2), item("ghost", is_phantom=True, on_hand=D(3), days=9), item("C", days=1))
    bom = [BomLine("A", "ghost", D(1)), BomLine("ghost", "C", D(2), attrition_percent=D(50))]
    answer = plan(*items, bom=bom, demands=[demand("SO", 10, 20)])
    assert [order.item for order in answer.orders] == ["A", "C"]
    assert quantities(answer, "C") == [21]  # (10 - 3) x 2 x 1.5
    assert answer.orders[1].due_on == answer.orders[0].release_on
    assert answer.requirements[-1].parent == "A#1"


def test_p08_a_loop_is_refused_with_its_path():
    bom = [BomLine("A", "B", D(1)), BomLine("B", "C", D(1)), BomLine("C", "B", D(1))]
    with pytest.raises(InvalidProblem) as refusal:
        plan(item("A"), item("B"), item("C"), bom=bom)
    assert refusal.value.defects[0].path in {("B", "C", "B"), ("C", "B", "C")}


def test_p08_an_item_is_planned_after_its_lowest_parent():
    bom = [BomLine("A", "B", D(1)), BomLine("A", "C", D(1)), BomLine("B", "C", D(1))]
    assert bills.levels((item("C"), item("B"), item("A")), bom) == {"A": 0, "B": 1, "C": 2}


def test_p09_safety_stock_is_protected_once():
    answer = plan(
        item("A", on_hand=D(30), safety_stock=D(10)),
        demands=[demand("one", 15, 5), demand("two", 15, 6), demand("three", 15, 7)],
        receipts=[Receipt("WO", "A", TODAY + timedelta(days=6), D(8))],
    )
    assert quantities(answer) == [2, 15]
    assert [(peg.demand, peg.supply, peg.quantity) for peg in answer.pegs] == [
        ("one", "on_hand", 15), ("two", "on_hand", 15), ("three", "WO", 8), ("three", "A#1", 2), ("three", "A#2", 5),
    ]  # fmt: skip


def test_p09_missing_safety_stock_is_a_reason_of_its_own():
    answer = plan(item("A", on_hand=D(4), safety_stock=D(10)))
    assert [(order.quantity, order.due_on, order.reason.code) for order in answer.orders] == [
        (6, TODAY, "safety_stock")
    ]


def test_p10_overdue_rows_count_today_and_are_flagged():
    answer = plan(
        item("A"), demands=[demand("SO", 10, -5)], receipts=[Receipt("PO", "A", TODAY - timedelta(days=3), D(4))]
    )
    assert (quantities(answer), answer.orders[0].due_on) == ([6], TODAY)
    assert [(each.code, each.subject) for each in answer.messages] == [
        ("overdue_demand", "SO"),
        ("overdue_receipt", "PO"),
    ]


def test_p11_twenty_two_becomes_thirty_and_says_why():
    rule = Lot(minimum=D(25), multiple=D(10))
    answer = plan(item("A", lot=rule), demands=[demand("SO", 22, 5)])
    assert quantities(answer) == [30]
    assert answer.orders[0].reason.steps == (("net", 22), ("minimum", 25), ("multiple", 30))
    assert (answer.orders[0].reason.projected, answer.orders[0].reason.code) == (-22, "demand")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Lot("fixed", quantity=D(50)), [150]),
        (Lot("economic", quantity=D(200)), [200]),
        (Lot(maximum=D(50)), [50, 50, 10]),
        (Lot(maximum=D(50), multiple=D(20), minimum=D(30)), [40, 40, 40]),
    ],
)
def test_p11_lot_kinds_and_split(rule, expected):
    assert lots.sized(D(110), rule, 0)[0] == expected


def test_p11_a_period_lot_covers_its_period():
    answer = plan(
        item("A", lot=Lot("period", period_days=7)), demands=[demand(str(day), 5, day) for day in (1, 4, 7, 8)]
    )
    assert quantities(answer) == [15, 5]


def test_p13_supplier_calendar_gives_the_release_date():
    bought = Item("A", "all", leads=(Lead(5, "supplier"),))
    answer = plan(bought, demands=[Demand("SO", "A", date(2026, 10, 12), D(1))])
    assert answer.orders[0].release_on == date(2026, 9, 28)
    assert not answer.messages


def test_p14_safety_lead_is_eaten_before_an_order_is_late():
    bought = Item("A", "all", leads=(Lead(3, "all"), Lead(2, "all")), safety_lead_days=4)
    answer = plan(bought, demands=[demand("SO", 1, 6)])
    assert (answer.orders[0].release_on, answer.messages[0].code) == (TODAY, "safety_lead_used")
    assert answer.orders[0].available_on == TODAY + timedelta(days=5)


def test_p15_longest_branch_not_the_sum():
    bom = [BomLine("A", "B", D(1)), BomLine("A", "C", D(1))]
    assert bills.cumulative_lead_days((item("A", days=2), item("B", days=5), item("C", days=3)), bom)["A"] == 7


def test_p16_components_are_due_when_the_order_uses_them():
    bom = [BomLine("A", "B", D(1)), BomLine("A", "C", D(1), offset_days=2)]
    answer = plan(item("A", days=4), item("B"), item("C"), bom=bom, demands=[demand("SO", 1, 10)])
    assert {order.item: (order.due_on - TODAY).days for order in answer.orders} == {"A": 10, "B": 6, "C": 8}


def test_p17_a_past_release_is_today_with_a_realistic_date():
    answer = plan(item("A", days=10), demands=[demand("SO", 1, 4)])
    order = answer.orders[0]
    assert (order.due_on, order.release_on) == (TODAY + timedelta(days=4), TODAY)
    assert order.available_on == answer.messages[0].planned_on == TODAY + timedelta(days=10)
    assert answer.messages[0].code == "late"


def test_p18_reorder_point_looks_at_the_position():
    assert lots.reorder_point(D(100), D(4), D(0), D(178)) == 578
    position = lots.inventory_position(D(500), D(200), D(50))
    assert lots.replenishment(position, D(578), D(1000), Lot(), 0) == []
    assert lots.replenishment(D(570), D(578), D(1000), Lot(multiple=D(100)), 0) == [500]


def test_p27_bad_rows_give_a_list():
    with pytest.raises(InvalidProblem) as refusal:
        plan(
            Item("A", "nowhere", bom_output=D(0), lot=Lot("fixed")),
            bom=[BomLine("A", "X", D(-1), attrition_percent=D(5), yield_percent=D(90))],
            demands=[demand("SO", -1, 1), demand("SO", 1, 1, of="Y")],
        )
    found = {(each.array, each.row, each.field) for each in refusal.value.defects}
    assert found == {
        ("items", "A", "calendar"), ("items", "A", "bom_output"), ("items", "A", "lot.quantity"),
        ("bom", 0, "component"), ("bom", 0, "quantity"), ("bom", 0, "attrition_percent"),
        ("demands", 0, "quantity"), ("demands", 1, "id"), ("demands", 1, "item"),
    }  # fmt: skip


def test_p11_a_maximum_below_the_raised_minimum_is_refused():
    with pytest.raises(InvalidProblem, match="at least 6"):
        plan(item("A", lot=Lot(minimum=D(5), multiple=D(2), maximum=D(5))))


def test_p27_zero_quantities_and_zero_leads_plan_nothing():
    answer = plan(Item("A", "all"), demands=[demand("SO", 0, 1)])
    assert answer.orders == ()


NAMES = "ABCDEF"


@st.composite
def problems(draw):
    """Six items, arcs only downwards, whole numbers, far enough ahead never to be late."""
    small = st.integers(0, 9)
    items = tuple(
        item(name, days=draw(st.integers(0, 3)), on_hand=D(draw(small)), safety_stock=D(draw(small)),
             lot=Lot(minimum=D(draw(small)), multiple=D(draw(small))))
        for name in NAMES
    )  # fmt: skip
    pairs = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])
    bom = tuple(BomLine(NAMES[a], NAMES[b], D(draw(st.integers(1, 3)))) for a, b in draw(st.lists(pairs, max_size=8)))
    rows = st.tuples(st.sampled_from(NAMES), st.integers(30, 45), small)
    demands = tuple(demand(f"d{n}", q, day, of) for n, (of, day, q) in enumerate(draw(st.lists(rows, max_size=8))))
    receipts = tuple(
        Receipt(f"r{n}", of, TODAY + timedelta(days=day), D(q))
        for n, (of, day, q) in enumerate(draw(st.lists(rows, max_size=4)))
    )
    return Problem(TODAY, items, CALENDARS, bom, demands, receipts)


def by_hand(problem):
    """The plain twin: a table of days by items, one cell at a time."""
    gross, orders = defaultdict(D), {}
    for row in problem.demands:
        gross[row.item, (row.due_on - TODAY).days] += row.quantity
    for each in problem.items:  # NAMES are in order of levels
        stock = each.on_hand - each.safety_stock
        for day in range(60):
            stock += sum(r.quantity for r in problem.receipts if r.item == each.id and (r.due_on - TODAY).days == day)
            stock -= gross[each.id, day]
            if stock < 0:
                size = max(-stock, each.lot.minimum)
                while each.lot.multiple and size % each.lot.multiple:
                    size += 1
                orders[each.id, day] = size
                stock += size
                start = max(0, day - each.leads[0].days)
                for line in problem.bom:
                    if line.parent == each.id:
                        gross[line.component, start] += size * line.quantity
    return orders


@given(problems())
def test_the_plan_equals_the_plan_by_hand(problem):
    answer = solve(problem)
    planned = {(order.item, (order.due_on - TODAY).days): order.quantity for order in answer.orders}
    assert planned == by_hand(problem)
    assert answer == solve(problem)  # P19


@given(problems())
def test_every_demand_is_pegged_in_full_and_no_supply_twice(problem):
    answer = solve(problem)
    given_out, served = defaultdict(D), defaultdict(D)
    item_of = {row.id: row.item for row in answer.requirements}
    for peg in answer.pegs:
        served[peg.demand] += peg.quantity
        given_out[item_of[peg.demand], peg.supply] += peg.quantity
    assert all(served[row.id] == row.quantity for row in answer.requirements)
    assert len(item_of) == len(answer.requirements)
    size = {(each.id, "on_hand"): each.on_hand for each in problem.items}
    size |= {(row.item, row.id): row.quantity for row in (*problem.receipts, *answer.orders)}
    assert all(quantity <= size[supply] for supply, quantity in given_out.items())


@given(st.decimals("0.001", 500, places=3), st.integers(0, 60), st.integers(0, 30), st.integers(0, 200))
def test_p11_lots_cover_the_need_and_keep_every_limit(net, minimum, multiple, extra):
    least = -(-minimum // multiple) * multiple if multiple else minimum
    maximum = D(max(least, multiple) + extra)
    rule = Lot(minimum=D(minimum), multiple=D(multiple), maximum=maximum)
    sizes, _ = lots.sized(net, rule, 3)
    assert sum(sizes) >= net
    if maximum:
        assert max(sizes) <= maximum
    if multiple:
        assert all(size % multiple == 0 for size in sizes)


@given(st.integers(0, 40))
def test_p13_a_timely_release_is_never_late(ahead):
    due_on = date(2026, 10, 12) + timedelta(days=ahead)
    answer = plan(Item("A", "all", leads=(Lead(5, "supplier"),)), demands=[Demand("SO", "A", due_on, D(1))])
    assert working.add_working_days(SUPPLIER, answer.orders[0].release_on, 5) <= due_on
