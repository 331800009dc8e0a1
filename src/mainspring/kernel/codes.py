"""What a scanned or typed code stands for: a document by its number, an item by code or barcode, a place by code."""

import re

from django.db.models import Q

from . import access, resource, sight
from .models import DocumentIdentity
from .plugin_points import PluginPoint

known_to_module = PluginPoint("codes.known_to_module", many=True)
"""f(code, ctx) -> records a module knows by codes of its own (units of an item, lots)."""

GTIN = re.compile(r"^(?:\][A-Za-z]\d)?\(?01\)?(\d{14})")


def readings(code: str) -> list[str]:
    """The code as it stands, and the article number inside a GS1 code with and without its leading zeros."""
    found = [code]
    if gtin := GTIN.match(code):
        found += [gtin[1], gtin[1].lstrip("0")]
    elif code.isdigit() and len(code) == 14:
        found.append(code.lstrip("0"))
    return found


def find(ctx, code: str) -> list:
    """Records in the person's sight with exactly this code, without repeats."""
    records = list(_documents(ctx, code))
    for res in resource.registry.values():
        if res.codes and access.can(ctx, res.model, "view"):
            fields = sight.Fields(res, ctx)
            wanted = Q(pk__in=[])
            for name in res.names("codes"):
                if fields.is_clear(name):
                    wanted |= Q(**{f"{name}__iexact": code}) if name != "barcode" else Q(barcode__in=readings(code))
            records += access.rows(ctx, res.model).filter(wanted)[:5]
    for answer in known_to_module(code, ctx):
        records += [r for r in answer if access.rows(ctx, type(r)).filter(pk=r.pk).exists()]
    return list({(type(r), r.pk): r for r in records}.values())


def _documents(ctx, code: str):
    for identity in DocumentIdentity.objects.filter(company_id__in=ctx.visible_company_ids, number__iexact=code)[:5]:
        res = resource.by_model.get(identity.kind)
        if res and access.can(ctx, res.model, "view"):
            yield from access.rows(ctx, res.model).filter(pk=identity.pk)
