"""Two versions of a bill beside each other, line by line, and what each costs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from . import costing, models


@dataclass
class Pair:
    """One component in both versions; `what` is same, changed, added or removed, `fields` those that differ."""

    component: Any
    left: Any
    right: Any
    what: str
    fields: frozenset[str] = frozenset()


COMPARED = ("quantity", "unit_id", "scrap_pct", "is_fixed", "operation_sequence", "role", "taking")


def lines(left: models.Bom, right: models.Bom) -> list[Pair]:
    """Components of both bills in the order of the left one, then those only the right one has.

    A component that comes several times is matched by its operation first.
    """
    ours, theirs = _lines(left), _lines(right)
    found = []
    for line in ours:
        same = [t for t in theirs if t.component_id == line.component_id]
        match = next((t for t in same if t.operation_sequence == line.operation_sequence), same[0] if same else None)
        if match is None:
            found.append(Pair(line.component, line, None, "removed"))
            continue
        theirs.remove(match)
        differ = frozenset(name for name in COMPARED if getattr(line, name) != getattr(match, name))
        found.append(Pair(line.component, line, match, "changed" if differ else "same", differ))
    return found + [Pair(line.component, None, line, "added") for line in theirs]


def _lines(bom) -> list[models.BomLine]:
    return list(bom.lines.select_related("component__unit", "unit"))


def costs(left, right, *, company_id: int, on: date) -> list[dict]:
    """One row a part of the cost and one for the whole: {part, left, right, difference} of one unit."""
    both = [costing.cost_roll_up(bom, company_id=company_id, on=bom.valid_from or on)[0] for bom in (left, right)]
    rows: list[dict] = []
    for part in (*costing.PARTS, "total"):
        a, b = (row.total if part == "total" else row.split[part] for row in both)
        rows.append({"part": part, "left": a, "right": b, "difference": b - a})
    return rows


def other_versions(bom) -> list[models.Bom]:
    """The other versions of the item's bill, the newest first."""
    return list(
        models.Bom.objects.filter(item=bom.item_id).exclude(pk=bom.pk).select_related("item", "site").order_by("-pk")
    )
