"""The documents of the past years, kind by kind: rows follow from the temporary tables by SQL."""

from dataclasses import dataclass

from mainspring.kernel.models import DocumentIdentity, DocumentLink
from mainspring.modules.accounting.models import Invoice, InvoiceLine, Payment, PaymentAllocation
from mainspring.modules.sales.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from mainspring.modules.stock.models import StockAdjustment, StockAdjustmentLine, Transfer, TransferLine

from . import setwise


@dataclass(frozen=True)
class Scene:
    """What every statement refers to: keys of the company, its places and accounts."""

    company: int
    currency: str
    plant: int
    places: dict
    accounts: dict
    taxes: dict
    term: int


def document(scene: Scene, model, source: str, *, id: str, number: str, title: str = "''", **columns: str) -> None:
    """Header rows and their identities."""
    kind = f"'{model._meta.label_lower}'"
    setwise.insert(DocumentIdentity, source, id=id, kind=kind, company=str(scene.company), number=number, title=title)
    setwise.insert(model, source, identity=id, number=number, company=str(scene.company), **columns)


def orders(scene: Scene) -> None:
    money = {"net": "net", "tax": "tax", "total": "total", "net_base": "net", "total_base": "total"}
    document(
        scene, SalesOrder, "past_order", id="id", number="number", title="title", state="'closed'", party="party_id",
        owner="owner_id", territory="territory_id", site="site_id", reference="'P' || n", wanted_on="ship_day",
        payment_term=str(scene.term), currency=f"'{scene.currency}'", ordered_on="day", promised_on="ship_day",
        delivery_status="'all'", billing_status="'all'", **money,
    )  # fmt: skip
    setwise.insert(
        SalesOrderLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)",
        id="line_id", document="o.id", position="position", item="item_id", description="i.code", quantity="quantity",
        unit="unit_id", price="i.price", list_price="i.price", tax_code="tax_id", net="past_line.net",
        tax="past_line.tax", stock_quantity="quantity", promised_on="ship_day", wanted_on="ship_day",
        shipped="quantity", invoiced="quantity",
    )  # fmt: skip


def supply(scene: Scene) -> None:
    document(
        scene, StockAdjustment, "past_supply", id="id", number="number", state="'posted'", site=str(scene.plant),
        adjusted_on="day", reason="'Bought-in models of the week'", total="value", total_base="value",
    )  # fmt: skip
    setwise.insert(
        StockAdjustmentLine, "past_supply_line l JOIN past_item i USING (item_id)", id="line_id", document="l.id",
        position="position", item="item_id", quantity="quantity", unit_cost="cost",
        location=str(scene.places[scene.plant, "internal"]),
    )  # fmt: skip


def transfers(scene: Scene) -> None:
    document(
        scene, Transfer, "past_transfer", id="id", number="number", state="'received'", from_site=str(scene.plant),
        to_site="site_id", ship_on="day", receive_on="day + 1",
    )  # fmt: skip
    setwise.insert(
        TransferLine, "past_transfer_line", id="line_id", document="id", position="position", item="item_id",
        quantity="quantity",
    )  # fmt: skip


def shipments(scene: Scene) -> None:
    document(
        scene, Shipment, "past_order", id="ship_id", number="ship_number", title="title", state="'posted'", order="id",
        party="party_id", site="site_id", ship_on="ship_day",
    )  # fmt: skip
    setwise.insert(
        ShipmentLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)", id="ship_line_id",
        document="o.ship_id", position="position", order_line="line_id", item="item_id", quantity="quantity",
        unit="unit_id", stock_quantity="quantity",
    )  # fmt: skip


def invoices(scene: Scene) -> None:
    document(
        scene, Invoice, "past_order", id="invoice_id", number="invoice_number", title="title", state="'posted'",
        kind="'customer_invoice'", party="party_id", invoice_on="ship_day", tax_point_on="ship_day", due_on="due_day",
        payment_term=str(scene.term), currency=f"'{scene.currency}'", rate="1", rate_on="ship_day", site="site_id",
        reference="'P' || n", net="net", tax="tax", total="total", total_base="total",
    )  # fmt: skip
    setwise.insert(
        InvoiceLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)",
        document="o.invoice_id", position="position", item="item_id", description="i.code", quantity="quantity",
        unit="unit_id", price="i.price", tax_code="tax_id", tax_rate="tax_rate", net="past_line.net",
        tax="past_line.tax", account=str(scene.accounts["sales"]), origin="o.id", origin_line="line_id",
    )  # fmt: skip


def payments(scene: Scene) -> None:
    document(
        scene, Payment, "past_order WHERE pay_day IS NOT NULL", id="pay_id", number="pay_number", title="title",
        state="'posted'", direction="'in'", party="party_id", paid_on="pay_day", currency=f"'{scene.currency}'",
        amount="total", rate="1", account=str(scene.accounts["bank"]), total="total", total_base="total",
    )  # fmt: skip
    setwise.insert(
        PaymentAllocation, "past_order WHERE pay_day IS NOT NULL", document="pay_id", position="1",
        invoice="invoice_id", amount="total", allocated_on="pay_day",
    )  # fmt: skip


def links(scene: Scene) -> None:
    for source, target in (("id", "ship_id"), ("id", "invoice_id"), ("ship_id", "invoice_id")):
        setwise.insert(DocumentLink, "past_order", source=source, target=target)
