"""Letters: documents a partner reads, in the partner's language, with what trade and tax law want to see on them.

A module declares one a document in its `prints.py`; values come through the same door as on pages, so what the person
who prints may not see is not on the paper either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import segno
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import access, custom, printing

FILE = Path(__file__).parent / "layouts" / "letter.typ"


@dataclass(frozen=True)
class Letter:
    """How a document is printed for the partner it goes to.

    title    what the partner knows it as, or f(record)
    partner  f(record) -> party with name, legal_name, registry_code, vat_number and language; None: an inner paper
    address  f(record) -> an address with `lines(language, home)`, or None
    facts, lines, totals  names of columns; what the reader may not see is left out, as is a total "name?" of zero
    blocks   f(record, ctx) -> [{"label", "lines"}] beside the recipient, such as the delivery address
    taxes    f(record) -> [[label, base, tax]] as text
    remarks  f(record, ctx) -> paragraphs below the totals
    note     field with a note to the partner
    drafts   states in which the paper is marked as a draft
    code     whether the number is printed as a code to scan
    """

    title: object
    facts: str
    lines: str
    totals: str = ""
    partner: Callable | None = None
    address: Callable | None = None
    blocks: Callable | None = None
    taxes: Callable | None = None
    remarks: Callable | None = None
    note: str = "note"
    drafts: tuple[str, ...] = ("draft",)
    code: bool = False
    signatures: tuple = ()

    def language(self, record) -> str | None:
        """The partner's language; None for an inner paper, which is printed in the reader's."""
        party = self.partner(record) if self.partner else None
        return getattr(party, "language", None) or None

    def data(self, record, ctx) -> dict:
        """What layouts/letter.typ reads."""
        language = get_language() or "en"
        columns, rows = printing.line_table(record, ctx, self.lines.split())
        own = [f"custom.{f.name}" for f in custom.fields_of(type(record)) if f.on_letters]
        return {
            "title": str(self.title(record) if callable(self.title) else self.title),
            "number": str(record),
            "mark": record.state_label if record.state in self.drafts else "",
            "company": printing.company(record),
            "recipient": self._recipient(record, language),
            "blocks": self.blocks(record, ctx) if self.blocks else [],
            "facts": _short([f for f in printing.facts(record, ctx, [*self.facts.split(), *own]) if f["text"]]),
            "columns": _short(columns),
            "rows": rows,
            "taxes": self.taxes(record) if self.taxes else [],
            "tax_labels": [_("Tax"), _("Net"), _("Tax amount")],
            "totals": printing.facts(record, ctx, self._totals(record)),
            "remarks": [*(self.remarks(record, ctx) if self.remarks else []), *self._note(record, ctx)],
            "signatures": [str(s) for s in self.signatures],
            "code": segno.make(str(record), error="m").svg_inline(scale=2, border=0, svgclass=None, lineclass=None)
            if self.code and record.number
            else "",
            "language": language[:2],
            "page": _("Page"),
        }

    def _totals(self, record) -> list[str]:
        wanted = self.totals.split()
        return [n.rstrip("?") for n in wanted if not n.endswith("?") or getattr(record, n.rstrip("?"))]

    def _recipient(self, record, language: str) -> list[str]:
        party = self.partner(record) if self.partner else None
        if party is None:
            return []
        address = self.address(record) if self.address else None
        lines = address.lines(language, record.company.country) if address else []
        codes = [(_("Registry code"), party.registry_code), (_("VAT number"), party.vat_number)]
        return [party.legal_name or party.name, *lines, *(f"{k}: {v}" for k, v in codes if v)]

    def _note(self, record, ctx) -> list[str]:
        if not self.note or access.modes_on(ctx, record).get(self.note, "edit") not in ("view", "edit"):
            return []
        return [t for t in str(getattr(record, self.note, "") or "").splitlines() if t.strip()]


def _short(labelled: list[dict]) -> list[dict]:
    """Labels of fields reached through relations ("Item: code") by their own name."""
    found = []
    for one in labelled:
        label = one["label"].rpartition(": ")[2]
        found.append(one | {"label": label[:1].upper() + label[1:]})
    return found


def letter(label: str, found: Letter, name: str = "", *, choice: object = "") -> None:
    """Declare the letter of a model ("sales.quotation"); a further one has a name and the words it is chosen by."""
    printing.layout(label, printing.Layout(FILE, found.data, found.language, choice), name)
