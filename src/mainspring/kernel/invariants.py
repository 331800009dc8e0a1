"""Invariants every document and the kernel's own tables keep."""

from collections.abc import Iterator

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from . import collaboration, database
from .checks import check
from .models import Attachment, Document


def _documents() -> list:
    return [m for m in apps.get_models() if issubclass(m, Document) and not m._meta.abstract]


@check("kernel.identities", _("Every document has its identity, with the same number and company"))
def identities_agree() -> Iterator[str]:
    for model in _documents():
        for row in database.rows(
            f"""
                SELECT document.id, document.number, identity.number AS other
                FROM "{model._meta.db_table}" document
                LEFT JOIN kernel_documentidentity identity ON identity.id = document.id
                WHERE identity.id IS NULL OR identity.number <> document.number
                   OR identity.company_id <> document.company_id OR identity.kind <> %(kind)s
                LIMIT 50""",
            kind=model._meta.label_lower,
        ):
            yield f"{model._meta.label} {row['id']}: number {row['number']!r}, identity {row['other']!r}"


@check("kernel.orphans", _("No numbered identity is without its document"))
def no_orphans() -> Iterator[str]:
    known = {m._meta.label_lower: m for m in _documents()}
    for kind in database.rows("SELECT DISTINCT kind FROM kernel_documentidentity WHERE number <> ''"):
        model = known.get(kind["kind"])
        if model is None:
            continue
        for row in database.rows(
            f"""
                SELECT identity.id, identity.number FROM kernel_documentidentity identity
                WHERE identity.kind = %(kind)s AND identity.number <> '' AND NOT EXISTS (
                    SELECT FROM "{model._meta.db_table}" document WHERE document.id = identity.id) LIMIT 50""",
            kind=kind["kind"],
        ):
            yield f"{kind['kind']} {row['number']} ({row['id']}) has an identity but no document"


@check("kernel.numbers", _("No number is given twice"))
def numbers_once() -> Iterator[str]:
    for row in database.rows("""
            SELECT kind, number, count(*) AS times FROM kernel_documentidentity WHERE number <> ''
            GROUP BY company_id, kind, number HAVING count(*) > 1 LIMIT 50"""):
        yield f"{row['kind']} {row['number']} was given {row['times']} times"


@check("kernel.gapless", _("Gapless series have no gap"))
def gapless_series() -> Iterator[str]:
    """The count of numbers given equals the last number, series by series: with uniqueness that means no gap (D11)."""
    for row in database.rows("""
            SELECT series.entity, series.year, series.format, series.last, series.company_id
            FROM kernel_numberseries series WHERE series.gapless AND series.last > 0"""):
        prefix, _sep, _rest = row["format"].partition("{seq")
        prefix = prefix.format(year=row["year"], yy=row["year"] % 100) if prefix else ""
        given = database.scalar(
            """
            SELECT count(*) FROM kernel_documentidentity
            WHERE company_id = %(company)s AND kind = %(kind)s AND starts_with(number, %(prefix)s) AND number <> ''""",
            company=row["company_id"],
            kind=row["entity"].partition("/")[0],  # a kind may count in several series: "accounting.invoice/credit"
            prefix=prefix,
        )
        if ("{year}" in row["format"] or "{yy}" in row["format"]) and given != row["last"]:
            yield f"{row['entity']} {row['year']}: the last number is {row['last']}, but {given} were given"


@check("kernel.attachments", _("Every attached file is there"))
def files_are_there() -> Iterator[str]:
    for attachment in Attachment.objects.only("pk", "name", "digest", "size").iterator(chunk_size=2000):
        path = collaboration.path_of(attachment.digest)
        if not path.exists():
            yield f"file {attachment.pk} {attachment.name!r} has lost its content"
        elif path.stat().st_size != attachment.size:
            yield f"file {attachment.pk} {attachment.name!r} has another size than when it was attached"


@check("kernel.approvals", _("Every approval that was performed was decided"))
def approvals_were_decided() -> Iterator[str]:
    for row in database.rows("""
            SELECT request.id, request.record_label FROM kernel_approvalrequest request
            WHERE request.state = 'approved' AND NOT EXISTS (
                SELECT FROM kernel_approvalstage stage JOIN kernel_approvalseat seat ON seat.stage_id = stage.id
                JOIN kernel_approvaldecision decision ON decision.seat_id = seat.id
                WHERE stage.request_id = request.id AND decision.kind = 'approve') LIMIT 50"""):
        yield f"approval {row['id']} of {row['record_label']} has no decision"
    for row in database.rows("""
            SELECT request.id, request.record_label FROM kernel_approvalrequest request
            JOIN kernel_approvalstage stage ON stage.request_id = request.id
            JOIN kernel_approvalseat seat ON seat.stage_id = stage.id
            JOIN kernel_approvaldecision decision ON decision.seat_id = seat.id
            WHERE decision.decided_by_id = request.created_by_id LIMIT 50"""):
        yield f"approval {row['id']} of {row['record_label']} was decided by who asked for it"
