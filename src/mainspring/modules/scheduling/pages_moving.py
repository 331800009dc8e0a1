"""Moving the bars of the board: dragged, pinned, by a form, and taken back (CAP-08)."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mainspring.kernel import access, commands
from mainspring.modules.engineering.models import WorkCenter
from mainspring.web.views import base

from . import moving
from .clock import Clock
from .models import Schedule, ScheduleChange, ScheduledOperation
from .sight import of_schedule


@require_POST
@of_schedule
def move(request, schedule):
    """Move a bar, or with `preview` say what it would do; a refusal is a problem with the reason."""
    sent = base.json_of(request)
    ctx = request.ctx
    access.require(ctx, Schedule, "move")
    row = moving.row_of(schedule, _whole(sent.get("row"), "row"))
    center, machine = _place(sent, row)
    starts_at = str(sent.get("starts_at") or "")
    if sent.get("preview"):
        found = moving.planned(schedule, ctx, row, moving.read_moment(starts_at, schedule), center, machine)
        return JsonResponse(_effect(found))
    seen = str(sent.get("seen") or "")
    commands.perform(
        schedule, "move", ctx, row=row.pk, starts_at=starts_at, machine=machine, work_center=center, seen=seen
    )
    return JsonResponse(_undoable(schedule))


def _place(sent: dict, row: ScheduledOperation) -> tuple[int, int | None]:
    center = _whole(sent["center"], "work_center") if sent.get("center") else row.work_center_id
    machine = _whole(sent["machine"], "machine") if sent.get("machine") else None
    return center, machine


def _whole(value, name: str) -> int:
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 15:
        raise ValidationError({name: _("“%(value)s” is not a valid value.") % {"value": str(value)[:40]}})
    return int(value)


def _effect(found: moving.Moved) -> dict:
    """Where the bars would stand, and what becomes late."""

    def minute(moment) -> int:
        return int(moment.timestamp()) // 60

    return {
        "rows": [[new.pk, minute(new.starts_at), minute(new.ends_at), new.setup_minutes] for _old, new in found.rows],
        "text": effect_words(found),
        "late": [[number, before, after] for number, before, after in found.late],
    }


def effect_words(found: moving.Moved) -> str:
    """How many others move, and which orders become late or are saved."""
    others = max(0, len(found.rows) - 1)
    words = [ngettext("%(n)s other operation moves.", "%(n)s other operations move.", others) % {"n": others}]
    late = [number for number, before, after in found.late if after > before]
    saved = [number for number, before, after in found.late if after < before]
    if late:
        words.append(_("Later than due: %(orders)s.") % {"orders": ", ".join(late[:4])})
    if saved:
        words.append(_("Less late: %(orders)s.") % {"orders": ", ".join(saved[:4])})
    return " ".join(words)


def _undoable(schedule: Schedule) -> dict:
    last = ScheduleChange.objects.filter(schedule=schedule, is_undone=False).first()
    return {
        "text": last.text if last else "",
        "undo": f"/scheduling/board/{schedule.pk}/undo/?change={last.pk}" if last else "",
        "revision": Schedule.objects.values_list("revision", flat=True).get(pk=schedule.pk),
    }


@require_POST
@of_schedule
def pin(request, schedule, row):
    """Pin a bar, or let it go again."""
    found = moving.row_of(schedule, row)
    commands.perform(schedule, "unpin" if found.is_pinned else "pin", base.with_key(request), row=row)
    done = _undoable(schedule)
    if request.headers.get("HX-Request"):
        return base.done(topics=("table",), text=done["text"], undo=done["undo"])
    return JsonResponse(done)


@require_POST
@of_schedule
def undo(request, schedule):
    """Take the last change back."""
    change = request.GET.get("change") or None
    given = _whole(change, "change") if change else None
    commands.perform(schedule, "undo", request.ctx, change=given)
    if request.headers.get("HX-Request"):
        return base.done(topics=("table",), text=_("Undone."))
    return JsonResponse({"text": _("Undone."), "undo": ""})


class MoveForm(forms.Form):
    """Where and when an operation is to be done."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.ChoiceField()

    def __init__(self, *args, places=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["day"].label, self.fields["at"].label = _("Day"), _("Time")
        self.fields["place"].label, self.fields["place"].choices = _("Machine"), places


@require_http_methods(["GET", "POST"])
@of_schedule
def move_to(request, schedule, row):
    """The dialog that moves a bar without a mouse."""
    access.require(request.ctx, Schedule, "move")
    found = moving.row_of(schedule, row)
    places = _places(found)
    zone = Clock.of(request.ctx, schedule.site).zone
    local = found.starts_at.astimezone(zone)
    here = f"{found.work_center_id}.{found.machine_id or 0}"
    initial = {"day": local.date(), "at": f"{local:%H:%M}", "place": here}
    if request.method == "GET":
        return _dialog(request, schedule, found, MoveForm(initial=initial, places=places))
    form = MoveForm(request.POST, initial=initial, places=places)
    if not form.is_valid():
        return _dialog(request, schedule, found, form, status=422)
    center, machine = (int(part) for part in form.cleaned_data["place"].split("."))
    text = f"{form.cleaned_data['day']:%Y-%m-%d}T{form.cleaned_data['at']:%H:%M}"
    try:
        commands.perform(
            schedule, "move", request.ctx, row=row, starts_at=text, machine=machine or None, work_center=center,
            seen=request.POST.get("seen", "")[:80],
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _dialog(request, schedule, found, form, status=422)
    done = _undoable(schedule)
    return base.done(text=done["text"], topics=("table",), undo=done["undo"])


def _places(row: ScheduledOperation) -> list[tuple[str, str]]:
    """Machines of its work center and of the alternates of the routing."""
    centers = [row.work_center_id]
    order = row.order
    if row.operation_id:
        centers.append(row.operation.work_center_id)
    if order.routing_id:
        centers += order.routing.operationalternates.filter(sequence=row.sequence).values_list("work_center", flat=True)
    found = []
    for center in WorkCenter.objects.filter(pk__in=centers, active=True).prefetch_related("machines").order_by("code"):
        machines = [m for m in center.machines.all() if m.active]
        found += [(f"{center.pk}.{m.pk}", f"{center.code} · {m}") for m in machines] or [
            (f"{center.pk}.0", str(center))
        ]
    return found


def _dialog(request, schedule, row, form, *, status: int = 200):
    context = {
        "title": _("Move “%(operation)s” of %(order)s") % {"operation": row, "order": row.order},
        "text": _("It is pinned there; what is in its way moves later."),
        "form": form,
        "url": f"/scheduling/board/{schedule.pk}/{row.pk}/move/",
        "submit": _("Move"),
        "hidden": [("seen", moving.seen_of(row))],
    }
    return render(request, "web/dialog.html", context, status=status)
