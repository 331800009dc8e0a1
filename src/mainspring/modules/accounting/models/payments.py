"""Payments, what they settle, and cash expected from open orders."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow


class Direction(models.TextChoices):
    IN = "in", _("Received")
    OUT = "out", _("Paid")


class Payment(Document):
    """Money received from or paid to a party; what is not allocated stays as a prepayment at its own rate."""

    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    party = fields.link("parties.Party", _("party"), related_name="payments")
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    amount = fields.MoneyField(_("amount"), currency="currency")
    rate = fields.RateField(_("exchange rate"), null=True, blank=True)
    account = fields.link(
        "accounting.Account", _("bank or cash account"), optional=True, limit_choices_to={"role__in": ["bank", "cash"]}
    )
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    total = fields.MoneyField(_("total"), currency="currency", editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)

    number_format = "PAY{year}-{seq:05}"
    scope_paths = {"party": "party", "own": "created_by"}
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post")),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
            Verb(
                "allocate",
                "posted",
                "",
                label=_("Allocate"),
                help=_("Uses what is left of the payment for an invoice."),
                ask=(
                    Input("invoice", "link", _("Invoice"), to="accounting.invoice"),
                    Input("amount", "decimal", _("Amount")),
                    Input("on", "date", _("Posting date"), initial=lambda record, ctx: ctx.business_date),
                ),
            ),
            Verb(
                "reverse",
                "posted",
                "reversed",
                label=_("Reverse"),
                danger=True,
                ask=(Input("on", "date", _("Posting date"), initial=lambda record, ctx: ctx.business_date),),
            ),
        ),
        closed=("posted", "reversed", "cancelled"),
        colors={"posted": "green", "reversed": "red"},
        labels={"draft": _("Draft"), "posted": _("Posted"), "reversed": _("Reversed"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        constraints = [
            models.CheckConstraint(
                name="payment_above_zero",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                name="payment_rate_positive",
                condition=Q(rate__isnull=True) | Q(rate__gt=0),
                violation_error_message=_("The rate must be above zero."),
            ),
        ]

    @property
    def numbering_date(self):
        return self.paid_on

    @property
    def sign(self) -> int:
        """+1 when money comes in."""
        return 1 if self.direction == Direction.IN else -1

    def prepare(self, ctx, lines=None):
        from .. import queries

        self.paid_on = self.paid_on or ctx.business_date
        if self.currency_id is None and self.party_id:
            self.currency_id = self.party.currency_id or queries.base_currency(self.company_id).code
        if self.account_id is None:
            self.account_id = queries.account_for(self.company_id, "bank").pk
        if self.currency_id:
            rate = self.rate or queries.rate_to_base(self.company_id, self.currency_id, self.paid_on)[0]
            self.total = self.amount
            self.total_base = queries.to_base(self.company_id, self.amount, rate)


class PaymentAllocation(DocumentLine):
    """The part of a payment that settles one invoice."""

    document = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="lines", verbose_name=_("payment"))
    invoice = fields.link("accounting.Invoice", _("invoice"), related_name="allocations")
    amount = fields.MoneyField(_("amount"), currency="document__currency")
    allocated_on = models.DateField(_("allocated on"), null=True, blank=True, editable=False)
    difference = fields.MoneyField(_("exchange difference"), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("allocation"), _("allocations")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="allocation_above_zero",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            )
        ]


class PlannedCash(models.Model):
    """Money expected from or for an order that is not invoiced yet; its document replaces its own rows."""

    company = fields.link("kernel.Company", _("company"))
    origin = fields.link("kernel.DocumentIdentity", _("document"), related_name="planned_cash")
    party = fields.link("parties.Party", _("party"), null=True)
    planned_on = models.DateField(_("expected on"))
    currency = fields.link("kernel.Currency", _("currency"))
    amount = fields.MoneyField(_("amount"), currency="currency", help_text=_("Above zero when money comes in."))
    amount_base = fields.MoneyField(_("amount in base currency"))

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("expected cash"), _("expected cash")
        ordering = ["planned_on", "id"]
        indexes = [models.Index(fields=["company", "planned_on"], name="planned_cash_day")]

    def __str__(self):
        return f"{self.planned_on} {self.amount} {self.currency_id}"
