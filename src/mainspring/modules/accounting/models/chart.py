"""Accounts, how documents find them, and taxes with dated rates."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, remembered
from mainspring.kernel.models.base import DocumentLine, Entity


class AccountKind(models.TextChoices):
    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    EQUITY = "equity", _("Equity")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class AccountRole(models.TextChoices):
    """What documents use an account for; each company's chart names one default account a role."""

    RECEIVABLE = "receivable", _("Receivable")
    PAYABLE = "payable", _("Payable")
    PREPAYMENT = "prepayment", _("Prepayment")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash")
    STOCK = "stock", _("Stock")
    GRNI = "grni", _("Goods received, not invoiced")
    WIP = "wip", _("Work in progress")
    COGS = "cogs", _("Cost of sales")
    SALES = "sales", _("Sales")
    PURCHASE_EXPENSE = "purchase_expense", _("Purchased services and expenses")
    PRICE_VARIANCE = "price_variance", _("Purchase price variance")
    PRODUCTION_VARIANCE = "production_variance", _("Production variance")
    CONVERSION_ABSORBED = "conversion_absorbed", _("Conversion cost absorbed")
    STOCK_ADJUSTMENT = "stock_adjustment", _("Stock adjustment")
    TAX_INPUT = "tax_input", _("Input tax")
    TAX_OUTPUT = "tax_output", _("Output tax")
    EXCHANGE_GAIN = "exchange_gain", _("Exchange gain")
    EXCHANGE_LOSS = "exchange_loss", _("Exchange loss")
    ROUNDING = "rounding", _("Rounding")
    BAD_DEBT = "bad_debt", _("Bad debts")
    RETAINED_EARNINGS = "retained_earnings", _("Retained earnings")


OPEN_ITEM_ROLES = (AccountRole.RECEIVABLE, AccountRole.PAYABLE, AccountRole.PREPAYMENT)
"""Accounts whose lines are open items: each is settled by later lines that name it."""


@remembered.keep()
class Account(Entity):
    """A ledger account of one company."""

    company = fields.link("kernel.Company", _("company"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    role = models.CharField(
        _("role"),
        max_length=24,
        choices=AccountRole,
        blank=True,
        default="",
        help_text=_("Documents of the company find the account by its role."),
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("chart of accounts")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="account_code_once"),
            models.UniqueConstraint(
                fields=["company", "role"],
                name="account_role_once",
                condition=~Q(role__in=["", "bank", "cash"]),
                violation_error_message=_("Another account already has this role."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def is_open_item(self) -> bool:
        return self.role in OPEN_ITEM_ROLES


class AccountRule(Entity):
    """For this role, use this account for a category of items or a party; the closest rule wins."""

    company = fields.link("kernel.Company", _("company"))
    role = models.CharField(_("role"), max_length=24, choices=AccountRole)
    category = fields.link("items.ItemCategory", _("item category"), optional=True)
    party = fields.link("parties.Party", _("party"), optional=True)
    account = fields.link(Account, _("account"), related_name="rules")

    key = ("company", "role", "category", "party")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("account rule"), _("account determination")
        ordering = ["role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "role", "category", "party"], name="account_rule_once", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.get_role_display()}: {self.account}"


@remembered.keep()
class TaxCode(Entity):
    """A tax treatment with its dated rates; its category keeps zero rated, exempt and reverse charge apart."""

    class Category(models.TextChoices):
        STANDARD = "S", _("Standard or reduced rate")
        ZERO = "Z", _("Zero rated")
        EXEMPT = "E", _("Exempt")
        REVERSE = "AE", _("Reverse charge")
        INTRA = "K", _("Supply inside the EU")
        EXPORT = "G", _("Export outside the EU")
        OUTSIDE = "O", _("Outside the scope of tax")

    company = fields.link("kernel.Company", _("company"))
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=2, choices=Category, default=Category.STANDARD)
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("tax code"), _("tax codes")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="tax_code_once"),
            models.UniqueConstraint(fields=["company"], name="tax_code_default_once", condition=Q(is_default=True)),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def self_assessed(self) -> bool:
        """The buyer declares the tax: input and output in one."""
        return self.category in (self.Category.REVERSE, self.Category.INTRA)


class TaxRate(DocumentLine):
    """The rate of a tax code from a day on; for reverse charge the rate the buyer declares."""

    document = models.ForeignKey(TaxCode, on_delete=models.CASCADE, related_name="lines", verbose_name=_("tax code"))
    starts_on = models.DateField(_("starts on"))
    rate = fields.PercentField(_("rate"))

    class Meta:
        verbose_name, verbose_name_plural = _("tax rate"), _("tax rates")
        ordering = ["document", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["document", "starts_on"], name="tax_rate_once"),
            models.CheckConstraint(name="tax_rate_in_range", condition=Q(rate__gte=0, rate__lte=100)),
        ]
