"""What the pages of every resource must do: answer, and cost the same for one row and for many."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import resource
from mainspring.web import addresses, saved
from mainspring.web.views import lists

BUDGETS = json.loads((Path(__file__).parent.parent / "budgets" / "pages.json").read_text())
RESOURCES = [pytest.param(res, id=key) for key, res in sorted(resource.registry.items())]


def pages(res, record):
    """Addresses of all generic pages of a resource."""
    yield addresses.of_resource(res, view="all")
    yield from (saved.address(res, view) for view in saved.standing(res))
    if res.creatable:
        yield addresses.of_resource(res, "new")
    yield addresses.of_resource(res, "help")
    yield addresses.of_resource(res, "filters")
    if lists.board_field(res):
        yield addresses.of_resource(res, "board")
    if res.calendar:
        yield addresses.of_resource(res, "calendar")
        yield addresses.of_resource(res, "events") + "?from=2026-01-01&until=2027-01-01"
    if res.dimensions:
        yield addresses.of_resource(res, "pivot")
        yield addresses.of_resource(res, "chart")
        for name in res.names("dimensions"):
            yield addresses.of_resource(res, group=name)
    for name in res.names("columns"):
        yield addresses.of_resource(res, order=name)
    if res.search:
        yield addresses.of_resource(res, q="a-1")
    if record is not None:
        yield addresses.of_resource(res, record.pk)
        for n, _tab in enumerate(res.related):
            yield addresses.of_resource(res, record.pk, "tab", n)
        if res.is_document:
            yield addresses.of_resource(res, record.pk, "print")


@pytest.mark.parametrize("res", RESOURCES)
def test_every_page_of_a_resource_answers(boss, samples, res):
    record = next(iter(samples.some(res.model, 1)), None)
    for path in pages(res, record):
        answer = boss.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"


@pytest.mark.parametrize("res", RESOURCES)
def test_a_list_costs_the_same_for_two_rows_and_for_many(boss, samples, res):
    made = samples.some(res.model, 2)
    assert len(made) == 2, "a sample is missing: tests/conformance/makers.py makes what plain values do not"
    path = saved.address(res, views[0]) if (views := saved.standing(res)) else addresses.of_resource(res)
    boss.get(path)
    few = _queries(boss, path)
    samples.some(res.model, 5)
    boss.get(path)  # a change of configuration is read anew once
    many = _queries(boss, path)
    assert len(many) <= len(few), "\n".join(q["sql"][:200] for q in many)
    assert len(many) <= BUDGETS["list"], "\n".join(q["sql"][:200] for q in many)


def _queries(browser, path):
    with CaptureQueriesContext(connection) as found:
        assert browser.get(path).status_code == 200
    # Shared tables are looked at by the clock, once a second whatever the page: not a cost of the page.
    return [
        q
        for q in found.captured_queries
        if not q["sql"].startswith(("SAVEPOINT", "RELEASE")) and "mainspring_shared" not in q["sql"]
    ]
