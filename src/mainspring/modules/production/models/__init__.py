"""Tables of production, by subject."""

from .orders import ProductionComponent, ProductionOperation, ProductionOrder
from .reports import CapacityBooking, ProductionReport, ProductionReportLine
from .plan import PlanRun

__all__ = [
    "CapacityBooking", "PlanRun", "ProductionComponent", "ProductionOperation", "ProductionOrder", "ProductionReport",
    "ProductionReportLine",
]
