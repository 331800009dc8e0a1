"""Keep goods for documents: never more than lie there and are not kept for others (I18)."""

from decimal import Decimal

from django.db.models import F

from mainspring.kernel import database
from mainspring.modules.accounting.commands import key

from .models import Reservation

ZERO = Decimal(0)


def reserve(ctx, item, site, quantity: Decimal, origin, origin_line: int | None = None) -> Decimal:
    """Reserve up to `quantity` in the storage places of a site for a document line; returns what could be reserved."""
    rest, taken = quantity, []
    for row in database.rows(
        """
            SELECT b.id, b.location_id, b.quantity - b.reserved AS free FROM stock_stockbalance b
            JOIN stock_location l ON l.id = b.location_id
            WHERE b.item_id = %(item)s AND l.site_id = %(site)s AND l.kind = 'internal' AND l.active
            ORDER BY b.item_id, b.location_id FOR UPDATE OF b""",
        item=key(item),
        site=key(site),
    ):
        part = min(rest, row["free"])
        if part > 0:
            taken.append((row, part))
            rest -= part
    for row, part in taken:
        database.execute(
            "UPDATE stock_stockbalance SET reserved = reserved + %(part)s WHERE id = %(id)s", part=part, id=row["id"]
        )
        _made, fresh = Reservation.objects.get_or_create(
            item_id=key(item),
            location_id=row["location_id"],
            origin_id=key(origin),
            origin_line=origin_line,
            defaults={"quantity": part},
        )
        if not fresh:
            Reservation.objects.filter(pk=_made.pk).update(quantity=F("quantity") + part)
    return quantity - rest


def release(ctx, origin, origin_line: int | None = None, quantity: Decimal | None = None, item=None) -> Decimal:
    """Free what a document (or one of its lines) has reserved, or `quantity` of it; returns what was freed."""
    kept = Reservation.objects.filter(origin_id=key(origin))
    if origin_line is not None:
        kept = kept.filter(origin_line=origin_line)
    if item is not None:
        kept = kept.filter(item_id=key(item))
    found = list(kept.order_by("item_id", "location_id"))
    if not found:
        return ZERO
    database.rows(
        """
        SELECT b.id FROM stock_stockbalance b
        JOIN unnest(%(items)s::bigint[], %(places)s::bigint[]) AS k (item_id, location_id)
          ON k.item_id = b.item_id AND k.location_id = b.location_id
        ORDER BY b.item_id, b.location_id FOR UPDATE OF b""",
        items=[r.item_id for r in found],
        places=[r.location_id for r in found],
    )
    rest, freed = quantity, ZERO
    for r in list(kept.order_by("item_id", "location_id")):  # again, now that nobody else can change them
        part = r.quantity if rest is None else min(rest, r.quantity)
        if part <= 0:
            break
        database.execute(
            """UPDATE stock_stockbalance SET reserved = reserved - %(part)s
                            WHERE item_id = %(item)s AND location_id = %(place)s""",
            part=part,
            item=r.item_id,
            place=r.location_id,
        )
        if part == r.quantity:
            r.delete()
        else:
            Reservation.objects.filter(pk=r.pk).update(quantity=F("quantity") - part)
        freed += part
        rest = None if rest is None else rest - part
    return freed
