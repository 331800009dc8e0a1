"""What processes remember of the configuration is never out of date."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from mainspring.kernel import access, commands, preferences, remembered
from mainspring.kernel.models import Company, Currency, Membership, Role, Site

NAME = "sales.quotation_days"


def elsewhere(job):
    """Run the job on a connection of its own and wait for it."""

    def run():
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def other_program():
    """A connection that knows nothing of Django."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return psycopg.connect(**{k: v for k, v in parameters.items() if k in ("dbname", "host", "port", "user")})


def remember(company, days: int, cursor) -> None:
    cursor.execute(
        "UPDATE kernel_company SET settings = jsonb_build_object(%s::text, %s::int) WHERE id = %s",
        [NAME, days, company.pk],
    )


def test_a_setting_changed_on_another_connection_holds_for_the_next_question(committed_cast):
    company, boss = committed_cast.company, committed_cast.person("boss", superuser=True)
    before = preferences.get(company.pk, NAME)
    elsewhere(lambda: preferences.save(committed_cast.ctx(boss), {NAME: before + 11}))
    assert preferences.get(company.pk, NAME) == before + 11


def test_a_setting_changed_by_any_program_is_seen(committed_cast):
    company = committed_cast.company
    preferences.get(company.pk, NAME)
    with other_program() as other:
        remember(company, 77, other.cursor())
    assert preferences.get(company.pk, NAME) == 77


def test_a_change_that_is_rolled_back_was_never_there(committed_cast):
    company = committed_cast.company
    before = preferences.get(company.pk, NAME)
    with transaction.atomic():
        with connection.cursor() as cursor:
            remember(company, 5, cursor)
        assert preferences.get(company.pk, NAME) == 5
        transaction.set_rollback(True)
    assert preferences.get(company.pk, NAME) == before


def test_changes_are_seen_in_whatever_order_they_are_committed(committed_cast):
    """The first to begin commits last: its change still counts, though a later one was seen before it."""
    company, other = committed_cast.company, committed_cast.other_company
    with other_program() as slow:
        remember(company, 21, slow.cursor())
        with other_program() as fast:
            remember(other, 22, fast.cursor())
        assert preferences.get(other.pk, NAME) == 22
        before = preferences.get(company.pk, NAME)
        assert before != 21
        slow.commit()
        assert preferences.get(company.pk, NAME) == 21


def test_nobody_who_changes_settings_waits_for_another(committed_cast):
    company, other = committed_cast.company, committed_cast.other_company
    with other_program() as first, other_program() as second:
        second.execute("SET lock_timeout = '2s'")
        for n in range(30):  # more than are kept, so that old stamps are taken away, too
            remember(company, n, first.cursor())
            remember(other, n, second.cursor())
        second.commit()
        first.commit()
    assert (preferences.get(company.pk, NAME), preferences.get(other.pk, NAME)) == (29, 29)


def test_old_stamps_are_taken_away(committed_cast):
    with connection.cursor() as cursor:
        for n in range(40):
            remember(committed_cast.company, n, cursor)
        cursor.execute("SELECT count(*) FROM mainspring_configuration")
        assert cursor.fetchone()[0] <= 12


def test_a_command_sees_what_it_changed_itself(cast):
    ctx = cast.ctx(cast.person("boss", superuser=True))
    remembered.row(Company, cast.company.pk)
    with commands.batch(Site, ctx, "create"):
        Company.objects.filter(pk=cast.company.pk).update(name="Gamma")
        assert cast.site.__class__.objects.get(pk=cast.site.pk).company.name == "Gamma"


def test_a_command_asks_once_for_the_version(cast, django_assert_num_queries):
    ctx = cast.ctx(cast.person("boss", superuser=True))
    preferences.get(cast.company.pk, NAME)
    remembered.row(Currency, "EUR")
    with commands.batch(Site, ctx, "create"), django_assert_num_queries(0):
        for _turn in range(3):
            preferences.get(cast.company.pk, NAME)
            assert remembered.row(Currency, "EUR").digits == 2


def test_a_role_taken_away_elsewhere_holds_for_the_next_request(committed_cast):
    user = committed_cast.person("ona", "fleet_manager")
    ctx = committed_cast.ctx(user)
    from mainspring_fleet.models import Vehicle

    assert access.can(ctx, Vehicle, "create")
    elsewhere(lambda: Membership.objects.filter(user=user, role=Role.objects.get(code="fleet_manager")).delete())
    assert not access.can(committed_cast.ctx(user), Vehicle, "create")


def test_rows_written_in_a_nested_command_are_stamped_with_it(cast):
    """Row history names the command that changed a row, also when commands follow each other inside one."""
    from mainspring_fleet.models import Vehicle

    from mainspring.kernel.models import AuditEntry, RowHistory

    ctx = cast.ctx(cast.person("boss", superuser=True))
    van, car = (commands.create(Vehicle, ctx, plate=plate) for plate in ("STAMP1", "STAMP2"))
    with commands.batch(Vehicle, ctx, "change") as inner:
        commands.change(van, inner, plate="STAMP3")
        Vehicle.objects.filter(pk=car.pk).update(plate="STAMP4")
    stamps = {h.row_id: h.command_id for h in RowHistory.objects.filter(row_id__in=[str(van.pk), str(car.pk)])}
    entries = {e.pk: e for e in AuditEntry.objects.filter(pk__in=stamps.values())}
    assert entries[stamps[str(van.pk)]].record_id == str(van.pk)
    assert entries[stamps[str(car.pk)]].record_id == ""
    assert entries[stamps[str(van.pk)]].parent == stamps[str(car.pk)]


WATCHER = """
import django
django.setup()
from mainspring.kernel import preferences
for _line in iter(input, "end"):
    print(preferences.get({company}, "{name}"), flush=True)
"""


@pytest.mark.slow
def test_a_process_of_its_own_sees_each_change(committed_cast):
    company = committed_cast.company
    p = connections[DEFAULT_DB_ALIAS].get_connection_params()
    url = f"postgresql://{p.get('user', '')}@/{p['dbname']}?host={p.get('host', '')}&port={p.get('port', '') or 5432}"
    with subprocess.Popen(
        [sys.executable, "-c", WATCHER.format(company=company.pk, name=NAME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mainspring.site.settings",
             "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:  # fmt: skip
        for days in (31, 32, 33):
            with connection.cursor() as cursor:
                remember(company, days, cursor)
            process.stdin.write("?\n")
            process.stdin.flush()
            assert process.stdout.readline().strip() == str(days)
        process.stdin.write("end\n")
        process.stdin.flush()
