"""The compiled plan against a slow twin in plain Python, and net change against the full run, all features mixed."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainspring.engines.mrp import dedicated, forecast, kernels, messages, network, pegging, tables
from mainspring.engines.mrp.network import BY_PRODUCT, Entries, Horizon, Items, Lines, Network, Shop
from mainspring.engines.mrp.plan import Plan
from mainspring.engines.problem import InvalidProblem

L4L, FIXED, PERIOD, ECONOMIC, PHANTOM = range(5)


# -- the twin: one cell at a time, whole numbers, no arrays -----------------------------------------------------------


class Twin:
    """What a careful planner would do with pencil and paper."""

    def __init__(self, given):
        self.given = given
        self.orders = {}  # item: [(bucket, start day, quantity, started quantity, short, net)]
        self.load = defaultdict(int)
        for item in self.by_level():
            self.orders[item] = self.plan(item)

    def by_level(self):
        lines, level = self.given["lines"], dict.fromkeys(range(len(self.given["items"])), 0)
        for _ in level:
            for line in lines:
                level[line["component"]] = max(level[line["component"]], level[line["parent"]] + 1)
        return sorted(level, key=lambda item: level[item])

    def bucket(self, day):
        first = self.given["first_days"]
        if day >= first[-1]:
            return None
        return max(b for b in range(len(first) - 1) if first[b] <= max(day, 0))

    def closed(self, calendar, day):
        return day in self.given["closed"][calendar]

    def start(self, item, day):
        for calendar, lead in reversed(item["stages"]):
            while lead:
                day -= 1
                if not self.closed(calendar, day):
                    lead -= 1
        return day

    def runs(self, item):
        """Planned orders and the firm ones that still need components: (bucket, start, started quantity)."""
        rows = [(bucket, start, started) for bucket, start, _, started, _, _ in self.orders[item]]
        spec = self.given["items"][item]
        for row in self.given["receipts"]:
            if row["item"] == item and row["start"] >= 0:
                rows.append((row["bucket"], row["start"], self.started(spec, row["quantity"])))
        return rows

    @staticmethod
    def started(item, quantity):
        num, den = item["yield"]
        return -(-quantity * den // num)

    def change(self, number):
        change = defaultdict(int)
        for row in self.given["demand"]:
            if row["item"] == number:
                change[row["bucket"]] -= row["quantity"]
        for row in self.given["receipts"]:
            if row["item"] == number:
                change[row["bucket"]] += row["quantity"]
        for line in self.given["lines"]:
            if line["component"] != number:
                continue
            for bucket, start, started in self.runs(line["parent"]):
                if not line["from"] <= start < line["to"]:
                    continue
                if line["by_product"]:
                    change[bucket] += started * line["num"] // line["den"]
                    continue
                when = self.bucket(start + line["offset"])
                if when is None:
                    continue
                need = -(-started * line["num"] // line["den"])
                if started:
                    need += line["fixed"]
                if line["multiple"]:
                    need = -(-need // line["multiple"]) * line["multiple"]
                change[when] -= need
        return change

    def plan(self, number):
        item, change, rows = self.given["items"][number], self.change(number), []
        stock = item["on_hand"] - (0 if item["kind"] == PHANTOM else item["safety"])
        first = self.given["first_days"]
        for bucket in range(len(first) - 1):
            stock += change[bucket]
            if stock >= 0 or bucket < item["fence"]:
                continue
            short = net = -stock
            if item["kind"] == PHANTOM:
                rows.append((bucket, first[bucket], short, self.started(item, short), short, short))
                stock = 0
                continue
            if item["kind"] == PERIOD:
                ahead = stock
                for later in range(bucket + 1, len(first) - 1):
                    if first[later] < first[bucket] + item["size"]:
                        ahead += change[later]
                        net = max(net, -ahead)
            start = max(0, self.start(item, first[bucket]))
            for quantity in self.lots(item, net):
                rows.append((bucket, start, quantity, self.started(item, quantity), short, net))
                stock += quantity
        return rows

    @staticmethod
    def lots(item, net):
        quantity = net
        if item["kind"] == FIXED:
            while quantity % item["size"]:
                quantity += 1
        if item["kind"] == ECONOMIC:
            quantity = max(quantity, item["size"])
        quantity = max(quantity, item["minimum"])
        while item["multiple"] and quantity % item["multiple"]:
            quantity += 1
        if not item["maximum"] or quantity <= item["maximum"]:
            return [quantity]
        largest = item["maximum"]
        while item["multiple"] and largest % item["multiple"]:
            largest -= 1
        sizes = []
        while quantity >= largest:
            sizes.append(largest)
            quantity -= largest
        if quantity:
            quantity = max(quantity, item["minimum"])
            while item["multiple"] and quantity % item["multiple"]:
                quantity += 1
            sizes.append(quantity)
        return sizes

    def loads(self):
        found = defaultdict(int)
        for op in self.given["operations"]:
            for _, start, started in self.runs(op["item"]):
                hours, day = op["setup"] + started * op["run"], start + op["offset"]
                capacity = self.given["open"][op["center"]]
                while day < len(capacity) and not capacity[day]:
                    day += 1
                while day < len(capacity) and hours:
                    taken = min(hours, capacity[day])
                    if taken:
                        found[op["center"], day] += taken
                        hours -= taken
                    day += 1
        return {key: value for key, value in found.items() if value}


# -- problems ---------------------------------------------------------------------------------------------------------

small = st.integers(0, 9)


@st.composite
def problems(draw):
    days, weeks = draw(st.integers(4, 14)), draw(st.integers(0, 2))
    first_days = [*range(days + 1), *(days + 7 * n for n in range(1, weeks + 1))]
    closed = [frozenset(draw(st.lists(st.integers(-12, 28), max_size=12))) for _ in range(2)]
    count = draw(st.integers(1, 6))
    names = draw(st.permutations(range(count)))  # items come in any order, not by level
    items = [
        {
            "on_hand": draw(small), "safety": draw(st.sampled_from([0, 0, 4])), "kind": draw(st.integers(0, 4)),
            "size": draw(st.integers(1, 9)), "minimum": draw(st.sampled_from([0, 0, 5])),
            "multiple": draw(st.sampled_from([0, 0, 3])), "maximum": draw(st.sampled_from([0, 0, 0, 12])),
            "yield": draw(st.sampled_from([(1, 1), (1, 1), (19, 20)])), "fence": draw(st.sampled_from([0, 0, 2])),
            "stages": [(draw(st.integers(0, 1)), draw(st.integers(0, 3))) for _ in range(draw(st.integers(0, 2)))],
        }
        for _ in range(count)
    ]  # fmt: skip
    for item in items:
        if item["kind"] == PHANTOM:
            item["fence"] = 0
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    lines = [
        {
            "parent": names[a], "component": names[b], "num": draw(st.integers(0, 4)), "den": draw(st.integers(1, 3)),
            "fixed": draw(st.sampled_from([0, 0, 2])), "multiple": draw(st.sampled_from([0, 0, 4])),
            "from": draw(st.sampled_from([-100, -100, 3])), "to": draw(st.sampled_from([100, 100, 8])),
            "offset": draw(st.sampled_from([0, 0, 1, 3])), "by_product": draw(st.sampled_from([False] * 5 + [True])),
        }
        for a, b in (draw(st.lists(pairs, max_size=9)) if count > 1 else [])
    ]  # fmt: skip
    last = len(first_days) - 2
    item, bucket = st.integers(0, count - 1), st.integers(0, last)
    demand = [
        {"item": draw(item), "bucket": draw(bucket), "quantity": draw(small)} for _ in range(draw(st.integers(0, 8)))
    ]
    receipts = [
        {
            "item": draw(item),
            "bucket": draw(bucket),
            "quantity": draw(small),
            "start": draw(st.sampled_from([-1, -1, 2])),
        }
        for _ in range(draw(st.integers(0, 4)))
    ]
    horizon = first_days[-1]
    operations = [
        {"item": draw(item), "center": draw(st.integers(0, 1)), "setup": draw(small), "run": draw(st.integers(0, 3)),
         "offset": draw(st.integers(0, 2))}
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    opened = [draw(st.lists(st.sampled_from([0, 8, 8]), min_size=horizon, max_size=horizon)) for _ in range(2)]
    return {"first_days": first_days, "closed": closed, "items": items, "lines": lines, "demand": demand,
            "receipts": receipts, "operations": operations, "open": opened}  # fmt: skip


def entries(rows, start=False):
    if not rows:
        return Entries.none()
    return Entries(*([row[name] for row in rows] for name in ("item", "bucket", "quantity")),
                   start=[row["start"] for row in rows] if start else -1)  # fmt: skip


def compiled(given):
    horizon = Horizon(np.array(given["first_days"], np.int32))
    calendars = []
    for closed in given["closed"]:
        calendars.append(tables.WorkingDays(np.array([day not in closed for day in range(-12, 29)]), -12))
    items, lines = given["items"], given["lines"]
    column = lambda name: [item[name] for item in items]  # noqa: E731
    of_line = lambda name: [line[name] for line in lines]  # noqa: E731
    starts = [tables.start_row(horizon, [(calendars[c], lead) for c, lead in item["stages"]]) for item in items]
    table = Items(
        column("on_hand"), column("safety"), 0, column("kind"), column("size"), column("minimum"), column("multiple"),
        column("maximum"), [y[0] for y in column("yield")], [y[1] for y in column("yield")], list(range(len(items))),
        column("fence"),
    )  # fmt: skip
    bill = Lines(
        of_line("parent"), of_line("component"), of_line("num"), of_line("den"), of_line("fixed"), of_line("multiple"),
        of_line("from"), of_line("to"), of_line("offset"), [BY_PRODUCT * each for each in of_line("by_product")],
    ) if lines else Lines([], [], [], [], [], [], [], [], [], [])  # fmt: skip
    needs = [tables.need_row(horizon, offset) for offset in range(4)]
    ops, opened = given["operations"], np.array(given["open"], np.int64)
    every = []
    for center in range(2):
        is_open = tables.WorkingDays(opened[center] > 0)
        every += [tables.begin_row(horizon, offset, is_open) for offset in range(3)]
    shop = Shop(
        np.array([op["item"] for op in ops], np.int32), np.array([op["center"] for op in ops], np.int32),
        np.array([op["setup"] for op in ops], np.int64), np.array([op["run"] for op in ops], np.float64),
        np.array([3 * op["center"] + op["offset"] for op in ops], np.int32), np.array(every), opened,
    )  # fmt: skip
    return Network(
        horizon, table, np.array(starts), np.array(needs), bill, entries(given["demand"]),
        entries(given["receipts"], start=True), shop,
    )  # fmt: skip


def rows_of(plan, item):
    pool = plan.pool
    rows = range(pool.ptr[item], pool.ptr[item] + pool.planned[item])
    return [
        (pool.due[r], pool.start[r], pool.qty[r], pool.base[r], pool.short[r], pool.net[r])
        for r in rows
        for _ in range(pool.count[r])
    ]


@given(problems())
@settings(max_examples=80)
def test_the_plan_equals_the_twin(given_problem):
    plan, twin = Plan(compiled(given_problem)), Twin(given_problem)
    for item in range(len(given_problem["items"])):
        assert rows_of(plan, item) == twin.orders[item]
    found = {(c, d): v for (c, d), v in np.ndenumerate(plan.load) if v}
    assert found == twin.loads()


@given(problems(), st.booleans(), st.data())
@settings(max_examples=80)
def test_net_change_equals_the_full_run(given_problem, follow, data):
    plan = Plan(compiled(given_problem), follow=follow)
    last = len(given_problem["first_days"]) - 2
    for _ in range(data.draw(st.integers(1, 4))):
        item = data.draw(st.integers(0, len(given_problem["items"]) - 1))
        what = data.draw(st.sampled_from(["demand", "receipts", "on_hand"]))
        if what == "on_hand":
            given_problem["items"][item]["on_hand"] = data.draw(small)
            plan.change(on_hand={item: given_problem["items"][item]["on_hand"]})
            continue
        rows = [
            {"item": item, "bucket": data.draw(st.integers(0, last)), "quantity": data.draw(small), "start": -1}
            for _ in range(data.draw(st.integers(0, 4)))
        ]
        given_problem[what] = [row for row in given_problem[what] if row["item"] != item] + rows
        plan.change(**{what: {item: entries(rows, start=True)}})
    assert plan.same_as(Plan(compiled(given_problem), workers=1))


@given(problems())
@settings(max_examples=60)
def test_pegs_serve_every_demand_once_and_give_no_supply_twice(given_problem):
    plan = Plan(compiled(given_problem))
    rows = pegging.Book(plan).rows()
    given_out, served = defaultdict(int), defaultdict(int)
    for n in range(len(rows)):
        given_out[rows.item[n], rows.supply_kind[n], rows.supply_row[n]] += rows.quantity[n]
        served[rows.item[n], rows.demand_kind[n], rows.demand_row[n]] += rows.quantity[n]
    for (item, kind, row), quantity in given_out.items():
        if kind == pegging.ON_HAND:
            assert quantity <= plan.net.on_hand[item]
        elif kind == pegging.RECEIPT:
            assert quantity <= plan.book.receipt_qty[row]
        elif kind == pegging.ORDER:
            assert quantity <= plan.pool.qty[row] * plan.pool.count[row]
            assert plan.pool.item[row] == item
    for (item, kind, row), quantity in served.items():
        if kind == pegging.INDEPENDENT and not any(each["fence"] for each in given_problem["items"]):
            assert quantity == plan.book.demand_qty[row], item


def chain(*, lots=1, demand=10, days=30):
    """A from 2 B, B from 1 C; lead times 3, 2 and 4 days."""
    horizon = Horizon.of(days)
    every = tables.WorkingDays.every_day()
    starts = np.array([tables.start_row(horizon, [(every, lead)]) for lead in (3, 2, 4)])
    items = Items([0, 5, 0], start_row=[0, 1, 2], kind=L4L, minimum=[0, 0, lots])
    lines = Lines([0, 1], [1, 2], [2, 1])
    wanted = Entries([0, 0], [20, 25], [demand, 5])
    return Network(horizon, items, starts, tables.need_row(horizon, 0)[None], lines, wanted, names=["A", "B", "C"])


@given(problems(), st.data())
@settings(max_examples=60)
def test_chains_along_kept_pegs_equal_chains_found_anew_also_after_changes(given_problem, data):
    plan = Plan(compiled(given_problem))
    book = pegging.Book(plan)
    for _ in range(2):
        for row in plan.orders().row.tolist()[:6]:
            for walk in (pegging.upwards, pegging.downwards):
                kept, anew = walk(plan, row, book), walk(plan, row)
                for name in vars(anew.pegs):
                    assert np.array_equal(getattr(kept.pegs, name), getattr(anew.pegs, name)), name
                assert np.array_equal(kept.share, anew.share)
        item = data.draw(st.integers(0, len(plan.network.items) - 1))
        book.follow(plan.change(on_hand={item: data.draw(small)}))


def walked_by_hand(plan, row, *, up):
    """Pegs on the way and their shares, from all pegs of the plan, one at a time."""
    rows, part = pegging.Book(plan).rows(), defaultdict(float, {row: 1.0})
    whole = defaultdict(int)
    for n in range(len(rows)):
        if rows.demand_kind[n] == pegging.DEPENDENT:
            whole[rows.item[n], rows.demand_row[n]] += int(rows.quantity[n])
    place = {int(item): number for number, item in enumerate(plan.order)}
    pegs = sorted(range(len(rows)), key=lambda n: (place[int(rows.item[n])] * (-1 if up else 1), n))
    for n in pegs:
        demand, supply, quantity = int(rows.demand_row[n]), int(rows.supply_row[n]), int(rows.quantity[n])
        if rows.demand_kind[n] != pegging.DEPENDENT or rows.supply_kind[n] != pegging.ORDER:
            continue
        if up:
            part[demand] += part[supply] * quantity / whole[rows.item[n], demand]
        else:
            part[supply] += part[demand] * quantity / int(plan.pool.qty[supply] * plan.pool.count[supply])
    kind, of = (rows.supply_kind, rows.supply_row) if up else (rows.demand_kind, rows.demand_row)
    wanted = pegging.ORDER if up else pegging.DEPENDENT
    kept = [n for n in pegs if kind[n] == wanted and part[int(of[n])] > 0]
    return [(int(rows.item[n]), int(rows.demand_row[n]), int(rows.supply_kind[n]), int(rows.supply_row[n]),
             int(rows.quantity[n]), part[int(of[n])]) for n in kept]  # fmt: skip


@given(problems(), st.booleans())
@settings(max_examples=100)
def test_chains_equal_those_followed_by_hand_also_where_later_dates_start_earlier(given_problem, shuffled):
    network = compiled(given_problem)
    if shuffled:  # lead times that shrink towards the end turn the order of the starts round
        network.starts = np.ascontiguousarray(np.minimum(network.starts[:, ::-1], network.horizon.first_days[:-1]))
    plan = Plan(network)
    for row in plan.orders().row.tolist()[:6]:
        for walk, up in ((pegging.upwards, True), (pegging.downwards, False)):
            found = walk(plan, row)
            columns = (found.pegs.item, found.pegs.demand_row, found.pegs.supply_kind, found.pegs.supply_row,
                       found.pegs.quantity, found.share)  # fmt: skip
            assert list(zip(*(column.tolist() for column in columns), strict=True)) == walked_by_hand(plan, row, up=up)


def test_pegging_follows_an_order_both_ways():
    plan = Plan(chain(lots=100))
    order = plan.orders(np.array([2]))
    assert (list(order.due), list(order.start), list(order.quantity)) == ([15], [11], [100])
    up = pegging.upwards(plan, int(order.row[0]))
    ends = up.pegs.demand_kind == pegging.INDEPENDENT
    assert [(int(i), int(q)) for i, q in zip(up.pegs.item[ends], up.pegs.quantity[ends], strict=True)] == [
        (0, 10),
        (0, 5),
    ]
    top = plan.orders(np.array([0]))
    down = pegging.downwards(plan, int(top.row[0]))
    assert [(int(i), int(k), int(q)) for i, k, q in
            zip(down.pegs.item, down.pegs.supply_kind, down.pegs.quantity, strict=True)] == [
        (1, pegging.ON_HAND, 5), (1, pegging.ORDER, 15), (2, pegging.ORDER, 15),
    ]  # fmt: skip


def test_p19_planning_again_changes_nothing():
    plan = Plan(chain())
    before = [rows_of(plan, item) for item in range(3)]
    found = plan.replan(range(3))
    assert (found.planned, list(found.changed)) == (3, [])
    plan.run()
    assert [rows_of(plan, item) for item in range(3)] == before


def test_p10_overdue_rows_count_in_the_first_bucket():
    orders = single(demand=[(-5, 10)], receipts=[(-3, 4)], lead=0).orders()
    assert (list(orders.due), list(orders.quantity)) == ([0], [6])


def test_p08_a_loop_is_refused_with_its_path():
    given_network = chain()
    given_network.lines = Lines([0, 1, 2], [1, 2, 1], [1, 1, 1])
    with pytest.raises(InvalidProblem) as refusal:
        Plan(given_network)
    assert refusal.value.defects[0].path in {("B", "C", "B"), ("C", "B", "C")}


def test_overflow_names_the_line_and_the_rule():
    given_network = chain()
    given_network.lines = Lines([0, 1], [1, 2], [2, 1 << 60])
    with pytest.raises(InvalidProblem) as refusal:
        Plan(given_network)
    assert (refusal.value.defects[0].array, refusal.value.defects[0].row) == ("lines", 1)
    with pytest.raises(InvalidProblem, match="projected stock"):
        single(demand=[(1, network.QUANTITY_MOST), (1, network.QUANTITY_MOST)])


def test_bad_rows_name_array_row_column_and_rule():
    with pytest.raises(InvalidProblem) as refusal:
        Network(Horizon.of(5), Items([-1, 2], kind=[1, 9]), np.zeros((1, 5)), np.zeros((1, 5)), Lines([0], [7], [-3]))
    found = {(each.array, each.row, each.field) for each in refusal.value.defects}
    assert found == {
        ("items", 0, "on_hand"), ("items", 0, "size"), ("items", 1, "kind"), ("lines", 0, "component"),
        ("lines", 0, "num"),
    }  # fmt: skip


def told(plan, item=0, **options):
    found = messages.messages(plan, **options)
    return [
        (messages.NAMES[found.code[n]], int(found.day[n]), int(found.wanted[n]), int(found.quantity[n]))
        for n in range(len(found))
        if found.item[n] == item
    ]


def single(*, on_hand=0, safety=0, lead=0, demand=(), receipts=(), days=20, **options):
    horizon = Horizon.of(days)
    start = tables.start_row(horizon, [(tables.WorkingDays.every_day(), lead)])[None]
    rows = [
        Entries([0] * len(r), [b for b, _ in r], [q for _, q in r]) if r else Entries.none() for r in (demand, receipts)
    ]
    items = Items([on_hand], safety=[safety], **{name: [value] for name, value in options.items()})
    return Plan(Network(horizon, items, start, tables.need_row(horizon, 0)[None], Lines([], [], []), *rows))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param({"demand": [(5, 10)], "receipts": [(8, 10)]}, [("expedite", 8, 5, 10)], id="p20_late_supply"),
        pytest.param({"demand": [(9, 10)], "receipts": [(2, 10)]}, [("defer", 2, 9, 10)], id="early_supply"),
        pytest.param({"receipts": [(2, 10)]}, [("cancel", 2, -1, 10)], id="unwanted_supply"),
        pytest.param({"demand": [(2, 4)], "lead": 6}, [("past_due", -4, 6, 4), ("below_safety", 2, 6, 4)],
                     id="p17_late_release"),
        pytest.param({"on_hand": 3, "safety": 5, "lead": 2, "demand": []},
                     [("past_due", -2, 2, 2), ("below_safety", 0, 2, 2)], id="p09_below_safety"),
        pytest.param({"on_hand": 30, "safety": 5, "demand": [(3, 10)]}, [("excess", 0, -1, 15)], id="excess"),
    ],
)  # fmt: skip
def test_messages_carry_their_reason(plan, expected):
    assert told(single(**plan)) == expected


def test_p20_supply_within_the_wait_is_expedited_without_a_second_order():
    plan = single(demand=[(5, 10)], receipts=[(5, 10)])
    assert len(plan.orders()) == 0
    assert told(plan, receipt_days=np.array([7])) == [("expedite", 7, 5, 10)]


def test_p11_net_22_becomes_30():
    orders = single(demand=[(5, 22)], minimum=25, multiple=10).orders()
    assert (orders.quantity[0], orders.net[0], orders.short[0]) == (30, 22, 22)


def test_p13_working_days_of_the_supplier():
    # Day 0 is 14 September 2026; due Monday 12 October, closed at weekends and 1 to 7 October.
    closed = [day for day in range(60) if day % 7 in (5, 6) or 17 <= day <= 23]
    calendar = tables.WorkingDays(np.array([day not in closed for day in range(60)]))
    assert calendar.back(np.array([28]), 5)[0] == 14  # Monday 28 September


@given(st.lists(st.booleans(), max_size=30), st.integers(-20, 5), st.integers(-30, 60), st.integers(0, 12))
def test_one_day_is_counted_like_many(flags, first, day, lead):
    calendar = tables.WorkingDays(np.array(flags, np.bool_), first)
    assert calendar.day_after(day, lead) == calendar.ahead(np.array([day]), lead)[0]


def test_p23_nothing_is_planned_inside_the_fence():
    assert list(single(demand=[(2, 3), (9, 4)], fence=6).orders().due) == [6, 9]


def test_weeks_follow_days():
    horizon = Horizon.of(7, 3)
    assert list(horizon.first_days) == [0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28]
    assert list(horizon.bucket_of(np.array([-3, 6, 7, 13, 14, 27, 28]))) == [0, 6, 7, 7, 8, 9, -1]


# -- what surrounds the net: forecast, orders of their own, alternates, by-products, sites ----------------------------


def test_p21_forecast_consumption():
    months = [forecast.Forecast(day, day + 30, 350) for day in (0, 30, 60, 90)]
    orders = [forecast.Order(15, 300), forecast.Order(45, 500), forecast.Order(75, 280)]
    left, taken = forecast.consume(months, orders, back_days=30, ahead_days=30)
    assert left == [0, 0, 0, 320]
    assert sum(each.quantity for each in taken) == 1080
    abnormal = [*orders[:1], forecast.Order(45, 500, is_abnormal=True), *orders[2:]]
    assert forecast.consume(months, abnormal)[0] == [50, 350, 70, 350]


def test_p21_p23_past_forecast_expires_and_the_demand_fence_keeps_orders_only():
    months = [forecast.Forecast(-30, 0, 100), forecast.Forecast(0, 30, 200), forecast.Forecast(30, 60, 300)]
    assert forecast.as_demand(months, [100, 200, 300], demand_fence=10) == [(10, 200), (30, 300)]


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 50)), max_size=8),
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
)
def test_p21_nothing_is_consumed_twice(orders, quantities):
    months = [forecast.Forecast(30 * n, 30 * n + 30, quantity) for n, quantity in enumerate(quantities)]
    left, taken = forecast.consume(months, [forecast.Order(*order) for order in orders])
    for row, quantity in enumerate(quantities):
        assert left[row] == quantity - sum(each.quantity for each in taken if each.forecast == row) >= 0
    for row, (_, quantity) in enumerate(orders):
        assert sum(each.quantity for each in taken if each.order == row) <= quantity


def test_what_surrounds_the_net_refuses_by_array_row_and_rule():
    for to_order, pegged, expected in (
        ([9], {}, "to_order[9].demand = 9: must be below 2"),
        ([0, 0], {}, "to_order[0].demand = 0: must stand in the list once"),
        ([0], {5: 0}, "pegged[5].receipt = 5: must be a receipt, a row below 0"),
    ):
        with pytest.raises(InvalidProblem) as refusal:
            dedicated.widen(chain(), to_order, pegged)
        assert str(refusal.value) == expected
    with pytest.raises(InvalidProblem, match="must not be negative"):
        forecast.consume([], [], back_days=-1)
    with pytest.raises(InvalidProblem, match="one a forecast"):
        forecast.as_demand([forecast.Forecast(0, 30, 5)], [])


def test_tables_of_dates_stay_within_the_horizon():
    with pytest.raises(InvalidProblem) as refusal:
        Network(Horizon.of(3), Items([1]), [[0, 1, 3]], [[0, 1, 2], [-2, 0, 0], [0, 1, 3]], Lines([], [], []))
    found = {(each.array, each.row, each.field) for each in refusal.value.defects}
    assert found == {("starts", 0, "most"), ("needs", 1, "least"), ("needs", 2, "most")}


def test_p22_made_to_order_is_invisible_to_free_netting_on_both_sides():
    horizon = Horizon.of(30)
    start = tables.start_row(horizon, [(tables.WorkingDays.every_day(), 2)])
    free = Network(
        horizon, Items([50, 3]), start[None], tables.need_row(horizon, 0)[None], Lines([0], [1], [1]),
        Entries([0, 0], [10, 12], [8, 20]), Entries([0, 0], [9, 9], [5, 7]),
    )  # fmt: skip
    widened = dedicated.widen(free, [0], {0: 0})
    plan = Plan(widened.network)
    node = widened.node_of[0]
    made = plan.orders(np.array([node]))
    assert (list(made.due), list(made.quantity)) == ([10], [3])  # 8 less the 5 made for it; the free 50 stay free
    assert len(plan.orders(np.array([0]))) == 0
    assert list(plan.orders(np.array([1])).quantity) == []  # 3 components on hand serve the 3 to be made
    gone = Plan(dedicated.widen(free, []).network)  # the order is cancelled: its supply is free and not needed
    assert ("cancel", 9, -1, 5) in told(gone)


def two_parents(kind, lines, on_hand, **options):
    horizon = Horizon.of(30)
    start = tables.start_row(horizon, [(tables.WorkingDays.every_day(), 2)])
    items = Items(on_hand, kind=kind, **options)
    return Plan(
        Network(horizon, items, start[None], tables.need_row(horizon, 0)[None], lines, Entries([0], [10], [100]))
    )


def test_p06_a_part_is_used_up_before_its_alternate_is_bought():
    plan = two_parents([0, PHANTOM, 0], Lines([0, 1], [1, 2], [1, 2]), [0, 30, 0])
    assert [list(plan.orders(np.array([i])).quantity) for i in range(3)] == [[100], [], [140]]


def test_p06_alternates_by_ratio_and_by_date():
    ratio = two_parents(0, Lines([0, 0], [1, 2], [6, 4], [10, 10]), [0, 0, 0])
    assert [list(ratio.orders(np.array([i])).quantity) for i in (1, 2)] == [[60], [40]]
    dated = two_parents(0, Lines([0, 0], [1, 2], [1, 1], valid_from=[0, 8], valid_to=[8, 99]), [0, 0, 0])
    assert [list(dated.orders(np.array([i])).quantity) for i in (1, 2)] == [[], [100]]  # P26: the order starts on day 8


def test_p07_a_by_product_is_supply_on_the_day_of_the_order():
    plan = two_parents(0, Lines([0, 0], [1, 2], [1, 1], [1, 4], kind=[0, BY_PRODUCT]), [0, 0, 0])
    rows = pegging.of_item(plan, 2)
    assert len(rows) == 0
    assert plan.net.on_hand[2] == 0
    change = np.zeros(30, np.int64)
    kernels.gather(2, plan.net, plan.book, plan.pool, change, np.zeros(2, np.int64))
    assert {day: int(change[day]) for day in np.flatnonzero(change)} == {10: 25}


def test_p02_p04_losses_compound_through_levels():
    plan = two_parents(0, Lines([0, 1], [1, 2], [1, 1]), [0, 0, 0], yield_num=[95, 98, 1], yield_den=[100, 100, 1])
    assert [list(plan.orders(np.array([i])).quantity) for i in range(3)] == [[100], [106], [109]]


def test_p25_a_transfer_nets_in_the_sending_plant_with_transit():
    # Node 0 is the item at the shop, node 1 the same item at the plant: three days on the road, made in two.
    horizon, every = Horizon.of(30), tables.WorkingDays.every_day()
    road = tables.WorkingDays(np.array([day % 7 not in (5, 6) for day in range(30)]))
    starts = np.array([tables.start_row(horizon, [(road, 3)]), tables.start_row(horizon, [(every, 2)])])
    items = Items([4, 10], start_row=[0, 1])
    plan = Plan(Network(horizon, items, starts, tables.need_row(horizon, 0)[None], Lines([0], [1], [1]),
                        Entries([0, 1], [14, 20], [20, 3])))  # fmt: skip
    shop, plant = plan.orders(np.array([0])), plan.orders(np.array([1]))
    assert (list(shop.due), list(shop.start), list(shop.quantity)) == ([14], [9], [16])
    assert (list(plant.due), list(plant.start), list(plant.quantity)) == ([9, 20], [7, 18], [6, 3])
