"""Settings about customers, suppliers and their people."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import looking, preferences
from mainspring.kernel.preferences import Preference

Preference(
    "parties.looked_at_per_hour",
    "integer",
    3000,
    _("Records about people one person may look at in an hour"),
    minimum=0,
    help=_(
        "Customers, contacts and leads. Beyond it nothing more is shown and administrators are told; 0: any number."
    ),
)


@looking.limit.fill
def looked_at(company_id: int) -> int:
    return preferences.get(company_id, "parties.looked_at_per_hour")
