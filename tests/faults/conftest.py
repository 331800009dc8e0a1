"""Whole instances under `mainspring serve`, each in a folder of its own."""

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
from django.db import connection

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
        self.said = folder.with_suffix(".log")

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

    def serve(self, *arguments: str) -> float:
        """Start it; seconds until the first page."""
        began = time.monotonic()
        self.start(*arguments)
        self.wait_for("/accounts/login/")
        return time.monotonic() - began

    def start(self, *arguments: str) -> None:
        """Start it without waiting; what it prints is kept beside its folder."""
        command = ["serve", "--port", str(self.port), "--processes", "1", *arguments]
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mainspring.site.cli", *command],
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

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

    def wait_for(self, path: str, token: str = "", seconds: float = PATIENCE_SECONDS) -> bytes:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said.read_text()
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
        return [" ".join(process.cmdline()) for process in self._processes()]

    def _processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("MAINSPRING_DATA") == str(self.folder) or str(self.folder) in process.cwd():
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found


@pytest.fixture
def make_instance():
    """In folders of their own: another test session takes the server's account the way through pytest's folders."""
    folder, made = Path(tempfile.mkdtemp(prefix="mainspring-")), []

    def make(name: str) -> Instance:
        made.append(Instance(folder / name))
        return made[-1]

    yield make
    for one in made:
        if one.process and one.process.poll() is None:
            one.stop(signal.SIGTERM)
    shutil.rmtree(folder)


@pytest.fixture
def instance(make_instance):
    return make_instance("instance")


@pytest.fixture
def start(request):
    """start("worker") runs the script the test's module names (SCRIPT) on its database; killed when the test ends."""
    found = []

    def run(*arguments: str) -> subprocess.Popen:
        settings = connection.settings_dict
        url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={settings['HOST']}"
        if settings["PORT"]:
            url += f"&port={settings['PORT']}"
        process = subprocess.Popen(
            [sys.executable, str(request.module.SCRIPT), *arguments],
            env={**os.environ, "DATABASE_URL": url},
            stdout=subprocess.PIPE,
        )
        found.append(process)
        return process

    yield run
    for process in found:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def eventually(request):
    """eventually(what, why): wait until it is true, as long as the test's module is patient."""

    def wait(what, why: str) -> None:
        deadline = time.monotonic() + request.module.PATIENCE_SECONDS
        while not what():
            assert time.monotonic() < deadline, why
            time.sleep(0.05)

    return wait
