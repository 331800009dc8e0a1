"""What the database itself refuses: instalments above the contract's value, and requests and invoices above its limit.

Both are looked at when a transaction ends, with the contract locked: of two that each fit alone, the second sees what
the first one wrote and is refused.
"""

from mainspring.kernel import database

database.declare(
    "contracts_hold",
    """
CREATE OR REPLACE FUNCTION contracts_invoiced(contract uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT COALESCE(SUM((l.net + l.tax) * CASE WHEN d.kind = 'customer_credit' THEN -1 ELSE 1 END), 0)
    FROM (SELECT order_id AS id FROM contracts_calloff WHERE contract_id = contract
          UNION ALL SELECT id FROM contracts_invoicerequest WHERE contract_id = contract) AS source
    JOIN accounting_invoiceline l ON l.origin_id = source.id
    JOIN accounting_invoice d ON d.id = l.document_id AND d.state = 'posted'
         AND d.kind IN ('customer_invoice', 'customer_credit')
$$;
CREATE OR REPLACE FUNCTION contracts_hold_plan(contract uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE worth numeric; planned numeric;
BEGIN
    SELECT c.value INTO worth FROM contracts_contract c WHERE c.id = contract FOR NO KEY UPDATE;
    SELECT COALESCE(SUM(i.amount), 0) INTO planned FROM contracts_instalment i
    JOIN contracts_collectionplan p ON p.id = i.document_id WHERE p.contract_id = contract;
    IF worth > 0 AND planned > worth THEN
        RAISE EXCEPTION 'The instalments come to %, the contract is worth %.', round(planned, 2), round(worth, 2)
            USING ERRCODE = 'P0001';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION contracts_hold_invoicing(contract uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE c record; asked numeric; billed numeric;
BEGIN
    SELECT value, tolerance_pct INTO c FROM contracts_contract WHERE id = contract FOR NO KEY UPDATE;
    IF c.value IS NULL OR c.value = 0 THEN
        RETURN;
    END IF;
    SELECT COALESCE(SUM(amount), 0) INTO asked FROM contracts_invoicerequest
    WHERE contract_id = contract AND state = 'requested';
    billed := contracts_invoiced(contract);
    IF asked + billed > c.value * (100 + c.tolerance_pct) / 100 THEN
        RAISE EXCEPTION 'Requested and invoiced come to %, the contract allows %.', round(asked + billed, 2),
            round(c.value * (100 + c.tolerance_pct) / 100, 2) USING ERRCODE = 'P0001';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION contracts_instalment_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM contracts_hold_plan(p.contract_id) FROM contracts_collectionplan p WHERE p.id = NEW.document_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION contracts_request_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'requested' THEN
        PERFORM contracts_hold_invoicing(NEW.contract_id);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION contracts_value_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.value < OLD.value OR NEW.tolerance_pct < OLD.tolerance_pct OR OLD.value = 0 THEN
        PERFORM contracts_hold_plan(NEW.id);
        PERFORM contracts_hold_invoicing(NEW.id);
    END IF;
    RETURN NULL;
END $$;
""",
)
database.declare_constraint_trigger(
    "contracts_instalment_held", "contracts_instalment", "AFTER INSERT OR UPDATE OF amount, document_id",
    "contracts_instalment_held",
)  # fmt: skip
database.declare_constraint_trigger(
    "contracts_request_held", "contracts_invoicerequest", "AFTER INSERT OR UPDATE OF amount, state, contract_id",
    "contracts_request_held",
)  # fmt: skip
database.declare_constraint_trigger(
    "contracts_value_held", "contracts_contract", "AFTER UPDATE OF value, tolerance_pct", "contracts_value_held"
)
