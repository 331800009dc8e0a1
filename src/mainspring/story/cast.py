"""The company of the story: its people, places, goods, prices and books; new each time, in the current database."""

from datetime import date, timedelta
from decimal import Decimal

from mainspring.kernel import commands, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Membership, Role, Site, Territory, User
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.crm.models import LeadPool
from mainspring.modules.engineering.models import Bom, Routing, WorkCenter
from mainspring.modules.items.models import Item, ItemCategory, ItemSite
from mainspring.modules.organization import commands as organization
from mainspring.modules.organization.models import ExchangeRate, SiteCalendar, WorkCalendar
from mainspring.modules.parties.models import Party
from mainspring.modules.pricing.models import Price, PriceList
from mainspring.modules.purchasing.models import SupplierItem
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockAdjustment

PEOPLE = {
    "rep": "sales_rep",
    "manager": "sales_manager",
    "planner": "planner",
    "buyer": "buyer",
    "store": "warehouse",
    "shop": "workshop",
    "books": "accountant",
}


class Cast:
    """Everybody and everything the story needs; `ctx("buyer")` is what the buyer may do on the day of the story."""

    def __init__(self, starts_on: date):
        self.number = self._free_number()
        self.code = f"STORY{self.number}"
        self.day = starts_on
        root = User.objects.create(username=f"{self.code.lower()}-founder", is_superuser=True, last_name="Founder")
        self.company = self._company(self.code, "EUR")
        self.founder = Context(root, starts_on, self.company.pk, source="cli")
        self.site = commands.create(Site, self.founder, company=self.company, code="PLANT", name="Plant")
        self.accounts = accounting.install_chart(self.company, self.founder)
        stock.ensure_locations(self.site, self.founder)
        self.units = organization.install_units(self.founder)
        self._places()
        self.people = {name: self._person(name, role) for name, role in PEOPLE.items()}
        self._rates()
        self._goods()
        self._opening()

    # -- who and when ---------------------------------------------------------------------------------------------

    def ctx(self, name: str = "founder") -> Context:
        """What a person of the story may do today."""
        if name == "founder":
            return self.founder.on(self.day)
        return Context(self.people[name], self.day, self.company.pk, source="cli")

    def goes_by(self, days: int) -> date:
        """So many days later."""
        self.day += timedelta(days=days)
        for user in self.people.values():
            policies.forget(user)
        return self.day

    def _person(self, name: str, role: str) -> User:
        user = User.objects.create(
            username=f"{self.code.lower()}-{name}", last_name=name.capitalize(), first_name=self.code
        )
        membership = Membership.objects.create(user=user, role=Role.objects.get(code=role), company=self.company)
        membership.territories.add(self.territory)
        membership.sites.add(self.site)
        return user

    # -- places, rates --------------------------------------------------------------------------------------------

    def _free_number(self) -> int:
        taken = Company.objects.filter(code__startswith="STORY").values_list("code", flat=True)
        return max((int(code[5:]) for code in taken if code[5:].isdigit()), default=0) + 1

    def _company(self, code: str, currency: str) -> Company:
        Currency.objects.get_or_create(code=currency, defaults={"name": currency})
        return Company.objects.create(
            code=code, name=f"Story {self.number} {currency}", base_currency_id=currency, country="LT"
        )

    def _places(self) -> None:
        self.territory = commands.create(Territory, self.founder, code=f"{self.code}-N", name="North")
        self.pool = commands.create(LeadPool, self.founder, code="NORTH", name="North", territory=self.territory)
        week = commands.create(
            WorkCalendar,
            self.founder,
            code=f"{self.code}",
            name="One shift",
            lines=[{"weekday": day, "starts_at": "08:00", "ends_at": "16:00"} for day in range(5)],
        )
        commands.create(SiteCalendar, self.founder, site=self.site, calendar=week)
        self.assembly = commands.create(
            WorkCenter, self.founder, site=self.site, code="ASM", name="Assembly", calendar=week, hourly_cost="24"
        )

    def _rates(self) -> None:
        """A dollar rate for the first day and another two weeks later; rates somebody published already stay."""
        Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar"})
        for days, rate in ((0, "0.90"), (14, "0.92"), (28, "0.95")):
            ExchangeRate.objects.get_or_create(
                from_currency_id="USD",
                to_currency_id="EUR",
                valid_on=self.day + timedelta(days=days),
                defaults={"rate": Decimal(rate)},
            )

    # -- goods, prices, suppliers ---------------------------------------------------------------------------------

    def _goods(self) -> None:
        ctx, pieces = self.founder, self.units["pcs"]
        category = commands.create(ItemCategory, ctx, code=self.code, name="Bicycles")
        made = {"code": "BIKE", "name": "City bicycle", "make_or_buy": "make"}
        bought = (
            {"code": "FRAME", "name": "Frame"},
            {"code": "WHEEL", "name": "Wheel"},
            {"code": "HELMET", "name": "Helmet"},
        )
        self.items = {
            spec["code"]: commands.create(
                Item, ctx, **{**spec, "code": f"{self.code}-{spec['code']}"}, unit=pieces, category=category
            )
            for spec in (made, *bought)
        }
        bike, frame, wheel, helmet = (self.items[code] for code in ("BIKE", "FRAME", "WHEEL", "HELMET"))
        commands.create(
            Bom,
            ctx,
            item=bike,
            lines=[
                {"component": frame, "quantity": 1, "unit": pieces},
                {"component": wheel, "quantity": 2, "unit": pieces},
            ],
        )
        commands.create(
            Routing,
            ctx,
            item=bike,
            lines=[
                {
                    "sequence": 10,
                    "work_center": self.assembly,
                    "name": "Assemble",
                    "setup_hours": 1,
                    "run_hours_per_unit": "0.5",
                }
            ],
        )
        commands.create(ItemSite, ctx, item=bike, site=self.site, lead_time_days=2)
        prices = commands.create(PriceList, ctx, code=self.code, name=f"Story {self.number}", currency="EUR")
        for item, price in ((bike, "400"), (helmet, "50")):
            commands.create(Price, ctx, price_list=prices, item=item, unit=pieces, price=price)
        self.prices = prices
        supplier = {"is_supplier": True, "country": "US"}
        self.yankee = commands.create(
            Party, ctx, code=f"{self.code}-YW", name=f"Yankee Wheels {self.number}", currency="USD", **supplier
        )
        self.frames = commands.create(
            Party,
            ctx,
            code=f"{self.code}-FR",
            name=f"Rėmai {self.number}",
            currency="EUR",
            **{**supplier, "country": "LT"},
        )
        commands.create(
            SupplierItem, ctx, supplier=self.yankee, item=wheel, price="20", lead_time_days=5, multiple="10"
        )
        commands.create(SupplierItem, ctx, supplier=self.frames, item=frame, price="80", lead_time_days=3)
        commands.create(
            SupplierItem, ctx, supplier=self.frames, item=helmet, price="22", lead_time_days=3, minimum="10"
        )

    def _opening(self) -> None:
        """Four bicycles and some parts are there before the story begins."""
        opening = commands.create(
            StockAdjustment,
            self.founder,
            site=self.site,
            reason="Opening stock",
            lines=[
                {"item": self.items["BIKE"], "quantity": 4, "unit_cost": "150"},
                {"item": self.items["FRAME"], "quantity": 2, "unit_cost": "80"},
                {"item": self.items["HELMET"], "quantity": 6, "unit_cost": "22"},
            ],
        )
        commands.perform(opening, "post", self.founder)

    def neighbour(self) -> Company:
        """A second company in dollars in the same database, with a site and books of its own."""
        company = self._company(f"{self.code}B", "USD")
        ctx = Context(self.founder.user, self.day, company.pk, source="cli")
        site = commands.create(Site, ctx, company=company, code="EAST", name="East")
        accounting.install_chart(company, ctx)
        stock.ensure_locations(site, ctx)
        return company
