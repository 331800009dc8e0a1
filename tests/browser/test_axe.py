"""axe-core finds nothing on any page, in light and dark, at the desk and on a phone."""

from pathlib import Path

import axe_playwright_python
import pytest

from mainspring.kernel import resource

from . import pages

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
MODES = (("light", DESK), ("dark", PHONE))
SETTLED_MS = 150
"""What a page asks for after it is there has come by then."""
RUN = """async () => {
    const answer = await axe.run(document, {resultTypes: ["violations"]});
    return answer.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " | " +
        (n.failureSummary || "").split("\\n").slice(1, 3).join(" ")).join(" || ")}`);
}"""


def faults(page, path: str, modes=MODES) -> list[str]:
    """What axe says of a page in each mode, and whether it is wider than the window."""
    found = []
    for scheme, size in modes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        answer = page.goto(path)
        if answer.status in (403, 405):
            return found
        if answer.status not in (200, 404):
            return [*found, f"{path}: {answer.status}"]
        page.wait_for_load_state("load")
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate(AXE)
        found += [f"{path} {scheme} {size['width']}: {fault}" for fault in page.evaluate(RUN)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{path} {size['width']}: scrolls sideways")
    return found


HALVES = (0, 1)
"""So that two workers share the pages."""


@pytest.mark.slow  # minutes
@pytest.mark.parametrize("half", HALVES)
def test_pages_of_records(person, half):
    """List, board, record and form, in light at the desk or in dark on a phone, turn about."""
    page, found = person("reader_en").page, []
    for key in pages.visited()[half::2]:
        for n, path in enumerate(pages.of_resource(page, resource.registry[key])):
            found += faults(page, path, MODES if pages.EVERYTHING else MODES[n % 2 : n % 2 + 1])
    assert not found, "\n".join(found)


@pytest.mark.slow  # minutes
def test_reports_and_the_shell(person):
    page, reports = person("reader_en").page, pages.all_reports()
    found = [fault for path in pages.SHELL for fault in faults(page, path)]
    for n, path in enumerate(reports):
        found += faults(page, path, MODES if pages.EVERYTHING else MODES[n % 2 : n % 2 + 1])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["sales", "buyer", "planner", "warehouse", "accountant", "admin"])
def test_homes(person, name):
    found = faults(person(name).page, "/")
    assert not found, "\n".join(found)


def test_the_other_ways_of_looking(person):
    """Calendar, pivot and chart are the same page for every record; one of each in all four modes."""
    page = person("reader_en").page
    modes = tuple((scheme, size) for scheme in ("light", "dark") for size in (DESK, PHONE))
    found = []
    for path in (
        "/sales/sales-orders/calendar/",
        "/sales/sales-orders/pivot/",
        "/sales/sales-orders/chart/",
        "/sales/sales-orders/?group=state",
        "/purchasing/purchase-orders/board/",
        "/",
        "/kernel/audit-trail/",
    ):
        found += faults(page, path, modes)
    assert not found, "\n".join(found)


def test_signing_in(chromium, site):
    context = chromium.new_context(base_url=site, bypass_csp=True, service_workers="block")
    try:
        assert not faults(context.new_page(), "/accounts/login/")
    finally:
        context.close()
