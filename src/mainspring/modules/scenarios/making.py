"""Making a change of a scenario so, by the ordinary verbs: rehearsing and promoting are the same calls."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands
from mainspring.modules.engineering.models.versions import is_controlled
from mainspring.modules.organization.models import CalendarException
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning.models import DemandForecast

from .kinds import KINDS, WORKING

WEEKS_MAX = 26


def make(kind: str, subject: str, sent: dict, ctx) -> None:
    """Make one change; raises what the verbs raise when it cannot be made."""
    found = KINDS[kind]
    MAKERS[kind](found.record(subject), ctx, found.clean(sent, ctx))


def _given(values: dict, *names: str) -> dict:
    return {name: values[name] for name in names if values.get(name) not in (None, "")}


def _refuse_empty(given: dict) -> None:
    if not given:
        raise ValidationError(_("Say what would be different."))


# -- demand -----------------------------------------------------------------------------------------------------------


def _deal(deal, ctx, values: dict) -> None:
    fields = _given(values, "probability", "expected_close_on", "amount")
    won = values.get("won")
    if not won:
        _refuse_empty(fields)
    if fields:
        deal = commands.change(deal, ctx, **fields)
    if won:
        commands.perform(deal, "win", ctx, amount=deal.amount)


def _expect(item, ctx, values: dict) -> None:
    place = {"item": item, "site": values["site"], "starts_on": values["starts_on"]}
    known = DemandForecast.objects.filter(**place).first()
    quantity, ends = values["quantity"], values.get("ends_on") or values["starts_on"]
    if known is None and quantity:
        commands.create(DemandForecast, ctx, **place, ends_on=ends, quantity=quantity)
    elif known is not None and quantity:
        commands.change(known, ctx, quantity=quantity, **_given(values, "ends_on"))
    elif known is not None:
        commands.delete(known, ctx)
    else:
        _refuse_empty({})


def _sales_order(order, ctx, values: dict) -> None:
    if values.get("cancel"):
        commands.perform(order, "cancel", ctx, reason=_("Cancelled in a scenario"))
        return
    _refuse_empty(_given(values, "wanted_on"))
    commands.perform(order, "reschedule", ctx, wanted_on=values["wanted_on"], position=values.get("position"))


# -- supply -----------------------------------------------------------------------------------------------------------


def _make_order(order, ctx, values: dict) -> None:
    _refuse_empty(_given(values, "due_on", "quantity", "parts") | ({"cancel": True} if values.get("cancel") else {}))
    if order.state == "proposed":
        return _proposal(order, ctx, values, "due_on")
    if values.get("quantity") or values.get("parts"):
        raise ValidationError(_("%(order)s is confirmed: it can be moved or cancelled.") % {"order": order})
    if values.get("cancel"):
        commands.perform(order, "cancel", ctx)
    elif values.get("due_on"):
        commands.perform(order, "reschedule", ctx, due_on=values["due_on"])


def _proposal(proposal, ctx, values: dict, due: str) -> None:
    why = values.get("why") or ""
    if values.get("cancel"):
        planning.unfirm(ctx, [proposal.pk])
        return
    if values.get("quantity"):
        proposal = commands.change(proposal, ctx, quantity=values["quantity"])
    if values.get(due):
        planning.move(ctx, [proposal.pk], to=values[due], why=why)
    if values.get("parts"):
        proposal.refresh_from_db()
        planning.split(ctx, proposal.pk, _halves(proposal, values["parts"]), why=why)


def _halves(proposal, count: int) -> list[Decimal]:
    """So many lots as equal as the unit allows; the first takes what is left over."""
    if not 2 <= count <= 20:
        raise ValidationError({"parts": _("Between 2 and 20 lots.")})
    step = Decimal(1).scaleb(-proposal.item.unit.digits)
    each = (proposal.quantity / count).quantize(step, "ROUND_DOWN")
    return [proposal.quantity - each * (count - 1)] + [each] * (count - 1)


def _request(request, ctx, values: dict) -> None:
    _refuse_empty(_given(values, "needed_on", "quantity", "parts") | ({"cancel": True} if values.get("cancel") else {}))
    if request.state != "proposed":
        raise ValidationError(_("%(request)s is no longer a proposal.") % {"request": request})
    _proposal(request, ctx, values, "needed_on")


def _purchase_order(order, ctx, values: dict) -> None:
    if values.get("cancel"):
        commands.perform(order, "cancel", ctx)
    else:
        _refuse_empty(_given(values, "expected_on"))
        more = _given(values, "position")
        commands.perform(order, "reschedule", ctx, expected_on=values["expected_on"], **more)


def _changed(*names: str) -> Callable:
    def make(record, ctx, values: dict) -> None:
        given = _given(values, *names)
        _refuse_empty(given)
        commands.change(record, ctx, **given)

    return make


# -- capacity ---------------------------------------------------------------------------------------------------------


def _days(calendar, ctx, values: dict) -> None:
    """A day that differs, and the same weekday of the weeks after it."""
    working = values["what"] == WORKING
    hours = {"starts_at": _clock(values, "starts_at"), "ends_at": _clock(values, "ends_at")} if working else {}
    weeks = values.get("weeks") or 1
    if not 1 <= weeks <= WEEKS_MAX:
        raise ValidationError({"weeks": _("Between 1 and %(most)s weeks.") % {"most": WEEKS_MAX}})
    days = [values["on_date"] + timedelta(weeks=n) for n in range(weeks)]
    known = {one.on_date: one for one in CalendarException.objects.filter(calendar=calendar, on_date__in=days)}
    for day in days:
        fields = {"is_working": working, **hours}
        if day in known:
            commands.change(known[day], ctx, **fields)
        else:
            commands.create(
                CalendarException, ctx, calendar=calendar, on_date=day, name=values.get("why") or "", **fields
            )


def _clock(values: dict, name: str) -> time | None:
    text = values.get(name)
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationError({name: _("A time of day such as 06:00.")}) from None


def _alternate(routing, ctx, values: dict) -> None:
    """Do an operation at another work center, with the times stated for it; a new version where these are kept."""
    controlled = is_controlled(routing, ctx)
    if controlled:
        routing = commands.perform(routing, "new_version", ctx).outcome
    lines, found = [], False
    for line in routing.lines.order_by("sequence"):
        mine = {"id": line.pk, "sequence": line.sequence, "work_center": line.work_center, "name": line.name}
        if line.sequence == values["sequence"]:
            found, mine["work_center"] = True, values["work_center"]
            stated = routing.operationalternates.filter(sequence=line.sequence, work_center=values["work_center"])
            for other in stated.order_by("priority")[:1]:
                mine |= {"setup_hours": other.setup_hours, "run_hours_per_unit": other.run_hours_per_unit}
        lines.append(mine)
    if not found:
        text = _("The routing has no operation %(sequence)s.") % {"sequence": values["sequence"]}
        raise ValidationError({"sequence": text})
    commands.change(routing, ctx, lines=lines)
    if controlled:
        commands.perform(routing, "release", ctx)


MAKERS: dict[str, Callable] = {
    "deal": _deal,
    "forecast": _expect,
    "sales_order": _sales_order,
    "order": _make_order,
    "request": _request,
    "purchase": _purchase_order,
    "source": _changed("lead_time_days", "price", "priority"),
    "planning": _changed("safety_stock", "lead_time_days"),
    "make_or_buy": _changed("make_or_buy"),
    "center": _changed("size", "efficiency_pct"),
    "shift": _days,
    "alternate": _alternate,
}
