"""What people who keep people, structure and the system find on their home."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, database, formats, home
from mainspring.kernel.models import Absence, AuditEntry, JobRun, JobSchedule, Membership, User

from .models import ExchangeRate

KEEPERS = ("hr",)
STALE_DAYS = 31

home.watch(
    "organization/users",
    {"is_active": "true", "is_program": "false", "department__empty": "1"},
    ngettext_lazy("%(count)d person without a department", "%(count)d people without a department", "count"),
    _("Approvals by the manager of a department do not find them."),
    verb="change",
    icon="user-circle",
)
home.watch(
    "organization/departments",
    {"active": "true", "manager__empty": "1"},
    ngettext_lazy("%(count)d department without a manager", "%(count)d departments without a manager", "count"),
    _("Approvals that ask its manager have nobody to ask."),
    verb="change",
    icon="sitemap",
    tone="amber",
)
home.watch(
    "organization/memberships",
    {"ends_on": "next_30_days"},
    ngettext_lazy("%(count)d role ends soon", "%(count)d roles end soon", "count"),
    _("Within thirty days. Prolong it, or see that somebody takes over."),
    verb="change",
    roles=KEEPERS,
    icon="id",
    due="ends_on",
)
home.watch(
    "kernel/absences",
    {"starts_on__gte": home.days_from_now(0), "starts_on__lte": home.days_from_now(14)},
    ngettext_lazy("%(count)d absence begins soon", "%(count)d absences begin soon", "count"),
    _("Within two weeks. See that each has a stand-in, or approvals wait."),
    roles=KEEPERS,
    icon="beach",
    due="starts_on",
)
home.watch(
    "kernel/background-jobs",
    {"state": "failed", "due_at": "last_7_days"},
    ngettext_lazy("%(count)d background job failed", "%(count)d background jobs failed", "count"),
    _("Of the last seven days. Read the error, put it right and try again."),
    verb="kernel.jobschedule:change",
    kind="exception",
    icon="cpu",
    tone="red",
)
home.watch(
    "kernel/mails",
    {"state": "failed"},
    ngettext_lazy("%(count)d e-mail could not be sent", "%(count)d e-mails could not be sent", "count"),
    _("The error says why. Correct the address or the mail server and send again."),
    verb="send_again",
    kind="exception",
    icon="mail",
    tone="red",
)
home.watch(
    "kernel/webhook-deliveries",
    {"outcome": "failed"},
    ngettext_lazy("%(count)d webhook delivery failed", "%(count)d webhook deliveries failed", "count"),
    _("The other program did not answer. Send again when it does."),
    verb="replay",
    kind="exception",
    icon="webhook",
    tone="amber",
)
home.watch(
    "kernel/imports",
    {"rows_wrong__gt": "0", "created_at": "last_30_days"},
    ngettext_lazy("%(count)d import with refused rows", "%(count)d imports with refused rows", "count"),
    _("Of the last thirty days. The problems say row, column and rule."),
    verb="kernel.importmapping:change",
    kind="exception",
    icon="file-import",
    tone="amber",
)
home.watch(
    "kernel/api-tokens",
    {"expires_at": "next_30_days", "revoked_at__empty": "1"},
    ngettext_lazy("%(count)d API token expires soon", "%(count)d API tokens expire soon", "count"),
    _("Within thirty days. The program that uses it stops working then."),
    verb="revoke",
    icon="key",
)


@home.exceptions.fill
def stale_rates(ctx):
    """Exchange rates nobody entered for a month, for those who keep them."""
    if not access.can(ctx, ExchangeRate, "create"):
        return []
    last = access.rows(ctx, ExchangeRate).order_by("-valid_on").values_list("valid_on", flat=True).first()
    if last is None or (ctx.business_date - last).days <= STALE_DAYS:
        return []
    return [
        home.Waiting(
            _("The exchange rates are old"),
            "/organization/exchange-rates/?order=-valid_on",
            _("No rate was entered for a month; foreign documents are booked at the last one."),
            kind="exception",
            icon="arrows-exchange",
            due_on=last,
            tone="amber",
        )
    ]


@home.exceptions.fill
def without_role(ctx):
    """Active people who can sign in and see nothing."""
    if not access.can(ctx, Membership, "create"):
        return []
    lost = database.rows(
        """
        SELECT u.id FROM kernel_user u
        WHERE u.is_active AND NOT u.is_superuser AND NOT u.is_program AND NOT EXISTS (
            SELECT FROM kernel_membership m WHERE m.user_id = u.id AND (m.ends_on IS NULL OR m.ends_on > %(today)s))
        ORDER BY u.id LIMIT 200""",
        today=ctx.business_date,
    )
    return home.listed(
        "organization/users",
        [row["id"] for row in lost],
        ngettext_lazy("%(count)d person without a role", "%(count)d people without a role", "count"),
        _("They can sign in and see nothing. Add a membership, or clear active."),
        icon="user-circle",
        tone="amber",
    )


@home.numbers.fill
def people(ctx):
    """How many people work here, and who is away, for those who keep people."""
    if not access.can(ctx, User, "change"):
        return []
    active = access.rows(ctx, User).filter(is_active=True, is_program=False).count()
    today = ctx.business_date
    away = access.rows(ctx, Absence).filter(starts_on__lte=today, ends_on__gte=today)
    return [
        home.Number(
            _("People"),
            formats.number(active),
            href="/organization/users/?is_active=true&is_program=false",
            note=_("active, programs left out"),
            order=70,
        ),
        home.Number(
            _("Away today"),
            formats.number(away.count()),
            href=f"/kernel/absences/?starts_on__lte={today}&ends_on__gte={today}",
            note=_("absences entered"),
            order=72,
        ),
    ]


@home.numbers.fill
def system(ctx):
    """What the system did today, for those who look after it or audit it."""
    if not access.can(ctx, AuditEntry, "view"):
        return []
    found = []
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    entries = access.rows(ctx, AuditEntry)
    found.append(
        home.Number(
            _("Changes today"),
            formats.number(entries.filter(at__gte=since).count()),
            href="/kernel/audit-trail/?at=today",
            note=_("entries of the audit trail"),
            order=74,
        )
    )
    if access.can(ctx, JobSchedule, "change"):
        done = access.rows(ctx, JobRun).filter(due_at__gte=since)
        found.append(
            home.Number(
                _("Background jobs today"),
                formats.number(done.count()),
                href="/kernel/background-jobs/?due_at=today",
                note=_("run or waiting"),
                order=76,
            )
        )
    return found
