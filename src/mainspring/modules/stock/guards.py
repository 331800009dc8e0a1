"""What the database itself refuses: changes of done moves and of the cost ledger, moves into locked periods."""

from mainspring.kernel import database

database.declare(
    "stock_move_kept",
    """
CREATE OR REPLACE FUNCTION stock_move_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A done stock move is never changed; move the goods back.' USING ERRCODE = 'P0001';
END $$;
CREATE OR REPLACE TRIGGER stock_move_kept BEFORE UPDATE OR DELETE ON stock_stockmove
FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION stock_move_kept();
""",
)

database.declare(
    "stock_move_added",
    """
CREATE OR REPLACE FUNCTION stock_move_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounting_refuse_locked(company_id, 'stock', false, created_by_id, first_on) FROM (
        SELECT company_id, created_by_id, min(effective_on) AS first_on
        FROM added WHERE state = 'done' GROUP BY company_id, created_by_id) AS asked;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER stock_move_added AFTER INSERT ON stock_stockmove
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stock_move_added();
CREATE OR REPLACE TRIGGER stock_move_done AFTER UPDATE ON stock_stockmove
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stock_move_added();
""",
)

database.declare_trigger(
    "stock_stockvalue_append_only", "stock_stockvalue", "BEFORE UPDATE OR DELETE", "mainspring_refuse_change"
)
