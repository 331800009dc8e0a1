"""Refusals. Each speaks to the person who can act; surfaces turn them into words, never into a 500."""

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _


class Conflict(ValidationError):
    """The record changed since the caller read it, or is not in the state the verb needs."""


class Forbidden(PermissionDenied):
    """The person may see the record but not do this; the message says who could."""


class ApprovalRequired(Exception):
    """Not a refusal: the verb now waits for approval; `request` is the approval request that was raised.

    The gate raises it inside the verb's transaction, which is thereby undone; `ask` then raises the request in a
    transaction of its own, before the caller learns of it.
    """

    def __init__(self, request=None, ask=None):
        super().__init__(str(request or ""))
        self.request, self.ask = request, ask

    def __str__(self):
        return str(self.request or "")


def by_field(error: ValidationError) -> dict[str, list[str]]:
    """Messages by field name; those of no field under NON_FIELD_ERRORS."""
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}


def renamed(error: ValidationError, **names: str) -> ValidationError:
    """The same refusal with its fields named as whoever asked knows them: renamed(error, good="quantity")."""
    if not hasattr(error, "error_dict"):
        return error
    return type(error)({names.get(name, name): broken for name, broken in error.error_dict.items()})


def beside(error: ValidationError, field: str, *codes: str) -> ValidationError:
    """The same refusal beside a field, when it is of no field and one of these rules."""
    if hasattr(error, "error_dict") or getattr(error, "code", None) not in codes:
        return error
    return type(error)({field: error})


def from_integrity_error(error: IntegrityError, models) -> ValidationError:
    """Say which rule of the data a write broke, in the words of the constraint that refused it.

    models: the models written by the command; their constraints are searched by name.
    Re-raises the original error when the rule is unknown, for that is a defect.
    """
    diag = getattr(error.__cause__, "diag", None)
    name = getattr(diag, "constraint_name", None)
    state = getattr(diag, "sqlstate", None)
    for model in models:
        for constraint in model._meta.constraints:
            if constraint.name == name:
                fields: tuple[str, ...] = tuple(getattr(constraint, "fields", ()) or ())
                message = constraint.get_violation_error_message()
                if fields:
                    message = _("A record with this %(fields)s already exists.") % {
                        "fields": ", ".join(str(model._meta.get_field(f).verbose_name) for f in fields)
                    }
                return ValidationError({fields[0] if len(fields) == 1 else NON_FIELD_ERRORS: message}, code=name)
        if state == "23505" and diag.table_name == model._meta.db_table:
            for field in model._meta.local_fields:
                if field.unique and name and f"_{field.column}_" in name:
                    return ValidationError(
                        {
                            field.name: _("A record with this %(fields)s already exists.")
                            % {"fields": field.verbose_name}
                        },
                        code="unique",
                    )
    if state == "23505":
        return ValidationError(_("A record with these values already exists."), code="unique")
    if state == "23502":
        return ValidationError({diag.column_name: _("This field is required.")}, code="null")
    if state == "23503":
        return ValidationError(
            _("Other records refer to this one, or it refers to one that is gone."), code="foreign_key"
        )
    if state in ("P0001", "23514"):  # raised by our own guards, already worded
        return ValidationError(diag.message_primary, code=name or "guard")
    raise error
