"""Opportunities: deals on their way."""

from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow

from .campaigns import Campaign
from .common import LOG, Source
from .pipeline import Competitor, Forecast, LossReason, SalesProcess, Stage

WHY_DEAL_LOST = (
    Input("reason", "link", _("Reason"), to="crm.lossreason", by="code"),
    Input("competitor", "link", _("Competitor"), to="crm.competitor", required=False),
    Input("note", "longtext", _("What we learn from it"), required=False),
)

STAGES = ("open",)
"""States in which a deal is on its way; where it stands there is its stage."""


def _asks(name: str, kind: str, label, **more) -> Input:
    proposed = {"initial": lambda record, ctx: getattr(record, name, None) or None}
    return Input(name, kind, label, **proposed | more)


AMOUNT = _asks("amount", "decimal", _("Amount"))
STAGE = Input("stage", "link", _("Stage"), to="crm.stage")
NEEDED = {
    "asks_amount": _asks("amount", "decimal", _("Amount"), required=False),
    "asks_close_on": _asks("expected_close_on", "date", _("Expected to close on"), required=False),
    "asks_contact": _asks("contact", "link", _("Contact"), to="parties.contact", required=False),
    "asks_source": _asks("source", "choice", _("Source"), choices=tuple(Source.choices), required=False),
    "asks_next_step": _asks("next_on", "date", _("Next step on"), required=False),
}
"""What a stage may need: its field, and the input that asks for it while the deal has none."""


def asked_by_stage(deal, ctx, given: dict) -> tuple[Input, ...]:
    """The inputs of a move: the stage while it is not chosen, and what that stage needs and the deal lacks."""
    stages = Stage.objects.filter(process_id=deal.process_id, active=True).order_by("position", "id")
    if "stage" not in given:
        choices = tuple((str(stage.pk), str(stage)) for stage in stages if stage.pk != deal.stage_id)
        return (replace(STAGE, kind="choice", choices=choices),)
    chosen = next(
        (stage for stage in stages if str(stage.pk) == str(getattr(given["stage"], "pk", given["stage"]))), None
    )
    return tuple(
        replace(asked, required=True)
        for flag, asked in NEEDED.items()
        if chosen is not None and getattr(chosen, flag) and not getattr(deal, asked.name)
    )


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
    process = fields.link(SalesProcess, _("sales process"), optional=True)
    stage = fields.link(Stage, _("stage"), null=True, editable=False)
    forecast = models.CharField(
        _("forecast"),
        max_length=10,
        choices=Forecast,
        blank=True,
        help_text=_("Where it counts in the forecast; the stage says so unless somebody chooses otherwise."),
    )
    competitor = fields.link(Competitor, _("competitor"), optional=True)
    stage_since = models.DateField(_("in this stage since"), null=True, editable=False)
    next_on = models.DateField(_("next step on"), null=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    close_reason = fields.link(LossReason, _("reason lost"), null=True, editable=False)
    changed_on = models.DateField(_("changed on"), null=True, editable=False)
    changed_by = fields.link(settings.AUTH_USER_MODEL, _("changed by"), null=True, editable=False, db_index=False)

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
        "open",
        (
            Verb(
                "move",
                STAGES,
                "",
                label=_("Move on"),
                help=_("Takes the deal to another stage; asks only for what that stage needs and the deal lacks."),
                bulk=False,
                ask=(STAGE, *NEEDED.values()),
                asks=asked_by_stage,
            ),
            Verb("win", STAGES, "won", label=_("Win"), ask=(AMOUNT,)),
            LOG,
            Verb("lose", STAGES, "lost", label=_("Lose"), danger=True, ask=WHY_DEAL_LOST),
            Verb("reopen", ("lost", "won"), "open", label=_("Reopen")),
        ),
        editable=STAGES,
        closed=("won", "lost"),
        labels={"open": pgettext_lazy("deal", "Open"), "won": _("Won"), "lost": _("Lost")},
        colors={"open": "blue", "won": "green", "lost": "red"},
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
                condition=~Q(state="lost") | Q(close_reason__isnull=False),
                violation_error_message=_("Say why it was lost."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "expected_close_on"], name="opportunity_due"),
            models.Index(fields=["process", "state", "stage"], name="opportunity_stage"),
            models.Index(fields=["company", "state", "closed_on"], name="opportunity_closed"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def party_label(self) -> str:
        return f"{self.name}, {self.party}"

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.opportunity(self, ctx, lines)


class OpportunityLine(DocumentLine):
    """An item the deal is about: how much of it the customer would take, where from and when."""

    document = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="lines", verbose_name=_("opportunity")
    )
    item = fields.link("items.Item", _("item"))
    quantity = fields.QuantityField(_("quantity"), unit="unit", default=Decimal(1))
    unit = fields.link("organization.Unit", _("unit"), optional=True)
    price = fields.PriceField(_("price"), currency="document__currency", null=True, blank=True, default=None)
    site = fields.link("kernel.Site", _("ships from"), optional=True)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    stock_quantity = fields.QuantityField(
        _("quantity in stocking units"), unit="item__unit", default=Decimal(0), editable=False
    )

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("item of a deal"), _("items of a deal")
        constraints = [fields.above_zero("opportunity_line_quantity")]

    def __str__(self):
        return str(self.item_id)
