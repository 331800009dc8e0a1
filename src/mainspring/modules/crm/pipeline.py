"""Sales processes at work: which one a deal follows, its stages as the lanes of a board, which deals rest too long."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import access, lanes
from mainspring.kernel.workflow import effect

from . import preparing, tasks
from .models import NEEDED, STANDARD, Opportunity, SalesProcess, Stage
from .models.naming import in_languages

STANDARD_NAME = gettext_lazy("Standard sale")


def first_process(company_id: int) -> SalesProcess:
    """The process of deals that name none; a company without any gets the standard one."""
    mine = SalesProcess.objects.filter(company_id=company_id)
    return mine.filter(active=True).order_by("rank", "code").first() or mine.first() or standard(company_id)


def standard(company_id: int) -> SalesProcess:
    """The process a company begins with, made once however many ask at the same time."""
    process, made = SalesProcess.objects.get_or_create(
        company_id=company_id, code="standard", defaults=in_languages(STANDARD_NAME)
    )
    if made:
        add_stages(process, STANDARD)
    return process


def add_stages(process: SalesProcess, stages) -> list[Stage]:
    """Write the stages of a process, ten positions apart; each names its `label` in every language."""
    rows = [
        Stage(
            process=process,
            position=position * 10,
            **in_languages(values["label"]),
            **{name: value for name, value in values.items() if name != "label"},
        )
        for position, values in enumerate(stages, 1)
    ]
    return Stage.objects.bulk_create(rows)


def first_stage(process_id: int) -> Stage:
    """Where deals of a process begin; ValidationError when it has no stage."""
    found = Stage.objects.filter(process_id=process_id, active=True).order_by("position", "id").first()
    if found is None:
        raise ValidationError({"process": _("This sales process has no stages yet.")})
    return found


@effect(Opportunity, "move")
def move(deal, ctx, stage, **given):
    """Take the deal to another stage of its process; what the stage needs is given now or known already (CRM-08)."""
    if stage.process_id != deal.process_id:
        raise ValidationError(
            {"stage": _("%(stage)s is no stage of %(process)s.") % {"stage": stage, "process": deal.process}}
        )
    if not stage.active:
        raise ValidationError({"stage": _("%(stage)s is no longer used.") % {"stage": stage}})
    given = {name: value for name, value in given.items() if value is not None}
    preparing.refuse_wrong(deal, given)
    require(deal, stage, given)
    next_on = given.pop("next_on", None)
    preparing.enter_stage(deal, ctx, stage, **given)
    if next_on is not None:
        step = tasks.plan(deal, ctx, title=_("Next step: %(stage)s") % {"stage": stage}, due_on=next_on)
        deal.next_on = step.due_on


def require(deal, stage: Stage, given: dict) -> None:
    """Raise ValidationError naming everything the stage needs that the deal lacks."""
    lacks = {
        asked.name: _("%(stage)s needs this.") % {"stage": stage}
        for flag, asked in NEEDED.items()
        if getattr(stage, flag) and not given.get(asked.name) and not getattr(deal, asked.name)
    }
    if stage.asks_items and not deal.lines.exists():
        lacks["stage"] = _("%(stage)s needs the items the deal is about; add them first.") % {"stage": stage}
    if lacks:
        raise ValidationError(lacks)


def board(ctx, params, record=None) -> lanes.Lanes:
    """The stages of one process as lanes, then won and lost; of the record's process, else of the one asked for."""
    processes = list(access.rows(ctx, SalesProcess).filter(active=True).order_by("rank", "code"))
    asked = str(record.process_id) if record is not None else str(params.get("process") or "")
    chosen = next((p for p in processes if str(p.pk) == asked), None)
    if chosen is None and record is None and not asked:
        chosen = next((p for p in processes if p.company_id == ctx.company_id), None)
    key = str(chosen.pk) if chosen else asked or "0"
    whole = key.isascii() and key.isdigit() and len(key) < 18
    stages = Stage.objects.filter(process_id=key if whole else 0).order_by("position", "id")
    found = [
        lanes.Lane(
            str(stage.pk),
            str(stage),
            "amber" if stage.probability >= 50 else "blue",
            {"state": "open", "stage": str(stage.pk)},
            "move",
            {"stage": stage.pk},
            stage.days_max,
        )
        for stage in stages
        if stage.active or record is None
    ]
    flow = Opportunity.workflow
    found += [
        lanes.Lane(state, flow.label(state), flow.color(state), {"state": state}, verb)
        for state, verb in (("won", "win"), ("lost", "lose"))
    ]
    choices = [(str(p), {"process": str(p.pk)}, p == chosen) for p in processes]
    return lanes.Lanes(found, choices if len(choices) > 1 else [], {"process": key}, since="stage_since")


def stale(ctx):
    """Open deals in sight that rest in their stage for longer than it allows, the longest beyond first."""
    mine = access.rows(ctx, Opportunity).filter(state="open", stage__days_max__isnull=False, stage_since__isnull=False)
    rested = ExpressionWrapper(Value(ctx.business_date) - F("stage_since"), output_field=DurationField())
    allowed = ExpressionWrapper(F("stage__days_max") * Value(timedelta(days=1)), output_field=DurationField())
    return (
        mine.annotate(beyond=ExpressionWrapper(rested - allowed, output_field=DurationField()))
        .filter(beyond__gt=timedelta(0))
        .select_related("stage", "owner", "party")
        .order_by("-beyond", "pk")
    )


def why_stale(deal, day) -> str:
    """For how long it rests in its stage, and how long it may."""
    return _("In %(stage)s for %(days)s days; %(most)s are allowed.") % {
        "stage": deal.stage,
        "days": (day - deal.stage_since).days,
        "most": deal.stage.days_max,
    }
