"""Lists of one's own that customer relations bring along: reasons of loss."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import defaults

from .models import LossReason
from .models.naming import in_languages

REASONS = (
    ("price", _("Price"), False),
    ("competitor", _("Competitor"), True),
    ("no_budget", _("No budget"), False),
    ("no_need", _("No need"), False),
    ("timing", _("Timing"), False),
    ("no_answer", _("No answer"), False),
    ("other", _("Other"), False),
)


@defaults.declare("crm.loss-reasons")
def loss_reasons():
    """The usual reasons, for a company that has no list yet."""
    if LossReason.objects.exists():
        return
    LossReason.objects.bulk_create(
        LossReason(code=code, rank=rank * 10, by_competitor=by_competitor, **in_languages(label))
        for rank, (code, label, by_competitor) in enumerate(REASONS, 1)
    )
