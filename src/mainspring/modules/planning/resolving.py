"""Doing at once what an exception of the plan asks for: another date for its document, or its end."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access, collaboration, commands, errors
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest

from . import firming
from .models import PlanMessage

DATES = ("expedite", "defer")


@guard(PlanMessage, "follow")
def one_step_does_it(message, ctx):
    model = _model(message)
    if message.code not in (*DATES, "cancel") or model is None:
        raise ValidationError(_("No single step settles this; open the item or the document."))
    if model is PurchaseRequest and _document(message).state != "proposed" and message.code != "cancel":
        raise ValidationError(_("An approved request has no new date; order it for the day it is needed."))


@effect(PlanMessage, "follow")
def follow(message, ctx, on: date | None, why: str | None):
    """Give the document the day the plan needs it (or the one named), or cancel it; who may not asks who can."""
    document = _document(message)
    if not access.can(ctx, type(document), "view"):
        raise errors.Forbidden(_("You may not see the document of this exception."))
    day = max(on or message.needed_on or ctx.business_date, ctx.business_date)
    if why:
        collaboration.add_note(document, ctx, text=why)
    if message.code == "cancel":
        return _cancel(document, message, ctx)
    return _reschedule(document, message, ctx, day, why or "")


def _model(message):
    known = {m._meta.label_lower: m for m in (ProductionOrder, PurchaseOrder, PurchaseRequest)}
    return known.get(message.document.kind) if message.document_id else None


def _document(message):
    return _model(message).objects.get(pk=message.document_id)


def _reschedule(document, message, ctx, day: date, why: str):
    if document.state == "proposed":
        firming.move(ctx, [document.pk], to=day, why=why)
        return document
    if not access.can(ctx, type(document), "reschedule"):
        words = _("Bring forward to %(date)s: %(item)s") if message.code == "expedite" else _(
            "Put off to %(date)s: %(item)s"
        )  # fmt: skip
        return _ask(document, ctx, words % {"date": day.isoformat(), "item": message.item.code}, why)
    if isinstance(document, ProductionOrder):
        return commands.perform(document, "reschedule", ctx, due_on=day)
    for line in _lines(document, message):
        commands.perform(document, "reschedule", ctx, expected_on=day, position=line.position)
    return document


def _cancel(document, message, ctx):
    """An order of several items is not cancelled for one of them: who buys it is asked."""
    verb = "cancel"
    whole = True
    if isinstance(document, PurchaseOrder):
        lines = list(document.lines.all())
        whole = {line.item_id for line in lines if line.open_quantity > 0} <= {message.item_id}
        verb = "close" if any(line.received_quantity for line in lines) else "cancel"
    if not whole or not access.can(ctx, type(document), verb):
        return _ask(document, ctx, _("No longer needed: %(item)s") % {"item": message.item.code}, "")
    return commands.perform(document, verb, ctx)


def _lines(order: PurchaseOrder, message) -> list:
    """The open lines of the item: those that come on the day the plan speaks of, or all of them."""
    lines = [line for line in order.lines.filter(item=message.item_id) if line.open_quantity > 0]
    if not lines:
        raise ValidationError(
            _("Nothing of %(item)s is open on %(document)s.") % {"item": message.item, "document": order}
        )
    return [line for line in lines if line.expected_on == message.comes_on] or lines


def _ask(document, ctx, title: str, why: str):
    person = getattr(document, "buyer", None) or getattr(document, "responsible", None) or document.created_by
    if person is None or person == ctx.user:
        raise errors.Forbidden(
            _("You may not change %(document)s, and nobody is named on it.") % {"document": document}
        )
    collaboration.add_task(document, ctx, title=title, assignee=person, text=why)
    return document
