"""Tables of production, by subject."""

from .orders import ProductionComponent, ProductionOperation, ProductionOrder
from .reports import CapacityBooking, ProductionReport, ProductionReportLine

__all__ = [
    "CapacityBooking",
    "ProductionComponent",
    "ProductionOperation",
    "ProductionOrder",
    "ProductionReport",
    "ProductionReportLine",
]
