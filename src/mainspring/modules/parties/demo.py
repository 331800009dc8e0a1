"""Customers in several countries and territories, the suppliers behind the parts, and two people of the portal."""

import itertools
from contextlib import suppress
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import Membership, Role, Territory, User
from mainspring.modules.organization.demo import bulk
from mainspring.modules.organization.demo_data import PASSWORD

from . import demo_data as data
from . import identifiers
from .models import Address, Contact, Party, PartyBankAccount, PartyRelation, PaymentTerm, PortalAccess

SIZES = {"S": 18, "M": 560, "L": 2000}
"""Customers by size; suppliers are added to them."""

SELLERS = {
    "BALT": "sales",
    "DACH": "sales_de",
    "NORD": "sales_de",
    "PL": "sales_pl",
    "CN-E": "sales_cn",
    "AM": "sales_de",
}


def load(ctx_factory, size: str, rng, out) -> None:
    """Terms, customers with addresses, people and limits; suppliers with bank accounts; portal people."""
    ctx = ctx_factory()
    terms = {}
    for code, name, parts in data.TERMS:
        terms[code] = commands.create(
            PaymentTerm,
            ctx,
            code=code,
            name=name,
            lines=[
                {"percent": percent, "months": months, "days": days, "end_of_month": eom, "days_after_month_end": after}
                for percent, months, days, eom, after in parts
            ],
        )
    customers = bulk(Party, ctx, _distinct(_customers(SIZES.get(size, SIZES["M"]), terms, rng)))
    suppliers = bulk(Party, ctx, _distinct(_suppliers(terms, rng, many=size != "S"), customers))
    parties = customers + suppliers
    bulk(Address, ctx, [spec for party in parties for spec in _addresses(party, rng)])
    bulk(Contact, ctx, [spec for party in parties for spec in _contacts(party, rng)])
    bulk(
        PartyBankAccount,
        ctx,
        [
            {
                "party": party,
                "account_number": _iban(party.country, rng),
                "bank_name": "Baltic Trade Bank",
                "is_default": True,
            }
            for party in suppliers
            if party.country in ("LT", "DE")
        ],
    )
    bulk(PartyRelation, ctx, list(_relations(customers)))
    _portal(ctx, customers[0], suppliers[0])
    out(f"{len(customers)} customers, {len(suppliers)} suppliers")


def _distinct(specs, before=()) -> list[dict]:
    """The same without numbers of the authorities that another party already has."""
    seen = {number for party in before for number in (party.vat_number, party.registry_code)}
    found = []
    for spec in specs:
        for name in ("vat_number", "registry_code"):
            if spec.get(name) in seen:
                spec[name] = ""
            seen.add(spec.get(name))
        found.append(spec)
    return found


def _customers(count: int, terms, rng):
    owners = {user.username: user for user in User.objects.all()}
    territories = {t.code: t for t in Territory.objects.all()}
    shares = {country: spec[3] for country, spec in data.COUNTRIES.items()}
    names: dict[str, itertools.chain] = {country: _names(country, rng) for country in shares}
    numbers = itertools.count(1001)
    # One of each country first, so that the smallest demo has them all.
    countries = list(shares) + rng.choices(list(shares), weights=list(shares.values()), k=max(0, count - len(shares)))
    for country in countries[:count]:
        territory, currency, language, *_rest = data.COUNTRIES[country]
        term = terms[rng.choice(["NOW", "NET14", "NET30", "EOM15"])]
        yield {
            "code": f"C{next(numbers)}",
            "name": next(names[country]),
            "is_customer": True,
            "country": country,
            "currency_id": currency,
            "language": language,
            "territory": territories[territory],
            "owner": owners[SELLERS[territory]],
            "payment_term": term,
            "credit_limit": Decimal(rng.choice([15_000, 30_000, 60_000, 120_000]))
            * data.LIMIT_FACTORS.get(currency, 1),
            "vat_number": _vat(country, rng),
            "registry_code": _registry(country, rng),
            "phone": _phone(country, rng),
            "email": f"info@c{1000 + rng.randrange(10**6)}.example",
        }


def _suppliers(terms, rng, *, many: bool):
    for code, name, country, currency, term, _categories in data.SUPPLIERS:
        yield {
            "code": code,
            "name": name,
            "is_supplier": True,
            "country": country,
            "currency_id": currency,
            "payment_term": terms[term],
            "vat_number": _vat(country, rng),
            "registry_code": _registry(country, rng),
            "language": data.COUNTRIES[country][2] if country in data.COUNTRIES else "en",
            "phone": _phone(country, rng),
            "email": f"sales@{code.lower()}.example",
        }
    for n, name in zip(range(1, 29 if many else 1), _names("DE", rng), strict=False):
        yield {
            "code": f"S{2000 + n}",
            "name": name.replace("GmbH", "Teile GmbH"),
            "is_supplier": True,
            "country": "DE",
            "currency_id": "EUR",
            "payment_term": terms["NET30"],
            "vat_number": _vat("DE", rng),
            "phone": _phone("DE", rng),
        }


def _names(country: str, rng):
    """Endless different names of a country's shops."""
    _t, _c, _l, _share, pattern, words, cities, _streets, trades = data.COUNTRIES[country]
    every = [
        pattern.format(word=word, trade=trade, city=city)
        for word in words.split()
        for trade in trades.split()
        for city in (cities.split() if "{city}" in pattern else [""])
    ]
    rng.shuffle(every)
    yield from every
    for n in itertools.count(2):
        for name in every:
            yield f"{name} {n}"


def _relations(customers):
    """In every six customers of one representative a group of three, a partner, a competitor and who referred it."""
    by_owner: dict = {}
    for customer in customers:
        by_owner.setdefault(customer.owner_id, []).append(customer)
    for some in by_owner.values():
        for n in range(0, len(some) - 5, 6):
            head, first, second, partner, rival, friend = some[n : n + 6]
            yield {"party": head, "kind": "parent", "other": first}
            yield {"party": head, "kind": "parent", "other": second}
            yield {"party": head, "kind": "partner", "other": partner}
            yield {"party": head, "kind": "competitor", "other": rival}
            yield {"party": friend, "kind": "referrer", "other": head}


def _addresses(party, rng):
    country = party.country
    cities, streets = data.PLACES[country] if country in data.PLACES else data.COUNTRIES[country][6:8]
    for kind in ("main", "delivery") if party.is_customer and rng.random() < 0.4 else ("main",):
        number = rng.randint(1, 180)
        street = rng.choice(streets.split("|"))
        yield {
            "party": party,
            "kind": kind,
            "country": country,
            "city": rng.choice(cities.split()),
            "is_default": True,
            "street": f"{street}{number}号" if country == "CN" else f"{street} {number}",
            "postal_code": "".join(str(rng.randint(1, 9)) for _digit in range(data.POSTAL[country])),
        }


def _contacts(party, rng):
    for n in range(rng.randint(1, 2)):
        given, family = rng.choice(data.PERSONS[party.language]).split()
        yield {
            "party": party,
            "given_name": given,
            "family_name": family,
            "language": party.language,
            "job_title": rng.choice(data.JOBS),
            "email": f"person{n + 1}@{party.code.lower()}.example",
            "is_default": n == 0,
        }


def _portal(ctx, customer, supplier) -> None:
    """The portal's people: `customer` and `supplier`, each for one party."""
    for username, party, name in (("customer", customer, "Customer"), ("supplier", supplier, "Supplier")):
        user = commands.create(
            User,
            ctx,
            username=username,
            first_name="Portal",
            last_name=name,
            email=f"{username}@{party.code.lower()}.example",
            language=party.language,
        )
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        commands.create(Membership, ctx, user=user, role=Role.objects.get(code=username))
        commands.create(PortalAccess, ctx, user=user, party=party)


# -- numbers that pass their checks -----------------------------------------------------------------------------------


def _vat(country: str, rng) -> str:
    if country not in data.VAT:
        return ""
    digits, end = data.VAT[country]
    for _attempt in range(500):
        number = "".join(str(rng.randint(1, 9)) for _digit in range(digits)) + end
        with suppress(ValueError):
            return identifiers.vat_number(country, number)
    return ""


def _registry(country: str, rng) -> str:
    return f"30{rng.randrange(10**7):07}" if country == "LT" else ""


def _phone(country: str, rng) -> str:
    start, digits = data.PHONES.get(country, ("", 0))
    for _attempt in range(20):
        with suppress(ValueError):
            return identifiers.phone(start + "".join(str(rng.randint(0, 9)) for _digit in range(digits)), country)
    return ""


def _iban(country: str, rng) -> str:
    """An account number with right check digits."""
    account = "".join(str(rng.randint(0, 9)) for _digit in range({"LT": 16, "DE": 18}[country]))
    letters = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    return f"{country}{98 - int(letters) % 97:02}{account}"
