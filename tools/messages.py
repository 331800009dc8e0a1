"""Translations without GNU gettext: extract texts, check that every language is complete, compile.

    python tools/messages.py extract | check | compile

Each package with texts keeps its own catalogs in `locale/<language>/LC_MESSAGES/django.po`.
"""

import ast
import functools
import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent / "src" / "mainspring"
sys.path.insert(0, str(ROOT.parent))
from mainspring.kernel import explained  # noqa: E402 - the tool also runs where nothing is installed yet

LANGUAGES = ("zh_Hans", "lt")
KEYWORDS = {
    "_": None, "lazy": None, "_lazy": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
CALL = re.compile(r"""\b(?:_|n?gettext|n?pgettext)\((?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def main(action: str) -> int:
    return {"extract": extract_all, "check": check_all, "compile": compile_all}[action]()


def packages() -> list[Path]:
    """Folders that own catalogs: the apps and each module."""
    candidates = [ROOT / name for name in ("kernel", "web", "studio", "site")]
    modules = ROOT / "modules"
    candidates += sorted(path for path in modules.iterdir() if path.is_dir()) if modules.exists() else []
    return [path for path in candidates if (path / "__init__.py").exists()]


def template(package: Path) -> Catalog:
    """Every text of a package, in a stable order, with the files it stands in."""
    catalog = Catalog(charset="utf-8")
    shown = models_shown()
    for path in sorted(package.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or {"tests", "migrations", "static"} & set(path.parts):
            continue
        source = path.read_text(encoding="utf-8")
        for message in _explanations(source, shown) if "models" in str(path.relative_to(package)) else ():
            catalog.add(message, locations=[(str(path.relative_to(ROOT)), None)])
        if path.suffix != ".py":
            source = _as_python(source, path)
        for _line, message, comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, ("Translators:",)
        ):
            if message and message != ("", ""):
                catalog.add(message, locations=[(str(path.relative_to(ROOT)), None)], auto_comments=comments,
                            context=context)  # fmt: skip
    return catalog


@functools.cache
def models_shown() -> set[str]:
    """Names of the models that have a resource: help shows what their docstrings say."""
    found = re.findall(r"^    model = (?:\w+\.)?(\w+)$", "".join(p.read_text() for p in _resources()), re.MULTILINE)
    return set(found)


def _resources() -> list[Path]:
    return [path for package in packages() for path in sorted(package.rglob("*.py")) if "resources" in str(path)]


def _explanations(source: str, shown: set[str]) -> list[str]:
    """What the docstrings of models say that people see."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name in shown]
    return [explained.of_text(text) for node in classes if (text := ast.get_docstring(node))]


def _as_python(source: str, path: Path) -> str:
    """A template as lines the Python extractor reads; Django's own translator of template tags does the work."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    text = templatize(source, origin=str(path))
    calls = re.findall(
        r"""\b(?:_|n?gettext|n?pgettext)\((?:[^()'"]|u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")*\)""", text
    )
    return "\n".join(calls)


def catalog_path(package: Path, language: str) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def extract_all() -> int:
    for package in packages():
        texts = template(package)
        if not len(texts):
            continue
        for language in LANGUAGES:
            path = catalog_path(package, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog = _read(path, language) if path.exists() else Catalog(locale=language, charset="utf-8")
            catalog.update(texts, no_fuzzy_matching=True)
            catalog.obsolete.clear()
            with path.open("wb") as stream:
                write_po(stream, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)
        print(f"{package.relative_to(ROOT)}: {len(texts)} texts")
    return 0


def check_all() -> int:
    problems = [problem for package in packages() for problem in problems_of(package)]
    problems += [problem for language in LANGUAGES for problem in said_twice(language)]
    for problem in problems[:200]:
        print(problem)
    print(f"translations: {len(problems)} problems" if problems else "translations: complete")
    return 1 if problems else 0


def problems_of(package: Path) -> list[str]:
    """Texts that a language lacks, or whose placeholders differ from the English."""
    found = []
    texts = template(package)
    for language in LANGUAGES:
        path = catalog_path(package, language)
        catalog = _read(path, language) if path.exists() else Catalog(locale=language)
        for message in texts:
            if not message.id:
                continue
            known = catalog.get(message.id, message.context)
            strings = [] if known is None else ([known.string] if isinstance(known.string, str) else list(known.string))
            label = f"{package.name} {language}: {message.id!r}"
            if not strings or not all(strings) or (known is not None and known.fuzzy):
                found.append(f"{label} is not translated")
            elif isinstance(message.id, str) and _marks(message.id) != _marks(strings[0]):
                found.append(f"{label} has other placeholders than its translation {strings[0]!r}")
    return found


def said_twice(language: str) -> list[str]:
    """Texts that packages translate differently: only one would be shown everywhere, so they need a context."""
    found, first = [], {}
    for package in packages():
        path = catalog_path(package, language)
        for message in _read(path, language) if path.exists() else ():
            if not message.id or not message.string:
                continue
            owner, known = first.setdefault((message.context, message.id), (package.name, message.string))
            if known != message.string:
                found.append(
                    f"{package.name} {language}: {message.id!r} is {message.string!r} here and {known!r} in {owner}"
                )
    return found


def _marks(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def compile_all() -> int:
    for path in sorted(ROOT.rglob("locale/*/LC_MESSAGES/django.po")):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=path.parts[-3]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
