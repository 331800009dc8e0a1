"""Mailboxes that are read, and the mails that came in by them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, secrets
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Input, Verb

from .campaigns import Campaign
from .common import Source
from .deals import Opportunity
from .leads import Lead


class Security(models.TextChoices):
    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("None")


class Unknown(models.TextChoices):
    LEAD = "lead", _("Becomes a lead")
    SORT = "sort", _("Waits to be sorted")


class Mailbox(Entity):
    """A mailbox read by IMAP: mail of people we know becomes follow-ups, mail of others leads or waits to be sorted."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    name = models.CharField(_("name"), max_length=80)
    address = models.EmailField(_("e-mail"), help_text=_("Mail from this address is our own and passed over."))
    host = models.CharField(_("server"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("encryption"), max_length=8, choices=Security, default=Security.TLS)
    user_name = models.CharField(_("user name"), max_length=200)
    password = models.CharField(
        _("password"),
        max_length=1000,
        help_text=_("Kept encrypted and never shown again; or env:MAINSPRING_PASSWORD_NAME to read it from there."),
    )
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    done_folder = models.CharField(
        _("move read mail to"), max_length=200, blank=True, help_text=_("Empty: mail is marked as read.")
    )
    unknown = models.CharField(_("mail of strangers"), max_length=4, choices=Unknown, default=Unknown.LEAD)
    territory = fields.link("kernel.Territory", _("territory"), help_text=_("Where its leads go."))
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.WEB)
    campaign = fields.link(Campaign, _("campaign"), optional=True)
    leads_daily_max = models.PositiveIntegerField(
        _("leads a day at most"), default=50, help_text=_("What comes beyond waits to be sorted.")
    )
    active = models.BooleanField(_("active"), default=True)
    fetched_at = models.DateTimeField(_("last read at"), null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True, editable=False)

    key = ("company", "name")
    company_path = "company"
    history = False  # it is read every few minutes; who changed what stands in the audit trail
    clear_when = {"password": lambda ctx: Q(pk__in=[])}
    unwritten = ("password",)
    actions = (
        Verb("fetch", label=_("Read now"), help=_("Reads the mailbox at once."), bulk=False),
        Verb("set_password", label=_("Set password"), bulk=False, ask=(Input("password", "text", _("Password")),)),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("mailbox"), _("mailboxes")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="mailbox_name_once"),
            models.CheckConstraint(
                name="mailbox_port",
                condition=Q(port__gte=1, port__lte=65535),
                violation_error_message=_("A port is a number from 1 to 65535."),
            ),
        ]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        from .. import receiving

        receiving.check_box(self)
        self.password = secrets.seal(self.password or "")


class Fate(models.TextChoices):
    FOLLOW_UP = "follow_up", _("Follow-up")
    LEAD = "lead", _("New lead")
    WAITS = "waits", _("To be sorted")
    DISCARDED = "discarded", _("Discarded")
    IGNORED = "ignored", _("Passed over")


class IncomingMail(Entity):
    """A mail that came in: what it says, without what it quotes, and what became of it."""

    mailbox = fields.link(Mailbox, _("mailbox"), related_name="mails")
    message_id = models.CharField(_("message"), max_length=250, editable=False)
    sender = models.CharField(_("from"), max_length=254)
    sender_name = models.CharField(_("name"), max_length=120, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("at"))
    fate = models.CharField(_("what became of it"), max_length=10, choices=Fate)
    reason = models.CharField(_("why"), max_length=240, blank=True)
    opportunity = fields.link(Opportunity, _("opportunity"), optional=True)
    lead = fields.link(Lead, _("lead"), optional=True)
    party = fields.link("parties.Party", _("customer"), optional=True)

    company_path = "mailbox__company"
    scope_paths = {
        "own": ("lead__owner", "opportunity__owner", "party__owner"),
        "territory": ("lead__territory", "party__territory", "mailbox__territory"),
    }
    read_only = True
    personal = True
    actions = (
        Verb(
            "file",
            label=_("File with a record"),
            help=_("Notes it as a follow-up of a lead or a customer."),
            bulk=False,
            ask=(
                Input("lead", "link", _("Lead"), to="crm.lead", required=False),
                Input("party", "link", _("Customer"), to="parties.party", required=False),
            ),
        ),
        Verb(
            "make_lead",
            label=_("Make it a lead"),
            bulk=False,
            ask=(
                Input(
                    "company_name", "text", _("Company name"), initial=lambda mail, ctx: mail.sender_name or mail.sender
                ),
                Input("territory", "link", _("Territory"), to="kernel.territory", required=False),
            ),
        ),
        Verb("discard", label=_("Discard"), danger=True, ask=(Input("reason", "text", _("Reason"), required=False),)),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("incoming mail"), _("incoming mails")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["mailbox", "message_id"], name="incoming_mail_once")]
        indexes = [
            models.Index(fields=["mailbox", "-at"], name="incoming_mail_waits", condition=Q(fate="waits")),
            models.Index(fields=["sender", "-at"], name="incoming_mail_sender"),
        ]

    def __str__(self):
        return self.subject or self.sender
