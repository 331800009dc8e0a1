"""Pages and endpoints of lead pools, leads, opportunities and follow-ups."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource
from mainspring.modules.parties import queries as parties

from . import collisions, models, overview  # noqa: F401 (fills the customer's page)

MENU = "Customers"
SETUP = "Customers / Setup"


class Leads(Resource):
    model = models.Lead
    menu = MENU
    icon = "user-plus"
    columns = "number name contact_name phone state owner pool territory value next_on touched_at"
    search = "number name contact_name email phone registry_code"
    filters = "state owner pool territory source country next_on touched_at value close_reason"
    form = (
        "name registry_code vat_number country city | contact_name email phone | Where: territory source | "
        "Worth: value currency | duplicate_reason note"
    )
    quick = "name contact_name phone email territory"
    order = "-number"
    dimensions = "state owner pool territory source country close_reason"
    measures = "value"
    kanban = "state"
    related = {_("Follow-ups"): ("crm/activities", "lead"), _("Claims"): ("crm/claims", "lead")}


class Opportunities(Resource):
    model = models.Opportunity
    menu = MENU
    icon = "target-arrow"
    columns = "number name party state owner amount probability weighted_base expected_close_on next_on"
    search = "number name party__name"
    filters = "state owner party territory source expected_close_on next_on amount closed_on close_reason"
    form = (
        "name party contact | Deal: amount currency probability expected_close_on | Who: owner territory source | note"
    )
    quick = "name party amount expected_close_on"
    order = "expected_close_on"
    dimensions = "state owner territory party source expected_close_on closed_on close_reason"
    measures = "amount_base weighted_base"
    kanban = "state"
    calendar = "expected_close_on"
    related = {_("Follow-ups"): ("crm/activities", "opportunity")}


class Activities(Resource):
    model = models.Activity
    menu = MENU
    icon = "message-2"
    columns = "at method content lead opportunity party user next_on next_step next_done"
    search = "content next_step party__name"
    filters = "method user at next_on next_done lead opportunity party"
    form = "content method | next_on next_step | Subject: lead opportunity party at"
    quick = "content method next_on"
    order = "-at"
    dimensions = "user method at party"
    calendar = "next_on"


class LeadPools(Resource):
    model = models.LeadPool
    menu = SETUP
    icon = "pool"
    columns = "priority code name territory source distribution holding_max daily_claims_max recycle_days active"
    search = "code name"
    filters = "territory source distribution active"
    form = (
        "code name | Where: territory source value_min priority active | "
        "Limits: distribution holding_max daily_claims_max recycle_days remind_days cool_down_days"
    )
    related = {_("Leads"): ("crm/leads", "pool"), _("Members"): ("crm/pool-members", "pool")}


class PoolMembers(Resource):
    model = models.PoolMember
    icon = "users"
    columns = "pool user holding_max is_away last_given_at"
    search = "pool__name user__username"
    filters = "pool user is_away"
    form = "pool user | holding_max is_away"


class Claims(Resource):
    model = models.Claim
    icon = "hand-grab"
    columns = "at lead pool user claimed_on"
    filters = "user pool claimed_on lead"
    order = "-at"
    dimensions = "user pool claimed_on"
    creatable = False


resource.amend("parties.party", related=(_("Opportunities"), "crm/opportunities", "party"))
resource.amend("parties.party", related=(_("Follow-ups"), "crm/activities", "party"))


resource.amend(
    "crm.lead",
    panel="parties/duplicates.html",
    title=_("Possible duplicates"),
    context=parties.duplicates.panel(models.Lead, lambda lead, ctx: collisions.of_lead(lead)),
)
