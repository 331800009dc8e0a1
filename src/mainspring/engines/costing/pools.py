"""The cost pools of one location: moving average, layers first in first out, standard cost."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from mainspring import rounding

ZERO = Decimal(0)


@dataclass
class Slice:
    """Quantity at a cost, and the receipt and lot it came in with."""

    quantity: Decimal
    value: Decimal
    receipt: str = ""
    lot: str = ""


@dataclass(frozen=True)
class Received:
    """The part of a receipt's value that does not go into stock."""

    cost_of_sales: Decimal = ZERO
    variance: Decimal = ZERO


@dataclass(frozen=True)
class Issued:
    """What an issue took, at cost; `shortage` is the part that was not there and left at provisional cost."""

    slices: list[Slice]
    shortage: Decimal
    unit_cost: Fraction | None  # provisional cost used; None when needed but unknown

    @property
    def cost(self) -> Decimal:
        """Cost of the whole issue."""
        return sum((piece.value for piece in self.slices), ZERO)


class Pool(Protocol):
    """What the replay needs of a cost method."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def value(self) -> Decimal: ...
    def receive(self, goods: Slice) -> Received: ...
    def issue(self, quantity: Decimal, lot: str, provisional: Decimal | None, receipt: str = "") -> Issued: ...
    def on_hand_of(self, receipt: str, received: Decimal) -> Decimal: ...
    def charge(self, receipt: str, amount: Decimal) -> None: ...


def share(value: Decimal, part: Decimal, whole: Decimal, digits: int) -> Decimal:
    """The rounded value of a part; the whole gives its whole value, so no cent stays behind."""
    if part == whole:
        return value
    return rounding.from_fraction(Fraction(value) * Fraction(part) / Fraction(whole), digits)


def _provisional(quantity: Decimal, unit_cost: Fraction | None, digits: int, lot: str) -> Slice:
    value = rounding.from_fraction(Fraction(quantity) * (unit_cost or Fraction(0)), digits)
    return Slice(quantity, value, lot=lot)


def _settle(debt: Slice, goods: Slice, digits: int) -> tuple[Slice, Slice, Decimal]:
    """Goods received pay back what left at provisional cost (I06): rest of debt, rest of goods, to cost of sales."""
    covered = min(debt.quantity, goods.quantity)
    provisional = share(debt.value, covered, debt.quantity, digits)
    actual = share(goods.value, covered, goods.quantity, digits)
    rest_of_debt = Slice(debt.quantity - covered, debt.value - provisional, lot=debt.lot)
    rest_of_goods = Slice(goods.quantity - covered, goods.value - actual, goods.receipt, goods.lot)
    return rest_of_debt, rest_of_goods, actual - provisional


@dataclass
class AveragePool:
    """Moving average: one quantity, one value (I02). Below zero it holds what left at provisional cost."""

    digits: int
    quantity: Decimal = ZERO
    value: Decimal = ZERO
    last_unit_cost: Fraction | None = None

    def receive(self, goods: Slice) -> Received:
        """Add goods; first pay back a negative balance."""
        self.last_unit_cost = Fraction(goods.value) / Fraction(goods.quantity)
        to_sales = ZERO
        if self.quantity < 0:
            _, _, to_sales = _settle(Slice(-self.quantity, -self.value), goods, self.digits)
        self.quantity += goods.quantity
        self.value += goods.value - to_sales
        return Received(cost_of_sales=to_sales)

    def issue(self, quantity: Decimal, lot: str, provisional: Decimal | None, receipt: str = "") -> Issued:
        """Take goods at the average; what is short leaves at provisional cost."""
        taken = min(quantity, max(self.quantity, ZERO))
        slices: list[Slice] = []
        if taken:
            self.last_unit_cost = Fraction(self.value) / Fraction(self.quantity)
            slices.append(Slice(taken, share(self.value, taken, self.quantity, self.digits), lot=lot))
        unit_cost = self.last_unit_cost if provisional is None else Fraction(provisional)
        if taken < quantity:
            slices.append(_provisional(quantity - taken, unit_cost, self.digits, lot))
        issued = Issued(slices, quantity - taken, unit_cost)
        self.quantity -= quantity
        self.value -= issued.cost
        return issued

    def on_hand_of(self, receipt: str, received: Decimal) -> Decimal:
        """The average does not know its receipts: at most what is on hand still is of this one."""
        return min(max(self.quantity, ZERO), received)

    def charge(self, receipt: str, amount: Decimal) -> None:
        """Raise the value of what is on hand."""
        self.value += amount


@dataclass
class LayerPool:
    """First in, first out (I04). Lots, when given, use their own layers only (I13)."""

    digits: int
    layers: list[Slice] = field(default_factory=list)
    debts: dict[str, Slice] = field(default_factory=dict)  # by lot: left at provisional cost
    last_unit_cost: Fraction | None = None

    @property
    def quantity(self) -> Decimal:
        """On hand; below zero what is owed."""
        return sum((x.quantity for x in self.layers), ZERO) - sum((x.quantity for x in self.debts.values()), ZERO)

    @property
    def value(self) -> Decimal:
        """Value of the layers, less what left at provisional cost."""
        return sum((x.value for x in self.layers), ZERO) - sum((x.value for x in self.debts.values()), ZERO)

    def receive(self, goods: Slice) -> Received:
        """Pay back debts of the same lot, then lay the rest on top."""
        self.last_unit_cost = Fraction(goods.value) / Fraction(goods.quantity)
        to_sales = ZERO
        for lot in dict.fromkeys(("", goods.lot)):
            if lot in self.debts and goods.quantity:
                debt, goods, difference = _settle(self.debts.pop(lot), goods, self.digits)
                to_sales += difference
                if debt.quantity:
                    self.debts[lot] = debt
        if goods.quantity:
            self.layers.append(Slice(goods.quantity, goods.value, goods.receipt, goods.lot))
        return Received(cost_of_sales=to_sales)

    def issue(self, quantity: Decimal, lot: str, provisional: Decimal | None, receipt: str = "") -> Issued:
        """Take the oldest layers; those of `receipt` first when given."""
        rest, slices = quantity, []
        eligible = [layer for layer in self.layers if not lot or layer.lot == lot]
        for layer in sorted(eligible, key=lambda each: bool(receipt) and each.receipt != receipt):
            taken = min(rest, layer.quantity)
            if not taken:
                break
            self.last_unit_cost = Fraction(layer.value) / Fraction(layer.quantity)
            slices.append(self._take(layer, taken))
            rest -= taken
        unit_cost = self.last_unit_cost if provisional is None else Fraction(provisional)
        if rest:
            slices.append(_provisional(rest, unit_cost, self.digits, lot))
            debt = self.debts.get(lot, Slice(ZERO, ZERO, lot=lot))
            self.debts[lot] = Slice(debt.quantity + rest, debt.value + slices[-1].value, lot=lot)
        self.layers = [layer for layer in self.layers if layer.quantity]
        return Issued(slices, rest, unit_cost)

    def on_hand_of(self, receipt: str, received: Decimal) -> Decimal:
        """What is left of one receipt."""
        return sum((layer.quantity for layer in self.layers if layer.receipt == receipt), ZERO)

    def charge(self, receipt: str, amount: Decimal) -> None:
        """Spread an amount over the layers left of one receipt."""
        layers = [layer for layer in self.layers if layer.receipt == receipt]
        parts = rounding.allocate(amount, [layer.quantity for layer in layers], self.digits)
        for layer, part in zip(layers, parts, strict=True):
            layer.value += part

    def _take(self, layer: Slice, quantity: Decimal) -> Slice:
        value = share(layer.value, quantity, layer.quantity, self.digits)
        layer.quantity -= quantity
        layer.value -= value
        return Slice(quantity, value, layer.receipt, layer.lot)


@dataclass
class StandardPool:
    """Standard cost: the value is always quantity x standard; everything else is variance (I14)."""

    digits: int
    standard: Decimal
    quantity: Decimal = ZERO

    @property
    def value(self) -> Decimal:
        """Quantity at standard, rounded."""
        return rounding.from_fraction(Fraction(self.quantity) * Fraction(self.standard), self.digits)

    def receive(self, goods: Slice) -> Received:
        """Take in at standard."""
        before = self.value
        self.quantity += goods.quantity
        return Received(variance=goods.value - (self.value - before))

    def issue(self, quantity: Decimal, lot: str, provisional: Decimal | None, receipt: str = "") -> Issued:
        """Give out at standard."""
        before, shortage = self.value, max(ZERO, quantity - max(self.quantity, ZERO))
        self.quantity -= quantity
        return Issued([Slice(quantity, before - self.value, lot=lot)], shortage, Fraction(self.standard))

    def on_hand_of(self, receipt: str, received: Decimal) -> Decimal:
        """Nothing: charges never change the standard."""
        return ZERO

    def charge(self, receipt: str, amount: Decimal) -> None:
        """Nothing goes into stock."""
