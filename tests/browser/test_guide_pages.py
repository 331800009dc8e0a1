"""The pages the guides of the buyer, the planner and the administrator name are there, under the names they say."""


def test_the_buyer_follows_up(person):
    buyer = person("buyer")
    for name in ("Late purchases", "Received, not invoiced by line"):
        buyer.goes_to("Purchasing", name)
        assert buyer.title == name
    buyer.goes_to("Purchasing", "Bill matching")
    buyer.goes_to("Purchasing", "Sources").opens_first_row().sees("Lead time")
    buyer.goes_to("Products", "Price lists")
    buyer.opens("/purchasing/purchase-orders/calendar/")


def test_what_the_plan_rests_on(person):
    planner = person("planner")
    for group, entry in (
        ("Products", "Item planning"),
        ("Products", "Bills of material"),
        ("Products", "Routings"),
        ("Products", "Work centers"),
        ("Purchasing", "Sources"),
        ("Administration", "Working calendars"),
        ("Administration", "Calendar exceptions"),
        ("Production", "Work center load"),
        ("Stock", "Stock projection"),
    ):
        planner.goes_to(group, entry)
    planner.opens("/production/production-operations/calendar/")
    planner.goes_to("Products", "Items").opens_first_row().sees("Stock curve")


def test_what_the_administrator_keeps(person):
    admin = person("admin")
    for entry in ("Roles", "Permissions", "Companies", "Sites", "Departments", "Territories", "Number series",
                  "Currencies", "Exchange rates", "Units", "Working calendars", "Calendar exceptions", "Site calendars",
                  "Settings", "Approval rules", "Custom fields", "Webhooks", "Imports", "Scheduled jobs",
                  "Audit trail"):  # fmt: skip
        admin.goes_to("Administration", entry)
    admin.opens("/api/v1/docs/")
    admin.opens("/jobs/")
    admin.opens("/settings/").sees("Discount without approval")
