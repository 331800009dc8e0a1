"""What is told of those who are there already, and who may not be entered beside them (rule K05, CRM-04).

Whoever asks is told that it exists, in which state and with whom, also where they may not see the record: its name is
masked then, and it has no address.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access

from . import collisions
from .collisions import EXCUSABLE, REASONS, Asked, Match
from .models import Merge


def shown(ctx, matches: Iterable[Match], *, also_masked: bool = True) -> list[dict]:
    """Matches as this person may be told of them: what they cannot see has its name masked and no address.

    also_masked  False leaves out what they cannot see
    """
    matches = list(matches)
    keys: dict[Any, set] = defaultdict(set)
    for match in matches:
        keys[match.source.model].add(match.record_id)
    seen = {
        model: {str(pk) for pk in access.rows(ctx, model).filter(pk__in=ids).values_list("pk", flat=True)}
        for model, ids in keys.items()
        if access.can(ctx, model, "view")
    }
    found = []
    for match in matches:
        visible = match.record_id in seen.get(match.source.model, ())
        if visible or also_masked:
            found.append(
                {
                    "kind": str(match.source.label),
                    "by": str(REASONS[match.by]),
                    "name": match.name if visible else access.mask(match.name),
                    "status": match.status if visible or not match.source.private else access.mask(match.status),
                    "owner": match.owner,
                    "territory": match.territory,
                    "likeness": match.likeness,
                    "href": match.source.page % match.record_id if visible else "",
                    "record": (match.source.model, match.record_id) if visible else None,
                }
            )
    return found


def panel(model, question: Callable) -> Callable:
    """Context of the panel "Possible duplicates" of a record: question(record, ctx) says what to look for.

    Only who may enter such records is told of those out of sight.
    """

    def context(record, ctx) -> dict:
        rows = shown(ctx, collisions.alike(question(record, ctx)), also_masked=access.can(ctx, model, "create"))
        may_merge = access.can(ctx, model, "merge")
        for row in rows:
            of, key = row.pop("record") or (None, "")
            same = may_merge and of is model
            row["merge"] = f"/parties/merge/{model._meta.label_lower}/{record.pk}/{key}/" if same else ""
        return {"rows": rows, "merges": merges_of(record, ctx)}

    return context


def merges_of(record, ctx) -> list[dict]:
    """What was merged into a record, as far as the person may know, with the page where it is split again."""
    notes = access.rows(ctx, Merge).filter(
        entity=record._meta.label_lower, kept_id=str(record.pk), split_at=None
    ) if access.can(ctx, Merge, "view") else ()  # fmt: skip
    return [
        {"label": n.merged_label, "reason": n.reason, "at": n.created_at, "href": f"/parties/merges/{n.pk}/"}
        for n in notes
    ]


def told(match: Match) -> str:
    """One match in words for whoever is refused by it; its name is masked (CRM-04)."""
    return _("%(what)s “%(name)s” already has this; status: %(status)s; owner: %(owner)s.") % {
        "what": match.source.label,
        "name": access.mask(match.name),
        "status": access.mask(match.status) if match.source.private else match.status,
        "owner": match.owner or _("nobody"),
    }


def refusals(asked: Sequence[Asked], reasons: Sequence[str]) -> dict[int, ValidationError]:
    """Which of many records are there already, or twice among themselves, by position.

    reasons  for each, why it is another one nevertheless ("" when nothing is said): excuses what EXCUSABLE names
    """
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for n, matches in enumerate(collisions.same_many(asked)):
        for match in matches:
            if not (reasons[n] and match.by in EXCUSABLE):
                hint = "" if match.by not in EXCUSABLE else " " + _("If it is another one, say why.")
                found[n][match.by].append(told(match) + hint)
    for n, by, first in _among_themselves(asked):
        if not (reasons[n] and by in EXCUSABLE):
            found[n][by].append(_("“%(name)s” of the same list already has this.") % {"name": asked[first].name})
    return {n: ValidationError(dict(why), code="duplicate") for n, why in found.items()}


def _among_themselves(asked: Sequence[Asked]) -> list[tuple[int, str, int]]:
    """(position, what, position of the first that has it) of records that share something among themselves."""
    first: dict[tuple, int] = {}
    found = []
    for n, one in enumerate(asked) if len(asked) > 1 else ():
        for by, key in one.keys().items():
            if not key:
                continue
            place = (by, key, one.country if by == "registry_code" else "")
            if first.setdefault(place, n) != n:
                found.append((n, by, first[place]))
    return found


def parties_refused(parties: list, ctx) -> dict[int, ValidationError]:
    """Parties that are with us already; what other commands make of a record was decided by those (K05)."""
    if ctx.trusted and ctx.command_id is not None:
        return {}
    live = [n for n, party in enumerate(parties) if party.active]
    asked = [collisions.of_party(parties[n], ctx.company_id) for n in live]
    found = refusals(asked, [parties[n].duplicate_reason for n in live])
    return {live[n]: error for n, error in found.items()}
