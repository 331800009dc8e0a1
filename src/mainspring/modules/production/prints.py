"""The job card that goes with an order through the workshop."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import formats, letters


def _steps(order, ctx) -> list[str]:
    """One paragraph an operation, with its place, days and hours."""
    return [
        _("%(step)s: %(name)s at %(place)s, %(from)s to %(until)s, %(hours)s h")
        % {
            "step": one.sequence,
            "name": one.name,
            "place": one.work_center,
            "from": formats.day(one.starts_on),
            "until": formats.day(one.ends_on),
            "hours": formats.number(one.setup_hours + one.run_hours_per_unit * order.quantity, 0, 2),
        }
        for one in order.operations.select_related("work_center")
    ]


letters.letter(
    "production.productionorder",
    letters.Letter(
        gettext_lazy("Job card"),
        "item__code item__name quantity item__unit starts_on due_on site",
        "item__code item__name required_quantity item__unit operation_sequence",
        remarks=_steps,
        drafts=("draft", "proposed"),
        code=True,
    ),
)
