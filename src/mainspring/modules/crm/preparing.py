"""What a lead, an opportunity or a follow-up gets filled in before it is saved."""

from dataclasses import replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, errors
from mainspring.kernel.models import Company
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import models as parties

from . import queries
from .models import Lead, Source


def lead(record: Lead, ctx) -> None:
    """Normalise what identifies the company, choose the pool; own finds stay with their finder."""
    check = parties.identifiers
    parties.cleaned(record, {"country": check.country})
    parties.cleaned(
        record,
        {
            "phone": lambda number: check.phone(number, record.country),
            "registry_code": lambda code: check.registry_code(record.country, code),
            "vat_number": lambda number: check.vat_number(record.country, number),
        },
    )
    record.email = (record.email or "").strip().lower()
    record.name_key = parties.normalise.name_key(record.name or "")[:200]
    record.sound_key = parties.normalise.sound_key(record.name or "")[:400]
    if record.currency_id is None:
        record.currency_id = base_currency(record.company_id)
    if record.territory_id is None and ctx.user:
        record.territory_id = queries.only_territory(ctx)
    if record.territory_id and record.owner_id is None and record.state == "open":
        record.pool = queries.pool_for(record)
        if record.pool is None:
            raise ValidationError({"territory": _("No pool takes leads of this territory.")})
    if (
        record.pk is None
        and record.source == Source.OWN
        and ctx.user
        and not access.can(replace(ctx, trusted=False), Lead, "assign")
    ):
        record.owner, record.state = ctx.user, "claimed"
        record.claimed_at = record.touched_at = timezone.now()
        queries.lock_claims(ctx.user)
        queries.require_room(ctx.user, record.pool, ctx.business_date)


def opportunity(record, ctx, lines=None) -> None:
    """Territory, owner, currency from the customer; process and stage; what it may bring, weighted."""
    if record.party_id:
        record.territory_id = record.territory_id or record.party.territory_id
        record.currency_id = record.currency_id or record.party.currency_id
        record.owner_id = record.owner_id or record.party.owner_id or getattr(ctx.user, "pk", None)
    if record.currency_id is None:
        record.currency_id = base_currency(record.company_id)
    _place(record, ctx)
    if lines is not None:
        deal_lines(record, ctx, lines)
    remember(record, ctx)
    weigh(record, ctx)


def _place(record, ctx) -> None:
    """The process, by default the company's first, and its first stage for a deal that is not in one of its own."""
    from . import pipeline

    if record.process_id is None:
        record.process = pipeline.first_process(record.company_id)
    elif record.process.company_id != record.company_id:
        raise ValidationError({"process": _("This sales process belongs to another company.")})
    if record.stage_id is None or record.stage.process_id != record.process_id:
        moved = record.stage_id is not None
        record.stage = pipeline.first_stage(record.process_id)
        record.stage_since = ctx.business_date
        record.forecast = record.stage.forecast if moved else record.forecast
        record.probability = record.stage.probability if moved else record.probability
    if record.probability is None:
        record.probability = record.stage.probability
    record.forecast = record.forecast or record.stage.forecast
    record.stage_since = record.stage_since or ctx.business_date


def deal_lines(record, ctx, lines) -> None:
    """Unit of sale and quantity in stocking units of every item; the amount from the prices where all have one."""
    for line in lines:
        if line.item_id is None or line.quantity is None:
            continue
        if line.unit_id is None:
            line.unit = line.item.sale_unit or line.item.unit
        try:
            line.stock_quantity = organization.to_unit(line.quantity, line.unit, line.item.unit, line.item)
        except ValidationError as error:
            raise errors.beside(error, "unit") from None
    if lines and not record.amount and all(line.price is not None and line.quantity is not None for line in lines):
        record.amount = sum((line.price * line.quantity for line in lines), Decimal(0)).quantize(Decimal("0.01"))


def weigh(record, ctx) -> None:
    """Amount in base currency at the day's rate, and times probability."""
    base = base_currency(record.company_id)
    amount = Decimal(record.amount or 0)
    try:
        record.amount_base = (
            amount
            if record.currency_id == base
            else organization.convert(amount, record.currency_id, base, ctx.business_date)
        )
    except ValidationError as error:
        raise errors.beside(error, "currency", "rate") from None
    record.weighted_base = (record.amount_base * Decimal(record.probability or 0) / 100).quantize(Decimal("0.01"))


def refuse_wrong(deal, given: dict) -> None:
    """Raise ValidationError for values no stage accepts: an amount of nothing, somebody else's contact."""
    wrong = {}
    if given.get("amount") is not None and given["amount"] <= 0:
        wrong["amount"] = _("The amount must be above zero.")
    if given.get("contact") is not None and given["contact"].party_id != deal.party_id:
        wrong["contact"] = _("%(contact)s is not a contact of %(party)s.") % {
            "contact": given["contact"],
            "party": deal.party,
        }
    if wrong:
        raise ValidationError(wrong)


def enter_stage(record, ctx, stage, **values) -> None:
    """Take over what the stage asked for; its probability and forecast unless the owner says otherwise later."""
    for name, value in values.items():
        setattr(record, name, value)
    record.stage, record.stage_since = stage, ctx.business_date
    record.probability, record.forecast = stage.probability, stage.forecast
    remember(record, ctx)
    weigh(record, ctx)


def close(record, ctx, chance: int, **values) -> None:
    """The deal is decided: certain or without a chance, from this day on."""
    for name, value in values.items():
        setattr(record, name, value)
    record.closed_on, record.probability = ctx.business_date, Decimal(chance)
    remember(record, ctx)
    weigh(record, ctx)


def remember(record, ctx) -> None:
    """On which day and by whom, for the memory of the pipeline."""
    record.changed_on = ctx.business_date
    record.changed_by_id = getattr(ctx.user, "pk", None)


def activity(record, ctx) -> None:
    """By whom, and about which customer when the lead or deal names one."""
    if record.user_id is None:
        record.user = ctx.user if ctx.user and ctx.user.pk else None
    if record.party_id is None and record.opportunity_id:
        record.party_id = record.opportunity.party_id
    if record.party_id is None and record.lead_id:
        record.party_id = record.lead.party_id


def base_currency(company_id: int) -> str:
    return Company.objects.only("base_currency_id").get(pk=company_id).base_currency_id
