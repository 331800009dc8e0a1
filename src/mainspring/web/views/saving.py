"""Keeping the present list as a view: private or shared, perhaps the one opened first."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, policies
from mainspring.kernel.models import SavedView
from mainspring.web import addresses, saved
from mainspring.web.views import base


class ViewForm(forms.Form):
    """What a person says about a view."""

    def __init__(self, *args, may_share: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=60)
        if may_share:
            self.fields["shared"] = forms.BooleanField(label=_("Everyone in the company sees it"), required=False)
        self.fields["is_default"] = forms.BooleanField(label=_("Opened first"), required=False)


def _may_share(ctx) -> bool:
    return policies.of(ctx).all_powerful or access.can(ctx, SavedView, "create")


@require_http_methods(["GET", "POST"])
@base.of_resource()
def save(request, res):
    """GET: the dialog. POST: keep the parameters of ?… under a name; the same name again replaces it."""
    present = saved.current(request, res)
    start = {"name": present.name, "shared": present.shared, "is_default": present.is_default} if present else {}
    form = ViewForm(request.POST or None, initial=start, may_share=_may_share(request.ctx))
    mode = _mode(request)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            with transaction.atomic():
                if values.get("is_default"):
                    SavedView.objects.filter(owner=request.user, entity=res.key).update(is_default=False)
                view, _made = SavedView.objects.update_or_create(
                    entity=res.key,
                    owner=request.user,
                    name=values["name"],
                    defaults={
                        "parameters": saved.parameters(request, res, mode),
                        "mode": mode,
                        "shared": values.get("shared", False),
                        "is_default": values["is_default"],
                        "company_id": request.ctx.company_id or None,
                    },
                )
        except IntegrityError:
            form.add_error("name", _("There is another view of this name."))
        else:
            return base.done(redirect=saved.address(res, view))
    own = present is not None and present.owner_id == request.user.pk
    return render(
        request,
        "web/parts/save_view.html",
        {
            "title": _("Save this view"),
            "form": form,
            "submit": _("Save view"),
            "url": request.get_full_path(),
            "hidden": [("mode", mode)],
            "remove": addresses.of_resource(res, "views", present.pk) if own else "",
        },
        status=422 if form.errors else 200,
    )


def _mode(request) -> str:
    """The page the view is saved from: named by the form, else by the address htmx was on."""
    asked = (
        request.POST.get("mode")
        or request.headers.get("HX-Current-URL", "").partition("?")[0].rstrip("/").rpartition("/")[2]
    )
    return asked if asked in SavedView.Mode.values else "list"


@require_http_methods(["POST", "DELETE"])
@base.of_resource()
def remove(request, res, pk):
    """Delete a view the person made."""
    view = SavedView.objects.filter(pk=pk, entity=res.key).first()
    if view is None:
        raise Http404
    if view.owner_id != request.user.pk and not request.user.is_superuser:
        raise PermissionDenied(_("Only %(owner)s may delete this view.") % {"owner": view.owner})
    view.delete()
    return base.done(redirect=addresses.of_resource(res) + "?view=all")
