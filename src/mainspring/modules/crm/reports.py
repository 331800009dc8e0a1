"""The question asked before a company is entered: is it with us already?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel.reports import Answer, Report
from mainspring.kernel.resource import Column
from mainspring.kernel.workflow import Input
from mainspring.modules.parties import queries as parties

from . import hoping, reports_follow, returns  # noqa: F401 - they register their reports


def run_exists(ctx, who) -> Answer:
    """Whoever asks is told what there is and who looks after it; names out of their sight are masked (CRM-04, K05)."""
    if not who:
        return Answer([], notes=[_("Enter a name, an e-mail, a phone number, a registry code or a VAT number.")])
    found = rows(ctx, parties.collisions.search(who, ctx.company_id))
    if not found:
        return Answer([], notes=[_("Nobody has “%(text)s” yet. You may enter it.") % {"text": who}])
    return Answer(found)


def rows(ctx, matches) -> list[dict]:
    """Matches as rows, each with its page where this person may see it."""
    found = parties.duplicates.shown(ctx, matches)
    for row in found:
        row.pop("record")
    return [{**row, "_href": href} if (href := row.pop("href")) else row for row in found]


COLUMNS = (
    Column("name", lazy("Name")),
    Column("kind", lazy("What")),
    Column("status", lazy("Status")),
    Column("owner", lazy("Owner")),
    Column("territory", lazy("Territory")),
    Column("by", lazy("Why")),
)

Report(
    "crm-exists",
    lazy("Does it exist?"),
    "Customers",
    "crm.lead",
    COLUMNS,
    run_exists,
    parameters=(Input("who", "text", lazy("Name, number, phone or e-mail"), required=False),),
    help=lazy("Looks through leads, pools, customers and contacts; what you may not see is masked."),
    own_rows="create",
)
