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
    """The gallery page; with ?data= the answers its islands ask for."""
    asked = request.GET.get("data")
    shown = context()
    if asked == "job":
        return render(request, "web/parts/job.html", {"job": shown["jobs"][1]})
    if asked:
        return JsonResponse((shown["answers"] | {"pivot": shown["pivot"]}).get(asked, {}))
    return render(request, "web/gallery.html", shown)


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
