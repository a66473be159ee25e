"""A plugin that fails at import, at registration, in its settings, while building, in a run hook: one named error each.

Without it in the configuration, the same program works, the broken plugin still being installed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from sqlcoder_core.config.build import Built, build
from sqlcoder_core.config.load import load
from sqlcoder_core.errors import PluginError
from sqlcoder_core.host import Host
from sqlcoder_core.host.installed import installed_plugins
from sqlcoder_core.testing.distributions import write_distribution
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from conftest import Place

GOOD = "connections:\n  shop: {use: duckdb, path: x}\n"
NAMED = GOOD + "extensions:\n  - use: brittle\n"
MODULE = """\
from pydantic import Field, field_validator
from sqlcoder_core.api import Extension, Settings, hookimpl
AT_IMPORT
class BrittleSettings(Settings):
    depth: int = Field(default=1, description="How far.", validate_default=True)

    @field_validator("depth")
    def look(cls, value):
        IN_SETTINGS
        return value

class Brittle(Extension):
    "Breaks."
    name = "brittle"
    Settings = BrittleSettings

    def __init__(self, settings, context):
        super().__init__(settings, context)
        WHILE_BUILDING

    def sqlcoder_check(self, candidate, linked):
        IN_HOOK
        return []

@hookimpl
def sqlcoder_extensions(AT_REGISTRATION):
    return [Brittle]
"""
BLANK = {"AT_IMPORT": "", "IN_SETTINGS": "pass", "WHILE_BUILDING": "pass", "IN_HOOK": "pass", "AT_REGISTRATION": ""}
FAILS = "raise LookupError('lost')"
PHASES = [
    ("AT_IMPORT", FAILS, "failed while being imported: LookupError: lost"),
    ("AT_REGISTRATION", "colour", "failed while registering its hooks: PluginValidationError"),
    ("IN_SETTINGS", FAILS, "failed while reading its settings: LookupError: lost"),
    ("WHILE_BUILDING", FAILS, "failed while being built: LookupError: lost"),
    ("IN_HOOK", FAILS, "failed while running hook sqlcoder_check: LookupError: lost"),
]
Open = Callable[[str], Built]


@pytest.fixture
def opened(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Open]]:
    """opened(module text): an installation with that plugin, and a function from sqlcoder.yaml to what is built."""

    def install(text: str) -> Open:
        site = write_distribution(place.root / "brittle", "sqlcoder-brittle", {"brittle": text}, version="0.3")
        monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()
        plugins = [*place.installed, *(one for one in installed_plugins() if one.word == "brittle")]

        def run(configuration: str) -> Built:
            place.write(configuration)
            host = Host(plugins)
            built = build(load(Options(), cwd=place.folder, environ=place.environ, host=host), host)
            host.run_hook("sqlcoder_check", built.extensions, candidate=None, linked=None)
            return built

        return run

    yield install
    sys.modules.pop("sqlcoder_brittle", None)


def module(**parts: str) -> str:
    text = MODULE
    for name, value in (BLANK | parts).items():
        text = text.replace(name, value)
    return text


def test_the_plugin_works_when_nothing_fails(opened: Callable[[str], Open]) -> None:
    assert [one.name for one in opened(module())(NAMED).extensions] == ["brittle"]


@pytest.mark.parametrize(("phase", "code", "told"), PHASES, ids=[phase for phase, *_ in PHASES])
def test_each_failure_has_one_named_error(opened: Callable[[str], Open], phase: str, code: str, told: str) -> None:
    run = opened(module(**{phase: code}))
    with pytest.raises(PluginError) as caught:
        run(NAMED)
    assert told in caught.value.message
    assert caught.value.message.startswith("plugin 'brittle' (sqlcoder-brittle 0.3) ")
    assert caught.value.place == "sqlcoder.yaml:4:10"
    assert caught.value.exit_code == 3
    assert len(caught.value.lines()) == 1


@pytest.mark.parametrize(("phase", "code"), [(phase, code) for phase, code, _ in PHASES])
def test_everything_works_while_it_is_not_named(opened: Callable[[str], Open], phase: str, code: str) -> None:
    built = opened(module(**{phase: code}))(GOOD)
    assert built.connector is not None
    assert "sqlcoder_brittle" not in sys.modules


def test_a_wrong_setting_of_the_users_is_the_users_error(opened: Callable[[str], Open]) -> None:
    with pytest.raises(Exception, match=r"sqlcoder\.yaml:5:12: extensions\.0\.depth should be a whole number \(got 'deep'\); how far"):
        opened(module())(NAMED + "    depth: deep\n")
