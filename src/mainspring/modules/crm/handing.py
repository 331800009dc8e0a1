"""Customers handed from one representative to another, one or a thousand, in one set-based command (CRM-05, K11).

Modules above say what else of theirs goes along:

    handing.register("sales.quotation", "state IN ('draft', 'sent')", label=_("Open quotations"))

What a signed contract says of who signed it is nobody's to hand over, and is not named.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, database, errors, policies
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties.models import Party

from . import pooling, queries
from .models import HELD, Handover, Lead


@dataclass(frozen=True)
class Moving:
    """Records of a customer whose representative changes with it.

    label   model label
    where   SQL condition of the rows `t` that are open
    title   what they are called in the preview
    owner   column of the representative
    party   column of the customer
    """

    label: str
    where: str
    title: Any
    owner: str = "owner_id"
    party: str = "party_id"

    @property
    def table(self) -> str:
        return apps.get_model(self.label)._meta.db_table


MOVING: dict[str, Moving] = {}


def register(label: str, where: str, title, **more) -> None:
    """Let open records of a model go along with their customer."""
    MOVING[label] = Moving(label, where, title, **more)


register("crm.opportunity", "t.closed_on IS NULL", lazy("Opportunities"))
# What is planned goes with its record by itself (see subjects.py); this is what was planned for the customer otherwise.
register("crm.followuptask", "t.state = 'open'", lazy("Planned next steps"))

SEATS = """
    FROM kernel_approvalseat s JOIN kernel_approvalstage st ON st.id = s.stage_id
    JOIN kernel_approvalrequest r ON r.id = st.request_id
    WHERE s.user_id = %(from)s AND r.state = 'waiting' AND NOT s.gone AND r.company_id = %(company)s
      AND NOT EXISTS (SELECT 1 FROM kernel_approvaldecision d WHERE d.seat_id = s.id)
"""


def chosen(handover: Handover) -> list[int]:
    """Keys of the customers a handover is about, as they are now; one query."""
    rows = Party.objects.filter(owner=handover.from_owner_id, is_customer=True)
    if handover.territory_id:
        rows = rows.filter(territory__in=policies.below("kernel_territory", handover.territory_id))
    if handover.level:
        rows = rows.filter(places__level=handover.level)
    if codes := handover.codes.replace(",", " ").split():
        rows = rows.filter(code__in=codes)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def leads(handover: Handover) -> list:
    """Keys of the leads that go along: none when only named customers or a level do."""
    if not handover.with_leads or handover.codes.strip() or handover.level:
        return []
    rows = Lead.objects.filter(owner=handover.from_owner_id, state__in=HELD, company=handover.company_id)
    if handover.territory_id:
        rows = rows.filter(territory__in=policies.below("kernel_territory", handover.territory_id))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def preview(handover: Handover) -> list[tuple[str, int]]:
    """(what, how many) that would go along now."""
    customers = chosen(handover)
    found = [(_("Customers"), len(customers)), (_("Leads"), len(leads(handover)))]
    values = {"parties": customers, "from": handover.from_owner_id, "company": handover.company_id}
    contacts = "SELECT count(*) FROM parties_contact WHERE active AND party_id = ANY(%(parties)s::bigint[])"
    found.append((_("Contacts"), database.scalar(contacts, **values)))
    for one in MOVING.values():
        sql = (
            f'SELECT count(*) FROM "{one.table}" t WHERE t.{one.party} = ANY(%(parties)s::bigint[]) '
            f"AND t.{one.owner} = %(from)s AND {one.where}"
        )
        found.append((str(one.title), database.scalar(sql, **values)))
    if _is_whole(handover):
        found.append((_("Approvals to decide"), database.scalar(f"SELECT count(*) {SEATS}", **values)))
    return found


def panel(handover: Handover, ctx) -> dict:
    """Context of the panel that says what goes along, or what did."""
    if handover.state == "open":
        return {"rows": preview(handover), "done": False}
    titles = {"parties.party": _("Customers"), "crm.lead": _("Leads"), "kernel.approvalseat": _("Approvals to decide")}
    titles |= {one.label: str(one.title) for one in MOVING.values()}
    return {"rows": [(titles.get(label, label), len(keys)) for label, keys in handover.moved.items()], "done": True}


def _is_whole(handover: Handover) -> bool:
    return not (handover.territory_id or handover.level or handover.codes.strip())


@guard(Handover, "hand_over")
def may_take(handover, ctx):
    """Raise why the new owner cannot have them."""
    if not handover.to_owner.is_active:
        raise ValidationError(_("%(person)s is no longer active.") % {"person": handover.to_owner})


@effect(Handover, "hand_over")
def hand_over(handover, ctx):
    """Move everything at once. Who claims or edits one of them at this moment comes before or after, never between."""
    _refuse_unable(handover, ctx)
    keys = chosen(handover)
    rows = database.rows(
        """
        SELECT p.id, p.owner_id, c.pool_id FROM parties_party p LEFT JOIN crm_poolcustomer c ON c.party_id = p.id
        WHERE p.id = ANY(%(keys)s) AND p.owner_id = %(from)s ORDER BY p.id FOR UPDATE OF p""",
        keys=keys,
        **{"from": handover.from_owner_id},
    )
    held = database.rows(
        "SELECT id, owner_id, pool_id FROM crm_lead WHERE id = ANY(%(keys)s::uuid[]) AND owner_id = %(from)s "
        "ORDER BY id FOR UPDATE",
        keys=leads(handover),
        **{"from": handover.from_owner_id},
    )
    if not rows and not held:
        raise ValidationError(_("%(person)s has none of these.") % {"person": handover.from_owner}, code="none")
    queries.lock_claims(handover.to_owner)
    now = timezone.now()
    moved = {"parties.party": [row["id"] for row in rows], "crm.lead": [str(row["id"]) for row in held]}
    _log(ctx, handover, rows, held, now, to=handover.to_owner_id, reason=handover.reason)
    _set_owner("parties_party", "bigint", moved["parties.party"], handover.from_owner_id, handover.to_owner_id, now)
    _set_owner("crm_lead", "uuid", moved["crm.lead"], handover.from_owner_id, handover.to_owner_id, now)
    for one in MOVING.values():
        moved[one.label] = _move(one, moved["parties.party"], handover, now)
    if _is_whole(handover):
        moved["kernel.approvalseat"] = _seats(handover)
    handover.moved, handover.done_at = moved, now


def _refuse_unable(handover: Handover, ctx) -> None:
    """Raise ValidationError when the new owner could not work with customers at all."""
    theirs = replace(ctx, user=handover.to_owner, trusted=False, command_id=None)
    policies.forget(handover.to_owner)
    if not access.can(theirs, Party, "view"):
        raise ValidationError({"to_owner": _("%(person)s may not see customers.") % {"person": handover.to_owner}})


def _log(ctx, handover: Handover, rows, held, now, *, to, reason: str) -> None:
    for what, some in (("party", rows), ("lead", held)):
        if some:
            pooling.log(ctx, what, some, cause="handed_over", now=now, reason=reason, to=to)
    database.execute(
        "UPDATE crm_poolcustomer SET claimed_at = %(now)s, touched_at = %(now)s, since = %(now)s, "
        "cause = 'handed_over', reason = %(reason)s, reminded_at = NULL WHERE party_id = ANY(%(ids)s::bigint[])",
        ids=[row["id"] for row in rows],
        now=now,
        reason=reason,
    )


def _set_owner(table: str, kind: str, keys: list, was: int, to: int, now) -> list:
    """Give rows that somebody still has to somebody else; their keys."""
    clock = ", claimed_at = %(now)s, touched_at = %(now)s, former_owner_id = %(was)s" if table == "crm_lead" else ""
    found = database.rows(
        f'UPDATE "{table}" SET owner_id = %(to)s, version = version + 1, updated_at = %(now)s{clock} '
        f"WHERE id = ANY(%(keys)s::{kind}[]) AND owner_id = %(was)s RETURNING id",
        keys=keys,
        was=was,
        to=to,
        now=now,
    )
    return [row["id"] for row in found]


def _move(one: Moving, parties: list[int], handover: Handover, now) -> list[str]:
    found = database.rows(
        f'UPDATE "{one.table}" t SET {one.owner} = %(to)s, version = t.version + 1, updated_at = %(now)s '
        f"WHERE t.{one.party} = ANY(%(parties)s::bigint[]) AND t.{one.owner} = %(from)s AND {one.where} RETURNING t.id",
        parties=parties,
        to=handover.to_owner_id,
        now=now,
        **{"from": handover.from_owner_id},
    )
    return [str(row["id"]) for row in found]


def _seats(handover: Handover) -> list[str]:
    """What the old owner still had to decide; never what the new one asked for, nor twice (K09)."""
    found = database.rows(
        f"""
        UPDATE kernel_approvalseat seat SET user_id = %(to)s
        WHERE seat.id IN (SELECT s.id {SEATS})
          AND NOT EXISTS (SELECT 1 FROM kernel_approvalseat other
                          WHERE other.stage_id = seat.stage_id AND other.user_id = %(to)s)
          AND NOT EXISTS (SELECT 1 FROM kernel_approvalstage st JOIN kernel_approvalrequest r ON r.id = st.request_id
                          WHERE st.id = seat.stage_id
                            AND (r.created_by_id = %(to)s OR (r.route -> 'excluded') @> to_jsonb(%(to)s::bigint)))
        RETURNING seat.id""",
        to=handover.to_owner_id,
        company=handover.company_id,
        **{"from": handover.from_owner_id},
    )
    return [str(row["id"]) for row in found]


@effect(Handover, "take_back")
def take_back(handover, ctx):
    """Give back what the new owner still has; what has gone on to others stays with them."""
    if not handover.from_owner.is_active:
        raise errors.Conflict(_("%(person)s is no longer active.") % {"person": handover.from_owner})
    now, was, to = timezone.now(), handover.to_owner_id, handover.from_owner_id
    parties = _set_owner("parties_party", "bigint", handover.moved.get("parties.party", []), was, to, now)
    held = _set_owner("crm_lead", "uuid", handover.moved.get("crm.lead", []), was, to, now)
    rows = database.rows(
        "SELECT party_id AS id, pool_id, %(was)s::bigint AS owner_id FROM crm_poolcustomer "
        "WHERE party_id = ANY(%(keys)s::bigint[])",
        keys=parties,
        was=was,
    )
    known = {row["id"] for row in rows}
    rows += [{"id": key, "pool_id": None, "owner_id": was} for key in parties if key not in known]
    kept = [{"id": key, "pool_id": None, "owner_id": was} for key in held]
    _log(ctx, handover, rows, kept, now, to=to, reason=_("Handover taken back"))
    for one in MOVING.values():
        database.execute(
            f'UPDATE "{one.table}" SET {one.owner} = %(to)s, version = version + 1 '
            f"WHERE id::text = ANY(%(keys)s) AND {one.owner} = %(was)s",
            keys=handover.moved.get(one.label, []),
            was=was,
            to=to,
        )
    database.execute(
        "UPDATE kernel_approvalseat SET user_id = %(to)s WHERE id::text = ANY(%(keys)s) AND user_id = %(was)s "
        "AND NOT EXISTS (SELECT 1 FROM kernel_approvaldecision d WHERE d.seat_id = kernel_approvalseat.id)",
        keys=handover.moved.get("kernel.approvalseat", []),
        was=was,
        to=to,
    )
