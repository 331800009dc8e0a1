"""A whole instance under `mainspring serve`: its worker is killed, its database crashes, it is stopped and started."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from mainspring.site import postgres

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the embedded server is crashed here"),
]
SOURCE = Path(__file__).resolve().parents[2] / "src"
PATIENCE_SECONDS = 180


class Instance:
    """An instance in a folder of its own; `run("token", "boss")` calls its command line."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAINSPRING", "PYTEST", "DJANGO"))}
        self.environment = {**kept, "MAINSPRING_DATA": str(folder), "PYTHONPATH": str(SOURCE)}
        self.process: subprocess.Popen | None = None

    def run(self, *arguments: str, **extra: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mainspring.site.cli", *arguments],
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def serve(self) -> float:
        """Start it; seconds until the first page."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mainspring.site.cli", "serve", "--port", str(self.port), "--processes", "1"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_for("/accounts/login/")
        return time.monotonic() - began

    def get(self, path: str, token: str = "") -> tuple[int, bytes]:
        request = urllib.request.Request(f"http://localhost:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, b""
        except OSError:
            return 0, b""

    def wait_for(self, path: str, token: str = "") -> bytes:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "serve ended"
            status, body = self.get(path, token)
            if status == 200:
                return body
            time.sleep(0.2)
        raise AssertionError(f"{path} never answered")

    def child(self, word: str) -> psutil.Process | None:
        """The child of the supervisor with this word on its command line."""
        for process in psutil.Process(self.process.pid).children():
            try:
                if word in process.cmdline():
                    return process
            except psutil.NoSuchProcess:  # just gone, or a zombie
                continue
        return None

    def stop(self, number: int, *, group: bool = False) -> None:
        (os.killpg if group else os.kill)(self.process.pid, number)
        self.process.wait(60)

    def leftovers(self) -> list[str]:
        """Processes that still work in this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("MAINSPRING_DATA") == str(self.folder) or str(self.folder) in process.cwd():
                    found.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found


@pytest.fixture
def instance():
    """In a folder of its own: another test session takes the server's account the way through pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="mainspring-"))
    made = Instance(folder / "instance")
    yield made
    if made.process and made.process.poll() is None:
        made.stop(signal.SIGTERM)
    shutil.rmtree(folder)


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
