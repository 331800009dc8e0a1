"""What a customer or supplier may read of what was added to a record: nothing, unless it is shared with the partner.

Notes and files carry the mark `shared`. What people of the house add starts without it, what the partner adds has it
from the start; `share` sets and takes it. Every surface asks `readable`.
"""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from . import access, commands, errors
from .models import Attachment, Membership, Note, Role, RoleGrant
from .models.collaboration import About
from .remembered import Remembered


def readable(ctx) -> Q:
    """Which notes and files of a record in sight this person may read."""
    return Q(shared=True) if access.is_portal(ctx) else Q()


def files(ctx):
    """Files a person may read of records in sight: those on the record, and those in its own fields (custom.may)."""
    shared = readable(ctx)
    return Attachment.objects.filter(shared | ~Q(field="")) if shared else Attachment.objects.all()


def possible(model) -> bool:
    """Whether people of a customer or supplier can see such records at all, so that sharing means something."""
    label = model._meta.label_lower
    return any(entity in ("*", label, f"{label.split('.')[0]}.*") for entity in _outside.get())


def share(added: Note | Attachment, ctx, *, shared: bool):
    """Set or take the mark: who wrote it may, and who may change the record. Returns the note or file.

    Raises Forbidden, Conflict for what the partner added, ValidationError where no partner can see such records.
    """
    record = access.get(ctx, added.record_model, added.record_id) if added.record_model else None
    if record is None or access.is_portal(ctx) or not may(added, record, ctx):
        raise errors.Forbidden(_("Only those who may change %(record)s can share this.") % {"record": record})
    if shared and not possible(type(record)):
        raise ValidationError({"shared": _("No partner can see records of this kind.")})
    if not shared and came_from_outside(added):
        raise errors.Conflict(_("The partner added this; it stays in the partner's sight."), code="shared")
    return commands.change(added, replace(ctx, trusted=True), shared=shared)


def may(added, record, ctx) -> bool:
    """Whether this person may set the mark."""
    return not access.is_portal(ctx) and (
        added.created_by_id == getattr(ctx.user, "pk", None)
        or access.rows(ctx, type(record), "change").filter(pk=record.pk).exists()
    )


def came_from_outside(added: About) -> bool:
    """Whether a person of a customer or supplier added it."""
    return added.created_by_id is not None and _portal_memberships().filter(user=added.created_by_id).exists()


def with_origin(queryset):
    """Notes or files with `from_outside`, so that saying who wrote them costs no query each."""
    return queryset.annotate(from_outside=Exists(_portal_memberships().filter(user=OuterRef("created_by"))))


def _portal_memberships():
    return Membership.objects.filter(role__portal=True)


_outside = Remembered(
    lambda: {
        g.entity
        for g in RoleGrant.objects.filter(role__portal=True).only("entity", "verbs")
        if {"*", "view"} & set(g.verbs)
    },
    Role,
    RoleGrant,
)
