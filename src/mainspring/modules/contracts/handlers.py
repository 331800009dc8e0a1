"""What contracts do about news from orders, deliveries, invoices and payments: they look at the facts again."""

from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice, Payment
from mainspring.modules.sales.models import Return, SalesOrder, Shipment

from . import carrying, facts, queries, receiving
from .models import CollectionPlan, Contract, InvoiceRequest, WriteOff

ORDER_VERBS = {"change", "confirm", "release_credit", "promise", "close", "complete", "reopen", "cancel"}
ORDERING = {"confirm", "release_credit"}
INVOICE_VERBS = {"post", "reverse"}
PAYMENT_VERBS = {"post", "allocate", "reverse"}


@on(CommandDone)
def follow_own(event, ctx):
    """Contracts, plans, requests and write-offs: sums, days and statuses follow each step."""
    record, verb = event.record, event.verb
    if isinstance(record, Contract):
        if verb not in ("create", "delete"):
            facts.refresh([record.pk], ctx)
    elif isinstance(record, CollectionPlan | InvoiceRequest | WriteOff) and not (
        verb == "delete" and isinstance(record, CollectionPlan)
    ):
        facts.refresh([record.contract_id], ctx)


@on(CommandDone)
def follow_documents(event, ctx):
    """News of documents that are, or may be, under a contract."""
    record, verb = event.record, event.verb
    if isinstance(record, SalesOrder) and verb in ORDER_VERBS:
        _orders([record.pk], ctx, ordered=record if verb in ORDERING else None)
    elif isinstance(record, Shipment) and verb == "post":
        _orders([record.order_id], ctx)
    elif isinstance(record, Return) and verb == "receive":
        _orders([record.shipment.order_id], ctx)
    elif isinstance(record, Invoice) and verb in INVOICE_VERBS and record.is_sale:
        _invoice(record, verb, ctx)
    elif isinstance(record, Payment) and verb in PAYMENT_VERBS:
        receiving.follow(record, ctx, fill=verb == "post")


def _orders(keys: list, ctx, *, ordered: SalesOrder | None = None) -> None:
    contracts = queries.of_orders(keys)
    if not contracts:
        return
    facts.refresh(contracts, ctx)
    for contract in contracts if ordered is not None else ():
        carrying.watch(ordered, contract)


def _invoice(invoice: Invoice, verb: str, ctx) -> None:
    contracts = queries.of_invoices([invoice.pk])
    if not contracts:
        return
    if verb == "reverse":
        InvoiceRequest.objects.filter(invoice=invoice, state="invoiced").update(state="reversed")
    facts.refresh(contracts, ctx)
