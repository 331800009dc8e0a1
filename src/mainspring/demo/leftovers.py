"""The last day: whatever state of a document daily life has not left somewhere is brought about by its own verbs."""

from decimal import ROUND_DOWN, Decimal

from django.db.models import F

from mainspring.kernel import collaboration, commands
from mainspring.modules.accounting.models import Account, Invoice, Payment, Revaluation, Voucher
from mainspring.modules.crm.models import Lead, Opportunity
from mainspring.modules.planning.models import PlanRun
from mainspring.modules.production.models import ProductionOrder, ProductionReport, Reason
from mainspring.modules.purchasing.models import (
    PurchaseOrder,
    PurchaseRequest,
    Receipt,
    SupplierItem,
    SupplierReturn,
)
from mainspring.modules.sales import offering
from mainspring.modules.sales.models import OfferLink, Quotation, Return, SalesOrder, Shipment
from mainspring.modules.stock.models import StockAdjustment, StockBalance, StockCount, Transfer

from . import following, making, moving, selling, supplying, winning, words
from .baskets import basket
from .life import Life

SHIPPED = ("in_transit", "received")


def live(life: Life) -> None:
    """Everything that is missing, subject by subject; each tops up what the ones before left."""
    for subject in (
        _leads,
        _deals,
        _pipeline,
        _quotations,
        _orders,
        _deliveries,
        _purchases,
        _arrivals,
        _warehouse,
        _money,
    ):
        subject(life)
    following.live(life)
    if life.cast.makes:
        _workshop(life)
        _floor(life)
        _notes(life)


def _missing(life: Life, model, states) -> list[str]:
    there = set(model.objects.filter(**life.mine).order_by().values_list("state", flat=True))
    return [state for state in states if state not in there]


def _walk(life: Life, record, steps, ctx):
    """Perform verbs one after the other: (verb, inputs)."""
    for verb, inputs in steps:
        if record is None:
            return None
        record = life.do(record, verb, ctx, **inputs)
    return record


# -- selling ----------------------------------------------------------------------------------------------------------


def _leads(life: Life) -> None:
    ways = {
        "open": (),
        "claimed": ("claim",),
        "qualified": ("claim", "qualify"),
        "converted": ("claim", "qualify", "convert"),
        "lost": ("claim", "lose"),
    }
    inputs = {
        "qualify": {"value": Decimal(9000)},
        "convert": {
            "opportunity": "Rental bicycles for a campsite",
            "amount": Decimal(9000),
            "expected_close_on": life.in_days(20, 40),
        },
        "lose": {"reason": "no_answer"},
    }
    for state in _missing(life, Lead, ways):
        place = life.cast.pools[0]
        name, contact, mail, phone, country = words.prospect(life.rng, place)
        lead = life.make(
            "lead", Lead, life.by("sales_manager"), name=name, contact_name=contact, email=mail, phone=phone,
            country=country, territory=life.territories[place], source="web", value=Decimal(9000),
        )  # fmt: skip
        _walk(life, lead, [(v, inputs.get(v, {})) for v in ways[state]], life.by(life.seller_of(place)))


def _deal(life: Life, name: str = "") -> Opportunity | None:
    customer = life.rng.choice(life.customers)
    seller = life.seller_of(customer.territory.code)
    return life.make(
        "opportunity",
        Opportunity,
        life.by(seller),
        name=name or life.rng.choice(words.NEEDS),
        party=customer,
        owner=life.user(seller),
        amount=Decimal(life.rng.randrange(6, 40) * 500),
        expected_close_on=life.in_days(10, 60),
    )


def _deals(life: Life) -> None:
    amount = {"amount": Decimal(7500)}
    dated = amount | {"expected_close_on": life.in_days(10, 40)}
    further = next(iter(life.stages.values()))[1:]
    steps = [("move", dated | {"stage": stage}) for stage in further]
    ways = {
        "open": steps[:1],
        "won": [*steps, ("win", amount)],
        "lost": [*steps[:1], ("lose", {"reason": "no_budget"})],
    }
    for state in _missing(life, Opportunity, ways):
        deal = _deal(life)
        if deal:
            _walk(life, deal, ways[state], life.by(deal.owner.username))


def _pipeline(life: Life) -> None:
    """Whoever sells has a deal in each stage of the usual way of selling, one of them in those of the others too."""
    usual, *others = life.stages.values()
    for n, name in enumerate(sorted(set(life.cast.sellers.values()))):
        own = [c for c in life.customers if life.seller_of(c.territory.code) == name]
        open_deals = Opportunity.objects.filter(**life.mine, state="open", owner__username=name)
        there = set(open_deals.values_list("stage", flat=True))
        stages = [stage for stages in ([usual, *others] if n == 0 else [usual]) for stage in stages]
        for at, stage in enumerate(stages):
            if own and stage.pk not in there:
                _in_stage(life, life.by(name), own[at % len(own)], stage)


def _in_stage(life: Life, ctx, customer, stage) -> None:
    amount, closes = Decimal(life.rng.randrange(8, 60) * 500), life.in_days(8, 130)
    deal = life.make(
        "opportunity", Opportunity, ctx, name=life.rng.choice(words.NEEDS), party=customer, owner=ctx.user,
        process=stage.process, source="own", amount=amount, expected_close_on=closes,
    )  # fmt: skip
    if deal is None or deal.stage_id == stage.pk:
        return
    if stage.planned:
        winning.say_what(life, deal, ctx)
        deal = Opportunity.objects.get(pk=deal.pk)
    contact = {"contact": customer.contacts.first()} if stage.asks_contact else {}
    life.do(deal, "move", ctx, stage=stage, amount=amount, expected_close_on=closes, **contact)


def _offer(life: Life, discount: int = 0) -> Quotation | None:
    deal = _deal(life)
    return deal and life.make(
        "quotation",
        Quotation,
        life.by(deal.owner.username),
        party=deal.party,
        opportunity=deal,
        owner=deal.owner,
        site=life.plants[0],
        lines=basket(life, discount=discount),
        links=[deal],
    )


def _quotations(life: Life) -> None:
    send = ("send", {})
    ways = {
        "draft": [],
        "sent": [send],
        "accepted": [send, ("accept", {})],
        "declined": [send, ("decline", {"reason": "Too dear"})],
        "superseded": [send, ("revise", {})],
        "cancelled": [("cancel", {})],
    }
    for state in _missing(life, Quotation, ways):
        offer = _offer(life)
        if offer:
            _walk(life, offer, ways[state], life.by(offer.owner.username))
    _accepted_by_link(life)
    for _n in range(2 if life.cast.makes else 0):  # these wait for the sales manager
        offer = _offer(life, 18)
        if offer:
            life.do(offer, "send", life.by(offer.owner.username))


def _accepted_by_link(life: Life) -> None:
    """One customer got the address of an offer, asked something and signed; another one has not looked yet."""
    for signs in (True, False):
        offer = _offer(life)
        ctx = offer and life.by(offer.owner.username)
        sent = offer and life.do(offer, "send", ctx)
        if not sent:
            continue
        made = life.do(sent, "invite", ctx, recipient=str(sent.party.name), email=sent.party.email, days=14)
        if signs and made:
            link = OfferLink.objects.get(pk=made.outcome.pk)
            life.attempt("question", lambda link=link: offering.ask(link, text=words.QUESTION))
            sent.refresh_from_db()
            life.attempt(
                "acceptance",
                lambda link=link, version=sent.version: offering.accept(
                    link, name=words.SIGNER, signature="", version=version, chosen=set(), network_address="192.0.2.17"
                ),
            )


def _orders(life: Life) -> None:
    for state in _missing(life, SalesOrder, ("draft", "held", "cancelled")):
        order = selling.order(life, confirm=False)
        if order is None:
            continue
        ctx = life.by(order.owner.username)
        if state == "cancelled":
            life.do(order, "cancel", ctx, reason="Ordered twice by mistake")
        elif state == "held":
            times = int(Decimal(order.party.credit_limit or 0) * 3 / 2 / order.total) + 1  # prices fall with quantity
            lines = [{"id": line.pk, "quantity": line.quantity * times} for line in order.lines.order_by("position")]
            order = life.attempt("large order", lambda o=order, c=ctx, n=lines: commands.change(o, c, lines=n))
            order and life.do(order, "confirm", ctx)


def _deliveries(life: Life) -> None:
    """A shipment being picked and one given up; goods on their way back."""
    ctx = life.by("warehouse")
    for state in _missing(life, Shipment, ("draft", "cancelled")):
        ready = SalesOrder.objects.filter(**life.mine, state="confirmed").exclude(delivery_status="all")
        for order in ready.order_by("promised_on", "number"):
            if selling.sales.reserved(order) and not order.shipments.filter(state="draft").exists():
                made = life.do(order, "ship", ctx)
                if made and state == "cancelled":
                    life.do(made.outcome, "cancel", ctx)
                break
    _part_deliveries(life)
    for state in _missing(life, Return, ("draft", "received", "credited", "cancelled")):
        shipments = Shipment.objects.filter(**life.mine, state="posted", returns=None, order__billing_status="all")
        shipment = shipments.order_by("-ship_on", "-number").first()
        if shipment is None:
            continue
        document = selling.take_back(life, shipment, until="draft" if state in ("draft", "cancelled") else "received")
        if document and state == "cancelled":
            life.do(document, "cancel", ctx)
        elif document and state == "credited":
            made = life.do(document, "credit", life.by("accountant"))
            made and made.outcome and life.do(made.outcome, "post", life.by("accountant"))


def _part_deliveries(life: Life) -> None:
    """One order of which a part has left, one that has left and is not invoiced."""
    ctx = life.by("warehouse")
    for status in ("part", "all"):
        mine = SalesOrder.objects.filter(**life.mine, state="confirmed").order_by("promised_on", "number")
        if mine.filter(delivery_status=status, billing_status__in=("nothing", "part")).exists():
            continue
        for order in mine.filter(delivery_status="nothing", shipments=None):
            kept, lines = selling.sales.reserved(order), selling.sales.lines_of(order)
            whole = all(kept.get(line.pk, 0) >= line.quantity for line in lines)
            if not whole or (status == "part" and max(line.quantity for line in lines) < 2):
                continue
            shipment = life.do(order, "ship", ctx).outcome
            if status == "part":
                keep = max(shipment.lines.all(), key=lambda line: (line.quantity, line.pk))
                specs = [{"id": keep.pk, "quantity": (keep.quantity / 2).quantize(Decimal(1), ROUND_DOWN)}]
                life.attempt("part", lambda s=shipment, n=specs: commands.change(s, ctx, lines=n))
            life.do(shipment, "post", ctx)
            break


# -- buying -----------------------------------------------------------------------------------------------------------


def _purchases(life: Life) -> None:
    buyer = life.by("buyer")
    if life.cast.makes:
        ways = {"draft": (), "open": ("submit",), "approved": ("submit", "approve"), "cancelled": ("submit", "cancel")}
        for state in ways:
            made = life.make(
                "purchase request",
                PurchaseRequest,
                life.by("workshop"),
                description=life.rng.choice(words.WANTED)[0],
                quantity=Decimal(2),
                site=life.plants[0],
                needed_on=life.in_days(10, 20),
            )
            for verb in ways[state]:
                made = made and life.do(made, verb, buyer if verb == "approve" else life.by("workshop"))
    for state in _missing(life, PurchaseOrder, ("draft", "closed", "cancelled")):
        order = _purchase(life)
        if order and state != "draft":
            verbs = ("confirm", "close") if state == "closed" else ("cancel",)
            _walk(life, order, [(verb, {}) for verb in verbs], buyer)
    if life.cast.makes:
        large = _purchase(life, Decimal(4000))
        large and life.do(large, "confirm", buyer)


def _purchase(life: Life, quantity: Decimal = Decimal(40)) -> PurchaseOrder | None:
    source = life.rng.choice(
        list(SupplierItem.objects.filter(**life.mine, priority=1).select_related("supplier").order_by("item__code"))
    )
    return life.make(
        "purchase order",
        PurchaseOrder,
        life.by("buyer"),
        supplier=source.supplier,
        site=life.plants[0],
        expected_on=life.in_days(7, 15),
        lines=[{"item": source.item_id, "quantity": quantity, "price": source.price}],
    )


def _arrivals(life: Life) -> None:
    """A receipt at the gate, one entered by mistake; goods going back to a supplier; a bill that differs."""
    ctx = life.by("warehouse")
    for state in _missing(life, Receipt, ("cancelled", "draft")):
        waiting = PurchaseOrder.objects.filter(**life.mine, state="confirmed", received_state="none", receipts=None)
        order = waiting.order_by("expected_on", "number").first()
        made = order and life.do(order, "receive", ctx)
        if made and state == "cancelled":
            life.do(made.outcome, "cancel", ctx)
    if not PurchaseOrder.objects.filter(**life.mine, received_state="partly").exists():
        waiting = PurchaseOrder.objects.filter(**life.mine, state="confirmed", received_state="none", receipts=None)
        order = waiting.order_by("expected_on", "number").first()
        made = order and life.do(order, "receive", ctx)
        if made:
            supplying.halve(life, made.outcome)
            life.do(made.outcome, "post", ctx)
    for state in _missing(life, SupplierReturn, ("draft", "posted", "cancelled")):
        receipt = Receipt.objects.filter(**life.mine, state="posted", returns=None).order_by("-number").first()
        made = receipt and life.do(receipt, "send_back", ctx, reason="Wrong thread")
        if made:
            document = made.outcome
            first = document.lines.order_by("position").first()
            life.attempt(
                "send back a few",
                lambda d=document, f=first: commands.change(
                    d, ctx, lines=[{"id": f.pk, "quantity": min(f.quantity, Decimal(5))}]
                ),
            )
            if state != "draft":
                life.do(document, "post" if state == "posted" else "cancel", ctx)
    open_ones = Receipt.objects.filter(**life.mine, state="posted", order__billed_state="none").order_by("number")
    for dearer, receipt in zip((True, False), open_ones, strict=False):
        supplying.enter(life, receipt, dearer=dearer, post=False)


# -- warehouse, workshop, money ---------------------------------------------------------------------------------------


def _warehouse(life: Life) -> None:
    ctx = life.by("warehouse")
    if life.cast.makes:
        goods = {i.pk for i in life.goods}
        for state in ("draft", "in_transit", "received", "cancelled"):
            for code in sorted(set(life.cast.centers.values())):
                if state not in _missing(life, Transfer, (state,)):
                    break
                made = moving.fill_up(life, life.plants[0], life.sites[code], goods, ship=state in SHIPPED)
                made = made or _hand_transfer(life, life.sites[code], ship=state in SHIPPED)
                if made and state in ("cancelled", "received"):
                    life.do(made, "cancel" if state == "cancelled" else "receive", ctx)
    for state in _missing(life, StockCount, ("posted", "draft", "cancelled")):
        made = moving.count(life, post=state == "posted", blank=state == "draft")
        if made and state == "cancelled":
            life.do(made, "cancel", ctx)
    if life.cast.makes:
        for state in _missing(life, StockAdjustment, ("draft", "cancelled")):
            made = moving.scrap(life, post=False)
            if made and state == "cancelled":
                life.do(made, "cancel", ctx)


def _hand_transfer(life: Life, end, *, ship: bool) -> Transfer | None:
    """One of what is there in plenty and kept for nobody; a part, when all finished goods wait for their orders."""
    shelf = StockBalance.objects.filter(location__site=life.plants[0], location__kind="internal")
    best = shelf.order_by(F("reserved") - F("quantity"), "item__code")[0].item_id
    made = life.make(
        "transfer",
        Transfer,
        life.by("warehouse"),
        from_site=life.plants[0],
        to_site=end,
        ship_on=life.day,
        receive_on=life.in_days(2, 3),
        lines=[{"item": best, "quantity": Decimal(1)}],
    )
    return life.do(made, "ship", life.by("warehouse")) if made and ship else made


def _workshop(life: Life) -> None:
    planner, workshop, controller = life.by("planner"), life.by("workshop"), life.by("controller")
    item = max(life.goods, key=lambda i: (life.rates[i.pk], i.code))
    release = ("release", {"despite_shortages": True})
    ways = {
        "draft": [],
        "cancelled": [("cancel", {})],
        "confirmed": [("confirm", {})],
        "released": [("confirm", {}), release],
        "in_progress": [("confirm", {}), release],
        "completed": [("confirm", {}), release],
        "closed": [("confirm", {}), release],
    }
    for state in _missing(life, ProductionOrder, ways):
        order = life.make(
            "production order",
            ProductionOrder,
            planner,
            item=item,
            site=life.plants[0],
            quantity=Decimal(1),
            starts_on=life.day,
        )
        order = order and _walk(life, order, ways[state], planner)
        if order and state == "in_progress":
            making.report(life, order, order.operations.order_by("sequence")[:1])
        elif order and state in ("completed", "closed"):
            _walk(life, order, [("receive", {"quantity": Decimal(1)}), ("complete", {})], workshop)
            if state == "closed":
                life.do(order, "close", controller)
    for state in _missing(life, ProductionReport, ("draft", "cancelled", "reversed")):
        order = life.make(
            "production order", ProductionOrder, planner, item=item, site=life.plants[0], quantity=Decimal(1),
            starts_on=life.day,
        )  # fmt: skip
        order = order and _walk(life, order, ways["released"], planner)
        if order and state == "reversed":
            making.report(life, order, order.operations.order_by("sequence")[:1])
            report = order.reports.order_by("number").first()
            report and life.do(report, "reverse", workshop, why="Reported on the wrong order")
        elif order:
            made = life.do(order, "issue", workshop, draft=True)
            made and state == "cancelled" and life.do(made.outcome, "cancel", workshop)
    for state in _missing(life, PlanRun, ("draft", "cancelled")):
        run = life.make("planning run", PlanRun, planner, site=life.plants[1])
        if run and state == "cancelled":
            life.do(run, "cancel", planner)


def _floor(life: Life) -> None:
    """Today in the workshop: one operation runs, one stands still for a reason, one is being done again."""
    ctx, person = life.by("workshop"), life.user("workshop")
    waiting = list(
        ProductionOrder.objects.filter(**life.mine, state__in=("released", "in_progress"), operations__done_hours=0)
        .distinct().order_by("due_on", "number")[:6]
    )  # fmt: skip
    for number, order in enumerate(waiting):
        operation = order.operations.filter(done_hours=0, supplier=None).order_by("sequence").first()
        if operation is None:
            continue
        life.do(order, "assign", life.by("planner"), operation=operation.sequence, person=person)
        if number == 1:
            life.do(order, "start", ctx, operation=operation.sequence)
            reason = Reason.objects.get(code="MATERIAL")
            life.do(order, "pause", ctx, operation=operation.sequence, reason=reason)
        elif number == 2 and order.quantity >= 3:
            again = {"rework": Decimal(1), "reason": Reason.objects.get(code="REALIGN"), "hours": Decimal("0.5")}
            life.do(order, "report", ctx, operation=operation.sequence, good=Decimal(1), **again)
        elif number == 3:
            life.do(order, "start", ctx, operation=operation.sequence)


def _money(life: Life) -> None:
    """A payment on account and one being prepared, an invoice and a voucher in draft."""
    ctx = life.by("accountant")
    customer = life.customers[0]
    reverse = ("reverse", {"on": life.day})
    ways = {"draft": [], "posted": [("post", {})], "cancelled": [("cancel", {})], "reversed": [("post", {}), reverse]}
    for state in _missing(life, Payment, ways):
        made = life.make("payment", Payment, ctx, direction="in", party=customer, amount=Decimal(500), paid_on=life.day)
        made and _walk(life, made, ways[state], ctx)
    for state in _missing(life, Invoice, ways):
        made = life.make(
            "invoice", Invoice, ctx, kind="customer_invoice", party=customer,
            lines=[{"description": "Repair of a demonstration bicycle", "quantity": Decimal(1), "price": Decimal(85)}],
        )  # fmt: skip
        made and _walk(life, made, ways[state], ctx)
    accounts = {a.code: a for a in Account.objects.filter(**life.mine)}
    for state in _missing(life, Voucher, ways):
        made = life.make(
            "voucher", Voucher, ctx, posted_on=life.day, memo="Depreciation of the paint line",
            lines=[{"account": accounts["6200"], "debit": Decimal(900)},
                   {"account": accounts["1500"], "credit": Decimal(900)}],
        )  # fmt: skip
        made and _walk(life, made, ways[state], ctx)
    for state in _missing(life, Revaluation, ways) if life.cast.makes else ():
        made = life.make("revaluation", Revaluation, life.by("controller"), revalued_on=life.day)
        verbs = [("post", {}), ("reverse", {})] if state == "reversed" else ways[state]
        made and _walk(life, made, verbs, life.by("controller"))


def _notes(life: Life) -> None:
    """People talk about records and ask one another for things."""
    manager = life.by("sales_manager")
    for order in SalesOrder.objects.filter(**life.mine, state="confirmed").order_by("promised_on", "number")[:2]:
        life.attempt(
            "note", lambda o=order: collaboration.add_note(o, manager, text="@planner can we make it earlier?")
        )
        life.attempt(
            "task",
            lambda o=order: collaboration.add_task(
                o, manager, title="Tell the customer the new date", assignee=o.owner, due_on=life.day
            ),
        )
