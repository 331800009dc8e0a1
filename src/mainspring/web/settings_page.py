"""The settings of the present company: every preference the modules declare, on one page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, preferences
from mainspring.kernel.models import Company
from mainspring.kernel.resource import Column
from mainspring.web import forms, menus
from mainspring.web.views import base


@require_http_methods(["GET", "POST"])
@base.signed_in
def page(request):
    """GET: the form. POST: save all of it, or show every error at its place."""
    access.require(request.ctx, Company, "change")
    company = access.get(request.ctx, Company, request.ctx.company_id, "change")
    form = _form(request.ctx, company, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            values, _custom = form.raw()
            preferences.save(request.ctx, values, version=base.version_of(request))
            messages.success(request, _("Settings saved."))
            return redirect("settings")
        except ValidationError as error:
            form.show_errors(error)
            status = 422
    groups = [
        {"title": _(module.replace("_", " ").capitalize()), "fields": [form[p.name] for p in found]}
        for module, found in preferences.by_module().items()
    ]
    return render(
        request,
        "web/form.html",
        {
            "page": {"title": _("Settings"), "subtitle": str(company)},
            "form": form,
            "groups": groups,
            "submit": _("Save"),
            "cancel": "/",
            "version": company.version,
        },
        status=status,
    )


def _form(ctx, company, data) -> forms.RecordForm:
    stored = preferences.all_of(company.pk)
    form = forms.RecordForm(data)
    for p in preferences.registry.values():
        column = Column(
            p.name, str(p.label), p.kind, choices=tuple(p.choices), to=p.to, help=str(p.help), editable=True
        )
        form.fields[p.name] = forms.field_for(column, ctx, value=stored[p.name], required=False)
        if p.kind == "link" and stored[p.name]:
            from mainspring.web.views import lookup

            form.fields[p.name].widget.attrs["data-text"] = lookup.text_of(ctx, p.to, str(stored[p.name]))
    if data is not None:
        forms.keep_texts(form, ctx)
    return form


@menus.extra.fill
def menu(ctx):
    """Where administrators find the page."""
    return [("Administration", gettext_lazy("Settings"), "/settings/")] if access.can(ctx, Company, "change") else []


urlpatterns = [path("settings/", page, name="settings")]
