"""The environment: secrets, the embedded server's leases, backup and restore."""

import os
import stat
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ValidationError

from mainspring.site import places, postgres
from mainspring.site.commands import backup, restore

embedded = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="an external server is used")


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """Switch to an instance of its own; call it with a name."""

    def switch(name: str) -> postgres.Server:
        monkeypatch.setenv("MAINSPRING_DATA", str(tmp_path / name))
        return postgres.Server()

    return switch


def test_secrets_are_generated_once_for_the_owner_only(instance):
    instance("fresh")
    first = places.secret("secret_key")

    assert len(first) > 60
    assert places.secret("secret_key") == first
    assert stat.S_IMODE((places.data_folder() / "secrets.json").stat().st_mode) == 0o600


def test_a_long_path_moves_the_socket_to_the_temporary_folder():
    assert len(str(postgres.socket_folder(Path("/data/" + "x" * 120)))) < 60
    assert postgres.socket_folder(Path("/data")) == Path("/data/run")


@embedded
def test_the_last_lease_stops_the_server_and_a_stale_pid_file_is_no_obstacle(instance):
    first, second = instance("shared"), instance("shared")
    with first:
        second.start()
        with psycopg.connect(first.url()) as connection:
            row = connection.execute("SELECT current_setting('fsync'), current_setting('data_checksums')").fetchone()
            assert row == ("on", "on")
    assert second.is_running()
    second.stop()
    assert not first.is_running()

    (first.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with first:
        assert first.is_running()


@embedded
def test_a_backup_comes_back_whole_and_only_into_an_empty_instance(instance, tmp_path):
    with instance("old") as server:
        places.secret("secret_key")
        (places.attachments_folder() / "drawing.pdf").write_text("bracket")
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE item AS SELECT 'P-40' AS code, 5 AS on_hand")
        old_secrets = (places.data_folder() / "secrets.json").read_text()
        file = backup.write(tmp_path / "backup.tar")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    with instance("new") as server:
        restore.read(file)
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT code, on_hand FROM item").fetchall() == [("P-40", 5)]
        assert (places.attachments_folder() / "drawing.pdf").read_text() == "bracket"
        assert (places.data_folder() / "secrets.json").read_text() == old_secrets
        with pytest.raises(ValidationError, match="needs an empty one"):
            restore.read(file)


@embedded
def test_a_file_that_is_no_backup_is_refused(instance, tmp_path):
    stray = tmp_path / "holiday.jpg"
    stray.write_text("not a tar")
    with instance("empty"), pytest.raises(ValidationError, match="not a backup"):
        restore.read(stray)
