"""What a follow-up task, a plan or a reminder setting gets filled in before it is saved."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import Stage
from .models.cadences import About, Rhythm


def task(record, ctx) -> None:
    """Who does it, for which customer, and the day it was first planned for."""
    if record.party_id is None and record.opportunity_id:
        record.party_id = record.opportunity.party_id
    if record.party_id is None and record.lead_id:
        record.party_id = record.lead.party_id
    subject = record.subject
    if record.owner_id is None and subject is not None:
        record.owner_id = subject.owner_id or getattr(ctx.user, "pk", None)
    if record.planned_on is None:
        record.planned_on = record.due_on


def cadence(record, steps, ctx) -> None:
    """A plan needs steps; its state must be one its records have; nothing comes after a step without end."""
    from .cadencing import MODELS

    model = MODELS.get(record.about)
    states = list(getattr(getattr(model, "workflow", None), "states", []))
    if record.about == About.OPPORTUNITY:
        stages = Stage.objects.filter(process__company=ctx.company_id)
        states += sorted(set(stages.values_list("code", flat=True)))
    record.enters = (record.enters or "").strip()
    if record.enters and record.enters not in states:
        raise ValidationError(
            {
                "enters": _("“%(state)s” is no state of these records; there are: %(states)s.")
                % {"state": record.enters, "states": ", ".join(states) or "–"}
            }
        )
    if steps is None:
        return
    if not steps:
        raise ValidationError({"lines": _("A follow-up plan needs at least one step.")})
    for step in list(steps)[:-1]:
        if step.rhythm != Rhythm.ONCE and step.times_max is None:
            raise ValidationError({"lines": _("Nothing comes after a step without end: say how many times at most.")})


def run(record, ctx) -> None:
    record.started_on = record.started_on or ctx.business_date


def habit(record, ctx) -> None:
    """One's own setting; quiet hours have both ends or none."""
    if record.user_id is None:
        record.user = ctx.user
    if (record.quiet_from is None) != (record.quiet_until is None):
        raise ValidationError({"quiet_until": _("Quiet hours need a beginning and an end.")})
