"""People who make themselves known: each becomes a lead, or a follow-up of the lead or customer who is there already.

Forms, mail and cards come through here, so that one rule decides who is new (rule K05) and who is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import commands, notifications
from mainspring.kernel.models import User
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import Party

from . import collisions, preparing, tasks
from .models import Activity, Lead, Opportunity, PoolMember

TOLD_MAX = 20


@dataclass
class Arrival:
    """Somebody who came in by themselves.

    values   of the lead they may become
    heading  what their follow-up begins with, worded when it is written
    method   of the follow-up, as `models.Method`
    at       when they wrote, when that was not just now
    is_new   set by `take`: whether a lead was made
    """

    values: dict
    heading: Callable[[], str]
    method: str = "message"
    at: datetime | None = None
    is_new: bool = field(default=False, init=False)


def take(came: Arrival, ctx) -> tuple[Lead | None, Party | None]:
    """(lead, None) that was made or is there already, or (None, party); inside a running command.

    Raises ValidationError naming wrong values of the lead.
    """
    there = known(came.values, ctx)
    if there is None:
        try:
            with transaction.atomic():  # two at the same moment: the second finds the first
                lead = commands.create(Lead, ctx, **came.values)
        except ValidationError:
            there = known(came.values, ctx)
            if there is None:
                raise
        else:
            came.is_new = True
            tell(lead, ctx, gettext_lazy("New lead: %(record)s"))
            return lead, None
    note(there, came, ctx)
    return (there, None) if isinstance(there, Lead) else (None, there)


def known(values: dict, ctx) -> Lead | Party | None:
    """The lead or party the values belong to, by the surest sign; ValidationError when a value cannot be right."""
    draft = Lead(company_id=ctx.company_id, state="open", **values)
    preparing.lead(draft, ctx)
    for match in parties.collisions.same(collisions.of_lead(draft)):
        found = match.source.model.objects.filter(pk=match.record_id).first()
        if isinstance(found, Lead | Party):
            return found
    return None


def note(record: Lead | Opportunity | Party, came: Arrival, ctx) -> Activity:
    """What they said, as a follow-up with a next step for whoever looks after them; contact data says what is new."""
    owner = record.owner
    with translation.override(owner.language if owner else "en"):
        told = {
            _("Contact"): came.values.get("contact_name"),
            _("E-mail"): came.values.get("email"),
            _("Phone"): came.values.get("phone"),
            "": came.values.get("note"),
        }
        lines = [f"{label}: {value}" if label else str(value) for label, value in told.items() if value]
        made = commands.create(
            Activity,
            ctx,
            content="\n".join([came.heading(), *lines]),
            method=came.method,
            user=owner,
            **({"at": came.at} if came.at else {}),
            **about(record),
        )
        if owner:
            tasks.plan(record, ctx, title=_("Answer"), due_on=ctx.business_date, method=came.method)
    tell(record, ctx, gettext_lazy("Made themselves heard: %(record)s"))
    return made


def about(record: Lead | Opportunity | Party) -> dict:
    """The field by which a follow-up names the record."""
    return {{Lead: "lead", Opportunity: "opportunity", Party: "party"}[type(record)]: record}


def tell(record: Lead | Opportunity | Party, ctx, words) -> None:
    """The owner, by mail too; of an unowned lead the members of its pool, on the bell."""
    what = {"record": str(record)}
    owner, pool = record.owner, getattr(record, "pool_id", None)
    people = [owner] if owner else []
    if not people and pool:
        members = PoolMember.objects.filter(pool=pool, is_away=False).values("user")
        people = list(User.objects.filter(pk__in=members, is_active=True)[:TOLD_MAX])
    notifications.notify(
        people,
        ctx,
        kind="lead",
        record=record,
        title=lambda: words % what,
        mail_template="news" if owner else "",
    )
