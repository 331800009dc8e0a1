"""Keep goods for documents: never more than lie there and are not kept for others (I18).

Balances are locked in order of item and location, then reservations are read and written set-wise.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mainspring.kernel import database
from mainspring.modules.accounting.commands import key

ZERO = Decimal(0)


def reserve(ctx, item, site, quantity: Decimal, origin, origin_line: int | None = None) -> Decimal:
    """Reserve up to `quantity` in the storage places of a site for a document line; returns what could be reserved."""
    return reserve_lines(ctx, site, origin, {origin_line: (key(item), quantity)})[origin_line]


def reserve_lines(ctx, site, origin, wanted: Mapping[int | None, tuple[int, Decimal]]) -> dict[int | None, Decimal]:
    """Reserve for lines of a document ({line: (item id, quantity)}), in their order; {line: what could be reserved}."""
    if not wanted:
        return {}
    places = database.planned_rows(
        """
        SELECT b.item_id, b.location_id, b.quantity - b.reserved AS free FROM stock_stockbalance b
        JOIN stock_location l ON l.id = b.location_id
        WHERE b.item_id = ANY(%(items)s::bigint[]) AND l.site_id = %(site)s AND l.kind = 'internal' AND l.active
        ORDER BY b.item_id, b.location_id FOR UPDATE OF b""",
        items=sorted({item for item, _quantity in wanted.values()}),
        site=key(site),
    )
    taken, found = [], {}
    for line, (item, quantity) in wanted.items():
        rest = quantity
        for place in places:
            part = min(rest, place["free"])
            if place["item_id"] == item and part > 0:
                taken.append((item, place["location_id"], line, part))
                place["free"] -= part
                rest -= part
        found[line] = quantity - rest
    _keep(key(origin), taken)
    return found


def _keep(origin, taken: list[tuple]) -> None:
    """Add to reservations and balances (item, place, line, quantity)."""
    if taken:
        items, places, lines, parts = map(list, zip(*taken, strict=True))
        database.planned_rows(
            """
            WITH part AS (
                SELECT * FROM unnest(%(items)s::bigint[], %(places)s::bigint[], %(lines)s::bigint[],
                                     %(parts)s::numeric[]) AS p (item_id, location_id, line, quantity)),
            kept AS (
                INSERT INTO stock_reservation (item_id, location_id, origin_id, origin_line, quantity, created_at)
                SELECT item_id, location_id, %(origin)s::uuid, line, quantity, now() FROM part
                ON CONFLICT (origin_id, origin_line, item_id, location_id)
                DO UPDATE SET quantity = stock_reservation.quantity + EXCLUDED.quantity)
            UPDATE stock_stockbalance b SET reserved = b.reserved + p.quantity
            FROM (SELECT item_id, location_id, SUM(quantity) AS quantity FROM part GROUP BY 1, 2) p
            WHERE b.item_id = p.item_id AND b.location_id = p.location_id""",
            items=items,
            places=places,
            lines=lines,
            parts=parts,
            origin=origin,
        )


def release(ctx, origin, origin_line: int | None = None, quantity: Decimal | None = None, item=None) -> Decimal:
    """Free what a document (or one of its lines) has reserved, or `quantity` of it; returns what was freed."""
    rows = [
        row
        for row in _locked_reservations(key(origin))
        if origin_line in (None, row["origin_line"]) and (item is None or row["item_id"] == key(item))
    ]
    freed = _first_parts(rows, quantity)
    _free(freed)
    return sum((part for _row, part in freed), ZERO)


def release_lines(ctx, origin, quantities: Mapping[Any, Decimal]) -> None:
    """Free up to these quantities of lines of a document ({line: quantity})."""
    if not quantities:
        return
    by_line: dict[Any, list] = defaultdict(list)
    for row in _locked_reservations(key(origin)):
        by_line[row["origin_line"]].append(row)
    _free([found for line, quantity in quantities.items() for found in _first_parts(by_line[line], quantity)])


def _locked_reservations(origin) -> list[dict]:
    """The reservations of a document, read when nobody else can change their balances any more."""
    locked = database.planned_rows(
        """
        SELECT b.id FROM stock_stockbalance b
        WHERE EXISTS (SELECT FROM stock_reservation r WHERE r.origin_id = %(origin)s AND r.item_id = b.item_id
                      AND r.location_id = b.location_id)
        ORDER BY b.item_id, b.location_id FOR UPDATE OF b""",
        origin=origin,
    )
    if not locked:
        return []
    return database.planned_rows(
        """
        SELECT id, item_id, location_id, origin_line, quantity FROM stock_reservation WHERE origin_id = %(origin)s
        ORDER BY item_id, location_id""",
        origin=origin,
    )


def _first_parts(rows: list[dict], quantity: Decimal | None) -> list[tuple[dict, Decimal]]:
    """(reservation, part to free) until the quantity is reached; all of it when there is none."""
    found, rest = [], quantity
    for row in rows:
        part = row["quantity"] if rest is None else min(rest, row["quantity"])
        if part <= 0:
            break
        found.append((row, part))
        rest = None if rest is None else rest - part
    return found


def _free(freed: list[tuple[dict, Decimal]]) -> None:
    if freed:
        database.planned_rows(
            """
            WITH part AS (SELECT * FROM unnest(%(ids)s::bigint[], %(parts)s::numeric[]) AS p (id, quantity)),
            gone AS (DELETE FROM stock_reservation r USING part WHERE r.id = part.id AND r.quantity <= part.quantity),
            less AS (UPDATE stock_reservation r SET quantity = r.quantity - part.quantity FROM part
                     WHERE r.id = part.id AND r.quantity > part.quantity)
            UPDATE stock_stockbalance b SET reserved = b.reserved - p.quantity
            FROM (SELECT r.item_id, r.location_id, SUM(part.quantity) AS quantity
                  FROM stock_reservation r JOIN part ON part.id = r.id GROUP BY 1, 2) p
            WHERE b.item_id = p.item_id AND b.location_id = p.location_id""",
            ids=[row["id"] for row, _part in freed],
            parts=[part for _row, part in freed],
        )
