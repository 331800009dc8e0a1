"""Who sees and takes what waits in pools: members of a pool alone where it has any, and its administrators.

What a person may not do is not asked of the database for each record: pools and members are few and kept in memory.
"""

from django.db.models import Exists, OuterRef, Q

from mainspring.kernel import access
from mainspring.kernel.models import User
from mainspring.kernel.remembered import Remembered
from mainspring.modules.parties.models import Address, Contact, Party

from .models import Holds, Lead, LeadPool, PoolCustomer, PoolMember


def _members(_all: str) -> dict[int, dict[int, bool]]:
    """{pool: {user: administers it}} of pools that have members."""
    found: dict[int, dict[int, bool]] = {}
    for pool, user, is_admin in PoolMember.objects.order_by().values_list("pool", "user", "is_admin"):
        found.setdefault(pool, {})[user] = is_admin
    return found


members = Remembered(_members, PoolMember)
customer_pools = Remembered(
    lambda company_id: tuple(
        LeadPool.objects.filter(company=company_id, kind=Holds.CUSTOMERS, active=True).values_list("pk", flat=True)
    ),
    LeadPool,
)
"""Keys of the pools of customers of a company."""


def closed_to(user) -> list[int]:
    """Pools with members of which the person is none."""
    return sorted(pool for pool, known in members.get("").items() if user.pk not in known)


def administered(user) -> list[int]:
    """Pools the person administers."""
    return sorted(pool for pool, known in members.get("").items() if known.get(user.pk))


# -- what is kept from those who are no members ----------------------------------------------------------------------


def _closed_leads(user) -> Q | None:
    closed = closed_to(user)
    return Q(state="open", pool_id__in=closed) if closed else None


def _closed_customers(user) -> Q | None:
    closed = closed_to(user)
    return Q(state=PoolCustomer.State.WAITING, pool_id__in=closed) if closed else None


def _closed_parties(prefix: str = ""):
    """The same for the customers themselves, and for what belongs to them."""

    def condition(user) -> Q | None:
        closed = closed_to(user)
        if not closed:
            return None
        whose = OuterRef("party_id" if prefix else "pk")
        waits = PoolCustomer.objects.filter(party=whose, pool__in=closed)
        return Q(Q(**{f"{prefix}pooled_at__isnull": False}), Exists(waits))

    return condition


access.withhold(Lead, _closed_leads, unless="crm.lead:assign")
access.withhold(PoolCustomer, _closed_customers, unless="parties.party:assign")
access.withhold(Party, _closed_parties(), unless="parties.party:assign")
for _part in (Contact, Address):
    access.withhold(_part, _closed_parties("party__"), unless="parties.party:assign")


# -- what administrators of a pool may do in it ----------------------------------------------------------------------


def _in_charge(path: str, **more):
    """A condition on records of the pools somebody administers."""

    def condition(user) -> Q | None:
        pools = administered(user) if isinstance(user, User) else []
        return Q(**{f"{path}__in": pools}, **more) if pools else None

    return condition


def _in_charge_of_parties(user) -> Q | None:
    pools = administered(user) if isinstance(user, User) else []
    return Q(Exists(PoolCustomer.objects.filter(party=OuterRef("pk"), pool__in=pools))) if pools else None


access.give(Lead, "view assign release", _in_charge("pool", state__in=("open", "claimed", "qualified")))
access.give(Party, "view assign release", _in_charge_of_parties)
access.give(PoolCustomer, "view", _in_charge("pool"))
access.give(LeadPool, "view distribute", _in_charge("pk"))
access.give(PoolMember, "view create change delete", _in_charge("pool"))
