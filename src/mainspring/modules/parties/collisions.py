"""Who already has this company or person: one rule for every place where somebody may be entered (rule K05).

The same registry code, VAT number, normalised name, phone or e-mail is a collision; a name that only sounds alike is a
hint. Parties and contacts are looked through here; modules above register where else such people stand (leads).
What is told of a find, and who is refused by it, is in `duplicates`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import database
from mainspring.kernel.models import Company, Territory, User

from . import identifiers, normalise
from .models import Party

ALIKE_MIN = Decimal("0.5")
"""Share of three-letter groups two names have in common from which on they may be the same."""

FOUND_MAX = 20
"""Matches told of one question."""

MATCHES_MAX = 60
"""Matches read of one question."""

REASONS = {
    "registry_code": lazy("Same registry code"),
    "vat_number": lazy("Same VAT number"),
    "name": lazy("Same name"),
    "phone": lazy("Same phone"),
    "email": lazy("Same e-mail"),
    "contained": lazy("In the name"),
    "called": lazy("In the short name"),
    "alike": lazy("Similar name"),
}
"""What two records may have in common, the surest first."""

EXCUSABLE = ("name", "phone", "email")
"""What companies of one group may share, when somebody says so; a number of the authorities is one company's own."""

TESTS = {
    "registry_code": "t.registry_code = a.registry_code AND t.registry_code <> '' AND t.country = a.country",
    "vat_number": "t.vat_number = a.vat_number AND t.vat_number <> ''",
    "name": "t.name_key = a.name",
    "phone": "t.phone = a.phone AND t.phone <> ''",
    "email": "t.email = a.email AND t.email <> ''",
    "contained": "t.sound_key LIKE %(contained)s",
    "called": "UPPER(t.name::text) LIKE %(called)s",
    "alike": "t.sound_key %% %(alike)s",
}

OF_ONE = ("contained", "called", "alike")
"""What only a single question asks for. The database is told the very words, so it knows how rare they are."""

CONTAINED_MIN = 3
"""Letters from which on a part of a name is looked for."""


@dataclass(frozen=True)
class Asked:
    """What to look for; empty values are not looked for.

    name     as written; it is compared by its key, and by its sound when `alike` is asked for
    phone    E.164
    besides  (model label, id) of records that are no collision with themselves
    """

    company_id: int
    name: str = ""
    registry_code: str = ""
    vat_number: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    besides: frozenset[tuple[str, str]] = frozenset()

    def keys(self) -> dict[str, str]:
        """What is compared, by what it is."""
        return {
            "registry_code": self.registry_code,
            "vat_number": self.vat_number,
            "name": normalise.name_key(self.name)[:200] if self.name else "",
            "phone": self.phone,
            "email": self.email.lower(),
        }


@dataclass(frozen=True)
class Match:
    """Something that is there already.

    by         what they have in common: a key of REASONS
    source     where it was found; `record_id` is that of the source's model
    likeness   0 to 1, for names that are alike only
    """

    by: str
    source: "Source"
    record_id: str
    name: str
    status: str
    owner: str
    territory: str
    likeness: Decimal | None = None


@dataclass(frozen=True)
class Source:
    """A table to look through.

    what     a name of its own
    label    what a record of it is called
    model    the model whose row rule says who may see a match
    page     address of a record, with %s for its id
    columns  SQL: id, name, status, owner and territory of the row `t`
    table    SQL: the table as `t`, joined with what its columns need
    where    SQL: rows that count; `values()` are its parameters
    keys     what its rows can be compared by
    status   how a status is said
    private  the status names a record of its own and is masked with the name
    """

    what: str
    label: Any
    model: Any
    page: str
    columns: str
    table: str
    where: str
    keys: tuple[str, ...] = tuple(REASONS)
    values: Callable[[], dict] = dict
    status: Callable[[str], Any] = str
    private: bool = False

    def part(self, by: str) -> str:
        """SQL of what one key finds here; every part has its index."""
        likeness = "similarity(t.sound_key, %(alike)s)::numeric(4, 2)" if by == "alike" else "NULL::numeric"
        told = f"'{self.what}' AS what, {self.columns}, '{by}' AS by, {likeness} AS likeness"
        if by in OF_ONE:
            found = f"SELECT 0 AS n, {told} FROM {self.table} WHERE {TESTS[by]} AND {self.where}"
            return found if by == "alike" else f"({found} LIMIT {MATCHES_MAX})"
        return f"SELECT a.n, {told} FROM {self.table} JOIN asked a ON {TESTS[by]} AND a.{by} <> '' WHERE {self.where}"


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Look through one more table whenever somebody is entered."""
    SOURCES[source.what] = source


register(
    Source(
        "party",
        lazy("Party"),
        Party,
        "/parties/parties/%s/",
        "t.id::text AS record_id, t.name, CASE WHEN t.is_customer THEN 'customer' ELSE 'supplier' END AS status, "
        "t.owner_id, t.territory_id",
        "parties_party t",
        "t.active AND t.merged_into_id IS NULL",
        status=lambda said: _("Customer") if said == "customer" else _("Supplier"),
    )
)
register(
    Source(
        "contact",
        lazy("Contact"),
        Party,
        "/parties/parties/%s/",
        "p.id::text, trim(t.given_name || ' ' || t.family_name), p.name, p.owner_id, p.territory_id",
        "parties_contact t JOIN parties_party p ON p.id = t.party_id",
        "t.active AND p.active",
        keys=("phone", "email"),
        private=True,
    )
)


# -- asking -----------------------------------------------------------------------------------------------------------


def same(asked: Asked) -> list[Match]:
    """Collisions, the surest first; each record once."""
    return same_many([asked])[0]


def same_many(asked: Sequence[Asked]) -> list[list[Match]]:
    """The collisions of many questions at once, in one statement."""
    return _found(asked, [one.keys() for one in asked])


def alike(asked: Asked) -> list[Match]:
    """Collisions, and after them names that sound alike, the likest first."""
    sound = normalise.sound_key(asked.name) if asked.name else ""
    return _found([asked], [asked.keys() | ({"alike": sound} if sound else {})])[0]


def search(text: str, company_id: int) -> list[Match]:
    """Who is meant by what somebody typed into one field, the surest first.

    An e-mail; a phone in any spelling, a registry or VAT number, as any country of the companies writes it; or a name,
    a part of one, Chinese characters or their pinyin, and what sounds alike.
    """
    text = text.strip()
    if "@" in text:
        return same(Asked(company_id, email=text.lower()))
    if sum(sign.isdigit() for sign in text) * 2 >= len(text):
        return _of_number(text, company_id)
    sound, asked = normalise.sound_key(text), Asked(company_id, name=text)
    words = normalise.telling_words(text)
    keys, called = asked.keys(), " ".join(words)
    if len(sound) >= CONTAINED_MIN:
        keys |= {"contained": f"%{'%'.join(normalise.sound_key(word) for word in words)}%"}
    if len(called) >= CONTAINED_MIN and text.isascii():  # of other letters the index may hold no groups
        keys |= {"called": f"%{_plain(called.upper())}%"}
    found = _found([asked], [keys])[0]
    if len(found) >= FOUND_MAX:  # what only sounds alike comes after all of these
        return found
    return _merged(found, _found([asked], [{"alike": sound}])[0])


def _merged(sure: list[Match], alike: list[Match]) -> list[Match]:
    """Each record once, the sure ones first."""
    known = {(match.source.what, match.record_id) for match in sure}
    return [*sure, *(m for m in alike if (m.source.what, m.record_id) not in known)][:FOUND_MAX]


def _plain(text: str) -> str:
    """A text that stands for itself in a pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _of_number(text: str, company_id: int) -> list[Match]:
    """A number, read as the countries of the companies read it, our own first."""
    countries = dict(Company.objects.order_by("pk").values_list("pk", "country"))
    ours = countries.pop(company_id, "")
    compact = "".join(sign for sign in text if sign.isalnum()).upper()
    asked = []
    for country in dict.fromkeys([ours, *countries.values()]):
        try:
            phone = identifiers.phone(text, country)
        except ValueError:
            phone = ""
        asked.append(Asked(company_id, "", compact, compact, country, phone))
    found: dict[tuple, Match] = {}
    for matches in same_many(asked):
        for match in matches:
            found.setdefault((match.source.what, match.record_id, match.name), match)
    return list(found.values())


def of_party(party: Party, company_id: int) -> Asked:
    """The question whether a party is new."""
    return Asked(
        company_id, party.legal_name or party.name or "", party.registry_code, party.vat_number, party.country,
        party.phone, party.email, frozenset({("parties.party", str(party.pk))}),
    )  # fmt: skip


# -- reading ----------------------------------------------------------------------------------------------------------


def _found(asked: Sequence[Asked], keys: list[dict[str, str]]) -> list[list[Match]]:
    """One statement with a part for each table and key that anybody asks for."""
    wanted = [by for by in REASONS if any(one.get(by) for one in keys)]
    if not wanted:
        return [[] for _one in asked]
    if "alike" in wanted:  # for the session: outside a transaction a local setting ends with its own statement
        database.execute("SELECT set_config('pg_trgm.similarity_threshold', %(least)s, false)", least=str(ALIKE_MIN))
    several = [by for by in wanted if by not in OF_ONE]
    parts = [source.part(by) for by in wanted for source in SOURCES.values() if by in source.keys]
    columns = ", ".join(f"%({by})s::text[]" for by in several)
    questions = (
        f"WITH asked AS MATERIALIZED (SELECT * FROM unnest(%(n)s::int[], %(country)s::text[], {columns}) "
        f"AS a(n, country, {', '.join(several)})) "
    )
    rows = database.rows(
        f"{questions if several else ''}SELECT * FROM ({' UNION ALL '.join(parts)}) AS found "
        "ORDER BY likeness DESC NULLS FIRST, name LIMIT %(most)s",
        n=list(range(len(asked))),
        country=[one.country for one in asked],
        most=MATCHES_MAX * len(asked),
        company=asked[0].company_id,
        **{by: [one.get(by, "") for one in keys] for by in several},
        **{by: keys[0][by] for by in wanted if by in OF_ONE},
        **{name: value for source in SOURCES.values() for name, value in source.values().items()},
    )
    rows = [row for row in rows if _key_of(row) not in asked[row["n"]].besides]
    rows.sort(key=lambda row: (wanted.index(row["by"]), -(row["likeness"] or 0)))
    best: dict[tuple, dict] = {}
    for row in rows:
        best.setdefault((row["n"], row["what"], row["record_id"], row["name"]), row)
    answers: list[list[Match]] = [[] for _one in asked]
    for row, match in zip(best.values(), _named(list(best.values())), strict=True):
        answers[row["n"]].append(match)
    return [found[:FOUND_MAX] for found in answers]


def _key_of(row: dict) -> tuple[str, str]:
    return SOURCES[row["what"]].model._meta.label_lower, row["record_id"]


def _named(rows: list[dict]) -> list[Match]:
    """Rows as matches, with names for their owners and territories."""
    owners = {row["owner_id"] for row in rows} - {None}
    places = {row["territory_id"] for row in rows} - {None}
    people = {u.pk: str(u) for u in User.objects.filter(pk__in=owners)} if owners else {}
    names = dict(Territory.objects.filter(pk__in=places).values_list("pk", "name")) if places else {}
    return [
        Match(
            row["by"],
            SOURCES[row["what"]],
            row["record_id"],
            row["name"],
            str(SOURCES[row["what"]].status(row["status"])),
            people.get(row["owner_id"], ""),
            names.get(row["territory_id"], ""),
            row["likeness"],
        )
        for row in rows
    ]
