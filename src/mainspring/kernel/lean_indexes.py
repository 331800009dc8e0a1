"""Indexes that only cost: those Django makes for every link, where another index or a smaller one serves as well.

Every added or changed row is written into each index of its table, so these are a good part of what writing costs:

- one for prefixes (`_like`) of the key a link holds, of a state or a number: nobody looks for a part of those from its
  start in one spelling only;
- one of a column that is the first of another whole index, or of a state that follows the company in one;
- one of a link that may be empty, which holds the empty ones too: one without them takes its name and place.
"""

LEAN = """
DO $$
DECLARE
    spare record;
BEGIN
    FOR spare IN
        WITH plain AS (
            SELECT i.indexrelid, i.indrelid, i.indkey[0] AS attnum, i.indpred IS NULL AS whole, i.indnatts AS columns,
                c.relname AS name, i.indisunique AS once, o.opcname LIKE '%_pattern_ops' AS prefix
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_opclass o ON o.oid = i.indclass[0]
            JOIN pg_class t ON t.oid = i.indrelid JOIN pg_am m ON m.oid = c.relam
            WHERE t.relnamespace = current_schema()::regnamespace AND m.amname = 'btree' AND i.indisvalid
              AND i.indexprs IS NULL),
        own AS (
            SELECT plain.*, a.attname, a.attnotnull AS filled, EXISTS (
                SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = plain.indrelid
                  AND f.conkey = ARRAY[plain.attnum]) AS link,
                EXISTS (
                SELECT FROM plain o WHERE o.indrelid = plain.indrelid AND o.attnum = plain.attnum AND o.whole
                  AND NOT o.prefix AND o.indexrelid <> plain.indexrelid) AS covered
            FROM plain JOIN pg_attribute a ON a.attrelid = plain.indrelid AND a.attnum = plain.attnum
            WHERE plain.columns = 1 AND plain.whole AND NOT plain.once AND name ~ '_[0-9a-f]{8}(_like)?$')
        SELECT own.name, own.attname, own.indrelid::regclass AS "table",
            link AND NOT prefix AND NOT filled AND NOT covered AS shrinks
        FROM own JOIN pg_class t ON t.oid = own.indrelid
        WHERE CASE WHEN prefix THEN link OR attname IN ('state', 'number')
                   WHEN attname = 'state' THEN covered OR to_regclass(format('list_%s_state', t.relname)) IS NOT NULL
                   ELSE covered OR link AND NOT filled END
    LOOP
        EXECUTE format('DROP INDEX %I', spare.name);
        IF spare.shrinks THEN
            EXECUTE format('CREATE INDEX %I ON %s (%I) WHERE %I IS NOT NULL',
                           spare.name, spare."table", spare.attname, spare.attname);
        END IF;
    END LOOP;
END $$;
"""
