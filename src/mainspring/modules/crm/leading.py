"""What changes leads: claim, give, return, qualify, convert and lose (CRM-03, K01 to K03)."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, errors, events, stored
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import Contact, Party

from . import collisions, following, keeping, pooling, queries, recycling
from .events import LeadConverted
from .models import HELD, Lead, LeadPool, Opportunity


@guard(Lead, "claim")
def not_taken(lead, ctx):
    if lead.owner_id is not None:
        mine = ctx.user is not None and lead.owner_id == ctx.user.pk
        raise errors.Conflict(
            _("The lead is yours already.")
            if mine
            else _("%(lead)s is taken by another: %(owner)s.") % {"lead": lead, "owner": lead.owner},
            code="taken",
        )


TAKE = """
    WITH taken AS (
        UPDATE crm_lead lead SET owner_id = %(user)s, state = 'claimed', claimed_at = %(now)s, touched_at = %(now)s,
            version = lead.version + 1, updated_at = %(now)s
        FROM crm_leadpool pool
        WHERE lead.id = %(lead)s AND pool.id = lead.pool_id AND lead.owner_id IS NULL AND lead.state = 'open'
          AND COALESCE((SELECT m.holding_max FROM crm_poolmember m
                        WHERE m.pool_id = pool.id AND m.user_id = %(user)s), pool.holding_max, 2147483647) > (
               SELECT count(*) FROM crm_lead held
               WHERE held.owner_id = %(user)s AND held.pool_id = pool.id AND held.state = ANY(%(held)s))
          AND (pool.daily_claims_max IS NULL OR pool.daily_claims_max > (
               SELECT count(*) FROM crm_claim c
               WHERE c.user_id = %(user)s AND c.pool_id = pool.id AND c.claimed_on = %(day)s))
          AND (NOT EXISTS (SELECT 1 FROM crm_poolmember m WHERE m.pool_id = pool.id)
               OR EXISTS (SELECT 1 FROM crm_poolmember m WHERE m.pool_id = pool.id AND m.user_id = %(user)s))
          AND (lead.former_owner_id IS DISTINCT FROM %(user)s
               OR lead.released_at + make_interval(days => pool.cool_down_days) <= %(now)s)
        RETURNING lead.id, lead.pool_id),
    moved AS (
        INSERT INTO crm_poolmove (lead_id, pool_id, to_owner_id, user_id, cause, reason, day, at)
        SELECT id, pool_id, %(user)s, %(user)s, 'claimed', '', %(day)s, %(now)s FROM taken)
    INSERT INTO crm_claim (lead_id, pool_id, user_id, claimed_on, at)
    SELECT id, pool_id, %(user)s, %(day)s, %(now)s FROM taken
"""


@effect(Lead, "claim")
def claim(lead, ctx):
    """Take the lead in one statement that holds only while nobody owns it and the pool's caps leave room (K01)."""
    if ctx.user is None or ctx.user.pk is None:
        raise ValidationError(_("Only a person can claim a lead."))
    queries.lock_claims(ctx.user)
    now = timezone.now()
    taken = database.execute(TAKE, lead=lead.pk, user=ctx.user.pk, now=now, day=ctx.business_date, held=list(HELD))
    if not taken:
        _say_why_not(lead, ctx)
    stored.wrote(lead, now, owner=ctx.user, state="claimed", claimed_at=now, touched_at=now)


def _say_why_not(lead, ctx):
    lead.refresh_from_db()
    not_taken(lead, ctx)
    queries.require_member(ctx.user, lead.pool)
    queries.require_room(ctx.user, lead.pool, ctx.business_date)
    left = queries.cools_down(lead.former_owner_id, lead.released_at, ctx.user, lead.pool)
    raise keeping.cools_down(lead, left or lead.pool.cool_down_days)


@effect(Lead, "assign", many=True)
def assign(leads, ctx, owner, reason):
    """Give leads to somebody who may see them and has room for them."""
    _to(leads, ctx, owner, reason or "", "assigned")


@effect(Lead, "give", many=True)
def give(leads, ctx, owner, reason):
    """The same by the rule of the pool."""
    _to(leads, ctx, owner, reason or "", "given")


def _to(leads, ctx, owner, reason: str, cause: str) -> None:
    queries.require_takeable(Lead, leads, owner, ctx)
    queries.lock_claims(owner)
    pools = LeadPool.objects.in_bulk({lead.pool_id for lead in leads if lead.owner_id != owner.pk} - {None})
    wanted = [(pools[lead.pool_id], "") for lead in leads if lead.owner_id != owner.pk and lead.pool_id]
    queries.require_rooms(owner, wanted, ctx.business_date)
    now = timezone.now()
    pooling.log(ctx, "lead", _rows(leads), cause=cause, now=now, reason=reason, to=owner)
    for lead in leads:
        lead.former_owner_id, lead.owner = lead.owner_id, owner
        lead.claimed_at = lead.touched_at = now
        if lead.state == "open":
            lead.state = "claimed"


def _rows(leads) -> list[dict]:
    return [{"id": lead.pk, "pool_id": lead.pool_id, "owner_id": lead.owner_id} for lead in leads]


@effect(Lead, "release")
def release(lead, ctx, reason):
    """Back to the pool: the owner loses it at once, planned steps end with that, history stays (K03)."""
    following.note(ctx, lead=lead, content=_("Returned to the pool: %(reason)s") % {"reason": reason})
    pooling.log(ctx, "lead", _rows([lead]), cause="released", now=timezone.now(), reason=reason)
    lead.former_owner_id, lead.owner = lead.owner_id, None
    lead.released_at, lead.claimed_at, lead.next_on = timezone.now(), None, None
    lead.state = "open"
    lead.pool = queries.pool_for(lead) or lead.pool


@effect(Lead, "qualify")
def qualify(lead, ctx, value):
    if value <= 0:
        raise ValidationError({"value": _("Say what the lead may be worth.")})
    lead.value, lead.touched_at = value, timezone.now()


@effect(Lead, "convert")
def convert(lead, ctx, opportunity, amount, expected_close_on, party):
    """Make the lead a customer with its contact, and open a deal with it; all stay linked."""
    party = party or _customer_of(lead, ctx)
    contact = _contact_of(lead, party, ctx)
    deal = commands.create(
        Opportunity,
        ctx,
        name=opportunity,
        party=party,
        contact=contact,
        owner=lead.owner,
        territory=lead.territory,
        source=lead.source,
        campaign=lead.campaign,
        currency=lead.currency,
        amount=amount,
        expected_close_on=expected_close_on,
        links=[lead],
    )
    lead.party = party
    lead.activities.filter(party__isnull=True).update(party=party)
    events.publish(LeadConverted(lead.pk, party.pk, deal.pk), ctx)
    return deal


def _customer_of(lead, ctx) -> Party:
    """The customer the lead becomes; when such a party exists it is used, and made a customer."""
    known = _known_customer(lead)
    if known is None:
        return commands.create(
            Party,
            ctx,
            code=queries.free_party_code(lead.name_key),
            name=lead.name,
            is_customer=True,
            registry_code=lead.registry_code,
            vat_number=lead.vat_number,
            country=lead.country,
            currency=lead.currency,
            territory=lead.territory,
            owner=lead.owner,
            email=lead.email,
            phone=lead.phone,
        )
    return known if known.is_customer else commands.change(known, ctx, is_customer=True)


def _known_customer(lead) -> Party | None:
    """The party with the lead's numbers; one that only shares a name, phone or mail is for a person to choose."""
    found = [m for m in parties.collisions.same(collisions.of_lead(lead)) if m.source.what == "party"]
    for match in found:
        if match.by not in parties.collisions.EXCUSABLE:
            return Party.objects.get(pk=match.record_id)
    if found and not lead.duplicate_reason:
        raise ValidationError({"party": [parties.duplicates.told(match) for match in found]}, code="duplicate")
    return None


def _contact_of(lead, party, ctx) -> Contact | None:
    if not lead.contact_name:
        return None
    given, _space, family = lead.contact_name.strip().rpartition(" ")
    return commands.create(
        Contact,
        ctx,
        party=party,
        given_name=given,
        family_name=family,
        email=lead.email,
        phone=lead.phone,
        is_default=not party.contacts.filter(is_default=True).exists(),
    )


@effect(Lead, "lose")
def lose_lead(lead, ctx, reason, note):
    following.close_for(lead, reason, note)


@effect(Lead, "reopen")
def reopen_lead(lead, ctx):
    """A lost lead goes back to its pool for anybody to claim."""
    collisions.refuse(lead)
    pooling.log(ctx, "lead", _rows([lead]), cause="reopened", now=timezone.now())
    lead.owner, lead.close_reason, lead.claimed_at = None, "", None
    lead.state = "open"
    lead.pool = queries.pool_for(lead) or lead.pool


def recycle(ctx) -> int:
    """Return to their pools the leads nobody followed up; the number returned (K02)."""
    return recycling.recycle_leads(ctx, timezone.now())
