"""Help beside the work: what these records are, the guide's part on them, steps, verbs and fields; and the guide."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, resource, sight, workflow
from mainspring.web import cells, guide
from mainspring.web.views import base


@require_GET
@base.signed_in
def beside(request):
    """The help that fits the page named by ?path=."""
    parts = [p for p in request.GET.get("path", "").partition("?")[0].split("/") if p]
    res = resource.registry.get("/".join(parts[:2]))
    if res is None or not access.can(request.ctx, res.model, "view"):
        return render(request, "web/parts/help.html", {"title": _("Help"), "pages": _pages()})
    return of_resource(request, res)


@require_GET
@base.of_resource()
def page(request, res):
    """The help of one resource."""
    return of_resource(request, res)


def of_resource(request, res):
    fields = sight.Fields(res, request.ctx)
    names = dict.fromkeys(res.names("form") + res.names("columns"))
    sections = guide.fitting(res)
    return render(
        request,
        "web/parts/help.html",
        {
            "title": res.plural,
            "text": res.explanation,
            "fields": [c for c in fields.columns(names) if c.help],
            "verbs": [
                v for v in workflow.verbs_of(res.model) if not v.hidden and access.can(request.ctx, res.model, v.name)
            ],
            "states": [cells.state_badge(res.workflow, s) for s in res.workflow.states] if res.workflow else [],
            "section": sections[0] if sections else None,
            "guide": guide.in_sight(sections[0].html, request.ctx) if sections else "",
            "others": sections[1:],
            "pages": _pages(),
        },
    )


def _pages() -> list[dict]:
    return [{"title": sections[0].title, "href": sections[0].href} for sections in guide.pages().values()]


@require_GET
@base.signed_in
def read(request, name="README"):
    """One page of the guide."""
    if name not in guide.pages():
        raise Http404
    title = guide.pages()[name][0].title
    trail = [] if name == "README" else [{"label": _("Guide"), "href": "/guide/"}]
    context = {"page": {"title": title, "trail": trail}, "html": guide.in_sight(guide.page_html(name), request.ctx)}
    context["pages"] = _pages()
    return render(request, "web/guide.html", context)
