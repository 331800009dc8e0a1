"""What is read across contracts: limits, what is deliverable, which contracts a document belongs to."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from mainspring.kernel import access, database
from mainspring.kernel.money import rounded
from mainspring.modules.crm import commands as deals
from mainspring.modules.sales import queries as sales

from .models import LIVE, CallOff, Contract, Instalment

ZERO = Decimal(0)


def is_under(contract, order_id) -> bool:
    """Whether an order is called off under the contract."""
    return CallOff.objects.filter(contract=contract, order=order_id).exists()


def deliverable(order) -> Decimal:
    """What of an order is delivered and on no invoice yet, with tax, in the order's currency."""
    on_invoices = sales.invoiced(order)
    worth = ZERO
    for line in sales.lines_of(order):
        due = max(line.delivered - on_invoices.get(line.pk, ZERO), ZERO)
        worth += (line.net + line.tax) * due / line.quantity
    return rounded(worth, order.currency.digits)


def of_orders(order_ids: Iterable) -> list:
    """Keys of the contracts orders are under, in lock order."""
    rows = database.planned_rows(
        "SELECT DISTINCT contract_id AS id FROM contracts_calloff WHERE order_id = ANY(%(orders)s::uuid[]) ORDER BY 1",
        orders=list(order_ids),
    )
    return [row["id"] for row in rows]


def of_invoices(invoice_ids: Iterable) -> list:
    """Keys of the contracts the lines of invoices belong to, in lock order."""
    rows = database.planned_rows(
        """
        SELECT DISTINCT COALESCE(c.contract_id, r.contract_id) AS id FROM accounting_invoiceline l
        LEFT JOIN contracts_calloff c ON c.order_id = l.origin_id
        LEFT JOIN contracts_invoicerequest r ON r.id = l.origin_id
        WHERE l.document_id = ANY(%(invoices)s::uuid[]) AND COALESCE(c.contract_id, r.contract_id) IS NOT NULL
        ORDER BY 1""",
        invoices=list(invoice_ids),
    )
    return [row["id"] for row in rows]


def of_payment(payment_id) -> list:
    """Keys of the contracts a payment brings money for, in lock order."""
    rows = database.planned_rows(
        """
        SELECT contract_id AS id FROM contracts_receiptmatch WHERE payment_id = %(payment)s
        UNION
        SELECT COALESCE(c.contract_id, r.contract_id) FROM accounting_paymentallocation a
        JOIN accounting_invoiceline l ON l.document_id = a.invoice_id
        LEFT JOIN contracts_calloff c ON c.order_id = l.origin_id
        LEFT JOIN contracts_invoicerequest r ON r.id = l.origin_id
        WHERE a.document_id = %(payment)s AND COALESCE(c.contract_id, r.contract_id) IS NOT NULL
        ORDER BY 1""",
        payment=payment_id,
    )
    return [row["id"] for row in rows]


def lives_until(party_ids: Iterable[int], on: date) -> dict[int, date | None]:
    """{customer: the last day of its longest contract that lives on a day}; None: without an end.

    Customers without a living contract are left out.
    """
    rows = database.rows(
        """
        SELECT party_id, CASE WHEN BOOL_OR(valid_until IS NULL) THEN NULL ELSE MAX(valid_until) END AS until
        FROM contracts_contract WHERE party_id = ANY(%(parties)s) AND state IN ('signed', 'active', 'suspended')
          AND (valid_until IS NULL OR valid_until >= %(on)s) GROUP BY 1""",
        parties=list(party_ids),
        on=on,
    )
    return {row["party_id"]: row["until"] for row in rows}


def ending(ctx, days: int = 90):
    """Living contracts in sight that end within so many days or have ended, the next first."""
    return (
        access.rows(ctx, Contract)
        .filter(state__in=LIVE, valid_until__lte=ctx.business_date + timedelta(days=days))
        .order_by("valid_until", "number")
    )


def overdue(ctx):
    """Instalments in sight past their day and not collected."""
    return access.rows(ctx, Instalment).filter(
        document__state="agreed", due_on__lt=ctx.business_date, open_amount__gt=0
    )


@deals.agreed.fill
def worth_of_deals(company_id) -> dict:
    """{open deal: value of its contracts in base currency} whose collection plan says when the money comes."""
    return {
        row["deal"]: row["worth"]
        for row in database.rows(
            """
        SELECT c.opportunity_id AS deal, SUM(c.value_base) AS worth
        FROM contracts_contract c JOIN crm_opportunity d ON d.id = c.opportunity_id AND d.state = 'open'
        JOIN contracts_collectionplan p ON p.contract_id = c.id AND p.state = 'agreed'
        WHERE c.company_id = %(company)s AND c.state IN ('signed', 'active', 'suspended', 'completed')
        GROUP BY 1""",
            company=company_id,
        )
    }
