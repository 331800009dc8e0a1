"""The memory of the pipeline: a row for every change of what the forecast counts, written by the database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields

from .deals import Opportunity
from .pipeline import Forecast, SalesProcess, Stage


@database.append_only
class DealChange(models.Model):
    """What a deal was from a day on: its stage, amount, chance, closing day and owner, and by whom."""

    opportunity = fields.link(Opportunity, _("opportunity"), related_name="changes", on_delete=models.CASCADE)
    company = fields.link("kernel.Company", _("company"), db_index=False)
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("on"))
    by = fields.link(settings.AUTH_USER_MODEL, _("by"), null=True, db_index=False)
    entered = models.BooleanField(_("entered the stage"), default=True)
    state = models.CharField(_("state"), max_length=24)
    process = fields.link(SalesProcess, _("sales process"), null=True)
    stage = fields.link(Stage, _("stage"), null=True)
    forecast = models.CharField(_("forecast"), max_length=10, choices=Forecast, blank=True)
    probability = fields.PercentField(_("probability"), null=True, editable=False)
    amount_base = fields.MoneyField(_("amount in base currency"))
    weighted_base = fields.MoneyField(_("weighted amount"))
    expected_close_on = models.DateField(_("expected to close on"), null=True)
    owner = fields.link(settings.AUTH_USER_MODEL, _("owner"), null=True, db_index=False)
    territory = fields.link("kernel.Territory", _("territory"), null=True, db_index=False)

    history = False
    company_path = "company"
    scope_paths = {
        "own": "opportunity__owner",
        "team": "opportunity__owner__department",
        "territory": "opportunity__territory",
    }

    class Meta:
        verbose_name, verbose_name_plural = _("change of a deal"), _("changes of deals")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["opportunity", "id"], name="deal_change_order"),
            models.Index(fields=["company", "on"], name="deal_change_day"),
        ]

    def __str__(self):
        return f"{self.opportunity_id} {self.on}"


COUNTED = (
    "state",
    "process_id",
    "stage_id",
    "forecast",
    "probability",
    "amount_base",
    "expected_close_on",
    "owner_id",
    "territory_id",
)
"""What the forecast counts: a change of any of these is remembered."""

_NEW, _OLD = (", ".join(f"{row}.{name}" for name in COUNTED) for row in ("NEW", "OLD"))

database.declare(
    "function crm_remember_deal",
    f"""
    CREATE OR REPLACE FUNCTION crm_remember_deal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        enters boolean := true;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF ({_NEW}) IS NOT DISTINCT FROM ({_OLD}) THEN
                RETURN NULL;
            END IF;
            enters := (NEW.state, NEW.stage_id) IS DISTINCT FROM (OLD.state, OLD.stage_id);
        END IF;
        INSERT INTO crm_dealchange (opportunity_id, company_id, at, "on", by_id, entered, weighted_base,
                                    {", ".join(COUNTED)})
        VALUES (NEW.id, NEW.company_id, clock_timestamp(), COALESCE(NEW.changed_on, CURRENT_DATE), NEW.changed_by_id,
                enters, NEW.weighted_base, {_NEW});
        RETURN NULL;
    END $$;
    """,
)
database.declare_trigger("crm_deal_remembered", "crm_opportunity", "AFTER INSERT OR UPDATE", "crm_remember_deal")
