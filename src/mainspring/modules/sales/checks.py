"""Invariants of selling: what orders say of themselves is what their documents say."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database
from mainspring.kernel.checks import check

from . import queries


@check("sales.progress", _("Shipped, returned and invoiced of every order line agree with the documents"))
def progress_agrees():
    for row in database.rows(f"""
            SELECT o.number, line.position, f.shipped, f.returned, f.invoiced, line.shipped AS said_shipped,
                   line.returned AS said_returned, line.invoiced AS said_invoiced
            FROM ({queries.FACTS}) f JOIN sales_salesorderline line ON line.id = f.id
            JOIN sales_salesorder o ON o.id = line.document_id
            WHERE (f.shipped, f.returned, f.invoiced) IS DISTINCT FROM (line.shipped, line.returned, line.invoiced)"""):
        yield (
            f"{row['number']} line {row['position']}: "
            f"{row['said_shipped']}/{row['said_returned']}/{row['said_invoiced']}"
            f" instead of {row['shipped']}/{row['returned']}/{row['invoiced']}"
        )


@check("sales.moves", _("Every posted shipment and received return moved exactly its lines"))
def moves_agree():
    for row in database.rows("""
            WITH said AS (
                SELECT d.id, d.number, l.id AS line, l.stock_quantity FROM sales_shipment d
                JOIN sales_shipmentline l ON l.document_id = d.id WHERE d.state = 'posted'
                UNION ALL
                SELECT d.id, d.number, l.id, l.stock_quantity FROM sales_return d
                JOIN sales_returnline l ON l.document_id = d.id WHERE d.state IN ('received', 'credited'))
            SELECT said.number, said.stock_quantity, COALESCE(SUM(m.quantity), 0) AS moved
            FROM said LEFT JOIN stock_stockmove m
              ON m.origin_id = said.id AND m.origin_line = said.line AND m.state = 'done'
            GROUP BY said.id, said.number, said.line, said.stock_quantity
            HAVING COALESCE(SUM(m.quantity), 0) <> said.stock_quantity"""):
        yield f"{row['number']}: {row['moved']} moved, {row['stock_quantity']} on the line"


@check("sales.returns", _("Nothing was returned that was not delivered"))
def returns_within_deliveries():
    for row in database.rows("""
            SELECT d.number, l.quantity, SUM(r.quantity) AS back FROM sales_shipmentline l
            JOIN sales_shipment d ON d.id = l.document_id JOIN sales_returnline r ON r.shipment_line_id = l.id
            JOIN sales_return t ON t.id = r.document_id AND t.state IN ('received', 'credited')
            GROUP BY d.number, l.id, l.quantity HAVING SUM(r.quantity) > l.quantity"""):
        yield f"{row['number']}: {row['back']} came back of {row['quantity']}"


@check("sales.reservations", _("No closed order keeps goods, and none more than it still has to ship"))
def reservations_are_needed():
    for row in database.rows("""
            WITH kept AS (
                SELECT o.number, o.state, l.id, SUM(r.quantity) AS kept, CASE WHEN o.state = 'confirmed' THEN
                           GREATEST(l.quantity - l.shipped, 0) / l.quantity * l.stock_quantity ELSE 0 END AS needed
                FROM stock_reservation r JOIN sales_salesorder o ON o.id = r.origin_id
                JOIN sales_salesorderline l ON l.id = r.origin_line GROUP BY o.id, l.id)
            SELECT * FROM kept WHERE kept > needed + 0.000001"""):
        yield f"{row['number']} ({row['state']}) keeps {row['kept']}, needs {row['needed']}"
