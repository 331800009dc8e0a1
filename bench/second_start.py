"""How long does `mainspring serve` take until it answers, once the company is there, and until it has stopped?"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from harness import HERE, Answer, main, median

STARTS = 3
FIRST_SECONDS_MAX, SECONDS_MAX = 900, 120


def measure(options) -> list[Answer]:
    """Web, worker and database together, on the demo company S; the first start, which fills it, is not counted."""
    data = Path(options.data or ".data/bench-start").resolve()
    _start_and_stop(data, FIRST_SECONDS_MAX)
    took = [_start_and_stop(data, SECONDS_MAX) for _n in range(STARTS)]
    return [
        Answer("start until the first answer", median([up for up, _down in took]), "s", 15),
        Answer("Ctrl-C until all is stopped", median([down for _up, down in took]), "s"),
    ]


def _start_and_stop(data: Path, seconds_max: int) -> tuple[float, float]:
    """(seconds until the first answer, seconds from Ctrl-C to the end)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    source = str(HERE.parent / "src")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"MAINSPRING_DATA": str(data), "PYTHONPATH": source}
    command = [sys.executable, "-m", "mainspring.site.cli", "serve", "--demo", "S", "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while not _answers(port):
        if process.poll() is not None or time.monotonic() - began > seconds_max:
            process.kill()
            raise SystemExit(f"the server did not answer within {seconds_max} s")
        time.sleep(0.05)
    up = time.monotonic() - began
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    process.wait(60)
    return up, time.monotonic() - began


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, urllib.error.URLError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=60).status == 200
    return False


if __name__ == "__main__":
    main("A second start of the whole system", measure, data=False)
