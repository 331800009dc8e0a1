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
    "view create change export log move win lose reopen quote",
    "own",
)
grant("sales_rep", "crm.activity", "view create change export", "own")
grant("sales_rep", "crm.dealchange", "view", "own")
grant("sales_rep", "crm.target", "view", "own")
for _code in ("sales_rep", "sales_manager"):
    for _entity in ("crm.salesprocess", "crm.stage", "crm.lossreason"):
        grant(_code, _entity, "view", "company")
    grant(_code, "crm.competitor", "view create", "company")
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
grant("sales_manager", "parties.party", "log", "territory")
for _scope in ("territory", "team"):
    grant("sales_manager", "crm.dealchange", "view export", _scope)
    grant("sales_manager", "crm.target", "*", _scope)
grant("sales_manager", "crm.salesprocess", "create change", "company")
grant("sales_manager", "crm.stage", "create change delete", "company")
grant("sales_manager", "crm.lossreason", "create change", "company")
grant("sales_manager", "crm.competitor", "change", "company")
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

for _role, _scope in (("sales_rep", "own"), ("sales_manager", "territory")):
    grant(_role, "crm.followuptask", "view create change export finish snooze drop", _scope)
    grant(_role, "crm.cadence", "view", "company")
    grant(_role, "crm.cadencerun", "view export pause resume stop", _scope)
    grant(_role, "crm.reminderhabit", "view create change", "own")
    grant(_role, "crm.calendarfeed", "view revoke", "own")
    for _entity in ("crm.lead", "crm.opportunity", "parties.party"):
        grant(_role, _entity, "follow_plan", _scope)
grant("sales_manager", "crm.followuptask", "view create change export finish snooze drop", "team")
grant("sales_manager", "crm.cadencerun", "view export pause resume stop", "team")
grant("sales_manager", "crm.cadence", "create change delete import export", "company")
