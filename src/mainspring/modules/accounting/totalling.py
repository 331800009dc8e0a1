"""Net, tax and total of priced lines: one computation for quotations, orders, contracts and invoices (M04, M07)."""

from collections.abc import Callable
from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from mainspring.engines import problem
from mainspring.engines.money import data, tax
from mainspring.kernel import preferences, remembered

from .models import TaxCode

ZERO = Decimal(0)


def totals(
    lines,
    company_id: int,
    digits: int,
    *,
    rate: Callable,
    discount: Decimal | None = None,
    prices_include_tax: bool = False,
):
    """The engine's totals of lines with quantity, price, discount_pct and tax code; ValidationError beside the field.

    rate  function of a line: the rate of its tax in percent, such as `queries.rates_on` gives
    """
    codes = remembered.rows(TaxCode, {line.tax_code_id for line in lines} - {None})
    try:
        return tax.totals(
            data.Document(
                lines=[
                    data.Line(
                        Decimal(line.quantity or 0),
                        line.price or ZERO,
                        _tax(codes.get(line.tax_code_id), rate(line)),
                        Decimal(line.discount_pct or 0),
                    )
                    for line in lines
                ],
                digits=digits,
                discount=Decimal(discount or 0),
                prices_include_tax=prices_include_tax,
                tax_rounding=preferences.get(company_id, "accounting.tax_rounding"),
            )
        )
    except problem.InvalidProblem as error:
        raise _worded(error) from error


def _tax(code: TaxCode | None, rate: Decimal) -> data.Tax:
    """Only category S shows tax on the document; the buyer's own tax of a reverse charge is booked, not billed."""
    if code is None:
        return data.Tax("", "O")
    if code.category == "S" and rate > 0:
        return data.Tax(code.code, "S", rate)
    return data.Tax(code.code, "Z" if code.category == "S" else code.category)


def _worded(error: problem.InvalidProblem) -> ValidationError:
    found: dict[str, list] = {}
    for defect in error.defects:
        name = (
            f"lines.{defect.row}.{defect.field}"
            if defect.array == "lines"
            else "discount"
            if defect.field == "discount"
            else NON_FIELD_ERRORS
        )
        found.setdefault(name.replace("discount_percent", "discount_pct").replace("unit_price", "price"), []).append(
            _("%(value)s: %(rule)s.") % {"value": defect.value, "rule": defect.rule}
        )
    return ValidationError(found)
