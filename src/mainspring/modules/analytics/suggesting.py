"""Items to offer besides, on a quotation or an order that may still be changed; one click adds the line (CRM-17)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands
from mainspring.modules.sales.models import Quotation, SalesOrder

from . import queries

KINDS = {model._meta.label_lower: model for model in (Quotation, SalesOrder)}


def of_document(document, ctx) -> dict | None:
    """Suggestions for a draft; None where there are none or the person may not change it."""
    if not may_add(ctx, document):
        return None
    here = list(document.lines.values_list("item_id", flat=True))
    found = queries.suggestions(ctx, document.party, here=here)
    if not found:
        return None
    label = document._meta.label_lower
    return {
        "suggestions": [
            {
                "name": str(one["item"]),
                "code": one["item"].code,
                "href": f"/items/items/{one['item'].pk}/",
                "why": one["why"],
                "report": f"/reports/bought-one-not-other/?item={one['item_id']}&other={one['other_id']}",
                "add": f"/analytics/suggestions/{label}/{document.pk}/{one['item'].pk}/",
            }
            for one in found
        ]
    }


def may_add(ctx, document) -> bool:
    """Whether the person may change the lines of the document as it stands."""
    model = type(document)
    if document.state not in model.workflow.editable or not access.can(ctx, model, "change"):
        return False
    return access.rows(ctx, model, "change").filter(pk=document.pk).exists()


def add(document, item_id: int, ctx):
    """Add one unit of a suggested item as the last line; ValidationError when it is not suggested (any more)."""
    here = list(document.lines.order_by("position", "id"))
    found = queries.suggestions(ctx, document.party, here=[line.item_id for line in here], limit=50)
    chosen = next((one for one in found if one["item"].pk == item_id), None)
    if chosen is None:
        raise ValidationError(_("This is not suggested any more; look at the page again."))
    lines = [{"id": line.pk} for line in here]
    return commands.change(document, ctx, lines=[*lines, {"item": item_id, "quantity": 1}])
