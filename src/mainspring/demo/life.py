"""Who works in a company of the demo, and how a piece of work is tried: as the person whose work it is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from mainspring.kernel import commands
from mainspring.kernel.context import Context
from mainspring.kernel.errors import ApprovalRequired
from mainspring.kernel.models import Company, Site, Territory, User
from mainspring.modules.crm.models import Competitor, Stage
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party


@dataclass(frozen=True)
class Cast:
    """A company and its people.

    plants   codes of the sites where things are made, the first one sells; wheels come from the last
    centers  territory -> distribution center that serves small orders of its customers
    people   role -> user name, where it is not the role's own
    sellers  territory -> user name
    pools    territories leads come from
    """

    company: str
    plants: tuple[str, ...]
    centers: dict[str, str]
    people: dict[str, str]
    sellers: dict[str, str]
    pools: tuple[str, ...]
    makes: bool


BALTIC = Cast(
    "MSB",
    ("VNO", "KUN"),
    {"BALT": "KLA", "PL": "WAW", "DACH": "HAM", "NORD": "HAM"},
    {},
    {"BALT": "sales", "DACH": "sales_de", "NORD": "sales_de", "PL": "sales_pl", "WEST": "sales_de", "AM": "sales_de"},
    ("BALT", "DACH", "NORD", "PL", "WEST"),
    True,
)
SUZHOU = Cast(
    "MSC",
    ("SUZ",),
    {},
    {
        "sales_manager": "sales_cn",
        "sales_rep": "sales_cn",
        "buyer": "buyer_cn",
        "planner": "planner_cn",
        "warehouse": "warehouse_cn",
        "accountant": "accountant_cn",
    },
    {"CN-E": "sales_cn", "CN-S": "sales_cn"},
    ("CN-E", "CN-S"),
    False,
)


class Desks:
    """The context of everybody on every day; people and companies are looked up once."""

    def __init__(self):
        self.people = {user.username: user for user in User.objects.all()}
        self.companies = {company.code: company.pk for company in Company.objects.all()}

    def __call__(self, company: str, user: str, on: date) -> Context:
        return Context(self.people[user], on, self.companies[company], source="cli")


@dataclass
class Life:
    """The working days of one company.

    pace     how much business a lived day brings, as a share of the usual
    until    the next lived day: what falls due before it is done now
    rates    item -> units a working day, which stock and lots are sized by
    refused  what was refused, in its words; done: what was done, by its name
    """

    cast: Cast
    desks: Desks
    rng: object
    rates: dict[int, float]
    orders_a_day: float
    day: date = date.min
    until: date = date.min
    pace: float = 1.0
    is_past: bool = False
    refused: Counter = field(default_factory=Counter)
    done: Counter = field(default_factory=Counter)

    def __post_init__(self):
        cast = self.cast
        self.customers = [
            p
            for p in Party.objects.filter(is_customer=True, active=True).select_related("territory").order_by("code")
            if p.territory and p.territory.code in cast.sellers
        ]
        self.sites = {s.code: s for s in Site.objects.filter(company__code=cast.company)}
        self.plants = [self.sites[code] for code in cast.plants]
        self.territories = {t.code: t for t in Territory.objects.all()}
        self.goods = list(Item.objects.filter(category__code="FG", active=True).order_by("code"))
        self.weights = [self.rates[i.pk] for i in self.goods]
        self.mine = {"company__code": cast.company}

    @cached_property
    def stages(self) -> dict[int, list[Stage]]:
        """Sales process -> its stages in their order."""
        found: dict[int, list[Stage]] = {}
        for stage in Stage.objects.filter(process__company__code=self.cast.company).order_by(
            "process__rank", "position"
        ):
            found.setdefault(stage.process_id, []).append(stage)
        return found

    @cached_property
    def competitors(self) -> list[Competitor]:
        return list(Competitor.objects.order_by("name"))

    def stage_after(self, deal) -> Stage | None:
        """The stage after the one a deal is in; None in the last."""
        return next((s for s in self.stages[deal.process_id] if s.position > deal.stage.position), None)

    def by(self, role: str, *, on: date | None = None) -> Context:
        """The context of whoever has the role here (or of the user of that name)."""
        return self.desks(self.cast.company, self.cast.people.get(role, role), on or self.day)

    def seller_of(self, territory: str) -> str:
        return self.cast.sellers[territory]

    def user(self, name: str) -> User:
        return self.desks.people[name]

    def happens(self, chance: float) -> bool:
        return self.rng.random() < chance

    def times(self, mean: float) -> int:
        """A whole number of times with the given mean."""
        return int(mean) + self.happens(mean - int(mean))

    def in_days(self, least: int, most: int) -> date:
        return self.day + timedelta(days=self.rng.randrange(least, most + 1))

    def attempt(self, what: str, fn: Callable):
        """Do it; None when it waits for approval or is refused, which is counted by its words: the day goes on."""
        try:
            result = fn()
        except ApprovalRequired:
            self.done[f"{what}, waits for approval"] += 1
            return None
        except (ValidationError, PermissionDenied, ObjectDoesNotExist) as refusal:
            text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            self.refused[f"{what}: {text[:160]}"] += 1
            return None
        self.done[what] += 1
        return result

    def make(self, what: str, model, ctx: Context, **values):
        return self.attempt(what, lambda: commands.create(model, ctx, **values))

    def do(self, record, verb: str, ctx: Context, **inputs):
        """Perform a verb; the record as it is afterwards, or None."""
        name = f"{verb} {record._meta.verbose_name}"
        return self.attempt(name, lambda: commands.perform(record, verb, ctx, **inputs))
