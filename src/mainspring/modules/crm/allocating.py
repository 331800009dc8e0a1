"""Who gets what waits: by the rule of its pool, and who is warned before a lead goes back (CRM-03, K01, K02).

It is given by the verb `give`, so that the timeline says by which rule and why to this person.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import commands, database, notifications, policies, sets
from mainspring.kernel.workflow import effect
from mainspring.modules.parties.models import Party

from . import queries
from .models import HELD, Distribution, Holds, Lead, LeadPool, PoolCustomer, PoolMember

GIVEN_MAX = 500
"""Given out in one go; the rest waits for the next."""

LEVEL_POINTS = {"A": 80, "B": 50, "C": 20, "D": 5}
"""How promising a customer of a level counts beside scored leads."""

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Seat:
    """A member who takes part in the rule: how much of the pool is held, the most allowed, when the last one came.

    points   sum of the scores held
    takes    keys of what waits that this member may be given
    given    what the rule gives now
    """

    member: PoolMember
    held: int
    most: int | None
    last: datetime
    points: int = 0
    takes: set = field(default_factory=set)
    given: list = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        return self.most is None or self.held < self.most


def distribute(pool: LeadPool, ctx, only=None) -> int:
    """Give what waits in the pool (or those of `only` that wait) to its members by its rule; the number given.

    A former owner gets none of theirs back while it cools down; who is away or full, whose territory or interest it is
    not, gets none. Who is claiming at this moment, and what they claim, is passed over: holding the pool, this never
    waits for somebody who may wait for it. The statements grow with the members, not with what waits.
    """
    pool = LeadPool.objects.select_for_update(of=("self",), no_key=True).get(pk=pool.pk)
    if pool.distribution == Distribution.CLAIM:
        return 0
    waiting = _leads(pool, only) if pool.kind == Holds.LEADS else _customers(pool, only)
    seats = _seats(pool, waiting, ctx) if waiting else []
    for one in waiting:
        free = [seat for seat in seats if seat.has_room and one.record.pk in seat.takes and not _cools(one, seat, pool)]
        if free:
            seat = min(free, key=lambda s: _turn(pool, s))
            seat.given.append(one.record)
            seat.held, seat.last, seat.points = seat.held + 1, timezone.now(), seat.points + one.score
    for seat in seats:
        if seat.given:
            sets.perform(seat.given, "give", ctx, owner=seat.member.user, reason=_why(pool))
            PoolMember.objects.filter(pk=seat.member.pk).update(last_given_at=seat.last)
    return sum(len(seat.given) for seat in seats)


@dataclass(frozen=True)
class Waiting:
    """A lead or a customer that waits: whose it was, since when it is back, how promising it is."""

    record: Lead | Party
    former_owner_id: int | None
    since: datetime | None
    score: int = 0
    level: str = ""


def _leads(pool: LeadPool, only) -> list[Waiting]:
    rows = Lead.objects.filter(pool=pool, state="open")
    rows = rows.filter(pk__in=only) if only is not None else rows
    if pool.distribution == Distribution.SCORE:
        rows = rows.order_by(F("score").desc(nulls_last=True), "-value", "number")
    else:
        rows = rows.order_by("-value", "number")
    found = rows.select_for_update(of=("self",), skip_locked=True)[:GIVEN_MAX]
    return [Waiting(x, x.former_owner_id, x.released_at, x.score or 0) for x in found]


def _customers(pool: LeadPool, only) -> list[Waiting]:
    rows = Party.objects.filter(pooled_at__isnull=False, places__pool=pool, places__state="waiting")
    rows = rows.filter(pk__in=only) if only is not None else rows
    found = list(rows.order_by("-places__worth", "pk").select_for_update(of=("self",), skip_locked=True)[:GIVEN_MAX])
    places = {p.party_id: p for p in PoolCustomer.objects.filter(party__in=found)}
    return [
        Waiting(x, p.former_owner_id, p.since, LEVEL_POINTS.get(p.level, 0), p.level)
        for x in found
        if (p := places.get(x.pk))
    ]


def _seats(pool: LeadPool, waiting: list[Waiting], ctx) -> list[Seat]:
    members = PoolMember.objects.filter(pool=pool, is_away=False, user__is_active=True).select_related("user")
    members = [member for member in members.order_by("pk") if queries.try_lock_claims(member.user)]
    held = queries.held_by_member(pool)
    model, keys = type(waiting[0].record), [one.record.pk for one in waiting]
    below = {m.territory_id: policies.below("kernel_territory", m.territory_id) for m in members if m.territory_id}
    interests = {getattr(w.record, "interest_id", None) for w in waiting} - {None}
    above = {key: set(queries.categories_above(key)) for key in interests}
    found = []
    for m in members:
        count, points = held.get(m.user_id, (0, 0))
        takes = queries.takeable(model, keys, m.user, ctx)
        if m.territory_id:
            takes &= {w.record.pk for w in waiting if w.record.territory_id in below[m.territory_id]}
        if m.interest_id and pool.kind == Holds.LEADS:
            takes &= {w.record.pk for w in waiting if m.interest_id in above.get(w.record.interest_id, ())}
        most = pool.holding_max if m.holding_max is None else m.holding_max
        found.append(Seat(m, count, most, m.last_given_at or NEVER, points, takes))
    return found


def _turn(pool: LeadPool, seat: Seat) -> tuple:
    """Whose turn it is: who holds least, who holds the fewest points, or who waited longest."""
    first = {Distribution.LOAD: seat.held, Distribution.SCORE: seat.points}.get(Distribution(pool.distribution), 0)
    return first, seat.held if pool.distribution == Distribution.SCORE else 0, seat.last, seat.member.pk


def _cools(one: Waiting, seat: Seat, pool: LeadPool) -> bool:
    return queries.cools_down(one.former_owner_id, one.since, seat.member.user, pool) > 0


def _why(pool: LeadPool) -> str:
    """Why this person gets it, as its timeline says it."""
    texts = {
        Distribution.LOAD: _("Rule of %(pool)s: holds least."),
        Distribution.SCORE: _("Rule of %(pool)s: the same share of good ones to each."),
    }
    return texts.get(Distribution(pool.distribution), _("Rule of %(pool)s: next in turn.")) % {"pool": pool}


# -- when -------------------------------------------------------------------------------------------------------------


@effect(LeadPool, "distribute")
def distribute_now(pool, ctx):
    distribute(pool, ctx)


def give(leads: list[Lead], ctx) -> None:
    """Give leads that just came in, where their pool has a rule."""
    by_pool = defaultdict(list)
    for lead in leads:
        if lead.state == "open" and lead.pool_id and lead.pool.distribution != Distribution.CLAIM:
            by_pool[lead.pool].append(lead.pk)
    for pool, keys in by_pool.items():
        distribute(pool, ctx, keys)


def distribute_all(ctx, kind: str) -> int:
    """What waits in pools of a kind with a rule, for instance because everybody was full; the number given."""
    pools = LeadPool.objects.filter(company=ctx.company_id, kind=kind, active=True)
    pools = pools.exclude(distribution=Distribution.CLAIM)
    given = 0
    for pool in pools.order_by("priority", "code"):
        if _waits(pool):
            with commands.batch(LeadPool, ctx, "distribute", pool=pool.code) as inner:
                given += distribute(pool, inner)
    return given


def _waits(pool: LeadPool) -> bool:
    if pool.kind == Holds.LEADS:
        return Lead.objects.filter(pool=pool, state="open").exists()
    return PoolCustomer.objects.filter(pool=pool, state="waiting").exists()


# -- before a lead goes back ------------------------------------------------------------------------------------------


def remind(ctx) -> int:
    """Tell owners, in the app and by mail, which leads go back soon; each lead once until it is followed up (K02)."""
    found = queries.going_back(ctx.company_id, timezone.now(), unreminded=True)
    by_owner = defaultdict(list)
    for lead in Lead.objects.filter(pk__in=found).select_related("owner", "pool"):
        by_owner[lead.owner].append(lead)
    for owner, leads in by_owner.items():
        notifications.notify(
            [owner],
            ctx,
            kind="lead",
            title=_titled(len(leads)),
            text=", ".join(str(lead) for lead in leads[:10]),
            href=f"/crm/leads/?state__in={','.join(HELD)}&owner={owner.pk}",
            mail_template="news",
        )
    database.execute(
        "UPDATE crm_lead SET reminded_at = %(now)s WHERE id = ANY(%(ids)s)", now=timezone.now(), ids=list(found)
    )
    return len(found)


def _titled(count: int):
    return ngettext_lazy(
        "%(count)d lead goes back to the pool soon", "%(count)d leads go back to the pool soon", "count"
    ) % {"count": count}  # fmt: skip
