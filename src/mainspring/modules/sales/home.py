"""What people who sell, ship and invoice find on their home."""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, home, policies

from .models import SalesOrder, Shipment

OPEN_DELIVERY = "nothing,part"
LEADS = ("manager",)

home.watch(
    "sales/sales-orders",
    {"state": "held"},
    ngettext_lazy("%(count)d sales order on credit hold", "%(count)d sales orders on credit hold", "count"),
    _("The customer's credit limit is exceeded. Release the order, or have the customer pay first."),
    verb="release_credit",
    roles=LEADS,
    kind="exception",
    icon="lock",
    tone="amber",
    amount="total_base",
    due="wanted_on",
)
home.watch(
    "sales/sales-orders",
    {"state": "held"},
    ngettext_lazy("%(count)d of your orders on credit hold", "%(count)d of your orders on credit hold", "count"),
    _("The credit limit is exceeded. The sales manager or the accountant may release the order."),
    verb="confirm",
    unless="release_credit",
    kind="exception",
    icon="lock",
    tone="amber",
    amount="total_base",
    due="wanted_on",
)
home.watch(
    "sales/sales-orders",
    {"state": "confirmed", "delivery_status__in": OPEN_DELIVERY, "promised_on": "past"},
    ngettext_lazy("%(count)d sales order is late", "%(count)d sales orders are late", "count"),
    _("Promised and not shipped in full. The report Late orders says why for each line."),
    verb="confirm",
    roles=LEADS,
    kind="exception",
    icon="clock-exclamation",
    tone="red",
    amount="net_base",
    due="promised_on",
)
home.watch(
    "sales/sales-orders",
    {"state": "draft", "owner": home.me},
    ngettext_lazy("%(count)d sales order to confirm", "%(count)d sales orders to confirm", "count"),
    _("Your drafts promise nothing and keep no stock until they are confirmed."),
    verb="confirm",
    icon="shopping-cart",
    amount="net_base",
    due="wanted_on",
)
home.watch(
    "sales/quotations",
    {"state": "draft", "owner": home.me},
    ngettext_lazy("%(count)d quotation to send", "%(count)d quotations to send", "count"),
    _("You drafted them and the customers wait."),
    verb="send",
    icon="file-description",
    amount="net_base",
    due="wanted_on",
)
home.watch(
    "sales/quotations",
    {"state": "agreed", "owner": home.me},
    ngettext_lazy("%(count)d accepted quotation to order", "%(count)d accepted quotations to order", "count"),
    _("The customers signed; make the orders."),
    verb="accept",
    icon="signature",
    amount="net_base",
)
home.watch(
    "sales/quotations",
    {
        "state": "sent",
        "owner": home.me,
        "valid_until__gte": home.days_from_now(0),
        "valid_until__lte": home.days_from_now(3),
    },
    ngettext_lazy("%(count)d quotation ends soon", "%(count)d quotations end soon", "count"),
    _("Valid for three days at most: ask the customers for their answer."),
    verb="send",
    icon="hourglass",
    tone="amber",
    amount="net_base",
    due="valid_until",
)
home.watch(
    "sales/quotations",
    {"state__in": "sent,expired", "owner": home.me, "valid_until": "past"},
    ngettext_lazy("%(count)d quotation has expired", "%(count)d quotations have expired", "count"),
    _("Without an answer. Confirm them again with a new day, or decline them."),
    verb="send",
    icon="calendar-due",
    amount="net_base",
    due="valid_until",
)
home.watch(
    "sales/sales-orders",
    {"state": "confirmed", "delivery_status__in": OPEN_DELIVERY, "promised_on__lte": home.days_from_now(1)},
    ngettext_lazy("%(count)d order to ship by tomorrow", "%(count)d orders to ship by tomorrow", "count"),
    _("Promised by tomorrow or earlier and not shipped in full. Ship drafts what lies here."),
    verb="sales.shipment:post",
    icon="truck-delivery",
    tone="amber",
    due="promised_on",
)
home.watch(
    "sales/shipments",
    {"state": "draft"},
    ngettext_lazy("%(count)d shipment to send off", "%(count)d shipments to send off", "count"),
    _("Drafted. Pick, correct the quantities and press Ship when the goods leave."),
    verb="post",
    icon="truck-delivery",
    due="ship_on",
)
home.watch(
    "sales/returns",
    {"state": "draft"},
    ngettext_lazy("%(count)d return to receive", "%(count)d returns to receive", "count"),
    _("Customers send goods back. Receive them when they are here."),
    verb="receive",
    icon="truck-return",
    due="returned_on",
)
home.watch(
    "sales/returns",
    {"state": "received"},
    ngettext_lazy("%(count)d return to credit", "%(count)d returns to credit", "count"),
    _("The goods are back; the customer waits for the credit note."),
    verb="credit",
    icon="receipt-2",
    due="returned_on",
)
home.watch(
    "sales/sales-orders",
    {"state": "confirmed", "delivery_status__in": "part,all", "billing_status": "nothing"},
    ngettext_lazy("%(count)d order delivered and not invoiced", "%(count)d orders delivered and not invoiced", "count"),
    _("Goods have left and no invoice is posted. Invoice drafts one for each order."),
    verb="invoice",
    icon="file-dollar",
    tone="amber",
    amount="net_base",
    due="promised_on",
)


@home.numbers.fill
def order_book(ctx):
    """Orders of this month against the eleven before, and what is still to deliver, in sight of the person."""
    if not _sells(ctx):
        return []
    orders = access.rows(ctx, SalesOrder)
    taken = home.by_month(ctx, orders.exclude(state__in=("draft", "cancelled")), "ordered_on", Sum("net_base"))
    open_now = orders.filter(state__in=("confirmed", "held"), delivery_status__in=OPEN_DELIVERY.split(","))
    return [
        home.amount(
            ctx,
            _("Order intake this month"),
            taken[-1],
            trend=taken,
            href="/sales/sales-orders/?ordered_on=this_month&state__in=confirmed,held,closed",
            note=_("net, by order date; the line shows twelve months"),
            order=10,
        ),
        home.amount(
            ctx,
            _("Open orders"),
            open_now.aggregate(sum=Sum("net_base"))["sum"],
            href=f"/sales/sales-orders/?state__in=confirmed,held&delivery_status__in={OPEN_DELIVERY}",
            note=_("net, not shipped in full"),
            order=12,
        ),
    ]


def _sells(ctx) -> bool:
    return access.can(ctx, SalesOrder, "confirm") or (
        "manager" in policies.of(ctx).roles and access.can(ctx, SalesOrder, "view")
    )


@home.numbers.fill
def shipments_sent(ctx):
    """Shipments of this week against the eleven before."""
    if not access.can(ctx, Shipment, "post"):
        return []
    return [
        home.this_week(
            ctx,
            _("Shipments this week"),
            access.rows(ctx, Shipment).filter(state="posted"),
            "ship_on",
            href="/sales/shipments/?state=posted&ship_on=this_week",
            note=_("sent off; the line shows twelve weeks"),
            order=10,
        )
    ]


home.count("sales/shipments", "post", state="draft")
