"""Requests to invoice a customer under a contract."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document
from mainspring.kernel.sentences import SentenceField
from mainspring.kernel.workflow import Input, Verb, Workflow

from .collecting import Instalment
from .contracts import Contract
from .profiles import TaxData


class Basis(models.TextChoices):
    INSTALMENT = "instalment", _("Instalment")
    DELIVERED = "delivered", _("What was delivered")
    AMOUNT = "amount", _("Amount")


class InvoiceRequest(TaxData, Document):
    """A representative asks for an invoice under a contract; the books check the tax data and post it (K08)."""

    contract = fields.link(Contract, _("contract"), related_name="invoice_requests")
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    currency = fields.link("kernel.Currency", _("currency"), null=True, editable=False)
    basis = models.CharField(_("for"), max_length=10, choices=Basis, default=Basis.AMOUNT)
    instalment = fields.link(Instalment, _("instalment"), optional=True, related_name="invoice_requests")
    order = fields.link("sales.SalesOrder", _("sales order"), optional=True, within="party")
    amount = fields.MoneyField(_("amount"), currency="currency", blank=True, help_text=_("With tax."))
    amount_base = fields.MoneyField(_("amount in base currency"), editable=False)
    description = models.CharField(_("text on the invoice"), max_length=240, blank=True)
    wanted_on = models.DateField(_("invoice date"), null=True, blank=True)
    tax_code = fields.link("accounting.TaxCode", _("tax code"), optional=True)
    note = models.TextField(_("note to the books"), blank=True)
    tax_problem = SentenceField(_("to check"), blank=True, editable=False)
    reject_reason = models.CharField(_("rejected because"), max_length=500, blank=True, editable=False)
    invoice = fields.link("accounting.Invoice", _("invoice"), null=True, editable=False)

    fixed = ("contract",)
    number_format = "IR{year}-{seq:05}"
    scope_paths = {
        "own": ("contract__owner", "created_by"),
        "team": "contract__owner__department",
        "territory": "contract__territory",
        "party": "party",
    }
    workflow = Workflow(
        "draft",
        (
            Verb(
                "submit", "draft", "requested", label=_("Request"), help=_("The books check it and post the invoice.")
            ),
            Verb(
                "post_invoice",
                "requested",
                "invoiced",
                label=_("Post invoice"),
                four_eyes=True,
                bulk=False,
                help=_("The invoice is booked with the tax data shown; the request is done."),
                ask=(
                    Input(
                        "invoice_on",
                        "date",
                        _("Invoice date"),
                        initial=lambda record, ctx: record.wanted_on or ctx.business_date,
                    ),
                ),
            ),
            Verb(
                "reject",
                "requested",
                "rejected",
                label=_("Reject"),
                danger=True,
                ask=(Input("reason", "text", _("Reason")),),
            ),
            Verb("recall", "requested", "draft", label=_("Recall")),
            Verb("correct", "rejected", "draft", label=_("Correct")),
            Verb("take_back", "invoiced", "reversed", label=_("Take back"), hidden=True),
            Verb("cancel", ("draft", "rejected"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("invoiced", "reversed", "cancelled"),
        labels={
            "draft": _("Draft"),
            "requested": _("Requested"),
            "invoiced": _("Invoiced"),
            "rejected": _("Rejected"),
            "reversed": _("Invoice reversed"),
            "cancelled": _("Cancelled"),
        },
        colors={"requested": "amber", "invoiced": "green", "rejected": "red", "reversed": "red"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("invoice request"), _("invoice requests")
        constraints = [
            models.CheckConstraint(
                name="invoice_request_amount",
                condition=Q(amount__gte=0),
                violation_error_message=_("The amount must not be below zero."),
            ),
            models.CheckConstraint(
                name="invoice_request_says_what_for",
                condition=~Q(basis="instalment") | Q(instalment__isnull=False),
                violation_error_message=_("Choose the instalment."),
            ),
        ]
        indexes = [models.Index(fields=["company", "state"], name="invoice_request_state")]

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.invoice_request(self, ctx)
