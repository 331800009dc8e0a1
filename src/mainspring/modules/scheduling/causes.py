"""Why an order is late, kept as data and told in words with what can be done about it (CAP-07, U3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mainspring.engines.scheduling import plant, plant_result
from mainspring.kernel import formats
from mainspring.modules.engineering.models import Machine, Skill, Tool, WorkCenter
from mainspring.modules.items.models import Item
from mainspring.modules.production.models import ProductionOrder

from .models import ScheduledOrder

if TYPE_CHECKING:
    from .situation import Situation

KEPT_MAX = 8


def kept(found: "Situation", causes: list[plant_result.Cause]) -> list[dict]:
    """Causes of one order as they are stored: equal ones on one operation as one, the heaviest first."""
    merged: dict[tuple, dict] = {}
    for cause in causes:
        step = found.steps[cause.operation]
        row = {
            "kind": cause.kind.replace(" ", "_").replace("-", "_"),
            "order": found.orders[step.order]["number"],
            "order_id": str(found.orders[step.order]["id"]),
            "sequence": step.facts["sequence"],
            "name": step.facts["name"],
            **_subject(found, cause, step),
            "starts_at": found.clock.local(cause.starts_at).isoformat(),
            "ends_at": found.clock.local(cause.ends_at).isoformat(),
            "minutes": cause.minutes,
            "weight": round(cause.weight, 4),
        }
        key = (row["kind"], row["order_id"], row["sequence"], row.get("center"), row.get("skill"))
        if key in merged:
            one = merged[key]
            one["minutes"] += row["minutes"]
            one["weight"] = round(one["weight"] + row["weight"], 4)
            one["starts_at"], one["ends_at"] = (
                min(one["starts_at"], row["starts_at"]),
                max(one["ends_at"], row["ends_at"]),
            )
        else:
            merged[key] = row
    return sorted(merged.values(), key=lambda row: -row["minutes"])[:KEPT_MAX]


def _subject(found: "Situation", cause: plant_result.Cause, step) -> dict:
    shop = found.shop
    if cause.kind in ("capacity", "calendar", "change-over", "lead time") and cause.subject >= 0:
        return {"center": shop.machine_centers[cause.subject], "machine": shop.machine_ids[cause.subject]}
    if cause.kind == "people" and cause.subject >= 0:
        center, skill = next(key for key, row in shop.groups.items() if row == cause.subject)
        return {"center": max(center, 0) or None, "skill": skill or None}
    if cause.kind == "tool" and cause.subject != plant.NONE:
        return {"tool": shop.tools[cause.subject].pk}
    if cause.kind == "material" and step.material:
        item, origin = step.material
        return {"item": item, "document": str(origin) if origin else None}
    return {}


@dataclass(frozen=True)
class Told:
    """One cause in words: its share, when, and what can be done about it.

    steps  (label, address) of what helps
    """

    text: str
    weight: float
    minutes: int
    starts_at: datetime
    ends_at: datetime
    steps: tuple[tuple[str, str], ...]


class Names:
    """The names causes speak of, read once for many."""

    def __init__(self, causes: list[dict]):
        def of(model, name):
            keys = {row[name] for row in causes if row.get(name)}
            return model.objects.in_bulk(keys) if keys else {}

        self.centers, self.machines = of(WorkCenter, "center"), of(Machine, "machine")
        self.skills, self.tools, self.items = of(Skill, "skill"), of(Tool, "tool"), of(Item, "item")
        made = {row["document"] for row in causes if row.get("document")}
        self.orders = ProductionOrder.objects.in_bulk(made) if made else {}

    def place(self, row: dict) -> str:
        machine = self.machines.get(row.get("machine"))
        return str(machine or self.centers.get(row.get("center")) or "")


def told(scheduled: ScheduledOrder, names: Names | None = None) -> list[Told]:
    """The causes of a late order, heaviest first."""
    names = names or Names(scheduled.causes)
    return [_told(row, names) for row in scheduled.causes]


def _told(row: dict, names: Names) -> Told:
    said, steps = WORDS.get(row["kind"], _lead_time)(row, names)
    if row.get("order_id"):
        steps = (*steps, (_("Open %(order)s") % {"order": row["order"] or _("the proposal")}, address(row["order_id"])))
    return Told(
        said, row["weight"], row["minutes"], datetime.fromisoformat(row["starts_at"]),
        datetime.fromisoformat(row["ends_at"]), steps,
    )  # fmt: skip


def address(order_id: str) -> str:
    return f"/production/production-orders/{order_id}/"


def _operation(row: dict) -> str:
    return f"{row['sequence']} {row['name']}"


def _overload(row: dict) -> tuple[tuple[str, str], ...]:
    if not row.get("center"):
        return ()
    day = datetime.fromisoformat(row["starts_at"]).date()
    monday = day.fromordinal(day.toordinal() - day.weekday())
    return ((_("What relieves it"), f"/planning/load/{row['center']}/{monday.isoformat()}/"),)


def _capacity(row, names):
    said = _("%(place)s was busy with other orders before “%(operation)s”.")
    return said % {"place": names.place(row), "operation": _operation(row)}, _overload(row)


def _people(row, names):
    who = names.skills.get(row.get("skill")) or names.centers.get(row.get("center")) or ""
    said = _("Nobody of “%(who)s” was free for “%(operation)s”.") % {"who": who, "operation": _operation(row)}
    return said, ((_("Skills of people"), "/engineering/person-skills/"),)


def _tool(row, names):
    said = _("The tool %(tool)s was in use before “%(operation)s”.")
    tool = names.tools.get(row.get("tool"), "")
    return said % {"tool": tool, "operation": _operation(row)}, ((_("Tools"), "/engineering/tools/"),)


def _calendar(row, names):
    said = _("“%(operation)s” waited for %(place)s to open.")
    return said % {"operation": _operation(row), "place": names.place(row)}, _overload(row)


def _material(row, names):
    item, origin = names.items.get(row.get("item")), names.orders.get(row.get("document"))
    day = formats.day(datetime.fromisoformat(row["ends_at"]).date())
    said = _("“%(operation)s” waits for %(item)s, expected on %(day)s.")
    steps: tuple = ()
    if origin is not None:
        steps = ((_("Open %(order)s") % {"order": origin}, address(str(origin.pk))),)
    elif item is not None:
        steps = ((_("Stock and plan of %(item)s") % {"item": item.code}, f"/items/items/{item.pk}/"),)
    return said % {"operation": _operation(row), "item": item or _("material"), "day": day}, steps


def _release(row, names):
    return _("The order could not begin earlier: too little time was left before it is due."), ()


def _lag(row, names):
    return _("Queue and move time before “%(operation)s”.") % {"operation": _operation(row)}, ()


def _changeover(row, names):
    said = _("%(place)s was set up for “%(operation)s”.")
    return said % {"place": names.place(row), "operation": _operation(row)}, ()


def _lead_time(row, names):
    return _("The work of “%(operation)s” itself.") % {"operation": _operation(row)}, ()


def _moved(row, names):
    return _("“%(operation)s” was moved by hand.") % {"operation": _operation(row)}, ()


WORDS = {
    "capacity": _capacity,
    "people": _people,
    "tool": _tool,
    "calendar": _calendar,
    "material": _material,
    "release": _release,
    "lag": _lag,
    "change_over": _changeover,
    "lead_time": _lead_time,
    "moved": _moved,
}
