"""Quotations and their versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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

    number_format = "QT{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("send", "draft", "sent", label=_("Send"), help=_("The customer may accept it from now on.")),
            Verb(
                "accept",
                "sent",
                "accepted",
                label=_("Order"),
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
                "confirm_again",
                "sent",
                "",
                label=_("Confirm again"),
                help=_("Renews an expired offer, with prices as they are; promised dates are looked up anew."),
                ask=(Input("valid_until", "date", _("Valid until")),),
            ),
            Verb(
                "revise",
                ("sent", "declined"),
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
            "accepted": _("Ordered"),
            "declined": _("Declined"),
            "superseded": _("Superseded"),
            "cancelled": _("Cancelled"),
        },
        colors={"sent": "blue", "accepted": "green", "declined": "red"},
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

    document = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines", verbose_name=_("quotation"))

    class Meta(SaleLine.Meta):
        verbose_name, verbose_name_plural = _("quotation line"), _("quotation lines")
        constraints = line_constraints("quotation_line")
