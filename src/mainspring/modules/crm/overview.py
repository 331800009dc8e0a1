"""What customer relations tell on a customer's page: contact, next step, deals and who looked after it (CRM-01, U3)."""

import itertools

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, formats, home
from mainspring.kernel.models import RowHistory, User
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import Party

from .models import Activity, FollowUpTask, Opportunity

USUAL_DAYS = 60
"""Pause between two follow-ups that is usual where there are too few to tell."""
PAUSES_MIN = 3
HISTORY = 13

overview = parties.overview

overview.happening(
    "follow_ups",
    lazy("Follow-ups"),
    "crm.activity",
    at="at",
    icon="message-2",
    text="content",
    who="user",
    tell=lambda customer, records: {str(r.pk): {"title": r.get_method_display()} for r in records},
)
overview.happening(
    "deals",
    lazy("Opportunities"),
    "crm.opportunity",
    at="created_at",
    icon="target-arrow",
    text="name",
    amount="amount",
    who="owner",
)


def _handed(customer):
    """Changes of the customer's owner, for who may see the owner."""
    if not access.may_see(customer.ctx, Party, "owner"):
        return RowHistory.objects.none()
    return RowHistory.objects.filter(
        table_name=Party._meta.db_table, row_id=str(customer.party.pk), changes__has_key="owner_id"
    )


def _handed_words(customer, records) -> dict[str, dict]:
    people = User.objects.in_bulk({key for r in records for key in r.changes["owner_id"] if key})
    name = lambda key: str(people.get(key) or _("nobody"))  # noqa: E731
    return {
        str(r.pk): {
            "title": _("%(before)s → %(after)s")
            % dict(zip(("before", "after"), map(name, r.changes["owner_id"]), strict=True)),
            "href": "",
        }
        for r in records
    }


overview.happening(
    "owners",
    lazy("Changes of owner"),
    "kernel.rowhistory",
    at="at",
    icon="user-check",
    find=_handed,
    tell=_handed_words,
)


def contact(customer) -> dict:
    """{last, next, usual_days}: the newest follow-up, the next planned one, the usual pause between two (days)."""
    return customer.once("crm.contact", lambda: _contact(customer))


def _contact(customer) -> dict:
    if not access.can(customer.ctx, Activity, "view"):
        return {"last": None, "next": None, "usual_days": USUAL_DAYS}
    rows = customer.rows(Activity)
    newest = list(rows.order_by("-at", "-pk").values("at", "method")[:HISTORY])
    days = sorted({row["at"].date() for row in newest}, reverse=True)
    pauses = sorted((a - b).days for a, b in itertools.pairwise(days))
    return {
        "last": newest[0] if newest else None,
        "next": _next_step(customer),
        "usual_days": max(pauses[len(pauses) // 2], 1) if len(pauses) >= PAUSES_MIN else USUAL_DAYS,
        "own": len(pauses) >= PAUSES_MIN,
    }


def _next_step(customer) -> FollowUpTask | None:
    """What is planned next with the customer, in sight."""
    if not access.can(customer.ctx, FollowUpTask, "view"):
        return None
    return customer.rows(FollowUpTask).filter(state="open").order_by("due_on", "pk").first()


@overview.figures.fill
def last_contact(customer) -> list[home.Number]:
    if not access.can(customer.ctx, Activity, "view"):
        return []
    found, today = contact(customer), customer.ctx.business_date
    last, step = found["last"], found["next"]
    note = _("no next step")
    if step:
        words = {"day": formats.day(step.due_on), "step": step.title or _("follow up")}
        note = _("next: %(step)s on %(day)s") % words
    return [
        home.Number(
            _("Last contact"),
            formats.day(last["at"].date()) if last else _("never"),
            note=note,
            tone="amber" if step is None or step.due_on < today else "",
            href=f"/crm/activities/?party={customer.party.pk}",
            order=50,
        )
    ]


@overview.figures.fill
def deals(customer) -> list[home.Number]:
    """Deals on their way."""
    party, ctx = customer.party, customer.ctx
    found: list[home.Number] = []
    if access.can(ctx, Opportunity, "view"):
        amounts = list(
            customer.rows(Opportunity)
            .exclude(state__in=Opportunity.workflow.closed)
            .values_list("weighted_base", flat=True)
        )
        if amounts:
            found.append(
                customer.money(
                    _("Open deals"),
                    sum(amounts),
                    note=_("%(count)d, weighted") % {"count": len(amounts)},
                    href=f"/crm/opportunities/?party={party.pk}&state=open",
                    order=60,
                )
            )
    return found


@overview.actions.fill
def keep_in_touch(customer) -> list[overview.Action]:
    """A planned step is overdue, or nobody spoke with the customer for longer than usual."""
    if not access.can(customer.ctx, Activity, "view"):
        return []
    found, today = contact(customer), customer.ctx.business_date
    step, last = found["next"], found["last"]
    if step and step.due_on < today:
        late = (today - step.due_on).days
        return [
            overview.Action(
                "overdue_step",
                min(55 + late, 90),
                step.title or _("Follow up"),
                _("Planned for %(day)s, %(days)d days ago.") % {"day": formats.day(step.due_on), "days": late},
                href=f"/crm/follow-up-tasks/{step.pk}/",
                icon="message-2",
                tone="amber",
                **_finish_button(customer, step),
            )
        ]
    if step:
        return []
    if last is None:
        return [
            overview.Action(
                "no_contact",
                20,
                _("Get in touch"),
                _("Nobody noted a follow-up with this customer yet."),
                icon="message-2",
                **overview.log_button(customer),
            )
        ]
    silent = (today - last["at"].date()).days
    if silent <= found["usual_days"]:
        return []
    why = (
        _("%(days)d days without a follow-up; usually %(usual)d days pass between two.")
        if found["own"]
        else _("%(days)d days without a follow-up; more than %(usual)d are too long.")
    )
    return [
        overview.Action(
            "no_contact",
            min(30 + 10 * silent // found["usual_days"], 70),
            _("Get in touch"),
            why % {"days": silent, "usual": found["usual_days"]},
            href=f"/crm/activities/?party={customer.party.pk}",
            icon="message-2",
            **overview.log_button(customer),
        )
    ]


def _finish_button(customer, step) -> dict:
    """Finishing a planned step notes the follow-up."""
    if not access.rows(customer.ctx, FollowUpTask, "finish").filter(pk=step.pk).exists():
        return {}
    return {"label": _("Log follow-up"), "url": f"/crm/follow-up-tasks/{step.pk}/do/finish/"}


@overview.actions.fill
def decide_deals(customer) -> list[overview.Action]:
    """A deal is past the day it was expected to close on."""
    ctx = customer.ctx
    if not access.can(ctx, Opportunity, "view"):
        return []
    late = (
        customer.rows(Opportunity)
        .filter(~Q(state__in=Opportunity.workflow.closed), expected_close_on__lt=ctx.business_date)
        .select_related("stage")
        .order_by("-weighted_base", "pk")
        .first()
    )
    if late is None:
        return []
    return [
        overview.Action(
            "late_deal",
            45,
            _("Decide about %(deal)s") % {"deal": late},
            _("It was expected to close on %(day)s and is still at %(stage)s.")
            % {"day": formats.day(late.expected_close_on), "stage": late.stage or late.state_label},
            href=f"/crm/opportunities/{late.pk}/",
            label=_("Open"),
            go=f"/crm/opportunities/{late.pk}/",
            icon="target-arrow",
        )
    ]
