"""Values edited where they stand: a cell of a list, a fact of a record page."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mainspring.kernel import commands, errors, sight
from mainspring.web import addresses, cells, forms, middleware
from mainspring.web.templatetags import tables
from mainspring.web.views import base, records


@require_http_methods(["GET", "POST"])
@base.of_resource("change")
def cell(request, res):
    """One cell's editor (GET ?id=&column=), and its save (POST), carrying the version that was read."""
    fields = sight.Fields(res, request.ctx)
    path = request.GET.get("column", "")
    record = base.get(request.ctx, res, request.GET.get("id", ""))
    if fields.mode(path) == "hide":
        raise Http404
    column, show = fields.column(path), cells.Show(fields)
    if request.GET.get("cancel") or fields.mode_on(record, path) != "edit" or not column.editable:
        return render(request, "web/parts/cell.html", {"cell": show.cell(column, record)})
    form, changed = _edited(request, fields, path, record, base.with_key(request))
    if changed is not None:
        cell = show.cell(column, changed) | {"edit": True}
        return HttpResponse(tables.td(cell), headers={"HX-Reswap": "outerHTML"})
    context = {
        "field": form[path.replace("custom.", "custom-")],
        "form": form,
        "version": getattr(record, "version", None),
        "url": f"{request.path}?{request.GET.urlencode()}",
    }
    return render(request, "web/parts/cell_edit.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@base.of_record
def fact(request, res, record, name):
    """One fact's editor (GET) and its save (POST): answers the fact again."""
    fields = sight.Fields(res, request.ctx)
    if fields.mode(name) == "hide":
        raise Http404
    column, show = fields.column(name), cells.Show(fields)
    edit = addresses.of_resource(res, record.pk, "fact", name)
    may_edit = records.may_edit(fields, column, record, records.may_change(request.ctx, res, record))
    if request.GET.get("cancel") or not may_edit:
        shown = show.fact(column, record) | ({"edit": edit} if may_edit else {})
        return render(request, "web/parts/fact.html", {"fact": shown})
    form, changed = _edited(request, fields, name, record, request.ctx)
    if changed is not None:
        answer = render(request, "web/parts/fact.html", {"fact": show.fact(column, changed) | {"edit": edit}})
        answer["HX-Trigger-After-Settle"] = middleware.toast("", topics=(f"record:{changed.pk}",))
        return answer
    context = {
        "fact": {"name": name.replace(".", "-"), "label": column.label, "edit": edit},
        "form": form,
        "field": form[name.replace("custom.", "custom-")],
        "version": getattr(record, "version", None),
    }
    return render(request, "web/parts/fact_edit.html", context, status=422 if request.method == "POST" else 200)


def _edited(request, fields: sight.Fields, path: str, record, ctx):
    """(form of the one field, the record as it was changed; None when nothing was sent or what was sent is wrong)."""
    if request.method != "POST":
        return forms.record_form(fields, [path], record), None
    form = forms.record_form(fields, [path], record, data=request.POST, files=request.FILES)
    try:
        values, custom = form.raw()
        version = base.version_of(request)
        return form, commands.change(record, ctx, version=version, custom_values=custom or None, **values)
    except errors.Conflict:
        raise
    except ValidationError as error:
        form.show_errors(error)
        return form, None
