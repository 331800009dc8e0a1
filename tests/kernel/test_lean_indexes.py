"""Indexes that only cost are gone after every migrate, and what they served is still served."""

import pytest

from mainspring.kernel import database

pytestmark = pytest.mark.django_db


def _indexes(table: str) -> dict[str, str]:
    return {
        row["indexname"]: row["indexdef"]
        for row in database.rows("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %(t)s", t=table)
    }


def test_a_link_that_may_be_empty_is_indexed_where_it_is_filled():
    found = [sql for sql in _indexes("crm_lead").values() if sql.endswith("(owner_id) WHERE (owner_id IS NOT NULL)")]
    assert len(found) == 1


def test_nobody_looks_for_a_part_of_a_currency_or_a_state():
    for table in ("crm_lead", "sales_salesorder", "parties_party"):
        prefixes = [name for name, sql in _indexes(table).items() if "varchar_pattern_ops" in sql]
        assert not [name for name in prefixes if "currency" in name or "state" in name or "number" in name]


def test_a_part_of_a_code_is_looked_for_when_a_new_one_is_made():
    assert [name for name in _indexes("parties_party") if "code" in name and name.endswith("_like")]


def test_no_column_stands_first_in_two_whole_indexes_of_its_own():
    """One column of every table, whose only index it would be, keeps it: links are looked up by it."""
    assert not database.rows(
        """
        WITH plain AS (
            SELECT i.indexrelid, i.indrelid, i.indkey[0] AS first, i.indnatts, i.indisunique, o.opcname
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_opclass o ON o.oid = i.indclass[0]
            JOIN pg_class t ON t.oid = i.indrelid JOIN pg_am m ON m.oid = c.relam
            WHERE t.relnamespace = current_schema()::regnamespace AND m.amname = 'btree' AND i.indpred IS NULL
              AND i.indexprs IS NULL AND o.opcname NOT LIKE '%%_pattern_ops')
        SELECT s.indexrelid::regclass::text FROM plain s JOIN plain o USING (indrelid, first)
        WHERE s.indnatts = 1 AND NOT s.indisunique AND s.indexrelid <> o.indexrelid
          AND s.indexrelid::regclass::text ~ '_[0-9a-f]{8}$'"""
    )


def test_every_link_has_an_index_unless_its_model_says_it_needs_none():
    from django.apps import apps

    led = {
        (row["table"], row["column"])
        for row in database.rows(
            "SELECT i.indrelid::regclass::text AS table, a.attname AS column FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        )
    }
    bare = [
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.db_index and (model._meta.db_table, field.column) not in led
        and model._meta.managed
    ]  # fmt: skip
    assert not bare
