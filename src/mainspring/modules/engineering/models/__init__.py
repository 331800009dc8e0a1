"""Tables of engineering, by subject."""

from mainspring.modules.items.models import Item

from .bills import Bom, BomAlternate, BomLine, BomOutput
from .centers import Downtime, Machine, Operator, PersonSkill, Skill, Tool, WorkCenter
from .changes import ChangeExclusion, EngineeringChange
from .costs import CostRollUp, CostRollUpLine
from .routings import InspectionPoint, OperationAlternate, OperationDocument, Routing, RoutingOperation
from .versions import Revision

__all__ = [
    "Bom",
    "BomAlternate",
    "BomLine",
    "BomOutput",
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
    "Tool",
    "WorkCenter",
]
