"""Named reports: a question with parameters and an answer in rows, the same on the page, in exports and for programs.

A module declares its reports in `reports.py`; the page is /reports/<name>/. Rows are dictionaries by column path; a row
may carry "_href" (address), "_report" (name, parameters of a report that opens it), "_record" (model label, key) and
"_strong" (a total).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from . import access, policies
from .resource import Column
from .workflow import Input

registry: dict[str, "Report"] = {}
"""Every report by name."""


@dataclass
class Answer:
    """What a report says: rows, totals by column path, notes for the reader, and columns that say nothing this time."""

    rows: list[dict]
    totals: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A named report.

    entity      model label; who may view its records (of all rows of the company) may read the report
    parameters  typed inputs with initial values, as verbs have them
    columns     what is shown, in order
    run         function (ctx, **parameters) -> Answer
    chart       {"kind": "line" | "bar", "x": path, "y": [paths]} drawn over the rows
    own_rows    a verb: `run` reads only what the person may see, so whoever may do that on some records may read it
    """

    name: str
    title: Any
    menu: str
    entity: str
    columns: tuple[Column, ...]
    run: Callable
    parameters: tuple[Input, ...] = ()
    help: Any = ""
    chart: dict | None = None
    own_rows: str = ""

    def __post_init__(self):
        registry[self.name] = self

    def allowed(self, ctx) -> bool:
        """Reports show whole companies, so only a grant on all rows of the company opens them, or `own_rows`."""
        model = apps.get_model(self.entity)
        if self.own_rows and access.can(ctx, model, self.own_rows):
            return True
        if ctx.trusted or policies.of(ctx).all_powerful:
            return True
        return any(
            g.scope == "company" and (g.company_id in (None, ctx.company_id))
            for g in policies.of(ctx).matching(model._meta.label_lower, "view")
        )

    def may_leave(self, ctx) -> bool:
        """Whether this person may take the rows out as a file (SEC-03)."""
        return access.can(ctx, apps.get_model(self.entity), "export")

    def shown(self, answer: Answer) -> list[Column]:
        """The columns an answer fills."""
        return [column for column in self.columns if column.path not in answer.without]

    def initial(self, ctx) -> dict:
        """Proposed parameters."""
        return {p.name: p.initial(None, ctx) if callable(p.initial) else p.initial for p in self.parameters}

    def answer(self, ctx, **raw) -> tuple[Answer, dict]:
        """Run with raw parameters; those left out take their initial value; ValidationError names wrong ones."""
        if not self.allowed(ctx):
            raise PermissionDenied(_("You may not read this report."))
        found: dict[str, list] = {}
        given = {}
        for p in self.parameters:
            value = raw.get(p.name)
            try:
                given[p.name] = p.clean(self.initial(ctx)[p.name] if value in (None, "") else value, ctx)
            except ValidationError as error:
                found.update(error.message_dict)
        if found:
            raise ValidationError(found)
        return self.run(ctx, **given), given
