"""docs/guide/workshop.md and engineer.md: the week of a department, resources, measuring, a change in many bills."""

import re

from playwright.sync_api import expect

from .test_guide_workshop import PHONE, fits, fits_wider, released


def test_a_planner_hands_a_week_to_a_department_and_sees_what_changed(person):
    """MFG-02: the foreman of the department finds the list; the tasks say whom they keep waiting."""
    planner = person("planner").goes_to("Production", "Work of the departments")
    page = planner.page
    rows = page.locator(".tasks-table tbody tr")
    expect(rows.first).to_be_visible()
    assert rows.count() > 4
    expect(page.locator("#tasks.is-mounted")).to_be_visible()
    fold = page.locator("tr.is-site button.tree-fold").first
    fold.focus()
    page.keyboard.press("ArrowLeft")
    expect(fold).to_have_attribute("aria-expanded", "false")
    shown = page.locator(".tasks-table tbody tr:not([hidden])").count()
    page.keyboard.press("ArrowRight")
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert page.locator(".tasks-table tbody tr:not([hidden])").count() > shown
    page.locator(".tasks-release").first.click()
    expect(page.locator("tr.is-department a.state").first).to_be_visible()
    page.locator("tr.is-department a.state").first.click()
    planner.sees("Released by")
    page.get_by_role("tab", name="Changed since").click()
    expect(page.locator("main")).to_contain_text(re.compile("Nothing changed|As released"))
    planner.opens("/planning/tasks/")
    page.locator(".tasks-cell").first.click()
    planner.sees("Who waits for it")
    foreman = person("workshop", width=PHONE).opens("/planning/tasks/")
    expect(foreman.page.locator("select[name=department]")).to_be_visible()
    assert fits(foreman)
    assert not foreman.page.locator(".tasks-release").count()
    assert fits_wider(foreman)


def test_resources_say_why_there_is_no_capacity(person):
    """CAP-01."""
    planner = person("planner").goes_to("Production", "Resources")
    planner.sees("Suppliers").sees("Tools")
    planner.page.locator("tr", has_text="TRUE").locator("a").first.click()
    planner.sees("Spindle").sees("standard hours in the week").sees("The plant is closed.")
    assert planner.page.locator(".capacity-day.is-closed").count() >= 2
    assert fits(person("workshop", width=PHONE).opens(re.sub(r"https?://[^/]+", "", planner.page.url)))


def test_an_operator_reads_how_and_measures_on_a_tablet(person):
    """MFG-05, MFG-06: large targets, a scan by the keyboard, wrong values stay in the form."""
    _order, number = released(person)
    worker = person("workshop", width=820).opens("/production/floor/")
    page = worker.page
    page.locator("input[name=q]").fill(f"{number}/10")
    page.keyboard.press("Enter")
    job = page.locator(".floor-job").first
    expect(job).to_contain_text(f"{number}/10")
    job.get_by_role("button", name="How", exact=True).click()
    expect(page.locator("#dialog-body")).to_contain_text("Tack all joints first")
    expect(page.locator("#dialog-body")).to_contain_text("Alignment of the head tube")
    page.locator("#dialog-body [data-dialog-close]").first.click()
    job.get_by_role("button", name="Report", exact=True).click()
    dialog = page.locator("#dialog-body form")
    for field in dialog.locator(".floor-number").all():
        assert field.bounding_box()["height"] >= 48
    dialog.locator("[name=good]").fill("1")
    dialog.locator("[name=hours]").fill("0.5")
    measured = dialog.locator(".floor-points input").first
    measured.fill("wide")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[role=alert]").first).to_contain_text("a number with at most four decimals")
    expect(dialog.locator(".floor-points input").first).to_have_value("wide")
    dialog.locator(".floor-points input").first.fill("1,5")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".toast").first).to_contain_text("outside the limits")
    foreman = person("workshop").goes_to("Production", "Measurements").sees("Alignment of the head tube")
    assert not foreman.complaints


def test_an_engineer_adds_a_component_to_many_bills_and_undoes_it(person):
    """MFG-04, MFG-14: preview, one press, and everything as before."""
    engineer = person("engineer")
    engineer.opens("/engineering/engineering-changes/new/").enters(
        kind="Add a component", component="SPOK", replacement="DECL", ratio="0.1", effective_on="2027-09-01",
        reason="A mark on every wheel",
    ).saves()  # fmt: skip
    page = engineer.page
    page.get_by_role("tab", name="Bills it changes").click()
    expect(page.locator("main")).to_contain_text("new version from")
    engineer.presses("Change all bills")
    assert engineer.state == "Done"
    engineer.presses("Undo")
    assert engineer.state == "Draft"


def test_nothing_is_made_where_there_are_no_means(person):
    """A distribution centre is not offered; a plant without the work center is refused in words."""
    planner = person("planner")
    planner.opens("/production/production-orders/new/").enters(item="RF-NER-M", quantity="1", site="KUN")
    planner.page.locator(".form-verbs .button-primary").click()
    expect(planner.page.locator("main")).to_contain_text("its routing needs")

    def offered(**more) -> list[str]:
        answer = planner.page.request.get("/lookup/kernel.site/", params={"q": "Hamburg", **more})
        return [item["text"] for item in answer.json()["items"]]

    assert len(offered()) == 1
    assert offered(**{"for": "production.productionorder.site"}) == []
