"""Move goods: balances, the material ledger, values and the books, in a fixed number of statements.

Locks are taken in one order by everyone: balances by (item, location), then the items' cost rows, then, when the
command ends, the journal's number series. They are held only from here to the end of the command.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, events, remembered
from mainspring.kernel.models import Site
from mainspring.kernel.prepared import Prepared
from mainspring.modules.accounting.commands import key
from mainspring.modules.items.models import Item

from . import valuing
from .events import GoodsComing, StockMoved
from .models import Location, StockMove
from .models.locations import LocationKind

ZERO = Decimal(0)


@dataclass(frozen=True)
class MoveSpec:
    """Goods to move or to plan. Quantity in the item's stocking unit, above zero; records or their keys.

    unit_cost  cost of goods from outside, in base currency; left out, they come in at the current cost
    of_move    the move this one takes back (returns): its cost is used
    is_forecast  expected only: planned for, promised to nobody
    value      cost of the whole move, when it is known better than unit_cost times quantity
    kept_for   {document: quantity} of what comes in for documents alone (P22)
    """

    item: Any
    quantity: Decimal
    from_location: Any
    to_location: Any
    origin: Any = None
    origin_line: int | None = None
    unit_cost: Decimal | None = None
    planned_on: date | None = None
    reference: str = ""
    is_forecast: bool = False
    of_move: Any = None
    value: Decimal | None = None
    kept_for: Mapping[UUID, Decimal] = field(default_factory=dict)


def ensure_locations(site: Site, ctx) -> dict[str, Location]:
    """The default location of every kind on a site, made where missing: {kind: location}."""
    found = _default_locations.get(site.pk)
    missing = [kind for kind in LocationKind if kind not in found]
    if missing:
        user_id = ctx.user.pk if ctx.user else None
        Location.objects.bulk_create(
            [
                Location(
                    site=site,
                    code="STOCK" if kind == "internal" else kind.upper(),
                    name=str(kind.label),
                    kind=kind,
                    is_default=True,
                    created_by_id=user_id,
                )
                for kind in missing
            ],
            ignore_conflicts=True,
        )
        found = _load_defaults(site.pk)
    return found


def _load_defaults(site_id: int) -> dict[str, Location]:
    return {place.kind: place for place in Location.objects.filter(site=site_id, is_default=True)}


_default_locations = remembered.Remembered(_load_defaults, Location)


def expect(documents: Iterable[UUID], ctx) -> None:
    """Have the documents that goods come for alone held still, before any balance is locked: so does who works on them.

    Whoever moves other goods first in the same command says so before that.
    """
    if found := sorted(documents):
        events.publish(GoodsComing(tuple(found)), ctx)


def post_moves(ctx, specs: Sequence[MoveSpec], *, effective_on: date) -> list[StockMove]:
    """Move goods that really moved: balances, values and journal entries follow at once.

    effective_on  when it happened; an earlier day than today re-values what came after it (I03, I05)
    Raises ValidationError when goods are missing, reserved for others, or would have been missing since.
    """
    specs = list(specs)
    if not specs:
        return []
    if ctx.command_id is None:
        with commands.batch(StockMove, ctx, "post", moves=len(specs)) as inner:
            return _post(inner, specs, effective_on)
    return _post(ctx, specs, effective_on)


def _post(ctx, specs: list[MoveSpec], effective_on: date) -> list[StockMove]:
    if effective_on > ctx.business_date:
        raise ValidationError(_("Goods cannot move on a future day: %(day)s.") % {"day": effective_on}, code="future")
    moves = _rows(ctx, specs, effective_on)
    deltas = _deltas(moves)
    book = valuing.prepare(ctx, moves, {n: spec.value for n, spec in enumerate(specs)})  # reads only
    for move, pk in zip(moves, database.next_keys(StockMove, len(moves)), strict=True):
        move.pk = pk
    expect({document for spec in specs for document in spec.kept_for}, ctx)
    _lock(deltas, book)
    at = _moment(ctx, effective_on, book.last_at, book.zone)
    for move in moves:
        move.effective_at = at or _edge_of_day(effective_on, move.to_location.is_owned, book.zone)
    if at is None:
        _refuse_later_shortage(ctx, deltas, effective_on)
    with database.together():  # whoever waits for these goods waits for this one round trip and the commit
        database.insert(moves)
        _change_balances(deltas)
        book.post(moves)
    book.tell()
    arriving = tuple(move.pk for move in moves if move.to_location.kind == LocationKind.INTERNAL)
    kept_for = tuple(
        (document, move.item_id, move.to_location.site_id, quantity)
        for move, spec in zip(moves, specs, strict=True)
        for document, quantity in spec.kept_for.items()
    )
    events.publish(StockMoved(tuple(move.pk for move in moves), arriving, kept_for), ctx)
    return moves


def _rows(ctx, specs: list[MoveSpec], effective_on: date) -> list[StockMove]:
    """The moves as unsaved rows with items and locations in hand; refuses what cannot be moved."""
    items = {s.item.pk: s.item for s in specs if isinstance(s.item, Item)}
    missing = {key(s.item) for s in specs} - items.keys()
    items |= {item.pk: item for item in _items(list(missing))} if missing else {}
    locations = remembered.rows(Location, {key(place) for s in specs for place in (s.from_location, s.to_location)})
    rows = []
    for spec in specs:
        item, start, end = items[key(spec.item)], locations[key(spec.from_location)], locations[key(spec.to_location)]
        if not item.is_stocked:
            raise ValidationError(_("%(item)s is not stocked.") % {"item": item}, code="kind")
        if spec.quantity <= 0:
            raise ValidationError({"quantity": _("The quantity must be above zero.")}, code="quantity")
        if start.site.company_id != ctx.company_id or end.site.company_id != ctx.company_id:
            raise ValidationError(_("%(place)s belongs to another company.") % {"place": start}, code="company")
        rows.append(
            StockMove(
                company_id=ctx.company_id,
                item=item,
                state="done",
                quantity=spec.quantity,
                from_location=start,
                to_location=end,
                planned_on=spec.planned_on,
                effective_on=effective_on,
                unit_cost=spec.unit_cost,
                of_move_id=key(spec.of_move),
                origin_id=key(spec.origin),
                origin_line=spec.origin_line,
                reference=spec.reference[:80],
                created_by_id=ctx.user.pk if ctx.user else None,
            )
        )
    return rows


_items = Prepared(lambda keys: Item.objects.filter(pk__any_of=keys).order_by())


def _deltas(moves: Sequence[StockMove]) -> dict[tuple[int, int], Decimal]:
    """Change of each balance: {(item, owned location): quantity}."""
    found: dict[tuple[int, int], Decimal] = {}
    for move in moves:
        for place, sign in ((move.from_location, -1), (move.to_location, 1)):
            if place.is_owned:
                found[move.item_id, place.pk] = found.get((move.item_id, place.pk), ZERO) + sign * move.quantity
    return found


def _lock(deltas: dict, book: valuing.Valuation) -> None:
    """Lock balances in order of item and location, then cost rows, making missing ones; refuse what is not free."""
    if not deltas:
        return
    keys = {"items": [i for i, _l in deltas], "places": [place for _i, place in deltas]}
    with connection.cursor() as cursor:
        cursor.execute(f"{BALANCES}; {valuing.COSTS}", {**keys, **book.keys})
        found = _as_rows(cursor)
        cursor.nextset()
        book.take(_as_rows(cursor))
    if len(found) < len(deltas):
        database.execute(
            """
            INSERT INTO stock_stockbalance (item_id, location_id, quantity, reserved)
            SELECT * , 0, 0 FROM unnest(%(items)s::bigint[], %(places)s::bigint[]) AS k (item_id, location_id)
            ORDER BY 1, 2 ON CONFLICT DO NOTHING""",
            **keys,
        )
        found = database.rows(BALANCES, **keys)
    book.lock()
    short = [
        row
        for row in found
        if deltas[row["item_id"], row["location_id"]] < 0
        and row["quantity"] - row["reserved"] + deltas[row["item_id"], row["location_id"]] < 0
    ]
    if short:
        raise _shortage(short, deltas)


BALANCES = """
    SELECT b.item_id, b.location_id, b.quantity, b.reserved FROM stock_stockbalance b
    JOIN unnest(%(items)s::bigint[], %(places)s::bigint[]) AS k (item_id, location_id)
      ON k.item_id = b.item_id AND k.location_id = b.location_id
    ORDER BY b.item_id, b.location_id FOR UPDATE OF b"""


def _as_rows(cursor) -> list[dict]:
    names = [c.name for c in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _shortage(short: list[dict], deltas: dict) -> ValidationError:
    items = {i.pk: i for i in Item.objects.filter(pk__in=[row["item_id"] for row in short]).select_related("unit")}
    places = {loc.pk: loc for loc in Location.objects.filter(pk__in=[row["location_id"] for row in short])}
    return ValidationError(
        [
            ValidationError(
                _("%(item)s: %(needed)s %(unit)s needed at %(place)s, %(free)s free (%(reserved)s reserved)."),
                params={
                    "item": items[row["item_id"]].code,
                    "unit": items[row["item_id"]].unit.code,
                    "place": places[row["location_id"]],
                    "needed": plain(-deltas[row["item_id"], row["location_id"]]),
                    "free": plain(row["quantity"] - row["reserved"]),
                    "reserved": plain(row["reserved"]),
                },
                code="shortage",
            )
            for row in short
        ]
    )


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"


def _change_balances(deltas: dict) -> None:
    changed = {k: v for k, v in deltas.items() if v}
    if changed:
        database.later(
            """
            UPDATE stock_stockbalance b SET quantity = b.quantity + k.change
            FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[]) AS k (item_id, location_id, change)
            WHERE b.item_id = k.item_id AND b.location_id = k.location_id""",
            [[i for i, _l in changed], [place for _i, place in changed], list(changed.values())],
        )


def _moment(ctx, effective_on: date, last_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Now, for what happens today; None for an earlier day. Never before the last event of the locked items."""
    if effective_on < ctx.business_date:
        return None
    now = datetime.combine(effective_on, timezone.localtime(timezone=zone).time(), tzinfo=zone)
    same_day = last_at is not None and last_at.astimezone(zone).date() == effective_on
    return max(now, last_at) if same_day else now


def _edge_of_day(day: date, arrives: bool, zone: ZoneInfo) -> datetime:
    """Back-dated receipts count from the morning, issues at the evening, in whatever order they are entered (I01)."""
    return datetime.combine(day, time.min if arrives else time(23, 59, 59), tzinfo=zone)


def _refuse_later_shortage(ctx, deltas: dict, effective_on: date) -> None:
    """Refuse a back-dated issue that would have left a place short on any later day (I05)."""
    for (item, place), change in sorted(deltas.items()):
        if change >= 0:
            continue
        least = (
            database.scalar(
                """
            WITH later AS (
                SELECT SUM(CASE WHEN m.to_location_id = %(place)s THEN m.quantity ELSE -m.quantity END)
                       OVER (ORDER BY m.effective_on DESC, m.effective_at DESC, m.id DESC) AS moved
                FROM stock_stockmove m
                WHERE m.state = 'done' AND m.company_id = %(company)s AND m.item_id = %(item)s
                  AND %(place)s IN (m.from_location_id, m.to_location_id) AND m.effective_on > %(on)s)
            SELECT LEAST(b.quantity, b.quantity - COALESCE((SELECT MAX(moved) FROM later), 0))
            FROM stock_stockbalance b WHERE b.item_id = %(item)s AND b.location_id = %(place)s""",
                company=ctx.company_id,
                item=item,
                place=place,
                on=effective_on,
            )
            or ZERO
        )
        if least + change < 0:
            raise ValidationError(
                _(
                    "%(item)s: only %(least)s were left at %(place)s after %(day)s; an issue then would make a later "
                    "balance negative."
                )
                % {
                    "item": Item.objects.get(pk=item).code,
                    "place": Location.objects.get(pk=place),
                    "least": plain(least),
                    "day": effective_on,
                },
                code="later_shortage",
            )


def reversed_spec(move: StockMove, **changes) -> MoveSpec:
    """The move that takes a done move back, wholly unless `quantity` says less."""
    spec = MoveSpec(
        move.item_id,
        move.quantity,
        move.to_location_id,
        move.from_location_id,
        move.origin_id,
        move.origin_line,
        of_move=move.pk,
        reference=move.reference,
    )
    return replace(spec, **changes)
