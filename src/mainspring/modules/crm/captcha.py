"""Proof of work instead of riddles: the ALTCHA protocol, issued and verified here, with nobody outside involved.

A challenge is signed with a key of this instance, names the form it is for and ends after an hour. It is good for one
answer: the answer keeps the challenge's fingerprint, which the database holds unique.
"""

import hashlib
import time

import altcha
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000
PREFIX = "00"
"""With 5,000 rounds a try and one try in 256 right, a phone works for about a second; we check one try."""

LIFE_SECONDS = 3600
PAYLOAD_MAX = 4096


def issue(purpose: str) -> dict:
    """A new challenge for a purpose, as the widget reads it."""
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        key_prefix=PREFIX,
        expires_at=int(time.time()) + LIFE_SECONDS,
        data={"for": purpose},
        hmac_secret=_key(),
    )
    return made.to_dict()


def check(payload, purpose: str) -> str:
    """The fingerprint of the challenge that was solved; ValidationError naming `captcha` when it is none of ours."""
    if not isinstance(payload, str) or not payload or len(payload) > PAYLOAD_MAX:
        raise ValidationError({"captcha": _("Please wait until the check is done, then send again.")})
    try:
        solved = altcha.Payload.from_base64(payload)
        answer = altcha.verify_solution(solved, _key())
        fits = answer.verified and solved.challenge.parameters.data == {"for": purpose}
        expired = answer.expired
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        fits = expired = False
    if not fits:
        raise ValidationError(
            {"captcha": _("The check took too long. Please send again.") if expired else _("The check failed.")}
        )
    return hashlib.sha256(str(solved.challenge.signature).encode()).hexdigest()


def _key() -> str:
    return salted_hmac("crm.captcha", "challenge", algorithm="sha256").hexdigest()
