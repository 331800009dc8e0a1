"""A scenario beside the plan, and several of them side by side."""

from django.apps import apps
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, formats
from mainspring.modules.planning.models import PlanMessage, PlanState
from mainspring.web import addresses, menus

from . import asking, changing, rehearsing, rights, shown
from .kinds import KINDS
from .models import DRAFT, Scenario, WorkedOut
from .pages_together import answer, context_of, triers

COMPARED_MAX = 4


def panel(scenario, ctx) -> dict:
    """What differs in a scenario and what it leads to, asked for after the page."""
    return {
        "url": f"/scenarios/effect/{scenario.pk}/",
        "changes": told_changes(scenario, ctx),
        "compare": f"/scenarios/compare/?scenario={scenario.pk}",
        "is_draft": scenario.state == DRAFT,
    }


def told_changes(scenario, ctx) -> list[dict]:
    """The changes in words: which record, from what to what, why, and whether it moved meanwhile."""
    found = []
    changes = list(scenario.changes.order_by("pk"))
    seen = changing.records(changes, ctx)
    for change in changes:
        kind, visible = KINDS[change.kind], seen.get(change.subject)
        if visible is None:  # the others see that it counts, and not what of it
            found.append({"title": str(kind.title), "label": change.label, "why": change.why})
            continue
        labels = {one.name: str(one.label) for one in kind.ask}
        found.append(
            {
                "title": str(kind.title),
                "label": change.label,
                "href": addresses.of_record(visible),
                "what": [
                    {"label": labels.get(name, name), "value": _worded(kind, name, value),
                     "was": _worded(kind, name, change.was.get(name))}
                    for name, value in change.sent.items()
                ],
                "why": change.why,
                "moved": changing.moved(change, visible) if scenario.state == DRAFT else "",
            }
        )  # fmt: skip
    return found


def _worded(kind, name: str, value) -> str:
    """A value as people read it."""
    if value in (None, ""):
        return ""
    if value is True:
        return _("yes")
    asked = next((one for one in kind.ask if one.name == name), None)
    if asked is not None and asked.kind == "link":
        record = apps.get_model(asked.to)._default_manager.filter(pk=value).first()
        return str(record or value)
    if asked is not None and asked.kind == "choice":
        return str(dict(asked.choices).get(value, value))
    if asked is not None and asked.kind == "date":
        return formats.day(asked.clean(value, None))
    if asked is not None and asked.kind == "decimal":
        return formats.number(asked.clean(value, None), 0, 6)
    return str(value)


@triers
@require_GET
def effect(request, pk):
    """What a scenario leads to on the plan of now; of one that is closed, what was known when it was."""
    scenario = access.get(request.ctx, Scenario, pk)
    if scenario.state != DRAFT:
        if scenario.result is None:
            return render(request, "scenarios/effect.html", {"known": False, "closed": True})
        changes = list(scenario.changes.order_by("pk").values("label"))
        context = context_of(request.ctx, asking.result_of(scenario.result), changes)
        return render(request, "scenarios/effect.html", context)
    moved = _base_moved(scenario)
    changes = _labelled(scenario)
    if moved:
        context = context_of(request.ctx, asking.worked_out(request.ctx, changes), changes)
        return render(request, "scenarios/effect.html", {**context, "moved": moved})
    return answer(request, changes)


def _labelled(scenario) -> list[dict]:
    return list(scenario.changes.order_by("pk").values("kind", "subject", "sent", "label"))


def _base_moved(scenario) -> str:
    """Since when the plan is another one than the scenario was worked out on last; "" when it is the same."""
    digest = rehearsing.digest(changing.changes_of(scenario))
    row = WorkedOut.objects.filter(company=scenario.company_id, digest=digest).exclude(answered_at=None).first()
    state = PlanState.objects.filter(company=scenario.company_id).first()
    if row is None or state is None or row.version == state.version:
        return ""
    return formats.moment(row.answered_at)


# -- side by side -----------------------------------------------------------------------------------------------------


@triers
@require_GET
def compare(request):
    """Several scenarios beside the plan: totals, cash and load, and what differs in each."""
    mine = access.rows(request.ctx, Scenario).filter(company=request.ctx.company_id)
    wanted = [key for key in request.GET.getlist("scenario") if key][:COMPARED_MAX]
    drafts = list(mine.filter(state=DRAFT).order_by("-created_at")[:50])
    chosen = [one for one in drafts if str(one.pk) in wanted] or drafts[: COMPARED_MAX - 1]
    results = [(one, asking.worked_out(request.ctx, _labelled(one))) for one in chosen]
    known = [(one, result) for one, result in results if result.is_known]
    page = {
        "title": _("Compare scenarios"),
        "trail": [{"label": menus.name_of("Planning")}, {"label": _("Scenarios"), "href": "/scenarios/scenarios/"}],
        "primary": {"label": _("New scenario"), "href": "/scenarios/scenarios/new/", "icon": "plus", "name": "new",
                    "key": "new"} if access.can(request.ctx, Scenario, "create") else None,
        "quiet": [{"label": _("Four plans together"), "href": "/scenarios/together/", "icon": "chart-line",
                   "name": "together"}] if rights.of(request.ctx).any else [],
    }  # fmt: skip
    return render(
        request,
        "scenarios/compare.html",
        {
            "page": page,
            "may_follow": access.can(request.ctx, PlanMessage, "view"),
            "choices": [{"key": str(d.pk), "label": str(d), "chosen": d in chosen} for d in drafts],
            "waiting": len(results) - len(known),
            **_side_by_side(request.ctx, known),
        },
    )


def _side_by_side(ctx, known: list) -> dict:
    if not known:
        return {"scenarios": []}
    seen = rights.of(ctx)
    currency = formats.base_currency(ctx.company_id)
    plan = known[0][1].base
    columns = [result.columns for _one, result in known]
    return {
        "scenarios": [
            {
                "label": str(one),
                "href": addresses.of_record(one),
                "changes": told_changes(one, ctx),
                "problems": [problem["text"] for problem in result.problems],
                "overloads": shown.overloads(result.columns, result.base, ctx)[:5] if seen.hours else [],
                "late": [row for row in shown.late(result.columns, result.base, ctx) if row["differs"]]
                if seen.plan
                else [],
            }
            for one, result in known
        ],
        "totals": shown.compared(plan, columns, seen, currency),
        "charts": _charts(plan, known, seen, currency),
        "seen": seen,
    }


def _charts(plan: dict, known: list, seen, currency: str) -> list[dict]:
    """Cash and hours beyond capacity of the plan and each scenario."""
    x = {"values": [f"{day:%G-W%V}" for day in shown.mondays(plan)]}
    named = [(str(one), result.columns) for one, result in known]
    found = []
    for title, unit, read, may in (
        (_("Cash at the end of the week"), currency, lambda c: shown.money(shown.balance(c)), seen.cash),
        (_("Hours beyond capacity"), "h", lambda c: shown.hours(shown.overload(c).sum(axis=0)), seen.hours),
        (_("Stock value"), currency, lambda c: shown.money(c["stock_value"]), seen.costs),
    ):
        if may:
            series = [{"label": _("The plan as it is"), "values": read(plan), "dashed": True, "tone": "neutral"}]
            series += [{"label": label, "values": read(columns)} for label, columns in named]
            props = {"kind": "line", "x": x, "y": {"unit": unit}, "series": series}
            found.append({"title": title, "note": unit, "wide": True, "props": props})
    return found
