"""Scheduled work of contracts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import formats, jobs, notifications

from . import commands, reminding


@jobs.job(
    "contracts.remind", title=gettext_lazy("Remind owners of instalments"), schedule="30 5 * * *", per_company=True
)
def remind(run, ctx):
    return {"contracts": reminding.refresh_days(ctx), "reminders": reminding.remind(ctx)}


@jobs.job(
    "contracts.renew", title=gettext_lazy("Renew contracts and ask about renewals"), schedule="40 5 * * *",
    per_company=True,
)  # fmt: skip
def renew(run, ctx):
    """Renews what renews by itself; owners of the others hear that they should ask."""
    asked = [contract for contract in commands.to_ask_about(ctx) if contract.owner is not None]
    for contract in asked:
        notifications.notify(
            [contract.owner],
            ctx,
            kind="task",
            title=lambda c=contract: (
                _("%(contract)s ends on %(day)s: ask about the renewal")
                % {"contract": c, "day": formats.day(c.valid_until)}
            ),
            text=str(contract.party),
            record=contract,
            mail_template="news",
        )
    return {"renewed": commands.renew_due(ctx), "asked": len(asked)}
