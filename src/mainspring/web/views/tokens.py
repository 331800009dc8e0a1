"""One's own API tokens: made, limited, seen and withdrawn by the person they act for."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mainspring.kernel import access, resource, tokens
from mainspring.kernel.models import ApiToken
from mainspring.web.views import base

TOKENS_MAX = 50
READ, WRITE = ("view",), ("view", "create", "change")


class TokenForm(forms.Form):
    """What the token is for, what it may do and for how long."""

    def __init__(self, *args, ctx, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name"), max_length=80, help_text=_("The program or device that will use it.")
        )
        self.fields["days"] = forms.TypedChoiceField(
            label=_("Valid for"),
            coerce=int,
            initial=90,
            choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until it is withdrawn"))],
        )
        self.fields["reach"] = forms.ChoiceField(
            label=_("Allowed"),
            initial="read",
            choices=[
                ("read", _("See what I see")),
                ("write", _("See, add and change what I may")),
                ("all", _("Do everything I may do")),
            ],
        )
        records = sorted(
            {(r.label, r.plural) for r in resource.registry.values() if access.can(ctx, r.model, "view")},
            key=lambda pair: pair[1],
        )
        self.fields["records"] = forms.MultipleChoiceField(
            label=_("Only these records"),
            choices=records,
            required=False,
            help_text=_("Nothing chosen: all records."),
            widget=forms.SelectMultiple(attrs={"data-island": "choose"}),
        )

    def scopes(self) -> dict:
        """The chosen limits as a token keeps them; empty when there are none."""
        verbs = {"read": [*READ], "write": [*WRITE], "all": ["*"]}[self.cleaned_data["reach"]]
        chosen = self.cleaned_data["records"]
        if not chosen and verbs == ["*"]:
            return {}
        return dict.fromkeys(chosen or ["*"], verbs)


@require_http_methods(["GET", "POST"])
@base.signed_in
def page(request):
    """The person's tokens, and the form of a new one; its text is shown once, in the answer that made it."""
    form, made, status = TokenForm(request.POST or None, ctx=request.ctx), None, 200
    if request.method == "POST":
        if form.is_valid() and ApiToken.objects.filter(user=request.user, revoked_at=None).count() >= TOKENS_MAX:
            form.add_error(None, _("You have %(n)s tokens; withdraw one first.") % {"n": TOKENS_MAX})
        if form.is_valid():
            days = form.cleaned_data["days"]
            ends = timezone.now() + timedelta(days=days) if days else None
            _token, made = tokens.issue(
                request.user, form.cleaned_data["name"], scopes=form.scopes(), expires_at=ends, ctx=request.ctx
            )
            form = TokenForm(ctx=request.ctx)
        else:
            status = 422
    answer = render(
        request,
        "web/tokens.html",
        {
            "page": {
                "title": _("API tokens"),
                "subtitle": _("With a token a program acts for you, within the limits you set."),
                "trail": [{"label": _("Profile and preferences"), "href": "/profile/"}],
            },
            "form": form,
            "made": made,
            "tokens": [shown(t) for t in ApiToken.objects.filter(user=request.user)[: TOKENS_MAX * 2]],
        },
        status=status,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def shown(token: ApiToken) -> dict:
    """A token as the page shows it."""
    now = timezone.now()
    state = {"label": _("Valid"), "tone": "success"}
    if token.revoked_at:
        state = {"label": _("Withdrawn"), "tone": "neutral"}
    elif token.expires_at and token.expires_at <= now:
        state = {"label": _("Out of date"), "tone": "warning"}
    return {
        "name": token.name,
        "prefix": token.prefix,
        "state": state,
        "allowed": allowed(token.scopes),
        "made": date_format(token.created_at, "SHORT_DATE_FORMAT"),
        "used": date_format(timezone.localtime(token.last_used_at), "SHORT_DATETIME_FORMAT")
        if token.last_used_at
        else "",
        "until": date_format(token.expires_at, "SHORT_DATE_FORMAT") if token.expires_at else "",
        "revoke": ""
        if token.revoked_at
        else {
            "name": "revoke",
            "label": _("Withdraw"),
            "danger": True,
            "url": f"/profile/tokens/{token.pk}/revoke/",
            "confirm": _("Withdraw “%(name)s”? Programs that use it stop working at once.") % {"name": token.name},
        },
    }


def allowed(scopes: dict) -> str:
    """The limits of a token in words."""
    if not scopes:
        return _("Everything I may do")
    words = {READ: _("see"), WRITE: _("see, add, change"), ("*",): _("everything")}
    parts = []
    for entity, verbs in scopes.items():
        found = resource.by_model.get(entity)
        name = _("All records") if entity == "*" else found.plural if found else entity
        parts.append(f"{name}: {words.get(tuple(verbs)) or ', '.join(verbs)}")
    return "; ".join(parts)


@require_POST
@base.signed_in
def revoke(request, pk):
    """One's own token stops working at once."""
    token = ApiToken.objects.filter(pk=pk, user=request.user, revoked_at=None).first()
    if token is None:
        raise Http404
    try:
        tokens.withdraw(token, request.ctx)
    except ValidationError:
        raise Http404 from None
    # Not a reload: the page may be the answer that made a token, and would make another.
    return base.done(redirect="/profile/tokens/", text=_("“%(name)s” no longer works.") % {"name": token.name})
