"""How long does `mainspring serve` take until it answers, once the company is there, and until it has stopped?"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import HERE, Answer, free_port, main, median, wait_for_server

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
    port = free_port()
    source = str(HERE.parent / "src")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"MAINSPRING_DATA": str(data), "PYTHONPATH": source}
    command = [sys.executable, "-m", "mainspring.site.cli", "serve", "--demo", "S", "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    wait_for_server(process, port, seconds_max)
    up = time.monotonic() - began
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    process.wait(60)
    return up, time.monotonic() - began


if __name__ == "__main__":
    main("A second start of the whole system", measure, data=False)
