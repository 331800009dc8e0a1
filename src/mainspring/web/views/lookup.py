"""Autocomplete of links: what a person may see, found by code, name or anything the resource searches."""

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_GET

from mainspring.kernel import access, fields, limits, offers, query, resource, shapes, sight
from mainspring.kernel.models import Site
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.web.views import base

notes = PluginPoint("web.lookup_notes", many=True)
"""Called with (model, records, ctx, request.GET); answers {pk: {note, stock, price, values}} beside each choice."""

LIMIT = 12


def _model(label: str):
    model = shapes.model_named(label)
    if model is None:
        raise Http404
    return model


def find(ctx, label: str, key):
    """A linked record by its key; None when there is none or it is out of sight."""
    try:
        return access.rows(ctx, _model(label)).filter(pk=limits.storable_key(key)).first()
    except (ValueError, ValidationError, OverflowError):
        return None


def text_of(ctx, label: str, key) -> str:
    """Name of a linked record, "" when it is out of sight."""
    record = find(ctx, label, key)
    return sight.label(ctx, record) if record else ""


def searched(
    ctx, model, text: str, limit: int = LIMIT, *, site: str = "", inside: dict | None = None, limit_to=None
) -> list:
    """Records whose searched fields hold every word; an exact code comes first.

    site    leaves those of one site
    inside  {link: key}: leaves those that belong there
    limit_to  a link: leaves those that may be chosen for it
    """
    res = resource.of(model)
    if res is not None:
        q = query.Query(res, ctx, query.Spec(q=text))
        rows = q.filtered().order_by(*(("-" if desc else "") + name for name, desc in q.keys))
    else:
        field = shapes.label_field(model)
        rows = access.rows(ctx, model).order_by(field)
        if text:
            rows = rows.filter(**{f"{field}__icontains": text}) | rows.filter(
                pk=text if model._meta.pk.get_internal_type() == "CharField" else None
            )
    if any(f.name == "active" for f in model._meta.concrete_fields):
        rows = rows.filter(active=True)
    there = {"site": int(site)} if site.isdecimal() and of_site(model) else {}
    there |= inside or {}
    allowed = limit_to.get_limit_choices_to() if limit_to is not None else {}
    rows = rows.filter(**there).complex_filter(allowed)
    found = list(rows[:limit])
    if text and res is not None:
        key = next((n for n in ("code", "number", "barcode") if n in {f.name for f in model._meta.concrete_fields}), "")
        if key and q.fields.is_clear(key):
            named = access.rows(ctx, model).filter(**{f"{key}__iexact": text}, **there)
            exact = list(named.complex_filter(allowed)[:1])
            found = exact + [r for r in found if r not in exact]
    return found[:limit]


def of_site(model) -> bool:
    """Whether records of the model are places of a site, so that one code may stand for several."""
    return (
        not shapes.has(model, "key")
        and "site" in getattr(model, "key", ())
        and model._meta.get_field("site").related_model is Site
    )


def _inside(seen: sight.Fields, asked) -> dict:
    """{"party": 12} where ?within=party&of=12 asks for what belongs to one record; {} where nothing was asked for."""
    name, key = asked.get("within", ""), asked.get("of", "")
    if not name or not key:
        return {}
    field = next((f for f in seen.model._meta.concrete_fields if f.name == name and f.many_to_one), None)
    if field is None or not seen.is_clear(name):
        raise Http404
    return {name: field.target_field.to_python(limits.storable_key(key))}


def _limit(model, asked):
    """The link that ?for=label.field names, when it leads to the model and not every record may be chosen for it."""
    label, _dot, name = asked.get("for", "").rpartition(".")
    owner = shapes.model_named(label) if label else None
    fields_of = owner._meta.concrete_fields if owner is not None else ()
    return next((f for f in fields_of if f.name == name and f.related_model is model and f.many_to_one), None)


@require_GET
@base.signed_in
def lookup(request, label):
    """GET ?q= answers {items: [{id, text, code?, note?, stock?, price?, values?}]}; see `_inside` for ?within=&of=."""
    model = _model(label)
    res = resource.of(model)
    if res is None:
        raise Http404
    if not access.can(request.ctx, model, "view"):
        return JsonResponse({"items": []})
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    site = request.GET.get("site", "")
    seen = sight.Fields(res, request.ctx)
    try:
        found = searched(
            request.ctx, model, text, site=site, inside=_inside(seen, request.GET), limit_to=_limit(model, request.GET)
        )
    except (ValueError, ValidationError, OverflowError):
        found = []
    extra: dict = {}
    for answer in notes(model, found, request.ctx, request.GET):
        for pk, more in (answer or {}).items():
            extra.setdefault(pk, {}).update(more)
    items = []
    for record in found:
        item = {"id": str(record.pk), "text": sight.label(request.ctx, record)}
        if hasattr(record, "code") and seen.is_clear("code") and record.code != item["text"]:
            item["code"] = record.code
        if hasattr(record, "name") and record.name != item["text"] and seen.is_clear("name"):
            item["note"] = str(record.name)
        if not site and of_site(model) and seen.is_clear("site"):
            item["note"] = " · ".join(filter(None, (item.get("note"), str(record.site))))
        items.append(item | extra.get(record.pk, {}))
    return JsonResponse({"items": items})


@require_GET
@base.signed_in
def names(request, label, name):
    """GET ?of=sales.salesorder&q= answers the verbs or fields a `NameField` may name, as `lookup` answers records."""
    model = _model(label)
    field = next((f for f in model._meta.concrete_fields if f.name == name), None)
    if not isinstance(field, fields.NameField) or not access.can(request.ctx, model, "view"):
        raise Http404
    asked = request.GET.get("q", "").strip().lower()
    found = offers.offered(field.of, request.GET.get("of", ""))
    items = [{"id": key, "text": text, "note": key} for key, text in found.items() if asked in f"{text} {key}".lower()]
    return JsonResponse({"items": items})
