"""The documentation as plain pages: every Markdown file becomes an HTML file with the same name."""

import re
import shutil
import sys
from html import escape
from pathlib import Path

import markdown

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.6 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}}
pre,code{{background:#8881;border-radius:4px;padding:.1em .3em}}pre{{padding:1em;overflow:auto}}img{{max-width:100%}}
table{{border-collapse:collapse}}td,th{{border:1px solid #8884;padding:.3em .6em}}nav{{font-size:.9em}}</style>
<nav>{menu}</nav>{body}</html>"""


def build(source: Path, target: Path) -> int:
    """Number of pages written; links between .md files are kept working."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.md"))
    pages = sorted(source.rglob("*.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        here = target / page.relative_to(source).with_suffix(".html")
        here.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (len(page.relative_to(source).parts) - 1)
        body = markdown.markdown(text, extensions=["extra", "toc", "sane_lists"])
        body = re.sub(r'href="([^":]+)\.md(#[^"]*)?"', r'href="\1.html\2"', body)
        menu = " · ".join(
            f'<a href="{up}{other.relative_to(source).with_suffix(".html").as_posix()}">{escape(_title(other))}</a>'
            for other in pages
            if "decisions" not in other.parts
        )
        here.write_text(PAGE.format(title=escape(_title(page)), menu=menu, body=body), encoding="utf-8")
    return len(pages)


def _title(page: Path) -> str:
    found = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.M)
    return found[1] if found else page.stem


if __name__ == "__main__":
    print(f"{build(Path(sys.argv[1]), Path(sys.argv[2]))} pages in {sys.argv[2]}")
