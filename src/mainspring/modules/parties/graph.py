"""A company among others: its group as a tree, partners and competitors around it, as a small picture and as words."""

from django.utils.translation import gettext as _

from mainspring.kernel import access

from . import models, relations

WIDTH, ROW, BOX, HIGH = 640, 64, 168, 34
SHOWN_MAX = 12
TONES = {"parent": "pine", "partner": "brass", "competitor": "danger", "referrer": "info"}


def of_party(party, ctx) -> dict:
    """Relations in sight in words, the picture, and how many companies of the group there are."""
    mine = access.rows(ctx, models.Party)
    near = models.PartyRelation.objects.filter(party=party, other__in=mine).select_related("other")
    far = models.PartyRelation.objects.filter(other=party, party__in=mine).select_related("party")
    rows = [_row(r, r.other, r.get_kind_display()) for r in near]
    rows += [_row(r, r.party, relations.BACKWARDS[models.RelationKind(r.kind)]) for r in far]
    family = relations.group(party.pk)
    seen = {p.pk: p for p in mine.filter(pk__in=family)} if len(family) > 1 else {}
    return {
        "rows": rows,
        "group": [_company(seen[key], key == party.pk) for key in family if key in seen],
        "hidden": len(family) - len(seen) if len(family) > 1 else 0,
        "picture": picture(party, rows),
        "may_add": access.can(ctx, models.PartyRelation, "create"),
        "add": f"/parties/party-relations/new/?party={party.pk}",
    }


def _row(relation, company, kind) -> dict:
    above = relation.kind == "parent" and relation.party_id == company.pk
    return {
        "kind": kind,
        "code": relation.kind,
        "above": above,
        "tone": TONES[relation.kind],
        "note": relation.note,
        "since": relation.since,
        "relation": f"/parties/party-relations/{relation.pk}/",
        **_company(company),
    }


def _company(company, here: bool = False) -> dict:
    return {"name": company.name, "href": f"/parties/parties/{company.pk}/", "here": here}


def picture(party, rows: list[dict]) -> dict | None:
    """Boxes and lines of the picture: parents above, subsidiaries below, all others beside; None without relations."""
    if not rows:
        return None
    rows = rows[:SHOWN_MAX]
    top = [r for r in rows if r["above"]]
    below = [r for r in rows if r["code"] == "parent" and not r["above"]]
    beside = [r for r in rows if r["code"] != "parent"]
    left, right = beside[::2], beside[1::2]
    sides = max(len(left), len(right), 1)
    middle = (ROW if top else 0) + sides * ROW / 2
    boxes = [_box(WIDTH / 2, middle, party.name, here=True)]
    boxes += _line_up(top, ROW / 2)
    boxes += _line_up(below, (ROW if top else 0) + sides * ROW + ROW / 2)
    for x, some in ((BOX / 2 + 2, left), (WIDTH - BOX / 2 - 2, right)):
        start = middle - (len(some) - 1) * ROW / 2
        boxes += [_box(x, start + n * ROW, r["name"], r) for n, r in enumerate(some)]
    high = (ROW if top else 0) + sides * ROW + (ROW if below else 0)
    return {
        "width": WIDTH,
        "height": round(high),
        "boxes": boxes,
        "lines": [_line(boxes[0], box) for box in boxes[1:]],
        "title": _("Relations of %(company)s") % {"company": party.name},
    }


def _line_up(rows: list[dict], y: float) -> list[dict]:
    step = WIDTH / max(len(rows), 1)
    return [_box(step * (n + 0.5), y, r["name"], r, min(BOX, step - 8)) for n, r in enumerate(rows)]


def _box(x: float, y: float, name: str, row: dict | None = None, width: float = BOX, *, here: bool = False) -> dict:
    wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in name)
    room = max(int(width / 7.4), 3)
    short = name if wide <= room else name[: max(room * len(name) // wide - 1, 1)] + "…"
    return {
        "x": round(x - width / 2, 1),
        "y": round(y - HIGH / 2, 1),
        "cx": round(x, 1),
        "cy": round(y, 1),
        "width": round(width, 1),
        "height": HIGH,
        "text": short,
        "name": name,
        "here": here,
        "href": row["href"] if row else "",
        "kind": row["kind"] if row else "",
        "tone": row["tone"] if row else "",
        "code": row["code"] if row else "",
    }


def _line(centre: dict, box: dict) -> dict:
    return {"x1": centre["cx"], "y1": centre["cy"], "x2": box["cx"], "y2": box["cy"], "tone": box["tone"]}
