"""Invariants of stock, audited by `mainspring check`."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import checks, database

from .models.locations import OWNED


@checks.check("stock.balances", lazy("What lies in a place is the sum of its moves"))
def balances():
    for row in database.rows(
        """
            WITH moved AS (
                SELECT m.item_id, side.location_id, SUM(side.sign * m.quantity) AS quantity
                FROM stock_stockmove m CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1))
                     AS side (location_id, sign)
                WHERE m.state = 'done' GROUP BY 1, 2)
            SELECT i.code, l.code AS place, COALESCE(b.quantity, 0) AS quantity, COALESCE(moved.quantity, 0) AS moved
            FROM moved FULL JOIN stock_stockbalance b ON b.item_id = moved.item_id AND b.location_id = moved.location_id
            JOIN stock_location l ON l.id = COALESCE(b.location_id, moved.location_id) AND l.kind = ANY(%(owned)s)
            JOIN items_item i ON i.id = COALESCE(b.item_id, moved.item_id)
            WHERE COALESCE(b.quantity, 0) <> COALESCE(moved.quantity, 0) LIMIT 101""",
        owned=list(OWNED),
    ):
        yield _("%(code)s at %(place)s: balance %(quantity)s, moves %(moved)s.") % row


@checks.check("stock.totals", lazy("Totals of moves by month are the sums of the moves"))
def totals():
    for row in database.rows(
        """
            WITH moved AS (
                SELECT m.item_id, side.location_id, date_trunc('month', m.effective_on)::date AS month,
                       SUM(side.sign * m.quantity) AS quantity
                FROM stock_stockmove m CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1))
                     AS side (location_id, sign)
                WHERE m.state = 'done' GROUP BY 1, 2, 3),
            off AS (
                SELECT item_id, location_id, month, SUM(quantity) AS off FROM (
                    SELECT item_id, location_id, month, quantity FROM stock_movetotal
                    UNION ALL SELECT item_id, location_id, month, -quantity FROM moved) AS x
                GROUP BY 1, 2, 3 HAVING SUM(quantity) <> 0)
            SELECT i.code, l.code AS place, off.month, off.off FROM off JOIN items_item i ON i.id = off.item_id
            JOIN stock_location l ON l.id = off.location_id AND l.kind = ANY(%(owned)s) LIMIT 101""",
        owned=list(OWNED),
    ):
        yield _("%(code)s at %(place)s in %(month)s: totals and moves differ by %(off)s.") % row


@checks.check("stock.reservations", lazy("What is reserved is the sum of reservations and lies there"))
def reservations():
    for row in database.rows("""
            SELECT i.code, l.code AS place, b.reserved, COALESCE(r.quantity, 0) AS kept, b.quantity
            FROM stock_stockbalance b JOIN items_item i ON i.id = b.item_id
            JOIN stock_location l ON l.id = b.location_id
            LEFT JOIN (SELECT item_id, location_id, SUM(quantity) AS quantity FROM stock_reservation GROUP BY 1, 2) r
              ON r.item_id = b.item_id AND r.location_id = b.location_id
            WHERE b.reserved <> COALESCE(r.quantity, 0) OR b.reserved > b.quantity LIMIT 101"""):
        yield (
            _("%(code)s at %(place)s: %(reserved)s reserved, %(kept)s kept for documents, %(quantity)s on hand.") % row
        )


@checks.check("stock.value_is_in_the_books", lazy("The value of stock is the stock account on every day"))
def value_is_in_the_books():
    for row in database.rows("""
            WITH daily AS (
                SELECT company_id, posted_on, SUM(stock) AS off FROM stock_stockvalue GROUP BY 1, 2
                UNION ALL
                SELECT l.company_id, l.posted_on, -SUM(l.amount) FROM accounting_journalline l
                JOIN accounting_account a ON a.id = l.account_id AND a.role = 'stock' GROUP BY 1, 2)
            SELECT c.code, d.posted_on, SUM(d.off) AS off FROM daily d JOIN kernel_company c ON c.id = d.company_id
            GROUP BY c.code, d.posted_on HAVING SUM(d.off) <> 0 ORDER BY 2 LIMIT 101"""):
        yield _("%(code)s on %(posted_on)s: value and stock account differ by %(off)s.") % row


@checks.check("stock.costs", lazy("Running costs of items are the sums of the cost ledger"))
def costs():
    for row in database.rows("""
            SELECT i.code, c.quantity, c.value, COALESCE(v.quantity, 0) AS moved, COALESCE(v.value, 0) AS booked
            FROM stock_costbalance c JOIN items_item i ON i.id = c.item_id
            LEFT JOIN (SELECT company_id, item_id, SUM(quantity) AS quantity, SUM(stock) AS value FROM stock_stockvalue
                       GROUP BY 1, 2) v ON v.company_id = c.company_id AND v.item_id = c.item_id
            WHERE c.quantity <> COALESCE(v.quantity, 0) OR c.value <> COALESCE(v.value, 0) LIMIT 101"""):
        yield _("%(code)s: %(quantity)s worth %(value)s, the cost ledger says %(moved)s worth %(booked)s.") % row


@checks.check("stock.valued", lazy("Whatever comes or goes is valued once, and in full"))
def valued():
    for row in database.rows(
        """
            SELECT i.code, m.id, m.quantity, m.effective_on, COALESCE(v.quantity, 0) AS valued
            FROM stock_stockmove m JOIN items_item i ON i.id = m.item_id
            JOIN stock_location f ON f.id = m.from_location_id JOIN stock_location t ON t.id = m.to_location_id
            LEFT JOIN (SELECT move_id, SUM(quantity) AS quantity FROM stock_stockvalue
                       WHERE NOT adjusts GROUP BY 1) v ON v.move_id = m.id
            WHERE m.state = 'done' AND (f.kind = ANY(%(owned)s)) <> (t.kind = ANY(%(owned)s))
              AND COALESCE(v.quantity, 0) <> CASE WHEN t.kind = ANY(%(owned)s) THEN m.quantity ELSE -m.quantity END
            LIMIT 101""",
        owned=list(OWNED),
    ):
        yield _("%(code)s on %(effective_on)s: %(quantity)s moved, %(valued)s valued.") % row


@checks.check("stock.days", lazy("Goods moved at a moment of their day"))
def days():
    for row in database.rows("""
            SELECT i.code, m.effective_on, m.effective_at FROM stock_stockmove m
            JOIN items_item i ON i.id = m.item_id JOIN kernel_company c ON c.id = m.company_id
            WHERE m.state = 'done' AND (m.effective_at AT TIME ZONE c.time_zone)::date <> m.effective_on LIMIT 101"""):
        yield _("%(code)s on %(effective_on)s: the moment is %(effective_at)s.") % row
