"""Tax of documents by the rules' own numbers (M02 to M05, M07, M15)."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.money import data, tax

VAT21 = data.Tax("VAT21", "S", D(21))
VAT15 = data.Tax("VAT15", "S", D(15))
VAT5 = data.Tax("VAT5", "S", D(5))


def document(*prices, vat=VAT21, **options):
    lines = [data.Line(D(1), D(price), vat) for price in prices]
    return data.Document(lines, digits=2, **options)


@pytest.mark.parametrize(("setting", "expected"), [("line", "6.33"), ("document", "6.32")])
def test_m02_the_company_decides_where_tax_is_rounded(setting, expected):
    answer = tax.totals(document("10.03", "10.03", "10.03", tax_rounding=setting))
    assert answer.tax == D(expected)
    assert sum(line.tax for line in answer.lines) == answer.tax == answer.by_category[0].tax == answer.by_code[0].tax


def test_m03_category_and_header_tax_are_the_same():
    answer = tax.totals(document("1091.50", vat=VAT15))
    assert (answer.tax, answer.by_category[0].tax, answer.gross) == (D("163.73"), D("163.73"), D("1255.23"))


def test_m03_a_category_holds_all_codes_of_one_rate():
    other = data.Tax("VAT15-services", "S", D(15))
    lines = [data.Line(D(1), D("1000.00"), VAT15), data.Line(D(1), D("91.50"), other)]
    answer = tax.totals(data.Document(lines, digits=2))
    assert [group.tax for group in answer.by_category] == [D("163.73")]
    assert sum(group.tax for group in answer.by_code) == D("163.73")


def test_m04_gross_is_sacred():
    answer = tax.totals(document("90", "55", vat=VAT5, prices_include_tax=True))
    assert (answer.tax, answer.net, answer.gross) == (D("6.90"), D("138.10"), D("145.00"))
    assert [line.tax for line in answer.lines] == [D("4.28"), D("2.62")]
    assert [line.gross for line in answer.lines] == [D(90), D(55)]


def test_m05_document_discount_comes_before_tax():
    answer = tax.totals(document("20", "20", "20", discount=D("10.00")))
    assert [line.document_discount for line in answer.lines] == [D("3.34"), D("3.33"), D("3.33")]
    assert (answer.net, answer.tax) == (D("50.00"), D("10.50"))


def test_m05_a_discount_larger_than_the_lines_is_refused():
    with pytest.raises(problem.InvalidProblem, match="discount"):
        tax.totals(document("5", discount=D("5.01")))


def test_m07_four_kinds_of_nothing_stay_apart():
    lines = [data.Line(D(1), D(10), data.Tax(kind, kind)) for kind in ("Z", "E", "AE", "K", "O")]
    answer = tax.totals(data.Document([*lines, data.Line(D(1), D(10), VAT21)], digits=2))
    assert [group.category for group in answer.by_category] == ["Z", "E", "AE", "K", "O", "S"]
    assert answer.tax == D("2.10")


@pytest.mark.parametrize(("category", "rate"), [("E", 21), ("AE", 5), ("S", 0), ("X", 0)])
def test_m07_a_rate_must_fit_its_category(category, rate):
    with pytest.raises(problem.InvalidProblem):
        data.Tax("wrong", category, D(rate))


def test_line_discount_and_unit_price_digits():
    line = data.Line(D("3"), D("1.23456"), VAT21, discount_percent=D("12.5"))
    assert tax.totals(data.Document([line], digits=2)).net == D("3.24")


def test_m15_cash_rounding_is_apart_from_tax():
    assert tax.cash_rounding(D("12.33"), D("0.05"), 2) == D("0.02")
    assert tax.cash_rounding(D("12.32"), D("0.05"), 2) == D("-0.02")
    assert tax.cash_rounding(D("-12.33"), D("0.05"), 2) == D("-0.02")


def test_an_empty_document_is_worth_nothing():
    assert tax.totals(data.Document([], digits=2)).gross == D("0.00")


priced_lines = st.lists(
    st.builds(
        data.Line,
        quantity=st.decimals(-50, 50, places=2),
        unit_price=st.decimals(0, 900, places=4),
        tax=st.sampled_from([VAT21, VAT15, VAT5, data.Tax("EX", "E")]),
        discount_percent=st.decimals(0, 100, places=1),
    ),
    max_size=12,
)


@given(priced_lines, st.booleans(), st.sampled_from(["line", "document"]))
def test_every_view_of_a_document_sums_exactly(lines, inclusive, setting):
    answer = tax.totals(data.Document(lines, 2, prices_include_tax=inclusive, tax_rounding=setting))
    assert answer.net + answer.tax == answer.gross
    for groups in (answer.by_code, answer.by_category):
        assert sum(group.tax for group in groups) == answer.tax
        assert sum(group.base for group in groups) == answer.net
    if inclusive:
        assert answer.gross == sum(line.amount for line in answer.lines)
    elif setting == "document":
        for group in answer.by_category:
            assert abs(group.tax - group.base * group.rate / 100) <= D("0.005")


@given(priced_lines)
def test_a_credit_note_mirrors_its_invoice(lines):
    mirrored = [data.Line(-line.quantity, line.unit_price, line.tax, line.discount_percent) for line in lines]
    assert tax.totals(data.Document(mirrored, 2)).gross == -tax.totals(data.Document(lines, 2)).gross
