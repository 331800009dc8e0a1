"""Who gets the leads that wait: by the rule of their pool, and who is warned before one goes back (CRM-03, K01, K02).

A lead is given by the verb `assign`, so that its timeline says by which rule and why to this person.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import commands, database, notifications
from mainspring.kernel.workflow import effect

from . import queries
from .models import HELD, Distribution, Lead, LeadPool, PoolMember

GIVEN_MAX = 500
"""Leads given out in one go; the rest waits for the next."""


@dataclass
class Seat:
    """A member who takes part in the rule: leads of the pool held, the most allowed, when the last one came."""

    member: PoolMember
    held: int
    most: int | None
    last: datetime | None

    @property
    def has_room(self) -> bool:
        return self.most is None or self.held < self.most


def distribute(pool: LeadPool, ctx, leads=None) -> int:
    """Give the pool's waiting leads (or those of `leads` that wait) to its members by its rule; the number given.

    A former owner gets none of theirs back while it cools down; who is away or full gets none. Who is claiming at this
    moment, and what they claim, is passed over: holding the pool, this never waits for somebody who may wait for it.
    """
    pool = LeadPool.objects.select_for_update(of=("self",), no_key=True).get(pk=pool.pk)
    if pool.distribution == Distribution.CLAIM:
        return 0
    waiting = Lead.objects.filter(pool=pool, state="open").order_by("-value", "number")
    waiting = waiting.filter(pk__in=leads) if leads is not None else waiting
    found = list(waiting.select_for_update(of=("self",), skip_locked=True)[:GIVEN_MAX])
    seats = _seats(pool) if found else []
    given = 0
    for lead in found:
        free = [s for s in seats if s.has_room and not _cools_down(lead, s.member.user_id, pool)]
        seat = _next(pool, free, lead, ctx)
        if seat is None:
            continue
        commands.perform(lead, "assign", ctx, owner=seat.member.user, reason=_why(pool, seat))
        seat.held, seat.last, given = seat.held + 1, timezone.now(), given + 1
        PoolMember.objects.filter(pk=seat.member.pk).update(last_given_at=seat.last)
    return given


def _seats(pool: LeadPool) -> list[Seat]:
    members = PoolMember.objects.filter(pool=pool, is_away=False, user__is_active=True).select_related("user")
    members = [member for member in members if queries.try_lock_claims(member.user)]
    held = queries.held_by_member(pool)
    return [
        Seat(m, held.get(m.user_id, 0), pool.holding_max if m.holding_max is None else m.holding_max, m.last_given_at)
        for m in members
    ]


def _next(pool: LeadPool, seats: list[Seat], lead: Lead, ctx) -> Seat | None:
    """Whose turn it is of those who may see the lead: who holds least, or who waited longest."""
    never = datetime.min.replace(tzinfo=timezone.get_current_timezone())
    load = pool.distribution == Distribution.LOAD
    seats = sorted(seats, key=lambda s: (s.held if load else 0, s.last or never, s.member.pk))
    return next((s for s in seats if queries.could_see(lead, s.member.user, ctx)), None)


def _cools_down(lead: Lead, user_id: int, pool: LeadPool) -> bool:
    if lead.former_owner_id != user_id or lead.released_at is None:
        return False
    return lead.released_at + timedelta(days=pool.cool_down_days) > timezone.now()


def _why(pool: LeadPool, seat: Seat) -> str:
    """Why this person gets the lead, as its timeline says it."""
    if pool.distribution == Distribution.LOAD:
        return _("Rule of %(pool)s: holds least (%(count)s).") % {"pool": pool, "count": seat.held}
    return _("Rule of %(pool)s: next in turn.") % {"pool": pool}


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


def distribute_all(ctx) -> int:
    """What waits in pools with a rule, for instance because everybody was full; the number given."""
    pools = LeadPool.objects.filter(company=ctx.company_id, active=True).exclude(distribution=Distribution.CLAIM)
    given = 0
    for pool in pools.order_by("priority", "code"):
        if Lead.objects.filter(pool=pool, state="open").exists():
            with commands.batch(LeadPool, ctx, "distribute", pool=pool.code) as inner:
                given += distribute(pool, inner)
    return given


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
