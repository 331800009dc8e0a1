"""Chinese and Lithuanian pages speak their language: no English word is left in what the product itself says."""

import re
import sys
from functools import cache
from pathlib import Path

import pytest

from mainspring.kernel import resource

from . import pages

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

IN_ENGLISH = ("/guide/", "/components/")
"""The guide and the samples of the parts."""

LANGUAGES = {"reader_lt": ("lt", "lt"), "reader_zh": ("zh-hans", "zh_Hans")}
SAID = """() => {
    const places = "h1 .heading-name, h2, h3, th, legend, label, .label, .button, .menu-link, .menu-heading, .badge, " +
        "dt, .tab, .chip, .filter-label, .field-help, .alert-block, .number-label, .number-note, .empty-state, " +
        "option, .waiting-item, .trail li, .workflow li, .pop-item, .phone-bar, .related-tab, .wf-step";
    const found = new Set();
    for (const element of document.querySelectorAll(places)) {
        if (element.closest(".approval, .timeline, #switch-company, #choose-language")) continue;
        if (element.closest("#me-menu .pop-head, .inbox .waiting-text")) continue;
        const text = (element.innerText || element.textContent || "").trim();
        if (text) text.split("\\n").forEach(line => line.trim() && found.add(line.trim()));
    }
    for (const element of document.querySelectorAll("main [aria-label], main [placeholder], main [data-why]"))
        for (const name of ["aria-label", "placeholder", "data-why"])
            if (element.getAttribute(name)) found.add(element.getAttribute(name).trim());
    return [...found];
}"""
ALLOWED = {
    "Mainspring",
    "API",
    "CSV",
    "XLSX",
    "PDF",
    "Webhook",
    "EUR",
    "USD",
    "CNY",
    "PLN",
    "Ctrl",
    "Delete",
    "items",
    "UTC",
    "URL",
    "BIC",
    "IBAN",
    "PVM",
    "VAT",
    "OK",
    "ID",
    "English",
    "Lietuvių",
    "webhook",
    "GTIN",
    "kg",
    "SHA",
    "HTTP",
    "JSON",
    "TOTP",
    "Excel",
    "UTF",
    "SKU",
}
ENGLISH = {
    "the",
    "of",
    "and",
    "to",
    "is",
    "are",
    "was",
    "not",
    "this",
    "that",
    "these",
    "with",
    "for",
    "from",
    "by",
    "new",
    "add",
    "all",
    "none",
    "open",
    "close",
    "draft",
    "name",
    "code",
    "date",
    "state",
    "amount",
    "order",
    "orders",
    "item",
    "items",
    "customer",
    "supplier",
    "quantity",
    "price",
    "line",
    "lines",
    "total",
    "search",
    "filter",
    "filters",
    "export",
    "import",
    "list",
    "board",
    "calendar",
    "chart",
    "columns",
    "save",
    "cancel",
    "delete",
    "edit",
    "create",
    "number",
    "what",
    "who",
    "when",
    "where",
    "which",
    "please",
    "choose",
    "nothing",
    "here",
    "yet",
    "show",
    "more",
    "less",
    "day",
    "days",
    "week",
    "month",
    "year",
    "waiting",
    "today",
    "records",
    "record",
}


@cache
def english(catalog: str) -> set[str]:
    """Every English text whose translation looks different."""
    import messages

    found = set()
    for package in messages.packages():
        path = messages.catalog_path(package, catalog)
        if path.exists():
            for message in messages._read(path, catalog):
                if isinstance(message.id, str) and message.string and message.string != message.id:
                    found.add(message.id)
                    found.add(message.id[:1].upper() + message.id[1:])
    return found


def left_in_english(texts: list[str], language: str, catalog: str, names: set[str]) -> list[str]:
    """Those of the texts that are English: a known text untranslated, or made of English words."""
    known, found = english(catalog), []
    for text in texts:
        words = [word for word in re.findall(r"(?<!\w)[A-Za-z]{2,}(?!\w)", text) if word not in ALLOWED]
        if not words or text in names:
            continue
        if text in known or ({word.lower() for word in words} & ENGLISH and not _is_data(text, names)):
            found.append(text)
    return found


def _is_data(text: str, names: set[str]) -> bool:
    return any(name and name in text for name in names)


@pytest.fixture(scope="module")
def names(signed_in, chromium, site) -> set[str]:
    """What people wrote: names of records, which no catalog translates."""
    context = chromium.new_context(storage_state=signed_in("reader_en"), base_url=site)
    found = set()
    for key, fields in (
        ("items/items", ("name", "code")),
        ("items/item-categories", ("name",)),
        ("parties/parties", ("name",)),
        ("organization/sites", ("name",)),
        ("organization/departments", ("name",)),
        ("organization/territories", ("name",)),
        ("organization/companies", ("name",)),
        ("accounting/accounts", ("name",)),
        ("accounting/tax-codes", ("name",)),
        ("engineering/work-centers", ("name",)),
        ("organization/roles", ("name",)),
        ("organization/units", ("name",)),
        ("organization/currencies", ("name",)),
        ("parties/payment-terms", ("name",)),
        ("stock/locations", ("name", "code")),
        ("pricing/price-lists", ("name",)),
        ("organization/work-calendars", ("name",)),
        ("crm/lead-pools", ("name",)),
        ("kernel/approval-rules", ("name",)),
        ("kernel/tasks", ("title",)),
        ("crm/opportunities", ("name",)),
        ("organization/unit-categories", ("name",)),
    ):
        answer = context.request.get(f"/api/v1/{key}/?size=500")
        for row in answer.json().get("results", []) if answer.ok else []:
            found |= {str(row.get(field) or "") for field in fields}
    context.close()
    return found - {""}


@pytest.mark.slow  # half a minute for each language
@pytest.mark.parametrize("name", LANGUAGES)
def test_no_english_is_left(person, name, names):
    language, catalog = LANGUAGES[name]
    page, found = person(name, width=390).page, []
    for key in pages.visited():
        for path in pages.of_resource(page, resource.registry[key]):
            if page.goto(path).status != 200:
                continue
            said = left_in_english(page.evaluate(SAID), language, catalog, names)
            found += [f"{path}: {text}" for text in said]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                found.append(f"{path} scrolls sideways")
    assert not found, "\n".join(found)


@pytest.mark.slow  # many pages in each language
@pytest.mark.parametrize("name", LANGUAGES)
def test_shell_and_reports(person, name, names):
    language, catalog = LANGUAGES[name]
    page = person(name).page
    found = []
    ours = [path for path in pages.SHELL if not path.startswith(IN_ENGLISH)]
    for path in (*ours, *pages.all_reports()):
        page.goto(path)
        found += [f"{path}: {text}" for text in left_in_english(page.evaluate(SAID), language, catalog, names)]
    assert not found, "\n".join(found)


def test_numbers_and_dates_are_local(person):
    lithuanian = person("reader_lt").opens("/sales/sales-orders/").page.locator("main tbody").inner_text()
    assert re.search(r"\d{4}-\d{2}-\d{2}", lithuanian)
    assert re.search(r"\d,\d{2}", lithuanian)
    assert not re.search(r"\d,\d{3}\.", lithuanian)
    chinese = person("reader_zh").opens("/").page.locator(".heading-sub").inner_text()
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日", chinese)
