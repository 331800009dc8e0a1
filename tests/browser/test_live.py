"""News reach an open page by themselves."""

from playwright.sync_api import expect


def test_a_task_given_by_somebody_else_rings_at_once(person):
    sales = person("sales").opens("/")
    bell = sales.page.locator('[data-live-count="unread"]')
    sales.page.wait_for_event("response", predicate=lambda r: "/live/stream/" in r.url and r.status == 200)
    before = int(bell.inner_text() or 0)
    person("sales_manager").opens("/kernel/tasks/new/").enters(title="Call the campsite", assignee="Tomas").saves()
    expect(bell).to_have_text(str(before + 1), timeout=8000)
    expect(sales.page.locator("#toasts")).to_contain_text("Call the campsite", timeout=8000)
    assert not sales.complaints
