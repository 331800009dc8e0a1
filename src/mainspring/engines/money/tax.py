"""Tax of a document: discounts first, tax after, one figure everywhere (rules M02 to M05, M07)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines import problem
from mainspring.engines.money.data import Document, Line, LineAmounts, TaxAmounts, Totals


def totals(document: Document) -> Totals:
    """Net, tax and gross of every line, tax code, category and the document, at the document's digits.

    With tax rounded per document each category's tax is round(base x rate), which EN 16931 asks for (M03), and is
    spread over its lines by largest remainder. Tax-inclusive documents take the tax out of the category's gross (M04).
    Raises InvalidProblem when the document discount is larger than the lines or there is nothing to discount.
    """
    amounts = [_amount(line, document.digits) for line in document.lines]
    discounts = _discounts(document, amounts)
    priced = [amount - discount for amount, discount in zip(amounts, discounts, strict=True)]
    taxes = _taxes(document, priced)
    lines = tuple(_line_amounts(document, *row) for row in zip(amounts, discounts, priced, taxes, strict=True))
    return Totals(
        lines=lines,
        by_code=_grouped(document.lines, lines, lambda line: (line.tax.code, line.tax.category, line.tax.rate)),
        by_category=_grouped(document.lines, lines, lambda line: ("", line.tax.category, line.tax.rate)),
        net=sum((line.net for line in lines), _zero(document.digits)),
        tax=sum((line.tax for line in lines), _zero(document.digits)),
        gross=sum((line.gross for line in lines), _zero(document.digits)),
    )


def cash_rounding(total: Decimal, step: Decimal, digits: int) -> Decimal:
    """What to add to the total so that it is payable in coins of `step`: a line of its own, never tax (M15).

    step  smallest coin, above 0 (0.05 in Switzerland); half a coin goes away from zero
    """
    problem.require(step > 0, "cash_rounding", 0, "step", step, "must be above 0")
    coins = rounding.from_fraction(Fraction(total) / Fraction(step), 0)
    return rounding.rounded(coins * step - total, digits)


def _zero(digits: int) -> Decimal:
    return rounding.rounded(Decimal(0), digits)


def _amount(line: Line, digits: int) -> Decimal:
    """Quantity x price less the line discount, rounded once."""
    full = rounding.product(line.quantity, line.unit_price)
    return rounding.rounded(rounding.product(full, (100 - line.discount_percent).scaleb(-2)), digits)


def _discounts(document: Document, amounts: Sequence[Decimal]) -> list[Decimal]:
    if not document.discount:
        return [_zero(document.digits)] * len(amounts)
    whole = sum(amounts, _zero(document.digits))
    fits = 0 < abs(document.discount) <= abs(whole) and (document.discount > 0) == (whole > 0)
    problem.require(fits, "document", 0, "discount", document.discount, f"must not exceed the lines, {whole}")
    return rounding.allocate(document.discount, amounts, document.digits)


def _taxes(document: Document, priced: Sequence[Decimal]) -> list[Decimal]:
    """The tax of each line, rounded as the company decided."""
    if document.tax_rounding == "line":
        pairs = zip(document.lines, priced, strict=True)
        return [rounding.from_fraction(_exact_tax(document, line, amount), document.digits) for line, amount in pairs]
    taxes = [_zero(document.digits)] * len(priced)
    for rows in _rows_by_rate(document.lines).values():
        exact = [_exact_tax(document, document.lines[row], priced[row]) for row in rows]
        total = rounding.from_fraction(sum(exact, Fraction(0)), document.digits)
        for row, share in zip(rows, _spread(total, exact, document.digits), strict=True):
            taxes[row] = share
    return taxes


def _exact_tax(document: Document, line: Line, amount: Decimal) -> Fraction:
    rate = Fraction(line.tax.rate)
    return Fraction(amount) * rate / (100 + rate if document.prices_include_tax else 100)


def _spread(total: Decimal, exact: Sequence[Fraction], digits: int) -> list[Decimal]:
    """Exact line taxes cut down, the missing cents given by largest remainder (also when signs are mixed)."""
    units = [share * 10**digits for share in exact]
    floors = [unit.numerator // unit.denominator for unit in units]
    missing = int(total.scaleb(digits)) - sum(floors)
    by_remainder = sorted(range(len(units)), key=lambda row: (floors[row] - units[row], row))
    for row in by_remainder[:missing]:
        floors[row] += 1
    return [rounding.from_fraction(Fraction(floor, 10**digits), digits) for floor in floors]


def _rows_by_rate(lines: Sequence[Line]) -> dict[tuple[str, Decimal], list[int]]:
    rows: dict[tuple[str, Decimal], list[int]] = {}
    for row, line in enumerate(lines):
        rows.setdefault((line.tax.category, line.tax.rate), []).append(row)
    return rows


def _line_amounts(document: Document, amount: Decimal, discount: Decimal, priced: Decimal, tax: Decimal) -> LineAmounts:
    if document.prices_include_tax:
        return LineAmounts(amount, discount, net=priced - tax, tax=tax, gross=priced)
    return LineAmounts(amount, discount, net=priced, tax=tax, gross=priced + tax)


def _grouped(
    lines: Sequence[Line], amounts: Sequence[LineAmounts], key: Callable[[Line], tuple[str, str, Decimal]]
) -> tuple[TaxAmounts, ...]:
    """Sums of line figures by key, in order of first appearance."""
    sums: dict[tuple[str, str, Decimal], tuple[Decimal, Decimal]] = {}
    for line, amount in zip(lines, amounts, strict=True):
        base, tax = sums.get(key(line), (Decimal(0), Decimal(0)))
        sums[key(line)] = (base + amount.net, tax + amount.tax)
    return tuple(TaxAmounts(*name, base=base, tax=tax) for name, (base, tax) in sums.items())
