"""Who already has this company or person: leads, pools, customers and contacts looked through at once (rule K05).

The same registry code, VAT number, normalised name, phone or e-mail is a collision; a name that only sounds alike is a
hint. Whoever asks is told that it exists, in which state and with whom, also where they may not see the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import access, database
from mainspring.kernel.models import Company, Territory, User
from mainspring.modules.parties import identifiers, normalise
from mainspring.modules.parties.models import Party

from .models import LIVE, Lead

ALIKE_MIN = Decimal("0.5")
"""Share of three-letter groups two names have in common from which on they may be the same."""

FOUND_MAX = 20
NOBODY = "00000000-0000-0000-0000-000000000000"
SUREST = ("registry_code", "vat_number", "name", "phone", "email", "alike")


@dataclass(frozen=True)
class Asked:
    """What to look for; empty values are not looked for.

    name          as written; it is compared by its key, and by its sound when `alike` is asked for
    phone         E.164
    lead, party   records that are not a collision with themselves
    """

    company_id: int
    name: str = ""
    registry_code: str = ""
    vat_number: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    lead: object = None
    party: int | None = None


@dataclass(frozen=True)
class Match:
    """Something that is there already.

    by        what they have in common: one of SUREST
    what      "lead", "party" or "contact"; `record_id` of the lead or of the party
    likeness  0 to 1, for names that are alike only
    """

    by: str
    what: str
    record_id: str
    name: str
    status: str
    owner: str
    territory: str
    likeness: Decimal | None = None

    @property
    def kind(self) -> str:
        return {"lead": _("Lead"), "party": _("Party"), "contact": _("Contact")}[self.what]


FROM = {
    "lead": """
        SELECT 'lead' AS what, t.id::text AS record_id, t.name, t.state AS status, t.owner_id, t.territory_id,
               {by} AS by, {likeness} AS likeness
        FROM crm_lead t
        WHERE t.company_id = %(company)s AND t.state = ANY(%(live)s) AND t.id <> %(lead)s::uuid AND {test}""",
    "party": """
        SELECT 'party', t.id::text, t.name, CASE WHEN t.is_customer THEN 'customer' ELSE 'supplier' END, t.owner_id,
               t.territory_id, {by}, {likeness}
        FROM parties_party t
        WHERE t.active AND t.id <> %(party)s AND {test}""",
    "contact": """
        SELECT 'contact', p.id::text, trim(t.given_name || ' ' || t.family_name), p.name, p.owner_id,
               p.territory_id, {by}, {likeness}
        FROM parties_contact t JOIN parties_party p ON p.id = t.party_id
        WHERE t.active AND p.active AND p.id <> %(party)s AND {test}""",
}
TESTS = {
    "registry_code": ("t.registry_code = %(registry_code)s AND t.country = %(country)s", ("lead", "party")),
    "vat_number": ("t.vat_number = %(vat_number)s", ("lead", "party")),
    "name": ("t.name_key = %(name)s", ("lead", "party")),
    "phone": ("t.phone = %(phone)s", ("lead", "party", "contact")),
    "email": ("t.email = %(email)s", ("lead", "party", "contact")),
    "alike": ("t.sound_key %% %(alike)s", ("lead", "party")),
}


def same(asked: Asked) -> list[Match]:
    """Collisions, the surest first; each record once."""
    return _found(asked, _keys(asked))


def alike(asked: Asked) -> list[Match]:
    """Collisions, and after them names that sound alike, the likest first."""
    sound = normalise.sound_key(asked.name) if asked.name else ""
    return _found(asked, _keys(asked) | ({"alike": sound} if sound else {}))


def of_lead(lead: Lead) -> Asked:
    """The question whether a lead is new."""
    return Asked(
        lead.company_id, lead.name or "", lead.registry_code, lead.vat_number, lead.country, lead.phone, lead.email,
        lead.pk, lead.party_id,
    )  # fmt: skip


def from_text(text: str, company_id: int) -> Asked:
    """What somebody typed into one field: an e-mail, a phone, a registry or VAT number, or a name."""
    text = text.strip()
    if "@" in text:
        return Asked(company_id, email=text.lower())
    if sum(sign.isdigit() for sign in text) * 2 < len(text):
        return Asked(company_id, name=text)
    country = Company.objects.only("country").get(pk=company_id).country
    compact = "".join(text.split()).upper()
    try:
        phone = identifiers.phone(text, country)
    except ValueError:
        phone = ""
    return Asked(company_id, registry_code=compact, vat_number=compact, country=country, phone=phone)


def shown(ctx, matches: Iterable[Match]) -> list[dict]:
    """Matches as this person may be told of them: what they cannot see has its name masked and no address."""
    matches = list(matches)
    keys = {what: [m.record_id for m in matches if m.what in kinds] for what, kinds in OF.items()}
    seen = {
        what: {str(pk) for pk in access.rows(ctx, model).filter(pk__in=keys[what]).values_list("pk", flat=True)}
        for what, model in (("lead", Lead), ("party", Party))
        if keys[what] and access.can(ctx, model, "view")
    }
    found = []
    for match in matches:
        what = "lead" if match.what == "lead" else "party"
        visible = match.record_id in seen.get(what, ())
        found.append(
            {
                "kind": match.kind,
                "by": match.by,
                "name": match.name if visible else access.mask(match.name),
                "status": match.status if visible or match.what != "contact" else access.mask(match.status),
                "owner": match.owner,
                "territory": match.territory,
                "likeness": match.likeness,
                "href": PAGES[what] % match.record_id if visible else "",
            }
        )
    return found


OF = {"lead": ("lead",), "party": ("party", "contact")}
PAGES = {"lead": "/crm/leads/%s/", "party": "/parties/parties/%s/"}


def _keys(asked: Asked) -> dict[str, str]:
    keys = {
        "registry_code": asked.registry_code,
        "vat_number": asked.vat_number,
        "name": normalise.name_key(asked.name)[:200] if asked.name else "",
        "phone": asked.phone,
        "email": asked.email.lower(),
    }
    return {by: key for by, key in keys.items() if key}


def _found(asked: Asked, keys: dict[str, str]) -> list[Match]:
    """One statement with a part for each table and key, so that every part has its index."""
    parts = [
        FROM[table].format(
            by=f"'{by}'",
            test=TESTS[by][0],
            likeness="similarity(t.sound_key, %(alike)s)::numeric(4, 2)" if by == "alike" else "NULL::numeric",
        )
        for by in keys
        for table in TESTS[by][1]
    ]
    if not parts:
        return []
    if "alike" in keys:
        database.execute("SELECT set_config('pg_trgm.similarity_threshold', %(least)s, true)", least=str(ALIKE_MIN))
    rows = database.rows(
        f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found ORDER BY likeness DESC NULLS FIRST, name LIMIT 60",
        company=asked.company_id,
        live=list(LIVE),
        lead=str(asked.lead or NOBODY),
        party=asked.party or 0,
        country=asked.country,
        **keys,
    )
    rows.sort(key=lambda row: (SUREST.index(row["by"]), -(row["likeness"] or 0)))
    best: dict[tuple, dict] = {}
    for row in rows:
        best.setdefault((row["what"], row["record_id"], row["name"]), row)
    return _named(list(best.values())[:FOUND_MAX])


def _named(rows: list[dict]) -> list[Match]:
    owners = {u.pk: str(u) for u in User.objects.filter(pk__in={row["owner_id"] for row in rows} - {None})}
    places = dict(
        Territory.objects.filter(pk__in={row["territory_id"] for row in rows} - {None}).values_list("pk", "name")
    )
    kinds = {"customer": _("Customer"), "supplier": _("Supplier")}
    return [
        Match(
            row["by"],
            row["what"],
            row["record_id"],
            row["name"],
            row["status"]
            if row["what"] == "contact"
            else kinds.get(row["status"]) or Lead.workflow.label(row["status"]),
            owners.get(row["owner_id"], ""),
            places.get(row["territory_id"], ""),
            row["likeness"],
        )
        for row in rows
    ]
