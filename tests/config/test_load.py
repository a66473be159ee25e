"""From sqlcoder.yaml, flags and what is detected to a Configuration; every problem at once, each with its place."""

from __future__ import annotations

import random
import stat
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sqlcoder_core.config.load import NothingToAsk
from sqlcoder_core.errors import ConfigError, PluginError, SqlcoderError, UsageError
from sqlcoder_core.values.secret import Secret

if TYPE_CHECKING:
    from conftest import Place

GOOD = """\
version: 1
connections:
  shop: {use: duckdb, path: shop.duckdb}
"""


def problems(place: Place, text: str, **options: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        place.build(text, **options)
    return list(caught.value.lines())


def test_a_full_file_becomes_values(place: Place) -> None:
    built = place.build("""\
version: 1
connection: shop
connections:
  shop: {use: duckdb, path: data/shop.duckdb}
  prod: {use: postgres, host: db, port: 1}
sources: [introspect, {use: dbt, target: prod}]
runtime: {use: builtin, depth: 5}
sinks: {csv: {header: false}, plain: {use: csv}}
output: [csv]
limits: {seconds: 2.5, rows: 7, bytes: 2KB, memory: 1.5GB}
guard: {allow_functions: [postgis.st_area]}
time: {now: 2026-01-31 12:00:00, timezone: Europe/Berlin, week_start: sunday, fiscal_year_start: 4}
answer: {candidates: 5, min_confidence: 0.5, limit: 50}
""")
    assert built.connector is not None
    assert built.connector.settings.path == str(place.folder / "data/shop.duckdb")
    assert [source.name for source in built.sources] == ["introspect", "dbt"]
    assert built.sources[1].settings.target == "prod"
    assert built.proposer.settings.depth == 5
    assert built.sink("csv").settings.header is False
    assert built.sink("plain").settings.header is True
    assert built.sink("csv", settings={"header": True}).settings.header is True
    assert built.connection("prod").settings.host == "db"
    assert (built.limits.seconds, built.limits.rows, built.limits.bytes, built.limits.memory) == (2.5, 7, 2048, 3 * 512 * 1024**2)
    assert built.allow_functions == ("postgis.st_area",)
    assert built.clock.now == datetime(2026, 1, 31, 12)
    assert (built.clock.timezone, built.clock.week_start, built.clock.fiscal_year_start) == ("Europe/Berlin", "sunday", 4)
    assert (built.candidates, built.min_confidence, built.limit, built.output) == (5, 0.5, 50, ("csv",))


def test_the_context_says_where_a_component_works(place: Place) -> None:
    context = place.build(GOOD).context
    assert (context.project_dir, context.config_dir) == (place.folder, place.folder)
    assert context.cache_dir == place.root / "cache" / "sqlcoder"
    assert stat.S_IMODE(context.cache_dir.stat().st_mode) == 0o700
    assert "XDG" not in repr(context)


# ---------------------------------------------------------------------- all problems at once


def test_all_problems_at_once_unknown_keys_first_then_by_line(place: Place) -> None:
    found = problems(
        place,
        """\
version: 2
connections:
  shop: {use: duckdb, pth: x}
runtime: {use: builtim}
limits:
  seconds: no
  rwos: 3
sources: [csv, {use: introspect, include: 3}]
conection: shop
""",
    )
    assert found == [
        "sqlcoder.yaml:3:23: unknown key 'connections.shop.pth'; did you mean 'path'?",
        "sqlcoder.yaml:7:3: unknown key 'limits.rwos'; did you mean 'rows'?",
        "sqlcoder.yaml:9:1: unknown key 'conection'; did you mean 'connection'?",
        "sqlcoder.yaml:1:10: version should be 1 (got 2); version of this format",
        "sqlcoder.yaml:3:3: 'connections.shop.path' is missing; the database file",
        "sqlcoder.yaml:4:16: no runtime 'builtim' is installed; did you mean 'builtin'?",
        "sqlcoder.yaml:6:12: limits.seconds should be a number (got false); wall-clock seconds a query may take",
        "sqlcoder.yaml:8:11: 'csv' is a sink, not a source; it belongs under `sinks:`; sources: introspect, dbt",
        "sqlcoder.yaml:8:43: sources.1.include should be a list (got 3); patterns",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\n  x: 2\n", "sqlcoder.yaml:2:4: not valid YAML: mapping values are not allowed"),
        ("a: [1, 2\n", "sqlcoder.yaml:2:1: not valid YAML: while parsing a flow sequence"),
        ("- a\n- b\n", "sqlcoder.yaml:1:1: not a list of settings; write `key: value` lines"),
        ("version: 1\nversion: 1\n", "sqlcoder.yaml:2:1: key 'version' stands here a second time; it was set in line 1"),
        ("limits: {rows: 1, rows: 2}\n", "sqlcoder.yaml:1:19: key 'rows' stands here a second time; it was set in line 1"),
        ("limits: &a\n  rows: *a\n", "sqlcoder.yaml:1:9: an alias that contains itself"),
        ("? [a]\n: b\n", "sqlcoder.yaml:1:3: a key must be text"),
        ("time: {now: 2026-99-99}\n", "sqlcoder.yaml:1:13: cannot read this value: month must be in 1..12"),
        ("connection: [\n", "sqlcoder.yaml:2:1: not valid YAML"),
        ("\tversion: 1\n", "sqlcoder.yaml:1:1: not valid YAML"),
        ("a: " + "[" * 60 + "]" * 60, "sqlcoder.yaml:1:53: not valid YAML: nested more than 50 deep"),
        # Newer releases of libyaml refuse this before we do, in their own words.
        pytest.param("a: " + "[" * 200_000, "sqlcoder.yaml:1:", id="would crash the process"),
        (
            "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
            "sqlcoder.yaml:1:13: not valid YAML: more than",
        ),
        ("connection: !!timestamp x\n", "sqlcoder.yaml:1:13: cannot read this value"),
        ("a: \x00\n", "sqlcoder.yaml: unacceptable character #x0000"),
    ],
)
def test_yaml_that_cannot_be_read_says_where(place: Place, text: str, line: str) -> None:
    assert problems(place, text)[0].startswith(line)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits: {rows: 0}", "1:16: limits.rows should be greater than 0 (got 0)"),
        ("limits: {bytes: lots}", "1:17: limits.bytes should be a size such as 64MB (got 'lots')"),
        ("limits: {bytes: true}", "1:17: limits.bytes should be a number (got true)"),
        ("time: {timezone: Mars/Olympus}", "1:18: time.timezone should be a time zone such as Europe/Berlin (got 'Mars/Olympus')"),
        ("time: {week_start: tuesday}", "1:20: time.week_start should be 'monday', 'sunday' or 'saturday' (got 'tuesday')"),
        ("time: {fiscal_year_start: 13}", "1:27: time.fiscal_year_start should be less than or equal to 12 (got 13)"),
        ("answer: {min_confidence: 2}", "1:26: answer.min_confidence should be less than or equal to 1 (got 2)"),
        ("connection: no", "1:13: connection should be text; put it in quotes (got false)"),
        ("connections: {a: 5}", "1:18: connections.a should be a mapping of `key: value`"),
        ("sources: dbt", "1:10: sources should be a list (got 'dbt')"),
        ("guard: [a]", "1:8: guard should be"),
        ("connections: {a: {path: x}}", "1:15: 'connections.a.use' is missing; an installed plugin's word, or ./file.py:Class"),
        ("connection: shp\nconnections: {shop: {use: duckdb, path: x}}", "1:13: connection 'shp' is not defined; did you mean 'shop'?"),
        ("connection: shp", "1:13: connection 'shp' is not defined; there are no `connections`"),
        (
            "connections: {a: {use: duckdb, path: x}, b: {use: duckdb, path: y}}",
            "1:1: there are several connections (a, b) and none is chosen",
        ),
        ("connections: {a: {use: postgres, password: 12}}", "1:44: connections.a.password should be text; put it in quotes; the password"),
    ],
)
def test_a_wrong_value_says_where_and_what_is_meant(place: Place, text: str, told: str) -> None:
    lines = problems(place, text)
    assert any(line.startswith(f"sqlcoder.yaml:{told}") for line in lines), lines


def test_a_file_in_another_folder_is_named_from_here(place: Place) -> None:
    place.write("limits: {rows: 0}")
    below = place.folder / "deep" / "er"
    below.mkdir(parents=True)
    with pytest.raises(ConfigError) as caught:
        place.load(cwd=below)
    assert caught.value.place == f"{place.folder}/sqlcoder.yaml:1:16"


def test_a_broken_plugin_is_an_error_of_its_own_and_others_still_work(place: Place) -> None:
    place.installed[-1].__dict__["target"] = "no_such_module"
    with pytest.raises(PluginError, match=r"^sqlcoder\.yaml:4:14: plugin 'csv' \(sqlcoder-core 9\) failed while being imported"):
        place.build(GOOD + "sinks: {csv: {header: true}}\n")
    assert place.build(GOOD).connector is not None


def test_no_damage_to_the_file_ends_in_anything_but_an_error_of_ours(place: Place) -> None:
    whole = (Path(__file__).parent.parent.parent / "sqlcoder.yaml").read_text(encoding="utf-8")
    for seed in range(150):
        dice = random.Random(seed)
        text = list(whole)
        for _ in range(dice.randint(1, 4)):
            text[dice.randrange(len(text))] = dice.choice([*":{}[]\n\t#&*!'\"|>-,?%@x0", "${A}", "\x00", "é", "\n- ", "null"])
        try:
            place.build("".join(text))
        except SqlcoderError as error:
            assert all(line and "\n" not in line for line in error.lines())


def test_yaml_merge_keys_and_anchors_are_understood(place: Place) -> None:
    text = "connection: b\nconnections:\n  a: &a {use: postgres, host: one, port: 1}\n  b: {<<: *a, host: two}\n"
    connector = place.build(text).connector
    assert connector is not None
    assert (connector.settings.host, connector.settings.port) == ("two", 1)


# ---------------------------------------------------------------------- where the file is


def test_the_nearest_file_upwards_is_used_up_to_the_repositorys_root(place: Place) -> None:
    file = place.write(GOOD)
    below = place.folder / "a" / "b"
    below.mkdir(parents=True)
    assert place.load(cwd=below).path == file
    (place.folder / "a" / "dbt_project.yml").write_text("")
    assert place.load(cwd=below).path is None  # the dbt project's root comes first, and has none


def test_a_file_above_the_root_is_not_found(place: Place) -> None:
    (place.root / "sqlcoder.yaml").write_text(GOOD)
    with pytest.raises(NothingToAsk):
        place.load()


def test_a_file_with_the_other_ending_is_not_passed_over(place: Place) -> None:
    place.write(GOOD, "sqlcoder.yml")
    with pytest.raises(ConfigError, match=r"sqlcoder\.yml is not read; rename it to sqlcoder\.yaml"):
        place.load()


def test_project_dir_is_where_the_search_begins_and_other_paths_count_from_here(place: Place) -> None:
    file = place.write(GOOD)
    (place.root / "x.duckdb").write_bytes(b"")
    configuration = place.load(cwd=place.root, project_dir=Path("project"), database="x.duckdb")
    assert configuration.path == file
    assert configuration.connection is not None
    assert configuration.connection.settings == {"path": str(place.root / "x.duckdb")}
    with pytest.raises(ConfigError, match="--project-dir names nowhere, which is not a folder"):
        place.load(project_dir=Path("nowhere"))


def test_a_named_file_wins_and_must_be_there(place: Place) -> None:
    other = place.write(GOOD, "conf/other.yaml")
    configuration = place.load(config=Path("conf/other.yaml"))
    assert (configuration.path, configuration.config_dir) == (other, other.parent)
    place.environ["SQLCODER_CONFIG"] = str(other)
    assert place.load().path == other
    with pytest.raises(ConfigError, match=r"--config names nope\.yaml, which is not a file"):
        place.load(config=Path("nope.yaml"))


def test_nothing_found_says_what_was_looked_for_and_the_ways_on(place: Place) -> None:
    with pytest.raises(NothingToAsk) as caught:
        place.load()
    text = str(caught.value)
    for part in ("no sqlcoder.yaml and no dbt project", str(place.folder), "--database", "sqlcoder init", "sqlcoder demo"):
        assert part in text
    assert caught.value.exit_code == 2


# ---------------------------------------------------------------------- what is detected


def test_a_dbt_project_works_without_a_file(place: Place) -> None:
    (place.folder / "dbt_project.yml").write_text("")
    below = place.folder / "models"
    below.mkdir()
    built = place.build(cwd=below)
    assert built.connector is not None
    assert built.connector.settings.host == "dev"
    assert built.connector.settings.password.reveal() == "canary-detected"
    assert [source.name for source in built.sources] == ["dbt", "introspect"]
    assert built.context.project_dir == place.folder
    assert [warning.message for warning in built.configuration.warnings] == ["artifacts are old"]


def test_target_and_profiles_dir_reach_detection_and_sources(place: Place) -> None:
    (place.folder / "dbt_project.yml").write_text("")
    built = place.build(target="prod", profiles_dir=Path("elsewhere"))
    assert built.connector is not None
    assert built.connector.settings.host == "prod"
    assert built.sources[0].settings.target == "prod"
    assert built.sources[0].settings.profiles_dir == place.folder / "elsewhere"


def test_a_file_without_connection_takes_the_one_its_sources_know(place: Place) -> None:
    (place.folder / "sub").mkdir()
    (place.folder / "sub" / "dbt_project.yml").write_text("")
    built = place.build("sources: [{use: dbt, project_dir: sub, target: ci}]\n")
    assert built.connector is not None
    assert built.connector.settings.host == "ci"
    assert built.sources[0].settings.project_dir == place.folder / "sub"


def test_sources_alone_do_without_a_database(place: Place) -> None:
    built = place.build("sources: [introspect]\n")
    assert built.connector is None


def test_a_project_around_still_tells_of_the_tables_of_another_connection(place: Place) -> None:
    (place.folder / "dbt_project.yml").write_text("")
    (place.folder / "x.duckdb").write_bytes(b"")
    for built in (place.build(database="x.duckdb"), place.build("connections: {a: {use: duckdb, path: x.duckdb}}\n")):
        assert built.connector is not None
        assert built.connector.name == "duckdb"
        assert [source.name for source in built.sources] == ["dbt", "introspect"]


def test_a_connection_alone_is_introspected(place: Place) -> None:
    assert [source.name for source in place.build(GOOD).sources] == ["introspect"]


# ---------------------------------------------------------------------- flags


def test_set_lays_values_over_the_file_and_into_lists(place: Place) -> None:
    text = GOOD + "sources: [introspect, dbt]\nruntime: builtin\n"
    built = place.build(text, overrides=("limits.seconds=4", "sources.1.target=x", "runtime.depth=9", "guard.allow_functions=[a, b]"))
    assert built.limits.seconds == 4
    assert built.sources[1].settings.target == "x"
    assert built.proposer.settings.depth == 9
    assert built.allow_functions == ("a", "b")


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("limits.secnds=4", "--set limits.secnds: unknown key 'limits.secnds'; did you mean 'seconds'?"),
        ("limits.rows=many", "--set limits.rows: limits.rows should be a whole number"),
        ("limits", "--set 'limits' has no value"),
        ("connections.shop.url=postgresql://u:hunter2@h/d", "--set connections.shop.url holds a password, which others can see"),
        ("=4", "--set '=4' has no key"),
        ("sources.7.target=x", "--set sources.7.target: there is no item 7 in the list; items count from 0 to 0"),
        ("limits.rows=[1", "--set limits.rows: the value is not valid YAML"),
        ("connections.shop.password=hunter2", "--set connections.shop.password: unknown key"),
    ],
)
def test_a_wrong_override_names_itself(place: Place, override: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        place.build(GOOD + "sources: [introspect]\n", overrides=(override,))
    assert str(caught.value).startswith(told)


def test_a_password_on_the_command_line_is_refused(place: Place) -> None:
    text = "connections: {shop: {use: postgres}}\n"
    with pytest.raises(ConfigError) as caught:
        place.build(text, overrides=("connections.shop.password=canary-1",))
    assert "connections.shop.password is a secret, which other users of this machine can see" in str(caught.value)
    assert "canary-1" not in str(caught.value)
    place.environ["PW"] = "canary-2"
    connector = place.build(text, overrides=("connections.shop.password=${PW}",)).connector
    assert connector is not None
    assert connector.settings.password == Secret("", reference="${PW}")
    assert connector.settings.password.reveal() == "canary-2"


def test_runtime_flag_replaces_another_runtime_and_keeps_settings_of_the_same(place: Place) -> None:
    text = GOOD + "runtime: {use: builtin, depth: 7}\n"
    assert place.build(text, runtime="builtin").proposer.settings.depth == 7
    with pytest.raises(ConfigError, match=r"--runtime: no runtime 'builtn' is installed; did you mean 'builtin'\?"):
        place.build(text, runtime="builtn")


# ---------------------------------------------------------------------- --database


def test_database_takes_a_connections_name_first(place: Place) -> None:
    text = GOOD + "  other: {use: postgres, host: there}\nconnection: shop\n"
    connector = place.build(text, database="other").connector
    assert connector is not None
    assert connector.settings.host == "there"


def test_database_takes_a_file_counted_from_here(place: Place) -> None:
    (place.folder / "x.duckdb").write_bytes(b"")
    built = place.build(database="x.duckdb")
    assert built.connector is not None
    assert (built.connector.name, built.connector.settings.path) == ("duckdb", str(place.folder / "x.duckdb"))
    assert [source.name for source in built.sources] == ["introspect"]


def test_database_takes_a_url_with_its_password_from_the_environment(place: Place) -> None:
    place.environ["PW"] = "canary/@:3"
    connector = place.build(database="postgresql://ada:${PW}@db:6000/shop").connector
    assert connector is not None
    assert (connector.settings.host, connector.settings.port, connector.settings.user) == ("db", 6000, "ada")
    assert connector.settings.password.reveal() == "canary/@:3"
    assert "canary" not in repr(connector.settings)


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("postgresql://ada:canary-4@db/shop", "--database holds a password, which others can see; write '${NAME}'"),
        ("nope.duckdb", "--database: there is no file 'nope.duckdb'"),
        ("postgers://db/shop", "is no database that an installed connector knows; did you mean postgres:...?"),
        ("postgresql://ada:${NO_SUCH_PW}@db/shop", "environment variable NO_SUCH_PW is not set"),
    ],
)
def test_a_wrong_database_says_what_is_wrong(place: Place, database: str, told: str) -> None:
    place.installed = [one for one in place.installed if one.word != "sqlalchemy"]
    with pytest.raises(UsageError) as caught:
        place.build(database=database)
    assert told in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_file_does_not_import_the_connectors_for_servers(place: Place) -> None:
    (place.folder / "x.sqlite").write_bytes(b"")
    connector = place.build(database="x.sqlite").connector  # the stand-in for sqlalchemy raises when it is imported
    assert connector is not None
    assert connector.name == "sqlite"


# ---------------------------------------------------------------------- what is signed


def test_settings_hash_changes_with_settings_and_not_with_secrets(place: Place) -> None:
    text = "connections: {a: {use: postgres, password: '${PW}'}}\n"
    hashes = {}
    for name, value, more in (("one", "first", ""), ("two", "second", ""), ("three", "first", "limits: {rows: 3}\n")):
        place.environ["PW"] = value
        hashes[name] = place.load(text + more).settings_hash
    assert hashes["one"] == hashes["two"] != hashes["three"]
