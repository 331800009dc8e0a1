"""A result in words, figures and charts, for what a person may see of it."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mainspring.kernel import access, formats, resource
from mainspring.kernel.models import DocumentIdentity, Site
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item
from mainspring.web import addresses

from . import figures
from .lateness import UNKNOWN
from .rights import Rights

SHOWN_WEEKS = 13
LISTED_MAX = 12
HOUR = 3600


# -- what it comes to -------------------------------------------------------------------------------------------------


def balance(columns: dict) -> np.ndarray:
    """Cash at the end of each week, with what deals may bring and what is still to be bought."""
    flow = columns["cash_in"] + columns["cash_out"] + columns["cash_hoped"] + columns["cash_planned"]
    return int(columns["cash_open"][0]) + np.cumsum(flow)


def overload(columns: dict) -> np.ndarray:
    """Hours asked beyond what is open: [center, week], in seconds."""
    return np.maximum(columns["load"] - columns["open"], 0)


def late_documents(columns: dict, sales_orders: set[bytes]) -> dict[bytes, int]:
    """{sales order: the days its latest item comes after its day}; without a date at all the whole horizon."""
    found: dict[bytes, int] = {}
    rows = zip(columns["late_document"], columns["late_wanted"], columns["late_expected"], strict=True)
    for document, wanted, expected in rows:
        key = document.tobytes()
        if key in sales_orders:
            days = figures.WEEKS * 7 if expected == UNKNOWN else int(expected - wanted)
            found[key] = max(found.get(key, 0), days)
    return found


def sales_orders(*results: dict) -> set[bytes]:
    """Which of the late documents are orders of customers."""
    keys = {row.tobytes() for columns in results for row in columns["late_document"]}
    known = DocumentIdentity.objects.filter(pk__in=[UUID(bytes=key) for key in keys], kind="sales.salesorder")
    return {key.bytes for key in known.values_list("pk", flat=True)}


def totals(columns: dict, orders: set[bytes]) -> dict[str, Any]:
    """The figures scenarios are compared by; money in hundredths, time in seconds."""
    weeks = slice(0, SHOWN_WEEKS)
    late = late_documents(columns, orders)
    cash = balance(columns)[weeks]
    over = overload(columns)[:, weeks]
    bought = (columns["purchases_ordered"] + columns["purchases_planned"])[weeks]
    return {
        "late": len(late),
        "late_days": sum(late.values()),
        "sales": int((columns["sales_ordered"] + columns["sales_hoped"])[weeks].sum()),
        "purchases": int(bought.sum()),
        "work": int(columns["work_cost"][weeks].sum()),
        "hours": int(columns["load"][:, weeks].sum()),
        "over": int(over.sum()),
        "stock": int(columns["stock_value"][weeks][-1]),
        "cash_low": int(cash.min()),
        "cash_low_week": int(cash.argmin()),
        "cash_end": int(cash[-1]),
    }


def lines(rights: Rights) -> list[tuple[str, str, str, bool]]:
    """(name, label, unit, whether more is worse) of the totals the person may see."""
    told = [
        ("late", _("Late sales orders"), "", True, rights.plan),
        ("late_days", _("Days late, all of them"), _("days"), True, rights.plan),
        ("sales", _("Sales: ordered and weighted deals"), "money", False, rights.sales),
        ("purchases", _("Purchases"), "money", True, rights.purchases),
        ("hours", _("Work asked for"), "hours", True, rights.hours),
        ("over", _("Beyond capacity"), "hours", True, rights.hours),
        ("work", _("Cost of work"), "money", True, rights.hours and rights.costs),
        ("stock", _("Stock value at the end"), "money", True, rights.costs),
        ("cash_low", _("Lowest cash"), "money", False, rights.cash),
        ("cash_end", _("Cash at the end"), "money", False, rights.cash),
    ]
    return [(name, label, unit, worse) for name, label, unit, worse, seen in told if seen]


def amount(value: int, unit: str, currency: str) -> str:
    """A total as text with its unit."""
    if unit == "money":
        return f"{formats.number(Decimal(value) / 100, 0, 0)} {currency}"
    if unit == "hours":
        return f"{formats.number(Decimal(value) / HOUR, 0, 1)} h"
    return f"{formats.number(value)} {unit}".strip()


def compared(base: dict, columns: list[dict], rights: Rights, currency: str) -> list[dict]:
    """A row a total: the plan, and for each result its value and how it differs."""
    orders = sales_orders(base, *columns)
    plan, others = totals(base, orders), [totals(one, orders) for one in columns]
    found = []
    for name, label, unit, worse in lines(rights):
        cells = []
        for other in others:
            more = other[name] - plan[name]
            tone = "" if not more else ("danger" if (more > 0) == worse else "success")
            sign = "+" if more > 0 else ""
            change = f"{sign}{amount(more, unit, currency)}" if more else "="
            cells.append({"text": amount(other[name], unit, currency), "change": change, "tone": tone})
        found.append({"name": name, "label": label, "base": amount(plan[name], unit, currency), "cells": cells})
    return found


# -- the four plans on one axis ---------------------------------------------------------------------------------------


def mondays(columns: dict) -> list[date]:
    return [date.fromordinal(int(day)) for day in columns["weeks"][:SHOWN_WEEKS]]


def charts(columns: dict, base: dict, rights: Rights, currency: str) -> list[dict]:
    """Sales, purchases, production, stock and cash by week, with the plan as it is as a dashed line."""
    days = mondays(columns)
    x = {"values": [f"{day:%G-W%V}" for day in days]}
    changed = columns is not base

    def bars(label, name, tone, hrefs=None):
        return {"label": label, "values": money(columns[name]), "hrefs": hrefs, "stack": "all", "tone": tone}

    def now(values):
        plan = {"label": _("The plan as it is"), "values": values, "kind": "line", "dashed": True, "tone": "neutral"}
        return [plan] if changed else []

    found = []
    if rights.sales:
        found.append(_chart(_("Sales"), currency, x, [
            bars(_("Ordered"), "sales_ordered", "info", links(days, "sales_ordered")),
            bars(_("Weighted deals"), "sales_hoped", "warning", links(days, "sales_hoped")),
            *now(money(base["sales_ordered"] + base["sales_hoped"])),
        ]))  # fmt: skip
    if rights.purchases:
        found.append(_chart(_("Purchases"), currency, x, [
            bars(_("On order"), "purchases_ordered", "info", links(days, "purchases_ordered")),
            bars(_("To be ordered"), "purchases_planned", "warning", links(days, "purchases_planned")),
            *now(money(base["purchases_ordered"] + base["purchases_planned"])),
        ]))  # fmt: skip
    if rights.hours:
        found.append(_hours_chart(columns, base, x, days, changed))
    if rights.costs:
        found.append(_chart(_("Production value"), currency, x, [
            bars(_("Confirmed"), "made_confirmed", "info", links(days, "made_confirmed")),
            bars(_("Proposed"), "made_planned", "warning", links(days, "made_planned")),
            *now(money(base["made_confirmed"] + base["made_planned"])),
        ]))  # fmt: skip
        found.append(_chart(_("Stock value"), currency, x, [
            {"label": _("Stock value"), "values": money(columns["stock_value"]), "kind": "line", "tone": "info"},
            *now(money(base["stock_value"])),
        ], kind="line"))  # fmt: skip
    if rights.cash:
        found.append(_chart(_("Cash"), currency, x, [
            {"label": _("In"), "values": money(columns["cash_in"] + columns["cash_hoped"]), "tone": "success",
             "stack": "all", "hrefs": links(days, "cash")},
            {"label": _("Out"), "values": money(columns["cash_out"] + columns["cash_planned"]), "tone": "danger",
             "stack": "all", "hrefs": links(days, "cash")},
            {"label": _("Balance"), "values": money(balance(columns)), "kind": "line", "tone": "info"},
            *now(money(balance(base))),
        ]))  # fmt: skip
    return found


def _chart(title: str, unit: str, x: dict, series: list[dict], kind: str = "stacked") -> dict:
    return {"title": title, "note": unit, "props": {"kind": kind, "x": x, "y": {"unit": unit}, "series": series}}


def _hours_chart(columns: dict, base: dict, x: dict, days: list[date], changed: bool) -> dict:
    asked = columns["load"].sum(axis=0)
    series = [
        {"label": _("Asked for"), "values": hours(asked), "stack": "all", "tone": "info",
         "hrefs": links(days, "hours")},
        {"label": pgettext("hours", "Available"), "values": hours(columns["open"].sum(axis=0)), "kind": "line",
         "step": True, "tone": "success"},
    ]  # fmt: skip
    if changed:
        series.append({"label": _("The plan as it is"), "values": hours(base["load"].sum(axis=0)), "kind": "line",
                       "dashed": True, "tone": "neutral"})  # fmt: skip
    return _chart(_("Production hours"), "h", x, series)


def money(values: np.ndarray) -> list[float]:
    return [round(float(v) / 100, 2) for v in values[:SHOWN_WEEKS]]


def hours(values: np.ndarray) -> list[float]:
    return [round(float(v) / HOUR, 2) for v in values[:SHOWN_WEEKS]]


def links(days: list[date], name: str) -> list[str]:
    """The list behind a figure of each week; the first holds what is overdue too."""
    path, field, more = {
        "sales_ordered": ("/sales/sales-orders/", "promised_on", {"state": "confirmed"}),
        "sales_hoped": ("/crm/opportunities/", "expected_close_on", {"state": "open", "forecast__ne": "left_out"}),
        "purchases_ordered": ("/purchasing/purchase-orders/", "expected_on", {"state": "confirmed"}),
        "purchases_planned": ("/purchasing/purchase-requests/", "needed_on", {"state__in": "proposed,approved"}),
        "made_confirmed": (
            "/production/production-orders/", "due_on", {"state__in": "confirmed,released,in_progress"}
        ),
        "made_planned": ("/production/production-orders/", "due_on", {"state": "proposed"}),
        "hours": ("/planning/load/", "", {}),
        "cash": ("/accounting/expected-cash/", "planned_on", {}),
        "stock_value": ("/stock/cost-balances/", "", {}),
    }[name]  # fmt: skip
    found = []
    for n, day in enumerate(days):
        given = dict(more)
        if field:
            given |= {f"{field}__lt": (day + timedelta(days=7)).isoformat()}
            given |= {f"{field}__gte": day.isoformat()} if n else {}
        found.append(f"{path}?{urlencode(given)}" if given else path)
    return found


def table(columns: dict, base: dict, rights: Rights) -> dict:
    """The same figures as a table: {weeks, rows: [{label, cells: [{text, href, changed}]}]}."""
    days = mondays(columns)
    rows = [
        ("sales_ordered", _("Ordered by customers"), rights.sales, 100),
        ("sales_hoped", _("Weighted deals"), rights.sales, 100),
        ("purchases_ordered", _("On order with suppliers"), rights.purchases, 100),
        ("purchases_planned", _("To be ordered"), rights.purchases, 100),
        ("hours", _("Production hours"), rights.hours, HOUR),
        ("open", _("Hours open"), rights.hours, HOUR),
        ("made_confirmed", _("Production confirmed"), rights.costs, 100),
        ("made_planned", _("Production proposed"), rights.costs, 100),
        ("stock_value", _("Stock value"), rights.costs, 100),
        ("in", _("Cash in"), rights.cash, 100),
        ("out", _("Cash out"), rights.cash, 100),
        ("balance", _("Cash balance"), rights.cash, 100),
    ]
    return {
        "weeks": [{"label": f"{day:%G-W%V}", "day": formats.day(day)} for day in days],
        "rows": [_table_row(name, label, scale, columns, base, days) for name, label, seen, scale in rows if seen],
    }


def _derived(columns: dict, name: str) -> np.ndarray:
    known = {
        "hours": lambda: columns["load"].sum(axis=0),
        "open": lambda: columns["open"].sum(axis=0),
        "in": lambda: columns["cash_in"] + columns["cash_hoped"],
        "out": lambda: columns["cash_out"] + columns["cash_planned"],
        "balance": lambda: balance(columns),
    }
    return known[name]() if name in known else columns[name]


def _table_row(name: str, label: str, scale: int, columns: dict, base: dict, days: list[date]) -> dict:
    mine, theirs = _derived(columns, name), _derived(base, name)
    behind = {"in": "cash", "out": "cash", "open": "hours"}.get(name, name)
    hrefs = links(days, behind) if name != "balance" else [""] * len(days)
    cells = []
    for n in range(len(days)):
        text = formats.number(Decimal(int(mine[n])) / scale, 0, 0)
        was = formats.number(Decimal(int(theirs[n])) / scale, 0, 0)
        low = name == "balance" and mine[n] < 0
        cells.append({"text": text, "was": was if was != text else "", "href": hrefs[n], "low": low})
    return {"label": label, "cells": cells, "strong": name == "balance"}


# -- what differs -----------------------------------------------------------------------------------------------------


def differences(columns: dict, ctx, rights: Rights) -> dict:
    """What the changes lead to, as rows a person can open: orders of the plan, overloads, late orders, stock."""
    found: dict[str, list] = {"orders": [], "overloads": [], "late": [], "stock": []}
    if rights.plan and "after_item" in columns:
        found["orders"] = _orders(columns, ctx)
        found["stock"] = _stock(columns, ctx)
    return found


def _named(ctx, items, sites) -> tuple[dict, dict]:
    codes = access.rows(ctx, Item).filter(pk__in={int(i) for i in items}).select_related("unit").in_bulk()
    places = access.rows(ctx, Site).filter(pk__in={int(s) for s in sites}).in_bulk()
    return codes, places


def _orders(columns: dict, ctx) -> list[dict]:
    """By item and site: what the plan proposes more or less, and from when to when."""
    sums: dict[tuple[int, int], dict] = defaultdict(
        lambda: {"before": 0, "after": 0, "count": 0, "first": 0, "table": 0}
    )
    for when in ("before", "after"):
        rows = zip(
            *(columns[f"{when}_{n}"].tolist() for n in ("item", "site", "table", "quantity", "due")), strict=True
        )
        for item, site, which, quantity, due in rows:
            one = sums[item, site]
            one[when] += quantity
            one["count"] += 1
            one["first"] = min(one["first"], due) if one["count"] > 1 else due
            one["table"] = which
    codes, places = _named(ctx, [k[0] for k in sums], [k[1] for k in sums])
    found = []
    for (item, site), one in sorted(sums.items(), key=lambda pair: -abs(pair[1]["after"] - pair[1]["before"])):
        record, place = codes.get(item), places.get(site)
        if record is None or place is None:
            continue
        more = one["after"] - one["before"]
        found.append(
            {
                "item": f"{record.code} {record.local_name}",
                "href": f"/planning/workbench/{item}/{site}/",
                "site": place.code,
                "kind": (_("Make"), _("Buy"), _("Bring"))[one["table"]],
                "more": f"{'+' if more > 0 else ''}{_quantity(more)} {record.unit.code}" if more else _("other days"),
                "on": formats.day(date.fromordinal(int(columns["today"][0]) + max(one["first"], 0))),
            }
        )
    return found[:LISTED_MAX]


def _quantity(micro: int) -> str:
    return formats.number(Decimal(int(micro)).scaleb(-6), 0, 6)


def _stock(columns: dict, ctx) -> list[dict]:
    """Items whose lowest stock of the shown weeks differs."""
    rows = []
    for n in range(len(columns["stock_item"])):
        before = int(columns["stock_before"][n][:SHOWN_WEEKS].min())
        after = int(columns["stock_after"][n][:SHOWN_WEEKS].min())
        if before != after:
            rows.append((int(columns["stock_item"][n]), int(columns["stock_site"][n]), before, after))
    codes, places = _named(ctx, [r[0] for r in rows], [r[1] for r in rows])
    found = []
    for item, site, before, after in sorted(rows, key=lambda r: r[3] - r[2])[:LISTED_MAX]:
        record, place = codes.get(item), places.get(site)
        if record is not None and place is not None:
            found.append(
                {
                    "item": f"{record.code} {record.local_name}",
                    "href": f"/planning/workbench/{item}/{site}/",
                    "site": place.code,
                    "before": f"{_quantity(before)} {record.unit.code}",
                    "after": f"{_quantity(after)} {record.unit.code}",
                    "low": after < 0,
                }
            )
    return found


def overloads(columns: dict, base: dict, ctx) -> list[dict]:
    """Weeks of work centers beyond capacity, what the changes make worse first."""
    mine, theirs = overload(columns), overload(base)
    places = {int(c): n for n, c in enumerate(base["centers"].tolist())}
    rows = []
    for n, key in enumerate(columns["centers"].tolist()):
        was = theirs[places[int(key)]] if int(key) in places else np.zeros(figures.WEEKS, np.int64)
        for week in range(SHOWN_WEEKS):
            if mine[n, week] or was[week]:
                rows.append((int(mine[n, week] - was[week]), int(mine[n, week]), int(key), week, n))
    names = access.rows(ctx, WorkCenter).in_bulk({row[2] for row in rows})
    days = mondays(columns)
    found = []
    for more, over, key, week, n in sorted(rows, key=lambda r: (-r[0], -r[1])):
        if key in names:
            open_ = int(columns["open"][n, week])
            share = formats.number(Decimal(int(columns["load"][n, week])) * 100 / open_) if open_ else "–"
            found.append(
                {
                    "center": str(names[key]),
                    "href": f"/planning/load/{key}/{days[week].isoformat()}/",
                    "week": f"{days[week]:%G-W%V}",
                    "over": f"{formats.number(Decimal(over) / HOUR, 0, 1)} h",
                    "share": share,
                    "change": f"{'+' if more > 0 else ''}{formats.number(Decimal(more) / HOUR, 0, 1)} h"
                    if more
                    else "=",
                    "tone": "danger" if more > 0 else "success" if more < 0 else "",
                }
            )
    return found[:LISTED_MAX]


def late(columns: dict, base: dict, ctx) -> list[dict]:
    """Sales orders in sight that come late with the changes or without, those that differ first."""
    orders = sales_orders(columns, base)
    now, then = late_documents(base, orders), late_documents(columns, orders)
    res = resource.by_model["sales.salesorder"]
    keys = {UUID(bytes=key): key for key in {*now, *then}}
    rows = access.rows(ctx, res.model).filter(pk__in=list(keys)).select_related("party")
    found = []
    for order in rows:
        key = keys[order.pk]
        before, after = now.get(key, 0), then.get(key, 0)
        found.append(
            {
                "number": order.number,
                "href": addresses.of_record(order),
                "party": str(order.party),
                "before": _days(before),
                "after": _days(after),
                "differs": before != after,
                "tone": "danger" if after > before else "success" if after < before else "",
                "sort": (before == after, -(after - before), -after, order.number),
            }
        )
    return sorted(found, key=lambda one: one["sort"])[:LISTED_MAX]


def _days(days: int) -> str:
    if not days:
        return _("on time")
    if days >= figures.WEEKS * 7:
        return _("no date")
    return ngettext("%(n)s day late", "%(n)s days late", days) % {"n": formats.number(days)}
