"""PostgreSQL in the sandbox image: made once, whole or not at all, and with a password that nobody can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.images.containers import Done, docker, logs, run, running, wait_until

pytestmark = pytest.mark.cluster

PASSWORD = 'it\'s a \\ "long" one; drop'
READY = ("pg_isready", "--quiet", "--host=127.0.0.1")
Start = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def volume(sandbox_image: str) -> Iterator[str]:
    """A volume that PostgreSQL's user may write to."""
    name = docker("volume", "create").stdout.strip()
    root = (f"--volume={name}:/data", "--user=0:0", "--cap-add=CHOWN", "--entrypoint=chown")
    assert run(sandbox_image, "999:999", "/data", options=root).returncode == 0
    yield name
    docker("volume", "rm", "--force", name)


@pytest.fixture
def options(volume: str, tmp_path: Path) -> tuple[str, ...]:
    """The pod's mounts and variables; its user is named by the pod."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    tmp_path.chmod(0o755)
    mounts = (f"--volume={volume}:/data", f"--volume={tmp_path}:/secret:ro", "--network=none")
    return (
        *mounts,
        "--user=999:999",
        "--env=PGDATA=/data/main",
        "--env=POSTGRES_PASSWORD_FILE=/secret/password",
    )


@pytest.fixture
def start(sandbox_image: str, options: tuple[str, ...]) -> Start:
    """Start PostgreSQL on the test's volume."""
    return lambda: running(sandbox_image, "postgresql.sh", options=options)


def query(container: str, sql: str, password: str = PASSWORD) -> Done:
    psql = ("psql", "--host=127.0.0.1", "--username=airflow", "--no-password", "--tuples-only", "--no-align")
    return docker("exec", f"--env=PGPASSWORD={password}", container, *psql, "--command", sql, "airflow")


def test_a_new_volume_gets_a_database_that_airflow_owns(start: Start) -> None:
    with start() as container:
        wait_until(container, *READY)
        owner = "select current_user || ' ' || pg_get_userbyid(datdba) || ' ' || rolsuper"
        done = query(
            container, f"{owner} from pg_database, pg_roles where datname = 'airflow' and rolname = 'airflow'"
        )
    assert done.stdout == "airflow airflow false\n", done.stderr


def test_a_wrong_password_is_refused(start: Start) -> None:
    with start() as container:
        wait_until(container, *READY)
        done = query(container, "select 1", password="another")
    assert "password authentication failed" in done.stderr


def test_the_password_is_on_no_command_line_and_in_no_log(start: Start) -> None:
    with start() as container:
        wait_until(container, *READY)
        processes = docker("top", container, "-o", "pid,args").stdout
        assert "postgres -D" in processes
        assert PASSWORD not in processes + logs(container)
        assert PASSWORD.replace("'", "''") not in processes + logs(container)


def test_a_second_start_keeps_what_the_first_has_stored(start: Start) -> None:
    with start() as container:
        wait_until(container, *READY)
        query(container, "create table kept as select 42 as answer")
        docker("stop", container)
        assert "database system is shut down" in logs(container)
    with start() as container:
        wait_until(container, *READY)
        assert query(container, "select answer from kept").stdout == "42\n"


def test_what_a_crash_left_half_made_is_made_anew(
    start: Start, sandbox_image: str, options: tuple[str, ...]
) -> None:
    half = "mkdir -p /data/main /data/main.new/base && echo 17 >/data/main.new/PG_VERSION"
    assert run(sandbox_image, "sh", "-c", half, options=options).returncode == 0
    with start() as container:
        wait_until(container, *READY)
        assert query(container, "select 1").stdout == "1\n"


def test_a_folder_with_something_else_in_it_is_left_alone(
    sandbox_image: str, options: tuple[str, ...]
) -> None:
    foreign = "mkdir /data/main && echo precious >/data/main/file"
    assert run(sandbox_image, "sh", "-c", foreign, options=options).returncode == 0
    done = run(sandbox_image, "postgresql.sh", options=options)
    assert done.returncode != 0
    assert "not empty" in done.stderr
    assert run(sandbox_image, "cat", "/data/main/file", options=options).stdout == "precious\n"


def test_an_empty_password_is_refused(sandbox_image: str, options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("\n")
    done = run(sandbox_image, "postgresql.sh", options=options)
    assert done.returncode != 0
    assert done.stderr == "postgresql: /secret/password is empty\n"
