"""The commands about configuration, as a person or a script runs them: stdout, stderr, exit code."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sqlcoder_core.cli.app import app
from sqlcoder_core.testing.distributions import write_distribution

CANARY = "canary-55d0"
GOOD = "connections: {shop: {use: duckdb, path: x.duckdb}}\n"


class Shell:
    """A folder, its environment, and `sqlcoder` run in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "project"
        (self.folder / ".git").mkdir(parents=True)
        monkeypatch.chdir(self.folder)
        for name, value in {"HOME": folder, "XDG_STATE_HOME": folder / "state", "XDG_CACHE_HOME": folder / "cache"}.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.delenv("SQLCODER_CONFIG", raising=False)

    def write(self, text: str, name: str = "sqlcoder.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def __call__(self, *arguments: str, given: str | None = None) -> Result:
        done = CliRunner().invoke(app, list(arguments), input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert CANARY not in done.output
        return done


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("SHOP_PASSWORD", CANARY)
    yield Shell(tmp_path, monkeypatch)


def test_show_prints_keys_values_and_origins(shell: Shell) -> None:
    shell.write(GOOD + "limits:\n  rows: 5\n")
    done = shell("config", "show", "--set", "limits.seconds=1.5")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["limits.rows", "5", "sqlcoder.yaml:3"] in lines
    assert ["limits.seconds", "1.5", "--set", "limits.seconds"] in lines
    assert ["limits.bytes", "33554432", "default"] in lines
    assert ["connections.shop.path", str(shell.folder / "x.duckdb"), "sqlcoder.yaml:1"] in lines
    assert (done.exit_code, done.stderr) == (0, "")


def test_show_as_json_can_be_read_by_a_program(shell: Shell) -> None:
    shell.write(GOOD)
    found = {one["key"]: one for one in json.loads(shell("config", "show", "--format", "json").stdout)}
    assert found["runtime.use"] == {"key": "runtime.use", "value": "builtin", "origin": "default"}


def test_check_of_a_right_file_says_so_and_of_a_wrong_one_says_everything(shell: Shell) -> None:
    shell.write(GOOD)
    right = shell("config", "check")
    assert (right.exit_code, right.stdout) == (0, f"{shell.folder / 'sqlcoder.yaml'}: nothing wrong\n")
    shell.write(GOOD.replace("path", "pth") + "limts: {}\nruntime: bultin\n")
    wrong = shell("config", "check")
    assert wrong.exit_code == 2
    assert wrong.stdout.splitlines() == [
        "sqlcoder.yaml:1:35: unknown key 'connections.shop.pth'; did you mean 'path'?",
        "sqlcoder.yaml:2:1: unknown key 'limts'; did you mean 'limits'?",
        "sqlcoder.yaml:1:15: 'connections.shop.path' is missing; the database file",
        "sqlcoder.yaml:3:10: no runtime 'bultin' is installed; did you mean 'builtin'?",
    ]
    told = json.loads(shell("config", "check", "--format", "json").stdout)
    assert [one["place"] for one in told] == ["sqlcoder.yaml:1:35", "sqlcoder.yaml:2:1", "sqlcoder.yaml:1:15", "sqlcoder.yaml:3:10"]


def test_check_of_a_plugin_that_fails_is_a_plugins_error(shell: Shell) -> None:
    shell.write(GOOD + "extensions: [./bad.py:Bad]\n")
    shell.write("1/0\n", "bad.py")
    assert shell("trust", "--yes").exit_code == 0
    done = shell("config", "check")
    assert done.exit_code == 3
    assert done.stdout.startswith(
        "sqlcoder.yaml:2:14: plugin './bad.py:Bad' failed while being imported: ZeroDivisionError: division by zero;"
    )


def test_another_command_says_all_problems_on_stderr_one_per_line(shell: Shell) -> None:
    shell.write("limts: {}\nansers: {}\n")
    done = shell("config", "show")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "sqlcoder: sqlcoder.yaml:1:1: unknown key 'limts'; did you mean 'limits'?",
        "sqlcoder: sqlcoder.yaml:2:1: unknown key 'ansers'; did you mean 'answer'?",
    ]


def test_nothing_to_ask_is_a_usage_error_with_the_ways_on(shell: Shell) -> None:
    done = shell("config", "check")
    assert done.exit_code == 2
    assert "nothing to ask: no sqlcoder.yaml and no dbt project" in done.stdout
    assert "sqlcoder demo" in done.stdout


def test_schema_prints_json(shell: Shell) -> None:
    done = shell("config", "schema")
    assert json.loads(done.stdout)["title"] == "sqlcoder.yaml"
    assert done.exit_code == 0


# ---------------------------------------------------------------------- plugins


def test_list_names_what_is_installed_and_what_is_enabled(shell: Shell) -> None:
    shell.write(GOOD + "extensions: [./mine.py:Check]\n")
    rows = {row["name"]: row for row in json.loads(shell("plugins", "list", "--format", "json").stdout)}
    assert (rows["duckdb"]["kind"], rows["duckdb"]["enabled"], rows["duckdb"]["distribution"]) == ("connector", "yes", "sqlcoder-core")
    assert rows["postgres"]["enabled"] == "no"
    assert rows["duckdb"]["location"].endswith("sqlcoder_duckdb/hooks.py")
    assert rows["./mine.py:Check"]["kind"] == "local file"


def test_show_prints_documentation_settings_and_hooks(shell: Shell) -> None:
    done = shell("plugins", "show", "introspect")
    assert "hooks: sqlcoder_metadata_sources" in done.stdout
    assert "source introspect (under `sources:`)" in done.stdout
    assert "sample_values" in done.stdout
    (component,) = json.loads(shell("plugins", "show", "introspect", "--format", "json").stdout)["components"]
    assert component["kind"] == "source"


def test_show_of_an_unknown_plugin_names_the_nearest(shell: Shell) -> None:
    done = shell("plugins", "show", "intrspect")
    assert (done.exit_code, done.stderr) == (2, "sqlcoder: no plugin 'intrspect' is installed; did you mean 'introspect'?\n")


def test_doctor_reports_a_broken_stranger_and_the_house_is_whole(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    site = write_distribution(shell.folder / "site", "sqlcoder-broken", {"brokenforhost": "1/0"}, version="3.1")
    monkeypatch.syspath_prepend(str(site))
    done = shell("plugins", "doctor")
    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    bad = [line for line in lines if not line.startswith("ok ")]
    told = "plugin 'brokenforhost' (sqlcoder-broken 3.1) failed while being imported: ZeroDivisionError: division by zero"
    assert [line for line in bad if told in line] == bad
    assert any("plugin 'duckdb'" in line for line in lines)


# ---------------------------------------------------------------------- trust and init


def test_trust_tells_what_it_approves_and_asks_nobody_in_a_script(shell: Shell) -> None:
    shell.write("connections: {shop: {use: postgres, host: db, password: '${SHOP_PASSWORD}'}}\nextensions: [./mine.py:Mine]\n")
    shell.write("from sqlcoder_core.api import Extension\nclass Mine(Extension):\n    name = 'mine'\n", "mine.py")
    refused = shell("config", "check")
    assert refused.exit_code == 2
    assert f"this file runs {shell.folder}/mine.py, reads ${{SHOP_PASSWORD}}, and was not approved as it is" in refused.stdout
    asked = shell("trust")
    assert asked.exit_code == 2
    assert f"  runs {shell.folder / 'mine.py'}\n  reads ${{SHOP_PASSWORD}}\n" in asked.stderr
    assert "sqlcoder trust --yes" in asked.stderr
    assert shell("trust", "--yes").exit_code == 0
    assert shell("config", "check").exit_code == 0
    assert "${SHOP_PASSWORD}" in shell("config", "show").stdout
    store = shell.folder.parent / "state" / "sqlcoder" / "trusted.json"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_trust_has_nothing_to_do_for_a_plain_file_and_needs_one(shell: Shell) -> None:
    assert "there is no sqlcoder.yaml" in shell("trust").stderr
    shell.write(GOOD)
    done = shell("trust")
    assert done.exit_code == 0
    assert "nothing to approve" in done.stderr


def test_init_writes_once_and_prints_without_writing(shell: Shell) -> None:
    (shell.folder / "x.duckdb").write_bytes(b"\0" * 8 + b"DUCK")
    printed = shell("init", "--print", "--database", "x.duckdb")
    assert "use: duckdb" in printed.stdout
    assert not (shell.folder / "sqlcoder.yaml").exists()
    wrote = shell("init", "--database", "x.duckdb")
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert (shell.folder / "sqlcoder.yaml").read_text() == printed.stdout
    again = shell("init", "--database", "x.duckdb")
    assert again.exit_code == 2
    assert "is there already; --force replaces it" in again.stderr
    assert shell("init", "--force", "--database", "x.duckdb").exit_code == 0
    assert shell("config", "check").exit_code == 0


def test_init_without_anybody_to_ask_names_the_ways_on(shell: Shell) -> None:
    done = shell("init")
    assert done.exit_code == 2
    assert "--database" in done.stderr
