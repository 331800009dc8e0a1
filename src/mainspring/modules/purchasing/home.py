"""What people who buy, receive and check bills find on their home."""

from django.db.models import Sum
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, formats, home, notifications, policies

from . import queries
from .models import PurchaseOrder, Receipt

OPEN = "none,partly"
DELAYS_SHOWN = 3

home.watch(
    "purchasing/purchase-requests",
    {"state__in": "proposed,approved"},
    ngettext_lazy("%(count)d purchase request to order", "%(count)d purchase requests to order", "count"),
    _("Proposed by the plan or approved. The day shown is the first by which one must be ordered."),
    verb="order",
    icon="clipboard-list",
    due="order_by",
)
home.watch(
    "purchasing/purchase-requests",
    {"state": "open"},
    ngettext_lazy("%(count)d purchase request to approve", "%(count)d purchase requests to approve", "count"),
    _("Colleagues ask for something; nothing is ordered before somebody approves."),
    verb="approve",
    icon="clipboard-check",
    due="needed_on",
)
home.watch(
    "purchasing/purchase-requests",
    {"state": "proposed"},
    ngettext_lazy("%(count)d proposed purchase request", "%(count)d proposed purchase requests", "count"),
    _("The plan asks for them. Approve those the buyer may order."),
    verb="approve",
    unless="order",
    icon="clipboard-list",
    due="order_by",
)
home.watch(
    "purchasing/purchase-orders",
    {"state": "draft"},
    ngettext_lazy("%(count)d purchase order to confirm", "%(count)d purchase orders to confirm", "count"),
    _("Drafts order nothing: the supplier does not know of them and the plan does not count on them."),
    verb="confirm",
    icon="shopping-bag",
    amount="total_base",
    due="expected_on",
)
home.watch(
    "purchasing/purchase-orders",
    {"state": "confirmed", "received_state__in": OPEN, "expected_on": "past"},
    ngettext_lazy("%(count)d purchase order is late", "%(count)d purchase orders are late", "count"),
    _("Expected and not received in full. Ask the supplier and change the date; the plan follows."),
    verb="reschedule",
    roles=("manager", "planner"),
    kind="exception",
    icon="truck-loading",
    tone="red",
    amount="total_base",
    due="expected_on",
)
home.watch(
    "purchasing/bill-matches",
    {"needs_buyer": "true", "invoice__state": "draft"},
    ngettext_lazy("%(count)d bill differs from its order", "%(count)d bills differ from their orders", "count"),
    _("Beyond the tolerance. Accept with a reason, or have the bill corrected; until then it cannot be posted."),
    verb="accept",
    kind="exception",
    icon="checklist",
    tone="amber",
    amount="invoice__total_base",
)
home.watch(
    "purchasing/purchase-orders",
    {"state": "confirmed", "received_state__in": OPEN, "expected_on__lte": home.days_from_now(0)},
    ngettext_lazy("%(count)d delivery expected by today", "%(count)d deliveries expected by today", "count"),
    _("Ordered and not received in full. Receive drafts the receipt when the goods are here."),
    verb="purchasing.receipt:post",
    icon="package-import",
    due="expected_on",
)
home.watch(
    "purchasing/receipts",
    {"state": "draft"},
    ngettext_lazy("%(count)d receipt to post", "%(count)d receipts to post", "count"),
    _("The goods are not in stock before the receipt is posted."),
    verb="post",
    icon="package-import",
    tone="amber",
    due="received_on",
)
home.watch(
    "purchasing/supplier-returns",
    {"state": "draft"},
    ngettext_lazy("%(count)d return to a supplier to post", "%(count)d returns to suppliers to post", "count"),
    _("Drafted and still in stock. Post when the goods leave."),
    verb="post",
    icon="package-export",
    due="returned_on",
)
home.watch(
    "purchasing/purchase-orders",
    {"state__in": "confirmed,closed", "received_state__in": "partly,fully", "billed_state": "none"},
    ngettext_lazy("%(count)d purchase received and not billed", "%(count)d purchases received and not billed", "count"),
    _("The goods are here and no bill is posted. Enter the bill, or ask the supplier for it."),
    verb="accounting.invoice:post",
    icon="file-invoice",
    amount="total_base",
    due="expected_on",
)


@home.exceptions.fill
def delaying(ctx):
    """The late purchases that delay somebody's order first, for those who may change their date."""
    if not access.can(ctx, PurchaseOrder, "reschedule"):
        return []
    found = [row for row in queries.late_lines(ctx) if row["delays"]]
    return [
        home.Waiting(
            gettext("%(order)s will delay %(demand)s") % {"order": row["number"], "demand": row["delays"]},
            notifications.page_of("purchasing.purchaseorder", row["order_id"]),
            gettext("%(quantity)s %(item)s from %(supplier)s, %(days)s days late")
            % {
                "quantity": formats.number(row["quantity"], 0, 6),
                "item": row["item"],
                "supplier": row["supplier"],
                "days": row["days_late"],
            },
            kind="exception",
            icon="truck-loading",
            due_on=row["delayed_on"],
            tone="red",
        )
        for row in found[:DELAYS_SHOWN]
    ]


@home.numbers.fill
def ordered(ctx):
    """What was ordered this month, and what is still to come."""
    if not access.can(ctx, PurchaseOrder, "confirm") and "manager" not in policies.of(ctx).roles:
        return []
    orders = access.rows(ctx, PurchaseOrder)
    by_month = home.by_month(ctx, orders.filter(state__in=("confirmed", "closed")), "ordered_on", Sum("total_base"))
    open_now = orders.filter(state="confirmed", received_state__in=OPEN.split(","))
    return [
        home.amount(
            ctx,
            _("Purchases this month"),
            by_month[-1],
            trend=by_month,
            href="/purchasing/purchase-orders/?state__in=confirmed,closed&ordered_on=this_month",
            note=_("ordered, with tax; the line shows twelve months"),
            order=30,
        ),
        home.amount(
            ctx,
            _("On order"),
            open_now.aggregate(sum=Sum("total_base"))["sum"],
            href=f"/purchasing/purchase-orders/?state=confirmed&received_state__in={OPEN}",
            note=_("with tax, not received in full"),
            order=32,
        ),
    ]


@home.numbers.fill
def receipts_posted(ctx):
    """Receipts of this week against the eleven before."""
    if not access.can(ctx, Receipt, "post"):
        return []
    return [
        home.this_week(
            ctx,
            _("Receipts this week"),
            access.rows(ctx, Receipt).filter(state="posted"),
            "received_on",
            href="/purchasing/receipts/?state=posted&received_on=this_week",
            note=_("posted; the line shows twelve weeks"),
            order=12,
        )
    ]


home.count("purchasing/purchase-requests", "order", state__in=("approved", "proposed"))
home.count("purchasing/bill-matches", "accept", needs_buyer=True, invoice__state="draft")
