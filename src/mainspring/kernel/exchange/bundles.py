"""A table and the files its cells name, in one zip: so attachments move in with their records."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .. import collaboration, custom

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")


@dataclass(frozen=True)
class Bundle:
    """One zip. `table` is the name of its only table in the top folder; all else are files."""

    path: Path
    table: str

    @cached_property
    def names(self) -> dict[str, str]:
        """What a cell may say, whole path or plain name when it is the only one -> name in the zip."""
        found: dict[str, str] = {}
        twice = set()
        with zipfile.ZipFile(self.path) as archive:
            members = [i.filename for i in archive.infolist() if not i.is_dir() and i.filename != self.table]
        for name in members:
            plain = name.rpartition("/")[2]
            twice |= {plain} & found.keys()
            found[plain] = name
        return {plain: name for plain, name in found.items() if plain not in twice} | {name: name for name in members}

    def content(self, name: str, limit: int) -> bytes:
        """A member's content; ValidationError when it is larger than `limit` bytes, whatever the zip says of it."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
                found = member.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:  # damaged or with a password
            why = {"name": name[:80], "why": str(error)[:120]}
            raise ValidationError({"file": _("“%(name)s” cannot be taken out of the zip: %(why)s") % why}) from None
        if len(found) > limit:
            raise ValidationError({"file": _("The file is larger than %(n)s MB.") % {"n": limit // 1_000_000}})
        return found

    def arriving(self, cell: str, ctx, *, writing: bool) -> custom.Arriving:
        """The file a cell names, to be kept when its record is written; ValidationError when it cannot be."""
        if cell not in self.names:
            raise ValidationError(_("The zip has no file “%(name)s”.") % {"name": cell[:120]})
        name = collaboration.clean_name(cell)
        content = self.content(self.names[cell], settings.ATTACHMENT_BYTES_MAX)
        if not content:
            raise ValidationError({"file": _("The file is empty.")})
        keep: Callable[[], Any] = lambda: collaboration.stage(ctx, name=name, content=io.BytesIO(content))  # noqa: E731
        return custom.Arriving(name, hashlib.sha256(content).hexdigest(), keep if writing else None)


def opened(path: Path) -> Bundle | None:
    """The bundle in a file; None when it is a spreadsheet or no zip. ValidationError unless it holds just one table."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [i.filename for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if "[Content_Types].xml" in names or "mimetype" in names:  # spreadsheets are zips, too
        return None
    tables = [n for n in names if "/" not in n and n.lower().endswith(TABLES)]
    if len(tables) != 1:
        raise ValidationError(
            {
                "file": _(
                    "A zip needs one table in its top folder, and the files its cells name: this has %(n)s tables."
                )
                % {"n": len(tables)}
            }
        )
    return Bundle(path, tables[0])
