"""Invariants of the books, audited by `mainspring check`."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import checks, database


@checks.check("accounting.entries_balance", lazy("Every journal entry balances"))
def entries_balance():
    for row in database.rows("""
            SELECT e.number, SUM(l.amount) AS off FROM accounting_journalline l
            JOIN accounting_journalentry e ON e.id = l.document_id
            GROUP BY e.id HAVING SUM(l.amount) <> 0 LIMIT 101"""):
        yield _("%(entry)s is off by %(amount)s.") % {"entry": row["number"], "amount": row["off"]}


@checks.check("accounting.numbers_without_gap", lazy("Journal numbers have no gap"))
def numbers_without_gap():
    for row in database.rows("""
            SELECT s.entity, s.year, s.last, COUNT(e.id) AS given FROM kernel_numberseries s
            LEFT JOIN accounting_journalentry e ON e.company_id = s.company_id
                 AND EXTRACT(YEAR FROM e.posted_on) = s.year AND e.number <> ''
            WHERE s.entity = 'accounting.journalentry' GROUP BY s.id HAVING COUNT(e.id) <> s.last"""):
        yield _("%(year)s: %(last)s numbers were given to %(given)s entries.") % row


@checks.check("accounting.totals", lazy("Account totals are the sums of their journal lines"))
def totals():
    for row in database.rows("""
            SELECT a.code, SUM(x.amount) AS off FROM (
                SELECT account_id, debit - credit AS amount FROM accounting_accounttotal
                UNION ALL SELECT account_id, -amount FROM accounting_journalline) AS x
            JOIN accounting_account a ON a.id = x.account_id GROUP BY a.id HAVING SUM(x.amount) <> 0 LIMIT 101"""):
        yield _("Account %(code)s: totals and lines differ by %(off)s.") % row


@checks.check("accounting.control_accounts", lazy("Open items are the balances of their control accounts"))
def control_accounts():
    for row in database.rows("""
            SELECT a.code, SUM(l.amount) AS balance, SUM(l.amount) FILTER (WHERE l.open_item) AS open
            FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
            WHERE a.role IN ('receivable', 'payable', 'prepayment')
            GROUP BY a.id HAVING SUM(l.amount) IS DISTINCT FROM SUM(l.amount) FILTER (WHERE l.open_item)"""):
        yield _("Account %(code)s: balance %(balance)s, open items %(open)s.") % row


@checks.check("accounting.settled_is_zero", lazy("An open item with no foreign amount left has no value left"))
def settled_is_zero():
    for row in database.rows("""
            SELECT COALESCE(settles_id, id) AS line, SUM(amount) AS amount FROM accounting_journalline
            WHERE open_item GROUP BY 1 HAVING SUM(currency_amount) = 0 AND SUM(amount) <> 0 LIMIT 101"""):
        yield _("Journal line %(line)s: %(amount)s is left in base currency.") % row


@checks.check("accounting.invoices", lazy("Invoices are the sums of their lines"))
def invoices():
    for row in database.rows("""
            WITH said AS (
                SELECT d.id, d.net, d.tax, d.total, COALESCE(SUM(l.net), 0) AS lines_net,
                       COALESCE(SUM(l.tax), 0) AS lines_tax
                FROM accounting_invoice d LEFT JOIN accounting_invoiceline l ON l.document_id = d.id
                WHERE d.state IN ('posted', 'reversed') GROUP BY d.id)
            SELECT i.number, s.net, s.tax, s.total, s.lines_net, s.lines_tax FROM said s
            JOIN kernel_documentidentity i ON i.id = s.id
            WHERE s.net <> s.lines_net OR s.tax <> s.lines_tax OR s.total <> s.net + s.tax LIMIT 101"""):
        yield _("%(number)s: net %(net)s and tax %(tax)s, lines %(lines_net)s and %(lines_tax)s.") % row
