"""All about one customer on one page: money at stake and the newest of everything (CRM-01)."""

from django.utils.translation import gettext as _

from mainspring.kernel import access, notifications
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.crm.models import Activity, Opportunity

from . import queries
from .models import Quotation, Return, SalesOrder, Shipment

NEWEST = 8


def of_customer(ctx, party) -> dict:
    """What the overview of a customer shows; only what the person may see counts."""
    base = queries.base_currency(ctx.company_id)
    sees_money = access.can(ctx, Invoice, "view")
    stake = queries.exposure(ctx.company_id, party.pk) if sees_money else {}
    amounts = {
        "receivable": stake.get("receivable"),
        "orders": stake.get("orders"),
        "overdue": queries.overdue(ctx, party) if sees_money else None,
    }
    found = {name: _amount(amount, base) for name, amount in amounts.items()}
    found["limit"] = (
        _amount(party.credit_limit, party.currency_id) if access.may_see(ctx, type(party), "credit_limit") else ""
    )
    groups = [
        (_("Opportunities"), Opportunity, "expected_close_on", "expected_close_on", "amount"),
        (_("Quotations"), Quotation, "-created_at", "quoted_on", "total"),
        (_("Sales orders"), SalesOrder, "-created_at", "ordered_on", "total"),
        (_("Shipments"), Shipment, "-created_at", "ship_on", ""),
        (_("Returns"), Return, "-created_at", "returned_on", ""),
        (_("Invoices"), Invoice, "-created_at", "invoice_on", "total"),
        (_("Follow-ups"), Activity, "-at", "at", ""),
    ]
    found["groups"] = [group for group in (_group(ctx, party, *spec) for spec in groups) if group["rows"]]
    return found


def _group(ctx, party, title, model, order, day, amount) -> dict:
    rows = (
        access.rows(ctx, model).filter(party=party).order_by(order)[:NEWEST] if access.can(ctx, model, "view") else ()
    )
    return {
        "title": title,
        "rows": [
            {
                "label": getattr(record, "number", "") or str(record),
                "on": getattr(record, day),
                "href": notifications.page_of(model._meta.label_lower, record.pk),
                "text": getattr(record, "content", "")[:120] or getattr(record, "name", ""),
                "state": getattr(record, "state_label", ""),
                "amount": _amount(getattr(record, amount), record.currency_id) if amount else "",
            }
            for record in rows
        ],
    }


def _amount(amount, currency: str) -> str:
    return "" if amount is None else f"{amount:,.2f} {currency}"
