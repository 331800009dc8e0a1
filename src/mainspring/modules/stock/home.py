"""What people who keep stock find on their home."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, database, home
from mainspring.modules.accounting import queries as ledger
from mainspring.modules.items.models import ItemSite

from .models import StockBalance, StockValue

SHOWN_MAX = 200

home.watch(
    "stock/transfers",
    {"state": "draft"},
    ngettext_lazy("%(count)d stock transfer to ship", "%(count)d stock transfers to ship", "count"),
    _("Drafted. Ship when the goods leave; they stay ours on the way."),
    verb="ship",
    icon="truck",
    due="ship_on",
)
home.watch(
    "stock/transfers",
    {"state": "in_transit"},
    ngettext_lazy("%(count)d stock transfer on its way", "%(count)d stock transfers on their way", "count"),
    _("Receive when the goods are here."),
    verb="receive",
    icon="truck",
    due="receive_on",
)
home.watch(
    "stock/stock-counts",
    {"state": "draft"},
    ngettext_lazy("%(count)d stock count to post", "%(count)d stock counts to post", "count"),
    _("Counted or being counted. Posting books the differences."),
    verb="post",
    icon="clipboard-check",
    due="counted_on",
)
home.watch(
    "stock/stock-adjustments",
    {"state": "draft"},
    ngettext_lazy("%(count)d stock adjustment to post", "%(count)d stock adjustments to post", "count"),
    _("Written and not booked: the shelves and the books differ until then."),
    verb="post",
    icon="adjustments",
    due="adjusted_on",
)


@home.exceptions.fill
def below_safety_stock(ctx):
    """Items and sites whose stock lies below the safety stock, for those who plan them."""
    if not access.can(ctx, ItemSite, "change") or not access.can(ctx, StockBalance, "view"):
        return []
    short = database.rows(
        """
        SELECT p.id FROM items_itemsite p JOIN kernel_site s ON s.id = p.site_id AND s.company_id = %(company)s
        JOIN items_item i ON i.id = p.item_id AND i.active
        WHERE p.safety_stock > 0 AND p.safety_stock > COALESCE((
            SELECT SUM(b.quantity) FROM stock_stockbalance b
            JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal'
            WHERE b.item_id = p.item_id AND l.site_id = p.site_id), 0)
        ORDER BY p.id LIMIT %(most)s""",
        company=ctx.company_id,
        most=SHOWN_MAX,
    )
    return home.listed(
        "items/item-sites",
        [row["id"] for row in short],
        ngettext_lazy("%(count)d item below its safety stock", "%(count)d items below their safety stock", "count"),
        _("What lies at the site is less than the stock kept against surprises. See what is on its way."),
        icon="alert-triangle",
        tone="amber",
    )


@home.numbers.fill
def stock_value(ctx):
    """What the stock is worth in the books, for those who see values."""
    if not access.can(ctx, StockValue, "view"):
        return []
    return [
        home.amount(
            ctx,
            _("Stock value"),
            ledger.balance_of(ctx.company_id, "stock"),
            href="/reports/stock-value/",
            note=_("as the stock account shows it"),
            order=50,
        )
    ]
