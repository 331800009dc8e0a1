"""What every business record has: identity, version, custom fields; and documents with lines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import fields
from ..ids import uuid7


class Entity(models.Model):
    """Base of every business record.

    Class attributes a model may set:
    scope_paths  how row rules find their way: {"own": "owner", "team": "owner__department", "territory": "territory",
                 "site": "site", "party": "customer"}; a "__" path, a function from keys to a condition, or a tuple of
                 them of which any may match
    company_path path to the company; None for records all companies share
    history      False switches row history off (planning output, whose run is the record)
    read_only    True when people create, change and delete nothing here: the system's own memory
    actions      verbs of a record without a workflow
    key          fields that name a record in imports, e.g. ("code",)
    unwritten    fields whose values never go into the audit trail
    fixed        fields that stay as they were when the record was made: the order a shipment ships
    """

    created_by = fields.link(settings.AUTH_USER_MODEL, _("created by"), optional=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)

    scope_paths: dict = {}
    company_path: str | None = None
    history = True
    read_only = False
    actions: tuple = ()
    key: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def prepare(self, ctx, lines=None) -> None:
        """Fill in what the person left open and compute derived values, on unsaved instances, without writing.

        Called by create and change before validation and by the preview behind forms. `lines` is the list of line
        instances of a document (existing and new, in order), None for a change of the header only.
        """


class DocumentIdentity(models.Model):
    """One row per document of any kind: the target of moves, postings, approvals, notes, tasks and links."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=80, editable=False)
    company = fields.link("kernel.Company")
    number = models.CharField(max_length=40, blank=True, default="", db_index=True)
    title = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("document")

    def __str__(self):
        return self.number or self.kind


class DocumentLink(models.Model):
    """`target` came from `source`: the edges of the life graph."""

    source = fields.link(DocumentIdentity, related_name="links_out")
    target = fields.link(DocumentIdentity, related_name="links_in")
    kind = models.CharField(max_length=30, default="next")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="document_link_once"),
            models.CheckConstraint(name="document_link_not_self", condition=~models.Q(source=models.F("target"))),
        ]


class Document(Entity):
    """Header of a business document: identity, number, state, company.

    number_format  e.g. "SO{year}-{seq:05}"; gapless only where the law wants it
    read_with      links read together with the document when a verb starts, for those every verb needs
    workflow       see `workflow.Workflow`
    """

    identity = models.OneToOneField(
        DocumentIdentity, primary_key=True, editable=False, on_delete=models.PROTECT, db_column="id", related_name="+"
    )
    number = models.CharField(_("number"), max_length=40, blank=True, default="", editable=False, db_index=True)
    state = models.CharField(_("state"), max_length=24, editable=False, db_index=True)
    company = fields.link("kernel.Company", _("company"), editable=False)

    workflow = None
    number_format = "{seq:06}"
    read_with: tuple[str, ...] = ()
    gapless = False
    company_path = "company"

    class Meta:
        abstract = True

    def __str__(self):
        return self.number or f"{self._meta.verbose_name} ({_('draft')})"

    @property
    def name_in_any_language(self) -> str:
        """What a document is called without words of ours, as notes about it are kept: its number, else its party."""
        return self.number or self.party_label

    @property
    def state_label(self) -> str:
        return self.workflow.label(self.state)

    @property
    def party_label(self) -> str:
        """What people know the document by beside its number: its party, when it has one."""
        return str(getattr(self, "party", None) or "")


class DocumentLine(models.Model):
    """Line of a document; subclasses add `document = ForeignKey(Header, CASCADE, related_name="lines")`."""

    position = models.PositiveIntegerField(_("position"), default=1, editable=False)

    history = True

    class Meta:
        abstract = True
        ordering = ["position", "id"]
