"""Quotations and their versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.workflow import Input, Verb, Workflow

from .base import SaleDocument, SaleLine, line_constraints


class Quotation(SaleDocument):
    """What we offer a customer, until when, and when it could be delivered; a revision keeps the versions before it."""

    quoted_on = models.DateField(_("quoted on"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day it can be ordered.")
    )
    revision = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    revises = fields.link("self", _("revises"), null=True, editable=False, related_name="revised_by")
    decline_reason = models.CharField(_("reason declined"), max_length=240, blank=True, editable=False)

    total_least = fields.MoneyField(
        _("total without options"), currency="currency", editable=False, help_text=_("Without any optional line.")
    )
    total_most = fields.MoneyField(
        _("total with all options"), currency="currency", editable=False, help_text=_("With every optional line.")
    )

    number_format = "QT{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("send", "draft", "sent", label=_("Send"), help=_("The customer may accept it from now on.")),
            Verb(
                "accept",
                ("sent", "agreed"),
                "accepted",
                label=pgettext_lazy("verb", "Order"),
                bulk=False,
                help=_("Makes an order with the same lines, prices and terms."),
                ask=(
                    Input(
                        "reference",
                        "text",
                        _("Customer's reference"),
                        required=False,
                        initial=lambda quotation, ctx: quotation.reference,
                    ),
                ),
            ),
            Verb(
                "invite",
                "sent",
                "",
                label=_("Link for the customer"),
                bulk=False,
                hidden=True,
                ask=(
                    Input("recipient", "text", _("For whom")),
                    Input("email", "text", _("E-mail"), required=False),
                    Input("days", "integer", _("Valid for days"), initial=14),
                ),
            ),
            Verb(
                "agree",
                "sent",
                "agreed",
                label=_("Accepted by the customer"),
                bulk=False,
                hidden=True,
                ask=(Input("chosen", "longtext", _("Chosen lines"), required=False),),
            ),
            Verb("expire", "sent", "expired", label=_("Expire"), hidden=True),
            Verb(
                "confirm_again",
                ("sent", "expired"),
                "sent",
                label=_("Confirm again"),
                help=_("Renews an expired offer, with prices as they are; promised dates are looked up anew."),
                ask=(Input("valid_until", "date", _("Valid until")),),
            ),
            Verb(
                "revise",
                ("sent", "declined", "expired"),
                "superseded",
                label=_("Revise"),
                bulk=False,
                help=_("Makes a new version to change; this one is kept."),
            ),
            Verb(
                "decline",
                "sent",
                "declined",
                label=_("Decline"),
                danger=True,
                ask=(Input("reason", "text", _("Reason")),),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("accepted", "declined", "superseded", "cancelled"),
        labels={
            "draft": _("Draft"),
            "sent": _("Sent"),
            "agreed": _("Accepted by the customer"),
            "accepted": _("Ordered"),
            "expired": _("Expired"),
            "declined": _("Declined"),
            "superseded": _("Superseded"),
            "cancelled": _("Cancelled"),
        },
        colors={"sent": "blue", "agreed": "green", "accepted": "green", "declined": "red", "expired": "amber"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("quotation"), _("quotations")
        constraints = [
            models.CheckConstraint(
                name="quotation_discount",
                condition=Q(discount__gte=0),
                violation_error_message=_("A discount must not be below zero."),
            ),
            models.UniqueConstraint(
                fields=["revises"], name="quotation_revised_once", condition=Q(revises__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["party", "state"], name="quotation_party"),
            models.Index(fields=["company", "state", "valid_until"], name="quotation_state"),
        ]

    def is_expired(self, ctx) -> bool:
        """Whether the offer's last day has passed (D10)."""
        return self.valid_until is not None and self.valid_until < ctx.business_date


class QuotationLine(SaleLine):
    """An item offered, with its price and where that comes from, and the date it could be delivered and why."""

    class Option(models.TextChoices):
        OPTIONAL = "optional", _("Optional")
        ALTERNATIVE = "alternative", _("Alternative")

    document = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines", verbose_name=_("quotation"))
    option = models.CharField(_("option"), max_length=12, choices=Option, blank=True)
    option_group = models.CharField(
        _("alternatives of"), max_length=60, blank=True, help_text=_("Of lines with the same words one is chosen.")
    )
    chosen = models.BooleanField(
        _("chosen"), default=True, help_text=_("Counts in the total and is ordered; the customer may choose otherwise.")
    )

    class Meta(SaleLine.Meta):
        verbose_name, verbose_name_plural = _("quotation line"), _("quotation lines")
        constraints = [
            *line_constraints("quotation_line"),
            models.CheckConstraint(
                name="quotation_line_chosen",
                condition=Q(chosen=True) | ~Q(option=""),
                violation_error_message=_("A line that is not optional is always part of the offer."),
            ),
            models.CheckConstraint(
                name="quotation_line_group",
                condition=~Q(option="alternative") | ~Q(option_group=""),
                violation_error_message=_("Say of what the line is an alternative."),
            ),
        ]

    @property
    def counts(self) -> bool:
        """Whether it is part of the total and of the order."""
        return self.chosen or not self.option
