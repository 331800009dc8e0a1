"""Change-overs: what a work center must be set up for, and how long it takes from one to another (rule C09)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item


class SetupFamily(Entity):
    """Items that follow one another without a change-over: one colour, one material, one diameter."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("set-up family"), _("set-up families")
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


class ItemFamily(Entity):
    """What a work center must be set up for to make an item."""

    work_center = fields.link(WorkCenter, _("work center"))
    item = fields.link(Item, _("item"))
    family = fields.link(SetupFamily, _("set-up family"), related_name="items")

    key = ("work_center", "item")
    company_path = "work_center__site__company"
    scope_paths = {"site": "work_center__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("set-up family of an item"), _("set-up families of items")
        ordering = ["work_center", "item"]
        constraints = [models.UniqueConstraint(fields=["work_center", "item"], name="item_family_once")]

    def __str__(self):
        return f"{self.work_center.code} · {self.item.code} · {self.family.code}"


class Changeover(Entity):
    """Minutes a work center takes from one set-up family to another; a family left empty stands for every other one.

    It takes the place of the set-up hours of the routing. The row that names both families counts before one that names
    the next, that before one that names the last, that before one that names none; without a row it takes no time.
    """

    work_center = fields.link(WorkCenter, _("work center"), related_name="changeovers")
    from_family = fields.link(
        SetupFamily, _("from family"), optional=True, related_name="left_in", help_text=_("Empty: any other.")
    )
    to_family = fields.link(
        SetupFamily, _("to family"), optional=True, related_name="entered_in", help_text=_("Empty: any other.")
    )
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    is_allowed = models.BooleanField(
        _("is allowed"), default=True, help_text=_("No: one never follows the other on this work center.")
    )

    key = ("work_center", "from_family", "to_family")
    company_path = "work_center__site__company"
    scope_paths = {"site": "work_center__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("change-over"), _("change-overs")
        ordering = ["work_center", "from_family", "to_family"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_center", "from_family", "to_family"], name="changeover_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="changeover_minutes",
                condition=Q(minutes__lte=10_080),
                violation_error_message=_("A change-over takes at most a week."),
            ),
        ]

    def __str__(self):
        first, then = self.from_family, self.to_family
        return f"{self.work_center.code}: {first.code if first else '*'} → {then.code if then else '*'}"
