"""Engineering changes: one component replaced by another in every bill that holds it, from a day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine, Site
from mainspring.kernel.workflow import Verb, Workflow
from mainspring.modules.items.models import Item

from .bills import Bom


class EngineeringChange(Document):
    """From a day on, bills take another component instead of one they hold; each gets a new version of its own."""

    component = fields.link(Item, _("component"))
    replacement = fields.link(Item, _("replacement"), optional=True, help_text=_("Empty: the component is left out."))
    ratio = models.DecimalField(
        _("ratio"),
        max_digits=12,
        decimal_places=6,
        default=1,
        help_text=_("Units of the replacement for one unit of the component."),
    )
    effective_on = models.DateField(_("effective on"))
    site = fields.link(Site, _("site"), optional=True, help_text=_("Empty: the bills of every site."))
    reason = models.CharField(_("reason"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    changed_bills = models.PositiveIntegerField(_("bills changed"), default=0, editable=False)

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
        ]

    @property
    def party_label(self):
        return f"{self.component.code} → {self.replacement.code if self.replacement_id else '–'}"


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
