"""What purchasing does about news from below."""

from django.utils.translation import gettext as _

from mainspring.kernel import access, home, notifications
from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.promising import queries as promising

from . import billing, ordering, progress, queries
from .models import BillMatch, PurchaseOrder, PurchaseRequest


@on(CommandDone, many=True)
def follow_bills(events, ctx):
    """Follow bills into the books, and out of them when they are reversed."""
    for verb in ("post", "reverse"):
        found = [e.record for e in events if e.verb == verb and isinstance(e.record, Invoice)]
        bills = [bill for bill in found if bill.kind in billing.SUPPLIER_KINDS]
        if bills:
            billing.follow_invoices(bills, ctx, reversed_=verb == "reverse")


@on(CommandDone)
def keep_up(event, ctx):
    """Give back what an edited draft no longer covers; match an edited bill again."""
    record, verb = event.record, event.verb
    if isinstance(record, Invoice) and record.kind in billing.SUPPLIER_KINDS:
        if verb == "change" and BillMatch.objects.filter(invoice=record.pk).exists():
            billing.refresh_match(record, ctx)
    elif isinstance(record, PurchaseOrder) and verb in ("change", "delete"):
        progress.refresh_requests(ordering.requests_of(record))


promising.lead_days.fill(queries.lead_days)


@home.exceptions.fill
def late_purchases(ctx):
    """Late purchases that delay somebody's order, for those who may change their date."""
    if not access.can(ctx, PurchaseOrder, "reschedule"):
        return []
    return [
        home.Waiting(
            _("%(order)s will delay %(demand)s") % {"order": row["number"], "demand": row["delays"]},
            notifications.page_of("purchasing.purchaseorder", row["order_id"]),
            _("%(quantity)s %(item)s from %(supplier)s, %(days)s days late")
            % {
                "quantity": f"{row['quantity'].normalize():f}",
                "item": row["item"],
                "supplier": row["supplier"],
                "days": row["days_late"],
            },
            kind="exception",
            icon="truck-loading",
            due_on=row["delayed_on"],
            tone="red",
        )
        for row in queries.late_lines(ctx)[:10]
        if row["delays"]
    ]


@home.exceptions.fill
def bills_to_accept(ctx):
    """Bills that differ from their orders, for the buyer."""
    if not access.can(ctx, BillMatch, "accept"):
        return []
    waiting = (
        access.rows(ctx, BillMatch, "accept")
        .filter(needs_buyer=True, invoice__state="draft")
        .select_related("invoice__party")[:10]
    )
    return [
        home.Waiting(
            _("Bill of %(supplier)s differs from the order") % {"supplier": match.invoice.party},
            notifications.page_of("purchasing.billmatch", match.pk),
            match.summary,
            kind="exception",
            icon="checklist",
            cost=match.invoice.total_base,
            tone="amber",
        )
        for match in waiting
    ]


@home.counts.fill
def what_waits(ctx):
    """Requests to order and bills to accept, for the menu."""
    found = {}
    if access.can(ctx, PurchaseRequest, "order"):
        found["purchasing/purchase-requests"] = (
            access.rows(ctx, PurchaseRequest, "order").filter(state__in=("approved", "proposed")).count()
        )
    if access.can(ctx, BillMatch, "accept"):
        found["purchasing/bill-matches"] = (
            access.rows(ctx, BillMatch, "accept").filter(needs_buyer=True, invoice__state="draft").count()
        )
    return found
