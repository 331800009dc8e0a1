"""What is read across leads and deals: which pool takes a lead, who already has it, who may claim more."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, database, policies
from mainspring.kernel.models import Membership
from mainspring.modules.items.models import ItemCategory
from mainspring.modules.parties.models import Party

from .models import HELD, Holds, Lead, LeadPool, LevelRule, PoolCustomer, PoolMember, PoolMove

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
        WHERE pool.company_id = %(company)s AND pool.active AND pool.kind = 'leads' AND pool.source IN ('', %(source)s)
          AND (pool.value_min IS NULL OR pool.value_min <= %(value)s)
          AND (pool.interest_id IS NULL OR pool.interest_id = ANY(%(interests)s::bigint[]))
        ORDER BY pool.priority, above.distance, pool.code LIMIT 1""",
        interests=categories_above(lead.interest_id) if lead.interest_id else [],
        territory=lead.territory_id,
        company=lead.company_id,
        source=lead.source,
        value=lead.value or 0,
    )
    return LeadPool.objects.get(pk=found[0]["id"]) if found else None


def categories_above(category_id: int | None) -> list[int]:
    """A category of items with all it is part of."""
    found = []
    while category_id and category_id not in found:
        found.append(category_id)
        category_id = ItemCategory.objects.filter(pk=category_id).values_list("parent", flat=True).first()
    return found


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


def held_by_member(pool) -> dict[int, tuple[int, int]]:
    """{user id: (how many of a pool are held now, the sum of their scores)}."""
    if pool.kind == Holds.CUSTOMERS:
        customers = PoolCustomer.objects.filter(pool=pool, state="held", owner__isnull=False).order_by()
        found = customers.values_list("owner").annotate(count=Count("pk"))
        return {owner: (count, 0) for owner, count in found}
    leads = Lead.objects.filter(pool=pool, state__in=HELD).order_by().values_list("owner")
    return {o: (count, points or 0) for o, count, points in leads.annotate(count=Count("pk"), points=Sum("score"))}


def require_member(user, pool) -> None:
    """Raise ValidationError when the pool is for its members and the person is none of them."""
    members = PoolMember.objects.filter(pool=pool)
    if pool is not None and members.exists() and not members.filter(user=user).exists():
        raise ValidationError(
            _("%(pool)s is for its members; %(user)s is not one of them.") % {"pool": pool, "user": user}, code="member"
        )


def takeable(model, keys, user, ctx) -> set:
    """Keys of those records a person could claim or assign themselves, so that they may be given to them; one query."""
    policies.forget(user)
    theirs = replace(ctx, user=user, trusted=False, command_id=None)
    to_take = access.predicate(theirs, model, "claim") | access.predicate(theirs, model, "assign")
    return set(model._default_manager.filter(to_take, pk__in=list(keys)).values_list("pk", flat=True))


def require_takeable(model, records, owner, ctx) -> None:
    """Raise ValidationError naming the first record somebody does not work with."""
    seen = takeable(model, [record.pk for record in records], owner, ctx)
    for record in records:
        if record.pk not in seen:
            told = {"user": owner, "territory": record.territory or "–"}
            raise ValidationError({"owner": _("%(user)s does not work in %(territory)s.") % told})


def cools_down(former_owner_id, since, user, pool) -> int:
    """Days until a former owner may claim it again; 0 for anybody else."""
    if former_owner_id != user.pk or since is None or not pool.cool_down_days:
        return 0
    left = since + timedelta(days=pool.cool_down_days) - timezone.now()
    return max(0, -(-int(left.total_seconds()) // 86400))


def require_room(user, pool, day, *, daily: bool = True, more: int = 1, level: str = "") -> None:
    """Raise ValidationError when a cap of the pool leaves the person no room for so many more."""
    if pool is None:
        return
    room = room_of(user, pool, day)
    if room.most is not None and room.held + more > room.most:
        text = (
            _("%(user)s already holds %(count)s customers of %(pool)s, the most allowed.")
            if pool.kind == Holds.CUSTOMERS
            else _("%(user)s already holds %(count)s leads of %(pool)s, the most allowed.")
        )
        raise ValidationError(text % {"user": user, "count": room.most, "pool": pool}, code="holding_max")
    if level and (most := room.levels.get(level)) is not None and room.held_of(level) + more > most:
        raise ValidationError(
            _("%(user)s already holds %(count)s customers of level %(level)s, the most allowed in %(pool)s.")
            % {"user": user, "count": most, "pool": pool, "level": level},
            code="holding_max",
        )
    if daily and pool.daily_claims_max is not None and room.claimed >= pool.daily_claims_max:
        text = (
            _("%(user)s already claimed %(count)s customers of %(pool)s today, the most allowed.")
            if pool.kind == Holds.CUSTOMERS
            else _("%(user)s already claimed %(count)s leads of %(pool)s today, the most allowed.")
        )
        raise ValidationError(
            text % {"user": user, "count": pool.daily_claims_max, "pool": pool}, code="daily_claims_max"
        )


def require_rooms(user, wanted, day) -> None:
    """The same for what is given at once: (pool, level) of each."""
    for pool, more in Counter(pool for pool, _level in wanted if pool is not None).items():
        require_room(user, pool, day, daily=False, more=more)
    for (pool, level), more in Counter(wanted).items():
        if level:
            require_room(user, pool, day, daily=False, more=more, level=level)


@dataclass
class Room:
    """What a person holds of a pool and may: held now by level, the most allowed, claimed today."""

    by_level: dict[str, int]
    most: int | None
    levels: dict[str, int | None]
    claimed: int

    @property
    def held(self) -> int:
        return sum(self.by_level.values())

    def held_of(self, level: str) -> int:
        return self.by_level.get(level, 0)


def room_of(user, pool, day) -> Room:
    """How much of a pool a person holds and has claimed today, and what the pool allows."""
    own = PoolMember.objects.filter(pool=pool, user=user).values_list("holding_max", flat=True).first()
    most = pool.holding_max if own is None else own
    if pool.kind == Holds.LEADS:
        return Room({"": held(user, pool)}, most, {}, claimed_today(user, pool, day))
    rows = PoolCustomer.objects.filter(owner=user, pool=pool, state="held").values_list("level")
    moves = PoolMove.objects.filter(to_owner=user, pool=pool, day=day, cause="claimed", party__isnull=False)
    return Room(
        dict(rows.annotate(count=Count("pk")).order_by()),
        most,
        dict(LevelRule.objects.filter(pool=pool).values_list("level", "holding_max")),
        moves.count(),
    )


def open_opportunities(ctx):
    """Deals in sight that are neither won nor lost."""
    from .models import STAGES, Opportunity

    return access.rows(ctx, Opportunity).filter(state__in=STAGES)


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


def handed_on(deal) -> dict:
    """What a document made from a deal takes over from it."""
    names = ("party", "contact", "owner", "territory", "currency")
    return {name: getattr(deal, name) for name in names} | {"opportunity": deal}
