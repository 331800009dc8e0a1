"""The roles of the house, and who may see and keep its structure. Every role sees what it must choose from."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import roles

EVERYONE = (
    "sales_rep",
    "sales_manager",
    "buyer",
    "planner",
    "warehouse",
    "workshop",
    "engineer",
    "accountant",
    "controller",
    "hr",
    "administrator",
    "manager",
    "auditor",
    "integrator",
)

roles.role("sales_rep", _("Sales"), _("Looks after own customers and those of the territory."))
roles.role("sales_manager", _("Sales manager"), _("Leads sales: all customers, prices and orders."))
roles.role("buyer", _("Buyer"), _("Buys: suppliers, purchase prices and orders."))
roles.role("planner", _("Planner"), _("Plans supply and capacity."))
roles.role("warehouse", _("Warehouse"), _("Receives, stores, picks and ships."))
roles.role("workshop", _("Workshop"), _("Makes: reports work and material."))
roles.role("engineer", _("Engineer"), _("Keeps items, bills of material and routings."))
roles.role("accountant", _("Accountant"), _("Keeps the books."))
roles.role("controller", _("Controller"), _("Costs, margins and budgets."))
roles.role("hr", _("People"), _("Departments and people."))
roles.role("administrator", _("Administrator"), _("Sets up companies, people, roles and master data."))
roles.role("manager", _("General manager"), _("Sees everything and approves."))
roles.role("auditor", _("Auditor"), _("Sees everything and changes nothing."))
roles.role("customer", _("Customer"), _("A customer's person: sees that customer's records."), portal=True)
roles.role("supplier", _("Supplier"), _("A supplier's person: sees that supplier's records."), portal=True)
roles.role("integrator", _("Integration"), _("A program that reads and writes over the API."))

roles.grant("auditor", "*", "view export")
roles.grant("manager", "*", "view export")

KEEP = "view create change delete import export"
SEEN_BY_ALL = (
    "kernel.company",
    "kernel.site",
    "kernel.department",
    "kernel.territory",
    "kernel.currency",
    "organization.*",
)
for code in EVERYONE:
    for entity in SEEN_BY_ALL:
        roles.grant(code, entity, "view")
    if code not in ("administrator", "hr"):
        roles.grant(code, "kernel.user", "view", last_login="hide", is_staff="hide", is_superuser="hide")

for entity in (
    "kernel.company",
    "kernel.site",
    "kernel.department",
    "kernel.territory",
    "kernel.currency",
    "kernel.role",
    "kernel.rolegrant",
    "kernel.numberseries",
):
    roles.grant("administrator", entity, KEEP)
roles.grant("administrator", "kernel.user", f"{KEEP} send_password_link")
roles.grant("administrator", "kernel.membership", KEEP)
roles.grant("administrator", "organization.*", f"{KEEP} import_holidays")
roles.grant("hr", "kernel.department", "view create change export")
roles.grant(
    "hr",
    "kernel.user",
    "view create change export send_password_link",
    is_staff="hide",
    is_superuser="hide",
    password="hide",
)
roles.grant("hr", "kernel.membership", "view export")
roles.grant("hr", "kernel.role", "view")
roles.grant("hr", "kernel.absence", KEEP)
roles.grant("accountant", "organization.exchangerate", KEEP)
roles.grant("controller", "organization.exchangerate", "view create change import export")
roles.grant("planner", "organization.workcalendar", "view create change import_holidays")
roles.grant("planner", "organization.calendarexception", "view create change delete")
roles.grant("engineer", "organization.unit", "view create change")
roles.grant("integrator", "organization.exchangerate", "view create change import")

for entity in (
    "approvalrule",
    "customfield",
    "apitoken",
    "webhookendpoint",
    "importrun",
    "importmapping",
    "jobschedule",
):
    roles.grant("administrator", f"kernel.{entity}", "*")
for code in ("administrator", "auditor"):
    roles.grant(code, "kernel.exportrun", "view export")
roles.grant("administrator", "kernel.webhookdelivery", "view replay")
roles.grant("administrator", "kernel.outgoingmail", "view send_again cancel")
roles.grant("administrator", "kernel.jobrun", "view cancel retry")
for code in ("administrator", "manager", "sales_manager", "controller", "planner"):
    roles.grant(code, "kernel.savedview", "create")  # share views of lists with everybody
for code in ("administrator", "auditor"):
    roles.grant(code, "kernel.auditentry", "view export")
