"""What others ask of the books: accounts, taxes, rates, balances, open items; amounts in base currency."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.money import exchange
from mainspring.kernel import database, errors, remembered
from mainspring.kernel.models import Company, Currency
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.modules.organization import queries as organization

from .models import Account, AccountRule, TaxCode, TaxRate
from .models.chart import AccountRole
from .posting import key
from .totalling import totals

__all__ = ["totals"]

ZERO = Decimal(0)


class Chart:
    """A company's accounts and rules, as remembered: `by_role` by role, `rules` by role, category and party."""

    def __init__(self, company_id: int):
        self.company_id = company_id
        self.by_role, self.rules = _charts.get(company_id)

    def account(self, role: str, item=None, party=None) -> Account:
        """The account for a role: the rule for category and party, party, category, then the chart's default.

        Raises ValidationError naming the role when the company's chart has none.
        """
        if self.rules:
            category = getattr(item, "category_id", None)
            for found in (
                (role, category, key(party)),
                (role, None, key(party)),
                (role, category, None),
                (role, None, None),
            ):
                if found in self.rules:
                    return self.rules[found]
        if role not in self.by_role:
            label = dict(AccountRole.choices).get(role, role)
            raise ValidationError(
                _("The chart of accounts has no account for “%(role)s”.") % {"role": label}, code="role"
            )
        return self.by_role[role]


def _load_chart(company_id: int) -> tuple[dict[str, Account], dict[tuple, Account]]:
    accounts = Account.objects.filter(company_id=company_id, active=True).exclude(role="").order_by("-code")
    rules = AccountRule.objects.filter(company_id=company_id).select_related("account")
    return (
        {a.role: a for a in accounts},  # the lowest code wins for bank and cash
        {(r.role, r.category_id, r.party_id): r.account for r in rules},
    )


_charts = remembered.Remembered(_load_chart, Account, AccountRule)


def account_for(company_id: int, role: str, item=None, party=None) -> Account:
    """The account documents of the company use for a role; see `Chart` for many at once."""
    return Chart(company_id).account(role, item, party)


def base_currency(company_id: int) -> Currency:
    return remembered.row(Company, company_id).base_currency


def rate_to_base(company_id: int, currency: str, on: date) -> tuple[Decimal, date]:
    """(base units for one unit of the currency, the day of the rate, maybe an earlier one: rule M17)."""
    base = base_currency(company_id).code
    try:
        return (Decimal(1), on) if currency == base else organization.rate(currency, base, on)
    except ValidationError as error:
        raise errors.beside(error, "currency", "rate") from None


def to_base(company_id: int, amount: Decimal, rate: Decimal) -> Decimal:
    """A foreign amount in the company's base currency, rounded once."""
    return exchange.convert(amount, exchange.Rate(rate), base_currency(company_id).digits)


def tax_code_for(item, party, company, direction: str, on: date | None = None) -> TaxCode | None:
    """The tax code to propose: abroad in the EU and beyond by the party's country, else the company's default.

    direction  "sale" or "purchase"
    """
    company = company if isinstance(company, Company) else remembered.row(Company, company)
    codes = _tax_codes.get(company.pk)
    if party is not None and party.country != company.country:
        if party.country in EU and company.country in EU:
            if direction == "purchase" or party.vat_number:
                wanted = TaxCode.Category.INTRA if direction == "sale" else TaxCode.Category.REVERSE
                return codes.get(wanted) or codes.get("default")
        elif direction == "sale" and getattr(item, "kind", "stock") == "stock":
            return codes.get(TaxCode.Category.EXPORT) or codes.get("default")
        elif direction == "purchase":
            return codes.get(TaxCode.Category.REVERSE) or codes.get("default")
    return codes.get("default")


def _load_tax_codes(company_id: int) -> dict[str, TaxCode]:
    """{category, or "default": tax code} of a company; the first code of a category wins."""
    codes = {}
    for code in TaxCode.objects.filter(company=company_id, active=True).order_by("-code"):
        codes[code.category] = code
        if code.is_default:
            codes["default"] = code
    return codes


_tax_codes = remembered.Remembered(_load_tax_codes, TaxCode)


EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)


def tax_rates(codes, on: date) -> dict[int, Decimal]:
    """{tax code id: rate in percent} as of the tax point (M08); a code without a rate that early has rate 0."""
    found = {}
    for code, rates in _tax_rates.many(key(c) for c in codes).items():
        started = [rate for starts_on, rate in rates if starts_on <= on]
        if started:
            found[code] = started[-1]
    return found


def rates_on(lines, on: date) -> Callable:
    """The rate of each line's tax code on a day, as `totals` asks for it."""
    found = tax_rates({line.tax_code_id for line in lines} - {None}, on)
    return lambda line: found.get(line.tax_code_id, ZERO)


def _load_tax_rates(codes) -> dict[int, list]:
    """{tax code id: [(first day, rate), ...]} in order of time."""
    found: dict[int, list] = {code: [] for code in codes}
    for r in TaxRate.objects.filter(document__in=codes).order_by("starts_on"):
        found[r.document_id].append((r.starts_on, r.rate))
    return found


_tax_rates = remembered.Remembered(None, TaxRate, load_many=_load_tax_rates)


def trial_balance(ctx, on: date | None = None, since: date | None = None) -> list[dict]:
    """One row per account with postings up to and including `on`: account_id, code, name, kind, role, debit, credit,
    balance (debit above zero). With `since`, only postings from that day on."""
    return database.rows(
        """
        SELECT a.id AS account_id, a.code, a.name, a.kind, a.role,
               SUM(t.debit) AS debit, SUM(t.credit) AS credit, SUM(t.debit) - SUM(t.credit) AS balance
        FROM accounting_accounttotal t JOIN accounting_account a ON a.id = t.account_id
        WHERE t.company_id = %(company)s AND t.posted_on <= %(on)s AND t.posted_on >= %(since)s
        GROUP BY a.id ORDER BY a.code""",
        company=ctx.company_id,
        on=on or date.max,
        since=since or date.min,
    )


def balance_of(company_id: int, role: str, on: date | None = None) -> Decimal:
    """The balance of all accounts with a role up to a day, debit above zero."""
    return database.scalar(
        """
        SELECT COALESCE(SUM(t.debit - t.credit), 0) FROM accounting_accounttotal t
        JOIN accounting_account a ON a.id = t.account_id
        WHERE t.company_id = %(company)s AND a.role = %(role)s AND t.posted_on <= %(on)s""",
        company=company_id,
        role=role,
        on=on or date.max,
    )


def open_items(
    ctx, party=None, on: date | None = None, roles=("receivable", "payable", "prepayment"), origin=None
) -> list[dict]:
    """One row per open item as of a day (after all postings of that day): what is still open of it.

    line_id, party_id, party, role, account_id, origin_id, number, posted_on, due_on, currency, amount, original,
    amount_base. Amounts above zero are owed to us. Sums by account equal the account's balance on that day.
    """
    of_one = "AND l.party_id IN (SELECT * FROM parties_one_with(%(party)s::bigint))" if party else ""
    return database.rows(
        f"""
        WITH open AS (
            SELECT COALESCE(l.settles_id, l.id) AS line_id, SUM(l.amount) AS amount_base,
                   SUM(l.currency_amount) AS amount
            FROM accounting_journalline l
            WHERE l.open_item AND l.company_id = %(company)s AND l.posted_on <= %(on)s {of_one}
            GROUP BY 1 HAVING SUM(l.amount) <> 0 OR SUM(l.currency_amount) <> 0)
        SELECT open.line_id, p.id AS party_id, p.name AS party, a.role, a.id AS account_id, r.origin_id, d.number,
               r.posted_on, COALESCE(r.due_on, r.posted_on) AS due_on, r.currency_id AS currency, open.amount,
               r.currency_amount AS original, open.amount_base
        FROM open JOIN accounting_journalline r ON r.id = open.line_id
        JOIN accounting_account a ON a.id = r.account_id
        LEFT JOIN parties_party was ON was.id = r.party_id
        LEFT JOIN parties_party p ON p.id = COALESCE(was.merged_into_id, was.id)
        LEFT JOIN kernel_documentidentity d ON d.id = r.origin_id
        WHERE a.role = ANY(%(roles)s) AND (%(origin)s::uuid IS NULL OR r.origin_id = %(origin)s::uuid)
        ORDER BY due_on, open.line_id""",
        company=ctx.company_id,
        on=on or date.max,
        party=key(party),
        roles=list(roles),
        origin=key(origin),
    )


def open_balance(ctx, parties, roles=("receivable", "prepayment")) -> Decimal:
    """What these partners owe together, in base currency: the sum of their `open_items`."""
    return database.scalar(
        """
        SELECT COALESCE(SUM(l.amount), 0) FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
        WHERE l.open_item AND l.company_id = %(company)s AND a.role = ANY(%(roles)s) AND l.party_id IN (
            SELECT one.id FROM unnest(%(parties)s::bigint[]) AS p(id), parties_one_with(p.id) AS one(id))""",
        company=ctx.company_id,
        parties=list(parties),
        roles=list(roles),
    )


def locked_open_items(origin_id, roles=("receivable", "payable")) -> list[dict]:
    """What is open now of one document, oldest due first; its ledger rows must be guarded by a lock on the document."""
    return database.rows(
        """
        SELECT r.id AS line_id, r.account_id, r.party_id, COALESCE(r.due_on, r.posted_on) AS due_on, r.posted_on,
               r.currency_id AS currency, SUM(l.currency_amount) AS amount, SUM(l.amount) AS amount_base
        FROM accounting_journalline r
        JOIN accounting_account a ON a.id = r.account_id AND a.role = ANY(%(roles)s)
        JOIN accounting_journalline l ON l.open_item AND COALESCE(l.settles_id, l.id) = r.id
        WHERE r.origin_id = %(origin)s AND r.open_item AND r.settles_id IS NULL
        GROUP BY r.id HAVING SUM(l.currency_amount) <> 0 OR SUM(l.amount) <> 0
        ORDER BY 4, r.id""",
        origin=origin_id,
        roles=list(roles),
    )


def first_open_on(company_id: int, area: str, day: date) -> date:
    """The day itself, or the first day after it on which the area accepts postings."""
    locked = database.scalar(
        """
        SELECT MAX(locked_before) FROM accounting_lockdate
        WHERE company_id = %(company)s AND area = ANY(%(areas)s)""",
        company=company_id,
        areas=[area, "all"],
    )
    return max(day, locked) if locked else day


hoped_for: PluginPoint = PluginPoint("accounting.hoped_for", default=lambda ctx, until, on: [])
"""Called as hoped_for(ctx, until, on): rows like those of `cash_in_sight` of money nobody has agreed to pay yet."""


def cash_in_sight(ctx, until: date, on: date | None = None) -> list[dict]:
    """Expected receipts and payments by day: open items by due date and what open orders plan.

    One row per item: planned_on (overdue ones on the first day), party, number, currency, amount, amount_base, source.
    """
    on = on or ctx.business_date
    found = [
        {
            "planned_on": max(r["due_on"], on),
            "party": r["party"],
            "number": r["number"],
            "currency": r["currency"],
            "amount": r["amount"],
            "amount_base": r["amount_base"],
            "source": "open_item",
        }
        for r in open_items(ctx, on=on, roles=("receivable", "payable"))
        if r["due_on"] <= until
    ]
    planned = database.rows(
        """
        SELECT GREATEST(c.planned_on, %(on)s) AS planned_on, p.name AS party, d.number, c.currency_id AS currency,
               c.amount, c.amount_base, 'order' AS source
        FROM accounting_plannedcash c JOIN kernel_documentidentity d ON d.id = c.origin_id
        LEFT JOIN parties_party p ON p.id = c.party_id
        WHERE c.company_id = %(company)s AND c.planned_on <= %(until)s""",
        company=ctx.company_id,
        until=until,
        on=on,
    )
    return sorted(found + planned, key=lambda row: row["planned_on"])
