"""Stock valuation by the rules' own numbers (I01 to I14)."""

from datetime import date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.costing import adjustments, landed
from mainspring.engines.costing.data import Event
from mainspring.engines.costing.replay import replay

START = datetime(2026, 3, 1, 9)


def event(day, kind, quantity=0, value=None, *, name=None, sequence=0, **options):
    name = name or f"{kind}-{day}-{sequence}"
    value = None if value is None else D(value)
    return Event(name, START + timedelta(days=day), sequence, kind, D(quantity), value, **options)


def value(events, method="average", **options):
    rows = replay(events, method=method, digits=2, **options)
    return {row.event_id: row for row in rows}, rows[-1]


TEN_AND_TEN = [event(1, "receipt", 10, 50), event(3, "receipt", 10, 70)]


def test_i02_moving_average():
    rows, last = value([*TEN_AND_TEN, event(5, "issue", 5, name="sale")])
    assert rows["sale"].cost_of_sales == D("30.00")
    assert (last.quantity_after, last.value_after) == (15, D("90.00"))


BOOKED = [*TEN_AND_TEN, event(5, "issue", 5, name="sale")]
LATE = event(2, "receipt", 10, 90, name="late")


@pytest.mark.parametrize(
    ("first_open_on", "post_on", "is_moved"),
    [(date(2026, 3, 1), date(2026, 3, 6), False), (date(2026, 4, 1), date(2026, 4, 1), True)],
)
def test_i03_a_back_dated_receipt_corrects_the_issue(first_open_on, post_on, is_moved):
    before = replay(BOOKED, method="average", digits=2)
    after = replay([*BOOKED, LATE], method="average", digits=2)
    assert (after[-1].quantity_after, after[-1].value_after) == (25, D("175.00"))
    [change] = adjustments.between(before, after, first_open_on=first_open_on)
    assert (change.event_id, change.cost_of_sales, change.stock, change.source) == ("sale", D(5), D(-5), 0)
    assert (change.original_on, change.post_on, change.is_moved) == (date(2026, 3, 6), post_on, is_moved)


def test_i04_fifo_with_a_back_dated_layer():
    booked = [*TEN_AND_TEN, event(4, "issue", 12, name="sale")]
    before = replay(booked, method="fifo", digits=2)
    after = replay([*booked, LATE], method="fifo", digits=2)
    assert before[-1].cost_of_sales == D("64.00")
    assert (after[-1].cost_of_sales, after[-1].value_after) == (D("68.00"), D("142.00"))
    [change] = adjustments.between(before, after, first_open_on=date(2026, 1, 1))
    assert change.cost_of_sales == D("4.00")


def test_a_cancelled_document_is_adjusted_away():
    before = replay([*BOOKED, LATE], method="average", digits=2)
    changes = adjustments.between(before, replay(BOOKED, method="average", digits=2), first_open_on=date(2026, 1, 1))
    assert {change.event_id: change.source for change in changes} == {"late": D(-90), "sale": D(0)}


def test_i01_data_entry_order_does_not_matter():
    events = [*BOOKED, LATE, event(5, "issue", 1, sequence=1)]
    assert replay(events, method="fifo", digits=2) == replay(events[::-1], method="fifo", digits=2)


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_i05_a_back_dated_issue_that_starves_a_later_one_is_refused(method):
    events = [event(1, "receipt", 10, 50), event(5, "issue", 10, name="sale"), event(9, "receipt", 10, 50)]
    with pytest.raises(problem.InvalidProblem, match="1 more than in stock") as refusal:
        value([*events, event(3, "issue", 1, name="late")], method)
    assert refusal.value.defects[0].row == "sale"


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_i06_a_provisional_issue_is_settled_by_the_next_receipt(method):
    events = [event(1, "issue", 5, unit_cost=D(5)), event(2, "receipt", 10, 70, name="in")]
    rows, last = value(events, method, may_go_negative=True)
    assert (rows["in"].cost_of_sales, rows["in"].source) == (D("10.00"), D("70.00"))
    assert (last.quantity_after, last.value_after) == (5, D("35.00"))


def test_i06_a_provisional_cost_must_be_known():
    with pytest.raises(problem.InvalidProblem, match="no cost is known"):
        value([event(1, "issue", 5)], may_go_negative=True)


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_i07_a_customer_return_comes_back_at_the_cost_it_left_with(method):
    events = [
        event(1, "receipt", 10, 50),
        event(2, "issue", 3, name="sale"),
        event(3, "receipt", 10, 90),
        event(4, "customer_return", 2, origin="sale", name="back"),
    ]
    rows, last = value(events, method)
    assert (rows["back"].stock, rows["back"].cost_of_sales) == (D("10.00"), D("-10.00"))
    assert last.value_after == D("135.00")
    with pytest.raises(problem.InvalidProblem, match="exceeds the 1 still open"):
        value([*events, event(5, "customer_return", 2, origin="sale")], method)


def test_i07_an_unlinked_return_needs_a_cost():
    with pytest.raises(problem.InvalidProblem, match="unlinked"):
        value([event(1, "customer_return", 2)])


def test_i08_a_supplier_return_leaves_at_receipt_price():
    events = [*TEN_AND_TEN, event(4, "supplier_return", 5, origin="receipt-1-0", name="back")]
    rows, last = value(events)
    assert (rows["back"].stock, rows["back"].variance, rows["back"].source) == (D("-30.00"), D("5.00"), D("-25.00"))
    assert last.value_after == D("90.00")
    rows, last = value(events, "fifo")
    assert (rows["back"].stock, rows["back"].variance) == (D("-25.00"), D("0.00"))


@pytest.mark.parametrize("method", ["average", "fifo"])
@pytest.mark.parametrize(
    ("sold", "to_stock", "to_sales"),
    [(0, "10.00", "0.00"), (1, "6.66", "3.34"), (2, "3.33", "6.67"), (3, "0.00", "10.00")],
)
def test_i09_a_bill_difference_follows_the_goods(method, sold, to_stock, to_sales):
    events = [event(1, "receipt", 3, 30, name="in")]
    events += [event(2, "issue", sold)] if sold else []
    rows = replay([*events, event(3, "charge", value="10.00", origin="in", name="bill")], method=method, digits=2)
    bill = [row for row in rows if row.event_id == "bill"]
    assert sum(row.stock for row in bill) == D(to_stock)
    assert sum(row.cost_of_sales for row in bill) == D(to_sales)


def test_i10_fifteen_over_thirteen_units():
    assert landed.over_units(D("15.00"), 13, 2) == [D("1.15")] * 12 + [D("1.20")]


def test_i10_a_second_landed_cost_adds():
    events = [event(1, "receipt", 13, 130, name="in")]
    events += [event(day, "charge", value="15.00", origin="in") for day in (2, 3)]
    assert value(events)[1].value_after == D("160.00")


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_i11_cancelling_landed_cost_restores_exactly(method):
    events = [event(1, "receipt", 13, 130, name="in"), event(2, "issue", 4)]
    charged = [*events, event(3, "charge", value="15.00", origin="in"), event(4, "charge", value="-15.00", origin="in")]
    assert value(charged, method)[1].value_after == value(events, method)[1].value_after


def test_i11_lines_without_weight():
    lines = [landed.ReceiptLine(D(1), weight=D(2)), landed.ReceiptLine(D(5)), landed.ReceiptLine(D(2), weight=D(1))]
    assert landed.over_lines(D("10.00"), lines, "weight", 2) == [D("6.67"), D("0.00"), D("3.33")]
    assert landed.over_lines(D("8.00"), lines, "volume", 2) == [D("1.00"), D("5.00"), D("2.00")]


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_i12_a_transfer_makes_no_profit(method):
    events = [*TEN_AND_TEN, event(4, "transfer", 15, to_location="transit"), event(5, "issue", 2, location="transit")]
    rows = replay(events, method=method, digits=2)
    out, arrived = (row for row in rows if row.event_id.startswith("transfer"))
    assert out.stock + arrived.stock == 0
    assert (out.cost_of_sales, arrived.cost_of_sales) == (0, 0)


def test_i12_landed_cost_follows_moved_layers():
    events = [
        event(1, "receipt", 10, 100, name="in"),
        event(2, "transfer", 4, to_location="b"),
        event(3, "charge", value=10, origin="in", name="freight"),
    ]
    rows = [row for row in replay(events, method="fifo", digits=2) if row.event_id == "freight"]
    assert {row.location: row.stock for row in rows} == {"": D("6.00"), "b": D("4.00")}


def test_i13_a_lot_uses_its_own_cost():
    events = [
        event(1, "receipt", 1, 50, lot="A"),
        event(2, "receipt", 1, 70, lot="B"),
        event(3, "issue", 1, lot="B", name="sale"),
    ]
    assert value(events, "fifo")[0]["sale"].cost_of_sales == D("70.00")
    with pytest.raises(problem.InvalidProblem, match="more than in stock"):
        value([*events, event(4, "issue", 1, lot="B")], "fifo")


def test_i14_a_standard_change_revalues_once():
    events = [
        event(0, "standard_change", unit_cost=D(10)),
        event(1, "receipt", 10, 103, name="in"),
        event(2, "issue", 3, name="sale"),
        event(3, "standard_change", unit_cost=D(12), name="new"),
    ]
    rows, last = value(events, "standard")
    assert rows["in"].variance == D("3.00")
    assert rows["sale"].cost_of_sales == D("30.00")
    assert (rows["new"].revaluation, last.value_after) == (D("-14.00"), D("84.00"))


def test_every_malformed_event_is_listed():
    with pytest.raises(problem.InvalidProblem) as refusal:
        value([event(1, "receipt", 0, 5, name="a"), event(1, "charge", value=5, name="a")])
    assert [(d.row, d.field) for d in refusal.value.defects] == [("a", "quantity"), ("a", "id"), ("a", "origin")]


moves = st.lists(
    st.tuples(
        st.sampled_from(["receipt", "issue", "transfer", "charge", "customer_return", "supplier_return"]),
        st.integers(0, 20),
        st.decimals("0.001", 50, places=3),
        st.decimals(0, 999, places=2),
        st.integers(0, 5),
    ),
    max_size=25,
)


def story(drawn):
    """Events that hang together: links go to an earlier event of the right kind, else the event is dropped."""
    events = []
    for number, (kind, day, quantity, amount, pick) in enumerate(sorted(drawn, key=lambda row: row[1])):
        wanted = {"charge": "receipt", "supplier_return": "receipt", "customer_return": "issue"}.get(kind)
        linked = [each for each in events if each.kind == wanted and not any(e.origin == each.id for e in events)]
        if wanted and not linked:
            continue
        origin = linked[pick % len(linked)] if wanted else None
        quantity = {"charge": D(0), None: quantity}.get(kind if kind == "charge" else None, quantity)
        if origin and kind != "charge":
            quantity = min(quantity, origin.quantity)
        options = {"unit_cost": D(7)} if kind in ("issue", "transfer", "supplier_return") else {}
        given_value = amount if kind in ("receipt", "charge") else None
        place = {"transfer": {"to_location": "b"}}.get(kind, {})
        events.append(
            event(
                day,
                kind,
                quantity,
                given_value,
                name=f"e{number}",
                sequence=number,
                origin=origin.id if origin else "",
                **options,
                **place,
            )
        )
    return events


@given(moves, st.sampled_from(["average", "fifo"]))
def test_books_and_shelves_always_tie(drawn, method):
    events = story(drawn)
    rows = replay(events, method=method, digits=2, may_go_negative=True)
    last = {row.location: row for row in rows}
    for place, row in last.items():
        assert row.value_after == sum(each.stock for each in rows if each.location == place)
        assert row.quantity_after == sum(each.quantity for each in rows if each.location == place)
        assert row.quantity_after != 0 or row.value_after == 0
    outside = {each.id: each.value for each in events if each.kind in ("receipt", "charge")}
    for name, amount in outside.items():
        assert sum(row.source for row in rows if row.event_id == name) == amount
    for each in events:
        if each.kind in ("issue", "customer_return", "transfer"):
            assert sum(row.source for row in rows if row.event_id == each.id) == 0


@given(moves, st.sampled_from(["average", "fifo"]), st.data())
def test_adjusting_what_was_booked_gives_the_full_replay(drawn, method, data):
    events = story(drawn)
    late = event(data.draw(st.integers(0, 20)), "receipt", 5, 33, name="late", sequence=99)
    before = replay(events, method=method, digits=2, may_go_negative=True)
    after = replay([*events, late], method=method, digits=2, may_go_negative=True)
    changes = adjustments.between(before, after, first_open_on=date(2026, 3, 10))
    for name in ("stock", "cost_of_sales", "variance"):
        booked = sum(getattr(row, name) for row in before) + sum(getattr(change, name) for change in changes)
        posted = sum(getattr(row, name) for row in after if row.event_id == "late")
        assert booked + posted == sum(getattr(row, name) for row in after)
    for name in {change.event_id for change in changes}:
        assert sum(change.source for change in changes if change.event_id == name) == 0
