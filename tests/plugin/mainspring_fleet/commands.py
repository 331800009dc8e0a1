from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.workflow import effect, guard

from .models import Inspection, Vehicle


@effect(Vehicle, "hand_over")
def hand_over(vehicle, ctx, keeper):
    """Give the vehicle to another keeper."""
    vehicle.keeper = keeper


@guard(Inspection, "submit")
def has_findings(inspection, ctx):
    if not inspection.lines.exists():
        raise ValidationError("An inspection needs at least one finding.")


@effect(Inspection, "refuse")
def refuse(inspection, ctx, reason):
    """Note the reason and open a new inspection of the same vehicle."""
    again = commands.create(
        Inspection, ctx, vehicle=inspection.vehicle, done_on=ctx.business_date, note=reason, links=[inspection]
    )
    return again
