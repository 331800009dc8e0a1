"""Verbs, and the state table of a document: it reads like the diagram a user would draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from . import limits

DIGITS_MAX = 12  # after the point
KINDS = ("text", "longtext", "integer", "decimal", "date", "bool", "choice", "link")


@dataclass(frozen=True)
class Input:
    """Something a verb asks for.

    kind     one of KINDS; `to` names the model label of a link, `choices` the pairs of a choice
    initial  value or function(record, ctx) that proposes one
    by       a field of the linked record that programs may name it by instead of its key
    """

    name: str
    kind: str = "text"
    label: Any = ""
    required: bool = True
    to: str = ""
    choices: tuple = ()
    initial: Any = None
    help: Any = ""
    by: str = ""

    def clean(self, raw, ctx):
        """Turn what a surface sent into a value, or raise ValidationError naming the input."""
        if raw is None or raw == "":
            if self.required and self.kind != "bool":
                raise ValidationError({self.name: _("This field is required.")}, code="required")
            return False if self.kind == "bool" else None
        try:
            if isinstance(raw, dict | list) or (isinstance(raw, bool) and self.kind != "bool"):
                raise ValueError
            return getattr(self, f"_{self.kind}")(raw, ctx)
        except (ValueError, TypeError, InvalidOperation, OverflowError, ValidationError):
            raise ValidationError(
                {self.name: _("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]}}, code="invalid"
            ) from None

    def _text(self, raw, ctx):
        text = limits.storable(str(raw).strip())
        if len(text) > (20000 if self.kind == "longtext" else 500):
            raise ValueError
        return text

    _longtext = _text

    def _integer(self, raw, ctx):
        value = int(raw)
        if abs(value) > 2**62 or (value != raw and not isinstance(raw, str)):
            raise ValueError
        return value

    def _decimal(self, raw, ctx):
        value = raw if isinstance(raw, Decimal) else Decimal(str(raw))
        if not value.is_finite() or abs(value) >= Decimal(10) ** 14 or value.as_tuple().exponent < -DIGITS_MAX:
            raise ValueError
        return value

    def _date(self, raw, ctx):
        return limits.day_in_range(raw if isinstance(raw, date) else date.fromisoformat(str(raw)))

    def _bool(self, raw, ctx):
        return limits.yes(raw)

    def _choice(self, raw, ctx):
        if str(raw) not in {str(key) for key, _label in self.choices}:
            raise ValueError
        return raw

    def _link(self, raw, ctx):
        from django.apps import apps

        from . import access

        model = apps.get_model(self.to)
        if isinstance(raw, model):
            return raw
        key = {self.by: raw} if self.by and not str(raw).isdecimal() else {"pk": model._meta.pk.to_python(raw)}
        found = access.rows(ctx, model).filter(**key).first()
        if found is None:
            raise ValueError
        return found


OPEN_LINE = Input("position", "integer", lazy("Line"), required=False, help=lazy("Empty: every open line."))
"""Which line of a document a verb is about, by its number."""


def open_lines(lines, position: int | None, is_open: Callable[[Any], bool]) -> list:
    """The open lines, or the one that OPEN_LINE names; ValidationError when there is none."""
    found = [line for line in lines if is_open(line) and position in (None, line.position)]
    if not found:
        raise ValidationError({OPEN_LINE.name: _("There is no open line of this number.")})
    return found


@dataclass(frozen=True)
class Verb:
    """Something that can be done to a record.

    source       states it may start from; () means any
    target       state it ends in; "" leaves the state to what is done
    leads_to     state a person means by it on a board, when it has no target of its own
    four_eyes    the person must not be the record's creator
    ask          inputs it takes
    asks         function(record, ctx, given) -> the inputs to ask a person for, where these depend on the record and on
                 what is given already; all of `ask` when there is none
    danger       shown with a warning colour: takes something away
    bulk         may be done to many records at once
    hidden       done by jobs and other verbs only; nobody is offered it
    adds         only adds to the record, so that a change made meanwhile is no conflict with it
    """

    name: str
    source: str | tuple[str, ...] = ()
    target: str = ""
    label: Any = ""
    ask: tuple[Input, ...] = ()
    four_eyes: bool = False
    danger: bool = False
    bulk: bool = True
    hidden: bool = False
    help: Any = ""
    leads_to: str = ""
    adds: bool = False
    asks: Callable | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def title(self) -> str:
        return str(self.label) if self.label else _(self.name.replace("_", " ").capitalize())

    def asked(self, record, ctx, given: dict | None = None) -> tuple[Input, ...]:
        """What a dialog asks a person for; with `given`, what is still needed beside it."""
        return self.asks(record, ctx, given or {}) if self.asks and record is not None else self.ask

    def clean(self, inputs: dict, ctx) -> dict:
        """Typed inputs; all errors at once; an unknown input is refused by name."""
        errors: dict[str, Any] = {}
        cleaned = {}
        for name in inputs.keys() - {i.name for i in self.ask}:
            errors[name] = _("“%(verb)s” takes no such input.") % {"verb": self.title}
        for i in self.ask:
            try:
                cleaned[i.name] = i.clean(inputs.get(i.name), ctx)
            except ValidationError as error:
                errors.update(error.message_dict)
        if errors:
            raise ValidationError(errors)
        return cleaned


@dataclass
class Workflow:
    """The state machine of a document.

    initial   state of a new record
    verbs     the transitions, in the order a user meets them
    editable  states in which fields and lines may change
    labels    state -> lazy label; colours: state -> badge colour (grey, blue, green, amber, red)
    closed    states in which nothing is left to do
    """

    initial: str
    verbs: tuple[Verb, ...]
    editable: tuple[str, ...] = ("draft",)
    labels: dict[str, Any] = field(default_factory=dict)
    colors: dict[str, str] = field(default_factory=dict)
    closed: tuple[str, ...] = ("cancelled", "closed", "done")

    def __getitem__(self, name: str) -> Verb:
        return next(v for v in self.verbs if v.name == name)

    @property
    def states(self) -> list[str]:
        """Every state, in the order of the labels where all are labelled; some only effects lead to."""
        seen = [self.initial]
        for v in self.verbs:
            seen += [s for s in (*v.sources, v.target) if s and s not in seen]
        return list(self.labels) if set(seen) <= set(self.labels) else seen + [s for s in self.labels if s not in seen]

    def label(self, state: str) -> str:
        return str(self.labels.get(state) or _(state.replace("_", " ").capitalize()))

    def color(self, state: str) -> str:
        return self.colors.get(state) or ("grey" if state in ("draft", *self.closed) else "blue")


_effects: dict[tuple[str, str], Callable] = {}
_on_sets: set[tuple[str, str]] = set()
_guards: dict[tuple[str, str], list[Callable]] = {}
_extensions: dict[str, list[Verb]] = {}


def verbs_of(model) -> Iterator[Verb]:
    """All verbs of a model: its workflow's transitions, its `actions`, and what upper modules added."""
    flow = getattr(model, "workflow", None)
    if flow:
        yield from flow.verbs
    yield from getattr(model, "actions", ())
    yield from _extensions.get(model._meta.label_lower, ())


def extend(model, verb: Verb) -> None:
    """Add a verb to a lower module's model from above, in the upper module's commands; declaring twice is harmless."""
    known = _extensions.setdefault(model._meta.label_lower, [])
    if verb.name in {v.name for v in verbs_of(model)} and verb not in known:
        raise ValueError(f"{model._meta.label} already has the verb {verb.name!r}")
    if verb not in known:
        known.append(verb)


def verb_of(model, name: str) -> Verb:
    """The verb by name; KeyError when the model has none of that name."""
    for v in verbs_of(model):
        if v.name == name:
            return v
    raise KeyError(name)


def in_words(model, name: str, usual: dict[str, str] | None = None) -> str:
    """A verb as people call it; its name where nothing knows it any more.

    usual  other words for verbs every kind of record has, where the sentence wants another form of them
    """
    words = {"create": _("Create"), "change": _("Change"), "delete": _("Delete"), "import": _("Import"),
             "export": _("Export"), "restore": _("Restore")} | (usual or {})  # fmt: skip
    try:
        return words.get(name) or (verb_of(model, name).title if model else name)
    except KeyError:
        return name.replace("_", " ")


def effect(model, name: str, *, many: bool = False):
    """Bind the function `(record, ctx, **inputs)` that does the work of a verb, inside `perform`.

    many  it takes a list of records and works on them as a set; a single record comes as a list of one. It returns
          nothing, or a list with the outcome of each record.
    """
    verb_of(model, name)  # a misspelt verb fails at import

    def bind(fn):
        _effects[model._meta.label_lower, name] = fn if many else _one_by_one(fn)
        if many:
            _on_sets.add((model._meta.label_lower, name))
        return fn

    return bind


def works_on_sets(model, name: str) -> bool:
    """Whether the work of a verb takes many records in about as many statements as one."""
    return (model._meta.label_lower, name) in _on_sets


def _one_by_one(fn):
    def work(records, ctx, **inputs):
        return [fn(record, ctx, **inputs) for record in records]

    return work


def guard(model, name: str, *, many: bool = False):
    """Bind a check `(record, ctx)` that raises ValidationError when the verb is not possible now.

    It must only read: pages call it to show a locked verb with its reason. Upper modules may add guards.
    many  it takes a list of records
    """

    def bind(fn):
        _guards.setdefault((model._meta.label_lower, name), []).append(fn if many else _one_by_one(fn))
        return fn

    return bind


def effect_of(model, name: str) -> Callable | None:
    """The work of a verb on a list of records: a list of outcomes, or None."""
    return _effects.get((model._meta.label_lower, name))


def guards_of(model, name: str) -> list[Callable]:
    """The checks of a verb, each on a list of records."""
    return _guards.get((model._meta.label_lower, name), [])
