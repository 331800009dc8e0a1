"""Each role's home shows what is its own, and every link opens exactly what was counted."""

import re

import pytest

ROLES = {
    "manager": ("Revenue this month", "Order intake this month"),
    "sales": ("Order intake this month", "Weighted pipeline"),
    "sales_manager": ("Order intake this month", "Open orders"),
    "buyer": ("Purchases this month", "On order"),
    "planner": ("Production orders in work", "Load of two weeks"),
    "warehouse": ("Shipments this week", "Receipts this week"),
    "workshop": ("Hours reported this week", "Outputs received this week"),
    "engineer": ("Active items", "Valid bills of material"),
    "accountant": ("Bank and cash", "Receivables"),
    "controller": ("Result this month", "Stock value"),
    "hr": ("People", "Away today"),
    "admin": ("People", "Background jobs today"),
    "auditor": ("Revenue this month", "Changes today"),
}
"""Sign-in: figures it must find."""


@pytest.mark.parametrize("role", ROLES)
def test_home_counts_what_its_links_open(person, role):
    somebody = person(role).opens("/")
    page = somebody.page
    labels = page.locator(".number-label").all_inner_texts()
    assert set(ROLES[role]) <= set(labels), labels
    for entry in page.locator(".waiting-item").all():
        link = entry.locator("a").first
        count = re.match(r"(\d+) ", link.inner_text())
        href = link.get_attribute("href")
        answer = page.request.get(href)
        assert answer.status == 200, href
        if count and not href.startswith("/reports/"):
            assert f'data-count="{count[1]}"' in answer.text(), (link.inner_text(), href)
    for href in page.locator(".number-label a").evaluate_all("links => links.map(a => a.getAttribute('href'))"):
        assert page.request.get(href).status == 200, href


@pytest.mark.parametrize("role", ROLES)
def test_every_menu_entry_opens(person, role):
    """No dead ends: each page of the menu answers, also as a phone asks for it."""
    page = person(role).opens("/").page
    entries = page.locator("#menu a.menu-link").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    for href in dict.fromkeys(entries):
        assert page.request.get(href).status == 200, href
