"""A plain IFRS chart of accounts with every role documents need, and tax codes, so that a company can start."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.models import Company

from .models import Account, TaxCode, TaxRate

ACCOUNTS = (  # code, name, kind, role
    ("1000", _("Cash on hand"), "asset", "cash"),
    ("1010", _("Bank"), "asset", "bank"),
    ("1200", _("Trade receivables"), "asset", "receivable"),
    ("1250", _("Prepayments"), "asset", "prepayment"),
    ("1300", _("Inventories"), "asset", "stock"),
    ("1350", _("Work in progress"), "asset", "wip"),
    ("1400", _("Input tax"), "asset", "tax_input"),
    ("1500", _("Property, plant and equipment"), "asset", ""),
    ("2000", _("Trade payables"), "liability", "payable"),
    ("2050", _("Goods received, not invoiced"), "liability", "grni"),
    ("2200", _("Output tax"), "liability", "tax_output"),
    ("2300", _("Employee benefits payable"), "liability", ""),
    ("2500", _("Borrowings"), "liability", ""),
    ("3000", _("Share capital"), "equity", ""),
    ("3200", _("Retained earnings"), "equity", "retained_earnings"),
    ("4000", _("Revenue"), "income", "sales"),
    ("4900", _("Other income"), "income", ""),
    ("5000", _("Cost of sales"), "expense", "cogs"),
    ("5100", _("Purchase price variance"), "expense", "price_variance"),
    ("5200", _("Production variance"), "expense", "production_variance"),
    ("5300", _("Conversion cost absorbed"), "expense", "conversion_absorbed"),
    ("5400", _("Stock adjustments and scrap"), "expense", "stock_adjustment"),
    ("6000", _("Purchased services and expenses"), "expense", "purchase_expense"),
    ("6100", _("Employee benefits"), "expense", ""),
    ("6200", _("Depreciation"), "expense", ""),
    ("6300", _("Bad debts"), "expense", "bad_debt"),
    ("7000", _("Exchange gains"), "income", "exchange_gain"),
    ("7100", _("Exchange losses"), "expense", "exchange_loss"),
    ("7900", _("Rounding"), "expense", "rounding"),
)
TAXES = (  # code, name, category, rate in percent
    ("S21", _("Standard rate 21 %"), "S", "21"),
    ("R9", _("Reduced rate 9 %"), "S", "9"),
    ("R5", _("Reduced rate 5 %"), "S", "5"),
    ("Z0", _("Zero rated"), "Z", "0"),
    ("E0", _("Exempt"), "E", "0"),
    ("RC", _("Reverse charge"), "AE", "21"),
    ("IC", _("Supply inside the EU"), "K", "21"),
    ("EX", _("Export outside the EU"), "G", "0"),
    ("OS", _("Outside the scope of tax"), "O", "0"),
)


def install_chart(company: Company, ctx, *, taxes=TAXES, default_tax: str = "S21") -> dict[str, Account]:
    """Give the company accounts and tax codes it does not have yet; returns {role: account}. May run again."""
    user_id = ctx.user.pk if ctx.user else None
    Account.objects.bulk_create(
        [
            Account(company=company, code=code, name=str(name), kind=kind, role=role, created_by_id=user_id)
            for code, name, kind, role in ACCOUNTS
        ],
        ignore_conflicts=True,
    )
    known = set(TaxCode.objects.filter(company=company).values_list("code", flat=True))
    fresh = TaxCode.objects.bulk_create(
        [
            TaxCode(
                company=company,
                code=code,
                name=str(name),
                category=category,
                created_by_id=user_id,
                is_default=code == default_tax and not known,
            )
            for code, name, category, _rate in taxes
            if code not in known
        ]
    )
    rates = {code: Decimal(rate) for code, _name, _category, rate in taxes}
    TaxRate.objects.bulk_create(
        TaxRate(document=code, starts_on=date(2000, 1, 1), rate=rates[code.code]) for code in fresh
    )
    return {a.role: a for a in Account.objects.filter(company=company).exclude(role="").order_by("-code")}
