"""What the past years left in the ledgers: moves, values, journal and what lies where at the end."""

from mainspring.modules.accounting.models import AccountTotal, JournalEntry, JournalLine
from mainspring.modules.stock.models import CostBalance, MoveTotal, StockBalance, StockMove, StockValue

from . import setwise
from .history_documents import Scene, document


def moves(scene: Scene) -> None:
    plant, road = scene.places[scene.plant, "internal"], scene.places[scene.plant, "transit"]
    common = {"company": str(scene.company), "item": "l.item_id", "quantity": "l.quantity", "state": "'done'"}
    setwise.insert(
        StockMove, "past_supply_line l JOIN past_supply d USING (id) JOIN past_item i USING (item_id)", **common,
        from_location=str(scene.places[scene.plant, "adjustment"]), to_location=str(plant), effective_on="day",
        effective_at="day + time '05:00'", unit_cost="cost", origin="d.id", origin_line="l.line_id",
    )  # fmt: skip
    brought = "past_transfer_line l JOIN past_transfer d USING (id)"
    for start, end, on, at in (
        (str(plant), str(road), "d.day", "06:00"),
        (str(road), "p.stock_id", "d.day + 1", "07:00"),
    ):
        setwise.insert(
            StockMove, f"{brought} JOIN past_place p ON p.site_id = d.site_id",
            **common, from_location=start, to_location=end, effective_on=on, effective_at=f"{on} + time '{at}'",
            origin="d.id", origin_line="l.line_id",
        )  # fmt: skip
    setwise.insert(
        StockMove, "past_line l JOIN past_order o USING (n) JOIN past_place p USING (site_id)", **common,
        from_location="p.stock_id", to_location="p.customer_id", effective_on="ship_day",
        effective_at="ship_day + time '14:00'", origin="o.ship_id", origin_line="l.ship_line_id", reference="o.number",
    )  # fmt: skip


def values(scene: Scene) -> None:
    """What each move into or out of the company did to the value of stock."""
    common = {
        "company": str(scene.company), "item": "m.item_id", "move": "m.id", "event": "'m' || m.id",
        "effective_at": "m.effective_at", "posted_on": "m.effective_on", "origin": "m.origin_id", "entry": "e.id",
    }  # fmt: skip
    source = "stock_stockmove m JOIN past_item i USING (item_id) JOIN past_entry e ON e.origin_id = m.origin_id"
    setwise.insert(
        StockValue, f"{source} WHERE e.kind = 'supply'", **common, kind="'receipt'", quantity="m.quantity",
        stock="m.quantity * i.cost",
    )  # fmt: skip
    setwise.insert(
        StockValue, f"{source} WHERE e.kind = 'ship'", **common, kind="'issue'", quantity="-m.quantity",
        stock="-m.quantity * i.cost", cost_of_sales="m.quantity * i.cost",
    )  # fmt: skip


def books(scene: Scene) -> None:
    """Entries of supply, shipments, invoices and payments, and their lines."""
    document(
        scene, JournalEntry, "past_entry", id="id", number="number", state="'posted'", posted_on="day", area="area",
        has_tax="has_tax", memo="memo", origin="origin_id", total="total", line_count="line_count",
    )  # fmt: skip
    account, lines = scene.accounts, "past_entry e JOIN past_order o ON"
    _lines(scene, "past_entry e WHERE kind = 'supply'", 1, account["stock"], "e.total", site=str(scene.plant))
    _lines(scene, "past_entry e WHERE kind = 'supply'", 2, account["stock_adjustment"], "-e.total")
    shipped = f"{lines} e.kind = 'ship' AND o.ship_id = e.origin_id"
    _lines(scene, shipped, 1, account["stock"], "-e.total", site="o.site_id")
    _lines(
        scene, f"{shipped} JOIN past_line l USING (n)", "l.position + 1", account["cogs"], "l.cost", item="l.item_id",
        site="o.site_id",
    )  # fmt: skip
    billed = f"{lines} e.kind = 'invoice' AND o.invoice_id = e.origin_id"
    party = {"party": "o.party_id", "site": "o.site_id"}
    _lines(
        scene, f"{billed} JOIN past_line l USING (n) JOIN past_item i USING (item_id)", "l.position", account["sales"],
        "-l.net", item="l.item_id", tax_code="o.tax_id", memo="i.code", **party,
    )  # fmt: skip
    _lines(
        scene,
        f"{billed} AND o.tax > 0",
        "e.line_count - 1",
        account["tax_output"],
        "-o.tax",
        tax_code="o.tax_id",
        **party,
    )
    _lines(
        scene, billed, "e.line_count", account["receivable"], "o.total", id="o.receivable_line_id", open_item="true",
        due_on="o.due_day", **party,
    )  # fmt: skip
    paid = f"{lines} e.kind = 'pay' AND o.pay_id = e.origin_id"
    _lines(scene, paid, 1, account["bank"], "o.total", party="o.party_id")
    _lines(
        scene, paid, 2, account["receivable"], "-o.total", open_item="true", settles="o.receivable_line_id",
        party="o.party_id",
    )  # fmt: skip


def _lines(scene: Scene, source: str, position, account: int, amount: str, **columns: str) -> None:
    setwise.insert(
        JournalLine, source, document="e.id", position=str(position), company=str(scene.company), posted_on="e.day",
        account=str(account), amount=amount, currency=f"'{scene.currency}'", currency_amount=amount,
        origin="e.origin_id", **columns,
    )  # fmt: skip


def totals(scene: Scene) -> None:
    """What the triggers of the ledgers would have added: one row an account and day, and an item, place and month."""
    setwise.insert(
        AccountTotal,
        "(SELECT l.company_id, l.account_id, l.posted_on, SUM(GREATEST(l.amount, 0)) AS debit, "
        "SUM(GREATEST(-l.amount, 0)) AS credit FROM accounting_journalline l JOIN past_entry e ON e.id = l.document_id "
        "GROUP BY 1, 2, 3) x",
        company="company_id",
        account="account_id",
        posted_on="posted_on",
        debit="debit",
        credit="credit",
    )
    setwise.insert(
        MoveTotal,
        """(SELECT m.company_id, m.item_id, side.location_id, date_trunc('month', m.effective_on)::date AS month,
                   SUM(side.sign * m.quantity) AS quantity
            FROM stock_stockmove m JOIN past_item USING (item_id)
            CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1)) AS side (location_id, sign)
            JOIN stock_location p ON p.id = side.location_id AND p.kind IN ('internal', 'transit', 'quarantine')
            GROUP BY 1, 2, 3, 4) x""",
        company="company_id",
        item="item_id",
        location="location_id",
        month="month",
        quantity="quantity",
    )


def balances(scene: Scene) -> None:
    """What lies where at the end, and what it cost."""
    setwise.insert(
        StockBalance,
        """(SELECT m.item_id, side.location_id, SUM(side.sign * m.quantity) AS quantity
            FROM stock_stockmove m JOIN past_item USING (item_id)
            CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1)) AS side (location_id, sign)
            JOIN stock_location p ON p.id = side.location_id AND p.kind IN ('internal', 'transit', 'quarantine')
            WHERE m.state = 'done' GROUP BY 1, 2) x""",
        item="item_id",
        location="location_id",
        quantity="quantity",
    )
    setwise.insert(
        CostBalance,
        """(SELECT v.item_id, SUM(v.quantity) AS quantity, SUM(v.stock) AS value, MAX(v.effective_at) AS last_at, i.cost
            FROM stock_stockvalue v JOIN past_item i USING (item_id) GROUP BY v.item_id, i.cost) x""",
        company=str(scene.company),
        item="item_id",
        method="'average'",
        quantity="quantity",
        value="value",
        last_unit_cost="cost",
        last_at="last_at",
    )
