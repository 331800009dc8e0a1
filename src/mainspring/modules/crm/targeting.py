"""Sales targets: normal periods, spread over months, copied on."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands
from mainspring.kernel import periods as calendar
from mainspring.kernel.workflow import effect, guard

from . import preparing
from .models import Period, Target

PERIODS_MAX = 24


def prepare(record: Target, ctx) -> None:
    """Begin on the first day of the period; the company's currency unless another is named."""
    if record.currency_id is None:
        record.currency_id = preparing.base_currency(record.company_id)
    if record.starts_on and record.period in Period.values:
        record.starts_on = calendar.start_of(record.period, record.starts_on)
        record.ends_on = calendar.next_start(record.period, record.starts_on)


def _of_whom(target: Target) -> dict:
    return {name: getattr(target, name) for name in ("person", "department", "territory", "currency", "note")}


@guard(Target, "spread")
def is_a_quarter(target, ctx):
    if target.period != Period.QUARTER:
        raise ValidationError(_("Only the target of a quarter is spread over months."))


@effect(Target, "spread")
def spread(target, ctx):
    """Three monthly targets in place of the quarter's; their sum is exactly its amount (M05)."""
    digits = Decimal(1).scaleb(-target.currency.digits)
    share = (target.amount / 3).quantize(digits)
    day = target.starts_on
    for part in (share, share, target.amount - 2 * share):
        commands.create(Target, ctx, period=Period.MONTH, starts_on=day, amount=part, **_of_whom(target))
        day = calendar.next_start("month", day)


@effect(Target, "repeat")
def repeat(target, ctx, periods: int, growth):
    """The same target for further periods, each larger than the one before by `growth` percent."""
    if not 1 <= periods <= PERIODS_MAX:
        raise ValidationError({"periods": _("A number from 1 to %(max)s is needed.") % {"max": PERIODS_MAX}})
    if growth is not None and not -100 < growth <= 1000:
        raise ValidationError({"growth": _("A number above -100 and up to 1000 is needed.")})
    amount, day = target.amount, target.starts_on
    for _step in range(periods):
        amount = round(amount * (100 + (growth or Decimal(0))) / 100, target.currency.digits)
        day = calendar.next_start(target.period, day)
        commands.create(Target, ctx, period=target.period, starts_on=day, amount=amount, **_of_whom(target))
