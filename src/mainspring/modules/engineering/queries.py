"""Which bill and routing hold, what a quantity needs through all levels, what comes out, where an item is used."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from django.db.models import Q

from mainspring.engines.mrp import bills
from mainspring.engines.mrp import data as mrp
from mainspring.kernel import database
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.prepared import Prepared
from mainspring.modules.organization import queries as organization

from . import models
from .capacity import Day as CapacityDay
from .capacity import calendars, open_hours, people_with, skills_of, standard_hours
from .capacity import days as capacity_days
from .costing import CostRow, cost_roll_up, rates, work_cost

__all__ = [
    "CapacityDay",
    "CostRow",
    "Need",
    "alternates_of",
    "bom_for",
    "calendars",
    "capacity_days",
    "components",
    "cost_roll_up",
    "explode",
    "items_below",
    "know_lines",
    "line_need",
    "loop_path",
    "main_share",
    "on_hand",
    "open_hours",
    "outputs_of",
    "people_with",
    "rates",
    "routing_for",
    "skills_of",
    "standard_hours",
    "where_used",
    "work_cost",
    "yield_factor",
]

on_hand = PluginPoint("engineering.on_hand", default=lambda ctx, item_ids: {})
"""f(ctx, item ids) -> {item id: quantity on hand} as far as the person may see it; filled by who keeps the stock."""

LEVELS_MAX = 60
"""Deeper than any product; a loop cannot be saved, so this is never reached by a right bill."""


@dataclass(frozen=True)
class Need:
    """A component somewhere below an item.

    level     1 is directly in the item's bill
    quantity  what the asked quantity needs, raised at the stocking unit's digits
    path      item codes from the top to this component
    line      the bill's line; operation_sequence is that of the line, inherited through phantoms (P05)
    """

    level: int
    item: object
    quantity: Decimal
    path: tuple[str, ...]
    line: models.BomLine
    operation_sequence: int | None = None


def bom_for(item, on: date, site=None, known: dict | None = None) -> models.Bom | None:
    """The active bill of material of that day: the site's own before the one for every site.

    known  what was looked up already; pass one dict when asking for many orders
    """
    return _holding(models.Bom, item, on, site, known)


def routing_for(item, on: date, site=None, known: dict | None = None) -> models.Routing | None:
    """The active routing of that day: the site's own before the one for every site."""
    return _holding(models.Routing, item, on, site, known)


def components(item, quantity: Decimal, on: date, site=None, known: dict | None = None) -> list[Need]:
    """What an order for the quantity takes: one level, phantoms replaced by what is in them (P05)."""
    known = {} if known is None else known
    return list(_walk(item, quantity, on, site, level=1, path=(item.code,), deep=False, known=known))


def explode(item, quantity: Decimal, on: date, site=None) -> list[Need]:
    """Every component at every level, parents before their components; losses compound (P01 to P04)."""
    return list(_walk(item, quantity, on, site, level=1, path=(item.code,), deep=True, known={}))


def where_used(item, levels: int = LEVELS_MAX) -> list[dict]:
    """One row per active bill that holds the item, directly or through others: level, item_id, code, name, bom_id."""
    return database.rows(
        """
        WITH RECURSIVE up AS (
            SELECT 1 AS level, b.item_id, b.id AS bom_id, ARRAY[l.component_id, b.item_id] AS path
            FROM engineering_bomline l JOIN engineering_bom b ON b.id = l.document_id AND b.active
            WHERE l.component_id = %(item)s
            UNION
            SELECT up.level + 1, b.item_id, b.id, up.path || b.item_id
            FROM up JOIN engineering_bomline l ON l.component_id = up.item_id
                 JOIN engineering_bom b ON b.id = l.document_id AND b.active
            WHERE up.level < %(levels)s AND NOT b.item_id = ANY(up.path))
        SELECT MIN(up.level) AS level, up.item_id, i.code, i.name, up.bom_id, b.revision
        FROM up JOIN items_item i ON i.id = up.item_id JOIN engineering_bom b ON b.id = up.bom_id
        GROUP BY up.item_id, i.code, i.name, up.bom_id, b.revision ORDER BY level, i.code""",
        item=item.pk,
        levels=levels,
    )


def items_below(item_id: int) -> set[int]:
    """Items in any version of the item's bills that is not retired, at every level, alternates too."""
    return {
        row["item_id"]
        for row in database.rows(
            f"""
        WITH RECURSIVE {EDGES}, down AS (
            SELECT e.component_id AS item_id FROM edge e WHERE e.item_id = %(item)s
            UNION SELECT e.component_id FROM down JOIN edge e ON e.item_id = down.item_id)
        SELECT item_id FROM down""",
            item=item_id,
        )
    }


EDGES = """edge AS NOT MATERIALIZED (
            SELECT b.item_id, l.component_id FROM engineering_bom b
            JOIN engineering_bomline l ON l.document_id = b.id WHERE b.state <> 'retired'
            UNION ALL SELECT b.item_id, a.alternate_id FROM engineering_bom b
            JOIN engineering_bomalternate a ON a.bom_id = b.id WHERE b.state <> 'retired')"""
"""What is in what, by every version that is not retired: a loop across versions is one too (P08)."""


def alternates_of(bom) -> dict[int, list[models.BomAlternate]]:
    """{component: what may be taken instead in this bill, the first choice first} (P06)."""
    found: dict[int, list] = {}
    for row in bom.bomalternates.select_related("alternate__unit").order_by("priority", "id"):
        found.setdefault(row.component_id, []).append(row)
    return found


def outputs_of(bom_ids: Iterable[int]) -> dict[int, list[models.BomOutput]]:
    """{bill: what comes out of one batch beside its item}; supply on the order's day (P07). One query."""
    found: dict[int, list] = {}
    rows = models.BomOutput.objects.filter(bom__in=list(bom_ids)).select_related("item__unit").order_by("bom", "id")
    for row in rows:
        found.setdefault(row.bom_id, []).append(row)
    return found


def main_share(bom) -> Fraction:
    """The share of an order's cost that its own item bears, 1 without co- and by-products."""
    return 1 - sum((Fraction(o.cost_share_pct) for o in bom.bomoutputs.all()), Fraction(0)) / 100


def yield_factor(routing, sequence: int | None = None, *, after: bool = False) -> Fraction:
    """Units to start at an operation for one good unit of the order: the yields from it on multiply (P02).

    sequence  of the operation; None: the first one
    after     of the operations after it only: the good units it has to deliver
    """
    factor = Fraction(1)
    for operation in routing.lines.all() if routing is not None else ():
        counts = sequence is None or operation.sequence > sequence or (operation.sequence == sequence and not after)
        if counts and operation.yield_pct != 100:
            factor *= 100 / Fraction(operation.yield_pct)
    return factor


def loop_path(item_id: int, component_ids) -> tuple[str, ...]:
    """Codes on the way from the item down to itself if it held these components; empty without a loop (P08)."""
    found = database.rows(
        f"""
        WITH RECURSIVE {EDGES}, down AS (
            SELECT c.id AS item_id, ARRAY[%(item)s::bigint, c.id] AS path FROM unnest(%(components)s::bigint[]) AS c(id)
            UNION ALL
            SELECT l.component_id, down.path || l.component_id
            FROM down JOIN edge l ON l.item_id = down.item_id
            WHERE down.item_id <> %(item)s
              AND (l.component_id = %(item)s OR NOT l.component_id = ANY(down.path)))
        SELECT (SELECT array_agg(i.code ORDER BY n) FROM unnest(path) WITH ORDINALITY AS p(id, n)
                JOIN items_item i ON i.id = p.id) AS codes
        FROM down WHERE item_id = %(item)s ORDER BY cardinality(path) LIMIT 1""",
        item=item_id,
        components=list(component_ids),
    )
    return tuple(found[0]["codes"]) if found else ()


# -- helpers ----------------------------------------------------------------------------------------------------------


def _holding(model, item, on: date, site, known: dict | None):
    key = model, item.pk, on, site.pk if site is not None else None
    if known is not None and key in known:
        return known[key]
    found = _at_site(model)(item.pk, on, on, site.pk) if site is not None else _everywhere(model)(item.pk, on, on)
    holds = max(found, key=lambda one: one.site_id is not None, default=None)
    if holds is not None:
        know_lines(holds)
    if known is not None:
        known[key] = holds
    return holds


LINKS = {models.Bom: "component", models.Routing: "work_center"}
"""What the lines of each name and is read with them."""


def know_lines(holds: models.Bom | models.Routing) -> None:
    """Read the lines of a bill or a routing with what they name, unless they are known."""
    if "lines" in holds.__dict__.get("_prefetched_objects_cache", ()):
        return
    found = holds.lines.all()
    found._result_cache, found._prefetch_done = _lines(type(holds))(holds.pk), True
    for line in found._result_cache:
        line.document = holds
    holds.__dict__.setdefault("_prefetched_objects_cache", {})["lines"] = found


@cache
def _at_site(model) -> Prepared:
    return Prepared(
        lambda item, after, before, site: _valid(model, item, after, before).filter(Q(site=None) | Q(site_id=site))
    )


@cache
def _everywhere(model) -> Prepared:
    return Prepared(lambda item, after, before: _valid(model, item, after, before).filter(site=None))


def _valid(model, item, after, before):
    """Active ones of an item that began by one day and end after another."""
    return (
        model.objects.filter(item_id=item, active=True)
        .filter(Q(valid_from=None) | Q(valid_from__lte=after))
        .filter(Q(valid_to=None) | Q(valid_to__gt=before))
    )


@cache
def _lines(model) -> Prepared:
    line = model._meta.get_field("lines").related_model
    return Prepared(
        lambda key: line.objects.filter(document_id=key).select_related(LINKS[model]).order_by(*line._meta.ordering)
    )


def _walk(item, quantity: Decimal, on, site, *, level, path, deep, known, sequence=None):
    bom = bom_for(item, on, site, known)
    if bom is None or level > LEVELS_MAX:
        return
    routing = routing_for(item, on, site, known) if item.kind != "phantom" else None
    for line in bom.lines.all():
        component = line.component
        need = Need(
            level,
            component,
            line_need(line, bom, quantity, routing),
            (*path, component.code),
            line,
            line.operation_sequence if line.operation_sequence is not None else sequence,
        )
        if deep:
            yield need
            yield from _walk(
                component,
                need.quantity,
                on,
                site,
                level=level + 1,
                path=need.path,
                deep=True,
                known=known,
                sequence=need.operation_sequence,
            )
        elif component.kind == "phantom":
            yield from _walk(
                component,
                need.quantity,
                on,
                site,
                level=level,
                path=need.path,
                deep=False,
                known=known,
                sequence=need.operation_sequence,
            )
        else:
            yield need


def line_need(line: models.BomLine, bom: models.Bom, quantity: Decimal, routing=None) -> Decimal:
    """What an order for the quantity needs of one line, in the component's stocking unit (P01 to P03).

    routing  whose yields raise what is started at the operation that takes the component; lines prefetched
    """
    factor = organization.factor_between(line.unit, line.component.unit, line.component)
    per_batch = Fraction(line.quantity) * factor
    if routing is not None and not line.is_fixed:
        per_batch *= yield_factor(routing, line.operation_sequence)
    row = mrp.BomLine(
        parent="parent",
        component="component",
        quantity=Fraction(0) if line.is_fixed else per_batch,
        attrition_percent=line.scrap_pct,
        fixed_quantity=per_batch * (100 + Fraction(line.scrap_pct)) / 100 if line.is_fixed else Fraction(0),
    )
    return bills.component_need(quantity, row, bom_output=bom.batch_quantity, digits=line.component.unit.digits)
