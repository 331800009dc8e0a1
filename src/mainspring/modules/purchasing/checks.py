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
