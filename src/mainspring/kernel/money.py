"""Rounding of money, the one place: half-up at the currency's digits, and shares that sum exactly.

Pure arithmetic: no Django, no other kernel import. The engines, which import nothing of ours, hold a twin in
`engines/rounding.py`; `tests/architecture/test_one_rounding.py` proves that the two always agree.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

# Wide enough for any amount we store: quantize refuses to lose leading digits.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)

# ISO 4217 minor units of active currencies; every other active currency has two.
_NONE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR = ("CLF", "UYW")
_DIGITS_NOT_TWO = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3) | dict.fromkeys(_FOUR, 4)


def currency_digits(code: str) -> int:
    """Digits after the point for an ISO 4217 code: JPY 0, EUR 2, KWD 3 (rule M01).

    Raises ValueError when the code is not three capital letters.
    """
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f"currency code must be three capital letters: {code!r}")
    return _DIGITS_NOT_TWO.get(code, 2)


def rounded(amount: Decimal, digits: int) -> Decimal:
    """The amount at so many digits, half away from zero, so a credit note mirrors its invoice.

    amount  finite Decimal, never float
    digits  0 or more
    Raises TypeError for other types, ValueError for NaN and infinity.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"money is Decimal, not {type(amount).__name__}: {amount!r}")
    if not amount.is_finite():
        raise ValueError(f"amount must be finite: {amount}")
    result = amount.quantize(Decimal(1).scaleb(-digits), context=_WIDE)
    return abs(result) if result.is_zero() else result  # never show -0.00


def allocate(total: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Shares of the total in proportion to the weights, summing exactly (largest remainder; ties to the first).

    total    amount already at `digits`; negative totals give the mirror image of positive ones
    weights  at least one; all zero means equal shares
    Raises ValueError when there is nothing to share over, weights cancel out, or the total has more digits.
    """
    if not weights:
        raise ValueError("nothing to allocate over: weights is empty")
    if rounded(total, digits) != total:
        raise ValueError(f"total {total} has more than {digits} digits")
    scale = 10**digits
    units = int(abs(Fraction(total)) * scale)
    parts = [Fraction(weight) for weight in weights]
    if not any(parts):
        parts = [Fraction(1)] * len(parts)
    whole = sum(parts)
    if not whole:
        raise ValueError("weights sum to zero")
    exact = [units * part / whole for part in parts]
    floors = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda row: (floors[row] - exact[row], row))
    for row in by_remainder[: units - sum(floors)]:
        floors[row] += 1
    sign = -1 if total < 0 else 1
    return [rounded(Decimal(sign * share).scaleb(-digits, context=_WIDE), digits) for share in floors]
