"""Task lists: the work of a week that a department was handed, as it was when it was released (MFG-02)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Department, Document, DocumentIdentity, DocumentLine
from mainspring.kernel.workflow import Verb, Workflow
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item


class TaskList(Document):
    """The week of a department: the master plan broken down to its work centers and people, released by a planner.

    Its lines are the plan of the moment it was released; what the plan changed since is found by comparing.
    """

    department = fields.link(Department, _("department"))
    week = models.DateField(_("week"), help_text=_("Any day of it; the Monday is kept."))
    hours = models.DecimalField(_("hours"), max_digits=14, decimal_places=2, default=0, editable=False)
    released_by = fields.link(settings.AUTH_USER_MODEL, _("released by"), null=True, editable=False)
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    number_format = "TL{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "release",
                "draft",
                "released",
                label=_("Release"),
                help=_("Hands the week to the department: its tasks are kept as they are planned now."),
            ),
            Verb(
                "renew",
                "released",
                "released",
                label=_("Release again"),
                help=_("Takes over what the plan changed since."),
            ),
            Verb(
                "withdraw",
                "released",
                "withdrawn",
                label=_("Withdraw"),
                danger=True,
                help=_("The department's week is open again; the plan stays as it is."),
            ),
        ),
        closed=("withdrawn",),
        labels={"draft": _("Draft"), "released": pgettext_lazy("list", "Released"), "withdrawn": _("Withdrawn")},
        colors={"released": "green"},
    )
    always_editable = ("note",)
    fixed = ("department", "week")
    scope_paths = {"own": "created_by", "team": "department"}

    class Meta:
        verbose_name, verbose_name_plural = _("task list"), _("task lists")
        ordering = ["-week", "department"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "week"],
                condition=~models.Q(state="withdrawn"),
                name="task_list_once",
                violation_error_message=_("This week of the department has a task list; release that one again."),
            ),
        ]

    @property
    def party_label(self):
        return f"{self.department} {self.week:%G-W%V}"

    @property
    def numbering_date(self):
        return self.week

    def prepare(self, ctx, lines=None):
        from .. import tasklists

        tasklists.prepare(self, ctx)


class TaskLine(DocumentLine):
    """An operation of an order, or of a proposal, in the week: how much of it and how many hours."""

    document = models.ForeignKey(TaskList, on_delete=models.CASCADE, related_name="lines", verbose_name=_("task list"))
    work_center = fields.link(WorkCenter, _("work center"), editable=False)
    origin = models.ForeignKey(
        DocumentIdentity, null=True, editable=False, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("order"),
    )  # fmt: skip
    number = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    item = fields.link(Item, _("item"), editable=False)
    sequence = models.PositiveIntegerField(_("sequence"), editable=False)
    name = models.CharField(_("operation"), max_length=120, editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), null=True, editable=False)
    on_date = models.DateField(_("day"), editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", editable=False)
    hours = models.DecimalField(_("hours"), max_digits=14, decimal_places=4, editable=False)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = pgettext_lazy("work", "task"), pgettext_lazy("work", "tasks")

    def __str__(self):
        return f"{self.number or self.item.code}/{self.sequence}"
