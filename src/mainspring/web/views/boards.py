"""The same records as cards on a board and as events on a calendar."""

import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, commands, conditions, errors, query, summaries, workflow
from mainspring.web import addresses, cells, forms, saved
from mainspring.web.views import base, cards, lanes, lists, verbs

EVENTS_MAX = 1000


@require_GET
@base.of_resource()
def board(request, res):
    """The board: a column for each value, the newest cards of each, counts and sums of all."""
    if res.lanes:
        return lanes.board(request, res)
    path = lists.board_field(res)
    q = lists.ask(request, res, size=cards.SIZE)
    if not path or not q.can_group(path):
        raise Http404
    if "board" in request.GET:
        value = request.GET["board"]
        found, more = _cards(request, res, path, value)
        return render(request, "web/parts/cards.html", {"cards": found, "column": {"value": value, "more": more}})
    measure = next(
        (c.path for c in q.fields.columns(res.names("measures")) if c.kind == "money" and q.fields.is_clear(c.path)), ""
    )
    groups, _more = summaries.groups(q, [path], [measure] if measure else [])
    by_key = {str(g.keys[0]): g for g in groups}
    columns = []
    for value, label, tone in _values(q, res, path, groups):
        group = by_key.get(value)
        first, more = _cards(request, res, path, value) if group else ([], "")
        columns.append(
            {
                "value": value,
                "label": label,
                "tone": tone,
                "count": group.count if group else 0,
                "cards": first,
                "total": _sum(q, group, measure),
                "more": more,
                "accepts": _accepts(request, res, path, value),
            }
        )
    views = saved.of_list(request, res)
    return render(
        request,
        "web/kanban.html",
        lists.tools(request, res, q, views, "board")
        | {"board": {"url": request.get_full_path(), "topic": f"table:{res.label}", "columns": columns}},
    )


def _sum(q, group, measure: str) -> str:
    if not group or not measure or group.values.get(measure) is None:
        return ""
    return f"{summaries.texts(group, measure, q.fields.column(measure))} {group.units.get(measure, '')}".strip()


def _values(q, res, path: str, groups):
    """(value, label, tone) of every column, empty ones of a workflow or choice too."""
    column = q.fields.column(path)
    if column.kind == "state":
        for state, label in column.choices:
            yield state, label, cells.TONES.get(res.workflow.color(state), "neutral")
    elif column.kind == "choice":
        for value, label in column.choices:
            yield str(value), label, "neutral"
    else:
        for group in groups:
            yield str(group.keys[0]), group.labels[0], "neutral"


def _accepts(request, res, path: str, value: str) -> bool:
    if res.workflow and path == "state":
        return any(
            value in (v.target, v.leads_to) and not v.hidden and access.can(request.ctx, res.model, v.name)
            for v in res.workflow.verbs
        )
    return access.can(request.ctx, res.model, "change")


def _cards(request, res, path: str, value: str) -> tuple[list[dict], str]:
    """(cards, address of the next ones) of one column."""
    spec = query.parse(request.GET, size=cards.SIZE, ignore=lists.NOT_FILTERS)
    spec.filters.append(
        conditions.Filter(path, "empty" if value == "None" else "eq", ("1" if value == "None" else value,))
    )
    _found, shown, more = cards.page(request, res, spec, skip={path}, value=value)
    return shown, more


@require_POST
@base.of_record
def move(request, res, record):
    """A card was dropped: perform the verb that leads there, or change the field; ask only what the verb needs."""
    if res.lanes:
        return lanes.move(request, res, record)
    path, to = lists.board_field(res), request.POST.get("to", "")
    if path != "state" or not res.workflow:
        commands.change(record, request.ctx, version=base.version_of(request), **{path: None if to == "None" else to})
        return base.done(topics=("table",))
    if to == record.state:
        return base.done()
    verb = _verb_to(request, res, record, to)
    commands.check_possible(record, verb, request.ctx)
    if verb.ask or verb.danger:
        return verbs.dialog(request, verb, record, forms.input_form(verb, record, request.ctx))
    return verbs.dropped(request, record, verb)


def _verb_to(request, res, record, to: str) -> workflow.Verb:
    """The verb that leads from the record's state to another; Conflict when there is none for this person."""
    leading = [v for v in res.workflow.verbs if to in (v.target, v.leads_to) and not v.hidden]
    fitting = [v for v in leading if record.state in v.sources]
    allowed = [v for v in fitting if access.can(request.ctx, res.model, v.name)]
    if allowed:
        return allowed[0]
    flow = res.workflow
    if fitting:
        access.require(request.ctx, res.model, fitting[0].name)
    raise errors.Conflict(
        _("%(record)s cannot go from %(from)s to %(to)s.")
        % {"record": record, "from": flow.label(record.state), "to": flow.label(to)},
        code="state",
    )


# -- calendar --------------------------------------------------------------------------------------------------------


def _dates(res, q: query.Query) -> list:
    """The start column and, when there is one, the end column."""
    found = [q.fields.column(n) for n in res.names("calendar") if q.fields.is_clear(n)]
    if not found:
        raise Http404
    return found[:2]


@require_GET
@base.of_resource()
def calendar(request, res):
    """The calendar page; its events come from `events`."""
    q = lists.ask(request, res)
    params = request.GET.urlencode()
    first = _dates(res, q)[0]
    may_create = res.creatable and access.can(request.ctx, res.model, "create") and first.path in res.names("form")
    return render(
        request,
        "web/calendar.html",
        lists.tools(request, res, q, saved.of_list(request, res), "calendar")
        | {
            "calendar": {
                "events": addresses.of_resource(res, "events") + (f"?{params}" if params else ""),
                "view": "month",
                "date": request.ctx.business_date.isoformat(),
                "create": addresses.of_resource(res, "new") if may_create else None,
                "field": first.path,
                "timed": first.kind == "datetime",
            }
        },
    )


@require_GET
@base.of_resource()
def events(request, res):
    """GET ?from=&until= (until exclusive): the records whose dates touch the stretch."""
    q = lists.ask(request, res)
    dates = _dates(res, q)
    first, last = dates[0], dates[-1]
    begin, end = (_day(request.GET.get(n, "")) for n in ("from", "until"))

    def edge(column, day):
        return conditions.midnight(day) if column.kind == "datetime" else day

    touching = Q(**{f"{first.path}__lt": edge(first, end)})
    ends = Q(**{f"{last.path}__gte": edge(last, begin)})
    if last is not first:
        ends |= Q(**{f"{last.path}__isnull": True, f"{first.path}__gte": edge(first, begin)})
    columns = [c for c in q.fields.columns(res.names("columns")) if c.path not in {d.path for d in dates}][:3]
    show = cells.Show(q.fields)
    rows = q.ordered(columns).filter(touching & ends)[:EVENTS_MAX]
    return JsonResponse({"events": [_event(request, res, show, columns, dates, r) for r in rows]})


def _event(request, res, show, columns, dates, record) -> dict:
    start, end = dates[0].value_of(record), dates[-1].value_of(record)
    whole = dates[0].kind == "date"
    if whole and end is not None:
        end = end + datetime.timedelta(1)
    change = access.can(request.ctx, res.model, "change") and all(
        c.editable and show.fields.mode(c.path) == "edit" and lists.editable_now(record, c) for c in dates
    )
    facts = [show.cell(c, record)["text"] for c in columns]
    state = getattr(record, "state", "")
    return {
        "id": str(record.pk),
        "title": " · ".join(dict.fromkeys([show.name(record), *filter(None, facts)])),
        "all_day": whole,
        "start": start.isoformat(),
        "end": (end or start).isoformat(),
        "href": addresses.of_record(record),
        "tone": cells.TONES.get(res.workflow.color(state), "neutral") if res.workflow else "info",
        "move": addresses.of_record(record, "reschedule") if change else None,
    }


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": text[:40]}) from None


@require_POST
@base.of_record
def reschedule(request, res, record):
    """An event was dragged: {start, end} become the record's dates."""

    sent = base.json_of(request)
    q = query.Query(res, request.ctx)
    dates = _dates(res, q)
    values = {dates[0].path: _moment(dates[0], sent.get("start"))}
    if len(dates) > 1 and sent.get("end"):
        end = _moment(dates[1], sent["end"])
        values[dates[1].path] = end - datetime.timedelta(1) if dates[1].kind == "date" and sent.get("all_day") else end
    record = commands.change(record, request.ctx, **values)
    return JsonResponse({"version": getattr(record, "version", None)})


def _moment(column, text):
    if column.kind == "date":
        return _day(str(text or ""))
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        raise ValidationError(
            {column.path: _("“%(value)s” is not a valid value.") % {"value": str(text)[:40]}}
        ) from None
    return found if timezone.is_aware(found) else timezone.make_aware(found)
