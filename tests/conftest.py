"""Database servers that tests start for themselves: on the loopback, as an ordinary user, in a temporary folder, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest_plugins = ("model_fixtures",)

_START_SECONDS = 60.0
_POSTGRES_HOMES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server; `admin` is its superuser, who needs no password on the loopback."""

    host: str
    port: int
    admin: str
    folder: Path
    run_sql: Callable[[str, str], str]
    """(database, script) -> output; raises CalledProcessError."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL of our own."""
    binaries = _postgres_binaries()
    if binaries is None:
        _missing("no PostgreSQL server is installed (initdb and postgres are needed)")
    with tempfile.TemporaryDirectory(prefix="sqlcoder-pg-", ignore_cleanup_errors=True) as name:
        folder, user = _folder_for(name, "postgres"), _server_user("postgres")
        _as(user, [f"{binaries}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
        # One role has to show a password, so that passwords can be tested.
        hba = Path(folder, "data", "pg_hba.conf")
        hba.write_text("host all with_password 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        port = _free_port()
        options = ["-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        server = _start(user, [f"{binaries}/postgres", "-D", f"{folder}/data", *options], folder)
        try:
            _wait_for(port, server, folder)

            import psycopg

            def run_sql(database: str, script: str) -> str:
                with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname=database, autocommit=True) as connection:
                    cursor = connection.execute(script.encode())
                    return "\n".join(str(row[0]) for row in cursor.fetchall()) if cursor.description else ""

            yield Server(host="127.0.0.1", port=port, admin="postgres", folder=folder, run_sql=run_sql)
        finally:
            _stop(server, signal.SIGINT)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A MariaDB of our own."""
    daemon = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if daemon is None:
        _missing("no MariaDB server is installed (mariadbd is needed)")
    with tempfile.TemporaryDirectory(prefix="sqlcoder-maria-", ignore_cleanup_errors=True) as name:
        folder, user = _folder_for(name, "mysql"), _server_user("mysql")
        install = shutil.which("mariadb-install-db") or "mariadb-install-db"
        _as(user, [install, "--no-defaults", f"--datadir={folder}/data", "--auth-root-authentication-method=normal", "--skip-test-db"])
        port = _free_port()
        place = [f"--datadir={folder}/data", f"--socket={folder}/s.sock", f"--pid-file={folder}/pid", f"--port={port}"]
        server = _start(user, [daemon, "--no-defaults", *place, "--bind-address=127.0.0.1", "--skip-name-resolve"], folder)
        try:
            _wait_for(port, server, folder)

            def run_sql(database: str, script: str) -> str:
                client = shutil.which("mariadb") or "mariadb"
                return _fed([client, "--no-defaults", f"--socket={folder}/s.sock", "-u", "root", "-N", "-B", database], script)

            yield Server(host="127.0.0.1", port=port, admin="root", folder=folder, run_sql=run_sql)
        finally:
            _stop(server, signal.SIGTERM)


@pytest.fixture(scope="session")
def dbt_executable() -> str:
    """dbt itself: the one beside this Python (extra `dbt`), else SQLCODER_TEST_DBT, else the one on PATH."""
    beside = Path(sys.executable).parent / "dbt"
    found = str(beside) if beside.exists() else os.environ.get("SQLCODER_TEST_DBT") or shutil.which("dbt")
    if found is None:
        _missing("no dbt: install the extra `dbt`, or set SQLCODER_TEST_DBT to a dbt executable")
    return found


def _missing(reason: str) -> None:
    """With CI=true what cannot be tested has failed; on somebody's machine it is skipped, and says why."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs it: {reason}")
    pytest.skip(reason)


def _postgres_binaries() -> str | None:
    found = [Path(path).resolve().parent for path in (shutil.which("initdb"),) if path]
    found += sorted((path.parent for home in _POSTGRES_HOMES for path in Path(home).glob("*/bin/initdb")), reverse=True)
    return next((str(folder) for folder in found if (folder / "postgres").exists()), None)


def _server_user(wanted: str) -> str | None:
    """Servers refuse to run as root: then as the user that their package made, or as nobody."""
    if os.getuid() != 0:
        return None
    return wanted if wanted in {entry.pw_name for entry in pwd.getpwall()} else "nobody"


def _folder_for(name: str, user: str) -> Path:
    folder = Path(name).resolve()
    server_user = _server_user(user)
    if server_user is not None:
        shutil.chown(folder, server_user)
    folder.chmod(0o755)
    return folder


def _as(user: str | None, command: list[str]) -> None:
    done = subprocess.run(command, user=user, cwd="/", env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


def _start(user: str | None, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, user=user, cwd="/", env=_environment(), stdout=log, stderr=log, start_new_session=True)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


def _stop(server: subprocess.Popen[bytes], sign: int) -> None:
    server.send_signal(sign)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _fed(command: list[str], script: str) -> str:
    return subprocess.run(command, input=script, env=_environment(), capture_output=True, text=True, check=True).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")
