"""The one entry for everything somebody needs bought."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Department, Document, DocumentIdentity, Site
from mainspring.kernel.sentences import LongSentenceField
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.items.models import Item
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import Party


class PurchaseRequest(Document):
    """A need to be bought: an item or a free text, how many, where, by when; raised by people and the plan (PUR-01).

    Progress (ordered, received) follows from the order lines the request was allocated to.
    """

    class Source(models.TextChoices):
        PERSON = "person", _("Person")
        PLAN = "plan", _("Plan")

    item = fields.link(Item, _("item"), optional=True, related_name="purchase_requests")
    description = models.CharField(
        _("description"), max_length=200, blank=True, help_text=_("What is needed, when it is not an item.")
    )
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link(Unit, _("unit"), blank=True)
    site = fields.link(Site, _("site"))
    needed_on = models.DateField(_("needed on"))
    requester = fields.link(settings.AUTH_USER_MODEL, _("requester"), optional=True)
    department = fields.link(Department, _("department"), optional=True)
    supplier = fields.link(Party, _("supplier"), optional=True, help_text=_("Empty: the first source."))
    from_site = fields.link(
        Site, _("from site"), optional=True, related_name="+",
        help_text=_("Another site of ours it is brought from; empty: it is bought."),
    )  # fmt: skip
    source = models.CharField(_("raised by"), max_length=10, choices=Source, default=Source.PERSON, editable=False)
    demand = models.ForeignKey(
        DocumentIdentity,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        verbose_name=_("for document"),
    )
    is_dedicated = models.BooleanField(
        _("for it alone"), default=False, db_default=False, editable=False,
        help_text=_("Made or bought to order: it serves its document and nobody else."),
    )  # fmt: skip
    order_by = models.DateField(_("order by"), null=True, blank=True, editable=False)
    reason = models.JSONField(_("reason data"), default=dict, blank=True, editable=False)
    reason_text = LongSentenceField(_("reason"), blank=True)
    ordered_quantity = fields.QuantityField(_("ordered"), unit="unit", default=0, editable=False)
    received_quantity = fields.QuantityField(_("received"), unit="unit", default=0, editable=False)

    number_format = "PR{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("submit", "draft", "open", label=_("Submit"), help=_("Ask for it to be bought.")),
            Verb("approve", ("draft", "open", "proposed"), "approved", label=_("Approve"), four_eyes=True),
            Verb(
                "order",
                ("approved", "proposed"),
                label=pgettext_lazy("verb", "Order"),
                ask=(
                    Input(
                        "supplier",
                        "link",
                        _("Supplier"),
                        required=False,
                        to="parties.party",
                        help=_("Empty: the first source of the item."),
                    ),
                ),
                help=_("Adds it to the open draft order of the supplier, or starts one."),
            ),
            Verb(
                "cancel",
                ("draft", "open", "proposed", "approved", "ordered"),
                "cancelled",
                label=_("Cancel"),
                danger=True,
                ask=(Input("why", label=_("Reason"), required=False),),
            ),
        ),
        closed=("received", "cancelled"),
        labels={
            "draft": _("Draft"),
            "open": pgettext_lazy("request", "Open"),
            "proposed": _("Proposed"),
            "approved": _("Approved"),
            "ordered": _("Ordered"),
            "received": _("Received"),
            "cancelled": _("Cancelled"),
        },
        colors={"proposed": "amber", "approved": "green", "received": "green", "cancelled": "grey"},
        editable=("draft", "open"),
    )
    scope_paths = {"own": ("requester", "created_by"), "team": ("department", "requester__department"), "site": "site"}
    always_editable = ("supplier", "reason_text")

    class Meta:
        verbose_name, verbose_name_plural = _("purchase request"), _("purchase requests")
        ordering = ["needed_on", "pk"]
        indexes = [
            models.Index(fields=["company", "state", "needed_on"], name="purchase_request_state"),
            models.Index(fields=["demand"], name="purchase_request_dedicated", condition=Q(is_dedicated=True)),
        ]
        constraints = [
            fields.above_zero("purchase_request_quantity"),
            models.CheckConstraint(
                name="purchase_request_subject",
                condition=Q(item__isnull=False) | ~Q(description=""),
                violation_error_message=_("Name an item or describe what is needed."),
            ),
            models.CheckConstraint(
                name="purchase_request_from_elsewhere",
                condition=Q(from_site__isnull=True) | ~Q(from_site=models.F("site")) & Q(item__isnull=False),
                violation_error_message=_("Only an item is brought from a site, and from another one."),
            ),
        ]

    @property
    def party_label(self):
        return self.item.code if self.item_id else self.description

    @property
    def open_quantity(self):
        """What is still to be ordered."""
        return max(self.quantity - self.ordered_quantity, 0)

    def clean(self):
        if self.item_id and self.unit_id != self.item.unit_id:
            raise ValidationError(
                {"unit": gettext("Requests of items are in the stocking unit, %(unit)s.") % {"unit": self.item.unit}}
            )

    def prepare(self, ctx, lines=None):
        if self.item_id and not self.unit_id:
            self.unit = self.item.unit
        elif not self.unit_id:
            self.unit = Unit.objects.filter(active=True, numerator=1, denominator=1).order_by("digits", "pk").first()
        if self.requester_id is None and self.source == self.Source.PERSON and getattr(ctx.user, "pk", None):
            self.requester = ctx.user
        if self.requester_id and not self.department_id:
            self.department = self.requester.department
