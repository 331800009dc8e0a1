"""The pools and follow-up plans of the demo: leads and customers shared in each region, and kept moving."""

from django.utils import timezone

from mainspring.kernel import commands, database
from mainspring.kernel.models import Company, Membership, Territory, User

from . import demo_capture, demo_pipeline, pooling, recycling
from .models import Cadence, Handover, LeadPool, LevelRule, PoolMember

LIMITS = {"holding_max": 60, "daily_claims_max": 15, "recycle_days": 30, "remind_days": 5, "cool_down_days": 7}


PLANS = (
    (
        {"code": "LEAD", "name": "New lead", "about": "lead", "enters": "claimed"},
        [
            {"rhythm": "once", "number": 1, "method": "call", "title": "Introduce ourselves", "at": "10:00"},
            {"rhythm": "once", "number": 3, "method": "mail", "title": "Send the catalogue"},
            {"rhythm": "once", "number": 10, "method": "visit", "title": "Visit them"},
            {"rhythm": "days", "number": 14, "method": "call", "title": "Ask how things stand"},
        ],
    ),
    (
        {"code": "DEAL", "name": "Every 14 days until the deal", "about": "opportunity", "enters": "open"},
        [{"rhythm": "days", "number": 14, "method": "call", "title": "Ask how they decide"}],
    ),
    (
        {
            "code": "CARE", "name": "Every month on the last day", "about": "party", "count_from": "planned",
            "shift": "previous",
        },
        [{"rhythm": "months", "number": 1, "month_day": 31, "method": "call", "title": "Monthly talk"}],
    ),
)  # fmt: skip


def _plans(ctx) -> None:
    """How new leads, deals and customers are followed up."""
    for values, steps in PLANS:
        commands.create(Cadence, ctx, lines=steps, **values)


def load(ctx_factory, size: str, rng, out) -> None:
    """A pool for every territory somebody works in; a sales manager without territories leads all of them."""
    demo_pipeline.load(ctx_factory, out)
    whole = list(Territory.objects.filter(parent=None))
    for membership in Membership.objects.filter(role__code="sales_manager", territories=None):
        membership.territories.set(whole)
    count = 0
    for company in Company.objects.order_by("code"):
        ctx = ctx_factory(company.code)
        worked = Membership.objects.filter(role__code="sales_rep").values_list("territories", flat=True)
        for territory in Territory.objects.filter(pk__in=worked).order_by("code"):
            commands.create(LeadPool, ctx, code=territory.code, name=territory.name, territory=territory, **LIMITS)
            count += 1
        _plans(ctx)
    out(f"{count} lead pools")
    demo_capture.load(ctx_factory, out)
    out(f"{demo_pipeline.past(ctx_factory, size, rng, ctx.business_date)} deals of the last year")
    out(f"{demo_pipeline.targets(ctx_factory, ctx.business_date)} sales targets")


SEA = {
    "kind": "customers", "holding_max": 400, "daily_claims_max": 5, "views_max": 40, "recycle_days": 60,
    "deal_days": 365, "contract_days": 30, "remind_days": 7, "cool_down_days": 14,
}  # fmt: skip
RELEASED = ("Does not answer", "Moved to another distributor", "Needs a visit I cannot make")


def public(ctx_factory, rng, out) -> None:
    """Public pools of customers over what was sold: levels by worth, follow-ups some time ago, a few that wait."""
    for company in Company.objects.order_by("code"):
        ctx = ctx_factory(company.code)
        worked = Membership.objects.filter(role__code="sales_rep", company=company).values_list(
            "territories", flat=True
        )
        territories = Territory.objects.filter(pk__in=worked).order_by("code")
        for territory in territories:
            pool = commands.create(
                LeadPool, ctx, code=f"{territory.code}-C"[:20], name=f"{territory.name}, customers",
                territory=territory, **SEA,
            )  # fmt: skip
            commands.create(LevelRule, ctx, pool=pool, level="A", recycle_days=120, contract_days=90)
            reps = User.objects.filter(memberships__role__code="sales_rep", memberships__territories=territory)
            for n, user in enumerate(reps.distinct().order_by("pk")):
                commands.create(PoolMember, ctx, pool=pool, user=user, is_admin=n == 0)
        if territories:
            with commands.batch(Handover, ctx, "create") as inner:
                _work(inner, rng)
    _handover(ctx_factory)
    count = database.scalar("SELECT count(*) FROM crm_poolcustomer WHERE state = 'waiting'")
    out(f"{count} customers wait in public pools")


def _work(ctx, rng) -> None:
    """Place everybody, grade them, and return every sixth for one reason or another."""
    now = timezone.now()
    pooling.settle(ctx, now)
    recycling.weigh(ctx)
    database.execute(
        """
        UPDATE crm_poolcustomer c SET level = (ARRAY['A', 'B', 'C', 'C', 'D'])[t.fifth],
            claimed_at = %(now)s - make_interval(days => 60 + (c.party_id * 7 %% 200)::int),
            touched_at = %(now)s - make_interval(days => (c.party_id * 13 %% 58)::int)
        FROM (SELECT id, ntile(5) OVER (ORDER BY worth DESC, id) AS fifth FROM crm_poolcustomer
              WHERE company_id = %(company)s) t
        WHERE c.id = t.id AND c.state = 'held'""",
        now=now,
        company=ctx.company_id,
    )
    held = database.rows(
        "SELECT party_id AS id, pool_id, owner_id FROM crm_poolcustomer "
        "WHERE company_id = %(company)s AND state = 'held' ORDER BY party_id FOR UPDATE",
        company=ctx.company_id,
    )
    gone = rng.sample(held, max(1, len(held) // 6)) if held else []
    for n, row in enumerate(gone):
        row["cause"] = ("released", "no_follow_up", "no_deal")[n % 3]
    for reason in RELEASED:
        some = [row for n, row in enumerate(gone) if RELEASED[n % 3] == reason]
        if some:
            told = reason if some[0]["cause"] == "released" else ""
            pooling.to_pool(ctx, sorted(some, key=lambda r: r["id"]), now=now, reason=told)


def _handover(ctx_factory) -> None:
    """One handover that waits for the sales manager."""
    for company in Company.objects.order_by("code"):
        reps = User.objects.filter(memberships__role__code="sales_rep", memberships__company=company)
        reps = list(reps.distinct().order_by("pk")[:2])
        if len(reps) == 2:
            ctx = ctx_factory(company.code)
            commands.create(
                Handover, ctx, from_owner=reps[1], to_owner=reps[0], level="C", reason="Parental leave from next month"
            )
