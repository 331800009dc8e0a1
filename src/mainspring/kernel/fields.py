"""Column types of business data. Decimal everywhere; the kind of a column decides how every surface shows it."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


def link(to, label=None, *, optional: bool = False, within: str = "", **more) -> models.ForeignKey:
    """A link to one record, which stays as long as it is named somewhere; it does not lead back unless `related_name`.

    label     lazy name; the field's own name when there is none
    optional  may be left blank
    within    name of a link both records have, which must lead to the same place: a contact within its party
    """
    usual: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+", "verbose_name": label}
    blank = {"null": True, "blank": True} if optional else {}
    field = models.ForeignKey(to, **usual | blank | more)
    field.within = within
    return field


def above_zero(name: str, column: str = "quantity") -> models.CheckConstraint:
    """The rule that a quantity is above zero, under a name of its own."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{column}__gt": 0}),
        violation_error_message=_("The quantity must be above zero."),
    )


class RecordTypeField(models.CharField):
    """The label of a record type ("sales.salesorder"), chosen by its name.

    of   "custom": types that take custom fields; "patterns": also all of a module ("sales.*") and all there are ("*")
    """

    def __init__(self, *args, of: str = "", **kwargs):
        self.of = of
        kwargs.setdefault("max_length", 80)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class NameField(models.CharField):
    """Names of verbs or fields of the kind of record that the field `about` names; see `offers` for `of`."""

    def __init__(self, *args, of: str = "", about: str = "entity", **kwargs):
        self.of, self.about = of, about
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class MoneyField(models.DecimalField):
    """An amount in the currency found by `currency` (a path from the record; empty means the company's base currency).

    Stored with 4 digits so that every ISO 4217 currency fits; `money.rounded` brings it to the currency's own digits.
    """

    def __init__(self, *args, currency: str = "", **kwargs):
        self.currency = currency
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("default", Decimal(0))
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.currency:
            kwargs["currency"] = self.currency
        return name, path, args, kwargs


class PriceField(MoneyField):
    """A price per unit: 6 digits (rule M01)."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class QuantityField(models.DecimalField):
    """A quantity in the unit found by `unit` (a path from the record)."""

    def __init__(self, *args, unit: str = "", **kwargs):
        self.unit = unit
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.unit:
            kwargs["unit"] = self.unit
        return name, path, args, kwargs


class PercentField(models.DecimalField):
    """A share of a hundred: 21 means 21 %."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("default", Decimal(0))
        super().__init__(*args, **kwargs)


class RateField(models.DecimalField):
    """An exchange rate: base currency per one unit of foreign currency."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 24)
        kwargs.setdefault("decimal_places", 12)
        super().__init__(*args, **kwargs)
