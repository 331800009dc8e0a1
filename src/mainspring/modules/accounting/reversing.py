"""Undo an entry by its mirror image; nothing is ever taken out of the books."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel.workflow import effect, guard

from .models import JournalEntry
from .posting import EntryLine, EntrySpec, post_entries


def reverse_entries(ctx, entries, on: date | None = None, memo: str = "") -> list[JournalEntry]:
    """Post the opposite of each entry, on its own day unless `on` is given. Raises when one is reversed already."""
    entries = list(entries)
    done = JournalEntry.objects.filter(reverses__in=entries).select_related("reverses").first()
    if done:
        raise ValidationError(
            _("%(entry)s is already reversed by %(other)s.") % {"entry": done.reverses, "other": done}, code="reversed"
        )
    early = next((entry for entry in entries if on is not None and on < entry.posted_on), None)
    if early:
        raise ValidationError(
            {
                "on": _("%(entry)s is of %(day)s; it cannot be reversed before.")
                % {"entry": early, "day": early.posted_on}
            },
            code="before",
        )
    return post_entries(ctx, [_opposite(entry, on, memo) for entry in entries])


def reverse_entry(entry: JournalEntry, ctx, on: date | None = None, memo: str = "") -> JournalEntry:
    """Post the opposite of one entry."""
    return reverse_entries(ctx, [entry], on, memo)[0]


def _opposite(entry: JournalEntry, on: date | None, memo: str) -> EntrySpec:
    lines = [
        EntryLine(
            line.account_id,
            -line.amount,
            line.currency_id,
            -line.currency_amount,
            line.party_id,
            line.item_id,
            line.site_id,
            line.department_id,
            line.tax_code_id,
            None,
            (line.settles_id or line.pk) if line.open_item else None,
            line.origin_id,
            line.memo,
        )
        for line in entry.lines.all()
    ]
    memo = memo or _("Reversal of %(entry)s") % {"entry": entry.number}
    return EntrySpec(on or entry.posted_on, lines, entry.company_id, memo, entry.origin_id, entry.area, entry.pk)


@guard(JournalEntry, "reverse")
def has_no_document(entry, ctx):
    if entry.origin_id:
        raise ValidationError(
            _("%(entry)s was made by %(document)s; reverse that document.")
            % {"entry": entry, "document": entry.origin},
            code="origin",
        )


@effect(JournalEntry, "reverse")
def reverse(entry, ctx, on, reason):
    """Post the opposite entry."""
    return reverse_entry(entry, ctx, on, reason or "")
