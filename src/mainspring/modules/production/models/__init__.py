"""Tables of production, by subject."""

from .operations import ProductionOperation, ProductionOutput, Reason, WorkSession
from .orders import ProductionComponent, ProductionOrder
from .reports import CapacityBooking, ProductionReport, ProductionReportLine

__all__ = [
    "CapacityBooking",
    "ProductionComponent",
    "ProductionOperation",
    "ProductionOrder",
    "ProductionOutput",
    "ProductionReport",
    "ProductionReportLine",
    "Reason",
    "WorkSession",
]
