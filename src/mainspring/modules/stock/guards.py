"""What the database itself refuses: changes of done moves and of the cost ledger, moves into locked periods.

It also adds up what each statement moved, by month (MoveTotal).
"""

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
    INSERT INTO stock_movetotal (company_id, item_id, location_id, month, quantity)
    SELECT a.company_id, a.item_id, side.location_id, date_trunc('month', a.effective_on)::date,
           SUM(side.sign * a.quantity)
    FROM added a CROSS JOIN LATERAL (VALUES (a.to_location_id, 1), (a.from_location_id, -1))
         AS side (location_id, sign)
    JOIN stock_location l ON l.id = side.location_id AND l.kind IN ('internal', 'quarantine', 'transit')
    WHERE a.state = 'done' GROUP BY 1, 2, 3, 4;
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
