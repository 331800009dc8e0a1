"""The address codes are scanned to: the page of the one record found, or what it is as JSON."""

from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from mainspring.kernel import access, codes, resource, sight
from mainspring.web import addresses
from mainspring.web.views import base


@require_GET
@base.signed_in
def page(request):
    """JSON for programs of the page; a person goes to the one record found, or to the search."""
    code = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    records = codes.find(request.ctx, code) if code else []
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"items": [shown(request.ctx, r) for r in records]})
    if len(records) == 1:
        return redirect(addresses.of_record(records[0]))
    return redirect(f"/search/?{urlencode({'q': code})}")


def shown(ctx, record) -> dict:
    text = sight.label(ctx, record)
    code = str(getattr(record, "code", "") or "")
    return {
        "model": record._meta.label_lower,
        "id": str(record.pk),
        "text": text,
        "code": code,
        "href": addresses.of_record(record),
    }


def offered(ctx) -> bool:
    """Whether the person does work in which codes are scanned."""
    return any(r.scan and access.can(ctx, r.model, "create") for r in resource.registry.values())
