"""Who acts, for which company, on which business date. Passed explicitly to every command and query."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Context:
    """The circumstances of a call.

    company_id       company that new records belong to
    company_ids      companies whose records are in sight; empty means only `company_id`
    source           where the call came from: web, api, import, job, cli, python
    command_id       the audit entry of the running command; set inside effects
    trusted          permission was decided by the command around this call (set inside effects)
    idempotency_key  a repeated call with the same key by the same user returns the first result
    """

    user: Any
    business_date: date
    company_id: int
    company_ids: tuple[int, ...] = ()
    source: str = "python"
    request_id: str = ""
    language: str = "en"
    command_id: UUID | None = None
    trusted: bool = False
    idempotency_key: str = ""

    def inside(self, command_id: UUID) -> "Context":
        """The context effects and handlers get: same person and day, permission already decided."""
        return replace(self, command_id=command_id, trusted=True, idempotency_key="")

    def on(self, day: date) -> "Context":
        return replace(self, business_date=day)

    def in_company(self, company_id: int) -> "Context":
        return replace(self, company_id=company_id, company_ids=())

    @property
    def visible_company_ids(self) -> tuple[int, ...]:
        return self.company_ids or (self.company_id,)
