"""The page of every named report: parameters above, chart and rows below, each row opening what is behind it."""

from dataclasses import replace
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import formats, money, reports, resource
from mainspring.kernel.exchange import exporting
from mainspring.kernel.models import DocumentIdentity
from mainspring.web import addresses, cells, exchange, menus
from mainspring.web import forms as record_forms
from mainspring.web.views import base, lookup


def address(name: str, **parameters) -> str:
    """The page of a report with its parameters."""
    chosen = {k: getattr(v, "pk", v) for k, v in parameters.items() if v not in (None, "")}
    return f"/reports/{name}/" + (f"?{urlencode(chosen)}" if chosen else "")


@menus.extra.fill
def menu_entries(ctx) -> list[tuple]:
    return [(f"{r.menu} / Reports", r.title, address(r.name)) for r in reports.registry.values() if r.allowed(ctx)]


@base.signed_in
@require_GET
def page(request, name):
    """One report: its form, its chart, its table; ?format=xlsx or csv downloads the rows."""
    report = reports.registry.get(name)
    if report is None or not report.allowed(request.ctx):
        raise Http404
    form = _form(report, request)
    try:
        answer, given = report.answer(request.ctx, **{k: v for k, v in request.GET.items() if k in form.fields})
    except ValidationError as error:
        answer, given = reports.Answer([]), None
        if hasattr(error, "error_dict"):
            form.show_errors(error)
        else:
            form.add_error(None, error.messages)
    if request.GET.get("format") in exporting.FORMATS and given is not None:
        return _sheet(report, answer, request)
    documents = _documents(answer)
    return render(
        request,
        "web/report.html",
        {
            "page": {
                "title": str(report.title),
                "trail": [{"label": menus.name_of(report.menu)}],
                "help": str(report.help or report.run.__doc__ or ""),
                "primary": None,
                "quiet": [
                    {
                        "name": "xlsx",
                        "label": _("Download"),
                        "icon": "download",
                        "download": True,
                        "href": addresses.with_params(request, format="xlsx"),
                    }
                ]
                if given is not None and report.may_leave(request.ctx)
                else [],
            },
            "form": form,
            "notes": answer.notes if answer.rows else [],
            "charts": _charts(report, answer, documents),
            "table": _table(report, answer, documents, request),
        },
    )


def _form(report: reports.Report, request) -> record_forms.RecordForm:
    form = record_forms.RecordForm(request.GET if request.GET else None)
    first = report.initial(request.ctx)
    for p in report.parameters:
        column = resource.Column(p.name, str(p.label), p.kind, choices=tuple(p.choices), to=p.to, required=p.required)
        value = request.GET.get(p.name) or first[p.name]
        if p.kind == "link" and value and not hasattr(value, "pk"):
            value = lookup.find(request.ctx, p.to, value) or value
        form.fields[p.name] = record_forms.field_for(column, request.ctx, value=value)
        if p.kind == "link" and value and request.GET.get(p.name):
            form.fields[p.name].widget.attrs["data-text"] = lookup.text_of(request.ctx, p.to, request.GET[p.name])
    if form.is_bound:
        form.data = {name: request.GET.get(name) or field.initial for name, field in form.fields.items()}
    return form


def _table(report: reports.Report, answer: reports.Answer, documents: dict, request) -> dict:
    columns = report.shown(answer)
    rows = [
        {
            "id": n,
            "href": _href(row, documents),
            "tone": "strong" if row.get("_strong") else "",
            "cells": [_cell(c, row, request.ctx) for c in columns],
        }
        for n, row in enumerate(answer.rows)
    ]
    totals = [_cell(c, answer.totals, request.ctx) for c in columns] if answer.totals and rows else None
    return {
        "url": request.get_full_path(),
        "title": str(report.title),
        "columns": [cells.head(c) for c in columns],
        "rows": rows,
        "totals": totals,
        "totals_label": _("Total"),
        "count": None,
        "empty": {"title": _("Nothing to show"), "text": _why_empty(report, answer), "icon": "report"},
    }


def _why_empty(report: reports.Report, answer: reports.Answer) -> str:
    if answer.notes:
        return " ".join(map(str, answer.notes))
    return _("Choose other parameters.") if report.parameters else ""


def _cell(column, row: dict, ctx) -> dict:
    """Amounts are in the company's currency, or in that of another column, which then stands for the unit."""
    value = row.get(column.path)
    cell = {"kind": cells.kind_of(column), "text": formats.text(column, value, company_id=ctx.company_id)}
    if column.kind == "money" and value is not None:
        own = row.get(column.currency)
        if own:
            cell["text"] = formats.number(value, money.currency_digits(own))
        else:
            cell["unit"] = formats.base_currency(ctx.company_id)
    return cell


def _documents(answer: reports.Answer) -> dict:
    keys = {row["_document"] for row in answer.rows if row.get("_document")}
    return dict(DocumentIdentity.objects.filter(pk__in=keys).values_list("pk", "kind")) if keys else {}


def _href(row: dict, documents: dict) -> str:
    if row.get("_href"):
        return row["_href"]
    if row.get("_report"):
        name, parameters = row["_report"]
        return address(name, **parameters)
    label, key = row.get("_record") or (documents.get(row.get("_document")), row.get("_document"))
    res = resource.by_model.get(label) if label and key else None
    return addresses.of_resource(res, key) if res else ""


def _charts(report: reports.Report, answer: reports.Answer, documents: dict) -> list[dict]:
    if not report.chart or not answer.rows:
        return []
    labels = {c.path: str(c.label) for c in report.columns}
    x, ys = report.chart["x"], [y for y in report.chart["y"] if y not in answer.without]
    dated = any(c.path == x and c.kind == "date" for c in report.columns)
    rows = list({row[x]: row for row in answer.rows}.values()) if dated else answer.rows  # a day's last word
    hrefs = [_href(row, documents) for row in rows]
    return [
        {
            "title": str(report.title),
            "wide": True,
            "props": {
                "kind": report.chart["kind"],
                "x": {"values": [str(r[x]) for r in rows], "label": labels[x], "dates": dated},
                "y": {"label": labels[ys[0]] if len(ys) == 1 else "", "unit": ""},
                "series": [
                    {
                        "label": labels[y],
                        "values": [float(r[y]) if r.get(y) is not None else None for r in rows],
                        "hrefs": hrefs,
                    }
                    for y in ys
                ],
            },
        }
    ]


def _sheet(report: reports.Report, answer: reports.Answer, request) -> StreamingHttpResponse:
    """The rows as a sheet with exact numbers and dates, noted like every export."""
    if not report.may_leave(request.ctx):
        raise PermissionDenied(_("You may not export this report."))
    columns = [replace(c, label=str(c.label)) for c in report.columns]
    lines = [[row.get(c.path) for c in columns] for row in answer.rows]
    return exchange.taken_out(request, report.name, report.entity, len(lines), columns, lines)


urlpatterns = [path("<slug:name>/", page, name="report")]
