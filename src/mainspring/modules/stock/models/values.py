"""The cost ledger: what every move did to the value of stock, and the running cost of each item."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields


class StockValue(models.Model):
    """What one event did to the value of an item in the company's base currency; rows are only added.

    event        "m<move>" for a move, "c<n>" for a bill difference or landed cost, "s<n>" for a new standard cost
    of_move      the move a return takes back or a charge belongs to
    stock + cost_of_sales + variance + revaluation = what the other side gave or got
    adjusts      the row corrects an earlier row of the same event, because a late document changed its cost
    effective_at when the event counts; posted_on the day of the journal entry, later when that period was locked
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ISSUE = "issue", _("Issue")
        CUSTOMER_RETURN = "customer_return", _("Customer return")
        SUPPLIER_RETURN = "supplier_return", _("Supplier return")
        CHARGE = "charge", _("Charge")
        STANDARD_CHANGE = "standard_change", _("Standard cost change")

    company = fields.link("kernel.Company", _("company"), editable=False, db_index=False)
    item = fields.link("items.Item", _("item"), editable=False, db_index=False)
    move = fields.link("stock.StockMove", _("stock move"), null=True, related_name="values", editable=False)
    event = models.CharField(max_length=24, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, editable=False)
    adjusts = models.BooleanField(_("adjustment"), default=False, editable=False)
    effective_at = models.DateTimeField(editable=False)
    posted_on = models.DateField(_("posted on"), editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", default=Decimal(0), editable=False)
    stock = fields.MoneyField(_("value"), editable=False)
    cost_of_sales = fields.MoneyField(_("cost"), editable=False)
    variance = fields.MoneyField(_("variance"), editable=False)
    revaluation = fields.MoneyField(_("revaluation"), editable=False)
    of_move = fields.link("stock.StockMove", _("earlier move"), null=True, related_name="later_values", editable=False)
    unit_cost = fields.PriceField(_("unit cost"), null=True, default=None, editable=False)
    origin = fields.link(
        "kernel.DocumentIdentity", _("document"), null=True, related_name="stock_values", editable=False
    )
    entry = fields.link(
        "accounting.JournalEntry",
        _("journal entry"),
        null=True,
        related_name="stock_values",
        editable=False,
        db_index=False,
    )

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("stock value"), _("stock values")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["company", "item", "posted_on"], name="stock_value_item_day", include=["stock", "quantity"]
            ),
            models.Index(fields=["company", "item", "event"], name="stock_value_event"),
        ]

    @property
    def source(self) -> Decimal:
        """What the other side gave (receipts) or, negative, got."""
        return self.stock + self.cost_of_sales + self.variance + self.revaluation


class CostBalance(models.Model):
    """The running quantity and value of an item in a company: the one row a posting locks to know the cost."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    item = fields.link("items.Item", _("item"), related_name="cost_balances", editable=False)
    method = models.CharField(_("cost method"), max_length=10, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", default=Decimal(0), editable=False)
    value = fields.MoneyField(_("value"), editable=False)
    last_unit_cost = fields.PriceField(
        _("last unit cost"), null=True, default=None, decimal_places=12, max_digits=28, editable=False
    )
    standard = fields.PriceField(_("standard cost"), null=True, default=None, editable=False)
    layers = models.JSONField(default=list, editable=False)
    last_at = models.DateTimeField(null=True, editable=False)

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("item cost"), _("item costs")
        ordering = ["item"]
        constraints = [
            models.UniqueConstraint(fields=["company", "item"], name="cost_balance_once"),
            models.CheckConstraint(name="cost_balance_not_negative", condition=Q(quantity__gte=0)),
        ]

    def __str__(self):
        return str(self.item)

    @property
    def unit_value(self) -> Decimal:
        """Current cost of one unit, for show; never used to post."""
        if self.standard is not None:
            return self.standard
        return self.value / self.quantity if self.quantity else self.last_unit_cost or Decimal(0)
