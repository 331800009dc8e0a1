"""The workshop of the production tests."""

from mainspring.modules.production.tests.conftest import making  # noqa: F401
