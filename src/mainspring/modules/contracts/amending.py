"""A signed contract changes by amendment: approved, signed, then carried into the contract and its collection plan."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, errors
from mainspring.kernel.money import allocate, rounded
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.organization import queries as organization

from . import facts
from .models import Amendment, CollectionPlan, Contract, ContractLine, Instalment
from .models.amendments import PlanEffect
from .models.contracts import BINDING

ZERO = Decimal(0)
LINE = ("item", "description", "quantity", "unit", "price", "discount_pct", "tax_code", "net", "tax")


@effect(Contract, "amend")
def amend(contract, ctx):
    return commands.create(Amendment, ctx, contract=contract, reason=_("To be agreed"), links=[contract])


@guard(Contract, "amend")
def none_is_under_way(contract, ctx):
    there = contract.amendments.filter(state__in=("draft", "approved")).first()
    if there is not None:
        raise ValidationError(_("%(amendment)s is under way already.") % {"amendment": there}, code="there")


@guard(Amendment, "submit")
def changes_something(amendment, ctx):
    if not (
        amendment.value_change
        or amendment.new_valid_until
        or amendment.new_tolerance_pct is not None
        or amendment.new_payment_term_id
        or amendment.terms.strip()
        or amendment.lines.exists()
    ):
        raise ValidationError(_("It changes nothing yet."), code="empty")


@guard(Amendment, "submit")
@guard(Amendment, "apply")
def contract_binds(amendment, ctx):
    contract = amendment.contract
    if contract.state not in BINDING:
        raise errors.Conflict(
            _("%(contract)s is %(state)s; it cannot be amended.")
            % {"contract": contract, "state": contract.state_label},
            code="state",
        )


@guard(Amendment, "submit")
@guard(Amendment, "apply")
def value_suffices(amendment, ctx):
    """The value never falls below what is invoiced or collected already."""
    contract = amendment.contract
    done = max(contract.invoiced + contract.requested, contract.collected)
    new = contract.value + amendment.value_change
    if amendment.value_change < 0 and new < done:
        raise ValidationError(
            {"value_change": _("%(amount)s is invoiced or collected already.") % {"amount": f"{done:.2f}"}},
            code="below",
        )


@effect(Amendment, "apply")
def apply(amendment, ctx, signed_on):
    """Carry the change into the contract, then into its plan; what was before stays written here."""
    if signed_on > ctx.business_date:
        raise ValidationError({"signed_on": _("This day is still to come.")})
    plan = CollectionPlan.objects.select_for_update(of=("self",)).filter(contract=amendment.contract_id).first()
    contract = facts.lock([amendment.contract_id])[0]
    amendment.signed_on = signed_on
    amendment.old_value, amendment.old_valid_until = contract.value, contract.valid_until
    amendment.new_value = contract.value + amendment.value_change
    _lines(contract, amendment)
    contract.value = amendment.new_value
    if amendment.new_valid_until:
        contract.valid_until = amendment.new_valid_until
    if amendment.new_tolerance_pct is not None:
        contract.tolerance_pct = amendment.new_tolerance_pct
    if amendment.new_payment_term_id:
        contract.payment_term_id = amendment.new_payment_term_id
    contract.value_base = organization.in_base(contract, contract.value, contract.company, ctx.business_date)
    contract.version += 1
    contract.save(
        update_fields=[
            "value", "value_base", "valid_until", "tolerance_pct", "payment_term", "version", "updated_at",
        ]
    )  # fmt: skip
    if amendment.value_change and plan is not None:
        _plan(contract, amendment, plan)
    facts.refresh([contract.pk], ctx)


def _lines(contract: Contract, amendment: Amendment) -> None:
    last = contract.lines.count()
    ContractLine.objects.bulk_create(
        ContractLine(
            document=contract,
            position=last + n,
            amendment=amendment,
            **{name: getattr(line, name) for name in LINE},
        )
        for n, line in enumerate(amendment.lines.order_by("position"), 1)
    )


# -- the collection plan ----------------------------------------------------------------------------------------------


def _plan(contract: Contract, amendment: Amendment, plan: CollectionPlan) -> None:
    """What the change of value does to the instalments that are still open; earlier ones stay as they were."""
    lines = facts.in_order(list(plan.lines.all()))
    spoken_for = {line.pk: line.collected + line.written_off + line.requested for line in lines}
    free = [line for line in lines if line.amount > max(spoken_for[line.pk], line.invoiced)]
    change = amendment.value_change
    if change > 0 and (amendment.plan_effect == PlanEffect.NEW or not free):
        _add(plan, lines, amendment)
    elif amendment.plan_effect == PlanEffect.SPREAD:
        _spread(free, change, contract.currency.digits, spoken_for)
    else:
        _last(free, change, spoken_for)
    for line in lines:
        line.percent = None
    database.update([line for line in lines if line.amount > 0], ["amount", "percent"])
    gone = [line.pk for line in lines if line.amount <= 0]
    Instalment.objects.filter(pk__in=gone).delete()
    planned = Instalment.objects.filter(document=plan).aggregate(sum=Sum("amount"))["sum"]
    CollectionPlan.objects.filter(pk=plan.pk).update(planned=planned or ZERO)


def _add(plan, lines, amendment) -> None:
    Instalment.objects.create(
        document=plan,
        position=len(lines) + 1,
        name=amendment.number or _("Amendment"),
        planned_on=amendment.instalment_on or amendment.signed_on,
        due_on=amendment.instalment_on or amendment.signed_on,
        amount=amendment.value_change,
        open_amount=amendment.value_change,
    )


def _spread(free, change: Decimal, digits: int, spoken_for: dict) -> None:
    room = [line.amount - max(spoken_for[line.pk], line.invoiced) for line in free]
    if change < 0 and sum(room, ZERO) < -change:
        _refuse(sum(room, ZERO))
    for line, part in zip(free, allocate(rounded(change, digits), room, digits), strict=True):
        line.amount += part


def _last(free, change: Decimal, spoken_for: dict) -> None:
    """The last one takes it; what it cannot give is taken from the one before."""
    left = change
    for line in reversed(free):
        part = left if left > 0 else max(left, max(spoken_for[line.pk], line.invoiced) - line.amount)
        line.amount += part
        left -= part
        if not left:
            return
    if left:
        _refuse(change - left)


def _refuse(room: Decimal) -> None:
    raise ValidationError(
        {"value_change": _("Open instalments can give %(amount)s only.") % {"amount": f"{abs(room):.2f}"}}, code="plan"
    )


@effect(Amendment, "revert")
def revert(amendment, ctx):
    """Draft the opposite: the partner signs that, too."""
    return commands.create(
        Amendment,
        ctx,
        contract=amendment.contract,
        reason=_("Takes back %(amendment)s") % {"amendment": amendment.number},
        value_change=-amendment.value_change,
        new_valid_until=amendment.old_valid_until if amendment.new_valid_until else None,
        plan_effect=PlanEffect.LAST,
        links=[amendment],
        lines=[
            {name: getattr(line, name) for name in LINE[:-2]} | {"quantity": -line.quantity}
            for line in amendment.lines.all()
        ],
    )
