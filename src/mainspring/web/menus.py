"""The menu of a role: groups named by `Resource.menu`, limited to what the person may view."""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from mainspring.kernel import access, policies, resource
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.remembered import Remembered
from mainspring.web import addresses

extra = PluginPoint("web.menu", many=True)
"""f(ctx) -> list of (group, label, address): pages a module makes by hand, "Sales / Reports" under a heading."""

ICONS = {"sales": "shopping-cart", "customers": "heart-handshake", "purchasing": "shopping-bag",
         "production": "building-factory-2", "planning": "calendar-stats", "stock": "packages",
         "accounting": "calculator", "products": "box", "parties": "building-community", "work": "checklist",
         "quality": "shield-check", "contracts": "signature", "people": "users", "studio": "color-swatch",
         "administration": "settings"}  # fmt: skip
ORDER = ("customers", "sales", "contracts", "purchasing", "production", "planning", "stock", "products", "parties",
         "accounting")  # fmt: skip
NAMES = {
    "Work": _lazy("Work"), "Customers": _lazy("Customers"), "Sales": _lazy("Sales"), "Purchasing": _lazy("Purchasing"),
    "Contracts": _lazy("Contracts"), "Production": _lazy("Production"), "Planning": _lazy("Planning"),
    "Stock": _lazy("Stock"), "Products": _lazy("Products"), "Parties": _lazy("Parties"),
    "Accounting": _lazy("Accounting"), "Administration": _lazy("Administration"), "Reports": _lazy("Reports"),
    "Insight": _lazy("Insight"), "Setup": _lazy("Setup"), "Closing": _lazy("Closing"),
    "Valuation": _lazy("Valuation"), "Engineering": _lazy("Engineering"), "Prices": _lazy("Prices"),
    "Structure": _lazy("Structure"), "Access": _lazy("Access"), "Currencies": _lazy("Currencies"),
    "Units and calendars": _lazy("Units and calendars"),
}  # fmt: skip
"""Names of the groups that come with the product; a plug-in's own group is shown as it names it."""
SECTIONS = ("", "Insight", "Engineering", "Prices", "Valuation", "Reports", "Closing", "Setup")
SETUP = "Setup"
ADMINISTRATION = "Administration"
WRITING = ("create", "change")


def build(ctx, path: str, counts: dict[str, int]) -> list[dict]:
    """Menu entries for the frame; two levels: "Sales / Setup" puts a resource under the heading Setup of Sales.

    What a person only chooses from elsewhere stays out: setup pages show to those who change something in the group,
    pages of administration to those who may change them, everything to those who may see everything.
    """
    reader = _Reader(ctx.user.pk, ctx.user.is_superuser, ctx.company_id, ctx.business_date, get_language(), ctx)
    menu = [
        {"key": "home", "label": _("Home"), "icon": "home", "href": "/", "active": path == "/"},
        {
            "key": "inbox",
            "label": _("Inbox"),
            "icon": "inbox",
            "href": "/inbox/",
            "active": path.startswith("/inbox/"),
            "count": counts.get("inbox"),
            "live": "inbox",
        },
    ]
    for group, known in _known.get(reader).items():
        children = [
            child | {"active": path.startswith(child["href"]), "count": counts.get(child["key"])} for child in known
        ]
        menu.append(
            {
                "key": group.lower(),
                "label": str(NAMES.get(group, group)),
                "icon": ICONS.get(group.lower(), "folder"),
                "children": children,
                "active": any(c["active"] for c in children),
                "count": sum(c["count"] or 0 for c in children) or None,
            }
        )
    return menu


@dataclass(frozen=True)
class _Reader:
    """Whose menu it is; the same for all who agree in all but the context."""

    user_id: int
    all_powerful: bool
    company_id: int
    day: date
    language: str | None
    ctx: Any = field(compare=False)


def _groups(reader: _Reader) -> dict[str, list[dict]]:
    """{group: its entries}, in order."""
    ctx, groups = reader.ctx, {}
    found = [res for res in resource.registry.values() if res.menu and access.can(ctx, res.model, "view")]
    works_in = {_parts(res.menu)[0] for res in found if _writes(ctx, res)}
    all_seeing = _sees_all(ctx)
    for res in found:
        group, section = _parts(res.menu)
        if not all_seeing and group == ADMINISTRATION and not _keeps(ctx, res):
            continue
        if not all_seeing and section == SETUP and group not in works_in:
            continue
        entry = {"label": str(res.plural), "href": addresses.of_resource(res), "section": section, "key": res.key}
        groups.setdefault(group, []).append(entry)
    made = [entry for entries in extra(ctx) for entry in entries]
    for name, label, href in reversed(made):  # where work is done comes before the lists of records
        group, section = _parts(name)
        entry = {"label": str(label), "href": href, "section": section, "key": href}
        groups.setdefault(group, []).insert(0, entry)
    for group, children in groups.items():
        groups[group] = sorted(children, key=lambda c: _section_rank(c["section"]))
        _head(groups[group])
    return {group: groups[group] for group in sorted(groups, key=_rank)}


_known = Remembered(_groups)
"""Follows from roles and memberships, whose changes make everything remembered stale."""


def drawn(menu: list[dict], product: str) -> SafeString:
    """The menu as HTML."""
    return _drawn(json.dumps({"menu": menu, "product": product}), get_language())


@lru_cache(maxsize=500)
def _drawn(shell: str, language: str | None) -> SafeString:
    return mark_safe(render_to_string("web/parts/menu.html", {"shell": json.loads(shell)}))


def name_of(menu: str) -> str:
    """The group of "Sales / Setup" in the person's language."""
    group = _parts(menu)[0]
    return str(NAMES.get(group, group))


def _parts(menu: str) -> tuple[str, str]:
    group, _sep, section = (part.strip() for part in menu.partition("/"))
    return group, section


def _head(children: list[dict]) -> None:
    """Give the first entry of each section its heading."""
    before = ""
    for child in children:
        if child["section"] != before:
            before = child["section"]
            child["heading"] = str(NAMES.get(before, before))


def _writes(ctx, res) -> bool:
    return any(access.can(ctx, res.model, verb) for verb in WRITING)


def _keeps(ctx, res) -> bool:
    """Whether the person may do more with the records than choose from them and look after their own."""
    return any(g.verbs - {"view"} and g.scope != "own" for g in policies.of(ctx).matching(res.label, "view"))


def _sees_all(ctx) -> bool:
    policy = policies.of(ctx)
    return policy.all_powerful or any(g.entity == "*" for g in policy.grants)


def _section_rank(section: str) -> tuple:
    return (SECTIONS.index(section) if section in SECTIONS else len(SECTIONS), "" if section in SECTIONS else section)


def _rank(group: str) -> tuple:
    name = group.lower()
    return (ORDER.index(name) if name in ORDER else len(ORDER) + (name in ("setup", "administration", "studio")), name)


def go_keys(menu: list[dict]) -> list[dict]:
    """Keys for "g then letter": the first free letter of each page's name."""
    taken, found = {"h"}, [{"key": "h", "label": _("Home"), "href": "/"}]
    for entry in menu:
        for child in entry.get("children", ())[:2]:
            letter = next((c for c in child["label"].lower() if c.isascii() and c.isalpha() and c not in taken), None)
            if letter:
                taken.add(letter)
                found.append({"key": letter, "label": child["label"], "href": child["href"]})
    return found
