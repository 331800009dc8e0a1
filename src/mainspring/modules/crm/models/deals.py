"""Opportunities: deals on their way."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document
from mainspring.kernel.workflow import Input, Verb, Workflow

from .campaigns import Campaign
from .common import LOG, WHY_LOST, LostReason, Source

STAGES = ("qualification", "analysis", "proposal", "negotiation")
PROBABILITY = {
    "qualification": Decimal(10),
    "analysis": Decimal(25),
    "proposal": Decimal(50),
    "negotiation": Decimal(75),
    "won": Decimal(100),
    "lost": Decimal(0),
}
"""Chance of winning (%) a stage stands for, unless the owner says otherwise."""


def _asks(name: str, kind: str, label) -> Input:
    return Input(name, kind, label, initial=lambda record, ctx: getattr(record, name) or None)


AMOUNT = _asks("amount", "decimal", _("Amount"))
CLOSE_ON = _asks("expected_close_on", "date", _("Expected to close on"))


class Opportunity(Document):
    """A deal on its way, with what it may bring, how likely it is and when it is expected to close."""

    name = models.CharField(_("name"), max_length=160)
    party = fields.link("parties.Party", _("customer"), related_name="opportunities")
    contact = fields.link("parties.Contact", _("contact"), optional=True, within="party")
    owner = fields.link(settings.AUTH_USER_MODEL, _("owner"), optional=True)
    territory = fields.link("kernel.Territory", _("territory"), optional=True)
    source = models.CharField(_("source"), max_length=12, choices=Source, blank=True)
    campaign = fields.link(Campaign, _("campaign"), optional=True)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    amount = fields.MoneyField(_("amount"), currency="currency", blank=True)
    probability = fields.PercentField(_("probability"), null=True, blank=True, default=None)
    expected_close_on = models.DateField(_("expected to close on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    amount_base = fields.MoneyField(_("amount in base currency"), editable=False)
    weighted_base = fields.MoneyField(
        _("weighted amount"), editable=False, help_text=_("Amount times probability, in the company's currency.")
    )
    stage_since = models.DateField(_("in this stage since"), null=True, editable=False)
    next_on = models.DateField(_("next step on"), null=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    close_reason = models.CharField(_("reason lost"), max_length=12, choices=LostReason, blank=True, editable=False)

    number_format = "OP{year}-{seq:05}"
    number_at_create = True
    always_editable = ("note",)
    scope_paths = {
        "own": (
            "owner",
            "party__owner",
        ),  # whoever looks after the customer sees its deals, whoever works on them (K11)
        "team": ("owner__department", "party__owner__department"),
        "territory": "territory",
    }
    workflow = Workflow(
        "qualification",
        (
            Verb(
                "analyze",
                ("qualification", "proposal", "negotiation"),
                "analysis",
                label=_("Analyze need"),
                ask=(AMOUNT,),
            ),
            Verb(
                "propose",
                ("qualification", "analysis", "negotiation"),
                "proposal",
                label=_("Propose"),
                ask=(AMOUNT, CLOSE_ON),
            ),
            Verb(
                "negotiate",
                ("qualification", "analysis", "proposal"),
                "negotiation",
                label=_("Negotiate"),
                ask=(AMOUNT, CLOSE_ON),
            ),
            Verb("win", STAGES, "won", label=_("Win"), ask=(AMOUNT,)),
            LOG,
            Verb(
                "step_back", ("analysis", "proposal", "negotiation"), "qualification", label=_("Back to qualification")
            ),
            Verb("lose", STAGES, "lost", label=_("Lose"), danger=True, ask=WHY_LOST),
            Verb("reopen", ("lost", "won"), "qualification", label=_("Reopen")),
        ),
        editable=STAGES,
        closed=("won", "lost"),
        labels={
            "qualification": _("Qualification"),
            "analysis": _("Need analysis"),
            "proposal": _("Proposal"),
            "negotiation": _("Negotiation"),
            "won": _("Won"),
            "lost": _("Lost"),
        },
        colors={
            "qualification": "grey",
            "analysis": "blue",
            "proposal": "blue",
            "negotiation": "amber",
            "won": "green",
            "lost": "red",
        },
    )

    class Meta:
        verbose_name, verbose_name_plural = _("opportunity"), _("opportunities")
        constraints = [
            models.CheckConstraint(
                name="opportunity_probability",
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=100),
                violation_error_message=_("A probability is between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                name="opportunity_amount",
                condition=Q(amount__gte=0),
                violation_error_message=_("The amount must not be below zero."),
            ),
            models.CheckConstraint(
                name="opportunity_lost_for_a_reason",
                condition=~Q(state="lost") | ~Q(close_reason=""),
                violation_error_message=_("Say why it was lost."),
            ),
        ]
        indexes = [models.Index(fields=["company", "state", "expected_close_on"], name="opportunity_stage")]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def party_label(self) -> str:
        return f"{self.name}, {self.party}"

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.opportunity(self, ctx)
