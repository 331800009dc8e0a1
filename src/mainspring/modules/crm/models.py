"""Lead pools, leads, opportunities and the record of follow-ups."""

from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.models import Document, Entity
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.parties.models import MERGE, Unmerged

LIVE = ("open", "claimed", "qualified")
"""States of a lead that somebody may still win: duplicates of these are refused."""

HELD = ("claimed", "qualified")
"""States that count against a holding cap; won leads do not use it (K01)."""


class Source(models.TextChoices):
    WEB = "web", _("Web site")
    CALL = "call", _("Incoming call")
    EVENT = "event", _("Trade fair or event")
    CAMPAIGN = "campaign", _("Campaign")
    REFERRAL = "referral", _("Referral")
    PARTNER = "partner", _("Partner")
    LIST = "list", _("Bought list")
    OWN = "own", _("Found by the representative")


class Method(models.TextChoices):
    CALL = "call", _("Call")
    MAIL = "mail", _("E-mail")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    MESSAGE = "message", _("Message")
    OTHER = "other", _("Other")


class LostReason(models.TextChoices):
    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_NEED = "no_need", _("No need")
    TIMING = "timing", _("Timing")
    NO_ANSWER = "no_answer", _("No answer")
    OTHER = "other", _("Other")


NEXT_STEP = (
    Input("next_on", "date", _("Next step on"), required=False),
    Input("next_step", "text", _("Next step"), required=False),
)
LOG = Verb(
    "log",
    label=_("Log follow-up"),
    help=_("Notes what was said and when the next step is due."),
    bulk=False,
    ask=(
        Input("content", "longtext", _("What happened")),
        Input("method", "choice", _("Method"), choices=tuple(Method.choices), initial=Method.CALL),
        *NEXT_STEP,
    ),
)
WHY_LOST = (
    Input("reason", "choice", _("Reason"), choices=tuple(LostReason.choices)),
    Input("note", "longtext", _("What we learn from it"), required=False),
)


class Distribution(models.TextChoices):
    CLAIM = "claim", _("People claim")
    LOAD = "load", _("To who holds least")
    TURN = "turn", _("In turn")


class LeadPool(Entity):
    """Where leads of a region wait to be claimed, and how many a representative may claim and hold."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    territory = fields.link("kernel.Territory", _("territory"), help_text=_("With all territories under it."))
    source = models.CharField(_("only from source"), max_length=12, choices=Source, blank=True)
    value_min = fields.MoneyField(_("only from value"), null=True, blank=True, default=None)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("The lowest number takes a lead.")
    )
    holding_max = models.PositiveIntegerField(
        _("leads held at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    daily_claims_max = models.PositiveIntegerField(
        _("claims a day at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    distribution = models.CharField(
        _("how leads are given out"),
        max_length=8,
        choices=Distribution,
        default=Distribution.CLAIM,
        help_text=_("By rule they go to the members of the pool as they come in."),
    )
    recycle_days = models.PositiveIntegerField(
        _("returns to the pool after days without follow-up"), null=True, blank=True
    )
    remind_days = models.PositiveIntegerField(
        _("owner is reminded days before"), null=True, blank=True, help_text=_("Empty: no reminder.")
    )
    cool_down_days = models.PositiveIntegerField(_("days before a former owner may claim it again"), default=0)
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"
    scope_paths = {"territory": "territory"}
    actions = (
        Verb(
            "distribute",
            label=_("Give out now"),
            help=_("Gives the leads that wait to the members, by the rule of the pool."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("lead pool"), _("lead pools")
        ordering = ["priority", "code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="lead_pool_code_once"),
            models.CheckConstraint(
                name="lead_pool_value",
                condition=Q(value_min__isnull=True) | Q(value_min__gte=0),
                violation_error_message=_("The value cannot be negative."),
            ),
            models.CheckConstraint(
                name="lead_pool_reminder",
                condition=Q(remind_days__isnull=True) | Q(recycle_days__gte=models.F("remind_days")),
                violation_error_message=_("The reminder is at most as many days before as it takes to go back."),
            ),
            models.CheckConstraint(
                name="lead_pool_days",
                condition=Q(cool_down_days__lte=DAYS_MAX)
                & (Q(recycle_days__isnull=True) | Q(recycle_days__lte=DAYS_MAX)),
                violation_error_message=_("At most ten years."),
            ),
        ]

    def __str__(self):
        return self.name


class PoolMember(Entity):
    """Somebody who takes leads of a pool; a pool with members is for them alone."""

    pool = models.ForeignKey(LeadPool, on_delete=models.CASCADE, related_name="members", verbose_name=_("pool"))
    user = fields.link(settings.AUTH_USER_MODEL, _("member"))
    holding_max = models.PositiveIntegerField(
        _("leads held at most"), null=True, blank=True, help_text=_("Empty: as the pool says.")
    )
    is_away = models.BooleanField(_("away"), default=False, help_text=_("Gets nothing by rule meanwhile."))
    last_given_at = models.DateTimeField(_("last lead given at"), null=True, editable=False)

    key = ("pool", "user")
    company_path = "pool__company"
    scope_paths = {"own": "user", "territory": "pool__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("pool member"), _("pool members")
        ordering = ["pool", "user"]
        constraints = [models.UniqueConstraint(fields=["pool", "user"], name="pool_member_once")]

    def __str__(self):
        return f"{self.pool}: {self.user}"


def contact_in_the_clear(ctx) -> Q:
    """Contact data is masked until claimed (K03)."""
    return Q(owner=ctx.user)


class Lead(Document):
    """Somebody who might become a customer; open leads wait in a pool, held ones have an owner."""

    name = models.CharField(_("company name"), max_length=160)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(
        _("phone"), max_length=40, blank=True, help_text=_("With the country's code: +370 600 00000.")
    )
    registry_code = models.CharField(_("registry code"), max_length=40, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="LT")
    city = models.CharField(_("city"), max_length=80, blank=True)
    territory = fields.link("kernel.Territory", _("territory"))
    pool = fields.link(LeadPool, _("pool"), null=True, editable=False, related_name="leads")
    owner = fields.link(settings.AUTH_USER_MODEL, _("owner"), null=True, editable=False)
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.WEB)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    value = fields.MoneyField(_("expected value"), currency="currency", blank=True)
    note = models.TextField(_("note"), blank=True)
    duplicate_reason = models.CharField(
        _("why this is not a duplicate"),
        max_length=240,
        blank=True,
        help_text=_("For instance another company of the same group."),
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, editable=False)
    touched_at = models.DateTimeField(_("last follow-up"), null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    next_on = models.DateField(_("next step on"), null=True, editable=False)
    former_owner = fields.link(settings.AUTH_USER_MODEL, _("former owner"), null=True, editable=False)
    released_at = models.DateTimeField(_("back in the pool since"), null=True, editable=False)
    close_reason = models.CharField(_("reason lost"), max_length=12, choices=LostReason, blank=True, editable=False)
    party = fields.link("parties.Party", _("customer"), null=True, editable=False, related_name="leads")
    merged_into = fields.link("self", _("merged into"), null=True, editable=False)
    name_key = models.CharField(max_length=200, editable=False, default="", blank=True)
    sound_key = models.CharField(max_length=400, editable=False, default="", blank=True)

    objects = Unmerged()

    number_format = "LD{year}-{seq:05}"
    number_at_create = True
    always_editable = ("note",)
    compared_by = (
        "name", "registry_code", "vat_number", "country", "email", "phone", "duplicate_reason",
    )  # fmt: skip
    scope_paths = {"own": "owner", "team": "owner__department", "territory": "territory"}
    personal = True
    clear_when = dict.fromkeys(("contact_name", "email", "phone"), contact_in_the_clear)
    workflow = Workflow(
        "open",
        (
            Verb(
                "claim",
                LIVE,
                "",
                leads_to="claimed",
                label=_("Claim"),
                help=_("Makes the lead yours, when nobody was quicker."),
            ),
            Verb(
                "qualify",
                "claimed",
                "qualified",
                label=_("Qualify"),
                help=_("There is a need, a budget and a date."),
                ask=(Input("value", "decimal", _("Expected value"), initial=lambda lead, ctx: lead.value),),
            ),
            Verb(
                "convert",
                HELD,
                "converted",
                label=_("Convert"),
                bulk=False,
                help=_("Makes it a customer with a contact and an opportunity."),
                ask=(
                    Input("opportunity", "text", _("Opportunity"), initial=lambda lead, ctx: lead.name),
                    Input("amount", "decimal", _("Amount"), initial=lambda lead, ctx: lead.value),
                    Input("expected_close_on", "date", _("Expected to close on")),
                    Input("party", "link", _("Existing customer"), to="parties.party", required=False),
                ),
            ),
            LOG,
            Verb(
                "assign",
                LIVE,
                "",
                label=_("Assign"),
                ask=(
                    Input("owner", "link", _("Owner"), to="kernel.user"),
                    Input("reason", "text", _("Reason"), required=False),
                ),
            ),
            Verb("release", HELD, "open", label=_("Return to the pool"), ask=(Input("reason", "text", _("Reason")),)),
            Verb("lose", LIVE, "lost", label=_("Lose"), danger=True, ask=WHY_LOST),
            Verb("reopen", "lost", "open", label=_("Reopen")),
            replace(MERGE, source=LIVE),
        ),
        editable=LIVE,
        closed=("converted", "lost", "merged"),
        labels={
            "open": _("In the pool"),
            "claimed": _("Claimed"),
            "qualified": _("Qualified"),
            "converted": _("Converted"),
            "lost": _("Lost"),
            "merged": _("Merged"),
        },
        colors={
            "open": "grey",
            "claimed": "blue",
            "qualified": "amber",
            "converted": "green",
            "lost": "red",
            "merged": "grey",
        },
    )

    class Meta:
        verbose_name, verbose_name_plural = _("lead"), _("leads")
        constraints = [
            models.CheckConstraint(
                name="lead_value",
                condition=Q(value__gte=0),
                violation_error_message=_("The value cannot be negative."),
            ),
            models.CheckConstraint(
                name="lead_held_by_somebody",
                condition=(
                    Q(state="open", owner__isnull=True)
                    | Q(state__in=HELD, owner__isnull=False)
                    | Q(state__in=("converted", "lost", "merged"))
                ),
                violation_error_message=_("A held lead has an owner, an open one has none."),
            ),
            models.CheckConstraint(
                name="lead_waits_in_a_pool",
                condition=~Q(state="open") | Q(pool__isnull=False),
                violation_error_message=_("No pool takes leads of this territory."),
            ),
            models.UniqueConstraint(
                fields=["company", "country", "registry_code"],
                name="lead_registry_code_once",
                condition=~Q(registry_code="") & Q(state__in=LIVE),
            ),
            models.UniqueConstraint(
                fields=["company", "name_key"], name="lead_name_once", condition=Q(duplicate_reason="", state__in=LIVE)
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "pool"], name="lead_held", condition=Q(state__in=HELD)),
            models.Index(fields=["phone"], name="lead_phone", condition=~Q(phone="")),
            models.Index(fields=["vat_number"], name="lead_vat_number", condition=~Q(vat_number="")),
            models.Index(fields=["email"], name="lead_email", condition=~Q(email="")),
            models.Index(fields=["name_key"], name="lead_name_key"),
            models.Index(fields=["company", "territory", "state"], name="lead_territory"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def party_label(self) -> str:
        return self.name

    def prepare(self, ctx, lines=None):
        from . import preparing

        preparing.lead(self, ctx)

    @staticmethod
    def refused_beside(records, ctx):
        from . import collisions

        return collisions.leads_refused(records)


database.declare(
    "lead_sound_trgm", "CREATE INDEX IF NOT EXISTS lead_sound_trgm ON crm_lead USING gin (sound_key gin_trgm_ops)"
)
database.declare(
    "lead_name_trgm", "CREATE INDEX IF NOT EXISTS lead_name_trgm ON crm_lead USING gin (name gin_trgm_ops)"
)


@database.append_only
class Claim(models.Model):
    """Who took which lead on which day: what daily caps count."""

    lead = fields.link(Lead, _("lead"), related_name="claims")
    pool = fields.link(LeadPool, _("pool"), null=True)
    user = fields.link(settings.AUTH_USER_MODEL, _("owner"), db_index=False)
    claimed_on = models.DateField(_("claimed on"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    history = False
    company_path = "lead__company"
    scope_paths = {"own": "user", "team": "user__department", "territory": "lead__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("claim"), _("claims")
        indexes = [models.Index(fields=["user", "claimed_on", "pool"], name="claim_day")]

    def __str__(self):
        return f"{self.lead} {self.user}"


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
    scope_paths = {"own": "owner", "team": "owner__department", "territory": "territory"}
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
        from . import preparing

        preparing.opportunity(self, ctx)


class Activity(Entity):
    """A follow-up: what was said to whom and how, and what comes next and when."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    content = models.TextField(_("what happened"))
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.CALL)
    at = models.DateTimeField(_("at"), default=timezone.now)
    next_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=240, blank=True)
    next_done = models.BooleanField(_("next step done"), default=False, editable=False)
    lead = fields.link(Lead, _("lead"), optional=True, related_name="activities")
    opportunity = fields.link(Opportunity, _("opportunity"), optional=True, related_name="activities", within="party")
    party = fields.link("parties.Party", _("customer"), optional=True, related_name="activities")
    user = fields.link(settings.AUTH_USER_MODEL, _("by"), null=True, editable=False)

    company_path = "company"
    # Whoever owns the lead, the deal or the customer sees its whole history, whoever wrote it (K03, K11).
    scope_paths = {
        "own": ("lead__owner", "opportunity__owner", "party__owner"),
        "team": ("lead__owner__department", "opportunity__owner__department", "party__owner__department"),
        "territory": ("lead__territory", "opportunity__territory", "party__territory"),
    }
    actions = (Verb("finish", label=_("Next step done"), help=_("The planned next step is done.")),)

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up"), _("follow-ups")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="activity_is_about_something",
                condition=Q(lead__isnull=False) | Q(opportunity__isnull=False) | Q(party__isnull=False),
                violation_error_message=_("Name the lead, the opportunity or the customer it is about."),
            )
        ]
        indexes = [
            models.Index(
                fields=["company", "next_on"], name="activity_next", condition=Q(next_on__isnull=False, next_done=False)
            ),
            models.Index(fields=["party", "-at"], name="activity_party"),
        ]

    def __str__(self):
        return f"{self.get_method_display()} {self.at:%Y-%m-%d}"

    def prepare(self, ctx, lines=None):
        from . import preparing

        preparing.activity(self, ctx)
