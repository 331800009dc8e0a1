"""Settings of engineering."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "engineering.release_versions",
    "bool",
    False,
    _("Versions of bills and routings are released"),
    help=_("New ones begin as drafts, and released ones stay as they are; a change is a new version."),
)
