"""docs/guide/planner.md and workshop.md: from the plan to goods in stock."""

import re

from playwright.sync_api import expect


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_a_plan_is_run_and_a_proposal_firmed(person):
    planner = person("planner").goes_to("Planning", "Planning runs")
    planner.opens("/planning/plan-runs/new/").saves().presses("Plan")
    assert planner.state == "Done"
    assert planner.page.get_by_text("What needs a person").count()
    planner.goes_to("Production", "Production orders")
    planner.opens("/production/production-orders/?state=proposed")
    if planner.rows.count():
        planner.opens_first_row().sees("Reason")
        planner.presses("Confirm")
        assert planner.state == "Confirmed"
    planner.opens("/purchasing/purchase-requests/?state=proposed").opens_first_row().presses("Approve")
    assert planner.state == "Approved"


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


def test_an_order_is_made(person):
    """Planner: draft, confirm, release. Workshop: issue, report, receive. Planner: complete. Accountant: close."""
    planner = person("planner")
    made = planner.first("production/production-orders", state__in="released,in_progress,completed,closed")
    planner.opens("/production/production-orders/new/").enters(
        item=made["item"]["label"].split(" ")[0], quantity="1", site=made["site"]["label"]
    ).saves()
    order = path(planner)
    planner.presses("Confirm")
    assert planner.state == "Confirmed"
    planner.presses("Release", despite_shortages=True)
    assert planner.state == "Released"

    workshop = person("workshop").goes_to("Production", "Production orders").opens(order).sees("Operations")
    workshop.presses("Issue components", draft=True)
    if "Shop report" in workshop.title:
        workshop.presses("Cancel").opens(order)
    operation = workshop.first("production/production-operations", order__in=order.split("/")[3])
    workshop.opens(order).presses("Report work", operation=operation["sequence"], good="1", hours="0.5")
    workshop.opens(order)
    assert workshop.state == "In progress"
    workshop.presses("Receive output", quantity="1").opens(order)
    workshop.presses("Complete").opens(order)
    assert workshop.state == "Completed"
    workshop.goes_to("Production", "Shop reports")
    workshop.opens(f"/production/production-reports/?order__in={order.split('/')[3]}&kind=work").opens_first_row()
    workshop.presses("Reverse", why="Only a walk")
    assert workshop.state == "Reversed"
    accountant = person("accountant").opens(order).presses("Close").opens(order)
    assert accountant.state == "Closed"


def test_a_week_of_the_master_plan_is_made_firm_after_its_hours_were_seen(person):
    planner = person("planner").goes_to("Planning", "Master plan")
    page = planner.page
    page.locator("main tbody a").first.click()
    week = page.locator("[name=w6]")
    week.fill("120")
    expect(page.locator("#mps-effect tbody tr").first).to_be_visible()
    page.get_by_role("button", name="Make firm").click()
    expect(page.locator(".toast")).to_contain_text("week changed")
    page.reload()
    expect(week).to_have_value("120")
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator("#pegging h3").first).to_be_visible()
    page.get_by_role("link", name="Pegging").last.click()
    expect(page.locator("#pegging h3").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 850})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
