"""What is read across leads and deals: which pool takes a lead, who already has it, who may claim more."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db.models import Count, F
from django.utils.translation import gettext as _

from mainspring.kernel import access, database, policies
from mainspring.kernel.models import Membership
from mainspring.modules.parties.models import Party

from .models import HELD, Lead, LeadPool, PoolMember

CLAIM_LOCKS = 7310
"""Advisory locks (CLAIM_LOCKS, user id): one claim of a person at a time, so that caps hold under a race."""


def pool_for(lead) -> LeadPool | None:
    """The one pool that takes the lead: lowest priority number, then the closest territory, then the code (K04)."""
    found = database.rows(
        """
        WITH RECURSIVE above AS (
            SELECT id, parent_id, 0 AS distance FROM kernel_territory WHERE id = %(territory)s
            UNION ALL SELECT t.id, t.parent_id, distance + 1
            FROM kernel_territory t JOIN above ON t.id = above.parent_id
            WHERE distance < 50)
        SELECT pool.id FROM crm_leadpool pool JOIN above ON above.id = pool.territory_id
        WHERE pool.company_id = %(company)s AND pool.active AND pool.source IN ('', %(source)s)
          AND (pool.value_min IS NULL OR pool.value_min <= %(value)s)
        ORDER BY pool.priority, above.distance, pool.code LIMIT 1""",
        territory=lead.territory_id,
        company=lead.company_id,
        source=lead.source,
        value=lead.value or 0,
    )
    return LeadPool.objects.get(pk=found[0]["id"]) if found else None


def only_territory(ctx) -> int | None:
    """The territory of a person who works in one alone: nobody asks them where their customers are."""
    places = Membership.territories.through.objects.filter(membership__user=ctx.user)
    found = set(places.values_list("territory_id", flat=True)[:2])
    return found.pop() if len(found) == 1 else None


def lock_claims(user) -> None:
    """Hold back other claims of this person until the transaction ends."""
    database.scalar("SELECT pg_advisory_xact_lock(%(space)s, %(user)s)", space=CLAIM_LOCKS, user=user.pk)


def try_lock_claims(user) -> bool:
    """The same without waiting; False while they claim or are given something."""
    return database.scalar("SELECT pg_try_advisory_xact_lock(%(space)s, %(user)s)", space=CLAIM_LOCKS, user=user.pk)


def held(user, pool) -> int:
    """Leads of a pool the person holds now; won and lost ones do not count (K01)."""
    return Lead.objects.filter(owner=user, pool=pool, state__in=HELD).count()


def claimed_today(user, pool, day) -> int:
    from .models import Claim

    return Claim.objects.filter(user=user, pool=pool, claimed_on=day).count()


def held_by_member(pool) -> dict[int, int]:
    """{user id: leads of a pool held now}."""
    rows = Lead.objects.filter(pool=pool, state__in=HELD).values("owner").annotate(count=Count("pk"))
    return {row["owner"]: row["count"] for row in rows}


def require_member(user, pool) -> None:
    """Raise ValidationError when the pool is for its members and the person is none of them."""
    members = PoolMember.objects.filter(pool=pool)
    if pool is not None and members.exists() and not members.filter(user=user).exists():
        raise ValidationError(
            _("%(pool)s is for its members; %(user)s is not one of them.") % {"pool": pool, "user": user}, code="member"
        )


def could_see(lead, user, ctx) -> bool:
    """Whether a person could claim or assign the lead themselves, so that it may be given to them."""
    policies.forget(user)
    theirs = replace(ctx, user=user, trusted=False, command_id=None)
    theirs_to_take = access.predicate(theirs, Lead, "claim") | access.predicate(theirs, Lead, "assign")
    return Lead.objects.filter(theirs_to_take, pk=lead.pk).exists()


def require_room(user, pool, day, *, daily: bool = True) -> None:
    """Raise ValidationError when a cap of the pool leaves the person no room."""
    if pool is None:
        return
    own = PoolMember.objects.filter(pool=pool, user=user).values_list("holding_max", flat=True).first()
    most = pool.holding_max if own is None else own
    if most is not None and held(user, pool) >= most:
        raise ValidationError(
            _("%(user)s already holds %(count)s leads of %(pool)s, the most allowed.")
            % {"user": user, "count": most, "pool": pool},
            code="holding_max",
        )
    if daily and pool.daily_claims_max is not None and claimed_today(user, pool, day) >= pool.daily_claims_max:
        raise ValidationError(
            _("%(user)s already claimed %(count)s leads of %(pool)s today, the most allowed.")
            % {"user": user, "count": pool.daily_claims_max, "pool": pool},
            code="daily_claims_max",
        )


def open_opportunities(ctx):
    """Deals in sight that are neither won nor lost."""
    from .models import STAGES, Opportunity

    return access.rows(ctx, Opportunity).filter(state__in=STAGES)


def recyclable(company_id: int, now) -> list[Lead]:
    """Held leads whose pool wants them back: no follow-up by the owner for the pool's days, no approval open (K02)."""
    keys = database.rows(
        """
        SELECT lead.id FROM crm_lead lead JOIN crm_leadpool pool ON pool.id = lead.pool_id
        WHERE lead.company_id = %(company)s AND lead.state = ANY(%(held)s) AND pool.recycle_days IS NOT NULL
          AND COALESCE(lead.touched_at, lead.claimed_at) < %(now)s - make_interval(days => pool.recycle_days)
          AND NOT EXISTS (SELECT 1 FROM kernel_approvalrequest r WHERE r.identity_id = lead.id AND r.state = 'waiting')
        ORDER BY lead.id""",
        company=company_id,
        held=list(HELD),
        now=now,
    )
    return list(Lead.objects.filter(pk__in=[row["id"] for row in keys]).order_by("pk"))


def going_back(company_id: int, now, *, owner=None, unreminded: bool = False) -> dict:
    """{id: the day} of held leads that go back to their pool within its days of warning, the soonest first.

    owner       only theirs
    unreminded  only those whose owner was not told since the last follow-up
    """
    rows = database.rows(
        """
        SELECT lead.id, (COALESCE(lead.touched_at, lead.claimed_at) + make_interval(days => pool.recycle_days)) AS back
        FROM crm_lead lead JOIN crm_leadpool pool ON pool.id = lead.pool_id
        WHERE lead.company_id = %(company)s AND lead.state = ANY(%(held)s)
          AND COALESCE(lead.touched_at, lead.claimed_at)
              < %(now)s - make_interval(days => pool.recycle_days - pool.remind_days)
          AND (%(owner)s::bigint IS NULL OR lead.owner_id = %(owner)s::bigint)
          AND (NOT %(unreminded)s OR lead.reminded_at IS NULL
               OR lead.reminded_at < COALESCE(lead.touched_at, lead.claimed_at))
        ORDER BY back, lead.id""",
        company=company_id,
        held=list(HELD),
        now=now,
        owner=getattr(owner, "pk", None),
        unreminded=unreminded,
    )
    return {row["id"]: row["back"] for row in rows}


def free_party_code(name_key: str) -> str:
    """A code for a new party, short for its name: ALFA, then ALFA-2 when that is taken."""
    stem = (name_key[:12] or "C").upper()
    taken = set(Party.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)


def open_tasks(ctx):
    """This person's own open follow-up tasks, the most urgent first, with what they are about."""
    from .models import FollowUpTask

    found = access.rows(ctx, FollowUpTask).filter(owner=ctx.user, company=ctx.company_id, state="open")
    return found.select_related("lead", "opportunity__party", "party", "run__cadence").order_by(
        "due_on", F("due_at").asc(nulls_last=True), "pk"
    )
