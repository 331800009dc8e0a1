"""What changes who keeps a customer: claim, assign, return to the pool, grade (CRM-02, CRM-03, K01, K03)."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database, errors, stored, workflow
from mainspring.kernel.workflow import Input, Verb, effect, guard
from mainspring.modules.parties.models import Party

from . import pooling, queries
from .models import Level, PoolCustomer

TO_WHOM = (
    Input("owner", "link", lazy("Owner"), to="kernel.user"),
    Input("reason", "text", lazy("Reason"), required=False),
)
LEVEL = Input("level", "choice", pgettext_lazy("rating", "Level"), choices=tuple(Level.choices))
VERBS = (
    Verb("claim", label=lazy("Claim"), help=lazy("Makes the customer yours, when nobody was quicker.")),
    Verb("assign", label=lazy("Assign"), ask=TO_WHOM),
    Verb("give", label=lazy("Given by the rule of the pool"), ask=TO_WHOM, hidden=True),
    Verb("release", label=lazy("Return to the pool"), ask=(Input("reason", "text", lazy("Reason")),)),
    Verb("grade", label=lazy("Set level"), ask=(LEVEL,)),
    Verb("recycle", label=lazy("Went back to the pool"), hidden=True),
)
for _verb in VERBS:
    workflow.extend(Party, _verb)

CLAIM = """
    WITH taken AS (
        UPDATE parties_party p SET owner_id = %(user)s, pooled_at = NULL, version = p.version + 1, updated_at = %(now)s
        FROM crm_poolcustomer c JOIN crm_leadpool pool ON pool.id = c.pool_id
            LEFT JOIN crm_levelrule r ON r.pool_id = c.pool_id AND r.level = c.level
        WHERE p.id = %(party)s AND c.party_id = p.id AND p.owner_id IS NULL AND p.pooled_at IS NOT NULL
          AND COALESCE((SELECT m.holding_max FROM crm_poolmember m
                        WHERE m.pool_id = pool.id AND m.user_id = %(user)s), pool.holding_max, 2147483647) > (
               SELECT count(*) FROM crm_poolcustomer held
               WHERE held.owner_id = %(user)s AND held.pool_id = pool.id AND held.state = 'held')
          AND (r.holding_max IS NULL OR r.holding_max > (
               SELECT count(*) FROM crm_poolcustomer held
               WHERE held.owner_id = %(user)s AND held.pool_id = pool.id AND held.state = 'held'
                 AND held.level = c.level))
          AND (pool.daily_claims_max IS NULL OR pool.daily_claims_max > (
               SELECT count(*) FROM crm_poolmove m
               WHERE m.to_owner_id = %(user)s AND m.pool_id = pool.id AND m.day = %(day)s AND m.cause = 'claimed'
                 AND m.party_id IS NOT NULL))
          AND (NOT EXISTS (SELECT 1 FROM crm_poolmember m WHERE m.pool_id = pool.id)
               OR EXISTS (SELECT 1 FROM crm_poolmember m WHERE m.pool_id = pool.id AND m.user_id = %(user)s))
          AND (c.former_owner_id IS DISTINCT FROM %(user)s
               OR c.since + make_interval(days => pool.cool_down_days) <= %(now)s)
        RETURNING c.id, p.id AS party_id, c.pool_id),
    kept AS (
        UPDATE crm_poolcustomer c SET claimed_at = %(now)s, touched_at = %(now)s, since = %(now)s, cause = 'claimed',
            reason = '', reminded_at = NULL
        FROM taken WHERE c.id = taken.id),
    deals AS (
        UPDATE crm_opportunity o SET owner_id = %(user)s, version = o.version + 1 FROM taken
        WHERE o.party_id = taken.party_id AND o.owner_id IS NULL AND o.closed_on IS NULL)
    INSERT INTO crm_poolmove (party_id, pool_id, to_owner_id, user_id, cause, reason, day, at)
    SELECT party_id, pool_id, %(user)s, %(user)s, 'claimed', '', %(day)s, %(now)s FROM taken
"""


def place_of(party: Party) -> PoolCustomer | None:
    """Where a customer is; None for parties no pool takes."""
    return PoolCustomer.objects.select_related("pool").filter(party=party).first()


@guard(Party, "claim")
def waits(party, ctx):
    """Raise why a customer cannot be claimed, when it does not wait in a pool."""
    if party.pooled_at is not None:
        return
    if party.owner_id is None:
        raise ValidationError(_("%(customer)s is in no public pool.") % {"customer": party}, code="no_pool")
    mine = ctx.user is not None and party.owner_id == ctx.user.pk
    raise errors.Conflict(
        _("The customer is yours already.")
        if mine
        else _("%(customer)s is taken by another: %(owner)s.") % {"customer": party, "owner": party.owner},
        code="taken",
    )


@effect(Party, "claim")
def claim(party, ctx):
    """Take the customer in one statement that holds only while nobody owns it and the pool leaves room (K01)."""
    if ctx.user is None or ctx.user.pk is None:
        raise ValidationError(_("Only a person can claim a customer."))
    queries.lock_claims(ctx.user)
    now = timezone.now()
    if not database.execute(CLAIM, party=party.pk, user=ctx.user.pk, now=now, day=ctx.business_date):
        party.refresh_from_db()
        waits(party, ctx)
        why = why_not(party, place_of(party), ctx.user, ctx.business_date)
        raise why or errors.Conflict(_("Somebody changed this meanwhile; try again."))
    stored.wrote(party, now, owner=ctx.user, pooled_at=None)


def why_not(party, place: PoolCustomer, user, day) -> ValidationError | None:
    """Why a person could not claim a customer that waits; None when they could."""
    try:
        queries.require_member(user, place.pool)
        queries.require_room(user, place.pool, day, level=place.level)
    except ValidationError as refusal:
        return refusal
    left = queries.cools_down(place.former_owner_id, place.since, user, place.pool)
    return cools_down(party, left) if left else None


def cools_down(record, days: int) -> ValidationError:
    return ValidationError(
        _("You returned %(record)s to the pool; another %(days)s days have to pass before you claim it again.")
        % {"record": record, "days": days},
        code="cool_down",
    )


@effect(Party, "assign", many=True)
def assign(parties, ctx, owner, reason):
    """Give customers to somebody who may see them and has room."""
    _to(parties, ctx, owner, reason or "", "assigned")


@effect(Party, "give", many=True)
def give(parties, ctx, owner, reason):
    """The same by the rule of the pool."""
    _to(parties, ctx, owner, reason or "", "given")


def _to(parties, ctx, owner, reason: str, cause: str) -> None:
    queries.require_takeable(Party, parties, owner, ctx)
    places = {p.party_id: p for p in PoolCustomer.objects.select_related("pool").filter(party__in=parties)}
    queries.lock_claims(owner)
    fresh = [places[p.pk] for p in parties if p.pk in places and p.owner_id != owner.pk]
    queries.require_rooms(owner, [(place.pool, place.level) for place in fresh], ctx.business_date)
    now, was = timezone.now(), {party.pk: party.owner_id for party in parties}
    for party in parties:
        party.owner, party.pooled_at = owner, None
    rows = [{"id": pk, "pool_id": places[pk].pool_id if pk in places else None, "owner_id": was[pk]} for pk in was]
    pooling.log(ctx, "party", rows, cause=cause, now=now, reason=reason, to=owner)
    PoolCustomer.objects.filter(party__in=parties).update(
        claimed_at=now, touched_at=now, since=now, cause=cause, reason=reason[:240], reminded_at=None
    )
    database.execute(
        "UPDATE crm_opportunity o SET owner_id = %(to)s, version = o.version + 1 "
        "FROM unnest(%(ids)s::bigint[], %(owners)s::bigint[]) AS t (id, owner) "
        "WHERE o.party_id = t.id AND o.owner_id IS NOT DISTINCT FROM t.owner AND o.closed_on IS NULL",
        to=owner.pk,
        ids=list(was),
        owners=list(was.values()),
    )


@guard(Party, "release")
def held(party, ctx):
    if party.owner_id is None:
        raise ValidationError(_("%(customer)s has no owner.") % {"customer": party})


@effect(Party, "release", many=True)
def release(parties, ctx, reason):
    """Back to the pool: the owner loses them at once, planned next steps are closed, history stays (K03)."""
    now = timezone.now()
    pooling.settle(ctx, now, [party.pk for party in parties])
    places = dict(PoolCustomer.objects.filter(party__in=parties).values_list("party", "pool"))
    for party in parties:
        if party.pk not in places:
            raise ValidationError(_("No pool takes customers of this territory."), code="no_pool")
    rows = [{"id": party.pk, "pool_id": places[party.pk], "owner_id": party.owner_id} for party in parties]
    pooling.to_pool(ctx, rows, now=now, cause="released", reason=reason)
    for party in parties:
        party.refresh_from_db(fields=["owner", "pooled_at", "version"])


@effect(Party, "grade", many=True)
def grade(parties, ctx, level):
    """Note how important customers are; the rules of their pool by level count from now on (K04: nobody moves)."""
    changed = PoolCustomer.objects.filter(party__in=parties).update(level=level)
    if changed < len(parties):
        raise ValidationError(_("No pool takes customers of this territory."), code="no_pool")
