"""A bill as a tree with quantities, cost and stock; and where an item goes, the same way upwards."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects

from mainspring import rounding
from mainspring.kernel import access, database, formats
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import ItemCost
from mainspring.modules.organization import queries as organization

from . import comparing, models, queries

NODES_MAX = 4000


@dataclass
class Node:
    """A place in the tree. `quantity` for one unit of the top (downwards) or of the item (upwards)."""

    item: Any
    quantity: Decimal
    level: int
    line: Any = None
    bom: Any = None
    alternates: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    children: list = field(default_factory=list)
    cost: Decimal | None = None
    stock: Decimal | None = None
    versions: list = field(default_factory=list)


def of_bom(bom, ctx, *, quantity: Decimal = Decimal(1), on: date | None = None) -> Node:
    """The whole tree below a bill, read level by level: a few queries a level, not a node."""
    on = on or ctx.business_date
    top = Node(bom.item, quantity, 0, bom=bom)
    level, nodes = [top], 1
    while level and nodes < NODES_MAX:
        bills = _bills([n.item.pk for n in level if n.bom is None], bom.site_id, on)
        for node in level:
            node.bom = node.bom or (bills.get(node.item.pk) if node.item.make_or_buy == "make" else None)
        _load(node.bom for node in level)
        below = []
        for node in level:
            below += _grow(node)
        nodes += len(below)
        level = below
    _complete(top, ctx)
    return top


def shown(bom, ctx, *, quantity: Decimal = Decimal(1), on: date | None = None) -> dict:
    """What the tree's template shows; costs only to those who may see them."""
    on = on or ctx.business_date
    top = of_bom(bom, ctx, quantity=quantity, on=on)
    top.versions = comparing.other_versions(bom)[:3]
    sees = access.can(ctx, ItemCost, "view")
    return {"top": top, "bom": bom, "sees_cost": sees, "on": on, "quantity": quantity,
            "currency": formats.base_currency(ctx.company_id) if sees else ""}  # fmt: skip


def _load(bills) -> None:
    """Lines, alternates and outputs of bills in a few queries."""
    found = {bom.pk: bom for bom in bills if bom is not None}
    lines = models.BomLine.objects.select_related("component__unit", "unit").order_by("position", "id")
    if found:
        prefetch_related_objects(
            list(found.values()),
            Prefetch("lines", lines),
            Prefetch("bomalternates", models.BomAlternate.objects.select_related("alternate")),
            Prefetch("bomoutputs", models.BomOutput.objects.select_related("item__unit")),
        )


def _bills(item_ids: list[int], site_id, on: date) -> dict[int, models.Bom]:
    """The bill of each item on a day: the site's own before the general one."""
    found = models.Bom.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        Q(site__isnull=True) | Q(site=site_id),
        item__in=item_ids,
        active=True,
    )
    chosen: dict[int, models.Bom] = {}
    for bom in found.select_related("item__unit"):
        if bom.item_id not in chosen or bom.site_id:
            chosen[bom.item_id] = bom
    return chosen


def _grow(node: Node) -> list[Node]:
    if node.bom is None or node.level >= queries.LEVELS_MAX:
        return []
    node.outputs = list(node.bom.bomoutputs.all())
    for line in node.bom.lines.all():
        child = Node(
            line.component, _exact(line, node), node.level + 1, line,
            alternates=[a for a in node.bom.bomalternates.all() if a.component_id == line.component_id],
        )  # fmt: skip
        node.children.append(child)
    return node.children


def _exact(line, node: Node) -> Decimal:
    """What so much of the parent needs, not raised to whole pieces: a tree is for one, not for an order."""
    factor = organization.factor_between(line.unit, line.component.unit, line.component)
    need = Fraction(line.quantity) * factor * (100 + Fraction(line.scrap_pct)) / 100
    if not line.is_fixed:
        need *= Fraction(node.quantity) / Fraction(node.bom.batch_quantity)
    return rounding.from_fraction(need, 6)


def _complete(top: Node, ctx) -> None:
    """Standard cost and stock of every item met, each read once."""
    nodes = list(walk(top))
    ids = {node.item.pk for node in nodes}
    costs, stock = items.standard_costs(ids, ctx.company_id), queries.on_hand(ctx, ids)
    for node in nodes:
        node.cost, node.stock = costs.get(node.item.pk), stock.get(node.item.pk)


def walk(node: Node):
    yield node
    for child in node.children:
        yield from walk(child)


def where_used(item, ctx) -> Node:
    """The items whose valid bills hold this one, and those that hold them, upwards; quantity for one of each parent."""
    rows = database.rows(
        """
        WITH RECURSIVE up AS (
            SELECT 1 AS level, l.id AS line_id, b.item_id, b.id AS bom_id, ARRAY[l.component_id, b.item_id] AS path
            FROM engineering_bomline l JOIN engineering_bom b ON b.id = l.document_id AND b.active
            WHERE l.component_id = %(item)s AND (b.valid_to IS NULL OR b.valid_to > %(on)s)
            UNION ALL
            SELECT up.level + 1, l.id, b.item_id, b.id, up.path || b.item_id
            FROM up JOIN engineering_bomline l ON l.component_id = up.item_id
                 JOIN engineering_bom b ON b.id = l.document_id AND b.active
            WHERE (b.valid_to IS NULL OR b.valid_to > %(on)s) AND NOT b.item_id = ANY(up.path) AND up.level < 60)
        SELECT * FROM up ORDER BY level, line_id LIMIT %(most)s""",
        item=item.pk,
        on=ctx.business_date,
        most=NODES_MAX,
    )
    lines = models.BomLine.objects.in_bulk({row["line_id"] for row in rows})
    bills = models.Bom.objects.select_related("item__unit", "site").in_bulk({row["bom_id"] for row in rows})
    top = Node(item, Decimal(1), 0)
    known: dict[tuple, list[Node]] = {(item.pk,): [top]}
    for row in rows:
        bom, line = bills[row["bom_id"]], lines[row["line_id"]]
        path = tuple(row["path"])
        for parent in known.get(path[:-1], ())[:1]:
            node = Node(bom.item, line.quantity / bom.batch_quantity, row["level"], line, bom)
            parent.children.append(node)
            known.setdefault(path, []).append(node)
    _complete(top, ctx)
    return top
