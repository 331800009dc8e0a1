"""Which money fills which instalment, for any receipts and instalments (K07)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mainspring.modules.contracts.matching import Due, Receipt, match

D = Decimal
amounts = st.integers(1, 100_000).map(lambda cents: D(cents) / 100)
dues = st.lists(amounts, min_size=1, max_size=6).map(lambda found: [Due(n, a) for n, a in enumerate(found)])
receipts = st.lists(st.tuples(amounts, st.none() | st.integers(0, 7)), max_size=8).map(
    lambda found: [Receipt(f"r{n}", amount, stated) for n, (amount, stated) in enumerate(found)]
)


@given(receipts, dues)
def test_parts_and_rest_are_the_receipt(money, plan):
    found = match(money, plan)
    for receipt in money:
        parts = sum((a for key, _due, a in found.parts if key == receipt.key), D(0))
        assert parts + found.left.get(receipt.key, D(0)) == receipt.amount


@given(receipts, dues)
def test_nothing_is_overfilled_and_nothing_left_over_while_there_is_room(money, plan):
    found = match(money, plan)
    filled = found.of()
    assert all(filled.get(due.key, D(0)) <= due.amount for due in plan)
    room = sum((due.amount - filled.get(due.key, D(0)) for due in plan), D(0))
    assert room == 0 or not found.left


@given(receipts, dues, st.randoms())
def test_the_order_of_receipts_does_not_matter_for_the_instalments(money, plan, random):
    shuffled = list(money)
    random.shuffle(shuffled)
    assert match(money, plan).of() == match(shuffled, plan).of()


@given(receipts, dues)
def test_stated_money_goes_first_where_it_is_stated(money, plan):
    filled = match(money, plan).of()
    for due in plan:
        stated = sum((r.amount for r in money if r.stated == due.key), D(0))
        assert filled.get(due.key, D(0)) >= min(stated, due.amount)


@given(st.lists(amounts, max_size=6), dues)
def test_the_oldest_is_full_before_the_next_gets_any(money, plan):
    filled = match([Receipt(n, a) for n, a in enumerate(money)], plan).of()
    got = [filled.get(due.key, D(0)) for due in plan]
    part = [n for n, (amount, due) in enumerate(zip(got, plan, strict=True)) if amount < due.amount]
    assert not part or all(amount == 0 for amount in got[part[0] + 1 :])


def test_money_given_back_takes_from_the_newest():
    money = [Receipt("a", D(100)), Receipt("b", D(50)), Receipt("back", D(-70))]
    found = match(money, [Due(1, D(60)), Due(2, D(60))])
    assert found.parts == [("a", 1, D(60)), ("a", 2, D(20))]
