"""Scores, classes, cohorts, silence and rules: closed forms, properties and twins that count one by one."""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainspring.engines.insight import abc, association, churn, cohorts, data, rfm
from mainspring.engines.problem import InvalidProblem

ORDERS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 60), st.integers(-50, 500)), max_size=40)


def orders(rows, customers=7):
    customer, day, amount = zip(*rows, strict=True) if rows else ((), (), ())
    empty = np.zeros(0, dtype=np.int64)
    return data.orders(*((np.array(x) if rows else empty) for x in (customer, day, amount)), customers=customers)


@given(st.lists(st.integers(-500, 500), max_size=30), st.booleans())
def test_keys_are_numbered_as_by_sorting(keys, are_far_apart):
    keys = np.array([*keys, 2**40] if are_far_apart else keys, dtype=np.int64)
    distinct, place = data.numbered(keys)
    assert distinct.tolist() == sorted(set(keys.tolist()))
    assert distinct[place].tolist() == keys.tolist()


# -- RFM --------------------------------------------------------------------------------------------------------------


def test_ten_customers_make_two_of_each_score():
    assert rfm.score(np.arange(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_customers_share_a_score_and_all_equal_are_in_the_middle():
    assert rfm.score(np.array([7, 7, 7])).tolist() == [3, 3, 3]
    assert rfm.score(np.array([1, 2, 2, 2, 9])).tolist() == [1, 3, 3, 3, 5]


@given(arrays.arrays(np.int64, st.integers(1, 60), elements=st.integers(-5, 20)), st.integers(2, 10))
def test_scores_follow_values(values, classes):
    scores = rfm.score(values, classes)
    assert scores.min() >= 1
    assert scores.max() <= classes
    for i, j in itertools.combinations(range(len(values)), 2):
        assert (values[i] < values[j]) <= (scores[i] <= scores[j])
        assert (values[i] == values[j]) <= (scores[i] == scores[j])
    below = [sum(v < x for v in values) for x in values]
    equal = [sum(v == x for v in values) for x in values]
    twin = [1 + math.floor(classes * (2 * b + e) / (2 * len(values)) + 1e-9) for b, e in zip(below, equal, strict=True)]
    assert scores.tolist() == twin


@given(ORDERS, st.integers(1, 70))
def test_value_counts_the_window_alone(rows, window):
    found = rfm.value(orders(rows), today=50, window=window)
    for customer in range(7):
        own = [(d, a) for c, d, a in rows if c == customer and 50 - window < d <= 50]
        assert found.orders[customer] == len(own)
        assert found.amount[customer] == sum(a for _d, a in own)
        assert found.last[customer] == max((d for d, _a in own), default=0)
        assert (found.segment[customer] == -1) == (not own)


def test_segments_tell_the_good_from_the_lost():
    best = [(0, day, 1000) for day in range(0, 360, 10)]
    once = [(1, 355, 50)]
    gone = [(2, day, 900) for day in range(0, 60, 5)]
    rest = [(c, 100 + c, 10 * c) for c in range(3, 12)]
    found = rfm.value(orders([*best, *once, *gone, *rest], 12), today=360, window=400)
    names = [rfm.SEGMENTS[s] for s in found.segment]
    assert names[:3] == ["champions", "new", "cannot_lose"]


# -- ABC and XYZ ------------------------------------------------------------------------------------------------------


def test_the_one_that_passes_the_bound_still_counts_above_it():
    assert abc.classes(np.array([50, 40, 5, 5, 0, -3]), a=0.8, b=0.95).tolist() == [0, 0, 1, 1, 2, 2]


@given(arrays.arrays(np.int64, st.integers(0, 40), elements=st.integers(-9, 99)))
def test_classes_follow_the_running_share(values):
    found = abc.classes(values, a=0.7, b=0.9)
    total = int(values[values > 0].sum())
    for n, value in enumerate(values):
        before = int(values[values > value].sum())
        wanted = 2 if value <= 0 else 0 if before < 0.7 * total else 1 if before < 0.9 * total else 2
        if value <= 0 or not (math.isclose(before, 0.7 * total) or math.isclose(before, 0.9 * total)):
            assert found[n] == wanted


def test_even_buyers_are_x_and_single_ones_z():
    rows = [(0, 30 * n + 1, 100) for n in range(12)] + [(1, 5, 700)]
    even = abc.evenness(orders(rows, 3), today=360)
    assert even[0] == 0
    assert even[1] == pytest.approx(math.sqrt(11))
    assert math.isinf(even[2])
    assert abc.xyz(even).tolist() == [abc.X, abc.Z, abc.Z]


# -- cohorts ----------------------------------------------------------------------------------------------------------


def test_two_cohorts_followed_for_three_months():
    found = cohorts.follow(orders([(0, 10, 5), (0, 12, 7), (1, 10, 1), (2, 11, 3), (2, 12, 4), (2, 12, 4)]), until=12)
    assert found.first_month.tolist() == [10, 11]
    assert found.size.tolist() == [2, 1]
    assert found.kept.tolist() == [[2, 0, 1], [1, 1, 0]]
    assert found.amount.tolist() == [[6, 0, 7], [3, 8, 0]]


@given(ORDERS)
def test_cohorts_count_each_customer_once_a_month(rows):
    found = cohorts.follow(orders(rows), until=40)
    kept, spent = defaultdict(set), Counter()
    rows = [row for row in rows if row[1] <= 40]
    first = {c: min(d for x, d, _a in rows if x == c) for c, _d, _a in rows}
    for c, d, a in rows:
        kept[first[c], d - first[c]].add(c)
        spent[first[c], d - first[c]] += a
    first_month = found.first_month.tolist()
    assert first_month == sorted(set(first.values()))
    for n, month in enumerate(first_month):
        for since in range(found.kept.shape[1]):
            assert found.kept[n, since] == len(kept[month, since])
            assert found.amount[n, since] == spent[month, since]


def test_no_orders_make_no_cohorts():
    assert cohorts.follow(orders([]), until=5).size.tolist() == []


# -- silence ----------------------------------------------------------------------------------------------------------


def test_a_weekly_buyer_quiet_for_a_month_is_at_risk_and_a_yearly_one_is_not():
    weekly = [(0, day, 1) for day in range(0, 71, 7)]  # 10 pauses of 7 days
    yearly = [(1, day, 1) for day in (-660, -295, 70)]  # 2 pauses of 365 days
    found = churn.silence(orders([*weekly, *yearly], 3), today=100)
    assert found.days.tolist() == [30, 30, -1]
    assert found.usual_days.tolist() == [7, 365, -1]
    share = 10 / 12
    assert found.risk.tolist() == pytest.approx([(10 + 3 * share) / 13, 3 * share / 5, 0])


@given(ORDERS, st.integers(60, 90))
def test_risk_is_a_share_that_never_falls_while_nothing_is_ordered(rows, today):
    now, later = (churn.silence(orders(rows), today=day) for day in (today, today + 9))
    assert ((now.risk >= 0) & (now.risk <= 1)).all()
    assert (later.risk >= now.risk).all()


@given(ORDERS)
def test_silence_counts_own_pauses(rows):
    found = churn.silence(orders(rows), today=60)
    every = []
    for customer in range(7):
        days = sorted({d for c, d, _a in rows if c == customer})
        pauses = [b - a for a, b in itertools.pairwise(days)]
        every += pauses
        assert found.days[customer] == (60 - days[-1] if days else -1)
        assert found.pauses[customer] == len(pauses)
        assert found.shorter[customer] == sum(p < found.days[customer] for p in pauses)
        assert found.usual_days[customer] == (sorted(pauses)[(len(pauses) - 1) // 2] if pauses else -1)
    for customer in range(7):
        if every and found.days[customer] >= 0:
            assert found.share_all[customer] == pytest.approx(sum(p < found.days[customer] for p in every) / len(every))


# -- association ------------------------------------------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7)), max_size=60)


def bought(pairs, customers=10, items=8):
    customer, item = zip(*pairs, strict=True) if pairs else ((), ())
    return data.purchases(np.array(customer, dtype=int), np.array(item, dtype=int), customers=customers, items=items)


def test_pumps_and_hoses():
    pairs = [(c, 0) for c in range(8)] + [(c, 1) for c in range(6)] + [(8, 1), (9, 2)]
    found = association.rules(bought(pairs), together_min=3, confidence_min=0.5, lift_min=1)
    assert list(zip(found.item.tolist(), found.other.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert found.buyers.tolist() == [8, 7]
    assert found.together.tolist() == [6, 6]
    assert found.support.tolist() == pytest.approx([0.6, 0.6])
    assert found.confidence.tolist() == pytest.approx([6 / 8, 6 / 7])
    assert found.lift.tolist() == pytest.approx([6 / 8 / 0.7, 6 / 7 / 0.8])


@settings(max_examples=60)
@given(PAIRS, st.integers(1, 3), st.sampled_from([0.0, 0.3, 0.6]), st.integers(1, 4), st.integers(2, 8))
def test_rules_are_those_counted_one_by_one(pairs, together_min, confidence_min, per_item, basket_max):
    found = association.rules(
        bought(pairs),
        together_min=together_min,
        confidence_min=confidence_min,
        lift_min=0,
        per_item=per_item,
        basket_max=basket_max,
    )
    baskets = defaultdict(set)
    for customer, item in pairs:
        baskets[customer].add(item)
    small = [basket for basket in baskets.values() if len(basket) <= basket_max]
    buyers = Counter(item for basket in small for item in basket)
    together = Counter(pair for basket in small for pair in itertools.permutations(basket, 2))
    wanted = []
    for item in sorted(buyers):
        own = [
            (-count / buyers[a], -count / buyers[a] * len(baskets) / buyers[b], b)
            for (a, b), count in together.items()
            if a == item and count >= together_min and count / buyers[a] >= confidence_min
        ]
        wanted += [(item, other) for _c, _l, other in sorted(own)[:per_item]]
    assert list(zip(found.item.tolist(), found.other.tolist(), strict=True)) == wanted


def test_counting_in_stretches_changes_nothing(monkeypatch):
    pairs = [(c, i) for c in range(40) for i in range(30) if (c * 7 + i * 11) % 5 < 2]
    whole = association.rules(bought(pairs, 40, 30), together_min=2, lift_min=0)
    monkeypatch.setattr(association, "CELLS_AT_ONCE", 100)
    parts = association.rules(bought(pairs, 40, 30), together_min=2, lift_min=0)
    assert all((getattr(whole, name) == getattr(parts, name)).all() for name in whole.__dataclass_fields__)


# -- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: orders([(9, 1, 1)]), "customer[0].index = 9"),
        (lambda: data.orders([0], [1, 2], [3], customers=1), "must be the same of all arrays"),
        (lambda: data.orders([0.5], [1], [3], customers=1), "must be whole numbers"),
        (lambda: data.purchases([0], [-1], customers=1, items=1), "item[0].index = -1"),
        (lambda: rfm.value(orders([]), today=1, window=0), "window"),
        (lambda: abc.classes(np.array([1]), a=0.9, b=0.5), "b"),
        (lambda: association.rules(bought([]), confidence_min=2), "confidence_min"),
        (lambda: churn.silence(orders([]), today=1, prior=0), "prior"),
    ],
    ids=["customer", "lengths", "fractions", "item", "window", "bounds", "confidence", "prior"],
)
def test_wrong_input_is_named(call, told):
    with pytest.raises(InvalidProblem, match=told.replace("[", r"\[").replace("]", r"\]")):
        call()
