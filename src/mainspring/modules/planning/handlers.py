"""What planning answers for modules below."""

from mainspring.modules.promising import queries as promising


def _capable(*question):
    from . import capable  # brings the engine along, which most processes never need

    return capable.promises(*question)


promising.capable.fill(_capable)
