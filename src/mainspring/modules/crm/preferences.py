"""Settings of a company for leads, deals and follow-ups."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "crm.follow_up_edit_days",
    "integer",
    3,
    _("A follow-up can be edited for (days)"),
    help=_("Afterwards only a manager corrects it, with a reason; 0: never edited."),
    minimum=0,
    maximum=3650,
)
Preference(
    "crm.escalate_after_days",
    "integer",
    3,
    _("An overdue follow-up goes to the manager after (days)"),
    help=_("The manager of the owner's department is told; 0: nobody is."),
    minimum=0,
    maximum=3650,
)
Preference(
    "crm.escalate_again_days",
    "integer",
    5,
    _("and once more, one level higher, after another (days)"),
    help=_("0: not again."),
    minimum=0,
    maximum=3650,
)
