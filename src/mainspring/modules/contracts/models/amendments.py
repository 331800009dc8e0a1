"""Changes of signed contracts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document
from mainspring.kernel.workflow import Input, Verb, Workflow

from .contracts import Contract, PricedLine, discount_between


class PlanEffect(models.TextChoices):
    LAST = "last", _("The last open instalment takes it")
    SPREAD = "spread", _("All open instalments share it")
    NEW = "new", _("An instalment of its own")


class Amendment(Document):
    """A change of a signed contract, approved and signed like it: old and new value and end are kept."""

    contract = fields.link(Contract, _("contract"), related_name="amendments")
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    currency = fields.link("kernel.Currency", _("currency"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=240)
    value_change = fields.MoneyField(
        _("change of value"),
        currency="currency",
        blank=True,
        help_text=_("With tax, below zero for less; with lines it is their sum."),
    )
    new_valid_until = models.DateField(_("new end"), null=True, blank=True)
    new_tolerance_pct = fields.PercentField(_("new tolerance"), null=True, blank=True, default=None)
    new_payment_term = fields.link("parties.PaymentTerm", _("new payment term"), optional=True)
    terms = models.TextField(_("other changes"), blank=True, help_text=_("Printed on the paper for the partner."))
    plan_effect = models.CharField(
        _("collection plan"), max_length=6, choices=PlanEffect, default=PlanEffect.LAST,
        help_text=_("What the change of value does to the instalments."),
    )  # fmt: skip
    instalment_on = models.DateField(_("own instalment on"), null=True, blank=True)
    old_value = fields.MoneyField(_("value before"), currency="currency", editable=False)
    new_value = fields.MoneyField(_("value after"), currency="currency", editable=False)
    old_valid_until = models.DateField(_("end before"), null=True, editable=False)
    change_base = fields.MoneyField(_("change in base currency"), editable=False)
    signed_on = models.DateField(_("signed on"), null=True, editable=False)

    fixed = ("contract",)
    number_format = "CA{year}-{seq:05}"
    scope_paths = {
        "own": "contract__owner",
        "team": "contract__owner__department",
        "territory": "contract__territory",
        "party": "party",
    }
    workflow = Workflow(
        "draft",
        (
            Verb("submit", "draft", "approved", label=_("Submit"), help=_("Ready to be signed, once it is approved.")),
            Verb(
                "apply",
                "approved",
                "applied",
                label=_("Sign and apply"),
                help=_("Both sides signed; the contract and its collection plan follow."),
                ask=(Input("signed_on", "date", _("Signed on"), initial=lambda record, ctx: ctx.business_date),),
            ),
            Verb("withdraw", "approved", "draft", label=_("Back to draft")),
            Verb(
                "revert",
                "applied",
                "",
                label=_("Take back"),
                bulk=False,
                help=_("Drafts the opposite amendment; what was signed is not undone by us alone."),
            ),
            Verb("cancel", ("draft", "approved"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("applied", "cancelled"),
        labels={
            "draft": _("Draft"),
            "approved": _("To be signed"),
            "applied": _("In force"),
            "cancelled": _("Cancelled"),
        },
        colors={"approved": "amber", "applied": "green"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("amendment"), _("amendments")
        constraints = [
            models.CheckConstraint(
                name="amendment_value",
                condition=Q(value_change__gte=-models.F("old_value")),
                violation_error_message=_("The value of the contract must not fall below zero."),
            ),
            models.CheckConstraint(
                name="amendment_tolerance",
                condition=Q(new_tolerance_pct__isnull=True) | Q(new_tolerance_pct__gte=0, new_tolerance_pct__lte=100),
                violation_error_message=_("A tolerance is between 0 and 100 percent."),
            ),
        ]

    @property
    def discount(self):
        """Amendments carry no document discount."""
        return 0

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.amendment(self, ctx, lines)


class AmendmentLine(PricedLine):
    """Something more, or with a quantity below zero less, that the contract promises."""

    document = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="lines", verbose_name=_("amendment"))

    class Meta(PricedLine.Meta):
        verbose_name, verbose_name_plural = _("amendment line"), _("amendment lines")
        constraints = [discount_between("amendment_line_discount")]
