"""The structure of the demo: two companies, plants and distribution centers, people of every role, rates."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from mainspring.kernel import commands, filling, preferences, shapes
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Department, Membership, Role, Site, Territory, User
from mainspring.modules.organization import commands as organization

from . import demo_data as data
from .models import CalendarException, SiteCalendar, WorkCalendar


def contexts(today: date) -> Callable[..., Context]:
    """A function (company code, user name, day) -> Context; without a user it is trusted, for master data."""

    def ctx(company: str = "", user: str = "", on: date | None = None) -> Context:
        company_id = Company.objects.filter(code=company or "MSB").values_list("pk", flat=True).first() or 0
        person = User.objects.filter(username=user or "admin").first()
        return Context(person, on or today, company_id, source="cli", trusted=not user)

    return ctx


def bulk(model, ctx, specs: list[dict]) -> list:
    """Create many records of one kind in few statements; each is prepared and checked as `create` would."""
    records = []
    for spec in specs:
        record = model(**spec)
        if hasattr(record, "prepare"):
            record.prepare(ctx)
        filling.validate(record)
        records.append(record)
    return model.objects.bulk_create(records, batch_size=1000)


def bulk_with_lines(model, ctx, specs: list[dict]) -> list:
    """The same for records with lines: each spec has `lines`, a list of dicts."""
    line_model = shapes.line_model_of(model)
    records, rows = [], []
    for spec in specs:
        lines = [line_model(position=n, **line) for n, line in enumerate(spec["lines"], 1)]
        record = model(**{name: value for name, value in spec.items() if name != "lines"})
        record.prepare(ctx, lines)
        filling.validate(record, lines)
        records.append(record)
        rows.append(lines)
    model.objects.bulk_create(records, batch_size=1000)
    for record, lines in zip(records, rows, strict=True):
        for line in lines:
            line.document = record
    line_model.objects.bulk_create([line for lines in rows for line in lines], batch_size=1000)
    return records


def load(ctx_factory, size: str, rng, out) -> None:
    """Companies, sites, calendars, people and two years of weekly rates."""
    ctx = ctx_factory()
    organization.install_units(ctx)
    companies = _companies(ctx_factory)
    ctx = ctx_factory()
    calendars = _calendars(ctx)
    for company, code, name, kind, zone, address, calendar in data.SITES:
        site = commands.create(
            Site, ctx, company=companies[company], code=code, name=name, kind=kind, time_zone=zone, address=address
        )
        commands.create(SiteCalendar, ctx, site=site, calendar=calendars[calendar])
    territories = {}
    for code, name, parent in data.TERRITORIES:
        territories[code] = commands.create(Territory, ctx, code=code, name=name, parent=territories.get(parent))
    _people(ctx, companies, territories)
    for company, calendar in (("MSB", "LT-DAY"), ("MSC", "CN-DAY")):
        preferences.save(ctx_factory(company), {"organization.calendar": calendars[calendar].pk})
    count = organization.import_rates(ctx, _rates(ctx.business_date, rng), source="Demo")
    out(f"{len(data.SITES)} sites, {len(data.PEOPLE)} people, {count} exchange rates")


def _companies(ctx_factory) -> dict[str, Company]:
    found = {}
    for code, name, currency, country, zone, registry, vat, address in data.COMPANIES:
        found[code] = commands.create(
            Company,
            ctx_factory(),
            code=code,
            name=name,
            base_currency=currency,
            country=country,
            time_zone=zone,
            registry_code=registry,
            vat_number=vat,
            address=address,
        )
    return found


def _calendars(ctx) -> dict[str, WorkCalendar]:
    found = {}
    for code, name, country, shifts in data.CALENDARS:
        found[code] = commands.create(
            WorkCalendar,
            ctx,
            code=code,
            name=name,
            country=country,
            lines=[{"weekday": day, "starts_at": start, "ends_at": end} for day in range(5) for start, end in shifts],
        )
        for year in (ctx.business_date.year - 1, ctx.business_date.year, ctx.business_date.year + 1):
            commands.perform(found[code], "import_holidays", ctx, year=year)
    quiet = date(ctx.business_date.year, 12, 28)
    commands.create(
        CalendarException,
        ctx,
        calendar=found["LT-2S"],
        on_date=quiet + timedelta(days=1),
        name="Stocktaking, no production",
    )
    return found


def _people(ctx, companies, territories) -> None:
    """The administrator comes first and signs for the rest."""
    roles = {role.code: role for role in Role.objects.all()}
    people, departments = {}, {}
    password = make_password(data.PASSWORD)
    for username, given, family, role, department, company, language, places in data.PEOPLE:
        user = commands.create(
            User,
            ctx,
            username=username,
            first_name=given,
            last_name=family,
            language=language,
            email=f"{username}@mainspring-bikes.example",
            is_program=username == "integrator",
            time_zone="Asia/Shanghai" if company == "MSC" else "Europe/Vilnius",
            default_company=companies[company or "MSB"],
        )
        User.objects.filter(pk=user.pk).update(password=password)
        membership = commands.create(Membership, ctx, user=user, role=roles[role], company=companies.get(company))
        membership.territories.set(territories[code] for code in places.split())
        people[username] = user, department
    for code, name, parent, manager in data.DEPARTMENTS:
        departments[code] = commands.create(
            Department,
            ctx,
            company=companies["MSB"],
            code=code,
            name=name,
            parent=departments.get(parent),
            manager=people[manager][0],
        )
    managers = {code: manager for code, _name, _parent, manager in data.DEPARTMENTS}
    for user, department in people.values():
        if department:
            boss = people[managers[department]][0]
            above = boss if boss != user else people["manager"][0]
            commands.change(user, ctx, department=departments[department], manager=above if above != user else None)


def _rates(today: date, rng) -> bytes:
    """Two years of weekly rates as CSV: each walks a little from the one before."""
    lines = []
    for code, start in data.RATES.items():
        value = float(start) * (1 + rng.uniform(-0.03, 0.03))
        for week in range(104, -1, -1):
            value *= 1 + rng.uniform(-0.006, 0.006)
            lines.append(f"EUR,{code},{today - timedelta(days=7 * week)},{Decimal(value):.4f}")
    return "\n".join(lines).encode()
