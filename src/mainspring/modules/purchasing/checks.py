"""Invariants of purchasing."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import checks, database


@checks.check("purchasing.grni", _("Goods received and not invoiced agree with their account"))
def grni_agrees():
    """Per company: what order lines say against the postings of receipts, returns, bills and their differences."""
    for row in database.rows("""
            SELECT c.code, COALESCE(own.amount, 0) AS own, COALESCE(books.amount, 0) AS books
            FROM kernel_company c
            LEFT JOIN (SELECT company_id, SUM(amount) AS amount FROM purchasing_grnientry GROUP BY company_id) own
                ON own.company_id = c.id
            LEFT JOIN (SELECT l.company_id, SUM(l.amount) AS amount FROM accounting_journalline l
                       JOIN accounting_account a ON a.id = l.account_id AND a.role = 'grni'
                       JOIN kernel_documentidentity d ON d.id = l.origin_id
                       WHERE d.kind IN ('purchasing.receipt', 'purchasing.supplierreturn')
                          OR EXISTS (SELECT FROM purchasing_grnientry g WHERE g.document_id = l.origin_id)
                       GROUP BY l.company_id) books ON books.company_id = c.id
            WHERE COALESCE(own.amount, 0) <> COALESCE(books.amount, 0)"""):
        yield f"{row['code']}: order lines say {row['own']:f}, the account {row['books']:f}"


@checks.check("purchasing.matched", _("Nothing is left on the account of a line that is received and billed alike"))
def nothing_left():
    for row in database.rows("""
            SELECT o.number, l.position, SUM(e.amount) AS amount FROM purchasing_grnientry e
            JOIN purchasing_purchaseorderline l ON l.id = e.order_line_id
            JOIN purchasing_purchaseorder o ON o.id = l.document_id
            GROUP BY o.number, l.id, l.position HAVING SUM(e.quantity) = 0 AND SUM(e.amount) <> 0"""):
        yield f"{row['number']} line {row['position']}: {row['amount']:f} is left"


@checks.check("purchasing.received", _("Received quantities of order lines are those of posted receipts"))
def received_agrees():
    for row in database.rows("""
            SELECT o.number, l.position, l.received_quantity, COALESCE(SUM(r.quantity), 0) AS facts
            FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.document_id
            LEFT JOIN (purchasing_receiptline r
                       JOIN purchasing_receipt d ON d.id = r.document_id AND d.state = 'posted')
                ON r.order_line_id = l.id
            GROUP BY o.number, l.id, l.position, l.received_quantity
            HAVING l.received_quantity <> COALESCE(SUM(r.quantity), 0)"""):
        yield f"{row['number']} line {row['position']}: {row['received_quantity']:f} noted, {row['facts']:f} received"


@checks.check("purchasing.requests", _("Requests are never allocated twice"))
def not_allocated_twice():
    for row in database.rows("""
            SELECT r.number, r.quantity, SUM(a.quantity) AS allocated FROM purchasing_allocation a
            JOIN purchasing_purchaserequest r ON r.id = a.request_id
            GROUP BY r.id, r.number, r.quantity HAVING SUM(a.quantity) > r.quantity"""):
        yield f"{row['number']}: {row['allocated']:f} ordered of {row['quantity']:f}"


@checks.check("purchasing.facts", _("Returned and billed quantities of order lines are those of posted documents"))
def facts_agree():
    for row in database.rows("""
            SELECT o.number, l.position, l.returned_quantity, l.billed_quantity, COALESCE(back.quantity, 0) AS returned,
                   COALESCE(bill.quantity, 0) AS billed
            FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.document_id
            LEFT JOIN (SELECT r.order_line_id AS id, SUM(s.quantity) AS quantity FROM purchasing_supplierreturnline s
                       JOIN purchasing_supplierreturn d ON d.id = s.document_id AND d.state = 'posted'
                       JOIN purchasing_receiptline r ON r.id = s.receipt_line_id GROUP BY 1) back ON back.id = l.id
            LEFT JOIN (SELECT i.origin, i.origin_line AS id,
                              SUM(CASE d.kind WHEN 'supplier_credit' THEN -i.quantity ELSE i.quantity END) AS quantity
                       FROM (SELECT document_id, origin_id AS origin, origin_line, quantity
                             FROM accounting_invoiceline WHERE origin_line IS NOT NULL) i
                       JOIN accounting_invoice d ON d.id = i.document_id AND d.state = 'posted'
                        AND d.kind IN ('supplier_bill', 'supplier_credit')
                       GROUP BY 1, 2) bill ON bill.origin = l.document_id AND bill.id = l.id
            WHERE (l.returned_quantity, l.billed_quantity) IS DISTINCT FROM
                  (COALESCE(back.quantity, 0), COALESCE(bill.quantity, 0))"""):
        yield (
            f"{row['number']} line {row['position']}: {row['returned_quantity']:f} returned and "
            f"{row['billed_quantity']:f} billed noted, {row['returned']:f} and {row['billed']:f} posted"
        )


@checks.check("purchasing.moves", _("Every posted receipt moved exactly its lines"))
def moves_agree():
    for row in database.rows("""
            SELECT d.number, l.position, l.stock_quantity, COALESCE(SUM(m.quantity), 0) AS moved
            FROM purchasing_receipt d JOIN purchasing_receiptline l ON l.document_id = d.id
            JOIN items_item i ON i.id = l.item_id AND i.kind = 'stock'
            LEFT JOIN stock_stockmove m ON m.origin_id = d.id AND m.origin_line = l.id AND m.state = 'done'
            WHERE d.state = 'posted'
            GROUP BY d.id, d.number, l.id, l.position, l.stock_quantity
            HAVING COALESCE(SUM(m.quantity), 0) <> l.stock_quantity"""):
        yield f"{row['number']} line {row['position']}: {row['moved']:f} moved, {row['stock_quantity']:f} on the line"


@checks.check("purchasing.expected", _("Orders that are closed or cancelled expect nothing, open lines something"))
def expected_is_open():
    for row in database.rows("""
            WITH expected AS (SELECT origin_id, origin_line, SUM(quantity) AS quantity FROM stock_stockmove
                              WHERE state = 'planned' GROUP BY 1, 2)
            SELECT o.number, o.state, l.position, e.quantity FROM purchasing_purchaseorder o
            JOIN purchasing_purchaseorderline l ON l.document_id = o.id
            JOIN items_item i ON i.id = l.item_id AND i.kind = 'stock'
            LEFT JOIN expected e ON e.origin_id = o.id AND e.origin_line = l.id
            WHERE (o.state IN ('closed', 'cancelled') AND e.quantity IS NOT NULL)
               OR (o.state = 'confirmed' AND NOT l.is_complete
                   AND (l.quantity > l.received_quantity - l.returned_quantity) <> (e.quantity IS NOT NULL))"""):
        expected = "nothing" if row["quantity"] is None else f"{row['quantity']:f}"
        yield f"{row['number']} ({row['state']}) line {row['position']}: {expected} is expected"
