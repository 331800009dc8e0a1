"""What people who keep the books find on their home."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, database, home, policies

from .models import Invoice, JournalLine
from .models.invoices import InvoiceKind

OURS = f"{InvoiceKind.CUSTOMER_INVOICE},{InvoiceKind.CUSTOMER_CREDIT}"
THEIRS = f"{InvoiceKind.SUPPLIER_BILL},{InvoiceKind.SUPPLIER_CREDIT}"
ONLOOKERS = {"manager", "controller", "auditor"}

home.watch(
    "accounting/invoices",
    {"kind__in": OURS, "state": "draft"},
    ngettext_lazy("%(count)d customer invoice to post", "%(count)d customer invoices to post", "count"),
    _("Drafts with goods already delivered. The customer owes nothing before the invoice is posted."),
    verb="post",
    icon="file-invoice",
    amount="total_base",
    due="invoice_on",
)
home.watch(
    "accounting/invoices",
    {"kind__in": THEIRS, "state": "draft"},
    ngettext_lazy("%(count)d supplier bill to post", "%(count)d supplier bills to post", "count"),
    _("Entered and not booked. Those that differ from their orders wait for a buyer in Bill matching."),
    verb="post",
    icon="receipt",
    amount="total_base",
    due="due_on",
)
home.watch(
    "accounting/payments",
    {"state": "draft"},
    ngettext_lazy("%(count)d payment to post", "%(count)d payments to post", "count"),
    _("Drafted. Invoices stay open until the payment is posted."),
    verb="post",
    icon="cash",
    amount="total_base",
    due="paid_on",
)
home.watch(
    "accounting/vouchers",
    {"state": "draft"},
    ngettext_lazy("%(count)d journal voucher to post", "%(count)d journal vouchers to post", "count"),
    _("Drafted by hand; nothing is booked yet."),
    verb="post",
    icon="notes",
    due="posted_on",
)
home.watch(
    "accounting/vouchers",
    {"state": "posted", "posted_on": "this_month"},
    ngettext_lazy("%(count)d voucher booked by hand", "%(count)d vouchers booked by hand", "count"),
    _("This month, outside every business document: look at the reasons."),
    roles=("auditor",),
    kind="exception",
    icon="notes",
    amount="total_base",
)
home.watch(
    "accounting/invoices",
    {"state": "reversed", "invoice_on": "last_90_days"},
    ngettext_lazy("%(count)d reversed invoice", "%(count)d reversed invoices", "count"),
    _("Of the last ninety days: booked and taken back."),
    roles=("auditor",),
    kind="exception",
    icon="arrow-back-up",
    amount="total_base",
)
home.watch(
    "accounting/lock-exceptions",
    {"expires_at": "future"},
    ngettext_lazy("%(count)d period opened by exception", "%(count)d periods opened by exception", "count"),
    _("Somebody may book into locked days until the exception expires."),
    verb="change",
    roles=("auditor",),
    kind="exception",
    icon="lock-open",
    tone="amber",
)


@home.exceptions.fill
def overdue(ctx):
    """Receivables past their day, and bills due within a week, for those who book payments."""
    if not access.can(ctx, JournalLine, "view") or not access.can(ctx, Invoice, "post"):
        return []
    found = []
    for role, until, title, why, icon, side in (
        (
            "receivable",
            ctx.business_date,
            ngettext_lazy("%(count)d receivable overdue", "%(count)d receivables overdue", "count"),
            _("Customers should have paid by now. Remind them, or agree on a new day."),
            "report-money",
            "customers",
        ),
        (
            "payable",
            ctx.business_date.fromordinal(ctx.business_date.toordinal() + 8),
            ngettext_lazy("%(count)d bill to pay this week", "%(count)d bills to pay this week", "count"),
            _("Due within seven days or already overdue."),
            "credit-card",
            "suppliers",
        ),
    ):
        row = _due_before(ctx, role, until)
        if row["count"]:
            found.append(
                home.Waiting(
                    title % {"count": row["count"]},
                    f"/reports/open-items/?side={side}&due_before={until}",
                    why,
                    kind="exception",
                    icon=icon,
                    tone="amber",
                    cost=abs(row["amount"]),
                    due_on=row["first"],
                )
            )
    return found


def _due_before(ctx, role: str, until) -> dict:
    """How many open items of customers or suppliers fall due before a day, their sum and the first day."""
    return database.rows(
        """
        SELECT COUNT(*) AS count, COALESCE(SUM(amount), 0) AS amount, MIN(due) AS first FROM (
            SELECT SUM(l.amount) AS amount, MAX(COALESCE(r.due_on, r.posted_on)) AS due
            FROM accounting_journalline l
            JOIN accounting_journalline r ON r.id = COALESCE(l.settles_id, l.id)
            JOIN accounting_account a ON a.id = r.account_id AND a.role = %(role)s
            WHERE l.open_item AND l.company_id = %(company)s
            GROUP BY r.id HAVING SUM(l.amount) <> 0 OR SUM(l.currency_amount) <> 0) open
        WHERE due < %(until)s""",
        company=ctx.company_id,
        role=role,
        until=until,
    )[0]


@home.numbers.fill
def books(ctx):
    """What we have, are owed, owe and earn, for those who keep or watch the books."""
    watches = ONLOOKERS & set(policies.of(ctx).roles)
    if not access.can(ctx, JournalLine, "view") or not (watches or access.can(ctx, Invoice, "post")):
        return []
    first = ctx.business_date.replace(day=1)
    totals = database.rows(
        """
        SELECT COALESCE(SUM(t.debit - t.credit) FILTER (WHERE a.role IN ('bank', 'cash')), 0) AS cash,
               COALESCE(SUM(t.debit - t.credit) FILTER (WHERE a.role = 'receivable'), 0) AS receivable,
               COALESCE(SUM(t.credit - t.debit) FILTER (WHERE a.role = 'payable'), 0) AS payable
        FROM accounting_accounttotal t JOIN accounting_account a ON a.id = t.account_id
        WHERE t.company_id = %(company)s AND t.posted_on <= %(today)s""",
        company=ctx.company_id,
        today=ctx.business_date,
    )[0]
    months = _result_by_month(ctx, first)
    income, result = ([float(row[name]) for row in months] for name in ("income", "result"))
    since = f"?since={first}&on={ctx.business_date}"
    return [
        home.amount(
            ctx,
            _("Revenue this month"),
            Decimal(str(income[-1])),
            trend=income,
            href=f"/reports/income-statement/{since}",
            note=_("as booked; the line shows twelve months"),
            order=5,
        ),
        home.amount(
            ctx,
            _("Result this month"),
            Decimal(str(result[-1])),
            trend=result,
            tone="red" if result[-1] < 0 else "",
            href=f"/reports/income-statement/{since}",
            note=_("income less expenses, as booked"),
            order=6,
        ),
        home.amount(
            ctx,
            _("Bank and cash"),
            totals["cash"],
            href="/reports/cash-in-sight/",
            note=_("today; the report shows what is in sight"),
            order=7,
        ),
        home.amount(
            ctx,
            _("Receivables"),
            totals["receivable"],
            href="/reports/ageing/?side=customers",
            note=_("what customers owe"),
            order=8,
        ),
        home.amount(
            ctx,
            _("Payables"),
            totals["payable"],
            href="/reports/ageing/?side=suppliers",
            note=_("what we owe suppliers"),
            order=9,
        ),
    ]


def _result_by_month(ctx, first) -> list[dict]:
    """Twelve rows, oldest first: income, and income less expenses."""
    return database.rows(
        """
        SELECT m.first, COALESCE(SUM(t.credit - t.debit) FILTER (WHERE a.kind = 'income'), 0) AS income,
               COALESCE(SUM(t.credit - t.debit) FILTER (WHERE a.kind IN ('income', 'expense')), 0) AS result
        FROM generate_series(%(first)s::date - INTERVAL '11 months', %(first)s::date, INTERVAL '1 month') AS m(first)
        LEFT JOIN accounting_accounttotal t ON t.company_id = %(company)s
            AND t.posted_on >= m.first AND t.posted_on < m.first + INTERVAL '1 month'
        LEFT JOIN accounting_account a ON a.id = t.account_id
        GROUP BY m.first ORDER BY m.first""",
        company=ctx.company_id,
        first=first,
    )


home.count("accounting/invoices", "post", state="draft")
