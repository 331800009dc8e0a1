"""How people get in: accounts are given by an administrator, never taken; failures are counted by name and address."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from mainspring.kernel import secrets


class AccountAdapter(DefaultAccountAdapter):
    """No self-registration."""

    def is_open_for_signup(self, request):
        return False


class SecondFactors(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes lie encrypted in the database; the key in the data folder."""

    def encrypt(self, text: str) -> str:
        return secrets.cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.cipher().decrypt(encrypted_text.encode()).decode()


def lockout_name(request, credentials=None) -> str:
    """The name a sign-in attempt used, whichever field carried it."""
    for source in (credentials or {}, request.POST if request is not None else {}):
        for field in ("username", "email", "login"):
            if source.get(field):
                return str(source[field]).strip().lower()[:254]
    return ""
