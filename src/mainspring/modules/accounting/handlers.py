"""What the books tell other rooms: postings of a document for its dossier."""

from mainspring.kernel import access, dossier, formats, money

from .models import JournalLine


@dossier.facts.fill
def postings(ctx, identity_ids) -> list[dossier.Fact]:
    """The journal lines a document caused, for those who may see the journal."""
    if not access.can(ctx, JournalLine, "view"):
        return []
    lines = (
        access.rows(ctx, JournalLine)
        .filter(origin_id__in=identity_ids)
        .select_related("account", "document")
        .order_by("posted_on", "id")[:400]
    )
    found = []
    for line in lines:
        base = formats.base_currency(line.company_id)
        found.append(
            dossier.Fact(
                line.origin_id,
                "journal",
                f"{line.document.number} {line.account}",
                line.posted_on,
                f"{formats.number(line.amount, money.currency_digits(base))} {base}",
                f"/accounting/journal-entries/{line.document_id}/",
            )
        )
    return found
