"""What stands over a record: the approval it waits for, or how the last one ended, with people and reason (U3)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import access, formats
from mainspring.kernel.approvals import seats, voiding
from mainspring.kernel.models import ApprovalRequest

TONES = {"approved": "success", "refused": "danger", "returned": "warning", "voided": "warning", "waiting": "info"}


def of_record(record, ctx) -> list[dict]:
    """[{tone, icon, text, href, label}]: the newest request in the person's sight that still asks for something."""
    request = (
        access.rows(ctx, ApprovalRequest)
        .filter(entity=record._meta.label_lower, record_id=str(record.pk))
        .select_related("rule")
        .order_by("-id")
        .first()
    )
    text = _text(request, record) if request else ""
    if not text:
        return []
    tone = "danger" if request.state == "approved" else TONES[request.state]
    return [
        {
            "tone": tone,
            "icon": "rubber-stamp",
            "text": text,
            "href": f"/inbox/approvals/{request.pk}/",
            "label": _("See the request"),
        }
    ]


def _text(request: ApprovalRequest, record) -> str:
    """Why the record stands still; "" when nothing of the request is left to say."""
    said = {"verb": seats.verb_of(request), "comment": request.comment}
    if request.state == "waiting":
        people = ", ".join(str(seat.user) for seat in seats.open_seats(request))
        said |= {"people": people, "rule": rule_text(request)}
        return _("“%(verb)s” waits for approval by %(people)s: %(rule)s.") % said
    if request.state in ("recalled", "voided") or request.performed_at or not voiding.still_fits(request, record):
        return ""
    if request.state == "returned":
        return _("“%(verb)s” was sent back: %(comment)s") % said
    if request.state == "refused":
        return _("“%(verb)s” was refused: %(comment)s") % said
    if request.failure:
        return _("“%(verb)s” was approved, but not done: %(reason)s") % (said | {"reason": request.failure})
    return ""


def rule_text(request: ApprovalRequest) -> str:
    """Which rule sent a request where it is, with the facts that made it fit (rule U3)."""
    route, parts = request.route, [str(request.rule)]
    amount = lambda name: formats.number(Decimal(route[name]), 2)  # noqa: E731
    if route.get("splitting"):
        split = route["splitting"]
        parts.append(
            _("together with %(records)s it is %(total)s within %(days)s days, above the limit of %(limit)s")
            % {
                "records": ", ".join(split["records"]),
                "total": formats.number(Decimal(split["total"]), 2),
                "days": split["days"],
                "limit": amount("limit"),
            }
        )
    elif route.get("limit") is not None:
        parts.append(
            _("%(amount)s is above the limit of %(limit)s")
            % {"amount": amount("amount_base"), "limit": amount("limit")}
        )
    if route.get("condition"):
        parts.append(f"{route['condition']} ({', '.join(f'{k} = {v}' for k, v in route['values'].items())})")
    return " · ".join(parts)
