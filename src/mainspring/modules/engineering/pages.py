"""Pages of engineering: a bill as a tree, two versions beside each other, where an item goes."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from mainspring.kernel import access, formats, resource
from mainspring.modules.items.models import Item, ItemCost
from mainspring.web import addresses
from mainspring.web.views import base

from . import comparing, models, trees

LABELS = {
    "quantity": _lazy("quantity"),
    "unit_id": _lazy("unit"),
    "scrap_pct": _lazy("scrap"),
    "is_fixed": _lazy("fixed"),
    "operation_sequence": _lazy("operation"),
    "role": _lazy("role"),
    "taking": _lazy("taken"),
}
PARTS = {
    "material": _lazy("Material"),
    "labour": _lazy("Labour"),
    "machine": _lazy("Machine hours"),
    "overhead": _lazy("Overhead"),
    "total": _lazy("Cost of one"),
}


class TreeForm(forms.Form):
    """For how many, and on which day."""

    quantity = forms.DecimalField(label=_lazy("Quantity"), min_value=Decimal("0.000001"), max_digits=14, required=False)
    on = forms.DateField(
        label=_lazy("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require_GET
@base.signed_in
def tree(request, pk):
    """The whole tree of a bill, folded and unfolded by mouse and arrows."""
    bom = _get(request.ctx, models.Bom, pk)
    form = TreeForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = trees.shown(bom, request.ctx, quantity=asked.get("quantity") or Decimal(1), on=asked.get("on"))
    return render(request, "engineering/tree_page.html", {"page": _page(_("Tree"), bom), "form": form, **context})


@require_GET
@base.signed_in
def compare(request, pk, other):
    """Two versions of a bill, line by line, and what each costs."""
    left, right = _get(request.ctx, models.Bom, pk), _get(request.ctx, models.Bom, other)
    if left.item_id != right.item_id:
        raise Http404
    context = {
        "page": _page(_("Comparison"), left),
        "left": left,
        "right": right,
        "pairs": [_shown(pair) for pair in comparing.lines(left, right)],
    }
    if access.can(request.ctx, ItemCost, "view"):
        company_id = left.site.company_id if left.site_id else request.ctx.company_id
        context["currency"] = formats.base_currency(company_id)
        context["costs"] = [
            {"label": PARTS[row["part"]], "is_total": row["part"] == "total"}
            | {side: formats.number(row[side], 2, 4) for side in ("left", "right", "difference")}
            for row in comparing.costs(left, right, company_id=company_id, on=request.ctx.business_date)
        ]
    return render(request, "engineering/compare.html", context)


@require_GET
@base.signed_in
def where_used(request, pk):
    """Where an item goes, level by level, to the finished products."""
    item = _get(request.ctx, Item, pk)
    if not access.can(request.ctx, models.Bom, "view"):
        raise Http404
    context = {"top": trees.where_used(item, request.ctx), "item": item}
    return render(request, "engineering/where_used_page.html", {"page": _page(_("Where used"), item), **context})


def _shown(pair) -> dict:
    differ = ", ".join(str(LABELS[name]) for name in comparing.COMPARED if name in pair.fields)
    return {"pair": pair, "differ": differ}


def _page(title: str, record) -> dict:
    res = resource.of(type(record))
    return {
        "title": title,
        "subtitle": str(record),
        "trail": [
            {"label": res.plural, "href": addresses.of_resource(res)},
            {"label": str(record), "href": addresses.of_record(record)},
        ],
    }


def _get(ctx, model, pk):
    if not access.can(ctx, model, "view"):
        raise Http404
    try:
        return access.rows(ctx, model).get(pk=pk)
    except (model.DoesNotExist, InvalidOperation, OverflowError):
        raise Http404 from None


urlpatterns = [
    path("tree/<int:pk>/", tree, name="engineering-tree"),
    path("compare/<int:pk>/<int:other>/", compare, name="engineering-compare"),
    path("where-used/<int:pk>/", where_used, name="engineering-where-used"),
]
