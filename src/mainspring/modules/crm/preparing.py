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
from .models import PROBABILITY, Lead, Source


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


def opportunity(record, ctx) -> None:
    """Territory, owner, currency from the customer; what it may bring in the company's currency, weighted."""
    if record.party_id:
        record.territory_id = record.territory_id or record.party.territory_id
        record.currency_id = record.currency_id or record.party.currency_id
        record.owner_id = record.owner_id or record.party.owner_id or getattr(ctx.user, "pk", None)
    if record.currency_id is None:
        record.currency_id = base_currency(record.company_id)
    if record.probability is None:
        record.probability = PROBABILITY[record.state or "qualification"]
    record.stage_since = record.stage_since or ctx.business_date
    weigh(record, ctx)


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


def enter_stage(record, ctx, **values) -> None:
    """Take over what the stage asked for; the stage's probability unless the owner gave another."""
    for name, value in values.items():
        setattr(record, name, value)
    record.stage_since = ctx.business_date
    weigh(record, ctx)


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
