"""The trading company of the stories, with contracts."""

import pytest

from mainspring.kernel import defaults, numbering, roles

from .world import World


@pytest.fixture
def world(db):
    numbering.forget()
    return World()


@pytest.fixture
def committed_world(transactional_db):
    """The same, committed, for tests with several real connections."""
    numbering.forget()
    roles.sync_after_migrate()
    defaults.add_after_migrate()
    yield World()
    numbering.forget()
