"""Boards whose columns a resource states as lanes: sums of each, and cards whose drop asks what the lane needs."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands, conditions, errors, lanes, query, shapes, summaries, workflow
from mainspring.kernel.ids import uuid7
from mainspring.web import addresses, cells, forms, saved
from mainspring.web.views import base, cards, lists, verbs

SUMS_MAX = 2


def board(request, res):
    """The board of the chosen lanes: count and sums of each from one statement, its first cards from one each."""
    plan = res.lanes(request.ctx, request.GET)
    request.GET = asked = request.GET.copy()
    for name, value in plan.where.items():
        asked[name] = asked.get(name) or value
    q = lists.ask(request, res, size=cards.SIZE)
    if "board" in request.GET:
        lane = plan.of(request.GET["board"])
        found, more = _cards(request, res, plan, lane) if lane else ([], "")
        return render(
            request, "web/parts/cards.html", {"cards": found, "column": {"value": request.GET["board"], "more": more}}
        )
    money = [c.path for c in q.fields.columns(res.names("measures")) if c.kind == "money" and q.fields.is_clear(c.path)]
    sums = _sums(q, plan, money[:SUMS_MAX])
    columns = []
    for lane in plan.lanes:
        count, texts = sums[lane.value]
        first, more = _cards(request, res, plan, lane) if count else ([], "")
        columns.append(
            {
                "value": lane.value,
                "label": lane.label,
                "tone": cells.TONES.get(lane.color, "neutral"),
                "count": count,
                "total": texts[0] if texts else "",
                "second": texts[1] if len(texts) > 1 else "",
                "second_label": q.fields.column(money[1]).label if len(texts) > 1 else "",
                "cards": first,
                "more": more,
                "accepts": access.can(request.ctx, res.model, lane.verb),
            }
        )
    choices = [
        {"label": label, "href": addresses.with_params(request, **where), "active": chosen}
        for label, where, chosen in plan.choices
    ]
    return render(
        request,
        "web/kanban.html",
        lists.tools(request, res, q, saved.of_list(request, res), "board")
        | {
            "choices": choices,
            "board": {"url": addresses.with_params(request), "topic": f"table:{res.label}", "columns": columns},
        },
    )


def _sums(q: query.Query, plan: lanes.Lanes, measures: list[str]) -> dict[str, tuple[int, list[str]]]:
    """{lane: (count, sums as text)}; a record counts in every lane whose filters it meets."""
    paths = list(dict.fromkeys(path for lane in plan.lanes for path in lane.where))
    groups, _more = summaries.groups(q, paths, measures)
    found = {}
    for lane in plan.lanes:
        mine = [
            g for g in groups if all(str(g.keys[paths.index(path)]) == str(value) for path, value in lane.where.items())
        ]
        whole = summaries.Group(keys=[], count=sum(g.count for g in mine))
        for measure in measures:
            values = [g.values[measure] for g in mine]
            whole.values[measure] = None if None in values else sum(values)
            whole.units[measure] = next((g.units[measure] for g in mine), "")
        texts = [
            f"{summaries.texts(whole, m, q.fields.column(m))} {whole.units[m]}".strip() if whole.count else ""
            for m in measures
        ]
        found[lane.value] = whole.count, texts
    return found


def _cards(request, res, plan: lanes.Lanes, lane: lanes.Lane) -> tuple[list[dict], str]:
    """(cards, address of the next ones) of one lane."""
    spec = query.parse(request.GET, size=cards.SIZE, ignore=lists.NOT_FILTERS)
    spec.filters += [conditions.Filter(path, "eq", (str(value),)) for path, value in lane.where.items()]
    found, shown, more = cards.page(request, res, spec, skip={*lane.where, *plan.where}, value=lane.value)
    for record, card in zip(found, shown, strict=True):
        _rest(request, plan, lane, record, card)
    return shown, more


def _rest(request, plan: lanes.Lanes, lane: lanes.Lane, record, card: dict) -> None:
    """How long the record rests in its lane, and whether that is too long."""
    since = getattr(record, plan.since, None) if plan.since else None
    if since is None:
        return
    days = (request.ctx.business_date - since).days
    card["age"], card["age_tone"] = cards.days_text(days), ""
    if lane.days_max is not None and days > lane.days_max:
        card["age_tone"] = card["tone"] = "warning"
        card["age_tip"] = _("Here for %(days)s days; %(most)s are allowed.") % {"days": days, "most": lane.days_max}


def move(request, res, record):
    """A card was dropped on a lane: do what the lane stands for, asking only what it still needs."""
    plan = res.lanes(request.ctx, request.POST, record)
    lane = plan.of(request.POST.get("to", ""))
    if lane is None:
        raise errors.Conflict(_("There is no such column for %(record)s.") % {"record": record}, code="state")
    if holds(res, lane, record):
        return base.done()
    verb = workflow.verb_of(res.model, lane.verb)
    access.require(request.ctx, res.model, verb.name)
    commands.check_possible(record, verb, request.ctx)
    if verb.asked(record, request.ctx, lane.given) or verb.danger:
        hidden = [("idempotency_key", str(uuid7())), *((name, str(value)) for name, value in lane.given.items())]
        form = forms.input_form(verb, record, request.ctx, given=lane.given)
        title = f"{record}: {lane.label}"
        return verbs.dialog(request, verb, record, form, hidden=hidden, title=title, submit=str(lane.label))
    return verbs.dropped(request, record, verb, **lane.given)


def holds(res, lane: lanes.Lane, record) -> bool:
    """Whether the record is in the lane."""
    return all(
        str(shapes.value_at(record, f"{path}_id" if shapes.is_link(res.model, path) else path)) == str(value)
        for path, value in lane.where.items()
    )
