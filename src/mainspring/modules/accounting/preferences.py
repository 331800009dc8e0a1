"""What a company decides once about its books."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "accounting.tax_rounding",
    "choice",
    "document",
    _("Tax is rounded"),
    help=_("Screen, print, ledger and tax report show the same figure."),
    choices=(("document", _("once per rate of a document")), ("line", _("on every line"))),
)
Preference(
    "accounting.payment_details",
    "longtext",
    "",
    _("Where customers pay to"),
    help=_("Bank, account number and bank code; printed on invoices."),
)
