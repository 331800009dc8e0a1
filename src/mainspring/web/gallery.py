"""The component gallery (`/components/`): every part in every state, from sample data, with no database."""

import datetime
import json
import pathlib
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from mainspring.web import filters

SAMPLES = pathlib.Path(__file__).parent / "templates" / "web" / "gallery.json"


def show(request: HttpRequest) -> HttpResponse:
    """The gallery page; with ?data= the answers its parts and islands ask for."""
    asked, _mark, more = request.GET.get("data", "").partition("?")
    shown = context()
    if asked == "fact" and (more or request.method == "POST"):
        return render(request, "web/parts/fact.html", {"fact": shown["facts"][1]})
    if not asked and request.method == "POST":
        return HttpResponse(status=204)
    if not asked:
        return render(request, "web/gallery.html", shown)
    if part := _parts(shown).get(asked):
        return render(request, *part)
    return JsonResponse((shown["answers"] | {"pivot": shown["pivot"]}).get(asked, {}))


def _parts(shown: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Answers that are drawn: name -> (template, context)."""
    date = SampleForm(prefix="edited")["promised_on"]
    note = shown["timeline"]["entries"][0]
    why = [
        {"label": "Press", "text": "No capacity before 12 March."},
        {"label": "Stock", "text": "2 of 10 pcs are free."},
    ]
    return {
        "job": ("web/parts/job.html", {"job": shown["jobs"][1]}),
        "related": ("web/parts/related.html", {"table": shown["table"] | {"title": "Shipments", "bulk": []}}),
        "why": ("web/dialog.html", {"title": "Why 12 March?", "facts": why, "submit": "Understood", "url": "#"}),
        "fact": ("web/parts/fact_edit.html", {"fact": shown["facts"][1], "field": date}),
        "cell": ("web/parts/cell_edit.html", {"field": date, "url": "/components/?data=cell"}),
        "note": ("web/parts/timeline_entry.html", {"item": note}),
        "older": ("web/parts/timeline_more.html", {"timeline": {"entries": shown["timeline"]["entries"][3:]}}),
        "files": ("web/parts/files.html", {"files": shown["timeline"]["files"]}),
    }


def context() -> dict[str, Any]:
    """Everything the gallery template shows, by component."""
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))
    for entry in samples["timeline"]["entries"]:
        entry["at"] = datetime.datetime.fromisoformat(entry["at"])
    return samples | {
        "filters": [
            {
                "name": "state",
                "label": "State",
                "active": True,
                "text": "Confirmed, Late",
                "remove": "?",
                "html": _drawn("state"),
            },
            {"name": "promised", "label": "Promised", "html": _drawn("since", "until")},
        ],
        "form": SampleForm({"customer": "", "quantity": "-3"}),
        "clean_form": SampleForm(prefix="clean"),
        "today": datetime.date(2026, 3, 5),
    }


def _drawn(*names: str) -> str:
    return filters.drawn((name, FilterForm.base_fields[name]) for name in names)[1]


class FilterForm(forms.Form):
    """Fields of the sample filters."""

    state = forms.MultipleChoiceField(
        label="State",
        required=False,
        choices=[("draft", "Draft"), ("confirmed", "Confirmed"), ("late", "Late")],
        widget=forms.CheckboxSelectMultiple,
    )
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class SampleForm(forms.Form):
    """One field of every kind."""

    customer = forms.CharField(label="Customer", help_text="Code, name or registry number.")
    country = forms.ChoiceField(
        label="Country",
        choices=[("LT", "Lietuva"), ("CN", "中国"), ("NO", "Norge")],
        widget=forms.Select(attrs={"data-island": "choose"}),
    )
    quantity = forms.DecimalField(label="Quantity", min_value=0)
    promised_on = forms.DateField(label="Promised on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    express = forms.BooleanField(label="Express", required=False, help_text="Ships today when confirmed before 14:00.")
    drawing = forms.FileField(label="Drawing", required=False)
