"""How a person wants to be reminded, and the secret address of their calendar."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Verb


class Before(models.IntegerChoices):
    AT_DUE = 0, _("When it is due")
    QUARTER = 15, _("A quarter of an hour before")
    HOUR = 60, _("An hour before")
    THREE = 180, _("Three hours before")
    DAY = 1440, _("A day before")
    NEVER = -1, _("Not at all")


class ReminderHabit(Entity):
    """How a person wants to be reminded of follow-ups: how long before, by mail or not, and when not."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    before_minutes = models.IntegerField(_("remind me"), choices=Before, default=Before.HOUR)
    day_starts_at = models.TimeField(
        _("tasks without a time are due at"), default=time(9), help_text=_("In your time zone.")
    )
    by_mail = models.BooleanField(_("also by e-mail"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=time(20))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=time(7))

    key = ("user",)
    scope_paths = {"own": "user", "team": "user__department"}

    class Meta:
        verbose_name, verbose_name_plural = _("reminder setting"), _("reminder settings")
        ordering = ["user"]

    def __str__(self):
        return str(self.user)

    def prepare(self, ctx, lines=None):
        from .. import preparing_tasks

        preparing_tasks.habit(self, ctx)


class CalendarFeed(Entity):
    """The secret address under which a person's calendar program reads their follow-ups; kept as a digest only."""

    user = fields.link(settings.AUTH_USER_MODEL, _("person"))
    prefix = models.CharField(_("begins with"), max_length=8, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_read_at = models.DateTimeField(_("last read at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    scope_paths = {"own": "user"}
    read_only = True
    unwritten = ("digest",)
    actions = (Verb("revoke", label=_("Withdraw"), danger=True, help=_("Calendars that read it get nothing more.")),)

    class Meta:
        verbose_name, verbose_name_plural = _("calendar address"), _("calendar addresses")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="calendar_feed_one_a_person", condition=models.Q(revoked_at__isnull=True)
            )
        ]

    def __str__(self):
        return f"{self.user} {self.prefix}…"
