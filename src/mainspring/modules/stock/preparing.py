"""What documents of the warehouse fill in by themselves."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from . import queries
from .models import Location, StockBalance


def adjustment(document, ctx, lines) -> None:
    document.adjusted_on = document.adjusted_on or ctx.business_date
    _default_places(document, lines)
    refuse_strange_places(document, lines)
    wrong = {
        f"lines.{n}.unit_cost": _("The cost must not be below zero.")
        for n, line in enumerate(lines or ())
        if line.unit_cost is not None and line.unit_cost < 0
    }
    if wrong:
        raise ValidationError(wrong)


def count(document, ctx, lines) -> None:
    """Note what the books say of each line when it is counted (I17)."""
    document.counted_on = document.counted_on or ctx.business_date
    _default_places(document, lines)
    refuse_strange_places(document, lines)
    counted = [
        line
        for line in lines or ()
        if line.counted_quantity is not None and line.book_quantity is None and line.item_id and line.location_id
    ]
    books = {
        (b.item_id, b.location_id): b.quantity
        for b in StockBalance.objects.filter(
            item__in={line.item_id for line in counted}, location__in={line.location_id for line in counted}
        )
    }
    for line in counted:
        line.book_quantity = books.get((line.item_id, line.location_id), line.counted_quantity * 0)
        line.counted_at = timezone.now()


def refuse_strange_places(document, lines) -> None:
    """Goods are counted and adjusted in the places of the document's own site, where they are ours."""
    wrong = {
        f"lines.{n}.location": _("%(place)s is no storage place of %(site)s.")
        % {"place": line.location, "site": document.site}
        for n, line in enumerate(lines or ())
        if line.location_id and (line.location.site_id != document.site_id or not line.location.is_owned)
    }
    if wrong:
        raise ValidationError(wrong)


def _default_places(document, lines) -> None:
    if lines and document.site_id and any(line.location_id is None for line in lines):
        try:
            place = queries.location(document.site_id)
        except Location.DoesNotExist:
            return
        for line in lines:
            line.location = line.location or place
