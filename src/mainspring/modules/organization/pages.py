"""Exchange rates from a file of the European Central Bank or a CSV."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access
from mainspring.web import menus
from mainspring.web.views import base

from . import commands
from .models import ExchangeRate

FILE_BYTES_MAX = 20 * 1024 * 1024


class RatesForm(forms.Form):
    """The file to take rates from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("XML of the European Central Bank, or CSV: from, to, date (2026-01-31), rate."),
    )


@require_http_methods(["GET", "POST"])
@base.signed_in
def import_rates(request):
    """GET: ask for the file. POST: take over all of it, or show every error."""
    access.require(request.ctx, ExchangeRate, "import")
    form = RatesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            file = form.cleaned_data["file"]
            if file.size > FILE_BYTES_MAX:
                raise ValidationError(_("The file is too large."))
            count = commands.import_rates(request.ctx, file.read(), source=file.name)
            messages.success(request, _("%(count)s rates imported.") % {"count": count})
            return redirect("/organization/exchange-rates/")
        except ValidationError as error:
            for text in error.messages[:50]:
                form.add_error("file", text)
    return render(
        request,
        "web/form.html",
        {
            "page": {"title": _("Import exchange rates")},
            "form": form,
            "submit": _("Import rates"),
            "groups": [{"title": "", "fields": [form["file"]]}],
            "cancel": "/organization/exchange-rates/",
        },
        status=422 if form.errors else 200,
    )


@menus.extra.fill
def menu(ctx):
    """Where those who may import rates find the page."""
    if not access.can(ctx, ExchangeRate, "import"):
        return []
    return [("Administration", _("Import exchange rates"), "/organization/import-rates/")]


urlpatterns = [path("import-rates/", import_rates, name="import-rates")]
