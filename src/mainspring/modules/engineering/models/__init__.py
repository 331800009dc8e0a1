"""Tables of engineering, by subject."""

from mainspring.modules.items.models import Item

from .bills import Bom, BomAlternate, BomLine, BomOutput
from .centers import (
    CapacityChange,
    Downtime,
    Machine,
    Operator,
    PersonSkill,
    Skill,
    SupplierCapacity,
    Tool,
    WorkCenter,
)
from .changes import ChangeExclusion, EngineeringChange
from .costs import CostRollUp, CostRollUpLine
from .routings import InspectionPoint, OperationAlternate, OperationDocument, Routing, RoutingOperation
from .versions import Revision

__all__ = [
    "Bom",
    "BomAlternate",
    "BomLine",
    "BomOutput",
    "CapacityChange",
    "ChangeExclusion",
    "CostRollUp",
    "CostRollUpLine",
    "Downtime",
    "EngineeringChange",
    "InspectionPoint",
    "Item",
    "Machine",
    "OperationAlternate",
    "OperationDocument",
    "Operator",
    "PersonSkill",
    "Revision",
    "Routing",
    "RoutingOperation",
    "Skill",
    "SupplierCapacity",
    "Tool",
    "WorkCenter",
]
