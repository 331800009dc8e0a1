"""Two records side by side, to choose what the one that is kept shall say (CRM-04, K06)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, commands, errors, formats, resource, sight
from mainspring.web import addresses, cells
from mainspring.web.views import base

from . import merging, models, moving, overview


@require_http_methods(["GET", "POST"])
@base.signed_in
def merge(request, label, kept, other):
    """GET: the two with a choice for each value on which they differ. POST: make them one."""
    kind = merging.KINDS.get(label)
    if kind is None:
        raise Http404
    access.require(request.ctx, kind.model, "merge")
    pair = [_either(request.ctx, kind.model, pk) for pk in (kept, other)]
    if pair[0].pk == pair[1].pk:
        raise Http404
    problems: dict[str, list] = {}
    if request.method == "POST":
        try:
            commands.perform(pair[0], "merge", request.ctx, version=base.version_of(request), **_asked(request, pair))
        except errors.Conflict:
            raise
        except ValidationError as error:
            problems = errors.by_field(error)
        else:
            messages.success(request, _("%(other)s is part of %(kept)s now.") % {"other": pair[1], "kept": pair[0]})
            return redirect(addresses.of_record(pair[0]))
    return render(request, "parties/merge.html", _context(request, *pair, problems), status=422 if problems else 200)


def _either(ctx, model, pk):
    """One of the two, which the person may change; Http404 when not."""
    return base.get(ctx, resource.of(model), pk) if _may_change(ctx, model, pk) else _missing()


def _missing():
    raise Http404


def _may_change(ctx, model, pk) -> bool:
    try:
        return access.rows(ctx, model, "change").filter(pk=pk).exists()
    except (ValidationError, ValueError, OverflowError):
        return False


def _asked(request, pair) -> dict:
    """The inputs of the verb from the form: where a radio says "other", that value is taken."""
    sent = request.POST
    names = [choice.name for choice in merging.choices(*pair)]
    taken = [name for name in names if sent.get(name) == "other"]
    return {
        "other": getattr(pair[1], "number", "") or pair[1].code,
        "reason": sent.get("reason", ""),
        "take": " ".join(taken) or merging.NONE,
        "other_version": sent.get("other_version"),
    }


def _context(request, kept, other, problems: dict) -> dict:
    label, show = kept._meta.label_lower, cells.Show(sight.Fields(resource.of(type(kept)), request.ctx))
    return {
        "page": {
            "title": _("Merge %(other)s into %(kept)s") % {"other": other, "kept": kept},
            "trail": [
                {"label": resource.of(type(kept)).plural, "href": addresses.of_resource(resource.of(type(kept)))},
                {"label": str(kept), "href": addresses.of_record(kept)},
            ],
        },
        "kept": kept,
        "other": other,
        "wrong": problems.get("reason", []),
        "problems": [message for name, found in problems.items() if name != "reason" for message in found],
        "reason": request.POST.get("reason", ""),
        "rows": [_row(show, request.POST, choice, kept, other) for choice in merging.choices(kept, other)],
        "moving": moving.counts(other),
        "swap": f"/parties/merge/{label}/{other.pk}/{kept.pk}/",
        "cancel": addresses.of_record(kept),
    }


def _row(show: cells.Show, sent, choice: merging.Choice, kept, other) -> dict:
    """One field with both values as this person may see them, and which of them is proposed or was chosen."""
    chosen = sent.get(choice.name) or ("other" if choice.take else "kept")
    return {
        "name": choice.name,
        "label": choice.label[:1].upper() + choice.label[1:],
        "kept": _said(show, kept, choice.name),
        "other": _said(show, other, choice.name),
        "take": chosen == "other",
    }


def _said(show: cells.Show, record, name: str) -> str:
    column = show.fields.column(name)
    cell = show.cell(column, record, shorten=0)
    text = formats.text(column, cell["value"]) if column.kind == "bool" and "value" in cell else cell["text"]
    return f"{text} {cell['unit']}" if text and cell.get("unit") else text


@require_GET
@base.signed_in
def customer_feed(request, pk):
    """Entries of everything that happened with a customer: of one kind, after a place, or from the newest."""
    party = base.get(request.ctx, resource.of(models.Party), pk)
    if access.is_portal(request.ctx):
        raise Http404
    kind, after = request.GET.get("kind", ""), request.GET.get("after", "")
    found = overview.page_of(party, request.ctx, kind=kind, after=after)
    return render(request, "parties/feed_entries.html" if after else "parties/feed.html", {"panel": found})


urlpatterns = [
    path("customers/<str:pk>/feed/", customer_feed, name="customer_feed"),
    path("merge/<str:label>/<str:kept>/<str:other>/", merge, name="merge"),
]
