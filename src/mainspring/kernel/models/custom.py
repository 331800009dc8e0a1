"""Fields a company added to a record itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import fields
from .base import Entity


class CustomField(Entity):
    """A field added to an entity at run time; each record keeps its own value of it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        BOOL = "bool", _("Yes or no")
        LINK = "link", _("Link")
        FORMULA = "formula", _("Formula")
        ATTACHMENT = "attachment", _("Attachment")

    entity = fields.RecordTypeField(_("record type"), of="custom")
    name = models.SlugField(_("name"), max_length=40, blank=True, help_text=_("Made from the label; it stays."))
    label = models.CharField(_("label"), max_length=80)
    labels = models.JSONField(_("translations"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TEXT)
    required = models.BooleanField(_("required"), default=False)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    link_to = fields.RecordTypeField(_("links to"), blank=True)
    formula = models.CharField(_("formula"), max_length=500, blank=True)
    result_kind = models.CharField(max_length=8, default="number", editable=False)
    digits = models.PositiveSmallIntegerField(_("digits"), default=2)
    help_text = models.CharField(_("help"), max_length=240, blank=True)
    in_list = models.BooleanField(_("shown in the list"), default=True)
    indexed = models.BooleanField(_("searchable"), default=False)
    on_letters = models.BooleanField(
        _("printed for partners"),
        default=False,
        help_text=_("On the papers customers and suppliers get; inner papers show it anyway."),
    )
    position = models.PositiveIntegerField(_("position"), default=1)
    active = models.BooleanField(_("active"), default=True)

    key = ("entity", "name")

    class Meta:
        verbose_name, verbose_name_plural = _("custom field"), _("custom fields")
        ordering = ["entity", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "name"], name="custom_field_once"),
            models.CheckConstraint(
                name="custom_field_digits",
                condition=models.Q(digits__lte=8),
                violation_error_message=_("A number has at most eight decimal places."),
            ),
        ]

    def __str__(self):
        return self.label

    def prepare(self, ctx, lines=None) -> None:
        from .. import custom_definitions

        custom_definitions.fill_in(self)

    def clean(self):
        from .. import custom_definitions

        custom_definitions.check(self)
