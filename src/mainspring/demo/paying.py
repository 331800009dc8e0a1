"""Money: customers pay, mostly in time; suppliers are paid on the days payments are made; months are closed."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from mainspring.kernel import database
from mainspring.modules.accounting.models import Account, Payment, Revaluation, Voucher

from .life import Life

WAGES = {"EUR": Decimal(26_000), "CNY": Decimal(90_000)}


def live(life: Life) -> None:
    """Customers' transfers come in every day; ours go out on Tuesdays and Thursdays."""
    settle(life, "customer_invoice", "in", late=0.25 if not life.is_past else 0.08)
    if life.is_past or life.day.weekday() in (1, 3):
        settle(life, "supplier_bill", "out", late=0)


def settle(life: Life, kind: str, direction: str, *, late: float) -> None:
    """One payment for all that is due of a party in a currency; some pay later than asked."""
    due = defaultdict(list)
    for row in unpaid(life.cast.company, kind, life.day):
        due[row["party_id"], row["currency_id"]].append(row)
    for (party, currency), invoices in list(due.items())[:25]:
        if life.happens(late):
            continue
        ctx = life.by("accountant")
        made = life.make(
            "payment",
            Payment,
            ctx,
            direction=direction,
            party=party,
            currency=currency,
            amount=sum((row["open"] for row in invoices), Decimal(0)),
            paid_on=life.day,
            lines=[{"invoice": row["id"], "amount": row["open"]} for row in invoices],
        )
        if made:
            life.do(made, "post", ctx)


def unpaid(company: str, kind: str, day: date) -> list[dict]:
    """Posted invoices with something due by the day and still open, oldest first: id, party, currency, open."""
    return database.rows(
        """
        SELECT i.id, i.party_id, i.currency_id, ABS(SUM(l.currency_amount)) AS open
        FROM accounting_invoice i JOIN kernel_company c ON c.id = i.company_id AND c.code = %(company)s
        JOIN accounting_journalline own ON own.origin_id = i.id AND own.open_item AND own.settles_id IS NULL
        JOIN accounting_journalline l ON l.open_item AND COALESCE(l.settles_id, l.id) = own.id
        WHERE i.kind = %(kind)s AND i.state = 'posted' AND i.due_on <= %(day)s
          AND NOT EXISTS (SELECT FROM accounting_paymentallocation a
                          JOIN accounting_payment p ON p.id = a.document_id AND p.state = 'draft'
                          WHERE a.invoice_id = i.id)
        GROUP BY i.id, i.number HAVING SUM(l.currency_amount) * CASE i.kind WHEN 'customer_invoice' THEN 1 ELSE -1 END
            > 0
        ORDER BY i.due_on, i.number""",
        company=company,
        kind=kind,
        day=day,
    )


def close_month(life: Life, month_end: date) -> None:
    """Wages are booked; what is open in other currencies is valued at the rate of the month's last day."""
    accounts = {a.code: a for a in Account.objects.filter(company__code=life.cast.company)}
    ctx = life.by("accountant")
    amount = WAGES["EUR" if life.cast.company == "MSB" else "CNY"]
    voucher = life.make(
        "voucher",
        Voucher,
        ctx,
        posted_on=month_end,
        memo="Wages and social insurance",
        lines=[
            {"account": accounts["6100"], "debit": amount},
            {"account": accounts["2300"], "credit": amount},
        ],
    )
    if voucher:
        life.do(voucher, "post", ctx)


def revalue(life: Life, month_end: date) -> None:
    """Open foreign balances at the closing rate."""
    ctx = life.by("controller")
    made = life.make("revaluation", Revaluation, ctx, revalued_on=month_end)
    if made:
        life.do(made, "post", ctx)


def month_end_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
