"""A planner to be killed, on the database DATABASE_URL names. Not a test itself.

python planner.py            follows every change, as `mainspring planner` does
python planner.py stuck      stops in the middle of its first batch, when proposals are written and nothing is committed
"""

import os
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[2] / "src"),
    str(Path(__file__).resolve().parents[2] / "tests/plugin"),
]
os.environ["DJANGO_SETTINGS_MODULE"] = "mainspring.site.settings"

import django  # noqa: E402

django.setup()

from mainspring.modules.planning import loading, planner  # noqa: E402

if __name__ == "__main__":
    signal.alarm(300)  # a test that waits for it in vain is to fail, not to hang
    if sys.argv[1:] == ["stuck"]:
        loading.write = lambda held: (print("stuck", flush=True), time.sleep(600))
    planner.work()
