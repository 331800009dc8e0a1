"""Settings of a company that more than one module reads."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "organization.calendar",
    "link",
    None,
    _("Working calendar"),
    to="organization.workcalendar",
    help=_("For sites that have none of their own."),
)
