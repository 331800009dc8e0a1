"""What changed in the forecast since a day: the steps from its amount then to its amount now (CRM-08)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import query, resource

from . import forecasting
from .models import DealChange, Opportunity

ZERO = Decimal(0)
KINDS = {
    "new": pgettext_lazy("deals", "New"),
    "moved_in": _("Moved in"),
    "grown": _("Grown"),
    "shrunk": _("Shrunk"),
    "moved_out": _("Moved out"),
    "won": _("Won"),
    "lost": _("Lost"),
}


@dataclass
class Change:
    """A deal that changed: its amount in the forecast then and now, in the currency asked for."""

    deal: dict
    before: Decimal
    after: Decimal
    closes_before: date | None
    closes_after: date | None

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass
class Steps:
    """From `before` over the changes of every kind to `after`; these sums agree."""

    before: Decimal = ZERO
    after: Decimal = ZERO
    changes: dict[str, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def sum(self, kind: str) -> Decimal:
        return sum((change.difference for change in self.changes[kind]), ZERO)


def since(ctx, day: date, *, starts_on: date, ends_on: date, currency: str, where: dict) -> Steps:
    """Steps of open deals expected to close in [starts_on, ends_on) since the end of `day`, of deals now in sight."""
    rate = forecasting.rate_of(ctx, currency)
    deals = query.Query(resource.of(Opportunity), ctx, query.parse(where)).filtered()
    names = ("pk", "number", "name", "state", "expected_close_on", "amount_base", "owner__username")
    now = {row["pk"]: row for row in deals.values(*names)}
    rows = DealChange.objects.filter(opportunity__in=deals.values("pk"), on__lte=day)
    was = {
        row["opportunity_id"]: row
        for row in rows.order_by("opportunity_id", "-id")
        .distinct("opportunity_id")
        .values("opportunity_id", "state", "expected_close_on", "amount_base")
    }

    def counts(row) -> bool:
        closes = row and row["expected_close_on"]
        return bool(closes and row["state"] == "open" and starts_on <= closes < ends_on)

    steps = Steps()
    for key, deal in now.items():
        then = was.get(key)
        before = then["amount_base"] * rate if counts(then) else ZERO
        after = deal["amount_base"] * rate if counts(deal) else ZERO
        steps.before, steps.after = steps.before + before, steps.after + after
        kind = _kind(then, deal, counts(then), counts(deal), after - before)
        if kind:
            closed = then and then["expected_close_on"]
            steps.changes[kind].append(Change(deal, before, after, closed, deal["expected_close_on"]))
    for found in steps.changes.values():
        found.sort(key=lambda change: -abs(change.difference))
    return steps


def _kind(then, deal, counted: bool, counts: bool, difference: Decimal) -> str:
    """Why a deal's amount in the forecast changed; "" when it did not."""
    if counted and not counts:
        return deal["state"] if deal["state"] in ("won", "lost") else "moved_out"
    if counts and not counted:
        return "new" if then is None else "moved_in"
    if not difference or not counts:
        return ""
    return "grown" if difference > 0 else "shrunk"
