"""Tables of the finite schedule, by subject."""

from .families import Changeover, ItemFamily, SetupFamily
from .schedules import Schedule, ScheduleChange, ScheduledOperation, ScheduledOrder

__all__ = [
    "Changeover",
    "ItemFamily",
    "Schedule",
    "ScheduleChange",
    "ScheduledOperation",
    "ScheduledOrder",
    "SetupFamily",
]
