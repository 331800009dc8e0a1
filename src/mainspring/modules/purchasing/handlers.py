"""What purchasing does about news from below."""

from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.events import InvoicePosted, InvoiceReversed
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.promising import queries as promising

from . import billing, ordering, progress, queries
from .models import BillMatch, PurchaseOrder


@on(InvoicePosted)
def follow_bill(event, ctx):
    billing.follow_invoice(Invoice.objects.get(pk=event.invoice_id), ctx)


@on(InvoiceReversed)
def follow_reversal(event, ctx):
    billing.follow_invoice(Invoice.objects.get(pk=event.invoice_id), ctx, reversed_=True)


@on(CommandDone)
def keep_up(event, ctx):
    """An edited draft order gives its requests back what it no longer covers; an edited bill is matched again."""
    if event.verb not in ("change", "delete"):
        return
    if isinstance(event.record, PurchaseOrder):
        progress.refresh_requests(ordering.requests_of(event.record))
    elif isinstance(event.record, Invoice) and BillMatch.objects.filter(invoice=event.record.pk).exists() \
            and event.verb == "change":
        billing.refresh_match(event.record, ctx)


promising.lead_days.fill(queries.lead_days)
