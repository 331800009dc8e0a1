"""What a docstring tells a person: its first paragraph, without the marks of those who build."""

import inspect
import re

MARKS = re.compile(r"\s*\((?:rules? )?[A-Z]+-?\d+(?:, [A-Z]+-?\d+)*\)")


def of(named) -> str:
    """The explanation of a class or function, on one line; empty where it has none of its own.

    It is also the message its translations are found by, so tools/messages.py reads it with the same function.
    """
    text = named.__doc__ or ""
    return "" if text.startswith(f"{named.__name__}(") else of_text(text)


def of_text(docstring: str) -> str:
    paragraph = inspect.cleandoc(docstring).partition("\n\n")[0]
    return MARKS.sub("", " ".join(paragraph.split()))
