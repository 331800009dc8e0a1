"""What people who win customers find on their home."""

import json

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, formats, home, notifications, policies
from mainspring.kernel.ids import uuid7
from mainspring.modules.parties.models import Party

from . import pipeline as pipeline_
from . import queries, recycling
from .models import FollowUpTask, Lead, Opportunity, PoolCustomer

home.watch(
    "crm/leads",
    {"state": "open"},
    ngettext_lazy("%(count)d lead to claim", "%(count)d leads to claim", "count"),
    _("In the pool of your territories; nobody looks after them yet."),
    verb="claim",
    icon="user-plus",
    amount="value",
)
home.watch(
    "crm/leads",
    {"state__in": "claimed,qualified", "owner": home.me, "next_on__empty": "1"},
    ngettext_lazy("%(count)d lead without a next step", "%(count)d leads without a next step", "count"),
    _("Yours, and nothing is planned. A lead nobody follows up goes back to the pool."),
    verb="log",
    icon="user-check",
    tone="amber",
)
home.watch(
    "crm/opportunities",
    {"state": "open", "owner": home.me, "expected_close_on": "past"},
    ngettext_lazy("%(count)d deal past its closing day", "%(count)d deals past their closing day", "count"),
    _("Expected to be decided by now. Win, lose or set a new day, for the forecast counts on it."),
    verb="win",
    kind="exception",
    icon="target-arrow",
    tone="amber",
    amount="weighted_base",
    due="expected_close_on",
)


@home.tasks.fill
def next_steps(ctx):
    """Own follow-up tasks due by today, the dearest deal first."""
    if ctx.user is None or not access.can(ctx, FollowUpTask, "finish"):
        return []
    return [
        home.Waiting(
            task.title or gettext("Follow up: %(whom)s") % {"whom": task.subject},
            f"/crm/my-day/#task-{task.pk}",
            f"{task.get_method_display()} · {task.subject}" if task.title else task.why,
            icon="message-2",
            cost=task.opportunity.weighted_base if task.opportunity else home.Decimal(0),
            due_on=task.due_on,
            tone="red" if task.due_on < ctx.business_date else "",
            verbs=(
                {
                    "name": "finish",
                    "label": gettext("Done"),
                    "url": f"/crm/follow-up-tasks/{task.pk}/do/finish/",
                    "values": json.dumps({"version": task.version, "idempotency_key": str(uuid7())}),
                },
                {"name": "log", "label": gettext("Log"), "href": f"/crm/follow-up/?task={task.pk}"},
            ),
        )
        for task in queries.open_tasks(ctx).filter(due_on__lte=ctx.business_date)[:12]
    ]


@home.exceptions.fill
def escalated(ctx):
    """Follow-ups of others that are overdue for so long that this person was asked to see to them."""
    if ctx.user is None or not access.can(ctx, FollowUpTask, "view"):
        return []
    found = access.rows(ctx, FollowUpTask).filter(escalated_to=ctx.user, escalation__gt=0, state="open")
    return home.listed(
        "crm/follow-up-tasks",
        list(found.order_by("due_on").values_list("pk", flat=True)[:100]),
        ngettext_lazy("%(count)d overdue follow-up", "%(count)d overdue follow-ups", "count"),
        _("Of your people. Ask them, do it yourself, or hand it to somebody else."),
        icon="clock-exclamation",
        tone="amber",
    )


@home.tasks.fill
def stale_deals(ctx):
    """Own deals that rest in their stage for longer than it allows, and by how much."""
    if ctx.user is None or not access.can(ctx, Opportunity, "move"):
        return []
    return [
        home.Waiting(
            gettext("Move on: %(whom)s") % {"whom": deal},
            notifications.page_of("crm.opportunity", deal.pk),
            pipeline_.why_stale(deal, ctx.business_date),
            icon="hourglass",
            kind="exception",
            cost=deal.weighted_base,
            tone="amber",
        )
        for deal in pipeline_.stale(ctx).filter(owner=ctx.user)[:12]
    ]


@home.tasks.fill
def going_back(ctx):
    """Own leads that go back to their pool soon, and why."""
    if ctx.user is None or not access.can(ctx, Lead, "log"):
        return []
    found = queries.going_back(ctx.company_id, timezone.now(), owner=ctx.user)
    leads = Lead.objects.in_bulk(list(found)[:12])
    return [
        home.Waiting(
            gettext("Follow up: %(whom)s") % {"whom": leads[key]},
            notifications.page_of("crm.lead", key),
            gettext("Goes back to the pool on %(day)s, for nothing was noted since %(since)s.")
            % {"day": formats.day(back), "since": formats.day(leads[key].touched_at or leads[key].claimed_at)},
            icon="user-check",
            due_on=timezone.localdate(back),
            tone="amber",
        )
        for key, back in found.items()
        if key in leads
    ]


@home.tasks.fill
def customers_going_back(ctx):
    """Own customers that go back to their public pool soon, and why."""
    if ctx.user is None or not access.can(ctx, Party, "log"):
        return []
    found = recycling.going_back(ctx.company_id, ctx.business_date, timezone.now(), owner=ctx.user)[:12]
    parties = Party.objects.in_bulk([row["party_id"] for row in found])
    return [
        home.Waiting(
            gettext("Follow up: %(whom)s") % {"whom": parties[row["party_id"]]},
            notifications.page_of("parties.party", row["party_id"]),
            gettext("Goes back to the pool on %(day)s: %(why)s.")
            % {"day": formats.day(timezone.localdate(row["back"])), "why": recycling.CAUSES[row["cause"]]},
            icon="building-store",
            due_on=timezone.localdate(row["back"]),
            tone="amber",
        )
        for row in found
        if row["party_id"] in parties
    ]


@home.tasks.fill
def customers_to_claim(ctx):
    """Customers that wait in public pools this person may claim from."""
    if ctx.user is None or not access.can(ctx, Party, "claim") or access.can(ctx, Party, "assign"):
        return []
    count = access.rows(ctx, PoolCustomer).filter(state="waiting").order_by()[:1000].count()
    if not count:
        return []
    title = ngettext("%(count)d customer to claim", "%(count)d customers to claim", count) % {"count": count}
    why = gettext("In public pools; nobody looks after them.")
    return [home.Waiting(title, "/crm/pools/", why, icon="building-store")]


@home.numbers.fill
def pipeline(ctx):
    """What open deals in sight may bring, weighted by their chance."""
    if not access.can(ctx, Opportunity, "win") and "manager" not in policies.of(ctx).roles:
        return []
    weighted = queries.open_opportunities(ctx).aggregate(sum=Sum("weighted_base"))["sum"]
    return [
        home.amount(
            ctx,
            _("Weighted pipeline"),
            weighted,
            href="/crm/opportunities/?state=open",
            note=_("open deals times their chance"),
            order=20,
        )
    ]


home.count("crm/leads", "claim", state="open")

home.watch(
    "crm/incoming-mails",
    {"fate": "waits"},
    ngettext_lazy("%(count)d mail to sort", "%(count)d mails to sort", "count"),
    _("Nobody could tell whose it is: file it with a record, make it a lead or discard it."),
    verb="file",
    icon="mail-opened",
)
home.watch(
    "crm/mailboxes",
    {"active": "1", "problem__empty": "0"},
    ngettext_lazy("%(count)d mailbox cannot be read", "%(count)d mailboxes cannot be read", "count"),
    _("Mail of customers waits there. The reason stands on the mailbox."),
    verb="fetch",
    kind="exception",
    icon="mailbox",
    tone="red",
)


@home.quick.fill
def on_the_way(ctx) -> list[home.Quick]:
    """For whoever wins customers: take one, enter one, note what was said."""
    found = []
    if access.can(ctx, Lead, "claim"):
        found.append(home.Quick(_("Claim"), "/crm/leads/?state=open", "user-check", 10))
    if access.can(ctx, Lead, "log"):
        found.append(home.Quick(_("Follow up"), "/crm/follow-up/", "message-2", 20))
    if access.can(ctx, Lead, "create"):
        found.append(home.Quick(_("New lead"), "/crm/leads/new/", "user-plus", 30))
        found.append(home.Quick(_("Card"), "/crm/cards/", "id", 40))
    return found
