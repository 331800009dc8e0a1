"""People who sign in, and what they may do where."""

import re

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import fields
from .base import Entity

HAN = re.compile(r"[\u3400-\u9fff]+")


class User(AbstractUser):
    """A person or program that signs in. Department and manager say who approves and whose records a team shares."""

    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[("en", "English"), ("zh-hans", "简体中文"), ("lt", "Lietuvių")],
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Vilnius")
    theme = models.CharField(
        _("theme"),
        max_length=10,
        default="auto",
        choices=[("auto", _("System")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    department = models.ForeignKey(
        "kernel.Department",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
        verbose_name=_("department"),
    )
    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports", verbose_name=_("manager")
    )
    default_company = models.ForeignKey(
        "kernel.Company", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("company")
    )
    is_program = models.BooleanField(_("is a program"), default=False)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    preferences = models.JSONField(default=dict, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("user"), _("users")
        ordering = ["username"]

    def __str__(self):
        return self.get_full_name() or self.username

    def get_full_name(self):
        """The name as its bearer writes it: a Chinese family name comes first, without a blank."""
        if HAN.fullmatch(self.first_name + self.last_name):
            return self.last_name + self.first_name
        return super().get_full_name()

    def prepare(self, ctx, lines=None):
        """Nobody sets a password for another: a new person signs in by the link that was mailed, or not at all."""
        if not self.password:
            self.set_unusable_password()


for _name in ("password", "is_superuser", "is_staff", "last_login", "date_joined", "groups", "user_permissions"):
    User._meta.get_field(_name).editable = False  # set by sign-in and the command line alone


class Role(Entity):
    """A bundle of permissions for one kind of work."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=240, blank=True)
    portal = models.BooleanField(
        _("portal"),
        default=False,
        help_text=_("People of a customer or supplier: they see their own party's records only."),
    )

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("role"), _("roles")
        ordering = ["code"]

    def __str__(self):
        return self.name


class RoleGrant(Entity):
    """What a role may do with one kind of record, on which rows and fields.

    entity  model label ("sales.salesorder"), a module ("sales.*") or everything ("*")
    verbs   names of verbs; "view", "create", "change", "delete", "import", "export" are built in; "*" is all
    fields  {"margin": "hide", "phone": "mask", "lines.price": "view"}; a field not named may be edited
    """

    class Scope(models.TextChoices):
        OWN = "own", _("Own records")
        TEAM = "team", _("Records of my team")
        TERRITORY = "territory", _("Records of my territories")
        SITE = "site", _("Records of my sites")
        COMPANY = "company", _("All records of my companies")
        PARTY = "party", _("Records of my party")

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants", verbose_name=_("role"))
    entity = fields.RecordTypeField(_("record type"), of="patterns")
    verbs = models.JSONField(_("verbs"), default=list)
    scope = models.CharField(_("rows"), max_length=12, choices=Scope, default=Scope.COMPANY)
    fields = models.JSONField(_("fields"), default=dict, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("permission"), _("permissions")
        constraints = [models.UniqueConstraint(fields=["role", "entity", "scope"], name="role_grant_once")]

    def __str__(self):
        return f"{self.role}: {self.entity}"


class Membership(Entity):
    """A person has a role in a company (empty: in all of them), for these territories and sites."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = fields.link(Role, _("role"), related_name="memberships")
    company = fields.link("kernel.Company", _("company"), optional=True)
    territories = models.ManyToManyField(
        "kernel.Territory", blank=True, related_name="+", verbose_name=_("territories")
    )
    sites = models.ManyToManyField("kernel.Site", blank=True, related_name="+", verbose_name=_("sites"))
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    company_path, company_optional = "company", True  # who works in another company is that company's affair

    class Meta:
        verbose_name, verbose_name_plural = _("membership"), _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "company"], name="membership_once", nulls_distinct=False)
        ]

    def __str__(self):
        return f"{self.user}: {self.role}"
