"""Rounding, the one place: half-up at so many digits, and shares that sum exactly (rule M01).

Pure arithmetic below all layers, for the kernel and the engines alike; it imports nothing of ours.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction

# Wide enough for any amount we store: quantize refuses to lose leading digits.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


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


def product(one: Decimal, other: Decimal) -> Decimal:
    """The exact product of two figures we store; ArithmeticError where it needs more digits than any of them has."""
    return _EXACT.multiply(one, other)


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


def from_fraction(value: Fraction, digits: int) -> Decimal:
    """An exact fraction at so many digits, half away from zero; no intermediate rounding."""
    scaled = abs(value) * 10**digits
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-units if value < 0 else units).scaleb(-digits, context=_WIDE)


def truncated(value: Fraction, digits: int) -> Decimal:
    """An exact fraction at so many digits, cut towards zero."""
    scaled = abs(value) * 10**digits
    units = scaled.numerator // scaled.denominator
    return Decimal(-units if value < 0 else units).scaleb(-digits, context=_WIDE)


def raised(value: Fraction, digits: int) -> Decimal:
    """An exact fraction at so many digits, never below the value (ceiling)."""
    scaled = value * 10**digits
    return Decimal(-(-scaled.numerator // scaled.denominator)).scaleb(-digits, context=_WIDE)
