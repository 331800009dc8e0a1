"""The guide inside the product: pages a role reads, and the section that fits the records one looks at.

`guide_pages` is docs/guide itself, which the package carries along.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import markdown
from django.utils.safestring import SafeString, mark_safe

from mainspring.kernel import access, reports, resource

FOLDER = Path(__file__).parent / "guide_pages"
HEADING = re.compile(r"^## +(.+)$", re.M)


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading; the first has the page's own title."""

    page: str
    title: str
    anchor: str
    text: str

    @property
    def href(self) -> str:
        return f"/guide/{self.page}/" + (f"#{self.anchor}" if self.anchor else "")

    @property
    def html(self) -> SafeString:
        return rendered(self.text)


@cache
def pages() -> dict[str, tuple[Section, ...]]:
    """Sections of every page by the page's name, the README first."""
    files = sorted(FOLDER.glob("*.md"), key=lambda path: (path.stem != "README", path.stem))
    return {path.stem: tuple(_sections(path.stem, path.read_text(encoding="utf-8"))) for path in files}


def _sections(page: str, text: str):
    title = re.search(r"^# +(.+)$", text, re.M)
    head = title[1] if title else page
    parts = HEADING.split(text[title.end() :] if title else text)
    yield Section(page, head, "", parts[0].strip())
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        yield Section(page, heading.strip(), _anchor(heading), body.strip())


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def page_html(name: str) -> SafeString:
    """A whole page; KeyError when there is none."""
    parts = []
    for n, section in enumerate(pages()[name]):
        head = f'<h2 id="{section.anchor}">{section.title}</h2>' if n else ""
        parts.append(head + rendered(section.text))
    return mark_safe("".join(parts))


def rendered(text: str) -> SafeString:
    """Markdown of our own pages as HTML: links between pages work, addresses of the product become links."""
    html = markdown.markdown(text, extensions=["tables", "sane_lists"])
    html = re.sub(r'href="([\w-]+)\.md(#[^"]*)?"', lambda m: f'href="/guide/{m[1]}/{m[2] or ""}"', html)
    html = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", html)
    html = re.sub(r"<img [^>]*>", "", html)
    return mark_safe(re.sub(r"<code>(/[a-z_/-]+/)</code>", r'<a href="\1">\1</a>', html))


def in_sight(html: str, ctx) -> SafeString:
    """The same without links to lists and reports the person may not see: they stand as text."""

    def link(found: re.Match) -> str:
        first, _, second = found[1].strip("/").partition("/")
        res, report = resource.registry.get(f"{first}/{second}"), reports.registry.get(second)
        hidden = res is not None and not access.can(ctx, res.model, "view")
        hidden |= first == "reports" and report is not None and not report.allowed(ctx)
        if res is None and first != "reports":  # a page of its own: of no use to who sees nothing of its kind
            kinds = [one for key, one in resource.registry.items() if key.startswith(f"{first}/")]
            hidden |= bool(kinds) and not any(access.can(ctx, one.model, "view") for one in kinds)
        return f"<code>{found[1]}</code>" if hidden else found[0]

    return mark_safe(re.sub(r'<a href="(/[a-z_/-]+/)">\1</a>', link, html))


def fitting(res: resource.Resource, limit: int = 4) -> list[Section]:
    """Sections about a resource, the fullest first: those that name its address, then those of its menu's page."""
    address = f"/{res.key}/"
    named = [s for sections in pages().values() for s in sections if address in s.text]
    return sorted(named, key=lambda s: -s.text.count(address))[:limit]
