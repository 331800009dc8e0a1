"""The menu of a role: groups named by `Resource.menu`, limited to what the person may view."""

from django.utils.translation import gettext as _

from mainspring.kernel import access, resource
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.web import addresses

extra = PluginPoint("web.menu", many=True)
"""f(ctx) -> list of (group, label, address): pages a module makes by hand; the group is an English menu name."""

ICONS = {"sales": "shopping-cart", "crm": "users", "purchasing": "truck-delivery", "production": "building-factory-2",
         "stock": "packages", "accounting": "book-2", "items": "package", "parties": "address-book", "pricing": "tag",
         "engineering": "tools", "organization": "building", "setup": "settings", "administration": "settings",
         "studio": "wand", "planning": "calendar-stats", "quality": "shield-check", "people": "users"}  # fmt: skip
ORDER = ("crm", "sales", "purchasing", "production", "planning", "stock", "items", "parties", "pricing", "engineering",
         "accounting")  # fmt: skip


def build(ctx, path: str, counts: dict[str, int]) -> list[dict]:
    """Menu entries for the frame; two levels: "Sales / Setup" puts a resource at the end of Sales."""
    groups: dict[str, list[dict]] = {}
    for res in resource.registry.values():
        if not res.menu or not access.can(ctx, res.model, "view"):
            continue
        group, _sep, sub = (part.strip() for part in res.menu.partition("/"))
        href = addresses.of_resource(res)
        groups.setdefault(group, []).append(
            {
                "label": res.plural,
                "href": href,
                "active": path.startswith(href),
                "count": counts.get(res.key),
                "last": bool(sub),
            }
        )
    for entries in extra(ctx):
        for group, label, href in entries:
            groups.setdefault(group, []).append(
                {"label": label, "href": href, "active": path.startswith(href), "last": False}
            )
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
    if not addresses.exists("/inbox/"):
        menu.pop()
    for group in sorted(groups, key=_rank):
        children = sorted(groups[group], key=lambda c: c["last"])
        menu.append(
            {
                "key": group.lower(),
                "label": _(group),
                "icon": ICONS.get(group.lower(), "folder"),
                "children": children,
                "active": any(c["active"] for c in children),
                "count": sum(c.get("count") or 0 for c in children) or None,
            }
        )
    return menu


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
