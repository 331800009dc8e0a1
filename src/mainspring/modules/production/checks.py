"""Invariants of production."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import checks, database


@checks.check("production.closed", _("Closed production orders have nothing in process"))
def closed_orders_are_empty():
    for row in database.rows("""
            SELECT o.number, SUM(l.amount) AS amount FROM accounting_journalline l
            JOIN accounting_account a ON a.id = l.account_id AND a.role = 'wip'
            LEFT JOIN production_productionreport r ON r.id = l.origin_id
            JOIN production_productionorder o ON o.id = COALESCE(r.order_id, l.origin_id)
            WHERE o.state = 'closed' GROUP BY o.id, o.number HAVING SUM(l.amount) <> 0"""):
        yield f"{row['number']}: {row['amount']:f} is left in process"


@checks.check("production.in_process", _("Work in process is that of production orders"))
def in_process_agrees():
    for row in database.rows("""
            SELECT c.code, SUM(l.amount) AS amount FROM accounting_journalline l
            JOIN accounting_account a ON a.id = l.account_id AND a.role = 'wip'
            JOIN kernel_company c ON c.id = l.company_id
            JOIN accounting_journalentry e ON e.id = l.document_id
            LEFT JOIN kernel_documentidentity d ON d.id = l.origin_id
            WHERE d.kind IS NULL OR d.kind NOT IN ('production.productionreport', 'production.productionorder',
                                                   'accounting.voucher')
            GROUP BY c.code HAVING SUM(l.amount) <> 0"""):
        yield f"{row['code']}: {row['amount']:f} on the account comes from elsewhere"


@checks.check("production.hours", _("Hours and quantities of operations are those of the ledger of time"))
def hours_agree():
    for row in database.rows("""
            SELECT o.number, op.sequence, op.done_hours, COALESCE(SUM(b.hours), 0) AS hours
            FROM production_productionoperation op JOIN production_productionorder o ON o.id = op.order_id
            LEFT JOIN production_capacitybooking b ON b.operation_id = op.id AND b.state = 'done'
            GROUP BY o.number, op.id, op.sequence, op.done_hours, op.good_quantity
            HAVING op.done_hours <> COALESCE(SUM(b.hours), 0) OR op.good_quantity <> COALESCE(SUM(b.good), 0)"""):
        yield f"{row['number']} operation {row['sequence']}: {row['done_hours']:f} noted, {row['hours']:f} booked"


@checks.check("production.issued", _("Issued quantities are those of posted shop reports"))
def issued_agrees():
    for row in database.rows("""
            SELECT o.number, i.code, c.issued_quantity AS noted, COALESCE(SUM(l.quantity), 0) AS moved
            FROM production_productioncomponent c JOIN production_productionorder o ON o.id = c.document_id
            JOIN items_item i ON i.id = c.item_id
            LEFT JOIN (production_productionreportline l JOIN production_productionreport r
                       ON r.id = l.document_id AND r.state = 'posted' AND r.kind <> 'return') ON l.component_id = c.id
            GROUP BY o.number, i.code, c.id, c.issued_quantity
            HAVING c.issued_quantity <> COALESCE(SUM(l.quantity), 0)"""):
        yield f"{row['number']} {row['code']}: {row['noted']:f} noted, {row['moved']:f} in reports"


@checks.check("production.outputs", _("Outputs received beside the item are those of the material ledger"))
def outputs_agree():
    for row in database.rows("""
            SELECT o.number, i.code, p.received_quantity AS noted, COALESCE(SUM(m.quantity), 0) AS moved
            FROM production_productionoutput p JOIN production_productionorder o ON o.id = p.order_id
            JOIN items_item i ON i.id = p.item_id
            LEFT JOIN (stock_stockmove m JOIN production_productionreport r ON r.id = m.origin_id AND r.state = 'posted'
                       JOIN stock_location f ON f.id = m.from_location_id AND f.kind = 'production')
                 ON m.item_id = p.item_id AND m.state = 'done' AND r.order_id = p.order_id
            GROUP BY o.number, i.code, p.id, p.received_quantity
            HAVING p.received_quantity <> COALESCE(SUM(m.quantity), 0)"""):
        yield f"{row['number']} {row['code']}: {row['noted']:f} noted, {row['moved']:f} received"


@checks.check("production.running", _("Operations run exactly while somebody works on them"))
def running_agrees():
    for row in database.rows("""
            SELECT o.number, op.sequence, op.progress FROM production_productionoperation op
            JOIN production_productionorder o ON o.id = op.order_id
            WHERE (op.progress = 'running') <> EXISTS (
                SELECT FROM production_worksession s WHERE s.operation_id = op.id AND s.stopped_at IS NULL)"""):
        yield f"{row['number']} operation {row['sequence']}: {row['progress']}"
