"""Requests another site of ours serves: goods are transferred, not bought (MFG-11)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from mainspring.engines.calendar import working
from mainspring.kernel import commands
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization import queries as organization
from mainspring.modules.stock.models import Transfer, TransferLine

from . import progress
from .models import PurchaseRequest


def transfers(requests: Sequence[PurchaseRequest], ctx) -> list[Transfer]:
    """A confirmed transfer for each way and day of leaving; whoever may order may have goods brought."""
    ways = {
        (way.item_id, way.site_id): way.transit_days
        for way in ItemSite.objects.filter(
            item__in={r.item_id for r in requests}, site__in={r.site_id for r in requests}
        )
    }
    groups: dict[tuple, list[PurchaseRequest]] = defaultdict(list)
    for request in requests:
        ship_on = _leaves(request, ways.get((request.item_id, request.site_id), 0), ctx.business_date)
        groups[request.from_site, request.site, ship_on].append(request)
    made = []
    trusted = replace(ctx, trusted=True)
    for (start, end, ship_on), found in groups.items():
        days = max(ways.get((r.item_id, r.site_id), 0) for r in found)
        arrives = working.add_working_days(organization.site_days(end), ship_on, days) if days else ship_on
        lines = [{"item": r.item_id, "quantity": r.open_quantity} for r in found]
        transfer = commands.create(
            Transfer, trusted, from_site=start, to_site=end, ship_on=ship_on, receive_on=arrives, lines=lines
        )
        for line, request in zip(transfer.lines.order_by("position"), found, strict=True):
            kept_for = request.demand_id if request.is_dedicated else None
            TransferLine.objects.filter(pk=line.pk).update(needed_for=request.pk, kept_for=kept_for)
        made.append(commands.perform(transfer, "confirm", trusted))
        progress.take(found, transfer, ctx)
    return made


def _leaves(request: PurchaseRequest, days: int, today: date) -> date:
    """The day the goods have to leave to be there when they are needed, never a past one."""
    if request.order_by:
        return max(request.order_by, today)
    calendar = organization.site_days(request.site)
    return max(working.add_working_days(calendar, request.needed_on, -days) if days else request.needed_on, today)


def requests_of(transfer: Transfer) -> Iterable:
    """Keys of the requests a transfer serves."""
    return transfer.lines.filter(needed_for__kind="purchasing.purchaserequest").values_list("needed_for_id", flat=True)
