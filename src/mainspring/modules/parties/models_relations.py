"""How companies hang together: groups, partners, competitors, and who sent us whom (CRM-01)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields
from mainspring.kernel.models import Entity

GROUP_MAX = 500


class RelationKind(models.TextChoices):
    PARENT = "parent", _("Parent of")
    PARTNER = "partner", _("Partner of")
    COMPETITOR = "competitor", _("Competitor of")
    REFERRER = "referrer", _("Referred to us")


BACKWARDS = {
    RelationKind.PARENT: _("Subsidiary of"),
    RelationKind.PARTNER: _("Partner of"),
    RelationKind.COMPETITOR: _("Competitor of"),
    RelationKind.REFERRER: _("Referred by"),
}
"""What the kind is called from the other company's side."""


def _both(path: str):
    """Scope of a relation: both companies are in sight, for it names both."""
    return lambda values: Q(**{f"party__{path}__in": values, f"other__{path}__in": values})


class PartyRelation(Entity):
    """A company is the parent, a partner or a competitor of another one, or referred it to us."""

    party = fields.link("parties.Party", _("company"), related_name="relations")
    kind = models.CharField(_("is"), max_length=12, choices=RelationKind)
    other = fields.link("parties.Party", _("other company"), related_name="related_from")
    since = models.DateField(_("since"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=240, blank=True)

    key = ("party", "kind", "other")
    scope_paths = {"own": _both("owner"), "team": _both("owner__department"), "territory": _both("territory")}

    class Meta:
        verbose_name, verbose_name_plural = _("relation between companies"), _("relations between companies")
        ordering = ["party", "kind", "id"]
        constraints = [
            models.CheckConstraint(
                name="party_relation_not_self",
                condition=~Q(party=F("other")),
                violation_error_message=_("A company has no relation to itself."),
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "other"],
                name="party_relation_once",
                violation_error_message=_("This relation is there already."),
            ),
            models.UniqueConstraint(
                fields=["other"],
                condition=Q(kind="parent"),
                name="party_one_parent",
                violation_error_message=_("This company has a parent already."),
            ),
        ]

    def __str__(self):
        return f"{self.party}: {self.get_kind_display()} {self.other}"

    def clean(self):
        if (
            self.kind == RelationKind.PARENT
            and self.party_id
            and self.other_id
            and self.other_id in above(self.party_id)
        ):
            raise ValidationError(
                {"other": _("%(other)s stands above %(party)s already.") % {"other": self.other, "party": self.party}},
                code="cycle",
            )


def above(party_id: int) -> list[int]:
    """A company and all companies above it, up to the head of its group."""
    return _walked(party_id, "other_id", "party_id")


def group(party_id: int) -> list[int]:
    """All companies of a company's group, its head first; of one that belongs to none, itself alone."""
    return _walked(above(party_id)[-1], "party_id", "other_id")


def in_group(party_id: int) -> bool:
    """Whether a company has a parent or a subsidiary."""
    return PartyRelation.objects.filter(Q(party=party_id) | Q(other=party_id), kind=RelationKind.PARENT).exists()


def _walked(start: int, near: str, far: str) -> list[int]:
    return [
        row["id"]
        for row in database.rows(
            f"""
            WITH RECURSIVE walked (id, depth) AS (
                SELECT %(start)s::bigint, 0 UNION
                SELECT r.{far}, walked.depth + 1 FROM walked JOIN parties_partyrelation r ON r.{near} = walked.id
                WHERE r.kind = 'parent' AND walked.depth < 50)
            SELECT id, min(depth) AS depth FROM walked GROUP BY id ORDER BY depth, id LIMIT {GROUP_MAX}""",
            start=start,
        )
    ]
