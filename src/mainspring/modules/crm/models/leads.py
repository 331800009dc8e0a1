"""Leads, and the record of who took which."""

from dataclasses import replace

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields
from mainspring.kernel.models import Document
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.parties.models import MERGE, Unmerged

from .campaigns import Campaign
from .common import LOG, WHY_LOST, LostReason, Source
from .pools import LeadPool

LIVE = ("open", "claimed", "qualified")
"""States of a lead that somebody may still win: duplicates of these are refused."""

HELD = ("claimed", "qualified")
"""States that count against a holding cap; won leads do not use it (K01)."""


TO_WHOM = (
    Input("owner", "link", _("Owner"), to="kernel.user"),
    Input("reason", "text", _("Reason"), required=False),
)


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
    interest = fields.link("items.ItemCategory", _("product interest"), optional=True, db_index=False)
    campaign = fields.link(Campaign, _("campaign"), optional=True, db_index=False)
    currency = fields.link("kernel.Currency", _("currency"), optional=True, db_index=False)
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
    former_owner = fields.link(settings.AUTH_USER_MODEL, _("former owner"), null=True, editable=False, db_index=False)
    released_at = models.DateTimeField(_("back in the pool since"), null=True, editable=False)
    close_reason = models.CharField(_("reason lost"), max_length=12, choices=LostReason, blank=True, editable=False)
    party = fields.link("parties.Party", _("customer"), null=True, editable=False, related_name="leads", db_index=False)
    merged_into = fields.link("self", _("merged into"), null=True, editable=False, db_index=False)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, editable=False, help_text=_("How promising it is, from 0 to 100, by the scoring rules.")
    )
    score_reasons = models.JSONField(_("reasons of the score"), default=list, editable=False)
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
            Verb("assign", LIVE, "", label=_("Assign"), ask=TO_WHOM),
            Verb("give", "open", "claimed", label=_("Given by the rule of the pool"), ask=TO_WHOM, hidden=True),
            Verb("release", HELD, "open", label=_("Return to the pool"), ask=(Input("reason", "text", _("Reason")),)),
            Verb("recycle", HELD, "open", label=_("Went back to the pool"), hidden=True),
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
            models.Index(fields=["company", "territory", "state", "pool"], name="lead_territory"),
            models.Index(fields=["pool", "-value", "-identity"], name="lead_waits_worth", condition=Q(state="open")),
            models.Index(fields=["pool", "-identity"], name="lead_waits_new", condition=Q(state="open")),
            models.Index(
                F("pool"),
                F("score").desc(nulls_last=True),
                F("value").desc(),
                F("identity").desc(),
                name="lead_waits_score",
                condition=Q(state="open"),
            ),
            *(
                models.Index(fields=[name], name=f"lead_{name}", condition=Q(**{f"{name}__isnull": False}))
                for name in ("campaign", "interest", "party", "merged_into")  # few have one; no entry for all others
            ),
            models.Index(fields=["company", "score", "identity"], name="lead_score"),
            models.Index(fields=["company", "name", "identity"], name="lead_name"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def party_label(self) -> str:
        return self.name

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.lead(self, ctx)

    @staticmethod
    def refused_beside(records, ctx):
        from .. import collisions

        return collisions.leads_refused(records)


database.declare(
    "lead_sound_trgm", "CREATE INDEX IF NOT EXISTS lead_sound_trgm ON crm_lead USING gin (sound_key gin_trgm_ops)"
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
