"""Receipts of the same order line at once, each on a connection of their own (D03)."""

import pytest
from django.db import connection

from mainspring.kernel import checks, commands, defaults, jobs, numbering, query, resource, roles
from mainspring.kernel.models import Currency, CustomField
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


def test_a_job_makes_an_own_field_searchable_without_stopping_anybody(buying):
    """STU-01: the index is built beside the writers, and the search box uses it."""
    commands.create(CustomField, buying.ctx, entity="purchasing.purchaseorder", label="Gate", kind="text", indexed=True)
    order = buying.order(buying.world.item("BOLT"), "10", confirm=False)
    commands.change(order, buying.ctx, custom_values={"gate": "North 7"})
    assert jobs.run_pending() >= 1
    found = query.Query(resource.by_model["purchasing.purchaseorder"], buying.ctx, query.Spec(q="north"))
    assert list(found.filtered()) == [order]
    words = found.filtered().model.objects.filter(custom__gate__icontains="north")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_indexscan = off")
        plan = words.explain()
        cursor.execute("RESET enable_seqscan; RESET enable_indexscan")
    assert "_value_words" in plan
