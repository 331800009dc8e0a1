"""Stories that need several modules use the same small company as the modules' own tests."""

from mainspring.modules.conftest import world

__all__ = ["world"]
