"""`Idempotency-Key`: the first answer to a call is kept with its work, and a repeated call gets that same answer."""

import hashlib
import json

from django.db import transaction
from django.utils.translation import gettext as _

from mainspring.kernel import errors
from mainspring.kernel.models import IdempotencyKey

from . import incoming, present
from .problems import Problem, describe

HEADER = "Idempotency-Key"


def once(request, ctx, work, *, sent: str = ""):
    """(status, body, replayed) of `work()`; in one transaction with the key, so that both are kept or neither is.

    `sent` stands for a body that is not JSON.
    Refusals are not kept: a call that was refused may be repeated with the same key once its cause is gone.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return (*_settled(work), False)
    if len(key) > 120 or "\x00" in key or not key.isprintable():
        raise Problem(400, _("Invalid header"), _("An idempotency key is printable text of at most 120 characters."))
    text = f"{request.path}\n{sent or incoming.json_text(request.data)}\n{ctx.company_id}"
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        kept, made = IdempotencyKey.objects.get_or_create(
            user=request.user, key=f"api:{key}"[:120], defaults={"fingerprint": fingerprint, "entity": "api"}
        )
        if not made:
            if kept.fingerprint != fingerprint:
                raise Problem(
                    422,
                    _("Key used before"),
                    _("The idempotency key “%(key)s” was used for another call.") % {"key": key},
                )
            return kept.status, kept.answer, True
        status, body = _settled(work)
        kept.status, kept.answer = status, json.loads(json.dumps(body, default=present.plain))
        kept.save(update_fields=["status", "answer"])
    return status, body, False


def _settled(work) -> tuple[int, dict]:
    """The answer of the work, 202 when it now waits for approval: the request for it is to be kept as well."""
    try:
        return work()
    except errors.ApprovalRequired as waiting:
        return 202, describe(waiting).body
