"""The dossier: enter any number, see the life of the document as a graph and as a table."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from mainspring.kernel import dossier, policies, resource
from mainspring.kernel.models import DocumentIdentity
from mainspring.web import cells, menus
from mainspring.web.views import base


@require_GET
@base.signed_in
def search(request):
    """Go to the dossier when one document has this number; else offer those that come near."""
    text = request.GET.get("q", "").strip()
    found = dossier.find(request.ctx, text) if text else []
    exact = [i for i in found if i.number.lower() == text.lower()]
    if len(exact) == 1 or len(found) == 1:
        return redirect(f"/dossier/{(exact or found)[0].pk}/")
    items = [
        {"title": i.title or _kind(i.kind), "number": i.number, "text": _kind(i.kind), "href": f"/dossier/{i.pk}/"}
        for i in found
    ]
    return render(
        request,
        "web/search.html",
        {
            "page": {"title": _("Dossier")},
            "q": text,
            "asks": _("Number of any document"),
            "about": _("You see what a document came from and what it led to, from the first contact to the books."),
            "groups": [{"label": _("Documents"), "icon": "git-branch", "count": len(items), "items": items}]
            if items
            else [],
        },
    )


@require_GET
@base.signed_in
def page(request, pk):
    """The graph around one document."""
    try:
        graph = dossier.graph(request.ctx, pk)
    except DocumentIdentity.DoesNotExist:
        raise Http404 from None
    focus = next(n for n in graph.nodes if n.id == graph.focus)
    return render(
        request,
        "web/dossier.html",
        {
            "page": {
                "title": _("Dossier"),
                "number": focus.number,
                "subtitle": focus.kind,
                "trail": [{"label": focus.kind, "href": focus.href}] if focus.href else [],
            },
            "graph": {
                "focus": graph.focus,
                "nodes": [_node(n) for n in graph.nodes],
                "edges": [{"from": a, "to": b} for a, b in graph.edges],
            },
            "table": table(graph),
        },
    )


def _node(n: dossier.Node) -> dict:
    if n.restricted:
        return {"id": n.id, "kind": "", "number": "", "title": dossier.restricted_label(), "href": "", "layer": n.layer}
    text = " · ".join(p for p in (n.amount, date_format(n.on, "SHORT_DATE_FORMAT") if n.on else "", *n.people[:1]) if p)
    return {
        "id": n.id,
        "kind": n.kind,
        "number": n.number,
        "title": n.title,
        "text": text,
        "state": n.state,
        "tone": _tone(n),
        "href": n.href,
        "layer": n.layer,
    }


def _tone(n: dossier.Node) -> str:
    found = resource.by_model.get(n.entity)
    return cells.state_badge(found, n.state_name)["tone"] if found and found.workflow and n.state_name else "neutral"


def table(graph: dossier.Graph) -> dict:
    """The same documents for print, phone and screen readers, with what the ledgers say."""
    heads = (
        ("document", _("Document"), "text"),
        ("number", pgettext("document", "Number"), "link"),
        ("state", _("State"), "text"),
        ("on", _("Date"), "text"),
        ("amount", _("Amount"), "money"),
        ("people", _("People"), "text"),
        ("facts", _("In the books"), "text"),
    )
    rows = []
    for n in graph.nodes:
        if n.restricted:
            rows.append(
                {
                    "id": n.id,
                    "href": "",
                    "label": "",
                    "cells": [{"text": dossier.restricted_label()}] + [{"text": ""}] * (len(heads) - 1),
                }
            )
            continue
        said = "; ".join(" ".join(p for p in (f.ledger, f.text, f.amount) if p) for f in n.facts[:12])
        texts = (
            n.kind,
            n.number or _("draft"),
            n.state,
            date_format(n.on, "SHORT_DATE_FORMAT") if n.on else "",
            n.amount,
            ", ".join(n.people),
            said,
        )
        rows.append(
            {"id": n.id, "href": n.href, "label": f"{n.kind} {n.number}", "cells": [{"text": t} for t in texts]}
        )
    return {
        "title": _("Documents"),
        "columns": [{"name": name, "label": label, "kind": kind} for name, label, kind in heads],
        "rows": rows,
        "count": str(len(rows)) + ("+" if graph.truncated else ""),
    }


def _kind(label: str) -> str:
    found = resource.by_model.get(label)
    return found.singular if found else label


@menus.extra.fill
def menu(ctx) -> list:
    """Pages of this room in the menu; portals have neither."""
    if all(g.portal for g in policies.of(ctx).grants) and not policies.of(ctx).all_powerful:
        return []
    return [("Work", _("Dossier"), "/dossier/"), ("Work", _("Background jobs"), "/jobs/")]
