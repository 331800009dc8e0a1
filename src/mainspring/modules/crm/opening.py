"""How many records that wait in a pool somebody may open in a day before claiming them."""

from datetime import timedelta

from django.utils.translation import gettext as _

from mainspring.kernel import access, database, errors, looking
from mainspring.modules.parties.models import Party

from .models import Lead, LeadPool, PoolCustomer, PoolView

COUNTED = """
WITH seen AS (
    INSERT INTO crm_poolview (pool_id, user_id, day, record) VALUES (%(pool)s, %(user)s, %(day)s, %(record)s)
    ON CONFLICT DO NOTHING RETURNING id)
SELECT (SELECT count(*) FROM seen) AS new, (
    SELECT count(*) FROM crm_poolview WHERE user_id = %(user)s AND pool_id = %(pool)s AND day = %(day)s) AS before
"""


@looking.opened.fill
def count_opened(ctx, record) -> None:
    """Count a record that waits in a pool with a limit; Forbidden beyond it. The same one counts once a day.

    Who may assign such records is not counted.
    """
    pool = _pool_of(record)
    if pool is None or pool.views_max is None or ctx.user is None or access.can(ctx, type(record), "assign"):
        return
    found = database.rows(COUNTED, pool=pool.pk, user=ctx.user.pk, day=ctx.business_date, record=str(record.pk))[0]
    if found["new"] and found["before"] >= pool.views_max:
        database.execute(
            "DELETE FROM crm_poolview WHERE user_id = %(user)s AND pool_id = %(pool)s AND day = %(day)s "
            "AND record = %(record)s",
            pool=pool.pk, user=ctx.user.pk, day=ctx.business_date, record=str(record.pk),
        )  # fmt: skip
        raise errors.Forbidden(
            _("You opened %(n)s records of %(pool)s today, the most allowed; claim one of them or come back tomorrow.")
            % {"n": pool.views_max, "pool": pool}
        )


def _pool_of(record) -> LeadPool | None:
    """The pool a record waits in; None when it waits in none."""
    if isinstance(record, Lead):
        return record.pool if record.state == "open" and record.owner_id is None else None
    if isinstance(record, Party):
        return _place(record) if record.pooled_at is not None else None
    return None


def _place(party: Party) -> LeadPool | None:
    found = PoolCustomer.objects.filter(party=party).select_related("pool").first()
    return found.pool if found else None


def forget(ctx) -> int:
    """Drop what was counted more than a week ago."""
    return PoolView.objects.filter(day__lt=ctx.business_date - timedelta(days=7)).delete()[0]
