"""Tables of selling, by subject."""

from .deliveries import Return, ReturnLine, Shipment, ShipmentLine
from .orders import SalesOrder, SalesOrderLine
from .quotations import Quotation, QuotationLine

__all__ = [
    "Quotation",
    "QuotationLine",
    "Return",
    "ReturnLine",
    "SalesOrder",
    "SalesOrderLine",
    "Shipment",
    "ShipmentLine",
]
