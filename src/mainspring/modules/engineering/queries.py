"""Which bill and routing hold, what a quantity needs through all levels, where an item is used, what it should cost."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from django.db.models import Q

from mainspring import rounding
from mainspring.engines.mrp import bills
from mainspring.engines.mrp import data as mrp
from mainspring.kernel import database
from mainspring.kernel.prepared import Prepared
from mainspring.modules.items import queries as items
from mainspring.modules.organization import queries as organization

from . import models

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


@dataclass
class CostRow:
    """Cost of one stocking unit of an item, for one level of the roll-up; in the company's base currency."""

    level: int
    item: object
    quantity: Decimal
    material: Decimal
    work: Decimal
    is_missing: bool = False
    path: tuple[str, ...] = field(default=())

    @property
    def total(self) -> Decimal:
        return self.material + self.work


def bom_for(item, on: date, site=None) -> models.Bom | None:
    """The active bill of material of that day: the site's own before the one for every site."""
    return _holding(models.Bom, item, on, site)


def routing_for(item, on: date, site=None) -> models.Routing | None:
    """The active routing of that day: the site's own before the one for every site."""
    return _holding(models.Routing, item, on, site)


def components(item, quantity: Decimal, on: date, site=None) -> list[Need]:
    """What an order for the quantity takes: one level, phantoms replaced by what is in them (P05)."""
    return list(_walk(item, quantity, on, site, level=1, path=(item.code,), deep=False))


def explode(item, quantity: Decimal, on: date, site=None) -> list[Need]:
    """Every component at every level, parents before their components; losses compound (P01 to P04)."""
    return list(_walk(item, quantity, on, site, level=1, path=(item.code,), deep=True))


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


def loop_path(item_id: int, component_ids) -> tuple[str, ...]:
    """Codes on the way from the item down to itself if it held these components; empty without a loop (P08)."""
    found = database.rows(
        """
        WITH RECURSIVE down AS (
            SELECT c.id AS item_id, ARRAY[%(item)s::bigint, c.id] AS path FROM unnest(%(components)s::bigint[]) AS c(id)
            UNION ALL
            SELECT l.component_id, down.path || l.component_id
            FROM down JOIN engineering_bom b ON b.item_id = down.item_id AND b.active
                 JOIN engineering_bomline l ON l.document_id = b.id
            WHERE down.item_id <> %(item)s
              AND (l.component_id = %(item)s OR NOT l.component_id = ANY(down.path)))
        SELECT (SELECT array_agg(i.code ORDER BY n) FROM unnest(path) WITH ORDINALITY AS p(id, n)
                JOIN items_item i ON i.id = p.id) AS codes
        FROM down WHERE item_id = %(item)s ORDER BY cardinality(path) LIMIT 1""",
        item=item_id,
        components=list(component_ids),
    )
    return tuple(found[0]["codes"]) if found else ()


def cost_roll_up(bom, *, company_id: int, on: date, seen: dict | None = None) -> list[CostRow]:
    """Cost of one unit of the bill's item, level by level: the item first, then its components below it.

    A made component costs what its own bill and routing say; a bought one its standard cost, else it is missing.
    Work is (set-up spread over the batch + run hours) at the work centers' hourly cost and efficiency.

    seen  costs already computed, by item id; pass one dict when rolling up many bills
    """
    seen = {} if seen is None else seen
    rows: list[CostRow] = []
    _cost(bom.item, bom, company_id, on, Decimal(1), 0, (bom.item.code,), seen, rows)
    seen[bom.item_id] = rows[0].material, rows[0].work, rows[0].is_missing
    return rows


# -- helpers ----------------------------------------------------------------------------------------------------------


LINKS = {models.Bom: "component", models.Routing: "work_center"}
"""What the lines of each name and is read with them."""


def _holding(model, item, on: date, site):
    found = _at_site(model)(item.pk, on, on, site.pk) if site is not None else _everywhere(model)(item.pk, on, on)
    chosen = max(found, key=lambda one: one.site_id is not None, default=None)
    if chosen is not None:
        know_lines([chosen])
    return chosen


def know_lines(found: list) -> None:
    """Read the lines of bills or of routings with what they name, unless they are known."""
    missing = {one.pk: one for one in found if "lines" not in one.__dict__.get("_prefetched_objects_cache", ())}
    lines: dict = {key: [] for key in missing}
    for line in _lines(type(found[0]))(list(missing)) if missing else ():
        line.document = missing[line.document_id]
        lines[line.document_id].append(line)
    for key, one in missing.items():
        known = one.lines.all()
        known._result_cache, known._prefetch_done = lines[key], True
        one.__dict__.setdefault("_prefetched_objects_cache", {})["lines"] = known


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
        lambda keys: (
            line.objects.filter(document_id__any_of=keys).select_related(LINKS[model]).order_by(*line._meta.ordering)
        )
    )


def _walk(item, quantity: Decimal, on, site, *, level, path, deep, sequence=None):
    bom = bom_for(item, on, site)
    if bom is None or level > LEVELS_MAX:
        return
    for line in bom.lines.all():
        component = line.component
        need = Need(
            level,
            component,
            line_need(line, bom, quantity),
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
                sequence=need.operation_sequence,
            )
        else:
            yield need


def line_need(line: models.BomLine, bom: models.Bom, quantity: Decimal) -> Decimal:
    """What an order for the quantity needs of one line, in the component's stocking unit (P01 to P03)."""
    factor = organization.factor_between(line.unit, line.component.unit, line.component)
    per_batch = Fraction(line.quantity) * factor
    row = mrp.BomLine(
        parent="parent",
        component="component",
        quantity=Fraction(0) if line.is_fixed else per_batch,
        attrition_percent=line.scrap_pct,
        fixed_quantity=per_batch * (100 + Fraction(line.scrap_pct)) / 100 if line.is_fixed else Fraction(0),
    )
    return bills.component_need(quantity, row, bom_output=bom.batch_quantity, digits=line.component.unit.digits)


def _cost(item, bom, company_id, on, quantity, level, path, seen, rows) -> Decimal:
    """Append the item's row and those below it; the cost of one unit. Items met again are not computed again."""
    row = CostRow(level, item, quantity, Decimal(0), Decimal(0), path=path)
    rows.append(row)
    if bom is None:
        standard = items.standard_costs([item.pk], company_id).get(item.pk)
        row.material, row.is_missing = standard or Decimal(0), standard is None
        return row.total
    material = Fraction(0)
    know_lines([bom])
    for line in bom.lines.all():
        component = line.component
        factor = organization.factor_between(line.unit, component.unit, component)
        each = Fraction(line.quantity) * factor * (100 + Fraction(line.scrap_pct)) / 100 / Fraction(bom.batch_quantity)
        below = bom_for(component, on, bom.site) if component.make_or_buy == "make" else None
        shown = rounding.from_fraction(each, 6)
        if component.pk in seen:
            unit_cost, (part_material, part_work, missing) = sum(seen[component.pk][:2]), seen[component.pk]
            rows.append(
                CostRow(level + 1, component, shown, part_material, part_work, missing, (*path, component.code))
            )
        else:
            at = len(rows)
            unit_cost = _cost(component, below, company_id, on, shown, level + 1, (*path, component.code), seen, rows)
            seen[component.pk] = rows[at].material, rows[at].work, rows[at].is_missing
        material += each * Fraction(unit_cost)
        row.is_missing = row.is_missing or seen[component.pk][2]
    row.material = rounding.from_fraction(material, 6)
    row.work = rounding.from_fraction(work_cost(routing_for(item, on, bom.site), bom.batch_quantity), 6)
    return row.total


def work_cost(routing: models.Routing | None, batch: Decimal) -> Fraction:
    """Cost of the work in one unit when made in batches: set-up once a batch, run for each unit (C01)."""
    cost = Fraction(0)
    for operation in routing.lines.all() if routing else ():
        center = operation.work_center
        run = Fraction(operation.run_hours_per_unit) * 100 / Fraction(center.efficiency_pct)
        cost += (Fraction(operation.setup_hours) / Fraction(batch) + run) * Fraction(center.hourly_cost)
    return cost
