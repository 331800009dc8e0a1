"""What the database itself refuses: unbalanced entries, changes of posted rows, postings into locked periods.

All checks run once a statement over the rows it added, so a thousand entries cost little more than one; an entry whose
lines are not complete after any statement is looked at again at commit.
"""

from mainspring.kernel import database

# Functions that look up lines by entry forbid other plans than the index: a connection keeps its plans, and one made
# while the journal was small would read all of it later.

# Posters hold the company's lock key together; who moves a lock date takes it alone. So a posting either commits
# before the date moves, or sees the moved date.
database.declare(
    "accounting_lock_check",
    """
CREATE OR REPLACE FUNCTION accounting_refuse_locked(
    company bigint, ledger_area text, tax boolean, person bigint, day date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE hit record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7101, company::int);
    SELECT l.area, l.locked_before INTO hit FROM accounting_lockdate l
    WHERE l.company_id = company AND day < l.locked_before
      AND (l.area IN (ledger_area, 'all') OR (tax AND l.area = 'tax'))
      AND NOT EXISTS (SELECT 1 FROM accounting_lockexception e
                      WHERE e.company_id = company AND e.user_id = person AND e.area IN (l.area, 'all')
                        AND e.expires_at > clock_timestamp() AND e.opens_from <= day)
    ORDER BY l.locked_before DESC LIMIT 1;
    IF hit.area IS NOT NULL THEN
        RAISE EXCEPTION 'The period is locked: % is before %.', day, hit.locked_before
            USING ERRCODE = 'P0001', DETAIL = hit.area;
    END IF;
END $$;
CREATE OR REPLACE FUNCTION accounting_lock_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7101, COALESCE(NEW.company_id, OLD.company_id)::int);
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER accounting_lock_alone BEFORE INSERT OR UPDATE OR DELETE ON accounting_lockdate
FOR EACH ROW EXECUTE FUNCTION accounting_lock_alone();
""",
)

# How many entries of this transaction still wait for lines: counted up by entries, down by lines that complete one and
# are found to balance, all at once. At commit nothing is left to look at unless the count says so.
database.declare(
    "accounting_open_entries",
    """
CREATE OR REPLACE FUNCTION accounting_count_open(more bigint) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('mainspring.open_entries', (COALESCE(NULLIF(
        current_setting('mainspring.open_entries', true), ''), '0')::bigint + more)::text, true)
$$;
""",
)

database.declare(
    "accounting_entry_added",
    """
CREATE OR REPLACE FUNCTION accounting_entry_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounting_refuse_locked(company_id, area, has_tax, created_by_id, first_on) FROM (
        SELECT company_id, area, has_tax, created_by_id, min(posted_on) AS first_on
        FROM added GROUP BY company_id, area, has_tax, created_by_id) AS asked;
    PERFORM accounting_count_open((SELECT count(*) FROM added));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER accounting_entry_added AFTER INSERT ON accounting_journalentry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounting_entry_added();
""",
)

database.declare(
    "accounting_entry_balanced_function",
    """
CREATE OR REPLACE FUNCTION accounting_entry_balanced() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE hit record;
BEGIN
    IF current_setting('mainspring.open_entries', true) = '0' THEN
        RETURN NULL;
    END IF;
    SELECT count(*) AS lines, COALESCE(sum(amount), 0) AS balance,
           COALESCE(sum(amount) FILTER (WHERE amount > 0), 0) AS debit,
           bool_and(company_id = NEW.company_id AND posted_on = NEW.posted_on) AS same
    INTO hit FROM accounting_journalline WHERE document_id = NEW.id;
    IF hit.lines <> NEW.line_count OR hit.lines < 2 OR hit.balance <> 0 OR hit.debit <> NEW.total
       OR NOT hit.same THEN
        RAISE EXCEPTION 'A journal entry must balance: % lines differ by %.', hit.lines, hit.balance
            USING ERRCODE = 'P0001';
    END IF;
    RETURN NULL;
END $$;""",
)
database.declare_constraint_trigger(
    "accounting_entry_balanced", "accounting_journalentry", "AFTER INSERT", "accounting_entry_balanced"
)

database.declare(
    "accounting_lines_added",
    """
CREATE OR REPLACE FUNCTION accounting_lines_added() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE hit record;
BEGIN
    SELECT count(*) FILTER (WHERE s.lines > e.line_count) AS over,
           count(*) FILTER (WHERE s.lines = e.line_count) AS complete,
           max(s.lines) FILTER (WHERE s.wrong) AS wrong_lines, max(s.balance) FILTER (WHERE s.wrong) AS wrong_balance,
           count(*) FILTER (WHERE e.id IS NULL) AS astray
    INTO hit
    FROM (SELECT DISTINCT document_id FROM added) AS touched
    LEFT JOIN accounting_journalentry e ON e.id = touched.document_id
    CROSS JOIN LATERAL (
        SELECT lines, balance, lines = e.line_count
               AND (lines < 2 OR balance <> 0 OR debit <> e.total OR NOT same) AS wrong
        FROM (SELECT count(*) AS lines, sum(l.amount) AS balance,
                     COALESCE(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debit,
                     bool_and(l.company_id = e.company_id AND l.posted_on = e.posted_on) AS same
              FROM accounting_journalline l WHERE l.document_id = e.id) AS summed) AS s;
    IF hit.astray > 0 THEN  -- in place of a foreign key, whose check line by line is dear; entries are never deleted
        RAISE EXCEPTION 'A line belongs to a journal entry.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF hit.over > 0 THEN
        RAISE EXCEPTION 'A posted journal entry takes no more lines.' USING ERRCODE = 'P0001';
    END IF;
    IF hit.wrong_lines IS NOT NULL THEN
        RAISE EXCEPTION 'A journal entry must balance: % lines differ by %.', hit.wrong_lines, hit.wrong_balance
            USING ERRCODE = 'P0001';
    END IF;
    PERFORM accounting_count_open(-hit.complete);
    INSERT INTO accounting_accounttotal (company_id, account_id, posted_on, debit, credit)
    SELECT company_id, account_id, posted_on, COALESCE(sum(amount) FILTER (WHERE amount > 0), 0),
           COALESCE(sum(-amount) FILTER (WHERE amount < 0), 0)
    FROM (SELECT company_id, account_id, posted_on, amount FROM added) AS lines
    GROUP BY company_id, account_id, posted_on;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER accounting_lines_added AFTER INSERT ON accounting_journalline
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounting_lines_added();
""",
)

# An entry's only change is to get its number, once, at the end of the command that made it.
database.declare(
    "accounting_entry_kept_function",
    """
CREATE OR REPLACE FUNCTION accounting_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE number text;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number = '' THEN
        number := NEW.number;
        NEW.number := '';
        IF NEW IS NOT DISTINCT FROM OLD THEN
            NEW.number := number;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A posted journal entry is never changed; reverse it.' USING ERRCODE = 'P0001';
END $$;""",
)
database.declare_trigger(
    "accounting_entry_kept", "accounting_journalentry", "BEFORE UPDATE OR DELETE", "accounting_entry_kept"
)
database.declare_trigger(
    "accounting_journalline_append_only",
    "accounting_journalline",
    "BEFORE UPDATE OR DELETE",
    "mainspring_refuse_change",
)
