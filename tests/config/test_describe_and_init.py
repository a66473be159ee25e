"""What is in effect and why; the file that the defaults amount to; the schema for editors."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
import yaml

from sqlcoder_core.config import initial
from sqlcoder_core.config.describe import settings_in_effect
from sqlcoder_core.config.json_schema import json_schema
from sqlcoder_core.config.load import NothingToAsk
from sqlcoder_core.config.plugins_report import components, examine
from sqlcoder_core.config.schema import ConfigFile
from sqlcoder_core.config.type_names import type_name
from sqlcoder_core.config.words import Words, words_in
from sqlcoder_core.contracts.setting_types import SecretText
from sqlcoder_core.errors import UsageError
from sqlcoder_core.host import Host
from sqlcoder_core.host.installed import Installed
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from conftest import Place

FILE = """\
connections:
  shop: {use: postgres, host: db, password: "${PW}"}
  spare: {use: duckdb, path: x.duckdb}
connection: shop
sources: [{use: dbt, target: ci}]
limits:
  rows: 9
"""


def effective(place: Place, text: str | None = None, **options: Any) -> dict[str, tuple[object, str]]:
    configuration = place.load(text, **options)
    return {one.key: (one.value, one.origin) for one in settings_in_effect(configuration, place.host)}


def test_every_setting_has_its_value_and_its_origin(place: Place) -> None:
    place.environ["PW"] = "canary"
    found = effective(place, FILE, overrides=("limits.seconds=3", "runtime.depth=4"), target="prod")
    assert found["connection"] == ("shop", "sqlcoder.yaml:4")
    assert found["connections.shop.host"] == ("db", "sqlcoder.yaml:2")
    assert found["connections.shop.password"] == ("${PW}", "sqlcoder.yaml:2")
    assert found["connections.shop.port"] == (5432, "default")
    assert found["connections.spare.path"] == (f"{place.folder}/x.duckdb", "sqlcoder.yaml:3")
    assert found["sources.0.use"] == ("dbt", "sqlcoder.yaml:5")
    assert found["sources.0.target"] == ("prod", "--target")
    assert found["runtime.use"] == ("builtin", "default")
    assert found["runtime.depth"] == (4, "--set runtime.depth")
    assert found["limits.rows"] == (9, "sqlcoder.yaml:7")
    assert found["limits.seconds"] == (3.0, "--set limits.seconds")
    assert found["limits.memory"] == (1024**3, "default")
    assert found["time.week_start"] == ("monday", "default")


def test_what_was_detected_says_so(place: Place) -> None:
    (place.folder / "dbt_project.yml").write_text("")
    found = effective(place)
    assert found["connections.dev.password"] == ("profiles.yml shop.dev.password", "profiles.yml:3")
    assert found["connection"] == ("dev", "profiles.yml:3")


# ---------------------------------------------------------------------- init


@pytest.fixture
def init(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(initial, "Host", lambda: Host(place.installed))

    def text(**options: Any) -> tuple[str, Path]:
        return initial.initial_text(Options(**options), place.folder, place.environ)

    return text


def same_effect(place: Place, text: str, without: dict[str, tuple[object, str]]) -> None:
    place.write(text)
    with_file = effective(place)
    assert {key: value for key, (value, _) in with_file.items()} == {key: value for key, (value, _) in without.items()}


def test_init_in_a_dbt_project_writes_what_the_defaults_amount_to(place: Place, init: Any) -> None:
    (place.folder / "dbt_project.yml").write_text("")
    without = effective(place)
    text, folder = init()
    assert folder == place.folder
    assert yaml.safe_load(text) == {"version": 1, "sources": ["dbt", "introspect"], "runtime": "builtin"}
    assert "Taken from profiles.yml:3" in text
    assert "canary" not in text
    found = effective(place, text)
    assert {key: value for key, (value, _) in found.items()} | {"sources.0.project_dir": None} == {
        key: value for key, (value, _) in without.items()
    } | {"sources.0.project_dir": None}


def test_init_for_a_file_names_it_from_the_folder(place: Place, init: Any) -> None:
    (place.folder / "x.duckdb").write_bytes(b"")
    text, _ = init(database="x.duckdb")
    data = yaml.safe_load(text)
    assert data["connections"] == {"main": {"use": "duckdb", "path": "x.duckdb"}}
    assert data["sources"] == ["introspect"]
    place.write(text)
    connector = place.build().connector
    assert connector is not None
    assert connector.settings.path == f"{place.folder}/x.duckdb"


def test_init_keeps_references_as_they_are_written(place: Place, init: Any) -> None:
    place.environ["PW"] = "canary"
    text, _ = init(database="postgresql://ada:${PW}@db:7/x")
    assert yaml.safe_load(text)["connections"]["main"] == {"use": "postgres", "host": "db", "port": 7, "user": "ada", "password": "${PW}"}
    assert "canary" not in text


def test_init_where_nothing_is_found_says_so(init: Any) -> None:
    with pytest.raises(NothingToAsk):
        init()


def test_every_commented_line_of_the_file_is_a_right_setting(place: Place, init: Any) -> None:
    (place.folder / "x.duckdb").write_bytes(b"")
    text, _ = init(database="x.duckdb")
    tail = text[text.index("# limits:") :]
    lines = [line.removeprefix("# ") for line in tail.splitlines() if line.startswith("# ") and not line.startswith("# Checks")]
    data = yaml.safe_load("\n".join(lines))
    assert set(data) == {"limits", "answer", "time", "extensions"}
    ConfigFile.model_validate(data)


def test_a_file_that_is_there_is_kept(place: Place) -> None:
    file = initial.write_file("version: 1\n", place.folder, force=False, environ=place.environ)
    with pytest.raises(UsageError, match="is there already; --force replaces it"):
        initial.write_file("version: 1\n# new\n", place.folder, force=False, environ=place.environ)
    assert file.read_text() == "version: 1\n"
    initial.write_file("version: 1\n# new\n", place.folder, force=True, environ=place.environ)
    assert file.read_text() == "version: 1\n# new\n"


def test_a_file_written_by_init_is_trusted_and_private_where_it_must_be(place: Place) -> None:
    place.environ["PW"] = "x-and-y"
    text = "connections: {a: {use: postgres, password: '${PW}'}}\n"
    file = initial.write_file(text, place.folder, force=False, environ=place.environ)
    assert place.load(trusted=False).path == file
    assert stat.S_IMODE((place.root / "state" / "sqlcoder" / "trusted.json").stat().st_mode) == 0o600


# ---------------------------------------------------------------------- schema, words, reports


def test_the_schema_holds_every_section_and_every_components_settings(place: Place) -> None:
    schema, failures = json_schema(Host([one for one in place.installed if one.word != "sqlalchemy"]))
    assert not failures
    assert set(schema["properties"]) == set(ConfigFile.model_fields)
    assert schema["additionalProperties"] is False
    settings = schema["definitions"]["connector.postgres"]
    assert settings["additionalProperties"] is False
    assert settings["properties"]["use"] == {"const": "postgres"}
    assert settings["properties"]["port"] == {"default": 5432, "description": "Its port.", "type": "integer"}
    assert schema["definitions"]["runtime"]["anyOf"][0]["anyOf"][0] == {"enum": ["auto", "builtin"]}


def test_every_reference_of_the_schema_leads_somewhere(place: Place) -> None:
    schema, _ = json_schema(Host(place.installed))
    text = str(schema)
    references = {part.split("'")[0] for part in text.split("'$ref': '#/definitions/")[1:]}
    assert references
    assert references <= set(schema["definitions"])


def test_a_broken_plugin_is_left_out_of_the_schema_and_told(place: Place) -> None:
    _, failures = json_schema(Host(place.installed))
    assert [str(one).startswith("plugin 'sqlalchemy' (sqlcoder-core 9) failed while being imported") for one in failures] == [True]


def test_every_setting_of_the_file_is_described() -> None:
    for name, field in ConfigFile.model_fields.items():
        assert field.description, name
        inner = field.annotation
        if hasattr(inner, "model_fields"):
            assert all(each.description for each in inner.model_fields.values()), name


def test_words_are_read_from_a_file_with_mistakes(place: Place) -> None:
    file = place.write("conection: x\nruntime: builtim\nsources: [dbt, {use: ./a.py:B}]\nconnections: {a: {use: duckdb, pth: 1}}\n")
    assert words_in(file) == Words(named=frozenset({"builtim", "dbt", "./a.py:B", "duckdb"}), sources_left_out=False)
    assert words_in(place.write("limits: {}\n")) == Words(named=frozenset({"builtin"}), sources_left_out=True)


def test_a_plugins_settings_are_told_with_type_default_and_meaning(place: Place) -> None:
    host = Host(place.installed)
    (component,) = components(host.plugin("postgres"), host)
    told = {one.name: (one.type, one.default, one.required, one.description) for one in component.settings}
    assert told["port"] == ("whole number", 5432, False, "Its port.")
    assert told["password"] == ("secret", None, False, "The password.")
    assert (component.kind, component.section, component.documentation) == ("connector", "connections", "A server.")


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (tuple[str, ...] | None, "list of text"),
        (dict[str, int], "mapping to whole number"),
        (Literal["a", "b"], "a or b"),
        (int | str, "whole number or text"),
        (list[Path], "list of path"),
        (SecretText | None, "secret"),
        (dict, "mapping"),
        (Any, "anything"),
    ],
)
def test_types_are_told_in_the_words_of_yaml(annotation: Any, told: str) -> None:
    assert type_name(annotation) == told


def test_the_plugins_doctor_examines_each_by_itself(place: Place) -> None:
    double = Installed(word="csv", target="elsewhere", distribution="other", version="2")
    found = {plugin.distribution + "/" + plugin.word: problems for plugin, problems in examine(Host([*place.installed, double]))}
    assert found["sqlcoder-core/duckdb"] == ()
    assert "RuntimeError: imported without need" in found["sqlcoder-core/sqlalchemy"][0].message
    assert "another distribution has this word: plugin 'csv' (other 2)" in found["sqlcoder-core/csv"][0].message
