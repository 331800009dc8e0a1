"""Bad debts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document
from mainspring.kernel.workflow import Input, Verb, Workflow

from .collecting import Instalment
from .contracts import Contract


def _today(record, ctx):
    return ctx.business_date


class WriteOff(Document):
    """An invoiced instalment nobody will pay any more; with approval it is booked as a bad debt (K07)."""

    contract = fields.link(Contract, _("contract"), related_name="write_offs")
    instalment = fields.link(Instalment, _("instalment"), related_name="write_offs")
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    currency = fields.link("kernel.Currency", _("currency"), null=True, editable=False)
    amount = fields.MoneyField(_("amount"), currency="currency", blank=True)
    amount_base = fields.MoneyField(_("amount in base currency"), editable=False)
    reason = models.CharField(_("reason"), max_length=240)
    posted_on = models.DateField(_("posted on"), null=True, editable=False)

    number_format = "WO{year}-{seq:05}"
    scope_paths = {
        "own": ("contract__owner", "created_by"),
        "team": "contract__owner__department",
        "territory": "contract__territory",
    }
    workflow = Workflow(
        "draft",
        (
            Verb(
                "post",
                "draft",
                "posted",
                label=_("Write off"),
                help=_("Books the loss; the invoice is no longer open for this amount."),
                ask=(Input("on", "date", _("Posting date"), initial=_today),),
            ),
            Verb(
                "reverse",
                "posted",
                "reversed",
                label=_("Reverse"),
                danger=True,
                help=_("The debt is open again, such as when the customer pays after all."),
                ask=(Input("on", "date", _("Posting date"), initial=_today),),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "reversed", "cancelled"),
        labels={
            "draft": _("Draft"),
            "posted": _("Written off"),
            "reversed": _("Reversed"),
            "cancelled": _("Cancelled"),
        },
        colors={"posted": "red"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("write-off"), _("write-offs")
        constraints = [
            models.CheckConstraint(
                name="write_off_above_zero",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            )
        ]

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.write_off(self, ctx)
