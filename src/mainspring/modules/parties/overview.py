"""All about one customer: slots that upper modules fill with figures, next actions and kinds of what happened (CRM-01).

    @overview.figures.fill
    def open_balance(customer) -> list[home.Number]: ...

    @overview.actions.fill
    def chase(customer) -> list[overview.Action]: ...

    overview.happening("invoices", _("Invoices"), "accounting.invoice", at="invoice_on", icon="receipt", amount="total")

What two of them need is worked out once: `customer.once("balance", lambda: …)`. Everything keeps to `access.rows`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from mainspring.kernel import access, formats, home, sight
from mainspring.kernel.plugin_points import PluginPoint

from . import feed
from . import models_relations as relations
from .feed import happening, kinds
from .models import Contact

__all__ = [
    "Action",
    "Customer",
    "actions",
    "figures",
    "first_page",
    "happening",
    "kinds",
    "log_button",
    "of_customer",
    "page_of",
]

ACTIONS_SHOWN = 3
PEOPLE_SHOWN = 4

figures = PluginPoint("parties.figures", many=True)
"""f(customer) -> list[home.Number]: what matters about a customer, `order` puts the important ones first."""

actions = PluginPoint("parties.actions", many=True)
"""f(customer) -> list[Action]: what to do next about a customer and why."""


@dataclass
class Customer:
    """A customer as one person looks at it; upper modules find here what they worked out for one another."""

    ctx: Any
    party: Any
    _known: dict = field(default_factory=dict)

    def once(self, name: str, work: Callable):
        """The value of a name, worked out at the first call."""
        if name not in self._known:
            self._known[name] = work()
        return self._known[name]

    def rows(self, model, verb: str = "view"):
        """Records of the customer in sight, for models with a field `party`; none where there is no right at all."""
        return access.rows(self.ctx, model, verb).filter(party=self.party)

    def group(self) -> list[int]:
        """Keys of the companies of the customer's group in sight, itself among them; empty where it has no other."""
        return self.once("parties.group", lambda: _group(self))

    def money(self, label, value, **more) -> home.Number:
        """A figure in the company's base currency, without cents."""
        return home.amount(self.ctx, label, value, **more)

    def in_words(self, value: Decimal) -> str:
        """An amount in base currency within a sentence."""
        return f"{formats.number(value, 2)} {formats.base_currency(self.ctx.company_id)}"


@dataclass(frozen=True)
class Action:
    """Something to do about a customer, with the reason.

    kind    what it is about, for programs: "overdue_invoice"
    weight  the more urgent the larger, 0 to 100
    why     the reason with its numbers; href leads to where it comes from
    label   the button: with `url` it opens a verb's dialog, with `go` it leads to a page
    """

    kind: str
    weight: int
    title: Any
    why: Any
    href: str = ""
    label: Any = ""
    url: str = ""
    go: str = ""
    icon: str = "point"
    tone: str = ""


def of_customer(party, ctx) -> dict | None:
    """What the head of a customer's page shows; None for others and for people of the customer itself."""
    if not is_for(party, ctx):
        return None
    customer = Customer(ctx, party)
    numbers = [number for found in figures(customer) for number in found]
    wanted = sorted((a for found in actions(customer) for a in found), key=lambda a: (-a.weight, a.kind))
    return {
        "numbers": sorted(numbers, key=lambda n: n.order),
        "actions": wanted[:ACTIONS_SHOWN],
        "more": wanted[ACTIONS_SHOWN:],
        "people": _people(customer),
    }


def _people(customer) -> list[dict]:
    """Who looks after the customer and whom to ask there, as far as the person may see them."""
    ctx, party = customer.ctx, customer.party
    found = []
    if party.owner_id and access.may_see(ctx, type(party), "owner"):
        place = access.shown(ctx, party, "territory")
        found.append({"name": str(party.owner), "role": _("Owner"), "text": str(place or ""), "ours": True})
    if not access.can(ctx, Contact, "view"):
        return found
    for one in (
        access.with_clearance(customer.rows(Contact), ctx)
        .filter(active=True)
        .order_by("-is_default", "pk")[:PEOPLE_SHOWN]
    ):
        found.append(
            {
                "name": sight.label(ctx, one),
                "role": access.shown(ctx, one, "job_title") or "",
                "phone": access.shown(ctx, one, "phone") or "",
                "email": access.shown(ctx, one, "email") or "",
                "href": f"/parties/contacts/{one.pk}/",
            }
        )
    return found


def _group(customer) -> list[int]:
    if not relations.in_group(customer.party.pk):
        return []
    family = relations.group(customer.party.pk)
    seen = access.rows(customer.ctx, type(customer.party)).filter(pk__in=family).order_by()
    found = list(seen.values_list("pk", flat=True))
    return found if len(found) > 1 else []


def log_button(customer) -> dict:
    """The button of an action that notes a follow-up, for who may do that; else none."""
    may = customer.once(
        "may_log", lambda: access.rows(customer.ctx, type(customer.party), "log").filter(pk=customer.party.pk).exists()
    )
    return {"label": _("Log follow-up"), "url": f"/parties/parties/{customer.party.pk}/do/log/"} if may else {}


def is_for(party, ctx) -> bool:
    """Whether there is an overview: of customers, for people of the house."""
    return party.is_customer and not access.is_portal(ctx)


def first_page(party, ctx) -> dict | None:
    """The newest of everything."""
    return page_of(party, ctx) if is_for(party, ctx) else None


def page_of(party, ctx, *, kind: str = "", after: str = "") -> dict:
    """Entries with the address of the next ones; chips of the kinds there are, on the first page."""
    customer = Customer(ctx, party)
    entries, following = feed.page(customer, kind=kind, after=after)
    counts = {} if after else feed.counts(customer)
    return {
        "entries": entries,
        "more": _address(party, kind=kind, after=following) if following else "",
        "chips": [
            {
                "title": one.title,
                "count": counts.get(name, "0"),
                "url": _address(party, kind=name),
                "active": name == kind,
            }
            for name, one in kinds.items()
            if name in counts or name == kind
        ]
        if not after
        else [],
        "all": _address(party),
        "kind": kind,
    }


def _address(party, **params) -> str:
    asked = {name: value for name, value in params.items() if value}
    return f"/parties/customers/{party.pk}/feed/" + (f"?{urlencode(asked)}" if asked else "")
