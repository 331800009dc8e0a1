"""Reports of the books. Every figure opens into the report or record behind it."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext, pgettext_lazy

from mainspring.kernel import database
from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input

from . import queries

ZERO = Decimal(0)
LINES = "accounting.journalline"


def money(path: str, label) -> Column:
    return Column(path, label, "money")


def _today(record, ctx):
    return ctx.business_date


def _year_start(record, ctx):
    return ctx.business_date.replace(month=1, day=1)


ON = Input("on", "date", lazy("As of"), initial=_today)
SINCE = Input("since", "date", lazy("From"), initial=_year_start)
ACCOUNT = (Column("code", pgettext_lazy("ledger", "Account")), Column("name", lazy("Name")))


def run_trial_balance(ctx, since, on) -> Answer:
    """Opening, movement and closing of every account."""
    opening = {r["account_id"]: r["balance"] for r in queries.trial_balance(ctx, _before(since))}
    rows = []
    for r in queries.trial_balance(ctx, on):
        first = opening.get(r["account_id"], ZERO)
        rows.append(
            {
                "account_id": r["account_id"],
                "code": r["code"],
                "name": r["name"],
                "opening": first,
                "closing": r["balance"],
                "_report": ("general-ledger", {"account": r["account_id"], "since": since, "on": on}),
            }
        )
    moved = {r["account_id"]: r for r in queries.trial_balance(ctx, on, since)}
    for row in rows:
        found = moved.get(row["account_id"])
        row["debit"], row["credit"] = (found["debit"], found["credit"]) if found else (ZERO, ZERO)
    return Answer(rows, _sums(rows, "opening debit credit closing"))


def run_general_ledger(ctx, account, since, on) -> Answer:
    """The lines of one account with a running balance."""
    opening = database.scalar(
        """
        SELECT COALESCE(SUM(debit - credit), 0) FROM accounting_accounttotal
        WHERE company_id = %(company)s AND account_id = %(account)s AND posted_on < %(since)s""",
        company=ctx.company_id,
        account=account.pk,
        since=since,
    )
    rows = database.rows(
        """
        SELECT l.posted_on, e.id AS entry_id, e.number AS entry, d.number AS document, p.name AS party,
               COALESCE(NULLIF(l.memo, ''), e.memo) AS memo, GREATEST(l.amount, 0) AS debit,
               GREATEST(-l.amount, 0) AS credit,
               SUM(l.amount) OVER (ORDER BY l.posted_on, l.id) + %(opening)s AS balance
        FROM accounting_journalline l JOIN accounting_journalentry e ON e.id = l.document_id
        LEFT JOIN kernel_documentidentity d ON d.id = l.origin_id LEFT JOIN parties_party p ON p.id = l.party_id
        WHERE l.company_id = %(company)s AND l.account_id = %(account)s AND l.posted_on BETWEEN %(since)s AND %(on)s
        ORDER BY l.posted_on, l.id LIMIT 10000""",
        company=ctx.company_id,
        account=account.pk,
        since=since,
        on=on,
        opening=opening,
    )
    for row in rows:
        row["_record"] = ("accounting.journalentry", row.pop("entry_id"))
    first = {"posted_on": since, "memo": _("Opening balance"), "balance": opening, "_strong": True}
    return Answer([first, *rows], _sums(rows, "debit credit") | {"balance": rows[-1]["balance"] if rows else opening})


def run_balance_sheet(ctx, on) -> Answer:
    """Assets, liabilities and equity on a day; the result of years gone by is computed into retained earnings (F04)."""
    found = queries.trial_balance(ctx, on)
    year = {r["account_id"]: r["balance"] for r in queries.trial_balance(ctx, on, on.replace(month=1, day=1))}
    profit = [r for r in found if r["kind"] in ("income", "expense")]
    this_year = -sum((year.get(r["account_id"], ZERO) for r in profit), ZERO)
    earlier = -sum((r["balance"] for r in profit), ZERO) - this_year
    rows, sums = [], {}
    for kind, label, sign in (
        ("asset", _("Assets"), 1),
        ("liability", _("Liabilities"), -1),
        ("equity", _("Equity"), -1),
    ):
        part = [_account_row(r, sign, ctx, on) for r in found if r["kind"] == kind]
        if kind == "equity":
            part += [
                {"name": _("Result of earlier years"), "amount": earlier},
                {
                    "name": _("Result of this year"),
                    "amount": this_year,
                    "_report": ("income-statement", {"since": on.replace(month=1, day=1), "on": on}),
                },
            ]
        sums[kind] = sum((r["amount"] for r in part), ZERO)
        rows += [*part, {"name": label, "amount": sums[kind], "_strong": True}]
    rows.append({"name": _("Liabilities and equity"), "amount": sums["liability"] + sums["equity"], "_strong": True})
    return Answer(rows)


def run_income_statement(ctx, since, on) -> Answer:
    """Income, expenses and result between two days."""
    found = queries.trial_balance(ctx, on, since)
    income = [_account_row(r, -1, ctx, on, since) for r in found if r["kind"] == "income"]
    direct = [_account_row(r, 1, ctx, on, since) for r in found if r["kind"] == "expense" and r["role"] == "cogs"]
    other = [_account_row(r, 1, ctx, on, since) for r in found if r["kind"] == "expense" and r["role"] != "cogs"]
    earned, direct_cost, cost = (sum((r["amount"] for r in part), ZERO) for part in (income, direct, other))
    rows = [
        *income,
        {"name": _("Income"), "amount": earned, "_strong": True},
        *direct,
        {"name": _("Gross profit"), "amount": earned - direct_cost, "_strong": True},
        *other,
        {"name": pgettext("profit", "Result"), "amount": earned - direct_cost - cost, "_strong": True},
    ]
    return Answer(rows)


BUCKETS = (
    ("not_due", lazy("Not due")),
    ("d30", lazy("1–30 days")),
    ("d60", lazy("31–60 days")),
    ("d90", lazy("61–90 days")),
    ("older", lazy("Over 90 days")),
)


def run_ageing(ctx, side, on) -> Answer:
    """Open items of customers or suppliers by how long they are overdue on a day, in base currency."""
    role, sign = ("receivable", 1) if side == "customers" else ("payable", -1)
    by_party: dict[tuple, dict] = {}
    for item in queries.open_items(ctx, on=on, roles=(role,)):
        late = (on - item["due_on"]).days
        bucket = (
            "not_due"
            if late <= 0
            else "d30"
            if late <= 30
            else "d60"
            if late <= 60
            else "d90"
            if late <= 90
            else "older"
        )
        row = by_party.setdefault((item["party"] or "", item["party_id"]), defaultdict(Decimal))
        row[bucket] += item["amount_base"] * sign
        row["total"] += item["amount_base"] * sign
    rows = [
        {
            "party": party,
            **{k: row[k] for k, _l in BUCKETS},
            "total": row["total"],
            "_report": ("open-items", {"side": side, "on": on, "party": party_id}),
        }
        for (party, party_id), row in sorted(by_party.items(), key=lambda pair: pair[0][0])
    ]
    totals = _sums(rows, "not_due d30 d60 d90 older total")
    control = queries.balance_of(ctx.company_id, role, on) * sign
    notes = [] if totals["total"] == control else [_("The ledger account shows %(amount)s.") % {"amount": control}]
    return Answer(rows, totals, notes)


def run_open_items(ctx, side, on, party=None, due_before=None) -> Answer:
    """What is open on a day, item by item; with `due_before` invoices and bills due before that day only."""
    roles = ("receivable",) if side == "customers" else ("payable",)
    rows = [
        {**item, "days": (on - item["due_on"]).days, "_record": ("accounting.invoice", item["origin_id"])}
        for item in queries.open_items(ctx, party, on, roles if due_before else (*roles, "prepayment"))
        if due_before is None or item["due_on"] < due_before
    ]
    return Answer(rows, _sums(rows, "amount_base"))


def run_vat_summary(ctx, since, on) -> Answer:
    """Base and tax by tax code from the journal itself, and what the tax accounts hold besides (FIN-04)."""
    rows = database.rows(
        """
        SELECT t.code, t.name, t.category,
               COALESCE(SUM(-l.amount) FILTER (WHERE a.kind = 'income'), 0) AS sales,
               COALESCE(SUM(-l.amount) FILTER (WHERE a.role = 'tax_output'), 0) AS output,
               COALESCE(SUM(l.amount) FILTER (
                   WHERE a.kind <> 'income' AND a.role NOT IN ('tax_output', 'tax_input')), 0)
                   AS purchases,
               COALESCE(SUM(l.amount) FILTER (WHERE a.role = 'tax_input'), 0) AS input
        FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
        JOIN accounting_taxcode t ON t.id = l.tax_code_id
        WHERE l.company_id = %(company)s AND l.posted_on BETWEEN %(since)s AND %(on)s
        GROUP BY t.id ORDER BY t.code""",
        company=ctx.company_id,
        since=since,
        on=on,
    )
    other = database.rows(
        """
        SELECT COALESCE(SUM(-l.amount) FILTER (WHERE a.role = 'tax_output'), 0) AS output,
               COALESCE(SUM(l.amount) FILTER (WHERE a.role = 'tax_input'), 0) AS input
        FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id AND a.role LIKE 'tax%%'
        WHERE l.company_id = %(company)s AND l.posted_on BETWEEN %(since)s AND %(on)s AND l.tax_code_id IS NULL""",
        company=ctx.company_id,
        since=since,
        on=on,
    )[0]
    if other["output"] or other["input"]:
        rows.append({"name": _("Without tax code"), "sales": ZERO, "purchases": ZERO, **other})
    totals = _sums(rows, "sales output purchases input")
    return Answer(rows, totals, [_("To pay: %(amount)s") % {"amount": f"{totals['output'] - totals['input']:.2f}"}])


def run_cash_in_sight(ctx, until) -> Answer:
    """Expected receipts and payments with a running bank balance; what is only hoped for in one beside it."""
    balance = sum((queries.balance_of(ctx.company_id, role) for role in ("bank", "cash")), ZERO)
    hoped, hopes = ZERO, queries.hoped_for(ctx, until, ctx.business_date)
    rows = [{"planned_on": ctx.business_date, "party": _("Bank and cash"), "balance": balance, "with_deals": balance,
             "_strong": True}]  # fmt: skip
    for row in sorted(queries.cash_in_sight(ctx, until) + hopes, key=lambda row: row["planned_on"]):
        if row["source"] == "deal":
            hoped += row["amount_base"]
        else:
            balance += row["amount_base"]
        rows.append({**row, "balance": balance, "with_deals": balance + hoped if hopes else None})
    if not hopes:
        return Answer(rows, without=("with_deals",))
    return Answer(rows, notes=[_("Open deals count times their chance, and only in the balance with open deals.")])


def _account_row(r: dict, sign: int, ctx, on: date, since: date | None = None) -> dict:
    return {
        "code": r["code"],
        "name": r["name"],
        "amount": r["balance"] * sign,
        "_report": (
            "general-ledger",
            {"account": r["account_id"], "since": since or on.replace(month=1, day=1), "on": on},
        ),
    }


def _sums(rows: list[dict], names: str) -> dict:
    return {name: sum((row[name] for row in rows), ZERO) for name in names.split()}


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


SIDE = Input(
    "side",
    "choice",
    lazy("Of"),
    initial="customers",
    choices=(("customers", lazy("Customers")), ("suppliers", lazy("Suppliers"))),
)

Report(
    "trial-balance",
    lazy("Trial balance"),
    "Accounting",
    LINES,
    (
        *ACCOUNT,
        money("opening", lazy("Opening")),
        money("debit", lazy("Debit")),
        money("credit", lazy("Credit")),
        money("closing", lazy("Closing")),
    ),
    run_trial_balance,
    (SINCE, ON),
)
Report(
    "general-ledger",
    lazy("General ledger"),
    "Accounting",
    LINES,
    (
        Column("posted_on", lazy("Date"), "date"),
        Column("entry", lazy("Entry")),
        Column("document", lazy("Document")),
        Column("party", lazy("Party")),
        Column("memo", lazy("Text")),
        money("debit", lazy("Debit")),
        money("credit", lazy("Credit")),
        money("balance", lazy("Balance")),
    ),
    run_general_ledger,
    (
        Input(
            "account",
            "link",
            pgettext_lazy("ledger", "Account"),
            to="accounting.account",
            initial=lambda record, ctx: queries.account_for(ctx.company_id, "bank").pk,
        ),
        SINCE,
        ON,
    ),
)
Report(
    "balance-sheet",
    lazy("Balance sheet"),
    "Accounting",
    LINES,
    (*ACCOUNT, money("amount", lazy("Amount"))),
    run_balance_sheet,
    (ON,),
)
Report(
    "income-statement",
    lazy("Income statement"),
    "Accounting",
    LINES,
    (*ACCOUNT, money("amount", lazy("Amount"))),
    run_income_statement,
    (SINCE, ON),
)
Report(
    "ageing",
    lazy("Ageing"),
    "Accounting",
    LINES,
    (Column("party", lazy("Party")), *(money(name, label) for name, label in BUCKETS), money("total", lazy("Total"))),
    run_ageing,
    (SIDE, ON),
)
Report(
    "open-items",
    lazy("Open items"),
    "Accounting",
    LINES,
    (
        Column("number", lazy("Document")),
        Column("party", lazy("Party")),
        Column("posted_on", lazy("Posted"), "date"),
        Column("due_on", lazy("Due"), "date"),
        Column("days", lazy("Days overdue"), "integer"),
        Column("currency", lazy("Currency")),
        Column("amount", pgettext_lazy("amount", "Open"), "decimal", digits=2),
        money("amount_base", lazy("In base currency")),
    ),
    run_open_items,
    (
        SIDE,
        ON,
        Input("party", "link", lazy("Party"), required=False, to="parties.party"),
        Input("due_before", "date", lazy("Due before"), required=False),
    ),
)
Report(
    "vat-summary",
    lazy("VAT summary"),
    "Accounting",
    LINES,
    (
        Column("code", lazy("Tax code")),
        Column("name", lazy("Name")),
        Column("category", lazy("Category")),
        money("sales", lazy("Sales")),
        money("output", lazy("Output tax")),
        money("purchases", lazy("Purchases")),
        money("input", lazy("Input tax")),
    ),
    run_vat_summary,
    (SINCE, ON),
)
Report(
    "cash-in-sight",
    lazy("Cash in sight"),
    "Accounting",
    LINES,
    (
        Column("planned_on", lazy("Expected"), "date"),
        Column("party", lazy("Party")),
        Column("number", lazy("Document")),
        Column("currency", lazy("Currency")),
        Column("amount", lazy("Amount"), "money", currency="currency"),
        money("amount_base", lazy("In base currency")),
        money("balance", lazy("Balance")),
        money("with_deals", lazy("Balance with open deals")),
    ),
    run_cash_in_sight,
    (
        Input(
            "until",
            "date",
            lazy("Until"),
            initial=lambda record, ctx: date.fromordinal(ctx.business_date.toordinal() + 91),
        ),
    ),
    chart={"kind": "line", "x": "planned_on", "y": ["balance", "with_deals"]},
)
