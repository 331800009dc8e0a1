"""Who does what with leads and deals."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

role("sales_rep", _("Sales representative"), _("Wins customers in the territories given, and looks after those won."))
grant("sales_rep", "crm.leadpool", "view", "territory")
grant("sales_rep", "crm.poolmember", "view", "territory")
grant("sales_rep", "crm.lead", "view create claim", "territory")
grant("sales_rep", "crm.lead", "change export log qualify convert release lose", "own")
grant("sales_rep", "crm.claim", "view", "own")
grant("sales_rep", "crm.levelrule", "view", "territory")
grant("sales_rep", "crm.poolcustomer", "view", "territory")
grant("sales_rep", "crm.poolcustomer", "view export", "own")
grant("sales_rep", "crm.poolmove", "view", "own")
grant("sales_rep", "crm.handover", "view", "own")
grant(
    "sales_rep",
    "crm.opportunity",
    "view create change export log analyze propose negotiate step_back win lose reopen quote",
    "own",
)
grant("sales_rep", "crm.activity", "view create change export finish", "own")
grant("sales_rep", "parties.party", "log release", "own")
grant("sales_rep", "parties.party", "claim", "territory")

CLEAR = {"contact_name": "clear", "email": "clear", "phone": "clear"}
role("sales_manager", _("Sales manager"), _("Leads the representatives of territories: assigns, approves, reassigns."))
grant("sales_manager", "crm.leadpool", "*", "territory")
grant("sales_manager", "crm.poolmember", "*", "territory")
grant("sales_manager", "crm.lead", "*", "territory", **CLEAR)
grant("sales_manager", "crm.claim", "view export", "territory")
grant("sales_manager", "crm.opportunity", "*", "territory")
grant("sales_manager", "crm.opportunity", "*", "team")
grant("sales_manager", "crm.activity", "*", "territory")
grant("sales_manager", "crm.activity", "*", "team")
grant("sales_manager", "crm.levelrule", "*", "territory")
grant("sales_manager", "crm.poolcustomer", "view export", "territory")
grant("sales_manager", "crm.poolcustomer", "view export", "team")
grant("sales_manager", "crm.poolmove", "view export", "territory")
grant("sales_manager", "crm.handover", "*", "company")
grant("sales_manager", "parties.party", "log claim assign give release grade", "territory")

for _who in ("sales_rep", "sales_manager"):
    for _what in ("campaign", "scorerule", "leadform", "countryroute"):
        grant(_who, f"crm.{_what}", "view")
grant("sales_rep", "crm.submission", "view", "own")
grant("sales_rep", "crm.incomingmail", "view", "own")
grant("sales_manager", "crm.campaign", "*")
grant("sales_manager", "crm.scorerule", "*")
grant("sales_manager", "crm.leadform", "*", "territory")
grant("sales_manager", "crm.countryroute", "*", "territory")
grant("sales_manager", "crm.submission", "view export", "territory")
grant("sales_manager", "crm.mailbox", "view fetch", "territory")
grant("sales_manager", "crm.incomingmail", "*", "territory")
grant("administrator", "crm.mailbox", "*")
