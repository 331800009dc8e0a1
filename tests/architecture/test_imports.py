"""The parts of the dependency rule that hold for every module by its files, whatever modules there are."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mainspring"
MODULES = SOURCE / "modules"

FACE = {"models", "commands", "queries", "events"}
ORDER = {
    "models": 0, "events": 0, "queries": 1, "commands": 2, "handlers": 3, "resources": 3, "reports": 3, "pages": 3,
    "jobs": 3, "demo": 3,
}  # fmt: skip
HTTP = (
    "django.http", "django.shortcuts", "django.urls", "django.views", "django.forms", "rest_framework", "django_htmx",
    "mainspring.web",
)  # fmt: skip
DOMAIN_ROOMS = {"models", "commands", "queries", "events", "handlers", "jobs"}


def product_files() -> list[Path]:
    skipped = {"tests", "testing", "migrations"}
    return [path for path in sorted(SOURCE.rglob("*.py")) if not skipped & set(path.relative_to(SOURCE).parts)]


def imports_of(path: Path, *, deep: bool = True) -> set[str]:
    """Full dotted names a file imports; `from a import b` counts as a.b, relative imports are made absolute.

    deep=False leaves out imports inside functions: a model's `prepare` hook asks the queries beside it.
    """
    parts = ["mainspring", *path.relative_to(SOURCE).with_suffix("").parts]
    names = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if deep else tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            prefix = ".".join(part for part in (base, node.module) if part)
            names |= {f"{prefix}.{alias.name}" for alias in node.names}
    return names


def place(path: Path) -> tuple[str, str]:
    """(module, room) of a file under modules: ("stock", "commands"); a package room counts under its name."""
    module, *rest = path.relative_to(MODULES).with_suffix("").parts
    return module, rest[0] if rest else "__init__"


def module_files() -> list[Path]:
    return [path for path in product_files() if MODULES in path.parents and path.parent != MODULES]


def test_a_module_is_entered_through_its_face_only():
    """The demo company is one story told module by module, so a demo room may read the demo rooms of modules below."""
    offences = []
    for path in module_files():
        own, room = place(path)
        face = FACE | {"demo", "demo_data"} if room.startswith("demo") else FACE
        for name in imports_of(path):
            parts = name.split(".")
            foreign = parts[:2] == ["mainspring", "modules"] and len(parts) > 3 and parts[2] != own
            if foreign and parts[3] not in face:
                offences.append(f"{path.relative_to(SOURCE)} imports {name}")
    assert not offences, "\n".join(offences)


def test_rooms_of_a_module_import_downwards():
    offences = []
    for path in module_files():
        own, room = place(path)
        for name in imports_of(path, deep=False):
            parts = name.split(".")
            if parts[:3] != ["mainspring", "modules", own] or len(parts) < 4:
                continue
            if ORDER.get(parts[3], 0) > ORDER.get(room, 3):
                offences.append(f"{path.relative_to(SOURCE)} imports {name}")
    assert not offences, "\n".join(offences)


def test_the_domain_knows_no_http():
    offences = []
    for path in product_files():
        in_kernel = SOURCE / "kernel" in path.parents
        in_domain = MODULES in path.parents and path.parent != MODULES and place(path)[1] in DOMAIN_ROOMS
        if in_kernel or in_domain:
            found = [name for name in imports_of(path) if any(name == h or name.startswith(h + ".") for h in HTTP)]
            offences += [f"{path.relative_to(SOURCE)} imports {name}" for name in found]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize("marker", ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "NotImplemented" + "Error"])
def test_nothing_is_left_for_later(marker):
    assert not [str(path) for path in product_files() if marker in path.read_text(encoding="utf-8")]
