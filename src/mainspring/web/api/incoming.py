"""Bodies of calls: JSON with exact numbers, checked for shape before the commands look at the values."""

import json
import math
import re
from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from mainspring.kernel import access, limits, shapes
from mainspring.kernel.exchange.rules import key_fields

DEPTH_MAX = 20


class Parser(BaseParser):
    """Numbers arrive as Decimal, so that 0.1 stays 0.1; texts must be storable."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read()
        return loads(raw) if raw.strip() else {}


def loads(raw: bytes):
    """JSON with exact numbers and storable texts; ParseError for anything else."""
    try:
        text = raw.decode("utf-8")
        data = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError(_("The body is not JSON: %(why)s") % {"why": str(error)[:120]}) from None
    _check(data, texts="\\u" in text)  # only an escape can stand for a character that cannot be kept
    return data


def _refuse_constant(name):
    raise ValueError(f"{name} is not a number")


def _check(data, texts: bool, depth: int = 0) -> None:
    """Refuse what is nested too deeply and, when asked, texts that cannot be kept."""
    if depth > DEPTH_MAX:
        raise ParseError(_("The body is nested too deeply."))
    kind = type(data)
    if kind is dict or kind is list:
        for part in data.values() if kind is dict else data:
            if texts or type(part) is dict or type(part) is list:
                _check(part, texts, depth + 1)
        for key in data if texts and kind is dict else ():
            _check_text(key)
    elif texts and kind is str:
        _check_text(data)


def _check_text(text: str) -> None:
    if _NOT_KEPT.search(text):
        raise ParseError(_("A text holds characters that cannot be kept."))


_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")


def body(data) -> dict:
    """The body as an object; ValidationError for anything else."""
    if not isinstance(data, dict):
        raise ValidationError(_("An object is needed here."), code="type")
    return data


def split(model, data, ctx) -> dict:
    """Arguments for commands.create and commands.change: field values, `lines`, `custom_values`."""
    data = dict(body(data))
    lines, custom = data.pop("lines", None), data.pop("custom", None)
    found: dict[str, list] = {}
    arguments = _fields(model, data, ctx, "", found)
    if custom is not None:
        if not isinstance(custom, dict):
            found["custom"] = [_("An object is needed here.")]
        arguments["custom_values"] = custom
    if lines is not None:
        arguments["lines"] = _lines(model, lines, ctx, found)
    if found:
        raise ValidationError(found)
    for name in ("ctx", "model", "record", "version", "links", "self"):
        if name in arguments:
            raise ValidationError({name: _("There is no such field.")}, code="unknown")
    return arguments


def _lines(model, lines, ctx, found) -> list[dict]:
    try:
        line_model = shapes.line_model_of(model)
    except FieldDoesNotExist:
        found["lines"] = [_("This record has no lines.")]
        return []
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        found["lines"] = [_("A list of objects is needed here.")]
        return []
    result = []
    for n, line in enumerate(lines):
        values = _fields(
            line_model, {k: v for k, v in line.items() if k not in ("id", "custom")}, ctx, f"lines.{n}.", found
        )
        if line.get("id") is not None:
            values["id"] = key_of(line_model, line["id"], f"lines.{n}.id")
        result.append(values)
    return result


def _fields(model, data: dict, ctx, prefix: str, found: dict) -> dict:
    result = {}
    for name, raw in data.items():
        try:
            field = model._meta.get_field(name)
            if field.auto_created or not (field.concrete or field.many_to_many) or (field.primary_key and name == "id"):
                raise FieldDoesNotExist
        except FieldDoesNotExist:
            found[prefix + name] = [_("There is no such field.")]
            continue
        try:
            result[name] = _shaped(field, raw, ctx)
        except ValidationError as error:
            found[prefix + name] = error.messages
    return result


def _shaped(field, raw, ctx):
    """The value when its JSON type suits the field; commands do the rest."""
    if raw is None or isinstance(field, models.JSONField):
        return as_json(raw)
    if field.many_to_many:
        if not isinstance(raw, list):
            raise ValidationError(_("A list is needed here."), code="type")
        return [_linked(field.related_model, one, ctx) if isinstance(one, dict) else one for one in raw]
    if isinstance(field, models.ForeignKey):
        if isinstance(raw, dict):
            return _linked(field.related_model, raw, ctx)
        suits = isinstance(raw, str | int) and not isinstance(raw, bool)
    elif isinstance(field, models.BooleanField):
        suits = isinstance(raw, bool) or raw in ("true", "false", "0", "1")
        raw = raw in (True, "true", "1")
    elif isinstance(field, models.DecimalField | models.FloatField):
        suits = isinstance(raw, str | int | Decimal) and not isinstance(raw, bool)
    elif isinstance(field, models.IntegerField):
        suits = isinstance(raw, str | int) and not isinstance(raw, bool)
    else:
        suits = isinstance(raw, str) or (
            isinstance(field, models.CharField) and isinstance(raw, int) and not isinstance(raw, bool)
        )
    if not suits:
        raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]}, code="type")
    return raw


def _linked(model, raw: dict, ctx):
    """A record named by {"id": …} or by its key, for example {"code": "ACME"}."""
    if set(raw) - {"label"} == {"id"}:
        return key_of(model, raw["id"], "")
    names = key_fields(model) or ("code",)
    wanted = {k: v for k, v in raw.items() if k != "label"}
    if wanted and set(wanted) <= set(names) and all(isinstance(v, str | int) for v in wanted.values()):
        try:
            matches = list(access.rows(ctx, model).filter(**wanted)[:2])
        except (ValueError, TypeError, ValidationError, OverflowError):
            matches = []
        if len(matches) == 1:
            return matches[0]
    raise ValidationError(_("“%(value)s” does not exist or is out of your sight.") % {"value": json_text(raw)[:80]})


def key_of(model, raw, field: str = "id"):
    """A primary key as the model's type; ValidationError when it cannot be one."""
    try:
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise ValueError
        value = model._meta.pk.to_python(limits.storable_key(raw))
        if isinstance(value, models.Model):
            value = value.pk
        if isinstance(value, int) and abs(value) >= 2**63:
            raise ValueError
        return value
    except (ValueError, TypeError, ValidationError, OverflowError):
        raise ValidationError(
            {field: _("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]}}
            if field
            else _("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]},
            code="type",
        ) from None


def as_json(data):
    """Free JSON as the database takes it: numbers as they were sent."""
    if isinstance(data, Decimal):
        number = float(data)
        if not math.isfinite(number):
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": data})
        return int(data) if data == data.to_integral_value() and abs(data) < 2**53 else number
    if isinstance(data, dict):
        return {k: as_json(v) for k, v in data.items()}
    return [as_json(v) for v in data] if isinstance(data, list) else data


def json_text(data) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)
