"""What administrators do to people, roles and number series."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import jobs, numbering, policies, workflow
from mainspring.kernel.errors import Forbidden
from mainspring.kernel.events import BatchDone, CommandDone, on
from mainspring.kernel.models import Membership, NumberSeries, RoleGrant, User
from mainspring.kernel.workflow import Verb, effect

workflow.extend(
    User,
    Verb(
        "send_password_link",
        label=gettext_lazy("Send password link"),
        help=gettext_lazy("Mails the person a link to choose a password."),
    ),
)


@effect(User, "send_password_link")
def send_password_link(user, ctx):
    """Queue the mail; the person must be active and have an address."""
    if not user.email:
        raise ValidationError(_("%(user)s has no e-mail address.") % {"user": user})
    if not user.is_active:
        raise ValidationError(_("%(user)s is not active.") % {"user": user})
    jobs.defer("organization.password_link", ctx, user_id=user.pk)


@on(CommandDone)
def follow_set_up(event, ctx):
    """Number formats are remembered and must be readable; roles count from the next call on."""
    record = event.record
    if isinstance(record, NumberSeries):
        check_format(record.format)
        numbering.forget()
    elif isinstance(record, Membership):
        _follow_membership(record, ctx)
    elif isinstance(record, User) and event.verb in ("change", "delete", "send_password_link"):
        _leave_system_administrators(record, ctx)
    elif isinstance(record, RoleGrant) and ctx.user is not None:
        policies.forget(ctx.user)


@on(BatchDone)
def follow_many(event, ctx):
    """Memberships that come in together are looked at one by one."""
    for record in event.records:
        if isinstance(record, Membership):
            _follow_membership(record, ctx)


def _follow_membership(membership: Membership, ctx) -> None:
    _stay_within(membership, ctx)
    if membership.company_id and (other := membership.sites.exclude(company=membership.company_id).first()):
        raise ValidationError({"sites": _("%(site)s belongs to another company.") % {"site": other}})
    policies.forget(membership.user)


def _stay_within(membership: Membership, ctx) -> None:
    """Roles in a company are given and taken by those who administer it; roles in all companies by those of all."""
    if ctx.user is None or policies.of(ctx).all_powerful:
        return
    reach = {g.company_id for g in policies.of(ctx).matching("kernel.membership", "change")}
    if None not in reach and membership.company_id not in reach:
        raise ValidationError({"company": _("You may give roles only in companies you administer.")})


def _leave_system_administrators(user: User, ctx) -> None:
    """Who sets the address of a system administrator and has the link sent there would become one."""
    if user.is_superuser and ctx.user is not None and not ctx.user.is_superuser and ctx.user.pk != user.pk:
        raise Forbidden(_("Only a system administrator may change %(user)s.") % {"user": user})


def check_format(text: str) -> None:
    """A format must hold the sequence and nothing unknown: SO{year}-{seq:05}. Raises ValidationError."""
    try:
        samples = {text.format(year=2026, yy=26, seq=n) for n in (1, 2)}
    except (KeyError, IndexError, ValueError, AttributeError):
        samples = set()
    if len(samples) < 2 or max(map(len, samples)) > 40:
        raise ValidationError(
            {"format": _("“%(value)s” is not a number format; write for example SO{year}-{seq:05}.") % {"value": text}},
            code="format",
        )
