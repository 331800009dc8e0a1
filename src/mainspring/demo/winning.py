"""Leads become deals, deals become quotations, quotations become orders."""

from datetime import timedelta
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.crm.models import STAGES, Campaign, FollowUpTask, Lead, Opportunity
from mainspring.modules.parties.models import Party
from mainspring.modules.sales.models import Quotation

from . import words
from .baskets import basket
from .days import season
from .life import Life


def live(life: Life) -> None:
    """A day of those who win customers."""
    for _n in range(life.times(0.7 * life.pace * season(life.day))):
        _lead(life)
    if life.happens(0.12 * life.pace):
        _repeat_business(life)
    leads = Lead.objects.filter(**life.mine, state__in=("claimed", "qualified")).select_related("owner")
    for lead in leads.order_by("number")[:10]:
        if life.happens(0.45):
            _follow(life, lead)
    deals = Opportunity.objects.filter(**life.mine, state__in=STAGES).select_related("owner", "party", "stage")
    for deal in deals.order_by("number")[:14]:
        if life.happens(0.3 if not life.is_past else 0.55):
            _move_on(life, deal)
    _finish_steps(life)
    _answers(life)
    approve(life)


def _finish_steps(life: Life) -> None:
    """What was planned is done some days after it fell due; now and then one is forgotten."""
    due = FollowUpTask.objects.filter(**life.mine, state="open", due_on__lt=life.day - timedelta(days=2))
    for task in due.select_related("owner").order_by("due_on", "pk")[:30]:
        if life.happens(0.6):
            life.do(task, "finish", life.by(task.owner.username))


def _lead(life: Life) -> Lead | None:
    rng = life.rng
    place = rng.choice(life.cast.pools)
    name, contact, mail, phone, country = words.prospect(rng, place)
    source = rng.choice(["web", "call", "event", "referral"])
    lead = life.make(
        "lead",
        Lead,
        life.by("sales_manager"),
        name=name,
        contact_name=contact,
        email=mail,
        phone=phone,
        country=country,
        territory=life.territories[place],
        source=source,
        campaign=_campaign(life, source, name),
        value=Decimal(rng.randrange(4, 60) * 500),
        note=rng.choice(words.NEEDS),
    )
    if lead and life.happens(0.75):
        life.do(lead, "claim", life.by(life.seller_of(place)))
    return lead


def _repeat_business(life: Life) -> Opportunity | None:
    """A customer's rental fleet is renewed, or a larger project begins: deals that follow stages of their own."""
    process = life.rng.choice(list(life.stages.values())[1:])[0].process
    customer = life.rng.choice(life.customers)
    seller = life.seller_of(customer.territory.code)
    return life.make(
        "opportunity",
        Opportunity,
        life.by(seller),
        name=life.rng.choice(words.NEEDS),
        party=customer,
        owner=life.user(seller),
        process=process,
        source=life.rng.choice(["referral", "own", "partner"]),
        amount=Decimal(life.rng.randrange(10, 90) * 500),
        expected_close_on=life.in_days(20, 90),
    )


CAMPAIGN_OF = {"event": "FAIR", "web": "SEARCH", "referral": "SPRING"}


def _campaign(life: Life, source: str, name: str) -> Campaign | None:
    """The campaign that brought about two leads in three of a source."""
    code = CAMPAIGN_OF.get(source) if len(name) % 3 else None
    return Campaign.objects.filter(**life.mine, code=code).first() if code else None


def _follow(life: Life, lead: Lead) -> None:
    ctx, rng = life.by(lead.owner.username), life.rng
    talk(life, ctx, lead)
    if lead.state == "claimed" and life.happens(0.55):
        life.do(lead, "qualify", ctx, value=lead.value or Decimal(5000))
    elif lead.state == "qualified" and life.happens(0.6):
        life.do(
            lead,
            "convert",
            ctx,
            opportunity=rng.choice(words.NEEDS),
            amount=lead.value or Decimal(8000),
            expected_close_on=life.in_days(20, 70),
        )
    elif life.happens(0.15):
        life.do(lead, "lose", ctx, reason=rng.choice(["price", "no_answer", "timing"]))


def talk(life: Life, ctx, about) -> Lead | Opportunity | Party | None:
    """Note what was said; the next step falls due some days later."""
    rng = life.rng
    return life.do(
        about,
        "log",
        ctx,
        content=rng.choice(words.TALKS),
        method=rng.choice(["call", "mail", "visit"]),
        next_on=life.in_days(2, 12),
        next_step=rng.choice(words.NEXT_STEPS),
    )


def _move_on(life: Life, deal: Opportunity) -> None:
    """One step: the next stage, with a quotation when it is proposed; the end comes with its answer."""
    if deal.owner is None:
        return
    ctx = life.by(deal.owner.username)
    further = life.stage_after(deal)
    if life.happens(0.12):
        reason = life.rng.choice(["price", "price", "competitor", "no_budget", "timing"])
        named = {"competitor": life.rng.choice(life.competitors)} if reason == "competitor" else {}
        life.do(deal, "lose", ctx, reason=reason, **named)
    elif further is not None:
        asked = {"amount": deal.amount or Decimal(6000)}
        if further.asks_close_on:
            asked["expected_close_on"] = life.in_days(10, 45)
        if further.planned and not deal.lines.exists():
            say_what(life, deal, ctx)
        done = life.do(deal, "move", ctx, stage=further, **asked)
        if done and further.code in ("proposal", "offer"):
            quote(life, deal)
    elif not Quotation.objects.filter(opportunity=deal, state__in=("draft", "sent")).exists():
        quote(life, deal)


def say_what(life: Life, deal: Opportunity, ctx) -> None:
    """The items the deal is about, for the plan to count on."""
    wanted = [{"item": line["item"], "quantity": line["quantity"]} for line in basket(life)]
    day = life.in_days(30, 80)
    lines = [line | {"wanted_on": day} for line in wanted]
    life.attempt("items of a deal", lambda: commands.change(deal, ctx, lines=lines))


def quote(life: Life, deal: Opportunity, *, discount: int | None = None) -> Quotation | None:
    """Offer what the deal is about; a discount above the limit waits for the sales manager."""
    ctx = life.by(deal.owner.username)
    discount = life.rng.choice([0, 0, 3, 5, 8, 14] if life.cast.makes else [0, 3, 5]) if discount is None else discount
    made = life.make(
        "quotation",
        Quotation,
        ctx,
        party=deal.party,
        opportunity=deal,
        owner=deal.owner,
        site=life.plants[0],
        lines=_lines(deal, discount) or basket(life, discount=discount),
        links=[deal],
    )
    return made and life.do(made, "send", ctx)


def _lines(deal: Opportunity, discount: int) -> list[dict]:
    """What the deal is about, to be offered."""
    return [
        {"item": line.item, "quantity": line.quantity, "discount_pct": Decimal(discount)}
        for line in deal.lines.select_related("item")
    ]


def _answers(life: Life) -> None:
    """Customers answer offers some days after they came."""
    waiting = Quotation.objects.filter(
        **life.mine, state="sent", quoted_on__lte=life.day - timedelta(days=3), valid_until__gte=life.day
    ).select_related("owner")
    for offer in waiting.order_by("number")[:12]:
        ctx, chance = life.by(offer.owner.username), life.rng.random()
        if chance < 0.35:
            accepted = life.do(offer, "accept", ctx, reference=f"{life.rng.randrange(10_000, 99_999)}")
            if accepted and accepted.outcome.state == "draft":
                life.do(accepted.outcome, "confirm", ctx)
        elif chance < 0.5:
            life.do(offer, "decline", ctx, reason=life.rng.choice(words.DECLINED))
        elif chance < 0.56:
            revised = life.do(offer, "revise", ctx)
            if revised and life.happens(0.8):
                life.do(revised.outcome, "send", ctx)


def approve(life: Life, share: float = 0.7) -> None:
    """Those who are asked decide most of what waits for them; the youngest requests stay open."""
    waiting = ApprovalRequest.objects.filter(**life.mine, state="waiting")
    for request in waiting.order_by("created_at", "record_label")[:10]:
        if life.happens(share):
            role = "manager" if request.entity.startswith("purchasing") else "sales_manager"
            if request.created_by_id != life.by(role).user.pk:
                life.attempt("approve", lambda r=request, c=life.by(role): commands.perform(r, "approve", c))
