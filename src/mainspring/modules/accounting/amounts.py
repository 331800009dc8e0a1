"""Amounts people type: whole in the smallest unit of their currency, for nobody pays a tenth of a cent."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import money


def refuse_parts(currency, amounts: dict[str, Decimal | None]) -> None:
    """Raise ValidationError naming each amount {field: amount} finer than the currency's smallest unit (M01)."""
    wrong = {
        name: _("“%(value)s”: %(currency)s has %(digits)s decimal places.")
        % {"value": f"{amount.normalize():f}", "currency": currency.code, "digits": currency.digits}
        for name, amount in amounts.items()
        if amount is not None and amount.is_finite() and money.rounded(amount, currency.digits) != amount
    }
    if wrong:
        raise ValidationError(wrong, code="digits")
