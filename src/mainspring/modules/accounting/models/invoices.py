"""Invoices, bills and their credit notes: one table, told apart by kind."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow


class InvoiceKind(models.TextChoices):
    CUSTOMER_INVOICE = "customer_invoice", _("Customer invoice")
    CUSTOMER_CREDIT = "customer_credit", _("Customer credit note")
    SUPPLIER_BILL = "supplier_bill", _("Supplier bill")
    SUPPLIER_CREDIT = "supplier_credit", _("Supplier credit note")


NUMBER_FORMATS = {
    InvoiceKind.CUSTOMER_INVOICE: "INV{year}-{seq:05}",
    InvoiceKind.CUSTOMER_CREDIT: "CN{year}-{seq:05}",
    InvoiceKind.SUPPLIER_BILL: "BILL{year}-{seq:05}",
    InvoiceKind.SUPPLIER_CREDIT: "SCN{year}-{seq:05}",
}


class Invoice(Document):
    """What a customer owes us or we owe a supplier, with its tax; credit notes undo invoices line by line."""

    kind = models.CharField(_("kind"), max_length=20, choices=InvoiceKind, default=InvoiceKind.CUSTOMER_INVOICE)
    party = fields.link("parties.Party", _("party"), related_name="invoices")
    invoice_on = models.DateField(_("invoice date"), null=True, blank=True)
    tax_point_on = models.DateField(
        _("tax point"), null=True, blank=True, help_text=_("The day whose tax rates apply, such as the delivery.")
    )
    due_on = models.DateField(pgettext_lazy("payment", "due on"), null=True, blank=True, editable=False)
    payment_term = fields.link("parties.PaymentTerm", _("payment term"), optional=True)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    rate = fields.RateField(_("exchange rate"), null=True, blank=True)
    rate_on = models.DateField(_("rate of"), null=True, blank=True, editable=False)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    discount = fields.MoneyField(_("document discount"), currency="currency", blank=True)
    credits = fields.link("self", _("credits"), optional=True, related_name="credit_notes", editable=False)
    site = fields.link("kernel.Site", _("site"), optional=True)
    memo = models.TextField(_("note"), blank=True)
    net = fields.MoneyField(_("net"), currency="currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="currency", editable=False)
    total = fields.MoneyField(_("total"), currency="currency", editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)

    read_with = ("party",)
    number_format = "INV{year}-{seq:05}"
    gapless = True
    scope_paths = {"party": "party", "own": "created_by", "site": "site", "territory": "party__territory"}
    always_editable = ("memo",)
    workflow = Workflow(
        "draft",
        (
            Verb(
                "post", "draft", "posted", label=_("Post"), help=_("Books the invoice; it can then only be credited.")
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
            Verb(
                "credit",
                "posted",
                "",
                label=_("Credit"),
                help=_("Drafts a credit note for what is not credited yet."),
                ask=(Input("on", "date", _("Invoice date"), initial=lambda record, ctx: ctx.business_date),),
            ),
            Verb(
                "reverse",
                "posted",
                "reversed",
                label=_("Reverse"),
                danger=True,
                help=_("Posts the opposite entry; only while nothing is paid or credited."),
                ask=(Input("on", "date", _("Posting date"), initial=lambda record, ctx: ctx.business_date),),
            ),
        ),
        closed=("reversed", "cancelled"),
        colors={"posted": "green", "reversed": "red"},
        labels={"draft": _("Draft"), "posted": _("Posted"), "reversed": _("Reversed"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("invoice"), _("invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "party", "kind", "reference"],
                name="supplier_reference_once",
                condition=Q(kind__in=["supplier_bill", "supplier_credit"], state="posted") & ~Q(reference=""),
                violation_error_message=_("This reference of the supplier is already booked."),
            ),
            models.CheckConstraint(
                name="invoice_rate_positive",
                condition=Q(rate__isnull=True) | Q(rate__gt=0),
                violation_error_message=_("The rate must be above zero."),
            ),
            models.CheckConstraint(
                name="invoice_discount",
                condition=Q(discount__gte=0),
                violation_error_message=_("A discount cannot be negative."),
            ),
        ]

    @classmethod
    def from_db(cls, *args):
        """Remember the rate that was read: another one in its place was typed by a person (M17)."""
        found = super().from_db(*args)
        found.__dict__["_rate_read"] = found.__dict__.get("rate")
        return found

    @property
    def rate_read(self) -> Decimal | None:
        return self.__dict__.get("_rate_read", self.rate)

    @property
    def numbering_date(self):
        return self.invoice_on

    @property
    def number_series(self) -> tuple[str, str]:
        """Each kind counts on its own: (part of the series' name, format)."""
        return self.kind, NUMBER_FORMATS[self.kind]

    @property
    def is_sale(self) -> bool:
        return self.kind.startswith("customer")

    @property
    def is_credit(self) -> bool:
        return self.kind.endswith("credit")

    @property
    def sign(self) -> int:
        """+1 when the total is owed to us, -1 when we owe it."""
        return 1 if self.is_sale != self.is_credit else -1

    def prepare(self, ctx, lines=None):
        from .. import pricing_of_invoices

        pricing_of_invoices.prepare(self, ctx, lines)


class InvoiceLine(DocumentLine):
    """What is invoiced: a quantity at a price with its tax, and the line of the document it comes from."""

    document = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    item = fields.link("items.Item", _("item"), optional=True)
    description = models.CharField(_("description"), max_length=240, blank=True)
    quantity = fields.QuantityField(_("quantity"), unit="unit", default=Decimal(1))
    unit = fields.link("organization.Unit", _("unit"), optional=True)
    price = fields.PriceField(_("price"), currency="document__currency", null=True, blank=True, default=None)
    discount_pct = fields.PercentField(_("discount"))
    tax_code = fields.link("accounting.TaxCode", _("tax code"), optional=True)
    tax_rate = fields.PercentField(_("tax rate"), editable=False)
    account = fields.link("accounting.Account", _("account"), optional=True)
    department = fields.link("kernel.Department", _("department"), optional=True)
    net = fields.MoneyField(_("net"), currency="document__currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="document__currency", editable=False)
    origin = fields.link("kernel.DocumentIdentity", _("origin"), optional=True, editable=False)
    origin_line = models.BigIntegerField(null=True, blank=True, editable=False)
    credits = fields.link("self", _("credits"), optional=True, related_name="credited_by", editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("invoice line"), _("invoice lines")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["origin", "origin_line"], name="invoice_line_origin")]
        constraints = [
            models.CheckConstraint(
                name="invoice_line_discount",
                condition=Q(discount_pct__gte=0, discount_pct__lte=100),
                violation_error_message=_("A discount is from 0 to 100 percent."),
            ),
        ]

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax
