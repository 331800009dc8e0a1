"""Tables of production, by subject."""

from .orders import ProductionComponent, ProductionOperation, ProductionOrder
from .plan import PlanRun
from .reports import CapacityBooking, ProductionReport, ProductionReportLine

__all__ = [
    "CapacityBooking",
    "PlanRun",
    "ProductionComponent",
    "ProductionOperation",
    "ProductionOrder",
    "ProductionReport",
    "ProductionReportLine",
]
