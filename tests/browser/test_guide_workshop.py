"""docs/guide/workshop.md: from the list to goods in stock, on a phone, a tablet and a desktop."""

import re

from playwright.sync_api import expect

PHONE = 390
WIDER = (820, 1280)


def bicycle(somebody) -> dict:
    """The bill of material of a bicycle."""
    category = somebody.first("items/item-categories", code="FG")["id"]
    item = somebody.first("items/items", category=category, make_or_buy="make", active="true")
    return somebody.first("engineering/boms", active="true", item=item["id"])


def released(person) -> tuple[str, str]:
    """(address, number) of a small order the planner has just handed over.

    Raw frames stand at the plant alone; the first stock of a bicycle may be a shop's, where nothing is made.
    """
    planner = person("planner")
    item = planner.first("items/items", code="RF-NER-M")
    site = planner.first("stock/stock-balances", item=item["id"])["location__site"]["label"]
    planner.opens("/production/production-orders/new/").enters(item=item["code"], quantity="3", site=site).saves()
    planner.presses("Confirm").presses("Release", despite_shortages=True)
    assert planner.state == "Released"
    return re.sub(r"https?://[^/]+", "", planner.page.url), planner.page.locator(".heading-number").inner_text()


def fits(somebody) -> bool:
    return somebody.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def fits_wider(somebody) -> bool:
    """On a tablet and a desktop too."""
    for width in WIDER:
        somebody.page.set_viewport_size({"width": width, "height": 900})
        if not fits(somebody):
            return False
    return True


def test_work_is_started_paused_and_reported_with_large_buttons(person):
    order, number = released(person)
    worker = person("workshop", width=PHONE).opens(f"/production/floor/?q={number}/10")
    page = worker.page
    assert fits(worker)
    job = page.locator(".floor-job").first
    expect(job).to_contain_text(f"{number}/10")
    for button in job.locator(".floor-button").all():
        assert button.bounding_box()["height"] >= 48
    running = page.request.get("/api/v1/production/work-sessions/", params={"stopped_at__isnull": "true"})
    report = job.get_by_role("button", name="Report", exact=True)
    if running.ok and job.get_by_role("button", name="Start", exact=True).count():
        job.get_by_role("button", name="Start", exact=True).click()
        started = page.locator(".floor-job.is-running, .toast.tone-danger").first
        expect(started).to_be_visible()
        if page.locator(".floor-job.is-running").count():
            page.locator(".floor-job.is-running").get_by_role("button", name="Pause").click()
            page.locator("#dialog-body").get_by_role("button", name="Without a reason").click()
            expect(page.locator(".floor-job").first).to_contain_text("Paused")
    report.click()
    dialog = page.locator("#dialog-body form")
    dialog.locator("[name=good]").fill("9")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[role=alert]").first).to_contain_text("would be made of")
    dialog.locator("[name=good]").fill("2")
    dialog.locator("[name=scrap]").fill("1")
    dialog.locator(".floor-choice").first.click()
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".floor-job").first).to_contain_text("2 / 3")
    assert fits(worker)
    assert fits_wider(worker)
    worker.opens(order).sees("Operations")
    assert worker.state == "In progress"


def test_material_is_picked_by_its_code(person):
    order, _number = released(person)
    worker = person("workshop", width=PHONE)
    worker.opens(f"/production/picking/{order.split('/')[3]}/")
    page = worker.page
    assert fits(worker)
    page.locator("[name=item]").first.fill("NO-SUCH-CODE")
    page.locator(".pick-form button").last.click()
    expect(page.locator("[role=alert]")).to_contain_text("not a component")
    open_rows = page.locator(".pick-row:not(.is-done)")
    before = open_rows.count()
    stocked = open_rows.filter(has_text="STOCK").first
    stocked.get_by_role("button", name="Take").click()
    expect(page.locator("main [role=status], main [role=alert]").first).to_be_visible()
    assert open_rows.count() in (before, before - 1)
    assert fits_wider(worker)


def test_the_progress_board_and_the_steps_of_an_order(person):
    planner = person("planner").goes_to("Production", "Progress board")
    assert planner.page.locator(".progress-row").count() > 1
    planner.opens("/production/progress/?only=late").opens("/production/progress/?q=MO")
    planner.page.locator(".progress-name a").first.click()
    expect(planner.page.get_by_role("tab", name="Steps")).to_be_visible()
    planner.page.get_by_role("tab", name="Steps").click()
    expect(planner.page.locator(".steps-step").first).to_be_visible()
    phone = person("planner", width=390).opens("/production/progress/")
    assert fits(phone)


def test_an_engineer_makes_a_version_and_compares_it(person):
    engineer = person("engineer")
    bom = bicycle(engineer)
    engineer.opens(f"/engineering/tree/{bom['id']}/")
    rows = engineer.page.locator(".bom-tree summary")
    rows.first.focus()
    engineer.page.keyboard.press("ArrowLeft")
    expect(engineer.page.locator(".bom-tree details").first).not_to_have_attribute("open", "")
    engineer.page.keyboard.press("ArrowRight")
    engineer.page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    engineer.opens(f"/engineering/boms/{bom['id']}/").presses("New version")
    engineer.page.get_by_role("tab", name="Tree").click()
    engineer.page.locator("a[href^='/engineering/compare/']").first.click()
    expect(engineer.page.locator(".compare-table tbody tr").first).to_be_visible()
    engineer.goes_to("Products", "Engineering changes").opens_first_row().sees("Bills it changes")
    assert fits(person("engineer", width=390).opens(f"/engineering/tree/{bom['id']}/"))
