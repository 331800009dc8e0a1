"""Tables of production, by subject."""

from .operations import ProductionOperation, ProductionOutput, Reason, WorkSession
from .orders import ProductionComponent, ProductionOrder
from .reports import CapacityBooking, Measurement, ProductionReport, ProductionReportLine

__all__ = [
    "CapacityBooking",
    "Measurement",
    "ProductionComponent",
    "ProductionOperation",
    "ProductionOrder",
    "ProductionOutput",
    "ProductionReport",
    "ProductionReportLine",
    "Reason",
    "WorkSession",
]
