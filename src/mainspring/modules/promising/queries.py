"""Promise dates from free stock, incoming supply and, as the last resort, the lead time (SAL-04, I18)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from mainspring.engines.calendar import working
from mainspring.engines.promising import available
from mainspring.kernel import database, remembered, sentences
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.sentences import Sentence, say
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization import queries as organization

ZERO = Decimal(0)


@dataclass(frozen=True)
class Wanted:
    """A line that asks for a promise; the quantity is in the item's stocking unit."""

    item: Any
    quantity: Decimal
    wanted_on: date | None = None


@dataclass(frozen=True)
class Reason:
    """What covers a part of a promise.

    code       stock, incoming, lead_time, service or none
    origin_id  the document that brings the goods, when there is one
    """

    code: str
    quantity: Decimal
    on: date | None
    text: Sentence
    origin_id: Any = None
    number: str = ""


@dataclass(frozen=True)
class Promise:
    """The earliest day the whole quantity can be there, or None, and why."""

    on: date | None
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> Sentence:
        return sentences.join(reason.text for reason in self.reasons)


def promise(ctx, item, site, quantity: Decimal, wanted_on: date | None = None, *, apart_from=None) -> Promise:
    """The earliest promise for one line; see `promises`."""
    return promises(ctx, site, [Wanted(item, quantity, wanted_on)], apart_from=apart_from)[0]


def promises(ctx, site, wanted: Sequence[Wanted], *, apart_from=None) -> list[Promise]:
    """A promise for each line, in order: what an earlier line takes, a later one cannot have.

    apart_from  the document asking: its own planned and reserved quantities do not stand in its way
    A handful of queries, whatever the number of lines.
    """
    with remembered.steady():
        return provider(ctx, site, wanted, apart_from)


def from_stock(ctx, site, wanted: Sequence[Wanted], apart_from) -> list[Promise]:
    """Promise from stock and planned moves; what is missing is made, if somebody knows how, else by lead time."""
    answers = _from_stock(ctx, site, wanted, apart_from)
    short = [n for n, answer in enumerate(answers) if any(r.code in ("lead_time", "none") for r in answer.reasons)]
    made = capable(ctx, site, wanted, short, apart_from) if short else {}
    return [made.get(n) or answer for n, answer in enumerate(answers)]


def _from_stock(ctx, site, wanted: Sequence[Wanted], apart_from) -> list[Promise]:
    stocked = [line for line in wanted if getattr(line.item, "is_stocked", True)]
    item_ids = {line.item.pk for line in stocked}
    supplies, demands, documents = _supply_and_demand(ctx, site, item_ids, apart_from)
    for item_id in items.to_order(item_ids, site.pk) if item_ids else ():
        supplies[item_id], demands[item_id] = [], []  # what lies or comes there serves others, or nobody
    leads: dict[int, tuple[int, Any]] | None = None  # asked for when something is missing
    answers = []
    for line in wanted:
        day = max(line.wanted_on or ctx.business_date, ctx.business_date)
        if not getattr(line.item, "is_stocked", True) or line.quantity <= 0:
            answers.append(Promise(day, (Reason("service", line.quantity, day, say(gettext_noop("Needs no stock."))),)))
            continue
        item_id = line.item.pk
        found = available.earliest(supplies[item_id], demands[item_id], line.quantity, wanted_on=day)
        reasons = [_cover_reason(line.item, cover, documents.get(cover.supply_id)) for cover in found.covers]
        on = found.on
        if found.missing:
            if leads is None:
                leads = lead_days(ctx, site, {line.item.pk: line.item for line in stocked})
            last = _by_lead_time(ctx, line.item, found.missing, organization.site_days(site), leads.get(item_id))
            reasons.append(last)
            on = max(day, last.on, *(cover.on for cover in found.covers)) if last.on else None
            if last.on:
                supplies[item_id].append(available.Entry(f"lead {len(answers)}", last.on, found.missing))
        if on:
            demands[item_id].append(available.Entry(f"line {len(answers)}", on, line.quantity))
        answers.append(Promise(on, tuple(reasons)))
    return answers


def _lead_days(ctx, site, items: dict[int, Any]) -> dict[int, tuple[int, Any]]:
    """{item id: (working days, in words whose lead time it is)} from the items' planning data."""
    return {
        row.item_id: (row.lead_time_days, say(gettext_noop("lead time of the item")))
        for row in ItemSite.objects.filter(item__in=items, site=site)
        if row.lead_time_days
    }


provider: PluginPoint = PluginPoint("promising.provider", default=from_stock)
"""Called with (ctx, site, lines, document asking): a list of promises. Capacity may answer better than stock alone."""


def _nobody_makes(ctx, site, wanted, short, apart_from) -> dict[int, Promise]:
    return {}


capable: PluginPoint = PluginPoint("promising.capable", default=_nobody_makes)
"""Called with (ctx, site, lines, places of those that stock and what comes do not cover, document asking): {place:
promise} of the lines that can be made from free material and capacity. The others of the question take theirs first."""

lead_days: PluginPoint = PluginPoint("promising.lead_days", default=_lead_days)
"""Called with (ctx, site, {item id: item}): {item id: (working days, in words whose lead time it is)}."""


def _cover_reason(item, cover, document) -> Reason:
    amount = f"{cover.quantity.normalize():f} {item.unit.code}"
    if cover.supply_id == "stock":
        text = say(gettext_noop("%(quantity)s from free stock."), quantity=amount)
        return Reason("stock", cover.quantity, cover.on, text)
    if document is None:  # supply a line before this one of the same question has to wait for
        text = say(gettext_noop("%(quantity)s on %(date)s by lead time."), quantity=amount, date=cover.on)
        return Reason("lead_time", cover.quantity, cover.on, text)
    text = say(
        gettext_noop("%(quantity)s on %(date)s from %(document)s."),
        quantity=amount,
        date=cover.on,
        document=document["number"] or say(gettext_noop("a planned receipt")),
    )
    return Reason("incoming", cover.quantity, cover.on, text, document["origin_id"], document["number"] or "")


def _by_lead_time(ctx, item, missing: Decimal, calendar, lead) -> Reason:
    amount = f"{missing.normalize():f} {item.unit.code}"
    if lead is None:
        unknown = gettext_noop("%(quantity)s: nothing free, nothing more coming and no lead time known.")
        return Reason("none", missing, None, say(unknown, quantity=amount))
    days, whose = lead
    on = working.add_working_days(calendar, ctx.business_date, days)
    text = say(
        gettext_noop("%(quantity)s on %(date)s: nothing free; %(days)s working days (%(whose)s)."),
        quantity=amount,
        date=on,
        days=days,
        whose=whose,
    )
    return Reason("lead_time", missing, on, text)


def _supply_and_demand(ctx, site, item_ids: set[int], apart_from):
    """(supplies, demands, documents by supply id) of the items at a site; overdue rows count today (P10).
    What deals may bring stands in nobody's way: a promise is made before a forecast.

    Reservations are the nearer half of a planned demand; only those of documents that plan nothing count by themselves.
    """
    supplies, demands, documents = defaultdict(list), defaultdict(list), {}
    parameters = {"items": list(item_ids), "site": site.pk, "apart": getattr(apart_from, "pk", apart_from)}
    for row in database.planned_rows(SUPPLY_AND_DEMAND, **parameters) if item_ids else ():
        day = max(row["planned_on"] or ctx.business_date, ctx.business_date)
        what = row["what"] if row["id"] is None else f"move {row['id']}"
        entry = available.Entry(what, day, row["quantity"])
        (demands if row["what"] in ("goes", "reserved") else supplies)[row["item_id"]].append(entry)
        if row["what"] == "comes":
            documents[entry.id] = row
    return supplies, demands, documents


SUPPLY_AND_DEMAND = """
WITH place AS (SELECT id, kind FROM stock_location WHERE site_id = %(site)s::bigint)
SELECT 'stock' AS what, NULL::bigint AS id, b.item_id, NULL::date AS planned_on, SUM(b.quantity) AS quantity,
       NULL::uuid AS origin_id, NULL AS number
FROM stock_stockbalance b JOIN place ON place.id = b.location_id AND place.kind = 'internal'
WHERE b.item_id = ANY(%(items)s::bigint[]) GROUP BY b.item_id HAVING SUM(b.quantity) > 0
UNION ALL
SELECT CASE WHEN t.id IS NOT NULL THEN 'comes' ELSE 'goes' END, m.id, m.item_id, m.planned_on, m.quantity,
       m.origin_id, d.number
FROM stock_stockmove m
LEFT JOIN place f ON f.id = m.from_location_id AND f.kind = 'internal'
LEFT JOIN place t ON t.id = m.to_location_id AND t.kind = 'internal'
LEFT JOIN kernel_documentidentity d ON d.id = m.origin_id
WHERE m.state = 'planned' AND m.item_id = ANY(%(items)s::bigint[]) AND NOT m.is_forecast
  AND (f.id IS NULL) <> (t.id IS NULL)
  AND (%(apart)s::uuid IS NULL OR m.origin_id IS DISTINCT FROM %(apart)s::uuid)
UNION ALL
SELECT 'reserved', NULL, r.item_id, NULL, SUM(r.quantity), NULL, NULL
FROM stock_reservation r JOIN place ON place.id = r.location_id
WHERE r.item_id = ANY(%(items)s::bigint[]) AND r.quantity > 0
  AND (%(apart)s::uuid IS NULL OR r.origin_id IS DISTINCT FROM %(apart)s::uuid)
  AND NOT EXISTS (SELECT FROM stock_stockmove m WHERE m.origin_id = r.origin_id AND m.item_id = r.item_id
                  AND m.state = 'planned')
GROUP BY r.item_id
ORDER BY planned_on, id
"""
"""What there is, what comes and what goes of some items at a site, and what is kept for documents that plan nothing."""
