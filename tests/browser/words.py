"""What a page says, and which of it was left in English."""

import re
import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

SAID = """() => {
    const places = "h1 .heading-name, h2, h3, th, legend, label, .label, .button, .menu-link, .menu-heading, .badge, " +
        "dt, .tab, .chip, .filter-label, .field-help, .alert-block, .number-label, .number-note, .empty-state, " +
        "option, .state, .waiting-item, .trail li, .workflow li, .pop-item, .phone-bar, .related-tab, .wf-step";
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
_ALLOWED = """
Mainspring API CSV XLSX PDF Webhook EUR USD CNY PLN Ctrl Delete items UTC URL BIC IBAN PVM VAT OK ID English
Lietuvių webhook GTIN kg SHA HTTP JSON TOTP Excel UTF SKU ALL
"""
ALLOWED = frozenset(_ALLOWED.split())
_ENGLISH = """
the of and to is are was not this that these with for from by new add all none open close draft name code date
state amount order orders item items customer supplier quantity price line lines total search filter filters
export import list board calendar chart columns save cancel delete edit create number what who when where which
please choose nothing here yet show more less day days week month year waiting today records record
"""
ENGLISH = frozenset(_ENGLISH.split())


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


def left_in_english(texts: list[str], catalog: str, names: set[str]) -> list[str]:
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
    """What people wrote; other walks on the same company mark what they write with digits of the clock."""
    return bool(re.search(r"\d{7,}", text)) or any(name and name in text for name in names)


def names_of_records(request) -> set[str]:
    """What people wrote: names of records, which no catalog translates. `request` reads as somebody who sees all."""
    found = set()
    for key, fields in (
        ("items/items", ("name", "code")),
        ("items/item-categories", ("name",)),
        ("parties/parties", ("name",)),
        ("production/production-operations", ("name",)),
        ("organization/sites", ("name",)),
        ("organization/departments", ("name",)),
        ("organization/territories", ("name", "code")),
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
        ("crm/campaigns", ("name",)),
        ("contracts/contracts", ("name",)),
        ("organization/unit-categories", ("name",)),
    ):
        answer = request.get(f"/api/v1/{key}/?size=500")
        for row in answer.json().get("results", []) if answer.ok else []:
            found |= {str(row.get(field) or "") for field in fields}
    for row in request.get("/api/v1/engineering/routings/?size=500").json()["results"]:
        found |= {line["name"] for line in request.get(f"/api/v1/engineering/routings/{row['id']}/").json()["lines"]}
    return found - {""}
