"""What the kernel does about its own news: custom field definitions, webhooks; and verbs of tokens."""

from . import approvals, collaboration, custom, mail, tokens, webhooks

__all__ = ["approvals", "collaboration", "custom", "mail", "tokens", "webhooks"]
