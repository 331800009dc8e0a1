"""Two records side by side, to choose what the one that is kept shall say (CRM-04, K06)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, commands, errors, resource
from mainspring.web import addresses
from mainspring.web.views import base

from . import merging, moving


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
    problem = ""
    if request.method == "POST":
        try:
            commands.perform(pair[0], "merge", request.ctx, version=base.version_of(request), **_asked(request, pair))
        except errors.Conflict:
            raise
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            messages.success(request, _("%(other)s is part of %(kept)s now.") % {"other": pair[1], "kept": pair[0]})
            return redirect(addresses.of_record(pair[0]))
    return render(request, "parties/merge.html", _context(request, *pair, problem), status=422 if problem else 200)


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


def _context(request, kept, other, problem: str) -> dict:
    ctx, label = request.ctx, kept._meta.label_lower
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
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "rows": [_row(ctx, request.POST, choice, kept, other) for choice in merging.choices(kept, other)],
        "moving": moving.counts(other),
        "swap": f"/parties/merge/{label}/{other.pk}/{kept.pk}/",
        "cancel": addresses.of_record(kept),
    }


def _row(ctx, sent, choice: merging.Choice, kept, other) -> dict:
    """One field with both values as this person may see them, and which of them is proposed or was chosen."""
    chosen = sent.get(choice.name) or ("other" if choice.take else "kept")
    return {
        "name": choice.name,
        "label": choice.label[:1].upper() + choice.label[1:],
        "kept": _said(ctx, kept, choice.name, choice.kept),
        "other": _said(ctx, other, choice.name, choice.other),
        "take": chosen == "other",
    }


def _said(ctx, record, name: str, value) -> str:
    if name.startswith("custom."):
        seen = access.custom_mode(ctx, type(record), name) in ("view", "edit")
        return str(value) if seen and value is not None else ""
    shown = access.shown(ctx, record, name)
    if shown != value:
        return str(shown or "")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else "" if value is None else value)


urlpatterns = [path("merge/<str:label>/<str:kept>/<str:other>/", merge, name="merge")]
