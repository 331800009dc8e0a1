"""API tokens: made once, shown once, kept only as a digest."""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, commands, errors, policies
from .events import CommandDone, on
from .ids import uuid7
from .models.integration import ApiToken
from .workflow import effect

PREFIX = "msp_"
USED_EVERY = timedelta(minutes=1)  # `last_used_at` is exact to the minute, so that reading writes nothing


def issue(user, name: str, *, scopes: dict | None = None, expires_at=None, ctx=None) -> tuple[ApiToken, str]:
    """A new token and its text, which is not kept; with a context it is noted in the audit trail.

    Raises ValidationError when the scopes are malformed.
    """
    check_scopes(scopes or {})
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name[:80],
            prefix=text[:10],
            digest=_digest(text),
            scopes=scopes or {},
            expires_at=expires_at,
            created_by=ctx.user if ctx else None,
        )
        if ctx:
            audit.write(uuid7(), token, "create", ctx, scopes=token.scopes)
    return token, text


def check_scopes(scopes) -> None:
    """ValidationError unless scopes are {record type: [verbs]}; "sales.*" and "*" stand for many types."""
    if not isinstance(scopes, dict):
        raise ValidationError({"scopes": _("An object is needed here.")})
    known = {
        "*",
        *(f"{one.label}.*" for one in apps.get_app_configs()),
        *(m._meta.label_lower for m in apps.get_models()),
    }
    for entity, verbs in scopes.items():
        if entity not in known:
            raise ValidationError({"scopes": _("“%(value)s” is not a record type.") % {"value": entity[:80]}})
        if not isinstance(verbs, list) or not verbs or not all(isinstance(v, str) and v for v in verbs):
            raise ValidationError({"scopes": _("“%(value)s” needs a list of verbs.") % {"value": entity[:80]}})


def withdraw(token: ApiToken, ctx) -> None:
    """Revoke one's own token; needs no permission of its own."""
    if token.user_id != getattr(ctx.user, "pk", None):
        raise errors.Forbidden(_("This token belongs to %(user)s.") % {"user": token.user})
    commands.perform(token, "revoke", replace(ctx, trusted=True))


def resolve(text: str, day) -> ApiToken | None:
    """The valid token of this text with its user, limited to the token's scopes; None for anything else."""
    now = timezone.now()
    token = ApiToken.objects.select_related("user").filter(digest=_digest(text), revoked_at=None).first()
    if token is None or not token.user.is_active or (token.expires_at and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    if token.scopes:
        token.user._policy = policies.narrow(policies.load(token.user, day), token.scopes)
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@on(CommandDone)
def keep_within(event, ctx) -> None:
    """A program with a limited token changes no token, its own neither: it could widen what it was given."""
    changed = isinstance(event.record, ApiToken) and event.verb == "change"
    if changed and ctx.user is not None and any(g.limited for g in policies.of(ctx).grants):
        raise errors.Forbidden(_("A limited token changes no tokens."))


@effect(ApiToken, "revoke")
def revoke(token, ctx):
    """The token stops working at once."""
    token.revoked_at = token.revoked_at or timezone.now()
