"""One company and one server for all browser tests of a run; every person signs in once.

The company is made beside the first tests of the run; the first worker that needs the server starts it, the last one
to leave stops it.
MAINSPRING_BROWSER=http://127.0.0.1:8000 uses a server that runs already, with a demo company in English;
MAINSPRING_BROWSER=off leaves these tests out, where there is no Chromium. Without it a missing Chromium is a failure.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from .person import Person

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars"]  # fmt: skip
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first there is: without a window of its own the same engine draws the same pages with a quarter less work."""
COMPANY_SECONDS_MAX = 900
START_SECONDS_MAX = 90
PATIENCE_SECONDS = int(os.environ.get("MAINSPRING_BROWSER_SECONDS", "30"))
"""How long a walk waits for what it expects; a busy machine needs more than the product does."""


def pytest_collection_modifyitems(items):
    off = pytest.mark.skip(reason="MAINSPRING_BROWSER=off")
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("MAINSPRING_BROWSER") == "off":
                item.add_marker(off)


def pytest_collection_finish(session):
    """Nobody waits for the company: one of the workers lets it be made while all of them test."""
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0" or os.environ.get("MAINSPRING_BROWSER"):
        return
    if any(item.get_closest_marker("browser") for item in session.items) and not session.config.option.collectonly:
        _make_company(_shared(session.config._tmp_path_factory) / "browser-data")


def _shared(factory) -> Path:
    """The folder all workers of a run share."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def _make_company(data: Path) -> None:
    data.mkdir(parents=True)
    subprocess.run([sys.executable, ROOT / "tools" / "messages.py", "compile"], check=True)
    with open(data / "company.log", "w") as log:
        subprocess.Popen(
            [sys.executable, HERE / "company.py"], env=_environment(data), stdout=log, stderr=subprocess.STDOUT
        )


def _environment(data: Path) -> dict:
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "MAINSPRING_TEST_DATA")}
    return inherited | {"MAINSPRING_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Address of the running product."""
    if running := os.environ.get("MAINSPRING_BROWSER"):
        yield running.rstrip("/")
        return
    shared = _shared(tmp_path_factory)
    data, note = shared / "browser-data", shared / "browser-site.json"
    with _locked(shared / "browser.lock"):
        state = json.loads(note.read_text()) if note.exists() else _start(data)
        state["users"] = state.get("users", 0) + 1
        note.write_text(json.dumps(state))
    yield state["address"]
    with _locked(shared / "browser.lock"):
        state = json.loads(note.read_text())
        state["users"] -= 1
        note.write_text(json.dumps(state))
        if not state["users"]:
            note.unlink()
            _stop(state["pid"])
            shutil.rmtree(data, ignore_errors=True)


def _start(data: Path) -> dict:
    """Start the server once the company is made; {"address", "pid"}."""
    made = data / "company.made"
    for _half_second in range(COMPANY_SECONDS_MAX * 2):
        if made.exists():
            break
        time.sleep(0.5)
    if not made.exists() or made.read_text():
        raise RuntimeError(f"the company was not made: {(data / 'company.log').read_text()[-2000:]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mainspring.site.cli", "serve", "--no-worker", "--processes", "1"]
    with open(data / "serve.log", "w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=_environment(data),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    for _second in range(START_SECONDS_MAX * 2):
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=2)
            return {"address": address, "pid": process.pid}
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.5)
    raise RuntimeError(f"the server did not start: {(data / 'serve.log').read_text()[-2000:]}")


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    for _step in range(100):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
        time.sleep(0.2)


@contextmanager
def _locked(path: Path):
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def chromium():
    """One browser a worker."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), "")
    if not path:
        pytest.fail(
            "The browser tests need Chromium: `make browser` brings it, MAINSPRING_BROWSER=off leaves them out."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(chromium, site):
    """{user name: cookies}, filled as people are asked for."""
    known: dict[str, dict] = {}

    def state_of(name: str) -> dict:
        if name not in known:
            context = chromium.new_context(bypass_csp=True)
            page = context.new_page()
            page.goto(f"{site}/accounts/login/")
            page.fill("input[name=login]", name)
            page.fill("input[name=password]", "mainspring-demo")
            page.press("input[name=password]", "Enter")
            page.wait_for_selector("#menu", state="attached", timeout=90_000)
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return state_of


@pytest.fixture
def person(chromium, signed_in, site):
    """person("buyer") opens a window of that person's; `width=390` a phone's, `dark=True` a dark one."""
    opened = []

    def open_window(name: str, width: int = 1440, dark: bool = False) -> Person:
        context = chromium.new_context(
            storage_state=signed_in(name), base_url=site, bypass_csp=True, service_workers="block",
            viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme="dark" if dark else "light", reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        one = Person(context.new_page())
        opened.append((context, one))
        return one

    yield open_window
    for context, one in opened:
        complaints = list(one.complaints)
        try:
            context.close()
        except Error:
            pass
        assert not complaints, complaints
