"""Secrets are never seen; a file that brings code or reads the environment is approved once, as it is."""

from __future__ import annotations

import json
import stat
import traceback
from typing import TYPE_CHECKING

import pytest

from sqlcoder_core.config.describe import settings_in_effect
from sqlcoder_core.config.environment import BadReference, expand
from sqlcoder_core.config.trust import demands
from sqlcoder_core.config.yaml_nodes import read_yaml
from sqlcoder_core.errors import ConfigError, PluginError, SqlcoderError

if TYPE_CHECKING:
    from conftest import Place

CANARY = "canary-7f3a91"
FILE = """\
connections:
  shop: {use: postgres, host: "${DB_HOST:-db}", user: "${WHO}", password: "${PW}"}
"""
CHECK = """\
from sqlcoder_core.api import Extension

class NoStar(Extension):
    name = "nostar"
"""


@pytest.fixture
def secret_place(place: Place) -> Place:
    place.environ |= {"PW": CANARY, "WHO": "ada"}
    return place


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${A}", "one"),
        ("x${A}y${B:-two}z", "xoneytwoz"),
        ("${EMPTY:-three}", "three"),
        ("${EMPTY}", ""),
        ("${NONE:-}", ""),
        ("$${A}", "${A}"),
        ("$A and $ {A}", "$A and $ {A}"),
    ],
)
def test_references_are_replaced(text: str, value: str) -> None:
    assert expand(text, {"A": "one", "EMPTY": ""}) == value


@pytest.mark.parametrize(
    ("text", "told"), [("${NONE}", "environment variable NONE is not set"), ("${a b}", "is not a reference"), ("${}", "is not")]
)
def test_a_reference_that_cannot_be_resolved_says_which(text: str, told: str) -> None:
    with pytest.raises(BadReference, match=told):
        expand(text, {})


def test_an_unset_variable_is_named_with_its_line(place: Place) -> None:
    with pytest.raises(ConfigError) as caught:
        place.build(FILE)
    lines = caught.value.lines()
    assert "sqlcoder.yaml:2:55: environment variable WHO is not set; set it, or give a default: ${NAME:-default}" in lines
    assert any("variable PW is not set" in line for line in lines)


def test_a_secret_reaches_the_connector_and_nobody_else(secret_place: Place) -> None:
    built = secret_place.build(FILE)
    assert built.connector is not None
    assert built.connector.settings.password.reveal() == CANARY
    assert (built.connector.settings.host, built.connector.settings.user) == ("db", "ada")
    shown = [
        repr(built),
        repr(built.configuration),
        str(built.connector.settings),
        built.connector.settings.model_dump_json(),
        repr(built.signature),
        json.dumps([(one.key, one.value, one.origin) for one in settings_in_effect(built.configuration, built.host)]),
    ]
    assert not [text for text in shown if CANARY in text]
    assert '"connections.shop.password", "${PW}", "sqlcoder.yaml:2"' in shown[-1]
    assert '"connections.shop.host", "${DB_HOST:-db}"' in shown[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        "connections: {shop: {use: postgres, passwrd: '${PW}'}}",
        "connections: {shop: {use: postgres, port: '${PW}'}}",
        "connections: {shop: {use: postgres, password: ['${PW}']}}",
        "connections: {shop: {use: '${PW}'}}",
        "limits: {rows: '${PW}'}",
        "time: {week_start: '${PW}'}",
        "connection: '${PW}'",
        "sources: ['${PW}']",
        "'${PW}': 1",
        f"connections: {{shop: {{use: postgres, passwrd: {CANARY}}}}}",
        f"connections: {{shop: {{use: postgres, password: [{CANARY}]}}}}",
        f"connections: {{shop: {{use: postgres, password: {CANARY}, password: {CANARY}}}}}",
        f"connections: {{shop: {{use: postgres, password: {CANARY}, port: x}}}}",
        f"connections: {{shop: {{use: postgres, password: '{CANARY}",
    ],
)
def test_no_error_shows_a_secret_not_even_its_traceback(secret_place: Place, wrong: str) -> None:
    with pytest.raises(SqlcoderError) as caught:
        secret_place.build(wrong)
    told = "".join(traceback.format_exception(caught.value)) + "".join(getattr(caught.value, "lines", tuple)())
    assert CANARY not in told


TALK = """\
from pydantic import model_validator
from sqlcoder_core.api import Extension, SecretText, Settings

class TalkSettings(Settings):
    token: SecretText
    {validator}

class Talk(Extension):
    name = "talk"
    Settings = TalkSettings
    {init}
"""
TELLING = [
    ("", "def __init__(self, settings, context): raise RuntimeError(f'no login with {settings.token.reveal()}')"),
    ("model_validator(mode='before')(classmethod(lambda cls, data: {}[data['token'] + '!']))", ""),
]


@pytest.mark.parametrize(("validator", "init"), TELLING, ids=["building", "settings"])
def test_a_plugin_that_tells_a_secret_is_silenced(secret_place: Place, validator: str, init: str) -> None:
    text = TALK.replace("{validator}", f"look = {validator}" if validator else "").replace("{init}", init)
    secret_place.write(text, "talk.py")
    with pytest.raises(PluginError) as caught:
        secret_place.build("connections: {a: {use: duckdb, path: x}}\nextensions: [{use: './talk.py:Talk', token: '${PW}'}]\n")
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert "${PW}" in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://ada:${PW}@db:5/x", "${URL}"])
def test_a_password_that_a_connector_cuts_out_of_a_url_is_no_less_secret(secret_place: Place, url: str) -> None:
    secret_place.environ["URL"] = f"postgresql://ada:{CANARY}@db:5/x"
    built = secret_place.build(f"connections: {{a: {{use: postgres, url: '{url}'}}}}\n")
    assert built.connector is not None
    assert built.connector.settings.password.reveal() == CANARY
    assert built.connector.settings.password.reference == url
    assert built.configuration.warnings == ()
    assert built.host.scrub(f"no login with {CANARY}") == f"no login with {url}"
    shown = json.dumps([(one.key, one.value) for one in settings_in_effect(built.configuration, built.host)])
    assert CANARY not in shown


def test_secrets_that_were_detected_are_taken_out_of_plugins_errors_too(secret_place: Place) -> None:
    (secret_place.folder / "dbt_project.yml").write_text("")
    secret_place.load()
    assert secret_place.host.scrub("login with canary-detected failed") == "login with profiles.yml shop.dev.password failed"
    secret_place.load(database="postgresql://ada:${PW}@db/x")
    assert secret_place.host.scrub(f"login with {CANARY} failed") == "login with ${PW} failed"


def test_a_password_in_a_readable_file_is_warned_of(place: Place) -> None:
    text = "connections: {shop: {use: postgres, password: in-clear}}\n"
    place.write(text).chmod(0o644)
    (warning,) = place.load(text).warnings
    assert warning.message == "connections.shop.password stands in clear in a file that others can read"
    assert warning.place == "sqlcoder.yaml:1:47"
    (place.folder / "sqlcoder.yaml").chmod(0o600)
    assert place.load().warnings == ()


# ---------------------------------------------------------------------- trust


def test_a_file_that_reads_the_environment_asks_for_trust_once(secret_place: Place) -> None:
    secret_place.write(FILE)
    with pytest.raises(ConfigError) as caught:
        secret_place.load(trusted=False)
    assert str(caught.value) == (
        "sqlcoder.yaml: this file reads ${DB_HOST}, reads ${PW}, reads ${WHO}, and was not approved as it is; "
        "look at it, then run `sqlcoder trust`"
    )
    secret_place.trust()
    assert secret_place.load(trusted=False).connection is not None
    secret_place.write(FILE + "# changed\n")
    with pytest.raises(ConfigError, match="was not approved"):
        secret_place.load(trusted=False)


def test_a_file_that_brings_code_is_not_imported_before_it_is_trusted(place: Place) -> None:
    place.write("raise SystemExit('ran')", "mine.py")
    place.write("connections: {a: {use: duckdb, path: x}}\nextensions: [./mine.py:NoStar]\n")
    with pytest.raises(ConfigError, match=r"this file runs .*/mine\.py, and was not approved"):
        place.load(trusted=False)


def test_a_change_of_the_code_asks_again(place: Place) -> None:
    place.write(CHECK, "mine.py")
    text = "connections: {a: {use: duckdb, path: x}}\nextensions: [./mine.py:NoStar]\n"
    assert [one.name for one in place.build(text).extensions] == ["nostar"]
    place.write(CHECK + "\n", "mine.py")
    with pytest.raises(ConfigError, match="was not approved"):
        place.load(trusted=False)


def test_code_that_is_named_in_an_override_was_named_by_the_user(place: Place) -> None:
    place.write(CHECK, "mine.py")
    place.write("connections: {a: {use: duckdb, path: x}}\n")
    configuration = place.load(trusted=False, overrides=("extensions=['./mine.py:NoStar']",))
    assert configuration.extensions[0].use == "./mine.py:NoStar"


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("output: ['csv:out.csv']", False),
        ("output: ['csv:/etc/out.csv']", True),
        ("output: ['csv:../out.csv']", True),
        ("output: ['csv:~/out.csv']", True),
        ("output: ['csv:link']", True),
        ("sinks: {csv: {header: true}}", False),
        ("sinks: {a: {use: csv, path: ../x}}", True),
    ],
)
def test_a_file_that_writes_outside_of_its_folder_asks_for_trust(place: Place, line: str, asks: bool) -> None:
    (place.folder / "link").symlink_to(place.root / "elsewhere")
    document = read_yaml(place.write(line).read_text(), "sqlcoder.yaml")
    assert bool(demands(place.folder / "sqlcoder.yaml", document.data)) is asks


def test_a_plain_file_needs_no_trust_and_the_store_is_private(secret_place: Place) -> None:
    secret_place.write("connections: {a: {use: duckdb, path: x}}\n")
    assert secret_place.load(trusted=False).connection is not None
    secret_place.write(FILE)
    secret_place.trust()
    store = secret_place.root / "state" / "sqlcoder" / "trusted.json"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert CANARY not in store.read_text()
