"""What stock tells where an item is chosen."""

from mainspring.kernel import access
from mainspring.modules.items.models import Item
from mainspring.web.views import lookup

from . import queries
from .models import StockBalance


@lookup.notes.fill
def free_stock(model, records, ctx, asked) -> dict | None:
    """What is free of each item offered, at the site asked for or in the whole company."""
    if model is not Item or not records or not access.can(ctx, StockBalance, "view"):
        return None
    site = asked.get("site", "")
    free = queries.free_of(ctx, [item.pk for item in records], int(site) if site.isascii() and site.isdigit() else None)
    return {item.pk: {"stock": f"{free.get(item.pk, 0):f}"} for item in records if item.is_stocked}
