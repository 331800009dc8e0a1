"""How people get in: accounts are given by an administrator, never taken; failures are counted by name and address."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """No self-registration."""

    def is_open_for_signup(self, request):
        return False


def lockout_name(request, credentials=None) -> str:
    """The name a sign-in attempt used, whichever field carried it."""
    for source in (credentials or {}, request.POST if request is not None else {}):
        for field in ("username", "email", "login"):
            if source.get(field):
                return str(source[field]).strip().lower()[:254]
    return ""
