"""A whole instance under `mainspring serve`: its worker is killed, its database crashes, it is stopped and started."""

import json
import os
import signal
import time

import pytest

from mainspring.site import postgres

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the embedded server is crashed here"),
]
PATIENCE_SECONDS = 180


def test_an_instance_outlives_its_worker_and_its_database(instance):
    instance.run("migrate", "--quiet")
    instance.run(
        "manage", "createsuperuser", "--noinput", "--username", "boss", "--email", "boss@example.com",
        DJANGO_SUPERUSER_PASSWORD="correct horse battery",
    )  # fmt: skip
    token = instance.run("token", "boss").strip()
    instance.serve()
    currencies = "/api/v1/organization/currencies/"
    before = json.loads(instance.wait_for(currencies, token))

    deadline = time.monotonic() + PATIENCE_SECONDS
    while (worker := instance.child("worker")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    worker.kill()
    while (found := instance.child("worker")) is None or found.pid == worker.pid:
        assert time.monotonic() < deadline, "the worker was not started again"
        time.sleep(0.2)

    server = postgres.Server(instance.folder)
    server._run("pg_ctl", "restart", "-D", str(server.cluster), "-m", "immediate", "-w", "-t", "60",
                "-l", str(server.log), "-o", f"-k {server.sockets}")  # fmt: skip
    assert json.loads(instance.wait_for(currencies, token)) == before
    answers = {instance.get(currencies, token)[0] for _n in range(20)}
    assert answers == {200}  # no broken connection is left in the pool
    assert "0 findings" in instance.run("check")

    instance.stop(signal.SIGINT, group=True)
    assert instance.process.returncode == 0
    assert instance.leftovers() == []

    instance.serve()
    assert json.loads(instance.wait_for(currencies, token)) == before
    instance.stop(signal.SIGTERM)
    assert instance.leftovers() == []
