"""What models look like: whether a field is there, where a path leads, which model a label names, what names it."""

from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Manager


def model_named(label: str):
    """The model of a label such as "sales.salesorder"; None when there is none."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


@cache
def has(model, name: str) -> bool:
    """Whether the model has a column of this name."""
    try:
        return model._meta.get_field(name).concrete
    except FieldDoesNotExist:
        return False


def field_at(model, path: str):
    """The field a path leads to ("customer__name", "customer_id", "pk"); FieldDoesNotExist when there is none."""
    owner, found = model, None
    for part in path.split("__"):
        found = owner._meta.get_field(owner._meta.pk.name if part == "pk" else part)
        owner = found.related_model
    return found


def is_link(model, path: str) -> bool:
    """Whether a path ends in a link to one record."""
    found = field_at(model, path)
    return bool(found.is_relation and (found.many_to_one or found.one_to_one)) and not path.endswith("_id")


def line_model_of(model):
    """The line model of a document; FieldDoesNotExist when it has no lines."""
    return model._meta.get_field("lines").related_model


def label_field(model) -> str:
    """The field whose order is the order of a record's names."""
    names = {f.name for f in model._meta.concrete_fields}
    return next((n for n in ("name", "number", "code", "username", "title") if n in names), model._meta.pk.attname)


def value_at(record, path: str):
    """What a path leads to from a record: links as records, links to many as lists; None where it breaks off."""
    for part in path.split("__"):
        if record is None:
            return None
        try:
            record = getattr(record, part)
        except ObjectDoesNotExist:  # a link not chosen yet
            return None
        except ValueError:  # links to many of a record not yet written
            return []
    return list(record.all()) if isinstance(record, Manager) else record
