"""Why a lead or a customer is where it is, when it goes back and whether one could claim it, in words (K02 to K04)."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, database, formats, moved
from mainspring.modules.parties.models import Party

from . import admitting, keeping, queries, recycling
from .models import HELD, Holds, Lead, LeadPool, PoolCustomer, PoolMove

MOVES_MAX = 30


@dataclass
class Told:
    """Sentences about where a record is, and its moves, the last first."""

    sentences: list[str] = field(default_factory=list)
    refusal: str = ""
    claim: str = ""
    moves: list[PoolMove] = field(default_factory=list)


def of_lead(lead: Lead, ctx) -> dict:
    """Context of the panel "Pool" of a lead."""
    told = Told(moves=moves_of(lead))
    pool = lead.pool
    if lead.state == "open" and pool is not None:
        told.sentences.append(
            _("Waits in %(pool)s since %(day)s.")
            % {"pool": pool, "day": formats.day(timezone.localdate(lead.released_at or lead.created_at))}
        )
        told.sentences.append(why_this_pool(pool, lead.territory))
        _may_claim(told, ctx, Lead, lead, lambda: why_not_lead(lead, ctx), f"/crm/leads/{lead.pk}/do/claim/")
    elif lead.state in HELD and pool is not None:
        told.sentences.append(
            _("%(owner)s holds it since %(day)s.")
            % {"owner": lead.owner, "day": formats.day(timezone.localdate(lead.claimed_at or lead.created_at))}
        )
        told.sentences.append(_goes_back_lead(lead, pool))
    return {"told": told}


def of_party(party: Party, ctx) -> dict:
    """Context of the panel "Pool" of a customer."""
    told, place = Told(moves=moves_of(party)), keeping.place_of(party)
    if place is None:
        told.sentences.append(_("No pool of customers covers its territory; who owns it keeps it."))
        return {"told": told}
    if place.level:
        told.sentences.append(_("Customer level %(level)s.") % {"level": place.level})
    day = formats.day(timezone.localdate(place.since))
    if place.state == PoolCustomer.State.WAITING:
        told.sentences.append(
            _("Waits in %(pool)s since %(day)s: %(why)s.")
            % {"pool": place.pool, "day": day, "why": _because(place.get_cause_display(), place.reason)}
        )
        told.sentences.append(why_this_pool(place.pool, party.territory))
        url = f"/parties/parties/{party.pk}/do/claim/"
        _may_claim(told, ctx, Party, party, lambda: keeping.why_not(party, place, ctx.user, ctx.business_date), url)
    elif party.owner_id:
        told.sentences.append(
            _("%(owner)s holds it since %(day)s: %(why)s.")
            % {"owner": party.owner, "day": day, "why": _because(place.get_cause_display(), place.reason)}
        )
        told.sentences.append(_goes_back_customer(party, place, ctx))
    return {"told": told}


def _because(cause: str, reason: str) -> str:
    return f"{cause}, {reason}" if reason else cause


def why_this_pool(pool: LeadPool, territory) -> str:
    """By which rule a pool takes it, in one sentence."""
    only = [str(pool.territory)]
    if pool.source:
        only.append(pool.get_source_display())
    if pool.interest_id:
        only.append(str(pool.interest))
    if pool.value_min is not None:
        only.append(_("from %(value)s") % {"value": formats.number(pool.value_min, 0, 2)})
    return _("%(pool)s takes what is of %(only)s (priority %(priority)s); it is of %(territory)s.") % {
        "pool": pool,
        "only": ", ".join(only),
        "priority": pool.priority,
        "territory": territory or "–",
    }


def _may_claim(told: Told, ctx, model, record, why, url: str) -> None:
    """Whether the person may claim it now, and if not why."""
    if ctx.user is None or not access.can(ctx, model, "claim"):
        return
    if not access.rows(ctx, model, "claim").filter(pk=record.pk).exists():
        told.refusal = _("It is not of your territories.")
        return
    refusal = why()
    if refusal is None:
        told.claim = url
    else:
        told.refusal = " ".join(refusal.messages)


def why_not_lead(lead: Lead, ctx) -> ValidationError | None:
    """Why a person could not claim a lead that waits; None when they could."""
    try:
        queries.require_member(ctx.user, lead.pool)
        queries.require_room(ctx.user, lead.pool, ctx.business_date)
    except ValidationError as refusal:
        return refusal
    left = queries.cools_down(lead.former_owner_id, lead.released_at, ctx.user, lead.pool)
    return keeping.cools_down(lead, left) if left else None


def _goes_back_lead(lead: Lead, pool: LeadPool) -> str:
    if pool.recycle_days is None:
        return _("%(pool)s takes nothing back.") % {"pool": pool}
    waits = "SELECT count(*) FROM kernel_approvalrequest WHERE identity_id = %(id)s AND state = 'waiting'"
    if database.scalar(waits, id=lead.pk):
        return _("It does not go back while something waits for approval.")
    last = lead.touched_at or lead.claimed_at
    if last is None:
        return ""
    return _("Goes back to %(pool)s on %(day)s unless it is followed up: %(days)s days after %(last)s.") % {
        "pool": pool,
        "day": formats.day(timezone.localdate(last) + timedelta(days=pool.recycle_days)),
        "days": pool.recycle_days,
        "last": formats.day(timezone.localdate(last)),
    }


def _goes_back_customer(party: Party, place: PoolCustomer, ctx) -> str:
    clock = recycling.clock_of(party, place.company_id, ctx.business_date)
    if clock is None or (clock["back"] is None and not clock["blocked"]):
        return _("%(pool)s takes nothing back.") % {"pool": place.pool}
    if clock["blocked"] == "contract":
        return _("It does not go back while a contract lives.")
    if clock["blocked"] == "approval":
        return _("It does not go back while something waits for approval.")
    days = {"no_follow_up": "follow_days", "no_deal": "deal_days", "contract": "contract_days"}[clock["cause"]]
    return _("Goes back to %(pool)s on %(day)s: %(why)s for %(days)s days.") % {
        "pool": place.pool,
        "day": formats.day(timezone.localdate(clock["back"])),
        "why": recycling.CAUSES[clock["cause"]],
        "days": clock[days],
    }


def moves_of(record) -> list[PoolMove]:
    """The moves of a record and of those merged into it, the last first."""
    field_name = "lead_id__in" if isinstance(record, Lead) else "party_id__in"
    rows = PoolMove.objects.filter(Q(**{field_name: moved.keys_of(record)}))
    return list(rows.select_related("from_owner", "to_owner", "user", "pool").order_by("-at", "-id")[:MOVES_MAX])


def pools_for(ctx) -> list[LeadPool]:
    """The pools something could be claimed from."""
    closed = set(admitting.closed_to(ctx.user))
    pools = LeadPool.objects.filter(company=ctx.company_id, active=True).select_related("territory")
    found = []
    for pool in pools:
        model = Lead if pool.kind == Holds.LEADS else Party
        if access.can(ctx, model, "claim") and (pool.pk not in closed or access.can(ctx, model, "assign")):
            found.append(pool)
    return found
