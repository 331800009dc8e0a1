"""Tables of selling, by subject."""

from .deliveries import Return, ReturnLine, Shipment, ShipmentLine
from .offers import OfferAnswer, OfferLink
from .orders import SalesOrder, SalesOrderLine
from .quotations import Quotation, QuotationLine

__all__ = [
    "OfferAnswer",
    "OfferLink",
    "Quotation",
    "QuotationLine",
    "Return",
    "ReturnLine",
    "SalesOrder",
    "SalesOrderLine",
    "Shipment",
    "ShipmentLine",
]
