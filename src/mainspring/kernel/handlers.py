"""What the kernel does about its own news (custom field definitions, webhooks), its own verbs and background work."""

from django.utils.translation import gettext_lazy as _

from . import (
    bulk_verbs,
    collaboration,
    custom_definitions,
    inbox,
    invariants,
    jobs,
    mail,
    mailing,
    rates,
    sealing,
    tokens,
    webhooks,
)
from .approvals import asking, deciding, handing_on, voiding
from .exchange import importing, undoing
from .models import ImportRun

__all__ = [
    "asking",
    "bulk_verbs",
    "collaboration",
    "custom_definitions",
    "deciding",
    "handing_on",
    "inbox",
    "invariants",
    "mail",
    "mailing",
    "rates",
    "sealing",
    "tokens",
    "undoing",
    "voiding",
    "webhooks",
]


@jobs.job("webhooks.send", title=_("Send webhooks"), retries=0)
def send_webhooks(run, ctx, *, delivery_ids):
    """First attempt, right after the commit; later attempts are made by `retry_webhooks`."""
    return {"sent": sum(webhooks.deliver(pk) for pk in delivery_ids)}


@jobs.job("webhooks.retry", title=_("Send webhooks again that did not arrive"), schedule="* * * * *", retries=0)
def retry_webhooks(run, ctx):
    return {"sent": webhooks.deliver_due()}


@jobs.job("custom.build_index", title=_("Make a custom field searchable"))
def build_index(run, ctx, *, field_id):
    custom_definitions.build_index(field_id)


@jobs.job("custom.recompute", title=_("Work out a formula field"))
def recompute(run, ctx, *, field_id):
    return {"changed": custom_definitions.recompute(field_id, progress=run.progress)}


@jobs.job("exchange.check", title=_("Check an import"), retries=0)
def check_import(run, ctx, *, import_id):
    importing.check(ImportRun.objects.get(pk=import_id), ctx, progress=run.progress)


@jobs.job("exchange.import", title=_("Import a file"))
def carry_out_import(run, ctx, *, import_id):
    """Goes on where it stopped when it runs again."""
    record = importing.carry_out(ImportRun.objects.get(pk=import_id), ctx, progress=run.progress)
    return {"created": record.rows_created, "changed": record.rows_changed, "unchanged": record.rows_same}
