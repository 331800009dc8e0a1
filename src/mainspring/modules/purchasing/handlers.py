"""What purchasing does about news from below."""

from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.promising import queries as promising
from mainspring.modules.stock.models import Transfer

from . import billing, ordering, progress, queries, transferring
from .models import BillMatch, PurchaseOrder


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
    elif isinstance(record, Transfer) and verb in ("receive", "cancel"):
        progress.refresh_requests(list(transferring.requests_of(record)))


promising.lead_days.fill(queries.lead_days)
