"""What all generic pages need: the resource and record of an address, answers to htmx."""

import functools
from dataclasses import replace

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from mainspring.kernel import access, limits, moved, resource
from mainspring.web import middleware
from mainspring.web.api import incoming


def signed_in(view):
    """Send strangers to the sign-in page; a person without any company gets a plain refusal."""

    @functools.wraps(view)
    def inner(request, *args, **kwargs):
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
            if middleware.is_partial(request):
                return JsonResponse({"title": "Unauthorized", "detail": "Sign in first."}, status=401)
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return inner


def readers(model):
    """Only for people who may see some records of a model: for others the page is not there."""

    def wrap(view):
        @signed_in
        @functools.wraps(view)
        def inner(request, *args, **kwargs):
            if not access.can(request.ctx, model, "view"):
                raise Http404
            return view(request, *args, **kwargs)

        return inner

    return wrap


def of_resource(verb: str = "view"):
    """Give a view the resource its address names, once the person may do `verb` on some of its records.

    Without the right to view, the resource does not exist for the person.
    """

    def wrap(view):
        @signed_in
        @functools.wraps(view)
        def inner(request, module, slug, *args, **kwargs):
            res = resource.registry.get(f"{module}/{slug}")
            if res is None or not access.can(request.ctx, res.model, "view"):
                raise Http404
            if verb != "view":
                access.require(request.ctx, res.model, verb)
            return view(request, res, *args, **kwargs)

        return inner

    return wrap


def of_record(view):
    """Give a view the resource and the record its address names, or answer that there is none."""

    @of_resource()
    @functools.wraps(view)
    def inner(request, res, pk, *args, **kwargs):
        try:
            record = get(request.ctx, res, pk)
        except Http404:
            return _in_its_place(request, res, pk)
        return view(request, res, record, *args, **kwargs)

    return inner


def _in_its_place(request, res, pk):
    """Lead whoever looks at a merged record to the one that stands for it; what they send is refused."""
    kept = moved.to(request.ctx, res.model, pk)
    if kept is None:
        raise Http404
    if request.method != "GET":
        moved.refuse(request.ctx, res.model, pk)
    answer = redirect(request.get_full_path().replace(f"/{pk}/", f"/{kept.pk}/", 1), permanent=True)
    answer["Cache-Control"] = "no-store"  # a merge can be undone
    return answer


def get(ctx, res, pk):
    """The record, with its listed links; Http404 when it is not there for this person."""
    rows = access.with_clearance(access.rows(ctx, res.model), ctx)
    try:
        pk = limits.storable_key(pk)
        return rows.select_related(*res.select_related).get(pk=pk) if res.select_related else rows.get(pk=pk)
    except (res.model.DoesNotExist, ValidationError, ValueError, OverflowError):
        raise Http404 from None


def done(
    *, redirect: str = "", refresh: bool = False, text: str = "", tone: str = "success", topics=(), undo: str = ""
) -> HttpResponse:
    """204 to htmx: go somewhere, load again, or say something and tell the regions that listen.

    undo  address that takes back what was done, offered beside the text; a text is said on the page one arrives at
    """
    answer = HttpResponse(status=204)
    if redirect:
        answer["HX-Redirect"] = redirect
    elif refresh:
        answer["HX-Refresh"] = "true"
    if text or topics:
        answer["HX-Trigger"] = middleware.toast(text, tone, topics, undo=undo, later=bool(redirect or refresh))
    return answer


def json_of(request) -> dict:
    """The object a request carries; ValidationError when it carries none."""
    try:
        sent = incoming.loads(request.body or b"{}")
    except ParseError as error:
        raise ValidationError(str(error.detail)) from None
    if not isinstance(sent, dict):
        raise ValidationError(_("The request could not be read."))
    return sent


def version_of(request) -> int | None:
    """The version a form carried; None when it carried none."""
    return version_from(request.POST.get("version"))


def version_from(sent) -> int | None:
    """A version as it was sent; None when none was. What is no number is refused, for it would overwrite unseen."""
    text = "" if sent in (None, "None") else str(sent)
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValidationError({"version": _("“%(value)s” is not a valid value.") % {"value": text[:40]}})
    return int(text) if text else None


def with_key(request):
    """The context with the idempotency key of a form, so that a double submit does its work once."""
    key = request.POST.get("idempotency_key", "") or request.ctx.idempotency_key
    return replace(request.ctx, idempotency_key=key[:120])
