"""Settings of a company, typed. A module declares its own in `preferences.py`; administrators set them on one page.

Preference("sales.over_delivery_pct", "decimal", Decimal(0), _("Over-delivery (%)"), minimum=0, maximum=100)

preferences.get(ctx.company_id, "sales.over_delivery_pct")
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, commands, remembered, workflow
from .models import Company

registry: dict[str, "Preference"] = {}
"""Every declared preference by name, in order of declaration."""


@dataclass(frozen=True)
class Preference:
    """One setting of a company; declaring it is creating it.

    name     "module.setting"
    kind     text, integer, decimal, bool, choice, date or link (`to` names the model label; the value is its key)
    default  what holds until somebody sets it; may be None, the preference may then be left empty
    minimum, maximum  bounds of a number, both allowed values
    """

    name: str
    kind: str = "text"
    default: Any = None
    label: Any = ""
    help: Any = ""
    choices: tuple = ()
    to: str = ""
    minimum: Any = None
    maximum: Any = None

    def __post_init__(self):
        if self.kind not in workflow.KINDS or "." not in self.name:
            raise ValueError(f"preference {self.name!r} of kind {self.kind!r}")
        registry[self.name] = self

    @property
    def module(self) -> str:
        return self.name.partition(".")[0]

    def clean(self, raw, ctx):
        """A typed value from what a surface sent; ValidationError names the preference."""
        asked = workflow.Input(self.name, self.kind, self.label, False, self.to, self.choices)
        value = asked.clean(raw, ctx)
        if value is None:
            return None if self.default is None else self.default
        for bound, wrong in ((self.minimum, lambda b: value < b), (self.maximum, lambda b: value > b)):
            if bound is not None and wrong(bound):
                raise ValidationError(
                    {
                        self.name: _("“%(value)s” is out of range: %(minimum)s to %(maximum)s.")
                        % {
                            "value": value,
                            "minimum": self.minimum if self.minimum is not None else "…",
                            "maximum": self.maximum if self.maximum is not None else "…",
                        }
                    },
                    code="range",
                )
        return value

    def from_json(self, stored):
        """A value as kept in the company's settings, typed."""
        if stored is None:
            return self.default
        match self.kind:
            case "decimal":
                return Decimal(stored)
            case "date":
                return date.fromisoformat(stored)
        return stored


def get(company_id: int, name: str):
    """The value of one preference of a company. No query inside a command. KeyError when undeclared."""
    return registry[name].from_json(_stored(company_id).get(name))


def all_of(company_id: int) -> dict[str, Any]:
    """Every preference of a company, typed."""
    stored = _stored(company_id)
    return {name: p.from_json(stored.get(name)) for name, p in registry.items()}


def by_module() -> dict[str, list[Preference]]:
    """Preferences grouped by the module that declared them, for the settings page."""
    found: dict[str, list[Preference]] = {}
    for p in registry.values():
        found.setdefault(p.module, []).append(p)
    return dict(sorted(found.items()))


def save(ctx, values: dict[str, Any], *, version: int | None = None) -> Company:
    """Set preferences of the context's company: checked all at once, one audit entry.

    Raises ValidationError naming preferences, PermissionDenied unless the person may change the company, Conflict.
    """
    access.require(ctx, Company, "change")
    company = access.get(ctx, Company, ctx.company_id, "change")
    typed, wrong = {}, {}
    for name, raw in values.items():
        try:
            if name not in registry:
                raise ValidationError({name: _("There is no such setting.")})
            typed[name] = _to_json(registry[name].clean(raw, ctx))
        except ValidationError as error:
            wrong.update(error.message_dict)
    if wrong:
        raise ValidationError(wrong)
    settings = {k: v for k, v in {**company.settings, **typed}.items() if v is not None}
    return commands.change(company, replace(ctx, trusted=True), settings=settings, version=version)


def _stored(company_id: int) -> dict:
    found = remembered.rows(Company, (company_id,)).get(company_id)
    return found.settings if found else {}


def _to_json(value):
    if isinstance(value, models.Model):
        return value.pk
    return str(value) if isinstance(value, Decimal | date) else value
