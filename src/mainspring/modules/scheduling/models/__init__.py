"""Tables of the finite schedule, by subject."""

from .families import Changeover, ItemFamily, SetupFamily
from .schedules import AgreedTime, Schedule, ScheduleChange, ScheduledOperation, ScheduledOrder

__all__ = [
    "AgreedTime",
    "Changeover",
    "ItemFamily",
    "Schedule",
    "ScheduleChange",
    "ScheduledOperation",
    "ScheduledOrder",
    "SetupFamily",
]
