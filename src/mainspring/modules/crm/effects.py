"""What a deal would do to stock if it were won: its items on the day they are wanted, with it and without (U6)."""

from mainspring.kernel import access, formats
from mainspring.modules.organization import queries as organization
from mainspring.modules.promising import queries as promising
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockBalance

from . import expecting

LINES_MAX = 20


def panel(deal, ctx) -> dict:
    """Rows of the deal's items: stock projected on the day without and with the deal in full, and the promise."""
    if not access.can(ctx, StockBalance, "view"):
        return {"rows": [], "hidden": True}
    lines = list(deal.lines.select_related("item__unit", "site")[:LINES_MAX])
    by_site: dict = {}
    for line in lines:
        site = line.site or organization.usual_site.get(deal.company_id)
        if site is not None and line.item.is_stocked:
            by_site.setdefault(site, []).append(line)
    rows = [row for site, some in by_site.items() for row in _of_site(deal, ctx, site, some)]
    return {"rows": rows, "share": formats.number(expecting.share_of(deal), 0), "deal": deal, "hidden": False}


def _of_site(deal, ctx, site, lines) -> list[dict]:
    days = {line.pk: line.wanted_on or deal.expected_close_on or ctx.business_date for line in lines}
    wanted = [promising.Wanted(line.item, line.stock_quantity, days[line.pk]) for line in lines]
    promises = promising.promises(ctx, site, wanted, apart_from=deal.pk)
    found = []
    for line, promise in zip(lines, promises, strict=True):
        day = max(days[line.pk], ctx.business_date)
        without = shelves.on_hand(ctx, line.item, site) + sum(
            row["quantity"]
            for row in shelves.projection(ctx, line.item, site)
            if row["planned_on"] <= day and row["origin_id"] != deal.pk
        )
        unit = line.item.unit.code
        found.append(
            {
                "item": line.item,
                "href": f"/items/items/{line.item_id}/",
                "site": site,
                "day": day,
                "quantity": f"{formats.number(line.stock_quantity, 0, 6)} {unit}",
                "without": f"{formats.number(without, 0, 6)} {unit}",
                "with": f"{formats.number(without - line.stock_quantity, 0, 6)} {unit}",
                "short": without < line.stock_quantity,
                "promised_on": promise.on,
                "why": promise.text,
                "late": promise.on is None or promise.on > day,
            }
        )
    return found
