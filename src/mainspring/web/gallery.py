"""Sample data of the component gallery (`/components/`): every part in every state, with no database."""
import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TONES = ("neutral", "info", "success", "warning", "danger", "accent", "primary")
CUSTOMERS = ("Acme Water", "Šiaulių vandenys", "北京水务集团", "Nordvik Pumps", "Žalgirio gamykla", "Delta Hydro")


def show(request: HttpRequest) -> HttpResponse:
    """The gallery page."""
    return render(request, "web/gallery.html", context())


def context() -> dict[str, Any]:
    """Everything the gallery template shows, by component."""
    return {
        "page": {"title": "Components", "number": "SO-2026-0042", "subtitle": "Every part in every state",
                 "state": {"label": "Confirmed", "tone": "info"}, "trail": [{"label": "Studio", "href": "#"}, {"label": "Components"}],
                 "previous": "#", "next": None, "primary": _verb("Post invoice", icon="file-invoice", key="save"),
                 "quiet": [_verb("Ship", icon="truck"), locked_verb()],
                 "more": [_verb("Copy", icon="copy"), _verb("Print", icon="printer"), {"divider": True}, _verb("Cancel order", icon="ban", danger=True)]},
        "tones": TONES, "verbs": verbs(), "numbers": numbers(), "table": table(), "empty_table": {**table(), "rows": [], "empty": empty()},
        "tabs": [{"label": "All", "href": "#", "active": True, "count": 128}, {"label": "Late", "href": "#", "count": 7}, {"label": "Mine", "href": "#", "count": 12}],
        "modes": [{"label": label, "icon": icon, "href": "#", "active": label == "List"} for label, icon in (
            ("List", "list"), ("Board", "layout-kanban"), ("Calendar", "calendar"), ("Pivot", "table"), ("Chart", "chart-bar"))],
        "filters": filters(), "empty": empty(), "workflow": workflow(), "facts": facts(), "form": SampleForm({"customer": "", "quantity": "-3"}),
        "clean_form": SampleForm(prefix="clean"), "timeline": timeline(), "grid": grid(), "charts": charts(), "graph": graph(), "pivot": pivot(),
        "approval": approval(), "waiting": waiting(), "board": board(), "jobs": jobs(), "tree": tree(), "related": related(),
        "recent": [{"title": name, "number": f"SO-2026-00{40 + index}", "href": "#", "icon": "file-text", "at_text": "10:2" + str(index)}
                   for index, name in enumerate(CUSTOMERS[:4])],
        "calendar": {"events": "/components/events.json", "view": "month"}, "today": datetime.date(2026, 3, 5),
    }


def _verb(label: str, **more: Any) -> dict[str, Any]:
    return {"name": label.lower().replace(" ", "_"), "label": label, "href": "#", **more}


def locked_verb() -> dict[str, Any]:
    return {"name": "approve", "label": "Approve", "locked": True, "why": "The order exceeds the credit limit by 1 200.00 EUR.",
            "who": "The finance manager can release it."}


def verbs() -> list[dict[str, Any]]:
    return [_verb("Post invoice", icon="file-invoice"), _verb("Ship", icon="truck"), _verb("Delete", icon="trash", danger=True), locked_verb()]


def numbers() -> list[dict[str, Any]]:
    return [
        {"label": "Order intake, March", "text": "1 284 300", "unit": "EUR", "trend": [8, 9, 7, 11, 12, 10, 14, 15], "note": "+12 % on last March", "href": "#", "why": "#"},
        {"label": "Late deliveries", "text": "7", "tone": "danger", "trend": [3, 2, 4, 5, 4, 6, 7], "note": "4 customers wait", "href": "#"},
        {"label": "On time in full", "text": "94.2", "unit": "%", "tone": "success", "trend": [90, 91, 93, 92, 94, 94.2], "href": "#"},
        {"label": "Stock value", "text": "3 410 000", "unit": "EUR", "note": "41 days of use"},
        {"label": "Cash in 13 weeks", "text": "612 000", "unit": "EUR", "trend": [80, 76, 70, 66, 62, 64, 61], "why": "#"},
    ]


def table() -> dict[str, Any]:
    columns = [{"name": "number", "label": "Number", "sort": "?sort=number"}, {"name": "customer", "label": "Customer", "sort": "?sort=customer", "sorted": "ascending"},
               {"name": "state", "label": "State", "kind": "state"}, {"name": "promised_on", "label": "Promised", "kind": "date", "sort": "?sort=promised_on"},
               {"name": "shipped", "label": "Shipped", "kind": "progress"}, {"name": "owner", "label": "Owner", "kind": "person"}, {"name": "tags", "label": "Tags", "kind": "tags"},
               {"name": "express", "label": "Express", "kind": "boolean"}, {"name": "quantity", "label": "Quantity", "kind": "quantity", "help": "In stocking units"},
               {"name": "total", "label": "Total", "kind": "money", "sort": "?sort=-total"}]
    states = (("Draft", "neutral"), ("Confirmed", "info"), ("Shipped", "success"), ("Late", "danger"), ("On hold", "warning"))
    rows = []
    for index in range(18):
        label, tone = states[index % 5]
        total = 1240 + 977 * index
        rows.append({"id": str(index), "href": "#", "label": f"SO-2026-{index:04}", "tone": "danger" if tone == "danger" else None, "cells": [
            {"text": f"SO-2026-{index:04}"}, {"text": CUSTOMERS[index % 6], "href": "#", "kind": "link"}, {"text": label, "tone": tone, "kind": "state"},
            {"text": f"{index % 28 + 1:02}/03/2026", "kind": "date", "title": "2026-03-05 08:00", "tone": "danger" if tone == "danger" else None, "edit": True},
            {"text": f"{index * 6} %", "value": index * 6, "kind": "progress"}, {"text": ("Rūta Žukaitė", "Li Wei", "Jonas Petrauskas")[index % 3], "kind": "person"},
            {"kind": "tags", "tags": ["export", "key"][: index % 3]}, {"kind": "boolean", "value": index % 4 == 0},
            {"text": f"{index * 5 + 2}", "value": f"{index * 5 + 2}", "unit": "pcs", "kind": "quantity"}, {"text": f"{total:,}.00".replace(",", " "), "value": f"{total}.00", "unit": "EUR", "kind": "money"}]})
    return {"url": "/components/", "title": "Orders", "columns": columns, "rows": rows, "count": 128, "shown": "1–18", "next": "?after=18", "previous": None,
            "totals": [{"text": ""}] + [{} for _ in range(8)] + [{"text": "171 747.00", "unit": "EUR", "kind": "money"}], "totals_label": "Total",
            "bulk": [_verb("Confirm", url="#", icon="check"), _verb("Assign", url="#", icon="user"), _verb("Cancel", url="#", danger=True)],
            "columns_url": "#", "cell_url": "#", "empty": empty()}


def empty() -> dict[str, Any]:
    return {"title": "No claims yet", "text": "Claims of customers on delivered goods belong here. They come from the portal, from mail, or you record one.",
            "icon": "shield-check", "verb": _verb("Record the first claim", icon="plus")}


class FilterForm(forms.Form):
    state = forms.MultipleChoiceField(label="State", required=False, choices=[("draft", "Draft"), ("confirmed", "Confirmed"), ("late", "Late")],
                                      widget=forms.CheckboxSelectMultiple)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))


def filters() -> list[dict[str, Any]]:
    form = FilterForm()
    return [{"name": "state", "label": "State", "active": True, "text": "Confirmed, Late", "remove": "?", "fields": [form["state"]]},
            {"name": "promised", "label": "Promised", "fields": [form["since"], form["until"]]},
            {"name": "customer", "label": "Customer", "fields": []}]


def workflow() -> list[dict[str, Any]]:
    return [{"label": "Draft", "state": "done", "on": "2 Mar"}, {"label": "Confirmed", "state": "done", "on": "3 Mar"}, {"label": "Picking", "state": "current"},
            {"label": "Shipped", "state": "next", "why": "All lines must be picked first."}, {"label": "Invoiced", "state": "next"}, {"label": "Closed", "state": "next"}]


def facts() -> list[dict[str, Any]]:
    return [{"name": "customer", "label": "Customer", "text": "Šiaulių vandenys, UAB", "href": "#"}, {"name": "ordered", "label": "Ordered on", "text": "02/03/2026", "kind": "date", "edit": "#"},
            {"name": "promised", "label": "Promised on", "text": "12/03/2026", "kind": "date", "why": "#", "tone": "danger"}, {"name": "total", "label": "Total", "text": "12 480.00", "unit": "EUR", "kind": "money", "why": "#"},
            {"name": "state", "label": "Credit", "text": "On hold", "tone": "warning", "kind": "state", "help": "Open invoices plus this order against the limit."}, {"name": "note", "label": "Note", "text": ""},
            {"name": "person", "label": "Owner", "text": "Rūta Žukaitė", "kind": "person"}, {"name": "express", "label": "Express", "kind": "boolean", "value": True}]


class SampleForm(forms.Form):
    customer = forms.CharField(label="Customer", help_text="Code, name or registry number.")
    country = forms.ChoiceField(label="Country", choices=[("LT", "Lietuva"), ("CN", "中国"), ("NO", "Norge")], widget=forms.Select(attrs={"data-island": "choose"}))
    quantity = forms.DecimalField(label="Quantity", min_value=0)
    promised_on = forms.DateField(label="Promised on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    express = forms.BooleanField(label="Express", required=False, help_text="Ships today when confirmed before 14:00.")
    drawing = forms.FileField(label="Drawing", required=False)


def timeline() -> dict[str, Any]:
    at = datetime.datetime(2026, 3, 5, 10, 20, tzinfo=datetime.UTC)
    return {"comment_url": "#", "attach_url": "#", "more": "#", "mention_url": "/components/people.json",
            "files": [{"name": "Drawing P-40 rev C.pdf", "href": "#", "size": 482133, "remove": "#"}, {"name": "装箱单.xlsx", "href": "#", "size": 20133}],
            "entries": [{"kind": "note", "who": "Rūta Žukaitė", "title": "", "text": "Customer asks for delivery in two parts. @Jonas can we?", "at": at, "at_text": "10:20"},
                        {"kind": "change", "who": "Li Wei", "title": "changed", "icon": "pencil", "at": at, "at_text": "9:02", "changes": [{"label": "Promised on", "before": "10/03/2026", "after": "12/03/2026"}, {"label": "Discount", "after": "5 %"}]},
                        {"kind": "approval", "who": "Jonas Petrauskas", "title": "approved the discount", "icon": "check", "tone": "success", "at": at, "at_text": "yesterday"},
                        {"kind": "verb", "who": "Li Wei", "title": "confirmed the order", "icon": "circle-check", "tone": "info", "at": at, "at_text": "3 Mar"},
                        {"kind": "event", "who": "Planning", "title": "moved line 2 to 14 March: no capacity at the press", "href": "#", "icon": "alert-triangle", "tone": "warning", "at": at, "at_text": "3 Mar"}]}


def grid() -> dict[str, Any]:
    columns = [{"name": "item", "label": "Item", "kind": "link", "required": True, "search": "/components/items.json", "width": 260}, {"name": "description", "label": "Description", "kind": "text"},
               {"name": "quantity", "label": "Quantity", "kind": "decimal", "required": True}, {"name": "unit", "label": "Unit", "kind": "choice", "choices": [["pcs", "pcs"], ["kg", "kg"], ["m", "m"]]},
               {"name": "price", "label": "Price", "kind": "decimal", "digits": 2, "unit": "EUR"}, {"name": "wanted_on", "label": "Wanted on", "kind": "date"},
               {"name": "free", "label": "Free", "kind": "boolean"}, {"name": "amount", "label": "Amount", "kind": "decimal", "digits": 2, "readonly": True, "unit": "EUR"}]
    lines = [{"id": str(index + 1), "values": {"item": {"id": index, "text": f"P-{40 + index} Pump {name}"}, "description": "", "quantity": str(index + 2), "unit": "pcs", "price": "120.50",
                                               "wanted_on": f"2026-03-{10 + index:02}", "free": index == 3, "amount": f"{(index + 2) * 120.5:.2f}"}} for index, name in enumerate(CUSTOMERS)]
    lines[2]["errors"] = {"quantity": "Only 3 pcs can be promised for 12 March."}
    return {"name": "lines", "title": "Lines", "editable": True, "saved": True, "url": "/components/lines.json", "columns": columns, "lines": lines,
            "totals": [{"label": "Net", "text": "3 253.50 EUR"}, {"label": "VAT 21 %", "text": "683.24 EUR"}, {"label": "Total", "text": "3 936.74 EUR", "strong": True}]}


def charts() -> list[dict[str, Any]]:
    weeks = [f"2026-{2 + (index // 4):02}-{1 + 7 * (index % 4):02}" for index in range(16)]
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    stock = [120, 96, 140, 112, 84, 60, 130, 104, 80, 52, 26, 118, 90, 66, 38, 12]
    hrefs = ["#"] * 16
    return [
        {"title": "P-40 Pump, stock at Šiauliai", "note": "history and projection", "wide": True, "props": {"kind": "line", "x": {"values": weeks, "dates": True}, "y": {"unit": "pcs"}, "today": weeks[8],
            "series": [{"label": "On hand", "values": [*stock[:9], *[None] * 7], "step": True, "hrefs": hrefs}, {"label": "Projected", "values": [*[None] * 8, *stock[8:]], "step": True, "dashed": True, "hrefs": hrefs}],
            "bands": [{"label": "Safety stock", "from": 0, "to": 40, "tone": "warning"}], "marks": [{"x": weeks[11], "y": 118, "label": "PO-0031, 100 pcs", "tone": "success", "href": "#"}, {"x": weeks[15], "y": 12, "label": "SO-0042, 26 pcs", "tone": "danger", "href": "#"}]}},
        {"title": "Load of the press", "props": {"kind": "stacked", "x": {"values": months}, "y": {"label": "Hours", "unit": "h"}, "series": [
            {"label": "Released", "values": [120, 140, 90, 60, 20, 0], "hrefs": hrefs}, {"label": "Planned", "values": [10, 20, 60, 80, 110, 120], "hrefs": hrefs}, {"label": "Available", "kind": "line", "values": [160, 150, 160, 140, 160, 160], "tone": "danger", "step": True}]}},
        {"title": "Order intake by customer", "props": {"kind": "horizontal", "x": {"values": list(CUSTOMERS)}, "y": {"unit": "EUR"}, "series": [{"label": "Intake", "values": [412000, 318000, 266000, 141000, 90500, 52000], "hrefs": hrefs}]}},
        {"title": "From plan to result", "props": {"kind": "waterfall", "x": {"values": ["Plan", "Price", "Volume", "Material", "Labour"]}, "y": {"unit": "EUR"}, "series": [{"label": "Effect", "values": [100000, 12000, -8000, -5200, 3100]}]}},
        {"title": "Open invoices by age", "props": {"kind": "pie", "x": {"values": ["Not due", "1–30", "31–60", "Over 60"]}, "y": {"unit": "EUR"}, "series": [{"label": "Open", "values": [520000, 90000, 30000, 21000], "hrefs": hrefs}]}},
        {"title": "Utilisation", "props": {"kind": "heat", "x": {"values": months}, "y": {"unit": "%"}, "series": [{"label": name, "values": [(index * 37 + month * 23) % 120 for month in range(6)], "hrefs": hrefs} for index, name in enumerate(("Press", "Lathe", "Paint", "Assembly"))]}},
        {"title": "Pipeline", "props": {"kind": "funnel", "x": {"values": ["Lead", "Qualified", "Offer", "Won"]}, "y": {}, "series": [{"label": "Count", "values": [320, 140, 62, 24], "hrefs": hrefs}]}},
        {"title": "No figures", "props": {"kind": "bar", "x": {"values": []}, "series": []}},
    ]


def graph() -> dict[str, Any]:
    def node(key: str, kind: str, number: str, tone: str, state: str, text: str = "") -> dict[str, Any]:
        return {"id": key, "kind": kind, "number": number, "tone": tone, "state": state, "text": text, "href": "#"}
    return {"focus": "so", "nodes": [
        node("lead", "Opportunity", "OP-118", "success", "Won", "Acme Water"), node("quote", "Quotation", "QU-0091", "success", "Accepted", "12 480.00 EUR"), node("so", "Sales order", "SO-2026-0042", "info", "Picking", "6 lines, 12 480.00 EUR"),
        node("wo", "Production order", "MO-0311", "warning", "Started", "P-40 Pump, 20 pcs"), node("po", "Purchase order", "PO-0031", "info", "Sent", "Seals, 400 pcs"), node("rc", "Receipt", "RC-0077", "success", "Posted"),
        node("sh1", "Shipment", "SH-0140", "success", "Shipped", "2 pallets"), node("sh2", "Shipment", "SH-0141", "neutral", "Planned"), node("iv", "Invoice", "IN-2026-0090", "success", "Posted", "6 240.00 EUR"), node("pay", "Payment", "BP-0551", "success", "Matched")],
        "edges": [{"from": a, "to": b} for a, b in (("lead", "quote"), ("quote", "so"), ("so", "wo"), ("so", "sh1"), ("so", "sh2"), ("wo", "po"), ("po", "rc"), ("wo", "sh2"), ("sh1", "iv"), ("iv", "pay"))]}


def pivot() -> dict[str, Any]:
    months = ["Jan", "Feb", "Mar"]
    body = []
    for index, name in enumerate(CUSTOMERS[:4]):
        body.append({"labels": [name, ""], "level": 0, "total": True, "href": "#", "cells": [{"text": f"{(index + 2) * 11} 000", "href": "#"} for _ in range(8)]})
        body += [{"labels": ["", item], "level": 1, "href": "#", "cells": [{"text": f"{(index + 3) * 4} 100", "href": "#"} for _ in range(8)]} for item in ("Pumps", "Spares")]
    return {"url": "/components/pivot.json", "fields": [{"name": n, "label": n.capitalize()} for n in ("customer", "group", "month", "seller", "country")],
            "measures": [{"name": "amount", "label": "Amount", "unit": "EUR"}, {"name": "margin", "label": "Margin", "unit": "EUR"}, {"name": "count", "label": "Orders"}],
            "rows": ["customer", "group"], "columns": ["month"], "shown": ["amount", "margin"],
            "head": [[*({"text": month, "span": 2} for month in months), {"text": "Total", "span": 2}], [{"text": text} for _ in range(4) for text in ("Amount", "Margin")]],
            "body": body, "foot": [{"text": "154 000"} for _ in range(8)]}


def approval() -> dict[str, Any]:
    return {"id": 1, "title": "Acme Water", "number": "SO-2026-0042", "href": "#", "asked_by": "Li Wei", "asked_at_text": "2 hours ago", "verb": "Confirm with 12 % discount",
            "rule": "Discounts over 10 % need the sales manager, over 20 % also finance.", "amount": "12 480.00", "unit": "EUR",
            "facts": [{"label": "Margin after discount", "text": "18.4 %"}, {"label": "Open balance", "text": "31 200.00 EUR"}, {"label": "Promised on", "text": "12/03/2026"}],
            "changes": [{"label": "Discount", "before": "5 %", "after": "12 %"}], "note": "They order 40 more if we hold the price.",
            "steps": [{"label": "Sales manager", "who": "you", "state": "current"}, {"label": "Finance", "state": "next"}],
            "verbs": [_verb("Approve"), _verb("Refuse", danger=True), _verb("Ask back")]}


def waiting() -> list[dict[str, Any]]:
    return [{"id": 1, "icon": "alert-triangle", "tone": "danger", "title": "SO-2026-0042 will be 3 days late", "text": "Seal kit missing, PO-0031 arrives on 14 March", "href": "#", "cost": "12 480 EUR", "due": "2 days", "due_tone": "danger", "verbs": [_verb("Expedite")]},
            {"id": 2, "icon": "checks", "title": "Approve 12 % discount for Acme Water", "text": "Asked by Li Wei", "href": "#", "cost": "1 240 EUR", "due": "today", "due_tone": "warning", "verbs": [_verb("Approve")]},
            {"id": 3, "icon": "phone", "title": "Call Šiaulių vandenys about the tender", "href": "#", "due": "tomorrow", "verbs": [_verb("Done")]}]


def board() -> dict[str, Any]:
    def card(index: int, tone: str | None = None, locked: str = "") -> dict[str, Any]:
        return {"id": str(index), "href": "#", "title": CUSTOMERS[index % 6], "number": f"OP-{100 + index}", "tone": tone, "age": f"{index + 1} d", "age_tone": "danger" if index > 5 else None, "person": "Rūta Žukaitė",
                "facts": [{"text": f"{index + 4} 200.00 EUR", "kind": "money"}, {"text": "P-40 Pump, 12 pcs"}, {"text": "12/03/2026", "kind": "date"}], "move": "/components/move", "locked": locked}
    return {"url": "/components/", "columns": [
        {"value": "lead", "label": "Lead", "tone": "neutral", "count": 3, "total": "14 200 EUR", "cards": [card(0), card(1), card(2)]}, {"value": "offer", "label": "Offer", "tone": "info", "count": 5, "limit": 4, "total": "32 000 EUR", "cards": [card(6, "danger"), card(3)]},
        {"value": "won", "label": "Won", "tone": "success", "count": 1, "total": "9 000 EUR", "cards": [card(4, locked="Confirmed orders cannot go back.")]}, {"value": "lost", "label": "Lost", "tone": "danger", "count": 0, "total": "", "cards": []}]}


def jobs() -> list[dict[str, Any]]:
    return [{"id": 1, "title": "Import of 12 000 items", "running": False, "state": {"label": "Done", "tone": "success"}, "text": "12 000 new, 0 wrong, 41 s", "started_text": "10:02", "result": {"label": "Open the items", "href": "#"}},
            {"id": 2, "title": "Planning run", "running": True, "url": "/components/?job", "percent": 62, "state": {"label": "Running", "tone": "info"}, "text": "Level 4 of 8", "cancel": _verb("Cancel")},
            {"id": 3, "title": "Statement mail", "state": {"label": "Failed", "tone": "danger"}, "error": "The mail server refused 3 addresses.", "retry": _verb("Try again")}]


def tree() -> list[dict[str, Any]]:
    return [{"label": "P-40 Pump", "href": "#", "icon": "package", "open": True, "text": "1 pcs", "children": [
        {"label": "Housing", "href": "#", "text": "1 pcs", "children": [{"label": "Casting", "text": "2.4 kg"}, {"label": "Paint", "text": "0.1 l"}]}, {"label": "Seal kit", "href": "#", "text": "1 pcs"}]}]


def related() -> list[dict[str, Any]]:
    return [{"label": "Shipments", "key": "shipments", "count": 2, "url": "#", "active": True}, {"label": "Invoices", "key": "invoices", "count": 1, "url": "#"}, {"label": "Returns", "key": "returns", "count": 0, "url": "#"}]
