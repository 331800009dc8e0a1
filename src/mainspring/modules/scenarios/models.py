"""Scenarios, what differs in each of them, and what was worked out of it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields
from mainspring.kernel.models import Company, Document, DocumentIdentity, Entity
from mainspring.kernel.workflow import Verb, Workflow

from .kinds import KINDS

DRAFT = "draft"


def _theirs(path: str):
    """The condition on records whose scenario one of these people owns or was shown."""

    def condition(people) -> Q:
        shown = Scenario.shared_with.through.objects.filter(user__in=people).values("scenario")
        return Q(**{f"{path}created_by__in": people}) | Q(**{f"{path}pk__in": shown})

    return condition


class Scenario(Document):
    """A set of changes to the plan that nobody has made yet: what it would lead to is worked out, nothing is written.

    shared_with  who sees it beside its owner
    result       what was worked out when it was promoted or discarded
    """

    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("note"), blank=True)
    decide_by = models.DateField(_("to be decided by"), null=True, blank=True)
    shared_with = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("shared with")
    )
    result = models.ForeignKey(
        "scenarios.WorkedOut", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    closed_on = models.DateField(_("decided on"), null=True, editable=False)
    decided_by = fields.link(
        settings.AUTH_USER_MODEL, _("decided by"), null=True, editable=False, db_index=False, related_name="+"
    )

    number_format = "WI{year}-{seq:05}"
    number_at_create = True
    workflow = Workflow(
        DRAFT,
        (
            *(Verb(f"try_{kind.name}", DRAFT, "", label=kind.title, ask=kind.asks, help=kind.help, bulk=False)
              for kind in KINDS.values()),
            Verb("promote", DRAFT, "promoted", label=_("Promote"), bulk=False,
                 help=_("Makes every change for real, all or none; refused when a record has changed meanwhile.")),
            Verb("discard", DRAFT, "discarded", label=_("Discard"), danger=True,
                 help=_("It stays readable; nothing of it is done.")),
            Verb("reopen", "discarded", DRAFT, label=_("Reopen")),
        ),
        closed=("promoted", "discarded"),
        labels={DRAFT: _("Draft"), "promoted": _("Promoted"), "discarded": _("Discarded")},
        colors={"promoted": "green"},
    )  # fmt: skip
    scope_paths = {"own": _theirs("")}

    class Meta:
        verbose_name, verbose_name_plural = _("scenario"), _("scenarios")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.number} {self.name}".strip()

    @property
    def party_label(self) -> str:
        return self.name


class ScenarioChange(Entity):
    """One thing that differs in a scenario: which record, what it would become, and what it was when it was chosen.

    subject  "app.model:key" of the record, with what else tells it apart (a day, a first day)
    sent     the inputs of the change as plain values; `was` those the record had
    """

    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="changes", editable=False, verbose_name=_("scenario")
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=[(kind.name, kind.title) for kind in KINDS.values()], editable=False
    )
    subject = models.CharField(max_length=120, editable=False)
    document = models.ForeignKey(
        DocumentIdentity,
        null=True,
        on_delete=models.SET_NULL,
        editable=False,
        related_name="scenario_changes",
        verbose_name=_("document"),
    )
    label = models.CharField(_("record"), max_length=200, editable=False)
    sent = models.JSONField(_("change"), default=dict, encoder=DjangoJSONEncoder, editable=False)
    was = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder, editable=False)
    why = models.CharField(_("reason"), max_length=240, blank=True)

    company_path = "scenario__company"
    scope_paths = {"own": _theirs("scenario__")}

    class Meta:
        verbose_name, verbose_name_plural = _("change of a scenario"), _("changes of scenarios")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "kind", "subject"], name="scenario_change_once"),
        ]

    def __str__(self):
        return self.label

    def prepare(self, ctx, lines=None):
        if self.scenario_id and self.scenario.state != DRAFT:
            raise ValidationError(
                _("%(scenario)s is %(state)s and can no longer be changed.")
                % {"scenario": self.scenario, "state": self.scenario.state_label}
            )


# A decided scenario says for good what was decided: no surface may change what differed in it.
database.declare(
    "scenario_change_kept",
    """
CREATE OR REPLACE FUNCTION scenarios_change_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM scenarios_scenario s WHERE s.id = COALESCE(NEW.scenario_id, OLD.scenario_id)
               AND s.state <> 'draft') THEN
        RAISE EXCEPTION 'The scenario is decided: what differs in it stays as it was.' USING ERRCODE = 'P0001';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER scenarios_change_kept BEFORE INSERT OR DELETE OR UPDATE OF kind, subject, sent, was
ON scenarios_scenariochange FOR EACH ROW EXECUTE FUNCTION scenarios_change_kept();
""",
)


class WorkedOut(models.Model):
    """What a set of changes leads to, as columns, on one version of the plan; also the question whether it is known.

    digest    of the changes; that of none is the plan itself
    waits     it is asked for and not answered yet
    data      columns as bytes, empty while it was never answered; `base` those of the plan at the same moment
    version   of the plan it was worked out on
    problems  changes the ordinary verbs would refuse: [{"change": place, "text": why}]
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, editable=False, related_name="+")
    digest = models.CharField(max_length=64, editable=False)
    changes = models.JSONField(default=list, encoder=DjangoJSONEncoder, editable=False)
    language = models.CharField(max_length=12, default="en", editable=False)
    asked_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    version = models.BigIntegerField(null=True, editable=False)
    seconds = models.FloatField(null=True, editable=False)
    waits = models.BooleanField(default=True, editable=False)
    data = models.BinaryField(default=b"", editable=False)
    base = models.BinaryField(default=b"", editable=False)
    problems = models.JSONField(default=list, editable=False)

    history = False
    read_only = True
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("result of a scenario"), _("results of scenarios")
        constraints = [models.UniqueConstraint(fields=["company", "digest"], name="worked_out_once")]
        indexes = [models.Index(fields=["asked_at"], condition=Q(waits=True), name="worked_out_waiting")]

    def __str__(self):
        return f"{self.company} {self.digest[:12]}"
