"""Pages by their names: what the search over everything knows beside records."""

import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from mainspring.kernel import access, resource
from mainspring.web import guide, menus


def plain(text: str) -> str:
    """A text as it is compared: small letters without marks, so that "uzsakymai" finds "Užsakymai"."""
    parts = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def pages(ctx) -> Iterator[tuple[str, str, str]]:
    """(name, where it belongs, address) of every page the person may open: lists, new records, pages made by hand."""
    for res in resource.registry.values():
        if not res.menu or not access.can(ctx, res.model, "view"):
            continue
        yield res.plural, menus.name_of(res.menu), f"/{res.key}/"
        if res.creatable and access.can(ctx, res.model, "create"):
            yield _("New: %(record)s") % {"record": res.singular}, "", f"/{res.key}/new/"
    for entries in menus.extra(ctx):
        for group, label, href in entries:
            yield str(label), menus.name_of(group), href
    yield from _of_the_frame()


def _of_the_frame() -> Iterator[tuple[str, str, str]]:
    """Pages everybody has."""
    account = _("My account")
    yield _("Home"), "", "/"
    yield _("Inbox"), "", "/inbox/"
    yield _("Profile and preferences"), account, "/profile/"
    yield _("Sign-in and security"), account, "/accounts/2fa/"
    yield _("Where I am signed in"), account, "/accounts/sessions/"
    yield _("API tokens"), account, "/profile/tokens/"
    yield _("Guide"), "", "/guide/"
    for name, sections in guide.pages().items():
        if name != "README":
            yield sections[0].title, _("Guide"), sections[0].href
