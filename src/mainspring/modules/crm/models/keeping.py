"""Who keeps a customer or in which public pool it waits, and the log of every move."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database, fields
from mainspring.kernel.models import Entity

from .leads import Lead
from .pools import LeadPool, Level


class Cause(models.TextChoices):
    ENTERED = "entered", _("Nobody looked after it")
    CLAIMED = "claimed", _("Claimed")
    ASSIGNED = "assigned", _("Assigned")
    GIVEN = "given", _("Given by the rule of the pool")
    RELEASED = "released", _("Returned by its owner")
    NO_FOLLOW_UP = "no_follow_up", _("No follow-up")
    NO_DEAL = "no_deal", _("No deal")
    CONTRACT = "contract", _("Its last contract ended")
    HANDED_OVER = "handed_over", _("Handed over")
    CHANGED = "changed", _("Owner changed")
    REOPENED = "reopened", _("Opened again")


class PoolCustomer(Entity):
    """A customer as the sales force shares it: held by its owner, or waiting in one public pool to be claimed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("In the pool")
        HELD = "held", _("Held")

    company = fields.link("kernel.Company", _("company"), editable=False, db_index=False)
    party = fields.link("parties.Party", _("customer"), editable=False, related_name="places", db_index=False)
    pool = fields.link(LeadPool, _("pool"), editable=False, related_name="customers")
    state = models.CharField(_("where it is"), max_length=8, choices=State, default=State.HELD, editable=False)
    owner = fields.link(settings.AUTH_USER_MODEL, _("owner"), null=True, editable=False, db_index=False)
    territory = fields.link("kernel.Territory", _("territory"), null=True, editable=False)
    level = models.CharField(_("customer level"), max_length=1, choices=Level, blank=True, editable=False)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    cause = models.CharField(_("why"), max_length=14, choices=Cause, default=Cause.ENTERED, editable=False)
    reason = models.CharField(_("reason"), max_length=240, blank=True, editable=False)
    former_owner = fields.link(settings.AUTH_USER_MODEL, _("former owner"), null=True, editable=False, db_index=False)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, editable=False)
    touched_at = models.DateTimeField(_("last follow-up"), null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    last_deal_on = models.DateField(_("last deal on"), null=True, editable=False)
    worth = fields.MoneyField(
        _("worth"), editable=False, help_text=_("What deals of the last two years brought, in the company's currency.")
    )

    history = False
    company_path = "company"
    scope_paths = {"own": "owner", "team": "owner__department", "territory": "territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("customer in pools"), _("customers in pools")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["party"], name="pool_customer_once"),
            models.CheckConstraint(
                name="pool_customer_waits_without_owner",
                condition=Q(state="held") | Q(owner__isnull=True),
                violation_error_message=_("A customer that waits has no owner."),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "pool"], name="pool_customer_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["pool", "-since", "-id"], name="pool_customer_waits", condition=Q(state="waiting")),
            models.Index(fields=["pool", "-worth", "-id"], name="pool_customer_worth", condition=Q(state="waiting")),
            models.Index(fields=["company", "-since", "-id"], name="pool_customer_list"),
            models.Index(fields=["company", "-worth", "-id"], name="pool_customer_value"),
        ]

    def __str__(self):
        return str(self.party)


FOLLOW_PARTIES = """
CREATE OR REPLACE FUNCTION crm_follow_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm_poolcustomer c
    SET owner_id = now.owner_id, territory_id = now.territory_id,
        state = CASE WHEN now.pooled_at IS NULL THEN 'held' ELSE 'waiting' END
    FROM changed now
    WHERE c.party_id = now.id
      AND (c.owner_id, c.territory_id, c.state) IS DISTINCT FROM
          (now.owner_id, now.territory_id, CASE WHEN now.pooled_at IS NULL THEN 'held' ELSE 'waiting' END);
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS crm_follow_parties ON parties_party;
CREATE TRIGGER crm_follow_parties AFTER UPDATE ON parties_party REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION crm_follow_parties();
"""
"""Owner, territory and place are those of the customer itself, whoever changes them and how."""

database.declare("crm_follow_parties", FOLLOW_PARTIES)


@database.append_only
class PoolMove(models.Model):
    """One move of a lead or a customer between pools and hands: who, when, from whom, to whom, why."""

    lead = fields.link(Lead, _("lead"), null=True, related_name="moves")
    party = fields.link("parties.Party", _("customer"), null=True, related_name="pool_moves")
    pool = fields.link(LeadPool, _("pool"), null=True, db_index=False)
    cause = models.CharField(_("what happened"), max_length=14, choices=Cause)
    from_owner = fields.link(settings.AUTH_USER_MODEL, _("from"), null=True, related_name="+", db_index=False)
    to_owner = fields.link(
        settings.AUTH_USER_MODEL, pgettext_lazy("person", "to"), null=True, related_name="+", db_index=False
    )
    user = fields.link(settings.AUTH_USER_MODEL, _("by"), null=True, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    day = models.DateField(_("on"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    history = False
    company_path = "pool__company"
    scope_paths = {
        "own": ("from_owner", "to_owner", "user"),
        "team": ("from_owner__department", "to_owner__department"),
        "territory": "pool__territory",
    }

    class Meta:
        verbose_name, verbose_name_plural = _("pool move"), _("pool moves")
        constraints = [
            models.CheckConstraint(
                name="pool_move_of_one",
                condition=Q(lead__isnull=False, party__isnull=True) | Q(lead__isnull=True, party__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["to_owner", "day", "pool"],
                name="pool_move_claims",
                condition=Q(cause="claimed", party__isnull=False),
            ),
            models.Index(fields=["-at", "-id"], name="pool_move_at"),
        ]

    def __str__(self):
        return f"{self.get_cause_display()}: {self.lead or self.party}"


class PoolView(models.Model):
    """Somebody opened a record that waits in a pool: what the daily limit of the pool counts."""

    pool = models.ForeignKey(LeadPool, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    day = models.DateField()
    record = models.CharField(max_length=40)

    class Meta:
        verbose_name, verbose_name_plural = _("opened record"), _("opened records")
        constraints = [models.UniqueConstraint(fields=["user", "pool", "day", "record"], name="pool_view_once")]

    def __str__(self):
        return f"{self.user} {self.day}"
