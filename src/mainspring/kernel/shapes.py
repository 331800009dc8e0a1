"""What models look like: whether a field is there, where a path leads, which model a label names."""

from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist


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
