"""Home, search, switches and news: the pages about everything."""

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mainspring.kernel import access, changed, formats, home, resource
from mainspring.kernel.models import User
from mainspring.web import addresses, context_processors, finding, middleware
from mainspring.web.views import base, scan, searching

WAITING_MAX = 12
QUICK_MAX = 4
NUMBERS_MAX = 8
PAGES_FOUND = 10


@require_GET
@base.signed_in
def start(request):
    """The home of the person's roles: what waits, by what it costs if left; numbers; what was opened last."""
    ctx = request.ctx
    if request.company is None:
        raise PermissionDenied(_("You have no role in any company yet. Ask your administrator."))
    waiting = [item for point in (home.tasks, home.exceptions) for answer in point(ctx) for item in answer]
    waiting.sort(key=lambda w: (-w.cost, str(w.due_on or "9999")))
    figures = sorted((n for answer in home.numbers(ctx) for n in answer), key=lambda n: n.order)
    currency = formats.base_currency(ctx.company_id)
    hello = request.user.first_name or str(request.user)
    return render(
        request,
        "web/home.html",
        {
            "page": {
                "title": _("Good day, %(name)s") % {"name": hello},
                "subtitle": date_format(ctx.business_date, "DATE_FORMAT"),
            },
            "waiting": [_waiting(w, ctx, currency) for w in waiting[:WAITING_MAX]],
            "waiting_count": len(waiting),
            "waiting_more": "/inbox/" if addresses.exists("/inbox/") and len(waiting) > WAITING_MAX else "",
            "numbers": figures[:NUMBERS_MAX],
            "quick": sorted((q for answer in home.quick(ctx) for q in answer), key=lambda q: q.order)[:QUICK_MAX],
            "recent": recent(request),
            "scan": scan.offered(ctx),
        },
    )


def _waiting(w: home.Waiting, ctx, currency: str) -> dict:
    late = w.due_on is not None and w.due_on < ctx.business_date
    return {
        "kind": w.kind,
        "icon": w.icon,
        "title": w.title,
        "text": w.text,
        "href": w.href,
        "tone": w.tone,
        "verbs": w.verbs,
        "cost": f"{number_format(w.cost, 0, force_grouping=True)} {currency}" if w.cost else "",
        "due": date_format(w.due_on, "SHORT_DATE_FORMAT") if w.due_on else "",
        "due_tone": "danger" if late else "",
    }


def recent(request) -> list[dict]:
    """Records opened last, as long as the person may still view their kind."""
    found = []
    for key, pk, label, kind in request.session.get("recent", []):
        res = resource.registry.get(key)
        if res and access.can(request.ctx, res.model, "view"):
            found.append(
                {"title": label, "text": kind, "href": addresses.of_resource(res, pk), "icon": res.icon or "file-text"}
            )
    return found


# -- search and palette ----------------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def search(request):
    """Records by number or words, pages and new records by name; as a page or as JSON for the palette."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    groups = found_groups(request, text)
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse(
            {
                "groups": [
                    {
                        "label": g["label"],
                        "items": [
                            {
                                "label": i["title"],
                                "number": i.get("number"),
                                "text": i.get("text"),
                                "icon": g["icon"],
                                "href": i["href"],
                            }
                            for i in g["items"]
                        ],
                    }
                    for g in groups
                ]
            }
        )
    return render(request, "web/search.html", {"page": {"title": _("Search")}, "q": text, "groups": groups})


def found_groups(request, text: str) -> list[dict]:
    """[{label, icon, href, count, items}] of everything found, exact numbers first."""
    if not text:
        items = recent(request)
        return [{"label": _("Recent"), "icon": "clock", "items": items, "count": len(items)}] if items else []
    groups = [searching.numbers(request.ctx, text), _pages(request, text), searching.merged(request.ctx, text)]
    if len(text) > 1:
        groups += searching.records(request.ctx, text)
    return [g for g in groups if g["items"]]


def _pages(request, text: str) -> dict:
    """Pages and "new record" verbs whose names hold the text, those that begin with it first."""
    low = finding.plain(text)
    found = [
        {"title": title, "text": where, "href": href}
        for title, where, href in finding.pages(request.ctx)
        if low in finding.plain(title)
    ]
    found.sort(key=lambda one: not finding.plain(one["title"]).startswith(low))
    return {"label": _("Pages and actions"), "icon": "arrow-right", "items": found[:PAGES_FOUND], "count": len(found)}


# -- switches and profile --------------------------------------------------------------------------------------------


def _back(request) -> HttpResponse:
    there = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there if safe else "/")


@require_POST
@base.signed_in
def switch(request):
    """Work in another company; a record of the old one gives way to its list, unless it is sought there (`stay`)."""
    wanted = request.POST.get("company", "")
    if wanted not in {str(c.pk) for c in request.companies}:
        raise PermissionDenied(_("You have no role in this company."))
    request.session[middleware.COMPANY_KEY] = int(wanted)
    there = request.POST.get("next", "/")
    parts = [p for p in there.partition("?")[0].split("/") if p]
    if len(parts) > 2 and not request.POST.get("stay"):  # a record stays behind the wall of its company
        return redirect(f"/{parts[0]}/{parts[1]}/" if f"{parts[0]}/{parts[1]}" in resource.registry else "/")
    return _back(request)


@require_POST
def language(request):
    """Speak another language; kept with the person, or in a cookie before sign-in."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        return _back(request)
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=code)
    answer = _back(request)
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", httponly=True)
    translation.activate(code)
    return answer


class ProfileForm(forms.ModelForm):
    """What a person sets for themselves."""

    density = forms.ChoiceField(label="", required=False)
    page_size = forms.TypedChoiceField(
        label="", coerce=int, choices=[(n, n) for n in (25, 50, 100, 200)], required=False
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "phone", "language", "theme")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.instance.preferences
        self.fields["density"].label, self.fields["page_size"].label = _("Row density"), _("Rows on a page")
        self.fields["density"].choices = [("normal", _("Normal")), ("compact", _("Compact")), ("roomy", _("Roomy"))]
        self.initial |= {"density": kept.get("density", "normal"), "page_size": kept.get("page_size", 50)}


@require_http_methods(["GET", "POST"])
@base.signed_in
def profile(request):
    """Name, language, theme and how lists look."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.preferences = user.preferences | {
            k: form.cleaned_data[k] for k in ("density", "page_size") if form.cleaned_data[k]
        }
        user.save(update_fields=[*ProfileForm.Meta.fields, "preferences"])
        return redirect("/profile/")
    return render(
        request,
        "web/form.html",
        {
            "page": {"title": _("Profile and preferences")},
            "form": form,
            "submit": _("Save"),
            "cancel": "/",
            "groups": [{"title": "", "fields": list(form)}],
        },
        status=422 if form.errors else 200,
    )


# -- news ------------------------------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def live(request):
    """What happened since ?since=: unread count, counts of the menu, topics to load again, messages."""
    since = request.GET.get("since", "")[:40]
    answer = {
        "at": timezone.now().isoformat(),
        "unread": 0,
        "counts": context_processors.waiting_counts(request.ctx, fresh=True),
        "topics": [],
        "toasts": [],
    }
    for news in home.news(request.ctx, since):
        answer["unread"] += news.get("unread", 0)
        answer["topics"] += news.get("topics", [])
        answer["toasts"] += news.get("toasts", [])
    answer["counts"]["unread"] = answer["unread"]
    return JsonResponse(answer)


@require_GET
@base.signed_in
def changes(request):
    """Marks of ?of= kinds of records, other ones after a change; a chart asks while somebody looks at it."""
    try:
        since = parse_datetime(request.GET.get("since", "")[:40])
    except ValueError:
        since = None
    if since is not None and timezone.is_naive(since):
        since = None
    labels = [label for label in request.GET.get("of", "")[:600].split(",") if label]
    moment, marks = changed.marks(request.ctx, labels, since)
    return JsonResponse({"at": moment.isoformat(), "marks": marks})
