"""Rows written by compiled code say what the plain functions say."""

import csv
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mainspring.site.material import building, rows

numbers = st.integers(-(10**15), 10**15) | st.integers(-(10**4), 10**4)


@given(st.lists(numbers, min_size=1, max_size=20), st.sampled_from([0, 3, 6, 9]))
@settings(max_examples=100)
def test_quantities_are_written_as_the_plain_function_writes_them(units, digits):
    texts, nobody = rows.Texts(), np.zeros(0, np.int64)
    texts.add(["", "\n"])
    orders = rows.Orders(nobody.astype(np.int32), nobody, nobody, nobody, nobody.astype(np.bool_))
    written = rows.rendered([0, 1], [rows.QUANTITY], [np.array(units)], texts.packed(), orders, digits)
    assert bytes(written).decode().split() == [building.plain(each, digits) for each in units]


def test_orders_are_named_by_item_and_number_and_quoted_where_csv_asks_for_it():
    texts = rows.Texts()
    texts.add(["", ",", "\n"])
    name = np.array([texts.add([each]) for each in ("A", 'B ""2"", left')])
    orders = rows.Orders(
        np.array([0, 1, 1], np.int32), np.array([1, 1, 2]), np.array([1, 1, 4]), name, np.array([False, True])
    )
    columns = [np.array([0, 1, 2, rows.NOTHING]), np.array([5, rows.NOTHING, 0, 7])]
    kinds = [rows.ORDER, rows.STEP]
    written = bytes(rows.rendered([0, 1, 2], kinds, columns, texts.packed(), orders, 0)).decode()
    assert list(csv.reader(io.StringIO(written))) == [
        ["A#1", "5"], ['B "2", left#1', ""], ['B "2", left#2-4', "0"], ["", "7"],
    ]  # fmt: skip
