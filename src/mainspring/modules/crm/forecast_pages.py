"""Pages of the pipeline: its forecast, what changed in it, and how fast and surely deals pass."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import formats as local
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mainspring.kernel import access, formats, money, periods, resource
from mainspring.kernel.models import Territory, User
from mainspring.modules.organization import queries as organization
from mainspring.web import forms, menus
from mainspring.web.views import base

from . import changing, forecasting, pipeline, preparing, velocity
from .models import Opportunity, SalesProcess

TABS = (
    ("forecast", gettext_lazy("Forecast"), "/crm/forecast/"),
    ("changes", gettext_lazy("What changed"), "/crm/forecast/changes/"),
    ("velocity", gettext_lazy("Velocity"), "/crm/forecast/velocity/"),
)
BOARD = "/crm/opportunities/board/"
WATCHED = "crm.opportunity crm.target"
SHOWN_MAX = 200


@menus.extra.fill
def menu(ctx):
    """Where those who see deals find the forecast."""
    if not access.can(ctx, Opportunity, "view") or access.is_portal(ctx):
        return []
    return [("Customers", _("Forecast"), "/crm/forecast/")]


class Chooser:
    """What a page was asked for, from its address: typed values, each with its first proposal; wrong ones are named."""

    def __init__(self, request, *names: str):
        if not access.can(request.ctx, Opportunity, "view") or access.is_portal(request.ctx):
            raise Http404
        self.ctx, self.sent = request.ctx, request.GET
        self.form = forms.RecordForm()
        self.errors: list[str] = []
        self.values = {name: getattr(self, name)() for name in names}

    def _field(self, name: str, label: str, kind: str, value, **more):
        column = resource.Column(name, label, kind, **more)
        field = self.form.fields[name] = forms.field_for(column, self.ctx, value=value)
        field.required = False
        return value

    def _choice(self, name: str, label: str, choices, default: str) -> str:
        value = self.sent.get(name, "") or default
        if value and value not in {key for key, _label in choices}:
            self.errors.append(_("“%(value)s” is not a valid value.") % {"value": value[:80]})
            value = default
        return self._field(name, label, "choice", value, choices=tuple(choices), required=bool(default))

    def _day(self, name: str, label: str, default: date) -> date:
        try:
            value = date.fromisoformat(self.sent.get(name) or default.isoformat())
            if not 1990 <= value.year <= 2200:
                raise ValueError
        except ValueError:
            self.errors.append(_("“%(value)s” is not a valid value.") % {"value": self.sent[name][:80]})
            value = default
        return self._field(name, label, "date", value)

    def _link(self, name: str, label: str, model) -> str:
        raw = self.sent.get(name, "")
        whole = raw.isascii() and raw.isdigit() and len(raw) < 18
        found = access.rows(self.ctx, model).filter(pk=raw).first() if whole else None
        if raw and found is None:
            self.errors.append(_("“%(value)s” is not a valid value.") % {"value": raw[:80]})
        self._field(name, label, "link", found, to=model._meta.label_lower)
        if found is not None:
            self.form.fields[name].widget.attrs["data-text"] = str(found)
        return str(found.pk) if found else ""

    def by(self) -> str:
        return self._choice("by", _("By"), [(k, str(v)) for k, v in forecasting.BY.items()], "owner")

    def months(self) -> int:
        return int(self._choice("months", _("Months"), [(n, n) for n in ("3", "6", "12", "24")], "6"))

    def starts_on(self) -> date:
        day = periods.start_of("month", self._day("starts_on", _("From"), self.ctx.business_date))
        self.form.fields["starts_on"].initial = day
        return day

    def since(self) -> date:
        return self._day("since", _("Since"), self.ctx.business_date - timedelta(days=7))

    def first(self) -> date:
        return self._day("first", _("From"), self.ctx.business_date - timedelta(days=365))

    def currency(self) -> str:
        base = preparing.base_currency(self.ctx.company_id)
        codes = sorted({base} | organization.convertible(base, self.ctx.business_date))
        return self._choice("currency", _("Currency"), [(code, code) for code in codes], base)

    def process(self) -> str:
        mine = access.rows(self.ctx, SalesProcess).filter(active=True)
        found = [(str(p.pk), str(p)) for p in mine.order_by("rank", "code")]
        return self._choice("process", _("Sales process"), found, "")

    def one_process(self) -> str:
        mine = access.rows(self.ctx, SalesProcess).filter(active=True)
        found = [(str(p.pk), str(p)) for p in mine.order_by("rank", "code")]
        return self._choice("process", _("Sales process"), found, found[0][0]) if found else ""

    def owner(self) -> str:
        return self._link("owner", _("Person"), User) if access.can(self.ctx, User, "view") else ""

    def territory(self) -> str:
        return self._link("territory", _("Region"), Territory) if access.can(self.ctx, Territory, "view") else ""

    @property
    def where(self) -> dict[str, str]:
        """Filters of the deals."""
        found = {"process": self.values.get("process") or self.values.get("one_process") or ""}
        found |= {name: self.values.get(name) or "" for name in ("owner", "territory")}
        return {name: value for name, value in found.items() if value}


def _page(request, template: str, tab: str, chooser: Chooser, **context):
    params = {
        name: value for name, value in request.GET.items() if name in ("process", "owner", "territory", "currency")
    }
    tail = f"?{urlencode(params)}" if params else ""
    return render(
        request,
        template,
        {
            "page": {
                "title": _("Forecast"),
                "trail": [{"label": _("Customers")}],
                "quiet": [{"name": "board", "label": _("Board"), "icon": "layout-kanban", "href": BOARD}],
            },
            "tabs": [{"label": label, "href": href + tail, "active": name == tab} for name, label, href in TABS],
            "form": chooser.form,
            "errors": chooser.errors,
            "url": request.get_full_path(),
            "watch": WATCHED,
        }
        | context,
    )  # fmt: skip


def _money(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    return formats.number(amount, 0 if abs(amount) >= 1000 else money.currency_digits(currency))


@base.signed_in
@require_GET
def forecast(request):
    """Won, committed, best case, weighted, target and gap by month and person, team, region or process."""
    chooser = Chooser(request, "by", "starts_on", "months", "currency", "process", "territory")
    got = chooser.values
    asked = forecasting.Asked(got["by"], got["starts_on"], got["months"], got["currency"], chooser.where)
    sections, whole = [], None
    try:
        sections, whole = forecasting.forecast(request.ctx, asked)
    except ValidationError as error:
        chooser.errors += error.messages
    if whole is not None:
        _drill(whole, asked)
    shown = [_section(section, asked.currency) for section in ([whole, *sections] if len(sections) > 1 else sections)]
    return _page(
        request,
        "crm/forecast.html",
        "forecast",
        chooser,
        heads=[str(forecasting.LABELS[name]) for name in forecasting.FIGURES],
        sections=shown,
        currency=asked.currency,
        charts=[{"title": _("By month"), "wide": True, "props": _months_chart(whole, asked)}] if sections else [],
    )


def _month_label(month: date | None) -> str:
    if month is forecasting.LATE:
        return _("Overdue")
    return local.date_format(month, "YEAR_MONTH_FORMAT") if month else _("Without a day")


def _section(section, currency: str) -> dict:
    def cells(row):
        for name in forecasting.FIGURES:
            figure = row.figures.get(name)
            short = name == "gap" and figure is not None and figure.amount > 0
            yield {
                "text": _money(figure.amount, currency) if figure else "",
                "href": figure.href if figure else "",
                "tone": "warning" if short else "",
            }

    return {
        "label": section.label,
        "total": list(cells(section.total)),
        "rows": [
            {"label": _month_label(row.month), "late": row.month is forecasting.LATE, "cells": list(cells(row))}
            for row in section.rows
        ],
    }


def _months_chart(whole, asked) -> dict:
    rows = [row for row in whole.rows if row.month not in (forecasting.LATE, None)]
    drawn = (("won", "bar", "success"), ("committed", "bar", "info"), ("best", "bar", "neutral"),
             ("weighted", "line", "warning"), ("target", "line", "danger"))  # fmt: skip
    return {
        "kind": "bar",
        "x": {"values": [_month_label(row.month) for row in rows], "label": _("Month")},
        "y": {"label": "", "unit": asked.currency, "digits": 0},
        "series": [
            {
                "label": str(forecasting.LABELS[name]),
                "kind": kind,
                "tone": tone,
                "values": [float(row.amount(name)) if row.amount(name) or name != "target" else None for row in rows],
                "hrefs": [_of_month(name, row.month, asked.where) for row in rows],
            }
            for name, kind, tone in drawn
        ],
    }


def _drill(whole, asked) -> None:
    """Let the figures of all months open their lists too."""
    for row in whole.rows:
        for name, figure in row.figures.items():
            if row.month not in (forecasting.LATE, None):
                figure.href = _of_month(name, row.month, asked.where)


def _of_month(name: str, month: date, where: dict) -> str:
    """The list behind a mark of the chart: all deals of the month a figure counts."""
    if name not in forecasting.COUNTS:
        return ""
    day = "closed_on" if name == "won" else "expected_close_on"
    ends = periods.next_start("month", month)
    params = [*where.items(), *forecasting.COUNTS[name].items(), (f"{day}__gte", month), (f"{day}__lt", ends)]
    return f"/crm/opportunities/?{urlencode(params)}"


@base.signed_in
@require_GET
def changes(request):
    """The steps from the forecast of a day to that of now; ?show= lists the deals of one of them."""
    chooser = Chooser(request, "since", "starts_on", "months", "currency", "process", "owner", "territory")
    got = chooser.values
    asked = forecasting.Asked("owner", got["starts_on"], got["months"], got["currency"])
    steps = changing.Steps()
    try:
        steps = changing.since(
            request.ctx,
            got["since"],
            starts_on=asked.starts_on,
            ends_on=asked.ends_on,
            currency=asked.currency,
            where=chooser.where,
        )
    except ValidationError as error:
        chooser.errors += error.messages
    show = request.GET.get("show", "")
    kinds = [kind for kind in changing.KINDS if steps.changes[kind]]
    hrefs = [f"?{_with(request, show=kind)}" for kind in kinds]
    listed = [show] if show in changing.KINDS else kinds
    bars = {
        "kind": "waterfall",
        "x": {"values": [formats.day(got["since"]), *(str(changing.KINDS[kind]) for kind in kinds)]},
        "y": {"unit": asked.currency, "digits": 0},
        "series": [
            {
                "label": _("Amount"),
                "values": [float(steps.before), *(float(steps.sum(kind)) for kind in kinds)],
                "hrefs": ["", *hrefs],
            }
        ],
    }
    return _page(
        request,
        "crm/changes.html",
        "changes",
        chooser,
        currency=asked.currency,
        before=_money(steps.before, asked.currency),
        after=_money(steps.after, asked.currency),
        since=got["since"],
        charts=[{"title": _("From then to now"), "wide": True, "props": bars}] if kinds or steps.before else [],
        kinds=[
            {
                "label": changing.KINDS[kind],
                "sum": _money(steps.sum(kind), asked.currency),
                "count": len(steps.changes[kind]),
                "href": href,
            }
            for kind, href in zip(kinds, hrefs, strict=True)
        ],
        show=changing.KINDS.get(show, ""),
        all=f"?{_with(request, show='')}",
        rows=[
            {
                "deal": change.deal,
                "href": f"/crm/opportunities/{change.deal['pk']}/",
                "kind": changing.KINDS[kind],
                "before": _money(change.before or None, asked.currency),
                "after": _money(change.after or None, asked.currency),
                "closes_before": change.closes_before,
                "closes_after": change.closes_after,
            }
            for kind in listed
            for change in steps.changes[kind]
        ][:SHOWN_MAX],
    )


def _with(request, **params) -> str:
    kept = request.GET.copy()
    for name, value in params.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return kept.urlencode()


@base.signed_in
@require_GET
def speed(request):
    """Conversion and days of every stage, win rate by source, reasons of loss, and the velocity they make."""
    chooser = Chooser(request, "first", "one_process", "owner", "territory")
    got, ctx = chooser.values, request.ctx
    starts_on, ends_on = got["first"], ctx.business_date + timedelta(days=1)
    where, process = chooser.where, int(got["one_process"] or 0)
    figures = velocity.stages(ctx, process, starts_on, ends_on, where)
    whole = velocity.velocity(ctx, starts_on, ends_on, where)
    base_code = preparing.base_currency(ctx.company_id)
    return _page(
        request,
        "crm/velocity.html",
        "velocity",
        chooser,
        velocity=whole,
        average=_money(whole.average, base_code),
        days=formats.number(whole.days, 0),
        win_rate=formats.number(whole.win_rate, 0),
        a_day=_money(whole.a_day, base_code),
        currency=base_code,
        stages=[
            {
                "figures": row,
                "conversion": formats.number(Decimal(row.conversion), 0) if row.conversion is not None else "",
                "median": formats.number(Decimal(row.median), 0) if row.median is not None else "",
                "p80": formats.number(Decimal(row.p80), 0) if row.p80 is not None else "",
                "resting": f"/crm/opportunities/?{urlencode(where | {'state': 'open', 'stage': row.stage.pk})}",
                "entered": "/crm/deal-changes/?" + urlencode(
                    {"stage": row.stage.pk, "entered": 1, "state": "open", "on__gte": starts_on, "on__lt": ends_on}
                ),
            }
            for row in figures
        ],
        charts=[
            {"title": _("Days in the stage"), "props": _days_chart(figures)},
            {"title": _("Conversion"), "props": _conversion_chart(figures)},
        ],
        sources=[_rate(rate) for rate in velocity.win_rates(ctx, "source", starts_on, ends_on, where)],
        losses=[
            {
                "label": group.labels[0],
                "count": group.count,
                "amount": _money(group.values["amount_base"], base_code),
                "href": f"/crm/opportunities/?{urlencode(group.params)}",
            }
            for group in velocity.reasons(ctx, starts_on, ends_on, where)
        ],
        stale=[
            {"deal": deal, "why": pipeline.why_stale(deal, ctx.business_date), "href": f"/crm/opportunities/{deal.pk}/"}
            for deal in pipeline.stale(ctx).filter(process_id=process)[:20]
        ],
    )  # fmt: skip


def _rate(rate: velocity.Rate) -> dict:
    return {
        "label": rate.label,
        "won": rate.won,
        "lost": rate.lost,
        "share": formats.number(Decimal(rate.share), 0),
        "href": f"/crm/opportunities/?{urlencode(rate.params)}",
    }


def _days_chart(figures) -> dict:
    return {
        "kind": "bar",
        "x": {"values": [str(row.stage) for row in figures], "label": _("Stage")},
        "y": {"unit": _("days"), "digits": 0},
        "series": [
            {"label": _("Half of the deals"), "values": [row.median for row in figures]},
            {"label": _("Four of five"), "values": [row.p80 for row in figures]},
        ],
    }


def _conversion_chart(figures) -> dict:
    return {
        "kind": "bar",
        "x": {"values": [str(row.stage) for row in figures], "label": _("Stage")},
        "y": {"unit": "%", "digits": 0},
        "series": [{"label": _("Passed on"), "values": [row.conversion for row in figures]}],
    }


urlpatterns = [
    path("forecast/", forecast, name="forecast"),
    path("forecast/changes/", changes, name="forecast-changes"),
    path("forecast/velocity/", speed, name="forecast-velocity"),
]
