"""Receipts of the same order line at once, each on a connection of their own (D03)."""

import pytest

from mainspring.kernel import checks, commands, defaults, numbering, roles
from mainspring.kernel.models import Currency
from mainspring.modules.accounting.tests.test_races import refused, together
from mainspring.modules.conftest import World
from mainspring.modules.purchasing.models import Receipt
from mainspring.modules.purchasing.tests.conftest import Buying


@pytest.fixture
def buying(transactional_db):
    """Committed, for several real connections."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    defaults.add_after_migrate()
    yield Buying(World())
    numbering.forget()


def test_two_receipts_at_once_do_not_pass_the_order_together(buying):
    bolt = buying.world.item("BOLT")
    buying.source(bolt, "2")
    order = buying.order(bolt, "10")
    drafts = [commands.perform(order, "receive", buying.ctx).outcome for _n in range(2)]
    done = together(*[lambda r=r: commands.perform(r, "post", buying.ctx) for r in drafts])
    assert refused(done) == 1
    assert buying.on_hand(bolt) == 10
    assert Receipt.objects.filter(state="posted").count() == 1
    assert not [finding for result in checks.run() for finding in result.findings]
