"""One company's working days, each step done by the person whose work it is, through the verbs everybody uses."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import F

from mainspring.kernel import commands
from mainspring.kernel.errors import ApprovalRequired
from mainspring.kernel.models import ApprovalRequest, Site, User
from mainspring.modules.accounting.models import Invoice, Payment
from mainspring.modules.crm.models import Activity, Lead, Opportunity
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party
from mainspring.modules.production import commands as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing import commands as purchasing
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest, Receipt
from mainspring.modules.sales.models import Quotation, Return, SalesOrder, Shipment

from . import words

SEASON = (0.55, 0.6, 0.95, 1.35, 1.6, 1.5, 1.25, 1.1, 0.95, 0.75, 0.6, 0.8)
"""How the months differ: bicycles are bought in spring."""


@dataclass
class Company:
    """Who works here and what they trade in.

    people  role -> user name; sellers  territory code -> user name
    """

    code: str
    plant: str
    people: dict[str, str]
    sellers: dict[str, str]
    territories: tuple[str, ...]


@dataclass
class Trading:
    """Simulates days of one company. `context(company, user, day)` gives the person's own, untrusted context."""

    company: Company
    context: Callable
    rng: object
    orders_a_day: float = 2.0
    leads_a_day: float = 0.6
    refusals: Counter = field(default_factory=Counter)
    done: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self.customers = [
            p
            for p in Party.objects.filter(is_customer=True, active=True).select_related("territory").order_by("code")
            if p.territory and p.territory.code in self.company.sellers
        ]
        self.goods = list(Item.objects.filter(category__code="FG", active=True).order_by("code"))
        self.weights = [1 / (1 + n % 17) for n in range(len(self.goods))]
        self.site = Site.objects.get(code=self.company.plant)

    def by(self, role: str, day: date):
        return self.context(self.company.code, self.company.people.get(role, role), day)

    def attempt(self, what: str, fn):
        """Do it; a refusal is part of business life: it is counted by its words and the day goes on."""
        try:
            result = fn()
        except ApprovalRequired:
            self.done[f"{what}, waits for approval"] += 1
            return None
        except ObjectDoesNotExist as missing:
            self.refusals[f"{what}: out of sight ({missing})"] += 1
            return None
        except (ValidationError, PermissionDenied) as refusal:
            text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            self.refusals[f"{what}: {text[:160]}"] += 1
            return None
        self.done[what] += 1
        return result

    # -- the day --------------------------------------------------------------------------------------------------

    def day(self, day: date) -> None:
        """Sales in the morning, planning at noon, goods and work in the afternoon, money in the evening."""
        self.marketing(day)
        self.selling(day)
        self.planning(day)
        self.receiving(day)
        self.making(day)
        self.shipping(day)
        self.paying(day)

    def marketing(self, day: date) -> None:
        for _ in range(_times(self.leads_a_day, self.rng)):
            self._lead(day)
        for lead in Lead.objects.filter(company__code=self.company.code, state__in=("claimed", "qualified"))[:6]:
            self._follow(lead, day)

    def _lead(self, day: date) -> None:
        place = self.rng.choice(self.company.territories)
        seller = self.company.sellers[place]
        name, contact, mail, phone, country = words.prospect(self.rng, place)
        ctx = self.context(self.company.code, self.company.people["sales_manager"], day)
        lead = self.attempt(
            "lead",
            lambda: commands.create(
                Lead,
                ctx,
                name=name,
                contact_name=contact,
                email=mail,
                phone=phone,
                country=country,
                territory=_territory(place),
                source=self.rng.choice(["web", "call", "event"]),
                value=Decimal(self.rng.randrange(2, 60) * 500),
                note=self.rng.choice(words.NEEDS),
            ),
        )
        if lead and self.rng.random() < 0.75:
            self.attempt("claim", lambda: commands.perform(lead, "claim", self.context(self.company.code, seller, day)))

    def _follow(self, lead: Lead, day: date) -> None:
        if lead.owner is None or self.rng.random() < 0.6:
            return
        ctx = self.context(self.company.code, lead.owner.username, day)
        self.attempt(
            "follow-up",
            lambda: commands.create(
                Activity,
                ctx,
                lead=lead,
                content=self.rng.choice(words.TALKS),
                method=self.rng.choice(["call", "mail", "visit"]),
                next_on=day + timedelta(days=self.rng.randrange(3, 14)),
            ),
        )
        chance = self.rng.random()
        if lead.state == "claimed" and chance < 0.5:
            verb = next(v for v in Lead.workflow.verbs if v.name == "qualify")
            self.attempt("qualify", lambda: commands.perform(lead, "qualify", ctx, **_answers(verb, lead, self.rng)))
        elif lead.state == "qualified" and chance < 0.6:
            verb = next(v for v in Lead.workflow.verbs if v.name == "convert")
            done = self.attempt(
                "convert", lambda: commands.perform(lead, "convert", ctx, **_answers(verb, lead, self.rng))
            )
            deal = Opportunity.objects.filter(party__leads=lead).order_by("-created_at").first() if done else None
            if deal:
                self._quote(deal, ctx)
        elif chance > 0.93:
            self.attempt("lose lead", lambda: commands.perform(lead, "lose", ctx, reason="price"))

    def _quote(self, deal: Opportunity, ctx) -> None:
        discount = self.rng.choice([0, 0, 3, 5, 8, 18])
        quotation = self.attempt(
            "quotation",
            lambda: commands.create(
                Quotation,
                ctx,
                party=deal.party,
                opportunity=deal,
                owner=deal.owner,
                lines=self._basket(discount),
                links=[deal],
            ),
        )
        if (
            quotation is None
            or self.attempt("send quotation", lambda: commands.perform(quotation, "send", ctx)) is None
        ):
            return
        chance = self.rng.random()
        if chance < 0.55:
            accepted = self.attempt("accept quotation", lambda: commands.perform(quotation, "accept", ctx))
            order = accepted.outcome if accepted else None
            if order is not None and order.state == "draft":
                self.attempt("confirm order", lambda: commands.perform(order, "confirm", ctx))
        elif chance < 0.75:
            self.attempt("decline", lambda: commands.perform(quotation, "decline", ctx, reason="Bought elsewhere"))

    def selling(self, day: date) -> None:
        for _ in range(_times(self.orders_a_day * SEASON[day.month - 1], self.rng)):
            customer = self.rng.choice(self.customers)
            seller = self.company.sellers[customer.territory.code]
            ctx = self.context(self.company.code, seller, day)
            order = self.attempt(
                "sales order",
                lambda c=customer, x=ctx, seller=seller: commands.create(
                    SalesOrder,
                    x,
                    party=c,
                    reference=f"{self.rng.randrange(10_000, 99_999)}",
                    owner=_user(seller),
                    site=self.site,
                    wanted_on=day + timedelta(days=self.rng.randrange(5, 40)),
                    lines=self._basket(self.rng.choice([0, 0, 0, 5])),
                ),
            )
            if order and self.rng.random() < 0.95:
                self.attempt("confirm order", lambda o=order, x=ctx: commands.perform(o, "confirm", x))

    def _basket(self, discount: int) -> list[dict]:
        items = {i.pk: i for i in self.rng.choices(self.goods, self.weights, k=self.rng.randrange(1, 6))}
        return [
            {"item": item, "quantity": Decimal(self.rng.randrange(1, 12)), "discount_pct": Decimal(discount)}
            for item in items.values()
        ]

    def planning(self, day: date) -> None:
        if day.weekday() in (0, 2, 4):
            self.attempt("plan", lambda: production.propose(self.by("planner", day).inside(None)))
        buyer = self.by("buyer", day)
        due = day + timedelta(days=5)
        mine = {"company__code": self.company.code}
        requests = PurchaseRequest.objects.filter(**mine, state="proposed", order_by__lte=due).select_related(
            "item", "site", "supplier"
        )
        if day.weekday() in (1, 3) and (wanted := list(requests.order_by("order_by")[:60])):
            self.attempt("order requests", lambda: purchasing.order_requests(wanted, buyer))
        for order in PurchaseOrder.objects.filter(**mine, state="draft", created_by=buyer.user):
            if not self._waits(order):
                self.attempt("confirm purchase", lambda o=order: commands.perform(o, "confirm", buyer))
        self._approve(day)
        planner = self.by("planner", day)
        for order in ProductionOrder.objects.filter(
            company__code=self.company.code, state="proposed", starts_on__lte=due
        ).order_by("starts_on")[:40]:
            self.attempt("confirm production", lambda o=order: commands.perform(o, "confirm", planner))

    def _waits(self, record) -> bool:
        return ApprovalRequest.objects.filter(
            entity=record._meta.label_lower, record_id=str(record.pk), state="waiting"
        ).exists()

    def _approve(self, day: date) -> None:
        """Those who are asked decide most of what waits for them; the youngest requests stay open."""
        for request in ApprovalRequest.objects.filter(company__code=self.company.code, state="waiting")[:10]:
            if self.rng.random() < 0.7:
                role = "manager" if request.entity == "purchasing.purchaseorder" else "sales_manager"
                ctx = self.context(self.company.code, role, day)
                self.attempt("approve", lambda r=request, c=ctx: commands.perform(r, "approve", c))

    def receiving(self, day: date) -> None:
        ctx = self.by("warehouse", day)
        for order in PurchaseOrder.objects.filter(
            company__code=self.company.code, state="confirmed", expected_on__lte=day
        ).order_by("expected_on")[:12]:
            if self.rng.random() < 0.15:  # the supplier is late
                continue
            made = self.attempt("receipt", lambda o=order: commands.perform(o, "receive", ctx))
            receipt = made.outcome if made else None
            if receipt is None:
                continue
            if self.rng.random() < 0.2:  # a part comes now, the rest later
                lines = [
                    {"id": line.pk, "quantity": max(Decimal(1), (line.quantity / 2).quantize(Decimal(1)))}
                    for line in receipt.lines.all()
                ]
                receipt = (
                    self.attempt("part receipt", lambda r=receipt, n=lines: commands.change(r, ctx, lines=n)) or receipt
                )
            self.attempt("post receipt", lambda r=receipt: commands.perform(r, "post", ctx))
        accountant = self.by("accountant", day)
        for receipt in Receipt.objects.filter(
            company__code=self.company.code,
            state="posted",
            received_on__lte=day - timedelta(days=3),
            order__billed_state__in=("none", "part"),
        )[:10]:
            made = self.attempt(
                "enter bill",
                lambda r=receipt: commands.perform(
                    r, "bill", accountant, supplier_number=f"S-{r.number}", invoiced_on=day
                ),
            )
            if made and made.outcome:
                self.attempt("post bill", lambda b=made.outcome: commands.perform(b, "post", accountant))

    def making(self, day: date) -> None:
        ctx = self.by("workshop", day)
        mine = ProductionOrder.objects.filter(company__code=self.company.code)
        for order in mine.filter(state="confirmed", starts_on__lte=day).order_by("starts_on")[:25]:
            self.attempt("release", lambda o=order: commands.perform(o, "release", self.by("planner", day)))
        for order in mine.filter(state="released").order_by("starts_on")[:25]:
            self.attempt("issue", lambda o=order: commands.perform(o, "issue", ctx))
        for order in mine.filter(state="in_progress", due_on__lte=day + timedelta(days=1)).order_by("due_on")[:25]:
            self._finish(order, ctx, day)

    def _finish(self, order: ProductionOrder, ctx, day: date) -> None:
        for operation in order.operations.order_by("sequence"):
            hours = (operation.setup_hours + operation.run_hours_per_unit * order.quantity) * Decimal(
                str(round(self.rng.uniform(0.92, 1.15), 2))
            )
            self.attempt(
                "report",
                lambda p=operation, h=hours: commands.perform(
                    order, "report", ctx, operation=p.sequence, good=order.quantity, hours=h.quantize(Decimal("0.01"))
                ),
            )
        if self.attempt("output", lambda: commands.perform(order, "receive", ctx, quantity=order.quantity)) is not None:
            self.attempt("complete", lambda: commands.perform(order, "complete", ctx))
            self.attempt("close production", lambda: commands.perform(order, "close", self.by("controller", day)))

    def shipping(self, day: date) -> None:
        ctx, accountant = self.by("warehouse", day), self.by("accountant", day)
        open_orders = (
            SalesOrder.objects.filter(company__code=self.company.code, state="confirmed")
            .exclude(delivery_status="all")
            .filter(promised_on__lte=day)
            .order_by("promised_on")[:20]
        )
        for order in open_orders:
            made = self.attempt("shipment", lambda o=order: commands.perform(o, "ship", ctx))
            shipment = made.outcome if made else None
            if shipment is None:
                continue
            if self.attempt("post shipment", lambda s=shipment: commands.perform(s, "post", ctx)) is None:
                self.attempt("cancel shipment", lambda s=shipment: commands.perform(s, "cancel", ctx))
                continue
            if self.rng.random() < 0.9:
                self._bill(order, accountant)
            if self.rng.random() < 0.03:
                self._take_back(shipment, ctx, accountant)

    def _bill(self, order: SalesOrder, ctx) -> None:
        made = self.attempt("invoice", lambda: commands.perform(order, "invoice", ctx))
        if made and made.outcome:
            self.attempt("post invoice", lambda: commands.perform(made.outcome, "post", ctx))

    def _take_back(self, shipment: Shipment, ctx, accountant) -> None:
        made = self.attempt("return", lambda: commands.perform(shipment, "return_goods", ctx))
        document: Return | None = made.outcome if made else None
        if document is None:
            return
        line = document.lines.first()
        self.attempt(
            "return one",
            lambda: commands.change(
                document, ctx, reason=self.rng.choice(words.FAULTS), lines=[{"id": line.pk, "quantity": Decimal(1)}]
            ),
        )
        if self.attempt("receive return", lambda: commands.perform(document, "receive", ctx)) is None:
            return
        credit = self.attempt("credit", lambda: commands.perform(document, "credit", accountant))
        if credit and credit.outcome:
            self.attempt("post credit note", lambda: commands.perform(credit.outcome, "post", accountant))

    def paying(self, day: date) -> None:
        if day.weekday() not in (1, 3):
            return
        ctx = self.by("accountant", day)
        for invoice in _unpaid(self.company.code, ("customer_invoice", "supplier_bill"), day):
            if invoice.kind == "customer_invoice" and self.rng.random() < 0.35:  # some pay late
                continue
            payment = self.attempt(
                "payment",
                lambda i=invoice: commands.create(
                    Payment,
                    ctx,
                    direction="in" if i.kind == "customer_invoice" else "out",
                    party=i.party,
                    currency=i.currency,
                    amount=i.total,
                    paid_on=day,
                    lines=[{"invoice": i, "amount": i.total}],
                ),
            )
            if payment:
                self.attempt("post payment", lambda p=payment: commands.perform(p, "post", ctx))


def _unpaid(company: str, kinds: tuple[str, ...], day: date):
    """Posted invoices due by the day that nothing is allocated to yet, oldest first."""
    return (
        Invoice.objects.filter(
            company__code=company,
            kind__in=kinds,
            state="posted",
            due_on__lte=day,
            allocations__isnull=True,
            credit_notes__isnull=True,
        )
        .select_related("party")
        .order_by(F("due_on").asc(nulls_last=True))[:25]
    )


def _times(mean: float, rng) -> int:
    """A whole number of times with the given mean."""
    return int(mean) + (rng.random() < mean - int(mean))


def _territory(code: str):
    from mainspring.kernel.models import Territory

    return Territory.objects.get(code=code)


def _user(name: str) -> User:
    return User.objects.get(username=name)


def _answers(verb, record, rng) -> dict:
    """Plausible answers to what a verb asks for and cannot propose itself."""
    answers = {}
    for asked in verb.ask:
        if not asked.required:
            continue
        match asked.kind:
            case "choice":
                answers[asked.name] = asked.choices[0][0]
            case "date":
                answers[asked.name] = record.created_at.date() + timedelta(days=45)
            case "decimal" | "integer":
                answers[asked.name] = Decimal(rng.randrange(2, 60) * 500)
            case "bool":
                answers[asked.name] = True
            case "text" | "longtext":
                answers[asked.name] = rng.choice(words.NEEDS)
    return answers
