"""The frame of every page: `shell`, computed only where a page draws the frame."""

from django.conf import settings
from django.core.cache import caches
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from mainspring.kernel import home, policies
from mainspring.web import addresses, menus

COUNT_SECONDS = 900
"""Pages show the counts known last: each asks for news right after it is there, which counts anew."""


def shell(request) -> dict:
    if getattr(request, "ctx", None) is None:
        return {}
    return {"shell": SimpleLazyObject(lambda: frame(request))}


def frame(request) -> dict:
    """See docs/architecture/pages.md, "Frame"."""
    user, ctx = request.user, request.ctx
    counts = waiting_counts(ctx)
    menu = menus.build(ctx, request.path, counts)
    language = get_language()
    return {
        "product": str(settings.PRODUCT_NAME),
        "menu": menu,
        "keys": {"go": menus.go_keys(menu)},
        "company": {"id": request.company.pk, "name": request.company.name} if request.company else None,
        "companies": [{"id": c.pk, "name": c.name, "current": c == request.company} for c in request.companies],
        "languages": [{"code": code, "name": name, "current": code == language} for code, name in settings.LANGUAGES],
        "user": {"name": str(user), "email": user.email, "role": ", ".join(policies.of(ctx).roles)},
        "unread": counts.get("inbox", 0),
        "theme": user.theme,
        "density": user.preferences.get("density", "normal"),
        "urls": {
            "home": "/",
            "search": "/search/",
            "inbox": "/inbox/" if addresses.exists("/inbox/") else "/",
            "live": "/live/",
            "stream": "/live/stream/",
            "switch": "/switch/",
            "language": "/language/",
            "profile": "/profile/",
            "logout": "/accounts/logout/",
            "security": "/accounts/2fa/",
            "sessions": "/accounts/sessions/",
            "tokens": "/profile/tokens/",
        },
    }


def waiting_counts(ctx, *, fresh: bool = False) -> dict[str, int]:
    """What waits for the person, by resource key or "inbox"; remembered for some seconds, `fresh` counts again."""
    key = f"waiting:{ctx.user.pk}:{ctx.company_id}"
    found = None if fresh else caches["memory"].get(key)
    if found is None:
        found = {}
        for answer in home.counts(ctx):
            for name, number in (answer or {}).items():
                found[name] = found.get(name, 0) + number
        caches["memory"].set(key, found, COUNT_SECONDS)
    return found
