"""What the books tell on a customer's page: balance, what is overdue, invoices and payments (CRM-01)."""

from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from mainspring.kernel import access, home
from mainspring.modules.parties import queries as parties

from . import queries
from .models import Invoice

ZERO = Decimal(0)
overview = parties.overview

overview.happening(
    "invoices",
    lazy("Invoices"),
    "accounting.invoice",
    at="invoice_on",
    icon="receipt",
    amount="total",
    where=Q(kind__in=("customer_invoice", "customer_credit")),
)
overview.happening(
    "payments",
    lazy("Payments"),
    "accounting.payment",
    at="paid_on",
    icon="cash",
    amount="amount",
    text="reference",
)


def balance(customer) -> dict | None:
    """{open, overdue, days, items, oldest}: what the customer owes in base currency, for who may see its invoices.

    days: since the oldest item fell due; items: how many are overdue; oldest: document of the oldest one
    """
    return customer.once("accounting.balance", lambda: _balance(customer))


def _balance(customer) -> dict | None:
    ctx = customer.ctx
    if not access.can(ctx, Invoice, "view"):
        return None
    items = queries.open_items(ctx, party=customer.party, roles=("receivable", "prepayment"))
    late = [row for row in items if row["due_on"] < ctx.business_date and row["amount_base"] > 0]
    return {
        "open": sum((row["amount_base"] for row in items), ZERO),
        "overdue": sum((row["amount_base"] for row in late), ZERO),
        "days": (ctx.business_date - late[0]["due_on"]).days if late else 0,
        "items": len(late),
        "oldest": late[0] if late else None,
    }


@overview.figures.fill
def open_balance(customer) -> list[home.Number]:
    found = balance(customer)
    if found is None:
        return []
    note = _("nothing overdue")
    if found["overdue"]:
        note = _("%(amount)s overdue") % {"amount": customer.in_words(found["overdue"])}
    return [
        customer.money(
            _("Open balance"),
            found["open"],
            note=note,
            tone="red" if found["overdue"] else "",
            href=f"/accounting/invoices/?party={customer.party.pk}&state=posted",
            order=10,
        )
    ]


@overview.actions.fill
def chase(customer) -> list[overview.Action]:
    """An invoice is past its due date."""
    found = balance(customer)
    if not found or not found["items"]:
        return []
    oldest = found["oldest"]
    return [
        overview.Action(
            "overdue_invoice",
            min(60 + found["days"], 95),
            _("Ask for payment of %(number)s") % {"number": oldest["number"] or _("an invoice")},
            ngettext(
                "%(count)d item is overdue, %(amount)s in all; the oldest for %(days)d days.",
                "%(count)d items are overdue, %(amount)s in all; the oldest for %(days)d days.",
                found["items"],
            )
            % {"count": found["items"], "amount": customer.in_words(found["overdue"]), "days": found["days"]},
            href=f"/accounting/invoices/{oldest['origin_id']}/" if _in_sight(customer, oldest) else "",
            icon="cash",
            tone="red",
            **overview.log_button(customer),
        )
    ]


def _in_sight(customer, item) -> bool:
    return customer.rows(Invoice).filter(pk=item["origin_id"]).exists()
