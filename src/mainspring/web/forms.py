"""Forms made from columns and verb inputs. They draw and read; the rules are checked by the command behind them."""

import json
import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mainspring.kernel import collaboration, errors, formats, offers, resource, sight

SEARCHED = 20
"""A choice of more than so many is searched by typing."""

NUMBERS = ("integer", "decimal", "money", "price", "quantity", "percent", "rate")


class RecordForm(forms.Form):
    """A form that takes its errors from a command instead of checking itself."""

    def full_clean(self):
        self._errors, self.cleaned_data = ErrorDict(), {}

    def show_errors(self, error: ValidationError) -> None:
        """Put each message beside its field; those of no shown field on top, with the field's name."""
        for name, messages in errors.by_field(error).items():
            key = name.replace("custom.", "custom-")
            if name.startswith("lines."):
                continue
            if key in self.fields:
                self.add_error(key, messages)
            else:
                label = "" if name == NON_FIELD_ERRORS else f"{name.replace('_', ' ')}: "
                self.add_error(None, [label + m for m in messages])
        for name, field in self.fields.items():
            if self.is_bound and field.required and not self.data.get(name) and name not in self.errors:
                self.add_error(name, _("This field is required."))

    def has_error(self, field, code=None):
        return field in self.errors

    def raw(self) -> tuple[dict, dict]:
        """(values by field name, custom values by name) as they were sent; ValidationError for unreadable ones."""
        values, custom, wrong = {}, {}, {}
        for name, field in self.fields.items():
            if field.disabled or field.widget.value_omitted_from_data(self.data, self.files, name):
                continue
            value = field.widget.value_from_datadict(self.data, self.files, name)
            try:
                value = readable(field, value)
            except ValueError:
                wrong[name] = _("“%(value)s” is not a valid value.") % {"value": str(value)[:80]}
            if field.kind == "attachment" and value:
                value = collaboration.stage(self.ctx, name=value.name, content=value.file).pk
            if name.startswith("custom-"):
                custom[name[7:]] = value
            else:
                values[name] = value
        if wrong:
            raise ValidationError(wrong)
        return values, custom


def readable(field, value):
    """What a person typed, as the command reads it: local numbers with a point, lists and pairs from their lines."""
    if field.kind in NUMBERS and isinstance(value, str):
        return plain_number(value)
    if field.kind == "json" and isinstance(value, str):
        return from_lines(value, pairs=field.pairs)
    return value


def from_lines(text: str, *, pairs: bool):
    """A list written one entry a line (or with commas), pairs as "name: value"; JSON is taken as it is."""
    text = text.strip()
    if text[:1] in ("[", "{"):
        return json.loads(text)
    lines = [line.strip() for line in (text.split("\n") if "\n" in text else text.split(",")) if line.strip()]
    if not pairs:
        return lines
    if not all(":" in line for line in lines):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def in_lines(value) -> str:
    """A list or pairs as `from_lines` reads them; JSON when they hold more than texts."""
    if isinstance(value, list) and all(isinstance(v, str) and "\n" not in v for v in value):
        return "\n".join(value)
    if isinstance(value, dict) and all(isinstance(v, str) and "\n" not in v for v in value.values()):
        return "\n".join(f"{name}: {v}" for name, v in value.items())
    return json.dumps(value, ensure_ascii=False)


def plain_number(text: str) -> str:
    """A number as typed here or pasted from elsewhere: 1,234.50 and 1 234,50 are the same."""
    bare = re.sub(r"[\s\u00a0\u202f']", "", text).replace("−", "-")
    if "," in bare and "." in bare:
        last = max(bare.rfind(","), bare.rfind("."))
        return re.sub(r"[,.]", "", bare[:last]) + "." + bare[last + 1 :]
    if "," in bare:
        grouped = re.fullmatch(r"-?\d{1,3}(,\d{3})+", bare) and get_language() != "lt"
        return bare.replace(",", "" if grouped else ".")
    return bare if re.fullmatch(r"[-+\d.eE]*", bare) else text  # what is no number is named as it was typed


def field_for(column, ctx, *, value=None, required=None) -> forms.Field:
    """The form field of a column; `value` is its present value."""
    attrs: dict = {}
    match column.kind:
        case "bool":
            field = forms.BooleanField(widget=forms.CheckboxInput())
        case "choice":
            known = value in ("", None) or str(value) in {str(key) for key, _label in column.choices}
            offered = [*column.choices, *([] if known else [(value, value)])]
            blank = [] if column.required and value not in ("", None) else [("", "–")]
            attrs = {"data-island": "choose"} if len(offered) > SEARCHED else {}
            field = forms.ChoiceField(choices=blank + offered, widget=forms.Select(attrs=attrs))
        case "date":
            field = forms.CharField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        case "datetime":
            field = forms.CharField(
                widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            )
        case "longtext":
            field = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
        case "json":
            field = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}))
            field.pairs = isinstance(value, dict)
        case "link":
            url = f"/lookup/{column.to}/" + (f"?for={column.limited}" if column.limited else "")
            attrs = {"data-island": "choose", "data-url": url, "autocomplete": "off"}
            attrs |= {"data-within": column.within} if column.within else {}
            if isinstance(value, models.Model):
                attrs["data-text"] = str(value)
            field = forms.CharField(widget=forms.TextInput(attrs=attrs))
        case "links":
            attrs = {"data-island": "choose", "data-url": f"/lookup/{column.to}/"}
            field = forms.MultipleChoiceField(choices=_named(value), widget=forms.SelectMultiple(attrs=attrs))
        case "attachment":
            field = forms.FileField(widget=forms.ClearableFileInput())
        case kind if kind in NUMBERS:
            field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
            field.unit = "%" if column.kind == "percent" else ""
        case "text" if column.offers:
            attrs = {
                "data-island": "choose",
                "data-url": f"/lookup/{column.to}/names/{column.path}/",
                "data-within": column.within,
            } | ({"data-many": ""} if column.offers == "fields" else {})
            field = forms.CharField(widget=forms.TextInput(attrs=attrs))
        case _:
            field = forms.CharField(widget=forms.TextInput())
    field.label, field.help_text, field.kind = column.label, column.help, column.kind
    if column.kind == "json" and not field.help_text:
        field.help_text = _("One a line: name, colon, value.") if field.pairs else _("One a line.")
    field.required = column.required if required is None else required
    field.initial = initial(column, value)
    return field


def _named(records) -> list[tuple[str, str]]:
    return [(str(r.pk), str(r)) for r in records or ()]


@dataclass(frozen=True)
class Held:
    """The file a field holds now, as its input shows it."""

    name: str
    url: str

    def __str__(self):
        return self.name


def initial(column, value):
    """A value as its input shows it."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if column.kind == "links":
        return [str(r.pk) for r in value or ()]
    if column.kind == "attachment":
        return Held(value["name"], f"/files/{value['id']}/") if isinstance(value, dict) else None
    if value is None or column.kind in ("bool", "date", "datetime"):
        return value
    if column.kind == "json":
        return in_lines(value)
    return formats.exact(column, value) if column.is_number else value


def record_form(fields: sight.Fields, paths, record, *, data=None, files=None) -> RecordForm:
    """The form of some columns of a record (saved or not), those the person may edit."""
    form = RecordForm(data, files)
    form.ctx = fields.ctx
    for path in paths:
        if (fields.mode(path) if record._state.adding else fields.mode_on(record, path)) != "edit":
            continue
        column = fields.column(path)
        if not column.editable:
            continue
        value = column.value_of(record)
        field = form.fields[path.replace("custom.", "custom-")] = field_for(column, fields.ctx, value=value)
        if column.offers:
            kept = {column.path: value, column.within: getattr(record, column.within)}
            name_offers(field, column, kept if data is None else data)
    if data is not None:
        keep_texts(form, fields.ctx)
    return form


def name_offers(field: forms.Field, column, values) -> None:
    """Say what people call the verbs and fields that are chosen in `values`, those of the record or as sent."""
    said = offers.said(column.offers, values.get(column.within) or "", values.get(column.path) or "")
    field.widget.attrs["data-names"] = json.dumps(said, ensure_ascii=False)


def keep_texts(form, ctx) -> None:
    """Show the names of chosen links again when a form comes back with errors."""
    from mainspring.web.views import lookup

    for name, field in form.fields.items():
        if getattr(field, "kind", "") == "links" and hasattr(form.data, "getlist"):
            label = field.widget.attrs["data-url"].split("/")[2]
            field.choices = [(key, lookup.text_of(ctx, label, key)) for key in form.data.getlist(name)]
        if getattr(field, "kind", "") == "link" and form.data.get(name):
            label = field.widget.attrs["data-url"].split("/")[2]
            field.widget.attrs["data-text"] = lookup.text_of(ctx, label, form.data[name])


def input_form(verb, record, ctx, *, data=None, given: dict | None = None) -> RecordForm:
    """The dialog form of a verb's inputs; with `given`, of those still needed beside what is given."""
    form = RecordForm(data)
    asked = verb.asked(record, ctx, given)
    if data is not None and verb.asks:
        asked = (*asked, *verb.asked(record, ctx, {i.name: data[i.name] for i in asked if data.get(i.name)}))
    for i in dict.fromkeys(asked):
        value = i.initial(record, ctx) if callable(i.initial) else i.initial
        label = str(i.label) if i.label else _(i.name.replace("_", " ").capitalize())
        column = resource.Column(
            i.name, label, i.kind, choices=tuple(i.choices), to=i.to, required=i.required, help=str(i.help)
        )
        form.fields[i.name] = field_for(column, ctx, value=value)
    if data is not None:
        keep_texts(form, ctx)
    return form
