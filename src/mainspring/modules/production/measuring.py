"""What is measured at the inspection points of an operation, beside the report of the work (MFG-05, MFG-06)."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import preferences
from mainspring.modules.engineering.models import InspectionPoint

from .models import Measurement, ProductionOperation, ProductionReport

YES = {"yes", "ok", "1", "true", "taip", "gerai", "是", "合格"}
NO = {"no", "0", "false", "ne", "blogai", "否", "不合格"}
LIMIT = Decimal(10) ** 10


def points_of(operation: ProductionOperation) -> list[InspectionPoint]:
    """What is to be measured or looked at; a rework is checked like the operation it repeats."""
    routing = operation.order.routing_id
    if not routing:
        return []
    of = operation.rework_of if operation.rework_of_id else operation
    return list(InspectionPoint.objects.filter(routing=routing, sequence=of.sequence))


def read(operation: ProductionOperation, text: str) -> list[Measurement]:
    """Unsaved measurements out of lines "name = value"; ValidationError names the line that cannot be read.

    A point with a unit takes a number; one that is only looked at takes yes or no.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    points = {point.name.casefold(): point for point in points_of(operation)}
    return [_one(operation, line, points) for line in lines]


def _one(operation, line: str, points: dict) -> Measurement:
    name, sign, value = line.rpartition("=")
    point = points.get(name.strip().casefold())
    if not sign or point is None:
        raise ValidationError(
            {
                "measured": _("“%(line)s”: write an inspection point of the operation, =, and the value.")
                % {"line": line[:80]}
            }
        )
    limits = {key: getattr(point, key) for key in ("name", "target", "minimum", "maximum", "measure")}
    if point.measure:
        number = _number(point, value)
        is_right = (point.minimum is None or number >= point.minimum) and (
            point.maximum is None or number <= point.maximum
        )
        return Measurement(operation=operation, value=number, is_right=is_right, **limits)
    said = value.strip().casefold()
    if said not in YES | NO:
        raise ValidationError({"measured": _("%(point)s: yes or no.") % {"point": point.name}})
    return Measurement(operation=operation, is_right=said in YES, **limits)


def _number(point, value: str) -> Decimal:
    try:
        number = Decimal(value.strip().replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= LIMIT or number != number.quantize(Decimal("0.0001")):
        raise ValidationError(
            {"measured": _("%(point)s: a number with at most four decimals, not “%(value)s”.")
             % {"point": point.name, "value": value.strip()[:40]}}
        )  # fmt: skip
    return number


def keep(report: ProductionReport, measured: Iterable[Measurement], person) -> None:
    """Keep what was measured with the report; it stays when the report is reversed, as does the report."""
    found = list(measured)
    for one in found:
        one.report, one.person = report, person
    Measurement.objects.bulk_create(found)


def refuse_unmeasured(operation: ProductionOperation, measured: Iterable[Measurement]) -> None:
    """Where the company wants it, an operation ends only when each of its points was measured."""
    if not preferences.get(operation.order.company_id, "production.measure_before_done"):
        return
    seen = {one.name for one in measured}
    seen |= set(Measurement.objects.filter(operation=operation, report__state="posted").values_list("name", flat=True))
    missing = [point.name for point in points_of(operation) if point.name not in seen]
    if missing:
        raise ValidationError(
            {"measured": _("Measure before the operation ends: %(points)s.") % {"points": ", ".join(missing)}}
        )
