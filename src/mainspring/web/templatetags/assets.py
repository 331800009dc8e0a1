"""Template tags for what the front end build produced: entry files, icons and strings."""

import functools
import json
import pathlib

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import mark_safe

from mainspring.kernel import formats
from mainspring.web import interface_strings

BUILD = pathlib.Path(__file__).resolve().parent.parent / "static" / "build"
ICONS = "src/icons.svg"

register = template.Library()


def read_manifest() -> dict:
    """The build's manifest, source path to output; empty when the front end was not built."""
    file = BUILD / ".vite" / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else {}


_cached_manifest = functools.lru_cache(maxsize=1)(read_manifest)


def manifest() -> dict:
    """The manifest, read once per process, and on every use in development."""
    return read_manifest() if settings.DEBUG else _cached_manifest()


def build_url(file: str) -> str:
    """Address of a built file.

    It is not passed through the static files storage: built names carry their hash already, and a module
    loaded under two names would run twice.
    """
    return f"{settings.STATIC_URL}build/{file}"


@register.simple_tag
def entry(name: str):
    """Link and script elements of one entry (`src/main.ts`), with its style sheets and preloads."""
    chunk = manifest().get(name)
    if chunk is None:
        return ""
    styles = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((build_url(f),) for f in _styles(name)))
    preloads = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((build_url(manifest()[key]["file"]),) for key in chunk.get("imports", ())),
    )
    script = format_html('<script type="module" src="{}"></script>', build_url(chunk["file"]))
    return mark_safe("\n".join(part for part in (styles, preloads, script) if part))


def _styles(name: str, seen: frozenset = frozenset()) -> list[str]:
    chunk = manifest().get(name, {})
    found = list(chunk.get("css", ()))
    for key in chunk.get("imports", ()):
        if key not in seen:
            found += [file for file in _styles(key, seen | {name}) if file not in found]
    return found


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file by its source path, or of a file copied from `public/`."""
    chunk = manifest().get(name)
    return build_url(chunk["file"] if chunk else name)


@register.simple_tag
def icon(name: str, label: str = "", size: str = ""):
    """An icon of the sprite; decorative unless it has a label. Unknown names draw nothing."""
    return _icon(str(name or "point"), str(label), size, asset(ICONS))


@functools.lru_cache(maxsize=2000)
def _icon(name: str, label: str, size: str, sprite: str):
    described = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>',
        f"icon-{size}" if size else "",
        described,
        sprite,
        name,
    )


@register.simple_tag
def interface_text():
    """The translated strings of the islands, as a JSON script element they read on first use."""
    return json_script(interface_strings.translated(), "interface-strings")


@register.filter
def props(value, element_id: str = ""):
    """The value as the JSON script an island reads its properties from."""
    script = str(json_script(value, element_id or None))
    return mark_safe(script.replace("<script", '<script class="props"', 1))


@register.filter
def entry_of(mapping, key: str):
    """A mapping's entry or None; `{{ verb.values }}` alone would call the dictionary's own method."""
    return mapping.get(key) if hasattr(mapping, "get") else getattr(mapping, key, None)


@register.filter
def shortest(value, digits: int = 6) -> str:
    """A local number without trailing zeros, with at most so many digits after the point; "" for none."""
    return "" if value in (None, "") else formats.number(value, 0, digits)


@register.filter
def initials(name: str) -> str:
    """Up to two initials of a person's name; the last two signs of a name written in Chinese."""
    text = str(name).strip()
    if text and "\u3400" <= text[0] <= "\u9fff":
        return text[-2:]
    words = text.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.filter
def hue(name: str) -> int:
    """One of eight stable colour numbers for a name, for avatars and tags."""
    return sum(ord(sign) for sign in str(name)) % 8


@register.filter
def points(values) -> str:
    """Polyline points of a sparkline in a 100 by 28 box; empty for fewer than two values."""
    numbers = [float(value) for value in values or ()]
    if len(numbers) < 2:
        return ""
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1
    step = 100 / (len(numbers) - 1)
    return " ".join(f"{index * step:.1f},{25 - 22 * (number - low) / span:.1f}" for index, number in enumerate(numbers))
