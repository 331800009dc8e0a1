"""Temporary tables behind the past years: what was decided, and the keys, days and amounts that follow from it."""

TABLES = """
CREATE TEMP TABLE past_item (item_id bigint PRIMARY KEY, code text, cost numeric, price numeric, unit_id bigint)
    ON COMMIT DROP;
CREATE TEMP TABLE past_place (site_id bigint PRIMARY KEY, stock_id bigint, transit_id bigint, customer_id bigint)
    ON COMMIT DROP;
CREATE TEMP TABLE past_given (n int PRIMARY KEY, day date, party_id bigint, title text, owner_id bigint,
    territory_id bigint, site_id bigint, tax_id bigint, tax_rate numeric) ON COMMIT DROP;
CREATE TEMP TABLE past_given_line (n int, position int, item_id bigint, quantity numeric) ON COMMIT DROP;
CREATE FUNCTION pg_temp.past_key(kind text, n bigint, day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((EXTRACT(EPOCH FROM day) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3)
            || '8' || substr(h, 4, 15))::uuid FROM (SELECT md5(kind || n) AS h) AS x $$;
"""
"""A key is made of its day, so that keys sort by time, and of a digest, so that each run gives the same."""

FILL = """
ANALYZE past_given; ANALYZE past_given_line;

CREATE TEMP TABLE past_line ON COMMIT DROP AS
SELECT l.*, round(l.quantity * i.price, 2) AS net, round(l.quantity * i.price * g.tax_rate / 100, 2) AS tax,
       l.quantity * i.cost AS cost,
       nextval(pg_get_serial_sequence('sales_salesorderline', 'id')) AS line_id,
       nextval(pg_get_serial_sequence('sales_shipmentline', 'id')) AS ship_line_id
FROM past_given_line l JOIN past_given g USING (n) JOIN past_item i USING (item_id) ORDER BY l.n, l.position;
ANALYZE past_line;

CREATE TEMP TABLE past_order ON COMMIT DROP AS
SELECT g.*, pg_temp.past_key('order', n, day) AS id, pg_temp.past_key('ship', n, day + 2) AS ship_id,
       pg_temp.past_key('invoice', n, day + 2) AS invoice_id, pg_temp.past_key('pay', n, day + 32) AS pay_id,
       day + 2 AS ship_day, day + 32 AS due_day,
       CASE WHEN n %% 97 > 0 AND day + 30 + n %% 9 <= %(last_paid)s THEN day + 30 + n %% 9 END AS pay_day,
       s.net, s.tax, s.net + s.tax AS total, s.cost, s.line_count,
       nextval(pg_get_serial_sequence('accounting_journalline', 'id')) AS receivable_line_id,
       ''::text AS number, ''::text AS ship_number, ''::text AS invoice_number, ''::text AS pay_number
FROM past_given g JOIN (
    SELECT n, SUM(net) AS net, SUM(tax) AS tax, SUM(cost) AS cost, COUNT(*) AS line_count FROM past_line GROUP BY n) s
    USING (n) ORDER BY n;
ALTER TABLE past_order ADD PRIMARY KEY (n); ANALYZE past_order;

CREATE TEMP TABLE past_supply_line ON COMMIT DROP AS
SELECT pg_temp.past_key('supply', 0, week) AS id, week, item_id, quantity,
       row_number() OVER (PARTITION BY week ORDER BY item_id) AS position,
       nextval(pg_get_serial_sequence('stock_stockadjustmentline', 'id')) AS line_id
FROM (SELECT week, item_id, SUM(quantity) AS quantity FROM (
          SELECT date_trunc('week', o.day)::date AS week, l.item_id, l.quantity
          FROM past_line l JOIN past_order o USING (n)
          UNION ALL SELECT (SELECT date_trunc('week', MIN(day))::date FROM past_order), item_id, 25 FROM past_item) x
      GROUP BY 1, 2 ORDER BY 1, 2) y;
CREATE TEMP TABLE past_supply ON COMMIT DROP AS
SELECT l.id, l.week AS day, SUM(l.quantity * i.cost) AS value, ''::text AS number
FROM past_supply_line l JOIN past_item i USING (item_id) GROUP BY 1, 2 ORDER BY 2;

CREATE TEMP TABLE past_transfer_line ON COMMIT DROP AS
SELECT pg_temp.past_key('transfer', site_id, day) AS id, day, site_id, item_id, quantity,
       row_number() OVER (PARTITION BY day, site_id) AS position,
       nextval(pg_get_serial_sequence('stock_transferline', 'id')) AS line_id
FROM (SELECT o.day, o.site_id, l.item_id, l.quantity FROM past_line l JOIN past_order o USING (n)
      UNION ALL
      SELECT f.day, f.site_id, item_id, 5 FROM past_item
      CROSS JOIN (SELECT site_id, MIN(day) AS day FROM past_order GROUP BY 1) f ORDER BY 1, 2, 3, 4) x;
CREATE TEMP TABLE past_transfer ON COMMIT DROP AS
SELECT DISTINCT id, day, site_id, ''::text AS number FROM past_transfer_line;

CREATE TEMP TABLE past_entry ON COMMIT DROP AS
SELECT pg_temp.past_key('entry of supply', row_number() OVER (ORDER BY day), day) AS id, 'supply' AS kind, day,
       id AS origin_id, value AS total, 2 AS line_count, 'stock' AS area, false AS has_tax, 'Stock' AS memo,
       ''::text AS number FROM past_supply
UNION ALL SELECT pg_temp.past_key('entry of ship', n, ship_day), 'ship', ship_day, ship_id, cost, line_count + 1,
       'stock', false,
       'Stock', '' FROM past_order
UNION ALL SELECT pg_temp.past_key('entry of invoice', n, ship_day), 'invoice', ship_day, invoice_id, total,
       line_count + 1 + (tax > 0)::int, 'sales', true, left('Customer invoice ' || title, 200), '' FROM past_order
UNION ALL SELECT pg_temp.past_key('entry of pay', n, pay_day), 'pay', pay_day, pay_id, total, 2, 'general', false,
       left('Received ' || title, 200), '' FROM past_order WHERE pay_day IS NOT NULL;
ALTER TABLE past_entry ADD PRIMARY KEY (id); CREATE INDEX ON past_entry (origin_id); ANALYZE past_entry;
ANALYZE past_supply; ANALYZE past_supply_line; ANALYZE past_transfer; ANALYZE past_transfer_line;
"""
