"""What a person's home shows first; modules fill the points, each with what its own records say.

Every function gets the context and must keep to `access.rows(ctx, …)`: what a person may not see does not count.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .plugin_points import PluginPoint

tasks = PluginPoint("home.tasks", many=True)
"""f(ctx) -> list[Waiting]: things this person is asked to do (tasks, approvals, mentions)."""

exceptions = PluginPoint("home.exceptions", many=True)
"""f(ctx) -> list[Waiting]: things gone wrong that this person can put right (late, short, over limit)."""

numbers = PluginPoint("home.numbers", many=True)
"""f(ctx) -> list[Number]: figures this person steers by, each with its trend."""

counts = PluginPoint("home.counts", many=True)
"""f(ctx) -> dict[str, int]: what waits, by resource key ("sales/sales-orders") or "inbox", shown in the menu."""

news = PluginPoint("home.news", many=True)
"""f(ctx, since) -> {"unread": n, "topics": [...], "toasts": [...]}: what the live address tells the browser."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits. `cost` is what it costs if left, in the company's base currency; it decides the order."""

    title: str
    href: str
    text: str = ""
    kind: str = "task"
    icon: str = "point"
    cost: Decimal = Decimal(0)
    due_on: object = None
    tone: str = ""
    verbs: tuple = ()


@dataclass(frozen=True)
class Number:
    """A figure with its trend (oldest first). `order` puts the important ones first."""

    label: str
    text: str
    unit: str = ""
    note: str = ""
    tone: str = ""
    trend: list = field(default_factory=list)
    href: str = ""
    order: int = 100
