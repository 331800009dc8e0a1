"""What is read across orders: progress, exposure, late orders, sales by any dimension."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import access, database, remembered, sentences
from mainspring.kernel.models import Company
from mainspring.kernel.prepared import Prepared
from mainspring.modules.accounting import queries as accounting

from .models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine

ZERO = Decimal(0)


def lines_of(order) -> list[SalesOrderLine]:
    """Lines of an order with all that quantities and prices need, in one query; asked anew at each call."""
    found = _lines_of(order.pk)
    for line in found:
        line.document = order
    return found


_lines_of = Prepared(
    lambda key: SalesOrderLine.objects.filter(document=key).select_related("item").order_by("position", "id")
)


def shipped_lines(shipment) -> list[ShipmentLine]:
    """Lines of a shipment with their items."""
    return _shipment_lines(shipment.pk)


_shipment_lines = Prepared(
    lambda key: ShipmentLine.objects.filter(document=key).select_related("item").order_by("position", "id")
)


def order_of(shipment) -> SalesOrder:
    """The order of a shipment, with its customer."""
    shipment.order = order = _order.one(shipment.order_id)
    if order.party_id == shipment.party_id:
        shipment.party = order.party
    return order


_order = Prepared(lambda key: SalesOrder.objects.filter(pk=key).select_related("party").order_by())
locked_order = Prepared(
    lambda key: SalesOrder.objects.filter(pk=key).select_related("party").select_for_update(of=("self",)).order_by()
)
"""The order of a key with its customer, locked."""


def invoiced(order) -> dict[int, Decimal]:
    """`invoicing` of one order."""
    return invoicing([order.pk])


def posted_shipments(order_ids) -> list[Shipment]:
    """Shipments of orders that left, by date."""
    return _posted_shipments(list(order_ids))


_posted_shipments = Prepared(
    lambda keys: Shipment.objects.filter(order_id__any_of=keys, state="posted").order_by("ship_on", "pk")
)


def open_orders(ctx, party=None):
    """Confirmed or held orders in sight, of one customer when named."""
    found = access.rows(ctx, SalesOrder).filter(state__in=("held", "confirmed"))
    return found.filter(party=party) if party is not None else found


def returned_of(shipment) -> dict[int, Decimal]:
    """{shipment line: quantity already on returns that are not cancelled}."""
    return {
        row["line"]: row["quantity"]
        for row in database.rows(
            """
        SELECT l.shipment_line_id AS line, SUM(l.quantity) AS quantity
        FROM sales_returnline l JOIN sales_return r ON r.id = l.document_id
        WHERE r.shipment_id = %(shipment)s AND r.state <> 'cancelled' GROUP BY 1""",
            shipment=shipment.pk,
        )
    }


def drafted(order, besides=None) -> dict[int, Decimal]:
    """{order line: quantity on shipments that have not left yet}."""
    return {
        row["line"]: row["quantity"]
        for row in database.planned_rows(
            """
        SELECT l.order_line_id AS line, SUM(l.quantity) AS quantity
        FROM sales_shipmentline l JOIN sales_shipment s ON s.id = l.document_id
        WHERE s.order_id = %(order)s AND s.state = 'draft' AND s.id IS DISTINCT FROM %(besides)s::uuid GROUP BY 1""",
            order=order.pk,
            besides=getattr(besides, "pk", None),
        )
    }


def reserved(order) -> dict[int, Decimal]:
    """{order line: quantity kept for it in stock, in stocking units}."""
    return {
        row["line"]: row["quantity"]
        for row in database.planned_rows(
            """
        SELECT origin_line AS line, SUM(quantity) AS quantity FROM stock_reservation
        WHERE origin_id = %(order)s GROUP BY 1""",
            order=order.pk,
        )
    }


def paid_pct(order) -> Decimal:
    """How much of the order's total its posted invoices have been paid (percent), from the ledger's open items."""
    if not order.total:
        return ZERO
    billed = database.rows(
        """
        SELECT i.id, i.total * CASE WHEN i.kind = 'customer_credit' THEN -1 ELSE 1 END AS total
        FROM accounting_invoice i
        WHERE i.state = 'posted' AND EXISTS (
            SELECT FROM accounting_invoiceline l WHERE l.document_id = i.id AND l.origin_id = %(order)s)""",
        order=order.pk,
    )
    still_open = sum((row["amount"] for invoice in billed for row in accounting.locked_open_items(invoice["id"])), ZERO)
    paid = sum((row["total"] for row in billed), ZERO) - still_open
    return round(max(ZERO, min(Decimal(100), paid * 100 / order.total)), 2)


FACTS = """
    SELECT line.id, line.quantity, item.kind,
           COALESCE((SELECT SUM(s.quantity) FROM sales_shipmentline s JOIN sales_shipment d ON d.id = s.document_id
                     WHERE s.order_line_id = line.id AND d.state = 'posted'), 0) AS shipped,
           COALESCE((SELECT SUM(r.quantity) FROM sales_returnline r JOIN sales_return d ON d.id = r.document_id
                     JOIN sales_shipmentline s ON s.id = r.shipment_line_id
                     WHERE s.order_line_id = line.id AND d.state IN ('received', 'credited')), 0) AS returned,
           COALESCE((SELECT SUM(i.quantity * CASE WHEN d.kind = 'customer_credit' THEN -1 ELSE 1 END)
                     FROM accounting_invoiceline i JOIN accounting_invoice d ON d.id = i.document_id
                     WHERE i.origin_id = line.document_id AND i.origin_line = line.id AND d.state = 'posted'), 0)
               AS invoiced
    FROM sales_salesorderline line JOIN items_item item ON item.id = line.item_id
"""
"""One row per order line: what was shipped, returned and invoiced of it, from the documents alone (D01)."""


def invoicing(order_ids) -> dict[int, Decimal]:
    """{order line: quantity on customer invoices, draft or posted, less credits}: what may not be invoiced again."""
    return {
        row["line"]: row["quantity"]
        for row in database.planned_rows(
            """
        SELECT i.origin_line AS line,
               SUM(i.quantity * CASE WHEN d.kind = 'customer_credit' THEN -1 ELSE 1 END) AS quantity
        FROM accounting_invoiceline i JOIN accounting_invoice d ON d.id = i.document_id
        WHERE i.origin_id = ANY(%(orders)s::uuid[]) AND d.state IN ('draft', 'posted')
          AND d.kind IN ('customer_invoice', 'customer_credit') GROUP BY 1""",
            orders=list(order_ids),
        )
    }


def exposure(company_id: int, party_id: int, besides=None) -> dict[str, Decimal]:
    """What a customer owes or will owe in base currency: receivables, and orders not invoiced yet (SAL-03).

    Keys: receivable (ledger), orders (confirmed orders less what of them is invoiced, so with open deliveries)
    """
    found = database.planned_rows(
        """
        SELECT (SELECT COALESCE(SUM(l.amount), 0)
                FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
                WHERE l.open_item AND l.company_id = %(company)s
                  AND l.party_id IN (SELECT * FROM parties_one_with(%(party)s::bigint))
                  AND a.role IN ('receivable', 'prepayment')) AS receivable,
               (SELECT COALESCE(SUM(o.total_base * GREATEST(line.quantity - line.invoiced, 0) / line.quantity
                                    * (line.net + line.tax) / NULLIF(o.total, 0)), 0)
                FROM sales_salesorder o JOIN sales_salesorderline line ON line.document_id = o.id
                WHERE o.company_id = %(company)s AND o.party_id = %(party)s AND o.state = 'confirmed'
                  AND o.id IS DISTINCT FROM %(besides)s::uuid) AS orders""",
        company=company_id,
        party=party_id,
        besides=getattr(besides, "pk", None),
    )[0]
    return {"receivable": found["receivable"], "orders": round(found["orders"], 2)}


def late_lines(ctx, *, until: date | None = None, quarter_end: date | None = None) -> list[dict]:
    """One row per order line in sight with goods still to ship that is late, or will be after `until`, and the cause.

    cause  held, no_stock (nothing on hand), part_stock, ready (on hand and kept, not shipped)
    """
    until = until or quarter_end or ctx.business_date
    orders = access.rows(ctx, SalesOrder).filter(state__in=("held", "confirmed")).values_list("pk", flat=True)
    rows = database.rows(
        """
        SELECT o.id AS order_id, o.number, o.state, p.name AS party, i.code AS item, line.id AS line_id,
               line.quantity - line.shipped AS remaining, u.code AS unit, line.wanted_on, line.promised_on,
               line.promise_reason, (line.quantity - line.shipped) / line.quantity * line.net AS net,
               (line.quantity - line.shipped) / line.quantity * line.net * o.total_base / NULLIF(o.total, 0)
                   AS net_base,
               o.currency_id AS currency,
               COALESCE((SELECT SUM(r.quantity) FROM stock_reservation r
                         WHERE r.origin_id = o.id AND r.origin_line = line.id), 0) AS reserved,
               (line.quantity - line.shipped) / line.quantity * line.stock_quantity AS needed
        FROM sales_salesorderline line JOIN sales_salesorder o ON o.id = line.document_id
        JOIN parties_party p ON p.id = o.party_id JOIN items_item i ON i.id = line.item_id
        JOIN organization_unit u ON u.id = line.unit_id
        WHERE o.id = ANY(%(orders)s) AND i.kind = 'stock' AND line.shipped < line.quantity
          AND (line.promised_on IS NULL OR line.promised_on < %(until)s OR line.promised_on > %(until)s AND %(later)s)
        ORDER BY line.promised_on NULLS FIRST, o.number, line.position""",
        orders=list(orders),
        until=until,
        later=quarter_end is not None,
    )
    found = []
    for row in rows:
        if quarter_end is not None and row["promised_on"] is not None and row["promised_on"] <= quarter_end:
            continue
        row["promise_reason"] = sentences.read(row["promise_reason"])
        row["cause"], row["cause_text"] = _cause(row)
        row["days_late"] = (ctx.business_date - row["promised_on"]).days if row["promised_on"] else None
        found.append(row)
    return found


def _cause(row) -> tuple[str, str]:
    if row["state"] == "held":
        return "held", _("On credit hold")
    if row["reserved"] >= row["needed"]:
        return "ready", _("In stock and kept for it; not shipped yet")
    if row["reserved"] > 0:
        return "part_stock", _("Only a part is in stock. %(reason)s") % {"reason": row["promise_reason"]}
    return "no_stock", _("Nothing in stock for it. %(reason)s") % {"reason": row["promise_reason"]}


def base_currency(company_id: int) -> str:
    """Code of the company's base currency."""
    return remembered.row(Company, company_id).base_currency_id


def overdue(ctx, party) -> Decimal:
    """Receivables of a customer past their due date, in base currency."""
    return sum(
        (
            row["amount_base"]
            for row in accounting.open_items(ctx, party=party, roles=("receivable",))
            if row["due_on"] < ctx.business_date
        ),
        ZERO,
    )


def margin_rows(ctx, *, since: date, until: date) -> list[dict]:
    """Sales and real cost on the days [since, until): one row per customer, item, representative and month (SAL-02).

    net is what customer invoices booked as income in base currency, cost what the material ledger booked as cost of
    sales for the shipments and returns of the customer's orders; both therefore sum to the ledger.
    """
    return database.rows(
        """
        WITH booked AS (
            SELECT COALESCE(p.merged_into_id, l.party_id) AS party_id, l.item_id, COALESCE((
                       SELECT o.owner_id FROM accounting_invoiceline il JOIN sales_salesorder o ON o.id = il.origin_id
                       WHERE il.document_id = l.origin_id LIMIT 1), i.created_by_id) AS owner_id,
                   date_trunc('month', l.posted_on)::date AS month,
                   0::numeric AS quantity, -l.amount AS net, 0::numeric AS cost
            FROM accounting_journalline l
            JOIN accounting_account a ON a.id = l.account_id AND a.kind = 'income'
            LEFT JOIN parties_party p ON p.id = l.party_id
            JOIN accounting_invoice i ON i.id = l.origin_id AND i.kind IN ('customer_invoice', 'customer_credit')
            WHERE l.company_id = %(company)s AND l.posted_on >= %(since)s AND l.posted_on < %(until)s),
        sold AS (
            SELECT i.party_id, l.item_id, COALESCE(o.owner_id, i.created_by_id) AS owner_id,
                   date_trunc('month', i.invoice_on)::date AS month,
                   l.quantity * CASE WHEN i.kind = 'customer_credit' THEN -1 ELSE 1 END AS quantity,
                   0::numeric AS net, 0::numeric AS cost
            FROM accounting_invoice i JOIN accounting_invoiceline l ON l.document_id = i.id
            LEFT JOIN sales_salesorder o ON o.id = l.origin_id
            WHERE i.company_id = %(company)s AND i.kind IN ('customer_invoice', 'customer_credit')
              AND i.state = 'posted' AND i.invoice_on >= %(since)s AND i.invoice_on < %(until)s),
        spent AS (
            SELECT o.party_id, v.item_id, o.owner_id, date_trunc('month', v.posted_on)::date AS month,
                   0::numeric AS quantity, 0::numeric AS net, v.cost_of_sales AS cost
            FROM stock_stockvalue v
            JOIN stock_stockmove m ON m.id = v.move_id
            LEFT JOIN sales_shipment d ON d.id = m.origin_id
            LEFT JOIN sales_return r ON r.id = m.origin_id
            JOIN sales_shipment sh ON sh.id = COALESCE(d.id, r.shipment_id)
            JOIN sales_salesorder o ON o.id = sh.order_id
            WHERE v.company_id = %(company)s AND v.posted_on >= %(since)s AND v.posted_on < %(until)s)
        SELECT party_id, item_id, owner_id, month, SUM(quantity) AS quantity, SUM(net) AS net, SUM(cost) AS cost,
               SUM(net) - SUM(cost) AS margin
        FROM (SELECT * FROM booked UNION ALL SELECT * FROM sold UNION ALL SELECT * FROM spent) facts
        GROUP BY 1, 2, 3, 4 ORDER BY month, party_id, item_id""",
        company=ctx.company_id,
        since=since,
        until=until,
    )
