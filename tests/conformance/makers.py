"""Samples of records whose rules no plain value meets, made the way people make them."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from mainspring.kernel import commands
from mainspring.kernel.context import Context
from mainspring.kernel.models import Absence, Company, Currency, Site, Territory, User
from mainspring.kernel.testing.samples import Samples, maker
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting.models import Account, AccountRule, LockDate
from mainspring.modules.accounting.models.periods import Area
from mainspring.modules.crm.models import (
    Cadence,
    CadenceRun,
    CalendarFeed,
    Claim,
    CountryRoute,
    FollowUpTask,
    Handover,
    IncomingMail,
    Lead,
    LeadForm,
    LeadPool,
    LevelRule,
    Mailbox,
    Opportunity,
    PoolCustomer,
    PoolMember,
    PoolMove,
    ReminderHabit,
    SalesProcess,
    ScoreRule,
    Submission,
    Target,
)
from mainspring.modules.engineering.models import Bom, Routing, WorkCenter
from mainspring.modules.items.models import Item, ItemCategory
from mainspring.modules.organization import commands as organization
from mainspring.modules.organization.models import ExchangeRate, Unit, WorkCalendar
from mainspring.modules.parties.models import Party, PaymentTerm
from mainspring.modules.pricing.models import PriceList
from mainspring.modules.production.models import ProductionOperation, WorkSession
from mainspring.modules.purchasing.models import SupplierItem
from mainspring.modules.sales.models import OfferAnswer, Quotation
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockBalance, StockMove

DAY = date(2026, 3, 2)
_numbers = itertools.count(1)


def ctx(samples: Samples) -> Context:
    return Context(samples.user, DAY, samples.company.pk, trusted=True)


def site(samples: Samples) -> Site:
    return Site.objects.filter(company=samples.company).order_by("pk").first()


def item(samples: Samples, **values) -> Item:
    """A new stocked item in pieces."""
    organization.install_units(ctx(samples))
    category, _made = ItemCategory.objects.get_or_create(code="SAMPLE", defaults={"name": "Samples"})
    n = next(_numbers)
    pieces = Unit.objects.get(code="pcs")
    return commands.create(
        Item, ctx(samples), code=f"S-{n}", name=f"Sample {n}", unit=pieces, category=category, **values
    )


def _chart(samples: Samples) -> dict:
    return accounting.install_chart(samples.company, ctx(samples))


@maker("accounting.account")
def account(samples):
    n = next(_numbers)
    return Account.objects.create(company=samples.company, code=f"9{n:03}", name=f"Account {n}", kind="asset", role="")


@maker("accounting.accountrule")
def account_rule(samples):
    n = next(_numbers)
    category = ItemCategory.objects.create(code=f"CAT{n}", name=f"Category {n}")
    chosen = _chart(samples)["sales"]
    return AccountRule.objects.create(company=samples.company, role="sales", category=category, account=chosen)


@maker("accounting.journalentry")
def journal_entry(samples):
    roles = _chart(samples)
    lines = [accounting.EntryLine(roles["bank"], Decimal(10)), accounting.EntryLine(roles["sales"], Decimal(-10))]
    return accounting.post_entry(ctx(samples), company=samples.company, posted_on=DAY, lines=lines)


@maker("accounting.journalline")
def journal_line(samples):
    return journal_entry(samples).lines.order_by("position").first()


@maker("accounting.lockdate")
def lock_date(samples):
    """One an area; further ones belong to further companies."""
    n = next(_numbers)
    company = samples.company
    if LockDate.objects.filter(company=company).count() == len(Area.values):
        company = Company.objects.create(code=f"LOCK{n}", name=f"Locked {n}", base_currency=company.base_currency)
    taken = set(LockDate.objects.filter(company=company).values_list("area", flat=True))
    area = next(a for a in Area.values if a not in taken)
    return LockDate.objects.create(company=company, area=area, locked_before=date(2020, 1, 1))


@maker("pricing.pricelist")
def price_list(samples):
    """One whose prices follow a cost is between companies."""
    n = next(_numbers)
    return PriceList.objects.create(
        code=f"LIST{n}", name=f"Prices {n}", kind="between", currency=samples.company.base_currency,
        cost_of=samples.company, markup_pct=8,
    )  # fmt: skip


@maker("crm.lead")
def lead(samples):
    n = next(_numbers)
    place, _made = Territory.objects.get_or_create(code="SAMPLE", defaults={"name": "Everywhere"})
    if not LeadPool.objects.filter(company=samples.company, territory=place).exists():
        commands.create(LeadPool, ctx(samples), code="POOL", name="Pool", territory=place)
    return commands.create(
        Lead, ctx(samples), name=f"Prospect {n}", contact_name="Ona", email=f"ona{n}@example.com", territory=place
    )


@maker("crm.leadpool")
def lead_pool(samples):
    n = next(_numbers)
    place, _made = Territory.objects.get_or_create(code="SAMPLE", defaults={"name": "Everywhere"})
    return commands.create(
        LeadPool, ctx(samples), code=f"POOL{n}", name=f"Pool {n}", territory=place, recycle_days=30, remind_days=5
    )


@maker("crm.poolmember")
def pool_member(samples):
    person = User.objects.create(username=f"member{next(_numbers)}")
    return commands.create(PoolMember, ctx(samples), pool=lead_pool(samples), user=person)


@maker("crm.claim")
def claim(samples):
    made = lead(samples)
    return Claim.objects.create(lead=made, pool=made.pool, user=samples.user, claimed_on=DAY)


@maker("crm.dealchange")
def deal_change(samples):
    """The database writes one for every deal that is made."""
    party = samples.one(Party)
    Party.objects.filter(pk=party.pk).update(is_customer=True)
    staged = SalesProcess.objects.filter(company=samples.company, stages__isnull=False).first()
    return commands.create(Opportunity, ctx(samples), name="Pumps", party=party, process=staged).changes.get()


@maker("crm.target")
def target(samples):
    person = User.objects.create(username=f"seller{next(_numbers)}")
    return commands.create(Target, ctx(samples), person=person, starts_on=DAY, amount=Decimal(1000))


@maker("crm.levelrule")
def level_rule(samples):
    pool = lead_pool(samples)
    return commands.create(LevelRule, ctx(samples), pool=pool, level="A", recycle_days=60)


@maker("crm.poolcustomer")
def pool_customer(samples):
    pool, party = lead_pool(samples), samples.one(Party)
    return PoolCustomer.objects.create(
        company=samples.company, party=party, pool=pool, owner=party.owner, territory=party.territory, worth=100
    )


@maker("crm.poolmove")
def pool_move(samples):
    made = lead(samples)
    return PoolMove.objects.create(lead=made, pool=made.pool, cause="assigned", to_owner=samples.user, day=DAY)


@maker("crm.handover")
def handover(samples):
    one, other = (User.objects.create(username=f"seller{next(_numbers)}") for _n in range(2))
    return commands.create(Handover, ctx(samples), from_owner=one, to_owner=other, reason="Leaves")


@maker("crm.scorerule")
def score_rule(samples):
    condition = {"source": "web", "value__gte": "1000"}
    return commands.create(ScoreRule, ctx(samples), name=f"Rule {next(_numbers)}", condition=condition, points=10)


@maker("crm.leadform")
def lead_form(samples):
    n = next(_numbers)
    lines = [{"language": "en", "title": f"Ask {n}", "consent": "I agree."}]
    place = lead_pool(samples).territory
    return commands.create(LeadForm, ctx(samples), code=f"ask-{n}", name=f"Form {n}", territory=place, lines=lines)


@maker("crm.countryroute")
def country_route(samples):
    taken = set(CountryRoute.objects.filter(company=samples.company).values_list("country", flat=True))
    country = next(code for code in ("LT", "LV", "EE", "PL", "DE", "SE", "FI", "DK", "NO", "CN") if code not in taken)
    return commands.create(CountryRoute, ctx(samples), country=country, territory=lead_pool(samples).territory)


@maker("crm.submission")
def submission(samples):
    n = next(_numbers)
    return Submission.objects.create(
        form=lead_form(samples), at=timezone.now(), outcome="lead", lead=lead(samples), language="en",
        values={"name": f"Visitor {n}"}, challenge=f"{n}",
    )  # fmt: skip


@maker("crm.incomingmail")
def incoming_mail(samples):
    n = next(_numbers)
    box = mailbox(samples)
    return IncomingMail.objects.create(
        mailbox=box, message_id=f"<{n}@example.com>", sender=f"a{n}@example.com", subject="Hello", text="How much?",
        at=timezone.now(), fate="waits",
    )  # fmt: skip


@maker("crm.mailbox")
def mailbox(samples):
    n = next(_numbers)
    return commands.create(
        Mailbox, ctx(samples), name=f"Mailbox {n}", address=f"sales{n}@example.com", host="imap.example.com",
        user_name="sales", password="secret", territory=lead_pool(samples).territory,
    )  # fmt: skip


@maker("engineering.bom")
def bom(samples):
    part = item(samples)
    lines = [{"component": part, "quantity": 2, "unit": part.unit}]
    return commands.create(Bom, ctx(samples), item=item(samples, make_or_buy="make"), lines=lines)


@maker("engineering.routing")
def routing(samples):
    center = samples.one(WorkCenter)
    line = {"sequence": 10, "work_center": center, "name": "Assemble", "setup_hours": 1, "run_hours_per_unit": 1}
    return commands.create(Routing, ctx(samples), item=item(samples, make_or_buy="make"), lines=[line])


@maker("engineering.workcenter")
def work_center(samples):
    """Machine and overhead are parts of the hourly cost."""
    n = next(_numbers)
    day = WorkCalendar.objects.get_or_create(code="SAMPLE", defaults={"name": "Any day"})[0]
    return WorkCenter.objects.create(
        site=site(samples), code=f"WC{n}", name=f"Center {n}", calendar=day, hourly_cost=30, machine_hourly_cost=10
    )


@maker("production.worksession")
def work_session(samples):
    """Nobody is at work twice at once: each person of their own."""
    n = next(_numbers)
    person = User.objects.create(username=f"worker{n}")
    operation = samples.one(ProductionOperation)
    return WorkSession.objects.create(operation=operation, person=person, started_at=timezone.now())


@maker("kernel.absence")
def absence(samples):
    n = next(_numbers)
    person = User.objects.create(username=f"away{n}")
    return Absence.objects.create(user=person, starts_on=DAY, ends_on=DAY + timedelta(days=n))


@maker("organization.exchangerate")
def exchange_rate(samples):
    n = next(_numbers)
    Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar"})
    return ExchangeRate.objects.create(
        from_currency_id="USD", to_currency_id="EUR", valid_on=DAY + timedelta(days=n), rate=Decimal("0.9")
    )


@maker("parties.paymentterm")
def payment_term(samples):
    """Its instalments are the whole of the sum."""
    n = next(_numbers)
    return commands.create(
        PaymentTerm, ctx(samples), code=f"T{n}", name=f"Term {n}", lines=[{"percent": 100, "days": n}]
    )


@maker("purchasing.supplieritem")
def supplier_item(samples):
    n = next(_numbers)
    supplier = commands.create(
        Party, ctx(samples), code=f"SUP{n}", name=f"Supplier {n}", is_supplier=True, country="LT", currency="EUR"
    )
    return commands.create(SupplierItem, ctx(samples), supplier=supplier, item=item(samples), price="5")


@maker("stock.stockbalance")
def stock_balance(samples):
    """Goods that were received."""
    move = received(samples)
    return StockBalance.objects.get(item=move.item_id, location=move.to_location_id)


@maker("stock.stockmove")
def received(samples) -> StockMove:
    _chart(samples)
    places = stock.ensure_locations(site(samples), ctx(samples))
    spec = stock.MoveSpec(item(samples), Decimal(3), places["supplier"], places["internal"], unit_cost=Decimal(5))
    return stock.post_moves(ctx(samples), [spec], effective_on=DAY)[0]


def _sent_quotation(samples):
    party = samples.one(Party)
    Party.objects.filter(pk=party.pk).update(is_customer=True, active=True)
    party.refresh_from_db()
    stock.ensure_locations(site(samples), ctx(samples))
    lines = [{"item": item(samples), "quantity": 1, "price": 10}]
    made = commands.create(Quotation, ctx(samples), party=party, lines=lines)
    return commands.perform(made, "send", ctx(samples))


@maker("sales.offerlink")
def offer_link(samples):
    made = commands.perform(_sent_quotation(samples), "invite", ctx(samples), recipient="Ona", days=14)
    return made.outcome


@maker("sales.offeranswer")
def offer_answer(samples):
    link = offer_link(samples)
    return OfferAnswer.objects.create(
        link=link, quotation=link.quotation, kind="asked", at=timezone.now(), name="Ona", text="When?"
    )


@maker("crm.cadence")
def cadence(samples):
    n = next(_numbers)
    lines = [{"rhythm": "once", "number": 1, "method": "call", "title": "Call"}, {"rhythm": "days", "number": 14}]
    return commands.create(Cadence, ctx(samples), code=f"PLAN{n}", name=f"Plan {n}", about="party", lines=lines)


@maker("crm.followuptask")
def follow_up_task(samples):
    party = samples.one(Party)
    return commands.create(
        FollowUpTask, ctx(samples), party=party, title=f"Call {next(_numbers)}", due_on=DAY, owner=samples.user
    )


@maker("crm.cadencerun")
def cadence_run(samples):
    return commands.create(CadenceRun, ctx(samples), cadence=cadence(samples), party=samples.one(Party))


@maker("crm.calendarfeed")
def calendar_feed(samples):
    n = next(_numbers)
    person = User.objects.create(username=f"reader{n}")
    return CalendarFeed.objects.create(user=person, prefix=f"abc{n}", digest=f"{n:064}")


@maker("crm.reminderhabit")
def reminder_habit(samples):
    return ReminderHabit.objects.create(user=User.objects.create(username=f"reminded{next(_numbers)}"))
