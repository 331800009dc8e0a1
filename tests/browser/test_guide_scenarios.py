"""docs/guide/planner.md, What if: four plans together, a scenario kept, compared and promoted; a deal's effect."""

import re

from playwright.sync_api import expect


def test_a_slider_moves_the_four_plans_and_is_kept(person):
    planner = person("manager").goes_to("Planning", "Four plans together")
    page = planner.page
    effect = page.locator("#what-if-effect")
    expect(effect.get_by_text("The plan as it is").first).to_be_visible()
    for title in ("Sales", "Purchases", "Production hours", "Stock value", "Cash"):
        expect(effect.locator("figcaption", has_text=re.compile(f"^{title}")).first).to_be_attached()
    slider = page.locator("#what-if input[type=range]").first
    slider.focus()
    page.keyboard.press("End")
    number = page.locator("#what-if .what-if-value input").first
    expect(number).to_have_value("100")
    expect(effect.get_by_text("With the changes").first).to_be_visible()
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.locator("#what-if-said").get_by_role("alert")).to_contain_text("Give the scenario a name")
    page.get_by_label("Name of the scenario").fill("All of the largest deal")
    page.get_by_role("button", name="Keep as a scenario").click()
    page.wait_for_url(re.compile("/scenarios/scenarios/"))
    planner.sees("What it leads to")
    expect(page.get_by_text("With the changes").first).to_be_visible()
    planner.goes_to("Planning", "Compare scenarios").sees("All of the largest deal")
    expect(page.get_by_text("Side by side")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 850})
    for address in ("/scenarios/together/", "/scenarios/compare/"):
        planner.opens(address)
        expect(page.get_by_text("The plan as it is").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address


def test_a_scenario_is_made_changed_promoted(person):
    """A planner tries another safety stock, sees what it leads to, and makes it so."""
    planner = person("planner").goes_to("Planning", "Scenarios")
    planner.opens("/scenarios/scenarios/new/").enters(name="More on the shelf").saves()
    page = planner.page
    planner.sees("Nothing differs yet")
    address = re.sub(r"https?://[^/]+", "", page.url)
    one = planner.first("items/item-sites", policy="mrp")
    item = one["item"]["label"].split(" ")[0]
    planner.presses("Try other planning data", planning=item, safety_stock="77")
    planner.opens(address).sees("77")
    expect(page.get_by_text("With the changes").first).to_be_visible()
    planner.presses("Promote")
    assert planner.state == "Promoted"


def test_the_page_of_a_deal_shows_what_winning_it_would_do(person):
    manager = person("manager")
    deal = manager.first("crm/opportunities", state="open", forecast__ne="left_out")
    manager.opens(f"/crm/opportunities/{deal['id']}/")
    page = manager.page
    page.get_by_role("tab", name="What if it is won").click()
    expect(page.locator("#deal-effect").get_by_text("With the changes").first).to_be_visible()
    page.get_by_label("It is won").uncheck()
    page.locator("[name=probability]").last.fill("10")
    expect(page.locator("#deal-effect").get_by_text("With the changes").first).to_be_visible()
