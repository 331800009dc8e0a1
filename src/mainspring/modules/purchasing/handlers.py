"""What purchasing does about news from below."""

from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.promising import queries as promising

from . import billing, ordering, progress, queries
from .models import BillMatch, PurchaseOrder


@on(CommandDone)
def keep_up(event, ctx):
    """Follow bills into the books; give back what an edited draft no longer covers; match an edited bill again."""
    record, verb = event.record, event.verb
    if isinstance(record, Invoice) and record.kind in billing.SUPPLIER_KINDS:
        if verb in ("post", "reverse"):
            billing.follow_invoice(record, ctx, reversed_=verb == "reverse")
        elif verb == "change" and BillMatch.objects.filter(invoice=record.pk).exists():
            billing.refresh_match(record, ctx)
    elif isinstance(record, PurchaseOrder) and verb in ("change", "delete"):
        progress.refresh_requests(ordering.requests_of(record))


promising.lead_days.fill(queries.lead_days)
