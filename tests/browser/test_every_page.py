"""Every page is walked twice, by a Lithuanian on a phone in the dark and by a Chinese at a desk in the light.

No English word is left in what the product itself says, nothing scrolls sideways, and axe-core finds nothing: it
looks at what is inside the frame, turn about in one look and the other, and at whole pages on the homes.
MAINSPRING_BROWSER_ALL=1 walks the pages of every record there is, each in both looks and all of them with axe.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import TimeoutError

from mainspring.kernel import resource

from . import pages, words

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = (("dark", PHONE), ("light", DESK))
READERS = {"reader_lt": ("lt", LOOKS[:1]), "reader_zh": ("zh_Hans", LOOKS[1:])}
"""Who walks: sign-in, the catalog of the language, and how the pages look."""
SETTLED_MS = 120
"""What a page asks for after it is there has come by then."""
IN_ENGLISH = ("/guide/", "/components/")
"""The guide and the samples of the parts."""
PARTS = (0, 1, 2)
"""So that workers share the pages."""
RUN = """async whole => {
    const place = (!whole && document.querySelector("main#content")) || document;
    const answer = await axe.run(place, {resultTypes: ["violations"], preload: false, iframes: false});
    return answer.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " | " +
        (n.failureSummary || "").split("\\n").slice(1, 3).join(" ")).join(" || ")}`);
}"""
WIDE = "document.documentElement.scrollWidth > window.innerWidth + 1"


def stays_wide(page) -> bool:
    """Whether a page scrolls sideways once its parts are in place; on a busy machine they take a moment."""
    try:
        page.wait_for_function(f"!({WIDE})", timeout=5000)
    except TimeoutError:
        return True
    return False


def faults(page, path: str, looks=LOOKS, unspoken=None, *, examined: bool = True, whole: bool = True) -> list[str]:
    """What is wrong with a page in each look; unspoken(texts) names those of its texts it should not say.

    examined  whether axe looks at it, at the `whole` or only at what is inside the frame
    """
    found = []
    for scheme, size in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        answer = page.goto(path)
        if answer.status in (403, 405):
            return found
        if answer.status not in (200, 404):
            return [*found, f"{path}: {answer.status}"]
        page.wait_for_timeout(SETTLED_MS)
        if examined:
            page.evaluate(AXE)
            found += [f"{path} {scheme} {size['width']}: {fault}" for fault in page.evaluate(RUN, whole)]
        if stays_wide(page):
            found.append(f"{path} {size['width']}: scrolls sideways")
    if unspoken and not path.startswith(IN_ENGLISH):
        found += [f"{path}: {text}" for text in unspoken(page.evaluate(words.SAID))]
    return found


@pytest.fixture(scope="module")
def names(signed_in, chromium, site) -> set[str]:
    context = chromium.new_context(storage_state=signed_in("reader_en"), base_url=site)
    found = words.names_of_records(context.request)
    context.close()
    return found


@pytest.fixture
def walk(person, names):
    """walk("reader_lt", paths): all that is wrong with the pages."""

    def walked(reader: str, paths) -> list[str]:
        page, found = person(reader).page, []
        catalog, looks = READERS[reader]
        turn = list(READERS).index(reader)
        for n, path in enumerate(paths(page) if callable(paths) else paths):
            found += faults(
                page,
                path,
                LOOKS if pages.EVERYTHING else looks,
                lambda said: words.left_in_english(said, catalog, names),
                examined=pages.EVERYTHING or n % 2 == turn,
                whole=False,
            )
        return found

    return walked


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
def test_pages_of_records(walk, reader, part):
    """List, board, newest record and form."""
    keys = pages.visited()[part :: len(PARTS)]
    found = walk(reader, lambda page: [p for key in keys for p in pages.of_resource(page, resource.registry[key])])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("reader", READERS)
def test_reports_and_the_shell(walk, reader):
    found = walk(reader, [*pages.SHELL, *pages.all_reports()])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["sales", "buyer", "planner", "warehouse", "accountant", "admin"])
def test_homes(person, name):
    found = faults(person(name).page, "/")
    assert not found, "\n".join(found)


def test_the_other_ways_of_looking(person):
    """Calendar, pivot and chart are the same page for every record; one of each, and what carries most colours."""
    page, found = person("reader_en").page, []
    for path in (
        "/sales/sales-orders/calendar/",
        "/sales/sales-orders/pivot/",
        "/sales/sales-orders/chart/",
        "/sales/sales-orders/?group=state&size=12",
        "/kernel/audit-trail/?size=12",
        "/inbox/",
    ):
        found += faults(page, path)
    assert not found, "\n".join(found)


def test_signing_in(chromium, site):
    context = chromium.new_context(base_url=site, bypass_csp=True, service_workers="block")
    try:
        assert not faults(context.new_page(), "/accounts/login/")
    finally:
        context.close()
