"""A call rate holds over processes: whoever asks, the bucket is one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection

from mainspring.kernel import rates
from mainspring.kernel.models import RateBucket


@pytest.fixture(autouse=True)
def _fresh():
    rates.forget()


def test_a_bucket_runs_dry_and_refills(db):
    answers = [rates.take("t1", 3).allowed for _ in range(4)]
    assert answers == [True, True, True, False]
    last = rates.take("t1", 3)
    assert 0 < last.wait <= 20  # a third of a minute a call
    RateBucket.objects.filter(key="t1").update(left=1.2)
    assert rates.take("t1", 3).allowed
    assert not rates.take("t1", 3).allowed
    assert rates.take("t2", 3).allowed


def test_another_process_finds_the_same_bucket(db):
    assert [rates.take("t1", 4).allowed for _ in range(2)] == [True, True]
    rates.forget()  # what a fresh process knows
    assert [rates.take("t1", 4).allowed for _ in range(3)] == [True, True, False]


def test_many_calls_ask_the_database_seldom(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        assert all(rates.take("t1", 1200).allowed for _ in range(100))


def test_processes_at_once_never_pass_the_limit(transactional_db):
    def call(_n):
        try:
            return rates.take("t1", 20).allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert 20 <= sum(pool.map(call, range(60))) <= 21  # one may trickle in meanwhile


def test_the_shared_cache_is_in_the_database(db):
    cache.set("code-used", "1", 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mainspring_cache WHERE cache_key LIKE %s", ["%code-used"])
        assert cursor.fetchone()[0] == 1
