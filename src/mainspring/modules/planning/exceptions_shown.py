"""What the plan leaves to a person, told by kind: how many of each, the most urgent first (rules P10, P17)."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

FIRST = 5
"""So many of a kind are shown at once; the others unfold."""
SHOWN_MAX = 300
KEPT_MAX = 5000

KINDS = {
    "late": (_lazy("Cannot be there in time"), _lazy("Expedite, split, or tell sales the new date.")),
    "expedite": (
        _lazy("Comes too late as ordered"),
        _lazy("Ask the buyer or the workshop to bring the document forward."),
    ),
    "overdue_demand": (_lazy("Demand overdue"), _lazy("Ship it, close it short or change its date.")),
    "overdue_receipt": (_lazy("Receipt overdue"), _lazy("Have it received, or its date changed.")),
    "below_safety": (_lazy("Below safety stock"), _lazy("Watch it; no demand is missed yet.")),
    "defer": (_lazy("Comes earlier than needed"), _lazy("Ask for a later date: it costs stock and cash.")),
    "cancel": (_lazy("Not needed any more"), _lazy("Cancel it, or keep it for demand you expect.")),
    "data": (_lazy("Planning data to correct"), _lazy("Correct it under Item planning.")),
}
"""Code of a message: (heading, what to do), the most urgent first."""


def short(code: str) -> str:
    """What to do about an exception, in a word."""
    return {"expedite": _("Bring forward"), "defer": _("Put off"), "cancel": _("Cancel")}.get(code, "")


def told(message) -> dict:
    """An exception as plain data that can be worded later."""
    return {
        "code": message.code,
        "item": message.item.code,
        "item_id": message.item_id,
        "site": message.site.name,
        "original_on": message.needed_on.isoformat() if message.needed_on else "",
        "planned_on": message.comes_on.isoformat() if message.comes_on else "",
        "number": message.document.number if message.document else "",
        "document": str(message.document_id or ""),
        "text": message.note,
    }


def sentence(message: dict) -> str:
    """An exception in words, in the language of who reads it."""
    words = {
        "late": _("%(item)s: needed on %(original)s, possible on %(planned)s."),
        "expedite": _("%(item)s: expedite %(document)s of %(planned)s, needed on %(original)s."),
        "overdue_demand": _("%(item)s: demand %(document)s of %(original)s is overdue."),
        "overdue_receipt": _("%(item)s: receipt %(document)s of %(planned)s is overdue."),
        "below_safety": _("%(item)s: below safety stock from %(original)s to %(planned)s."),
        "defer": _("%(item)s: defer %(document)s of %(planned)s, needed on %(original)s."),
        "cancel": _("%(item)s: %(document)s of %(planned)s is not needed."),
        "data": "%(item)s: %(text)s",
    }.get(message["code"])
    if words is None or "planned_on" not in message:
        return message["text"]
    if message["code"] == "cancel" and message["text"]:
        words = _("%(item)s: %(document)s of %(planned)s was for %(text)s alone, which needs it no longer.")
    said = words % {
        "item": message["item"],
        "original": message["original_on"],
        "planned": message["planned_on"],
        "document": message["number"],
        "text": message["text"],
    }
    return " ".join(said.split())


def summary(messages: list[dict]) -> str:
    """ "Receipt overdue: 12 · Safety time used up: 3", "" when nothing needs a person."""
    counts = Counter(m["code"] for m in messages)
    return " · ".join(f"{heading}: {counts[code]}" for code, (heading, _do) in KINDS.items() if counts[code])


def panel(run, ctx) -> dict:
    """Rows by kind for the run's page: [{title, do, count, first, rest, left}]."""
    kinds: dict[str, list[dict]] = {}
    for message in run.messages:
        kinds.setdefault(message["code"], []).append(message)
    found = []
    for code, (heading, do) in KINDS.items():
        rows = sorted(kinds.get(code, ()), key=lambda m: (m.get("original_on") or "", m["item"]))
        rows = [{**m, "text": sentence(m)} for m in rows]
        if rows:
            found.append(
                {
                    "title": heading,
                    "do": do,
                    "count": len(rows),
                    "first": rows[:FIRST],
                    "rest": rows[FIRST:SHOWN_MAX],
                    "more": max(0, min(len(rows), SHOWN_MAX) - FIRST),
                    "left": max(0, len(rows) - SHOWN_MAX),
                }
            )
    return {"kinds": found, "several_sites": run.site_id is None}
