"""The pages the walking tests visit: lists, boards, records and forms of every resource, reports, the shell's own."""

import os

from mainspring.kernel import reports, resource
from mainspring.web.views import lists

EVERYTHING = bool(os.environ.get("MAINSPRING_BROWSER_ALL"))

SHELL = (
    "/", "/inbox/", "/search/?q=vilnius", "/profile/", "/jobs/", "/dossier/", "/settings/", "/accounts/2fa/",
    "/profile/tokens/", "/components/", "/guide/", "/guide/sales/", "/organization/import-rates/",
    "/items/items/import/", "/no/such/page/", "/crm/pools/", "/crm/my-day/", "/crm/follow-up/", "/crm/cards/",
    "/crm/reminders/", "/crm/forecast/", "/crm/forecast/changes/", "/crm/forecast/velocity/", "/analytics/charts/",
    "/planning/tasks/", "/planning/tasks/?by=day", "/planning/tasks/of/", "/production/capacity/", "/production/floor/",
    "/production/progress/",
)  # fmt: skip


MAIN = (
    "crm/leads", "crm/opportunities", "parties/parties", "items/items", "sales/quotations", "sales/sales-orders",
    "contracts/contracts",
    "sales/shipments", "purchasing/purchase-requests", "purchasing/purchase-orders", "purchasing/bill-matches",
    "stock/stock-balances", "stock/stock-counts", "production/production-orders", "planning/plan-runs",
    "accounting/invoices", "accounting/payments", "accounting/journal-entries", "organization/role-grants",
    "kernel/custom-fields", "kernel/approval-rules", "kernel/tasks",
)  # fmt: skip
"""What every run visits; MAINSPRING_BROWSER_ALL=1 visits the pages of every record there is."""


ROWS = 8
"""So many rows of a list are looked at: more only repeat them."""


def visited() -> list[str]:
    """Keys of the resources whose pages are visited."""
    return sorted(res.key for module in modules() for res in of_module(module)) if EVERYTHING else list(MAIN)


def modules() -> list[str]:
    return sorted({res.module for res in resource.registry.values() if not res.module.startswith("fleet")})


def of_module(module: str) -> list[resource.Resource]:
    return [res for res in resource.registry.values() if res.module == module]


def all_reports() -> list[str]:
    return [f"/reports/{name}/" for name in sorted(reports.registry)]


def of_resource(page, res: resource.Resource) -> list[str]:
    """The list, its board, its newest record and its new form, as far as the person may open them."""
    start = f"/{res.key}/"
    found = [f"{start}?size={ROWS}"]
    if lists.board_field(res):
        found.append(f"{start}board/")
    if pk := first_of(page, res):
        found.append(f"{start}{pk}/")
    if res.creatable and not getattr(res.model, "read_only", False):
        found.append(f"{start}new/")
    return found


def first_of(page, res) -> str:
    """Key of some record, "" when there is none in sight."""
    answer = page.request.get(f"/api/v1/{res.key}/?size=1")
    rows = answer.json().get("results", []) if answer.ok else []
    return str(rows[0].get("id") or rows[0].get("code") or "") if rows else ""
