"""Secrets of other systems that we must be able to say again: encrypted at rest with the key in the data folder.

Instead of the secret itself a record may hold "env:MAINSPRING_PASSWORD_…": then it is read from the environment each
time and never lies in the database at all.
"""

import base64
import hashlib
import os
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SEALED = "sealed:"
REFERENCE = re.compile(r"env:(MAINSPRING_PASSWORD_[A-Z0-9_]{1,60})\Z")
"""Only variables of this name are read, so that nobody sends other secrets of the server somewhere."""


def seal(text: str) -> str:
    """The secret as it is stored; what is sealed already, a reference and "" stay as they are."""
    if not text or is_sealed(text):
        return text
    if text.startswith("env:"):
        if not REFERENCE.fullmatch(text):
            raise ValidationError(_("A reference is written env:MAINSPRING_PASSWORD_… in capitals."))
        return text
    return SEALED + cipher().encrypt(text.encode()).decode()


def is_sealed(text: str) -> bool:
    """Whether this is what `seal` made with our key."""
    if not text.startswith(SEALED):
        return False
    try:
        cipher().decrypt(text[len(SEALED) :].encode())
    except (InvalidToken, ValueError):
        return False
    return True


def unseal(stored: str) -> str:
    """The secret itself; ValidationError when its variable is not set or it was sealed with another key."""
    if found := REFERENCE.fullmatch(stored):
        if found[1] not in os.environ:
            raise ValidationError(_("%(name)s is not set in the environment.") % {"name": found[1]})
        return os.environ[found[1]]
    if not stored.startswith(SEALED):
        return stored
    try:
        return cipher().decrypt(stored[len(SEALED) :].encode()).decode()
    except (InvalidToken, ValueError):
        raise ValidationError(_("The secret cannot be read with this key; enter it again.")) from None


def cipher() -> Fernet:
    """The cipher of this instance's field key."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.FIELD_KEY.encode()).digest()))
