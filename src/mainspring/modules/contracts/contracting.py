"""The life of a contract: submitted, signed, active, suspended, completed, terminated, renewed."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands, preferences
from mainspring.kernel.models import Attachment
from mainspring.kernel.workflow import effect, guard

from .models import CollectionPlan, Contract, Instalment
from .models.contracts import Kind, Renewal

CARRIED = (
    "name",
    "kind",
    "party",
    "contact",
    "reference",
    "owner",
    "territory",
    "opportunity",
    "currency",
    "discount",
    "payment_term",
    "tax_code",
    "tax_profile",
    "tolerance_pct",
    "renewal",
    "notice_days",
    "renewal_months",
    "note",
)
"""What the next contract takes over when one is renewed."""

CARRIED_LINE = ("item", "description", "quantity", "unit", "price", "discount_pct", "tax_code")


@guard(Contract, "submit")
def says_what_it_is_worth(contract, ctx):
    if contract.kind == Kind.FIXED and not contract.value:
        raise ValidationError({"value": _("Say what the contract is worth, or make it a framework.")})


@guard(Contract, "sign")
def plan_fits(contract, ctx):
    """A plan that was begun adds up to the value before it is signed, so that nothing is forgotten."""
    plan = CollectionPlan.objects.filter(contract=contract).first()
    if plan is not None and contract.value and plan.planned != contract.value:
        raise ValidationError(
            _("The collection plan comes to %(sum)s, the contract is worth %(value)s.")
            % {"sum": f"{plan.planned:.2f}", "value": f"{contract.value:.2f}"},
            code="plan",
        )


@effect(Contract, "sign")
def sign(contract, ctx, signed_on):
    if signed_on > ctx.business_date:
        raise ValidationError({"signed_on": _("This day is still to come.")})
    contract.signed_on, contract.original_value = signed_on, contract.value
    contract.signatory_id = contract.signatory_id or getattr(ctx.user, "pk", None)


@guard(Contract, "activate")
def has_signed_copy(contract, ctx):
    """The signed paper lies with the contract before it is worked under, where the company wants it so."""
    if not preferences.get(contract.company_id, "contracts.signed_copy") or contract.renews_id:
        return
    if not Attachment.objects.filter(entity="contracts.contract", record_id=str(contract.pk)).exists():
        raise ValidationError(_("Attach the signed copy first."), code="signed_copy")


@effect(Contract, "withdraw")
def withdraw(contract, ctx):
    """What was signed is not signed any more."""
    contract.signed_on = None


@guard(Contract, "withdraw")
def nothing_was_invoiced(contract, ctx):
    if contract.invoiced or contract.requested:
        raise ValidationError(_("Something is requested or invoiced already; amend the contract instead."))
    plan = CollectionPlan.objects.filter(contract=contract, state="agreed").first()
    if plan is not None:
        raise ValidationError(_("Take %(plan)s back to draft first.") % {"plan": plan})


@effect(Contract, "accept")
def accept(contract, ctx, accepted_on):
    if accepted_on > ctx.business_date:
        raise ValidationError({"accepted_on": _("This day is still to come.")})
    contract.accepted_on = accepted_on


@effect(Contract, "suspend")
def suspend(contract, ctx, reason):
    contract.end_reason = reason


@effect(Contract, "resume")
def resume(contract, ctx):
    contract.end_reason = ""


@guard(Contract, "complete")
@guard(Contract, "terminate")
def no_request_is_open(contract, ctx):
    if contract.invoice_requests.filter(state="requested").exists():
        raise ValidationError(_("An invoice request is still open."))


@guard(Contract, "complete")
def all_is_settled(contract, ctx):
    """Completed means nothing is left to collect and nothing waits to be invoiced."""
    left = sum(
        Instalment.objects.filter(document__contract=contract, open_amount__gt=0).values_list("open_amount", flat=True)
    )
    owed = contract.invoiced - contract.collected
    if left > 0 or (owed > 0 and not _written_off(contract, owed)):
        raise ValidationError(
            _("%(amount)s is still to be collected.") % {"amount": f"{max(left, owed):.2f}"}, code="open"
        )


def _written_off(contract, owed) -> bool:
    return sum(contract.write_offs.filter(state="posted").values_list("amount", flat=True)) >= owed


@effect(Contract, "complete")
def complete(contract, ctx):
    contract.ended_on = ctx.business_date


@effect(Contract, "terminate")
def terminate(contract, ctx, reason):
    """Ends before its time; what was invoiced stays to be collected."""
    contract.end_reason, contract.ended_on = reason, ctx.business_date


@effect(Contract, "reinstate")
def reinstate(contract, ctx, reason):
    contract.end_reason, contract.ended_on = reason, None


@guard(Contract, "reinstate")
def was_signed(contract, ctx):
    if contract.signed_on is None:
        raise ValidationError(_("It was never signed."))


# -- renewal ----------------------------------------------------------------------------------------------------------


@guard(Contract, "renew")
def has_an_end(contract, ctx):
    if contract.valid_until is None:
        raise ValidationError({"valid_until": _("It has no end; there is nothing to renew.")})
    later = contract.renewed_by.exclude(state="cancelled").first()
    if later is not None:
        raise ValidationError(_("It is renewed already by %(contract)s.") % {"contract": later}, code="renewed")


@effect(Contract, "renew")
def renew(contract, ctx):
    """The next contract from the day after this one ends, with the same lines and terms, to be negotiated."""
    return _next(contract, ctx)


def _next(contract: Contract, ctx) -> Contract:
    starts_on = contract.valid_until + timedelta(days=1)
    months = contract.renewal_months or 12
    lines = [{name: getattr(line, name) for name in CARRIED_LINE} for line in contract.lines.all()]
    return commands.create(
        Contract,
        ctx,
        **{name: getattr(contract, name) for name in CARRIED},
        value=contract.value,
        signatory=contract.signatory,
        starts_on=starts_on,
        valid_until=starts_on + relativedelta(months=months) - timedelta(days=1),
        renews=contract,
        lines=lines,
        links=[contract],
    )


def renew_due(ctx) -> int:
    """Contracts that renew by themselves and end today or have ended get their next one, in force; returns how many.

    Those of customers who are no longer active end.
    """
    due = Contract.objects.filter(
        company=ctx.company_id,
        state="active",
        renewal=Renewal.AUTOMATIC,
        valid_until__lte=ctx.business_date,
        party__active=True,
    ).exclude(pk__in=Contract.objects.exclude(state="cancelled").filter(renews__isnull=False).values("renews"))
    count = 0
    for contract in due.order_by("valid_until", "pk"):
        with commands.batch(Contract, ctx, "renew", contract=contract.number) as inner:
            made = _next(contract, inner)
            for verb, inputs in (
                ("submit", {}),
                ("sign", {"signed_on": min(contract.valid_until, ctx.business_date)}),
                ("activate", {}),
            ):
                made = commands.perform(made, verb, inner, **inputs)
        count += 1
    return count


def to_ask_about(ctx) -> list[Contract]:
    """Contracts whose renewal is to be asked about today: so many days before they end, none drafted yet."""
    found = Contract.objects.filter(
        company=ctx.company_id, state="active", renewal=Renewal.ASK, valid_until__isnull=False
    ).exclude(pk__in=Contract.objects.exclude(state="cancelled").filter(renews__isnull=False).values("renews"))
    return [c for c in found.select_related("owner", "party") if _asks_on(c) == ctx.business_date]


def _asks_on(contract: Contract) -> date:
    return contract.valid_until - timedelta(days=contract.notice_days)
