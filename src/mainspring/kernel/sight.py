"""What one person may see of a resource: its columns in the clear, masked or hidden, and the names of records."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from . import access, resource, shapes


class Fields:
    """The columns of a resource as one person may use them; custom fields are read once."""

    def __init__(self, of: resource.Resource, ctx):
        self.resource, self.ctx, self.model = of, ctx, of.model
        self._modes: dict[str, str] = {}
        self._custom: dict | None = None
        self.partly_clear = access.clear_when(ctx, of.model)

    @property
    def custom(self) -> dict:
        """Custom columns by path."""
        if self._custom is None:
            self._custom = {c.path: c for c in self.resource.custom_columns()}
        return self._custom

    def column(self, path: str) -> resource.Column:
        """The column of a path the person may know of; FieldDoesNotExist otherwise."""
        if self.mode(path) == "hide":
            raise FieldDoesNotExist(path)
        return self.custom[path] if path.startswith("custom.") else self.resource.column(path)

    def columns(self, paths) -> list[resource.Column]:
        """The columns of those paths that the person may see (perhaps masked); others are left out."""
        return [self.column(p) for p in paths if self.mode(p) != "hide"]

    def is_clear(self, path: str) -> bool:
        """Whether the person may sort, group, sum and chart by the path: in the clear on every row."""
        return self.mode(path) in ("view", "edit") and path not in self.partly_clear

    def clear_rows(self, path: str) -> Q | None:
        """Condition of the rows on which the path may be filtered and searched; None when on none."""
        return self.partly_clear.get(path, Q()) if self.mode(path) in ("view", "edit") else None

    def mode_on(self, record, path: str) -> str:
        """The mode of a path on one record, read by `Query.ordered` or by `access.with_clearance`."""
        mode = self.mode(path)
        if mode == "mask" or path not in self.partly_clear:
            return mode
        flag = getattr(record, f"_clear_{path}", None)
        if flag is None:
            flag = self.model._default_manager.filter(self.partly_clear[path], pk=record.pk).exists()
        return mode if flag else "mask"

    def mode(self, path: str) -> str:
        """hide, mask, view or edit; unknown paths are hidden."""
        if path not in self._modes:
            self._modes[path] = self._mode(path)
        return self._modes[path]

    def _mode(self, path: str) -> str:
        if path.startswith("custom."):
            known = path in self.custom
        else:
            known = path in self.resource.computed or _is_known(self.resource, path)
        if not known:
            return "hide"
        if path in self.resource.computed or path == "pk":
            return access.field_modes(self.ctx, self.model).get(path, "view")
        return access.path_mode(self.ctx, self.model, path)


def _is_known(of: resource.Resource, path: str) -> bool:
    """Whether a path may be asked about at all: plain fields of the record, declared paths, one step along a link."""
    parts = path.split("__")
    owner: Any = of.model
    try:
        for part in parts[:-1]:
            step = owner._meta.get_field(part)
            if not (step.many_to_one or step.one_to_one) or not step.concrete:
                return False
            owner = step.related_model
        last = owner._meta.get_field(parts[-1]) if parts[-1] != "pk" else owner._meta.pk
    except FieldDoesNotExist:
        return False
    if last.many_to_many and not last.auto_created:
        return len(parts) == 1
    if not last.concrete or last.name == "password":
        return False
    if isinstance(last, models.JSONField):  # lists and pairs that people enter; reasons and logs stay inside
        return of.creatable and last.editable and path in of.names("form")
    if len(parts) == 1 or path in _declared(of):
        return True
    other = resource.of(owner)
    known = {shapes.label_field(owner), *(_declared(other) if other else ())}
    return len(parts) == 2 and parts[-1] in known


def _declared(of: resource.Resource) -> set[str]:
    found = of.__dict__.get("_declared_paths")
    if found is None:
        rooms = (
            "columns",
            "search",
            "filters",
            "form",
            "order",
            "dimensions",
            "measures",
            "kanban",
            "calendar",
            "line_totals",
            "quick",
        )
        found = {n.lstrip("-").partition(":")[0] for room in rooms for n in of.names(room)}
        of.__dict__["_declared_paths"] = found
    return found


def label(ctx, record) -> str:
    """A record's name as this person may see it: masked and hidden values in it are masked."""
    text = str(record)
    model = type(record)
    hidden = {n for n, mode in access.field_modes(ctx, model).items() if mode in ("mask", "hide")}
    for name in hidden | access.clear_when(ctx, model).keys():
        raw = str(record.__dict__.get(name) or "")
        if raw and raw in text:
            text = text.replace(raw, str(access.shown(ctx, record, name) or access.mask(raw)))
    return text
