"""What leads, deals and follow-ups have in common: sources, methods, reasons, and the verb that logs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel.workflow import Input, Verb


class Source(models.TextChoices):
    WEB = "web", _("Web site")
    CALL = "call", _("Incoming call")
    EVENT = "event", _("Trade fair or event")
    CAMPAIGN = "campaign", _("Campaign")
    REFERRAL = "referral", _("Referral")
    PARTNER = "partner", _("Partner")
    LIST = "list", _("Bought list")
    OWN = "own", _("Found by the representative")


class Method(models.TextChoices):
    CALL = "call", _("Call")
    MAIL = "mail", _("E-mail")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    MESSAGE = "message", _("Message")
    OTHER = "other", _("Other")


class Outcome(models.TextChoices):
    """How a follow-up task or a plan ended."""

    DONE = "done", _("Done")
    DROPPED = "dropped", _("Given up")
    POOL = "pool", _("Back in the pool")
    CLOSED = "closed", _("Record closed")


class LostReason(models.TextChoices):
    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_NEED = "no_need", _("No need")
    TIMING = "timing", _("Timing")
    NO_ANSWER = "no_answer", _("No answer")
    OTHER = "other", _("Other")


NEXT_STEP = (
    Input("next_on", "date", _("Next step on"), required=False),
    Input("next_step", "text", _("Next step"), required=False),
)
LOG = Verb(
    "log",
    label=_("Log follow-up"),
    help=_("Notes what was said and when the next step is due."),
    bulk=False,
    adds=True,
    ask=(
        Input("content", "longtext", _("What happened")),
        Input("method", "choice", _("Method"), choices=tuple(Method.choices), initial=Method.CALL),
        *NEXT_STEP,
    ),
)
WHY_LOST = (
    Input("reason", "choice", _("Reason"), choices=tuple(LostReason.choices)),
    Input("note", "longtext", _("What we learn from it"), required=False),
)
