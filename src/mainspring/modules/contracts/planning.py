"""Collection plans: drafted by the payment term or in equal parts, agreed, and letters about what is late."""

from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands, preferences
from mainspring.kernel.money import allocate
from mainspring.kernel.workflow import effect, guard

from . import preparing
from .models import CollectionPlan, Contract

ZERO = Decimal(0)
PARTS_MAX = 120


@guard(Contract, "plan")
def has_no_plan(contract, ctx):
    there = CollectionPlan.objects.filter(contract=contract).first()
    if there is not None:
        raise ValidationError(_("There is %(plan)s already; change that.") % {"plan": there}, code="there")
    if not contract.value:
        raise ValidationError(_("A framework without a sum is invoiced as delivered; it needs no plan."), code="value")


@effect(Contract, "plan")
def plan(contract, ctx, parts, first_on, every_months):
    """Instalments by the payment term, or in so many equal parts every so many months."""
    if parts is not None and not 1 <= parts <= PARTS_MAX:
        raise ValidationError({"parts": _("From 1 to %(most)d parts.") % {"most": PARTS_MAX}})
    if every_months is not None and not 0 <= every_months <= PARTS_MAX:
        raise ValidationError({"every_months": _("From 0 to %(most)d months.") % {"most": PARTS_MAX}})
    begin = first_on or contract.signed_on or contract.starts_on or ctx.business_date
    if parts:
        amounts = allocate(contract.value, [Decimal(1)] * parts, contract.currency.digits)
        days = [begin + relativedelta(months=(every_months or 0) * n) for n in range(parts)]
        found = list(zip(amounts, days, strict=True))
    else:
        found = preparing.due_days(contract.payment_term, contract.value, begin, contract.currency.digits)
    return commands.create(
        CollectionPlan,
        ctx,
        contract=contract,
        links=[contract],
        lines=[{"amount": amount, "planned_on": day} for amount, day in found],
    )


@guard(CollectionPlan, "agree")
def has_instalments(plan, ctx):
    if not plan.lines.exists():
        raise ValidationError({"lines": _("It has no instalments yet.")}, code="lines")


@guard(CollectionPlan, "agree")
def is_the_whole(plan, ctx):
    """An agreed plan is the whole contract, so that nothing is left out of sight."""
    worth = plan.contract.value
    if worth and plan.planned != worth:
        raise ValidationError(
            _("The instalments come to %(sum)s; the contract is worth %(value)s.")
            % {"sum": f"{plan.planned:.2f}", "value": f"{worth:.2f}"},
            code="sum",
        )


@guard(CollectionPlan, "write_customer")
def something_is_overdue(plan, ctx):
    if plan.contract.overdue <= 0:
        raise ValidationError(_("Nothing is overdue."))
    gap = preferences.get(plan.company_id, "contracts.letter_days")
    if plan.reminded_on and (ctx.business_date - plan.reminded_on).days < gap:
        raise ValidationError(
            _("The last reminder went out on %(day)s; wait %(days)d days between two.")
            % {"day": plan.reminded_on, "days": gap},
            code="soon",
        )


@effect(CollectionPlan, "write_customer")
def write_customer(plan, ctx):
    plan.reminders += 1
    plan.reminded_on = ctx.business_date
