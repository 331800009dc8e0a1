"""Lot sizes and reorder points (rules P11, P18)."""

from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines.mrp.data import ZERO, Lot

Steps = tuple[tuple[str, Decimal], ...]


def sized(net: Decimal, lot: Lot, digits: int) -> tuple[list[Decimal], Steps]:
    """Order quantities for a net need and the steps that led there: policy, minimum, multiple, split (P11)."""
    quantity = rounding.raised(Fraction(net), digits)
    steps = [("net", quantity)]
    changes = (
        (lot.kind, _by_policy(quantity, lot)),
        ("minimum", lambda value: max(value, lot.minimum)),
        ("multiple", lambda value: _up_to(value, lot.multiple)),
    )
    for name, change in changes:
        after = change(quantity) if callable(change) else change
        if after != quantity:
            quantity = after
            steps.append((name, quantity))
    return _split(quantity, lot), tuple(steps)


def reorder_point(demand_per_day: Decimal, lead_days: Decimal, review_days: Decimal, safety_stock: Decimal) -> Decimal:
    """Demand over lead and review time plus safety stock; compare it with the inventory position (P18)."""
    return demand_per_day * (lead_days + review_days) + safety_stock


def inventory_position(on_hand: Decimal, on_order: Decimal, allocated: Decimal) -> Decimal:
    """On hand plus on order less allocated: what a reorder point is compared with (P18)."""
    return on_hand + on_order - allocated


def replenishment(position: Decimal, minimum: Decimal, maximum: Decimal, lot: Lot, digits: int) -> list[Decimal]:
    """Orders that bring the inventory position to the maximum once it is at or below the minimum (P18)."""
    if position > minimum or maximum <= position:
        return []
    return sized(maximum - position, lot, digits)[0]


def _by_policy(quantity: Decimal, lot: Lot) -> Decimal:
    if lot.kind == "fixed":
        return _up_to(quantity, lot.quantity)
    return max(quantity, lot.quantity) if lot.kind == "economic" else quantity


def _up_to(quantity: Decimal, multiple: Decimal) -> Decimal:
    if not multiple:
        return quantity
    return -(-Fraction(quantity) // Fraction(multiple)) * multiple


def _split(quantity: Decimal, lot: Lot) -> list[Decimal]:
    if not lot.maximum or quantity <= lot.maximum:
        return [quantity]
    cap = lot.maximum // lot.multiple * lot.multiple if lot.multiple else lot.maximum
    full, rest = divmod(quantity, cap)
    last = [_up_to(max(rest, lot.minimum), lot.multiple)] if rest > ZERO else []
    return [cap] * int(full) + last
