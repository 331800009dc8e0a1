"""How a step is shown: its words, the documents it made, and their postings as debit and credit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from mainspring.modules.accounting.models import JournalLine


@dataclass
class Step:
    """One step of the story. Postings: (entry number, account, debit, credit, currency amount and code)."""

    number: int
    title: str
    on: str
    by: str
    notes: list[str] = field(default_factory=list)
    documents: list[dict] = field(default_factory=list)
    postings: list[dict] = field(default_factory=list)


class Teller:
    """Collects the steps and says each as soon as it is done. `say` gets lines of text; None keeps silent."""

    def __init__(self, cast, say: Callable[[str], None] | None = print):
        self.cast, self.say, self.steps = cast, say, []
        self._seen = self._last_line()

    def step(self, title: str, by: str, documents=(), notes=()) -> Step:
        """Note a step that was just done, with everything posted since the one before."""
        step = Step(
            len(self.steps) + 1,
            title,
            self.cast.day.isoformat(),
            by,
            [str(note) for note in notes],
            [_document(d) for d in documents],
            self._postings(),
        )
        self.steps.append(step)
        if self.say:
            for line in _lines(step):
                self.say(line)
        return step

    def table(self, title: str, rows: list[dict], columns: tuple[str, ...]) -> Step:
        """A closing table, such as the trial balance."""
        width = {c: max(len(c), *(len(_plain(r[c])) for r in rows)) if rows else len(c) for c in columns}
        notes = ["  ".join(c.ljust(width[c]) for c in columns)]
        notes += [
            "  ".join(
                _plain(r[c]).rjust(width[c]) if isinstance(r[c], Decimal) else _plain(r[c]).ljust(width[c])
                for c in columns
            )
            for r in rows
        ]
        return self.step(title, "", notes=notes)

    def _last_line(self) -> int:
        return (
            JournalLine.objects.filter(company=self.cast.company).order_by("-pk").values_list("pk", flat=True).first()
            or 0
        )

    def _postings(self) -> list[dict]:
        lines = list(
            JournalLine.objects.filter(company=self.cast.company, pk__gt=self._seen)
            .select_related("account", "document")
            .order_by("pk")
        )
        self._seen = lines[-1].pk if lines else self._seen
        base = self.cast.company.base_currency_id
        return [
            {
                "entry": line.document.number,
                "account": f"{line.account.code} {line.account.name}",
                "debit": max(line.amount, Decimal(0)),
                "credit": max(-line.amount, Decimal(0)),
                "currency": "" if line.currency_id == base else f"{line.currency_amount:.2f} {line.currency_id}",
            }
            for line in lines
        ]


def _document(record) -> dict:
    return {"kind": str(record._meta.verbose_name), "number": record.number, "state": str(record.state_label)}


def _lines(step: Step) -> list[str]:
    found = ["", f"{step.number:>2}. {step.title}", f"    {' · '.join(filter(None, (step.on, step.by)))}"]
    found += [f"    → {d['kind']} {d['number']} ({d['state']})" for d in step.documents]
    found += [f"      {line}" for note in step.notes for line in note.splitlines()]
    if step.postings:
        width = max(len(p["account"]) for p in step.postings)
        found.append(f"      {'':15} {'':{width}} {'debit':>12} {'credit':>12}")
        found += [
            (
                f"      {p['entry']:15} {p['account']:{width}} {_money(p['debit']):>12} {_money(p['credit']):>12} "
                f"{p['currency']}"
            ).rstrip()
            for p in step.postings
        ]
    return found


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount else ""


def _plain(value) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value if value is not None else "")
