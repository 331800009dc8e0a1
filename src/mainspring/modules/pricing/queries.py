"""The price of an item for a party, and why it is that price."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_noop

from mainspring import rounding
from mainspring.kernel import money, sentences
from mainspring.kernel.models import Company
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.remembered import Remembered
from mainspring.kernel.sentences import Sentence, say
from mainspring.modules.items import queries as products
from mainspring.modules.organization import queries as organization

from . import models

PRICE_DIGITS = 6
SIGNIFICANT = 5


@dataclass(frozen=True)
class PriceAnswer:
    """A price per unit in the asked currency, or None when no list has one.

    reason  what a person reads: list, quantity from which it holds, conversions
    data    the same as values, for programs and translations: list, price, currency, unit, minimum_quantity,
            rate, rated_on
    """

    price: Decimal | None
    reason: Sentence
    price_list: models.PriceList | None = None
    data: dict[str, Any] = field(default_factory=dict)


def price_for(item, party, quantity: Decimal, unit, on: date, currency, kind: str = "sale") -> PriceAnswer:
    """The price of one `unit` on a day: the party's lists in order, then the default list; the best quantity break.

    currency  code or Currency the answer is in; a list in another currency is converted at that day's rate
    Never raises for a missing price: the answer says what was looked for.
    """
    return Book(party, on, currency, [item.pk], kind).price(item, quantity, unit)


class Book:
    """The prices of some items for a party on a day, read at once: two or three queries however many lines ask."""

    def __init__(self, party, on: date, currency, item_ids, kind: str = "sale"):
        self.on, self.currency = on, getattr(currency, "pk", currency)
        self.lists = lists_for(party, self.currency, kind)
        self._rates: dict[str, Any] = {}
        self._rows: dict[tuple[int, int], list[models.Price]] = {}
        lists, items = [found.pk for found in self.lists], list(set(item_ids))
        for row in _prices(items, lists, on, on) if lists else ():
            self._rows.setdefault((row.price_list_id, row.item_id), []).append(row)
        self._costs = {
            found.cost_of_id: products.standard_costs(items, found.cost_of_id)
            for found in self.lists
            if found.cost_of_id
        }

    def price(self, item, quantity: Decimal, unit) -> PriceAnswer:
        """The price of one unit; see `price_for`."""
        for price_list in self.lists:
            cost = self._costs.get(price_list.cost_of_id, {}).get(item.pk)
            if found := _best(self._rows.get((price_list.pk, item.pk), ()), item, quantity, unit):
                row, factor = found
                try:
                    return _answer(row, price_list, factor, unit, self.currency, self._rate(price_list.currency_id))
                except ValidationError as error:
                    return PriceAnswer(None, sentences.join(error.messages), price_list)
            elif cost:
                try:
                    return self._at_cost(price_list, item, cost, unit)
                except ValidationError as error:
                    return PriceAnswer(None, sentences.join(error.messages), price_list)
        names = ", ".join(p.name for p in self.lists)
        if not names:
            return PriceAnswer(None, say(gettext_noop("There is no price list.")))
        return PriceAnswer(None, say(gettext_noop("No price in: %(lists)s."), lists=names))

    def _at_cost(self, price_list, item, cost: Decimal, unit) -> PriceAnswer:
        """What one unit costs the company the list names, and its markup (MFG-11). The cost itself is not said."""
        company = price_list.cost_of
        rate = self._rate(company.base_currency_id)
        more = 1 + Fraction(price_list.markup_pct) / 100
        exact = Fraction(cost) * organization.factor_between(unit, item.unit, item) * more * rate.factor
        price = rounding.from_fraction(exact, _digits_quoted(exact, self.currency))
        said = [
            say(
                gettext_noop("%(list)s: cost of %(company)s and %(markup)s %% more."),
                list=price_list.name,
                company=company.code,
                markup=price_list.markup_pct.normalize(),
            )
        ]
        data = {"list": price_list.code, "price": price, "currency": self.currency, "unit": unit.code,
                "company": company.code, "markup_pct": price_list.markup_pct}  # fmt: skip
        if company.base_currency_id != self.currency:
            said.append(_converted(rate))
            data |= {"rate": rate.value, "rated_on": rate.dated_on}
        return PriceAnswer(price, sentences.join(said), price_list, data)

    def _rate(self, code: str):
        if code not in self._rates:
            self._rates[code] = organization.found_rate(code, self.currency, self.on)
        return self._rates[code]


_prices = Prepared(
    lambda items, lists, begun, ending: (
        models.Price.objects.filter(item_id__any_of=items, price_list_id__any_of=lists)
        .filter(Q(starts_on=None) | Q(starts_on__lte=begun))
        .filter(Q(ends_on=None) | Q(ends_on__gt=ending))
        .order_by("pk")
    )
)


def lists_for(party, currency: str, kind: str = "sale") -> list[models.PriceList]:
    """Active lists a party gets in the order they are asked: its own, the default in the currency, other defaults."""
    own = _own_lists.get(party.pk, kind) if party is not None and party.pk else []
    defaults = sorted(_defaults.get(kind), key=lambda p: p.currency_id != currency)
    return own + [p for p in defaults if p not in own]


_own_lists = Remembered(
    lambda party_id, kind: [
        p.price_list
        for p in models.PartyPriceList.objects.filter(
            party=party_id, price_list__active=True, price_list__kind__in=(kind, models.PriceList.Kind.BETWEEN)
        )
        .select_related("price_list__cost_of")
        .order_by("priority", "price_list__code")
    ],
    models.PartyPriceList,
    models.PriceList,
    Company,
)
_defaults = Remembered(
    lambda kind: list(models.PriceList.objects.filter(kind=kind, is_default=True, active=True).order_by("code")),
    models.PriceList,
)


def _best(rows, item, quantity: Decimal, unit) -> tuple[models.Price, Fraction] | None:
    """The row with the highest quantity break reached, in the asked unit before others; and its units in one `unit`."""
    reached = []
    for row in rows:
        try:
            factor = organization.factor_between(unit, row.unit, item)
        except ValidationError:
            continue
        least = Fraction(row.minimum_quantity) / factor if row.unit_id != unit.pk else row.minimum_quantity
        if quantity >= least:
            reached.append((row.unit_id == unit.pk, least, row, factor))
    if not reached:
        return None
    _same, _minimum, row, factor = max(reached, key=lambda r: (r[0], r[1], r[2].pk))
    return row, factor


def _answer(row, price_list, factor: Fraction, unit, code: str, rate) -> PriceAnswer:
    factor *= rate.factor
    foreign = price_list.currency_id != code
    price = row.price
    if factor != 1:
        exact = Fraction(row.price) * factor
        price = rounding.from_fraction(exact, _digits_quoted(exact, code) if foreign else PRICE_DIGITS)
    said = [
        say(
            gettext_noop("%(list)s: %(price)s %(currency)s per %(unit)s."),
            list=price_list.name,
            price=row.price,
            currency=price_list.currency_id,
            unit=row.unit.code,
        )
    ]
    if row.minimum_quantity:
        said.append(say(gettext_noop("From %(quantity)s %(unit)s."), quantity=row.minimum_quantity, unit=row.unit.code))
    if row.unit_id != unit.pk:
        said.append(say(gettext_noop("Converted to %(unit)s."), unit=unit.code))
    data = {
        "list": price_list.code,
        "price": row.price,
        "currency": price_list.currency_id,
        "unit": row.unit.code,
        "minimum_quantity": row.minimum_quantity,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }
    if foreign:
        said.append(_converted(rate))
        said += [rate.note] if rate.note else []
        data |= {"rate": rate.value, "rated_on": rate.dated_on}
    return PriceAnswer(price, sentences.join(said), price_list, data)


def _converted(rate) -> Sentence:
    converted = gettext_noop("Converted at %(rate)s of %(date)s.")
    return say(converted, rate=rounding.rounded(rate.value, PRICE_DIGITS), date=rate.dated_on)


def _digits_quoted(price: Fraction, currency: str) -> int:
    """Digits after the point of a price converted at a rate: as many as one would quote (rule M01).

    Those of the currency, more for a small price, so that five digits of it count: 3630.79, 36.308, 0.012346.
    """
    if abs(price) < 1:
        return PRICE_DIGITS
    return max(money.currency_digits(currency), SIGNIFICANT - len(str(int(abs(price)))))
