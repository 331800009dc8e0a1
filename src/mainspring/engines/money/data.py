"""The priced document to tax, validated, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mainspring.engines import problem

TaxRounding = Literal["line", "document"]

# UNCL 5305 duty categories of EN 16931: only S carries a rate; the others are different things that all show 0 (M07).
CATEGORIES = {
    "S": "standard or reduced rate",
    "Z": "zero rated",
    "E": "exempt",
    "AE": "reverse charge",
    "K": "intra-community supply",
    "G": "export outside the EU",
    "O": "outside the scope of tax",
}


@dataclass(frozen=True)
class Tax:
    """A tax code as it stood at the tax point (M08): the caller picks the rate by date."""

    code: str
    category: str = "S"
    rate: Decimal = Decimal(0)  # percent

    def __post_init__(self):
        problem.require(self.category in CATEGORIES, "tax", self.code, "category", self.category, "is unknown")
        if self.category == "S":
            problem.require(self.rate > 0, "tax", self.code, "rate", self.rate, "must be above 0 in category S")
        else:
            rule = f"must be 0 in category {self.category}"
            problem.require(self.rate == 0, "tax", self.code, "rate", self.rate, rule)


@dataclass(frozen=True)
class Line:
    """One priced line. Quantity may be negative (a return); unit price may have more digits than money."""

    quantity: Decimal
    unit_price: Decimal
    tax: Tax
    discount_percent: Decimal = Decimal(0)


@dataclass(frozen=True)
class Document:
    """What is to be taxed.

    discount            amount off the whole document, in the same sense (net or gross) as the prices
    prices_include_tax  unit prices are gross: the gross is sacred (M04)
    tax_rounding        the company's setting: round tax on each line, or once per category and rate (M02)
    """

    lines: Sequence[Line]
    digits: int
    discount: Decimal = Decimal(0)
    prices_include_tax: bool = False
    tax_rounding: TaxRounding = "document"

    def __post_init__(self):
        for row, line in enumerate(self.lines):
            for field in ("quantity", "unit_price", "discount_percent"):
                value = getattr(line, field)
                problem.require(
                    isinstance(value, Decimal) and value.is_finite(),
                    "lines",
                    row,
                    field,
                    value,
                    "must be a finite Decimal",
                )
            in_range = 0 <= line.discount_percent <= 100
            problem.require(in_range, "lines", row, "discount_percent", line.discount_percent, "must be 0 to 100")
        places = Fraction(self.discount) * 10**self.digits
        rule = f"must have at most {self.digits} digits"
        problem.require(places.denominator == 1, "document", 0, "discount", self.discount, rule)


@dataclass(frozen=True)
class LineAmounts:
    """A line's money: `amount` as priced, less `document_discount`, then `net` + `tax` = `gross`."""

    amount: Decimal
    document_discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True)
class TaxAmounts:
    """One tax code's base and tax (for the tax report), or one category and rate's (for the e-invoice)."""

    code: str  # empty in the e-invoice view
    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """A taxed document. Every figure is a sum of line figures, so screen, print, ledger and e-invoice agree."""

    lines: tuple[LineAmounts, ...]
    by_code: tuple[TaxAmounts, ...]
    by_category: tuple[TaxAmounts, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
