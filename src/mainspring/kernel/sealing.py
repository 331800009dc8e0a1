"""The audit trail made tamper-evident: finished entries and their row history are sealed in a hash chain by a job.

Writers never wait for the chain: entries are sealed in batches, a minute after they were written, in the order the job
finds them. Each seal is the SHA-256 of the seal before it, the entry and the digest of its row history, so that a later
change, insertion or removal breaks the chain at that place. The database refuses to change sealed entries; the chain
tells when somebody got round the database. The head of the chain is logged, so that a copy outside exists too.
"""

import hashlib
import logging
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from . import checks, database, jobs

logger = logging.getLogger(__name__)

BATCH = 2000
LOCK_SPACE = 7002
FINISHED_SECONDS = 60

database.declare(
    "audit_sealed",
    """
CREATE OR REPLACE FUNCTION mainspring_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.sealed_seq IS NOT NULL
       OR to_jsonb(OLD) - 'seal' - 'sealed_seq' IS DISTINCT FROM to_jsonb(NEW) - 'seal' - 'sealed_seq' THEN
        RAISE EXCEPTION 'Entries of the audit trail are never changed or deleted' USING ERRCODE = 'P0001';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER mainspring_audit_guard BEFORE UPDATE OR DELETE ON kernel_auditentry
    FOR EACH ROW EXECUTE FUNCTION mainspring_audit_guard();
CREATE OR REPLACE TRIGGER mainspring_history_guard BEFORE UPDATE OR DELETE ON kernel_rowhistory
    FOR EACH ROW EXECUTE FUNCTION mainspring_refuse_change();
CREATE INDEX IF NOT EXISTS kernel_auditentry_unsealed ON kernel_auditentry (id) WHERE sealed_seq IS NULL;
""",
)

CONTENT = """
    SELECT entry.id, entry.sealed_seq, entry.seal,
           concat_ws('|', entry.id, entry.parent, entry.company_id, entry.entity, entry.record_id, entry.record_label,
                     entry.verb, entry.user_id, entry.source, entry.request_id, entry.business_date,
                     entry.details::text, extract(epoch FROM entry.at)) AS content,
           (SELECT encode(sha256(convert_to(string_agg(concat_ws('|', row.table_name, row.row_id, row.operation,
                                                                 row.changes::text, extract(epoch FROM row.at)),
                                                       E'\\n' ORDER BY row.id), 'UTF8')), 'hex')
            FROM kernel_rowhistory row WHERE row.command_id = entry.id) AS history
    FROM kernel_auditentry entry
"""


@jobs.job("kernel.seal_audit", title=_("Seal the audit trail"), schedule="*/10 * * * *")
def seal_audit(run, ctx):
    """Seal everything that is finished, batch by batch."""
    sealed = 0
    while count := seal_batch():
        sealed += count
        run.progress(sealed)
    head = database.rows(
        "SELECT sealed_seq, seal FROM kernel_auditentry WHERE sealed_seq IS NOT NULL ORDER BY sealed_seq DESC LIMIT 1"
    )
    if sealed and head:
        logger.info("audit trail sealed to %(sealed_seq)s, head %(seal)s", head[0])
    return {"sealed": sealed}


def seal_batch(*, older_than_seconds: int = FINISHED_SECONDS) -> int:
    """Seal the next batch; 0 when nothing is left or another worker is at it."""
    with transaction.atomic():
        if not database.scalar("SELECT pg_try_advisory_xact_lock(%(space)s, 0)", space=LOCK_SPACE):
            return 0
        head = database.rows(
            "SELECT sealed_seq, seal FROM kernel_auditentry WHERE sealed_seq IS NOT NULL "
            "ORDER BY sealed_seq DESC LIMIT 1"
        )
        number, last = (head[0]["sealed_seq"], head[0]["seal"]) if head else (0, "")
        rows = database.rows(
            CONTENT
            + """
            WHERE entry.sealed_seq IS NULL AND entry.at <= clock_timestamp() - make_interval(secs => %(age)s)
            ORDER BY entry.id LIMIT %(limit)s""",
            age=older_than_seconds,
            limit=BATCH,
        )
        ids, numbers, seals = [], [], []
        for row in rows:
            number, last = number + 1, seal_of(last, row)
            ids.append(row["id"])
            numbers.append(number)
            seals.append(last)
        if ids:
            database.execute(
                """
                UPDATE kernel_auditentry entry SET sealed_seq = chain.number, seal = chain.seal
                FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(seals)s::text[]) AS chain(id, number, seal)
                WHERE entry.id = chain.id""",
                ids=ids,
                numbers=numbers,
                seals=seals,
            )
    return len(rows)


def seal_of(before: str, row: dict) -> str:
    return hashlib.sha256(f"{before}|{row['content']}|{row['history'] or ''}".encode()).hexdigest()


@checks.check("kernel.audit_chain", _("The audit trail is as it was sealed"))
def chain_intact() -> Iterator[str]:
    """Walk the chain in batches and name the first broken link: everything after it is in doubt."""
    number, last = 0, ""
    while True:
        rows = database.rows(
            CONTENT + "WHERE entry.sealed_seq > %(after)s ORDER BY entry.sealed_seq LIMIT %(limit)s",
            after=number,
            limit=BATCH,
        )
        for row in rows:
            if row["sealed_seq"] != number + 1:
                yield f"entries {number + 1} to {row['sealed_seq'] - 1} of the audit trail are missing"
                return
            last = seal_of(last, row)
            if row["seal"] != last:
                yield f"entry {row['sealed_seq']} of the audit trail ({row['id']}) is not what was sealed"
                return
            number = row["sealed_seq"]
        if len(rows) < BATCH:
            return
