"""Run Mainspring on this machine: database, web, worker and planner under one supervisor.

Ctrl-C or SIGTERM stops all of them. Data stays in the data folder (MAINSPRING_DATA, default ./.data).
"""

import ctypes
import http.client
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time

from mainspring.site.commands import migrate

HELP = "run web, worker and database on this machine"
STOP_SECONDS_MAX = 15
START_SECONDS_MAX = 60
RESTART_PAUSE_SECONDS = 5
BESIDE = ("worker", "planner")
"""What runs beside the web server, each a process of its own."""


def add_arguments(parser):
    parser.add_argument("--port", type=int, default=int(os.environ.get("MAINSPRING_PORT") or 8000), help="default 8000")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--demo", choices="SML", help="fill an empty database with the demo company of this size")
    parser.add_argument("--no-worker", action="store_true", help="start no background worker and no planner")
    parser.add_argument("--processes", type=int, default=2, help="web processes (default 2)")


def run(options):
    taken = _port_problem(options.host, options.port)
    if taken:
        print(f"mainspring serve: {taken}", file=sys.stderr)
        return 1
    for stopping in (signal.SIGINT, signal.SIGTERM):  # also when started in the background, where SIGINT is ignored
        signal.signal(stopping, signal.default_int_handler)
    os.environ["MAINSPRING_PORT"] = str(options.port)
    os.environ["MAINSPRING_START"] = secrets.token_hex(8)
    migrate.migrate(verbosity=0)
    _release_connections()
    sign_ins = _load_demo(options.demo) if options.demo else []
    commands = _commands(options)
    children = {"web": _spawn("web", commands["web"])}
    try:
        if not _wait_until_answering(options, children["web"]):
            print("mainspring serve: the web server did not start", file=sys.stderr)
            return 1
        _greet(options, sign_ins)
        if not options.no_worker:  # after the first answer, so that the two do not race for the machine
            children["worker"] = _spawn("worker", commands["worker"])
            children["planner"] = _spawn("planner", commands["planner"])
        return _watch(children, options)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _close_streams()
        _stop(children)


def _port_problem(host: str, port: int) -> str:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"cannot listen on {host} port {port}: {error.strerror}. Choose another with --port"
    return ""


def _load_demo(size: str) -> list:
    """Fill an empty database through the `demo` command, when the product has one; the sign-ins to print."""
    if importlib.util.find_spec("mainspring.site.commands.demo") is None:
        return []
    demo = importlib.import_module("mainspring.site.commands.demo")
    sign_ins = demo.load_into_empty(size)
    _release_connections()
    return sign_ins


def _close_streams() -> None:
    from mainspring.site import push  # only what serves needs the database's driver

    push.close_streams()


def _release_connections() -> None:
    from django.db import connections

    connections.close_all()


def _commands(options) -> dict[str, list[str]]:
    web = [
        sys.executable, "-m", "granian", "--interface", "asginl", "--host", options.host, "--port", str(options.port),
        "--workers", str(options.processes), "--no-ws", "--log-level", "warning", "--backpressure", "1024",
        "--respawn-failed-workers", "--workers-kill-timeout", "5", "mainspring.site.asgi:application",
    ]  # fmt: skip
    return {"web": web, **{name: [sys.executable, "-m", "mainspring.site.cli", name] for name in BESIDE}}


def _spawn(name: str, command: list[str]) -> subprocess.Popen:
    environment = {**os.environ, "MAINSPRING_ROLE": name}
    if name == "web":
        environment["MAINSPRING_POOL"] = "1"
    return subprocess.Popen(command, env=environment, preexec_fn=_die_with_parent, stdin=subprocess.DEVNULL)


def _die_with_parent() -> None:
    """On Linux a child is told to end when the supervisor is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _wait_until_answering(options, web: subprocess.Popen) -> bool:
    """Whether a page can be asked for: the port is open before the application behind it is loaded."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and web.poll() is None:
        asked = http.client.HTTPConnection(_reachable(options.host), options.port, timeout=START_SECONDS_MAX)
        try:
            asked.request("GET", "/health/live", headers={"Host": "localhost"})
            return asked.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            asked.close()
    return False


def _reachable(host: str) -> str:
    """An address that leads to a listener on all addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _greet(options, sign_ins: list) -> None:
    host = "localhost" if _reachable(options.host) in ("127.0.0.1", "::1") else options.host
    print(f"\nMainspring runs at http://{host}:{options.port}/   (Ctrl-C stops it)", flush=True)
    if sign_ins:
        print("\nSign in as:")
        width = max(len(str(row[0])) for row in sign_ins)
        for user, password, role in sign_ins:
            print(f"  {user:{width}}  {password}   {role}")
        print(flush=True)


def _watch(children: dict[str, subprocess.Popen], options) -> int:
    """Until the web server ends; a worker or planner that ends is started again."""
    while True:
        time.sleep(0.5)
        if children["web"].poll() is not None:
            print(f"mainspring serve: the web server ended with {children['web'].returncode}", file=sys.stderr)
            return 1
        for name in BESIDE:
            child = children.get(name)
            if child is not None and child.poll() is not None:
                print(f"mainspring serve: the {name} ended with {child.returncode}, starting it again", file=sys.stderr)
                time.sleep(RESTART_PAUSE_SECONDS)
                children[name] = _spawn(name, _commands(options)[name])


def _stop(children: dict[str, subprocess.Popen]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS_MAX
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
