"""What people keep for themselves: saved views of lists."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A list, board, calendar, pivot or chart with its filters, order and columns, kept under a name."""

    class Mode(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Board")
        CALENDAR = "calendar", _("Calendar")
        PIVOT = "pivot", _("Pivot")
        CHART = "chart", _("Chart")

    entity = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    company = models.ForeignKey(
        "kernel.Company", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("company")
    )
    mode = models.CharField(_("shown as"), max_length=10, choices=Mode, default=Mode.LIST)
    parameters = models.TextField(_("parameters"), blank=True)
    shared = models.BooleanField(_("shared"), default=False)
    is_default = models.BooleanField(_("opened first"), default=False)
    position = models.PositiveIntegerField(_("position"), default=1)

    class Meta:
        verbose_name, verbose_name_plural = _("saved view"), _("saved views")
        constraints = [models.UniqueConstraint(fields=["entity", "owner", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["entity", "owner"], name="saved_view_entity")]

    def __str__(self):
        return self.name
