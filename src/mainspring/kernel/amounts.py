"""Amounts people enter are whole in the smallest unit of their currency, for nobody pays a tenth of a cent (rule M01).

One rule everywhere: an amount with more digits than its currency is refused; a unit price may have up to six, and
what is worked out from it is rounded once, half up. `commands.validate` asks this of every record.
"""

from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import fields, money


def refuse_parts(currency, amounts: dict[str, Decimal | None]) -> None:
    """Raise ValidationError naming each amount {field: amount} finer than the currency's smallest unit."""
    wrong = {
        name: _("“%(value)s”: %(currency)s has %(digits)s decimal places.")
        % {"value": f"{amount.normalize():f}", "currency": currency.code, "digits": currency.digits}
        for name, amount in amounts.items()
        if _is_finer(amount, currency.digits)
    }
    if wrong:
        raise ValidationError(wrong, code="digits")


def refuse_finer(record, header=None) -> None:
    """Raise ValidationError for amounts of a record that are finer than their currency. `header`: of a line."""
    model: Any = type(record)
    for name, path in _entered(model):
        amount = record.__dict__.get(name)
        if _is_finer(amount, 0):  # whole amounts suit every currency, and most are
            currency = _currency(record, path, header)
            if currency is not None:
                refuse_parts(currency, {name: amount})


def _is_finer(amount, digits: int) -> bool:
    return isinstance(amount, Decimal) and amount.is_finite() and money.rounded(amount, digits) != amount


@cache
def _entered(model) -> tuple[tuple[str, str], ...]:
    """(field, path to its currency) of the amounts people enter on a model; unit prices are none."""
    return tuple(
        (f.name, f.currency)
        for f in model._meta.concrete_fields
        if isinstance(f, fields.MoneyField) and not isinstance(f, fields.PriceField) and f.editable
    )


def _currency(record, path: str, header):
    """The currency at the end of a path; the base currency of the company where the path is empty. None: not known."""
    owner, parts = record, path.split("__") if path else ["company", "base_currency"]
    if header is not None and (not path or parts[0] == "document"):
        owner, parts = header, parts[1:] if path else parts
    for part in parts:
        owner = getattr(owner, part, None)
    return owner
