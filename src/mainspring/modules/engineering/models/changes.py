"""Engineering changes: a component replaced, left out or added in many bills at once, from a day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine, Site
from mainspring.kernel.workflow import Verb, Workflow
from mainspring.modules.items.models import Item, ItemCategory

from .bills import Bom


class EngineeringChange(Document):
    """From a day on, bills hold another component, one less or one more; each gets a new version of its own.

    before  what was in the bills that were changed themselves, so that the change can be undone
    """

    class Kind(models.TextChoices):
        REPLACE = "replace", _("Replace a component")
        REMOVE = "remove", _("Leave a component out")
        ADD = "add", _("Add a component")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.REPLACE)
    component = fields.link(
        Item, _("component"), optional=True,
        help_text=_("It is looked for in the bills. Adding one: the bills that hold this; empty: all of the category."),
    )  # fmt: skip
    replacement = fields.link(Item, _("new component"), optional=True, help_text=_("What comes instead or beside."))
    ratio = models.DecimalField(
        _("ratio"),
        max_digits=12,
        decimal_places=6,
        default=1,
        help_text=_("Of the new component for one unit of the component; without one, for one unit of the product."),
    )
    category = fields.link(
        ItemCategory, _("products of category"), optional=True, help_text=_("Empty: products of every category.")
    )
    effective_on = models.DateField(_("effective on"))
    site = fields.link(Site, _("site"), optional=True, help_text=_("Empty: the bills of every site."))
    reason = models.CharField(_("reason"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    changed_bills = models.PositiveIntegerField(_("bills changed"), default=0, editable=False)
    before = models.JSONField(default=dict, editable=False)

    number_format = "EC{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "carry_out",
                "draft",
                "done",
                label=_("Change all bills"),
                bulk=False,
                help=_(
                    "Makes a new version of every bill shown below that holds from the day; the old ones end there."
                ),
            ),
            Verb(
                "undo",
                "done",
                "draft",
                label=_("Undo"),
                bulk=False,
                danger=True,
                help=_("The versions it made are retired, and those before them hold again."),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        labels={"draft": _("Draft"), "done": _("Done"), "cancelled": _("Cancelled")},
        colors={"done": "green"},
    )
    scope_paths = {"own": "created_by", "site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("engineering change"), _("engineering changes")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="engineering_change_other",
                condition=Q(replacement__isnull=True) | ~Q(component=F("replacement")),
                violation_error_message=_("The replacement is another item than the component."),
            ),
            models.CheckConstraint(
                name="engineering_change_ratio",
                condition=Q(ratio__gt=0),
                violation_error_message=_("The ratio must be above zero."),
            ),
            models.CheckConstraint(
                name="engineering_change_means",
                condition=Q(kind="add", replacement__isnull=False, component__isnull=False)
                | Q(kind="add", replacement__isnull=False, category__isnull=False)
                | Q(kind="replace", replacement__isnull=False, component__isnull=False)
                | Q(kind="remove", replacement__isnull=True, component__isnull=False),
                violation_error_message=_(
                    "Replace and leave out need a component, replace and add a new one; what is added goes into bills "
                    "that hold a component or are of a category."
                ),
            ),
        ]

    def prepare(self, ctx, lines=None):
        """Replacing by nothing means leaving out."""
        if self.kind == self.Kind.REPLACE and self.component_id and not self.replacement_id:
            self.kind = self.Kind.REMOVE

    @property
    def party_label(self):
        left = self.component.code if self.component_id else str(self.category or "–")
        sign = "+" if self.kind == self.Kind.ADD else "→"
        return f"{left} {sign} {self.replacement.code if self.replacement_id else '–'}"


class ChangeExclusion(DocumentLine):
    """A bill that an engineering change leaves as it is, with the reason."""

    document = models.ForeignKey(
        EngineeringChange, on_delete=models.CASCADE, related_name="lines", verbose_name=_("engineering change")
    )
    bom = fields.link(Bom, _("bill left as it is"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("bill left as it is"), _("bills left as they are")
        constraints = [models.UniqueConstraint(fields=["document", "bom"], name="change_exclusion_once")]

    def __str__(self):
        return str(self.bom)
