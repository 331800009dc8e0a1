"""Contracts, what they promise, and the orders called off under them."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow

LIVE = ("active", "suspended")
"""States in which a contract binds and is worked under."""

BINDING = ("signed", *LIVE, "completed", "terminated")
"""States of a contract both sides signed: it changes by amendment only."""

REASON = (Input("reason", "text", _("Reason")),)


def _on(name: str, label) -> Input:
    return Input(name, "date", label, initial=lambda record, ctx: ctx.business_date)


class Kind(models.TextChoices):
    FIXED = "fixed", _("Fixed sum")
    FRAMEWORK = "framework", _("Framework")


class Renewal(models.TextChoices):
    NONE = "none", _("Ends by itself")
    ASK = "ask", _("Ask before it ends")
    AUTOMATIC = "automatic", _("Renews by itself")


class PricedLine(DocumentLine):
    """Base of what contracts and amendments promise: goods or services at a price."""

    item = fields.link("items.Item", _("item"), optional=True)
    description = models.CharField(_("description"), max_length=240, blank=True)
    quantity = fields.QuantityField(_("quantity"), unit="unit", default=Decimal(1))
    unit = fields.link("organization.Unit", _("unit"), optional=True)
    price = fields.PriceField(_("price"), currency="document__currency", blank=True)
    discount_pct = fields.PercentField(_("discount"), blank=True)
    tax_code = fields.link("accounting.TaxCode", _("tax code"), optional=True)
    net = fields.MoneyField(_("net"), currency="document__currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="document__currency", editable=False)

    class Meta(DocumentLine.Meta):
        abstract = True

    def __str__(self):
        return self.description or str(self.item or "")


def discount_between(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(discount_pct__gte=0, discount_pct__lte=100),
        violation_error_message=_("A discount is between 0 and 100 percent."),
    )


class Contract(Document):
    """An agreement with a customer: what it is worth, until when it lives, and what became of it so far."""

    name = models.CharField(_("subject"), max_length=160)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind,
        default=Kind.FIXED,
        help_text=_("A framework is called off by orders; its value is the most that may be ordered, 0 for any sum."),
    )
    party = fields.link("parties.Party", _("customer"), related_name="contracts")
    contact = fields.link("parties.Contact", _("contact"), optional=True, within="party")
    reference = models.CharField(_("customer's reference"), max_length=60, blank=True)
    signatory = fields.link(
        settings.AUTH_USER_MODEL,
        _("signing representative"),
        optional=True,
        help_text=_("Who signs for us; stays when somebody else looks after the contract."),
    )
    owner = fields.link(settings.AUTH_USER_MODEL, _("responsible"), optional=True)
    territory = fields.link("kernel.Territory", _("territory"), optional=True)
    opportunity = fields.link("crm.Opportunity", _("opportunity"), optional=True, within="party")
    quotation = fields.link("sales.Quotation", _("quotation"), null=True, editable=False, related_name="contracts")
    renews = fields.link("self", _("renews"), null=True, editable=False, related_name="renewed_by")
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    value = fields.MoneyField(
        _("value"), currency="currency", blank=True, help_text=_("With tax; with lines it is their sum.")
    )
    discount = fields.MoneyField(_("document discount"), currency="currency", blank=True)
    payment_term = fields.link("parties.PaymentTerm", _("payment term"), optional=True)
    tax_code = fields.link("accounting.TaxCode", _("tax code"), optional=True)
    tax_profile = fields.link("contracts.TaxProfile", _("tax profile"), optional=True, within="party")
    tolerance_pct = fields.PercentField(
        _("tolerance"), blank=True, help_text=_("How much more than the value may be invoiced.")
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("Its last day."))
    renewal = models.CharField(_("renewal"), max_length=10, choices=Renewal, default=Renewal.NONE)
    notice_days = models.PositiveSmallIntegerField(
        _("days before the end"), default=60, help_text=_("When to ask about the renewal.")
    )
    renewal_months = models.PositiveSmallIntegerField(_("renewed for (months)"), default=12)
    note = models.TextField(_("terms"), blank=True, help_text=_("Printed on the paper for the partner."))

    signed_on = models.DateField(_("signed on"), null=True, editable=False)
    accepted_on = models.DateField(_("accepted on"), null=True, editable=False)
    delivered_on = models.DateField(_("delivered on"), null=True, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    end_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    original_value = fields.MoneyField(_("value when signed"), currency="currency", editable=False)
    value_base = fields.MoneyField(_("value in base currency"), editable=False)
    ordered = fields.MoneyField(_("ordered"), currency="currency", editable=False)
    delivered = fields.MoneyField(_("delivered"), currency="currency", editable=False)
    requested = fields.MoneyField(_("requested"), currency="currency", editable=False)
    invoiced = fields.MoneyField(_("invoiced"), currency="currency", editable=False)
    collected = fields.MoneyField(_("collected"), currency="currency", editable=False)
    overdue = fields.MoneyField(_("overdue"), currency="currency", editable=False)
    delivered_pct = fields.PercentField(_("delivered"), editable=False)
    invoiced_pct = fields.PercentField(_("invoiced"), editable=False)
    collected_pct = fields.PercentField(_("collected"), editable=False)

    number_format = "CT{year}-{seq:05}"
    read_with = ("party",)
    scope_paths = {"own": "owner", "team": "owner__department", "territory": "territory", "party": "party"}
    workflow = Workflow(
        "draft",
        (
            Verb("submit", "draft", "approved", label=_("Submit"), help=_("Ready to be signed, once it is approved.")),
            Verb(
                "sign",
                "approved",
                "signed",
                label=_("Sign"),
                help=_("Both sides signed; from now on it changes by amendment only."),
                ask=(_on("signed_on", _("Signed on")),),
            ),
            Verb("activate", "signed", "active", label=_("Activate"), help=_("Work and collecting begin.")),
            Verb(
                "order",
                "active",
                "",
                label=_("Call off"),
                bulk=False,
                help=_("Drafts a sales order of what is not ordered yet."),
            ),
            Verb(
                "request_invoice",
                "active",
                "",
                label=_("Request invoice"),
                bulk=False,
                help=_("Drafts an invoice request of what is due or delivered."),
            ),
            Verb(
                "plan",
                ("draft", "approved", "signed", "active"),
                "",
                label=_("Plan collection"),
                bulk=False,
                help=_("Drafts the collection plan: by the payment term, or in equal parts."),
                ask=(
                    Input("parts", "integer", _("Equal parts"), required=False),
                    Input("first_on", "date", _("First one on"), required=False),
                    Input("every_months", "integer", _("Months between"), required=False, initial=1),
                ),
            ),
            Verb(
                "amend",
                ("signed", *LIVE),
                "",
                label=_("Amend"),
                bulk=False,
                help=_("Drafts an amendment: a new value, new lines or a new end."),
            ),
            Verb(
                "accept",
                LIVE,
                "",
                label=_("Record acceptance"),
                help=_("The customer accepted; instalments due on acceptance begin to run."),
                ask=(_on("accepted_on", _("Accepted on")),),
            ),
            Verb(
                "withdraw",
                ("approved", "signed"),
                "draft",
                label=_("Back to draft"),
                help=_("What changes then has to be approved again."),
            ),
            Verb("suspend", "active", "suspended", label=_("Suspend"), danger=True, ask=REASON),
            Verb("resume", "suspended", "active", label=_("Resume")),
            Verb(
                "complete",
                "active",
                "completed",
                label=_("Complete"),
                help=_("All is delivered, invoiced and collected."),
            ),
            Verb("renew", (*LIVE, "completed"), "", label=_("Renew"), bulk=False, help=_("Drafts the next contract.")),
            Verb("terminate", ("signed", *LIVE), "terminated", label=_("Terminate"), danger=True, ask=REASON),
            Verb("reinstate", ("completed", "terminated"), "active", label=_("Reinstate"), ask=REASON),
            Verb("cancel", ("draft", "approved"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("completed", "terminated", "cancelled"),
        labels={
            "draft": _("Draft"),
            "approved": _("To be signed"),
            "signed": _("Signed"),
            "active": _("Active"),
            "suspended": _("Suspended"),
            "completed": _("Completed"),
            "terminated": _("Terminated"),
            "cancelled": _("Cancelled"),
        },
        colors={
            "approved": "amber",
            "signed": "blue",
            "active": "green",
            "suspended": "red",
            "completed": "grey",
            "terminated": "red",
        },
    )

    class Meta:
        verbose_name, verbose_name_plural = _("contract"), _("contracts")
        constraints = [
            models.CheckConstraint(
                name="contract_value",
                condition=Q(value__gte=0),
                violation_error_message=_("The value must not be below zero."),
            ),
            models.CheckConstraint(
                name="contract_discount",
                condition=Q(discount__gte=0),
                violation_error_message=_("A discount must not be below zero."),
            ),
            models.CheckConstraint(
                name="contract_tolerance",
                condition=Q(tolerance_pct__gte=0, tolerance_pct__lte=100),
                violation_error_message=_("A tolerance is between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                name="contract_ends_after_it_starts",
                condition=Q(starts_on__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=models.F("starts_on")),
                violation_error_message=_("It must not end before it starts."),
            ),
            models.CheckConstraint(
                name="contract_signed_has_a_day",
                condition=~Q(state__in=("signed", "active", "suspended", "completed")) | Q(signed_on__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["renews"],
                name="contract_renewed_once",
                condition=Q(renews__isnull=False) & ~Q(state="cancelled"),
                violation_error_message=_("It is renewed already."),
            ),
        ]
        indexes = [
            models.Index(fields=["party", "state"], name="contract_party"),
            models.Index(fields=["company", "state", "valid_until"], name="contract_state"),
            models.Index(fields=["owner", "state"], name="contract_owner"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def limit(self) -> Decimal | None:
        """The most that may be invoiced; None when the contract names no sum."""
        return self.value * (100 + self.tolerance_pct) / 100 if self.value else None

    @property
    def left_to_invoice(self) -> Decimal | None:
        """What may still be requested or invoiced; None when the contract names no sum."""
        return None if self.limit is None else self.limit - self.requested - self.invoiced

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.contract(self, ctx, lines)


class ContractLine(PricedLine):
    """Something a contract promises, at its price; a line an amendment brought names it."""

    document = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="lines", verbose_name=_("contract"))
    amendment = fields.link("contracts.Amendment", _("amendment"), null=True, editable=False)

    class Meta(PricedLine.Meta):
        verbose_name, verbose_name_plural = _("contract line"), _("contract lines")
        constraints = [discount_between("contract_line_discount")]


class CallOff(models.Model):
    """An order under a contract."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="call_offs")
    order = models.OneToOneField("sales.SalesOrder", on_delete=models.CASCADE, related_name="+")

    company_path = "contract__company"
    history = True

    class Meta:
        verbose_name, verbose_name_plural = _("order under a contract"), _("orders under contracts")

    def __str__(self):
        return str(self.order)
