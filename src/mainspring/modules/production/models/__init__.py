"""Tables of production, by subject."""

from .operations import ProductionOperation, ProductionOutput, Reason, WorkSession
from .orders import ProductionComponent, ProductionOrder
from .plan import PlanRun
from .reports import CapacityBooking, ProductionReport, ProductionReportLine

__all__ = [
    "CapacityBooking",
    "PlanRun",
    "ProductionComponent",
    "ProductionOperation",
    "ProductionOrder",
    "ProductionOutput",
    "ProductionReport",
    "ProductionReportLine",
    "Reason",
    "WorkSession",
]
