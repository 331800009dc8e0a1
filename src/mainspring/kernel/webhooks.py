"""Telling other programs: deliveries are written with the change, sent after commit, signed, retried, replayable.

The receiver checks `Mainspring-Signature: t=<unix time>,v1=<hex>` where hex is HMAC-SHA256 of "<time>.<body>" under the
webhook's secret, and refuses old times.
"""

import hashlib
import hmac
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import time
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, jobs
from .events import BatchDone, CommandDone, on
from .models.integration import WebhookDelivery, WebhookEndpoint
from .shared import Shared
from .workflow import effect

WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 480, 1440)]
TIMEOUT_SECONDS = 10
RECORDS_MAX = 1000  # keys named in the message of a batch

_endpoints = Shared("webhooks", lambda: list(WebhookEndpoint.objects.filter(active=True)))


@on(CommandDone)
def note_command(event, ctx) -> None:
    """Write one delivery for each endpoint that wants this event; costs nothing while there are no endpoints."""
    if isinstance(event.record, WebhookEndpoint):
        _endpoints.changed()
    _note([event.record], event.verb, ctx)


@on(BatchDone)
def note_batch(event, ctx) -> None:
    _note(event.records, event.verb, ctx)


def _note(records: list, verb: str, ctx) -> None:
    endpoints = _endpoints.get()
    if not endpoints or not records or isinstance(records[0], WebhookDelivery):
        return
    name = f"{records[0]._meta.label_lower}.{verb}"
    company_id = getattr(records[0], "company_id", None) or ctx.company_id
    waiting = [
        WebhookDelivery(endpoint=e, event=name, payload=_payload(name, records, ctx), next_attempt_at=timezone.now())
        for e in endpoints
        if wants(e, name) and e.company_id in (None, company_id)
    ]
    if waiting:
        WebhookDelivery.objects.bulk_create(waiting)
        _send_later([d.pk for d in waiting])


def _send_later(delivery_ids: list) -> None:
    """Queue the sending; the queue is part of the transaction, so nothing is sent of what was rolled back."""
    jobs.defer("webhooks.send", None, delivery_ids=[str(pk) for pk in delivery_ids])


def wants(endpoint: WebhookEndpoint, event: str) -> bool:
    return any(fnmatchcase(event, pattern.lower()) for pattern in endpoint.events.replace(",", " ").split())


def _payload(name: str, records: list, ctx) -> dict:
    """What is told: which records and what happened, no values; the receiver reads what it may see over the API."""
    return {
        "event": name,
        "at": timezone.now().isoformat(),
        "by": getattr(ctx.user, "username", "") or "",
        "records": [
            {
                "id": str(r.pk),
                "label": str(r)[:120],
                "state": getattr(r, "state", None),
                "version": getattr(r, "version", None),
            }
            for r in records[:RECORDS_MAX]
        ],
        "count": len(records),
        "command": audit.plain(ctx.command_id),
    }


def new_secret() -> str:
    return "whsec_" + secrets.token_urlsafe(32)


def signature(secret: str, moment: int, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


# -- sending ----------------------------------------------------------------------------------------------------------


def deliver(delivery_id) -> bool:
    """Send one delivery now; True when it arrived. A failure plans the next attempt, the last one gives up."""
    with transaction.atomic():
        found = WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("endpoint")
        delivery = found.filter(pk=delivery_id, outcome=WebhookDelivery.State.WAITING).first()
        if delivery is None:
            return False
        delivery.attempts += 1
        try:
            delivery.status_code, delivery.answer = _post(delivery)
        except (OSError, http.client.HTTPException, ValidationError, ValueError) as error:
            delivery.status_code = None
            delivery.answer = " ".join(getattr(error, "messages", None) or [str(error)])[:500]
        if delivery.status_code and 200 <= delivery.status_code < 300:
            delivery.outcome, delivery.sent_at, delivery.next_attempt_at = "sent", timezone.now(), None
        elif delivery.attempts > len(WAITS):
            delivery.outcome, delivery.next_attempt_at = "failed", None
        else:
            delivery.next_attempt_at = timezone.now() + WAITS[delivery.attempts - 1]
        delivery.save()
    return delivery.outcome == "sent"


def deliver_due(limit: int = 200) -> int:
    """Send what waits and is due; called every minute by a job. Returns how many arrived."""
    due = WebhookDelivery.objects.filter(outcome="waiting", next_attempt_at__lte=timezone.now()).order_by(
        "next_attempt_at"
    )
    return sum(deliver(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


@effect(WebhookDelivery, "replay")
def replay(delivery, ctx):
    """Send the same message again, from the first attempt."""
    delivery.outcome, delivery.attempts, delivery.next_attempt_at = "waiting", 0, timezone.now()
    _send_later([delivery.pk])


def check_address(url: str) -> list[str]:
    """The IP addresses behind a URL; ValidationError unless each may be called: none of our own network."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValidationError({"url": _("“%(value)s” is not an address to send to.") % {"value": url[:120]}})
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = sorted(
            {str(entry[4][0]) for entry in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
        )
    except (OSError, UnicodeError, ValueError):
        if private_allowed():
            return []
        raise ValidationError({"url": _("“%(value)s” cannot be found.") % {"value": parts.hostname}}) from None
    if not private_allowed() and not all(ipaddress.ip_address(address).is_global for address in found):
        raise ValidationError({"url": _("“%(value)s” is inside a private network.") % {"value": parts.hostname}})
    return found


def private_allowed() -> bool:
    return bool(getattr(settings, "WEBHOOKS_TO_PRIVATE_NETWORKS", False))


def _post(delivery: WebhookDelivery) -> tuple[int, str]:
    """Send to the very address that was checked, so that a name cannot point elsewhere; follow no redirect."""
    url = delivery.endpoint.url
    addresses, parts = check_address(url), urlsplit(url)
    if not addresses:
        raise OSError(f"{parts.hostname}: not found")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    body = json.dumps({"id": str(delivery.pk), **delivery.payload}, ensure_ascii=False).encode()
    connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=TIMEOUT_SECONDS)
    connection.sock = socket.create_connection((addresses[0], port), TIMEOUT_SECONDS)
    try:
        if secure:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=parts.hostname)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "POST",
            target,
            body,
            {
                "Content-Type": "application/json",
                "User-Agent": "Mainspring",
                "Mainspring-Event": delivery.event,
                "Mainspring-Delivery": str(delivery.pk),
                "Mainspring-Signature": signature(delivery.endpoint.secret, int(time.time()), body),
                "Host": parts.netloc,
            },
        )
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode("utf-8", "replace").replace("\x00", "")[:500]
    finally:
        connection.close()
