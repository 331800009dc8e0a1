"""What the kernel does about its own news: custom field definitions, webhooks; and verbs of tokens."""

from . import custom, tokens, webhooks

__all__ = ["custom", "tokens", "webhooks"]
