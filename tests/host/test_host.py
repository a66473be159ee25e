"""Plugins are found without importing, loaded when named, and every failure has a name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sqlcoder_core.contracts.component import Context, Settings
from sqlcoder_core.errors import ConfigError, PluginError
from sqlcoder_core.host import Host
from sqlcoder_core.host.installed import installed_plugins
from sqlcoder_core.host.kinds import EXTENSION, KINDS, SINK, SOURCE, kinds_of
from sqlcoder_core.testing.distributions import write_distribution
from sqlcoder_core.values.problem import Problem

SNOW = """
from sqlcoder_core.api import MetadataSource, hookimpl

class SnowSource(MetadataSource):
    name = "snow"

@hookimpl
def sqlcoder_metadata_sources():
    return [SnowSource]
"""
CHECK = """
from sqlcoder_core.api import Extension, Problem, hookimpl

class NoStar(Extension):
    name = "nostar"

    def sqlcoder_check(self, candidate, linked):
        {body}

@hookimpl
def sqlcoder_extensions():
    return [NoStar]
"""

Install = Callable[..., Host]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put throwaway distributions on the path: install(snow=TEXT), or install("other-dist", snow=TEXT)."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    def put(distribution: str = "sqlcoder-snow", **plugins: str) -> Host:
        write_distribution(tmp_path / "site", distribution, plugins, version="2.1")
        return Host()

    yield put
    for name in set(sys.modules) - before:
        if name.startswith("sqlcoder_") and not name.startswith("sqlcoder_core"):
            del sys.modules[name]


def context(folder: Path) -> Context:
    return Context(project_dir=folder, config_dir=folder, cache_dir=folder)


def test_a_word_gives_the_class_and_who_brought_it(install: Install) -> None:
    found = install(snow=SNOW).component(SOURCE, "snow")
    assert found.cls.name == "snow"
    assert found.who == "plugin 'snow' (sqlcoder-snow 2.1)"


def test_listing_imports_no_plugin(install: Install) -> None:
    install(snow="raise SystemExit('imported')\ndef sqlcoder_sinks(): ...\n")
    (plugin,) = [plugin for plugin in installed_plugins() if plugin.word == "snow"]
    assert (plugin.distribution, plugin.version, plugin.hooks) == ("sqlcoder-snow", "2.1", ("sqlcoder_sinks",))
    assert "sqlcoder_snow" not in sys.modules


def test_listing_finds_modules_inside_packages_without_importing_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "sqlcoder_deep"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "hooks.py").write_text("@hookimpl\ndef sqlcoder_connectors():\n    return []\n")
    metadata = tmp_path / "deep-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: deep\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[sqlcoder.plugins]\ndeep = sqlcoder_deep.hooks\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (plugin,) = [plugin for plugin in installed_plugins() if plugin.word == "deep"]
    assert plugin.hooks == ("sqlcoder_connectors",)


def test_only_the_named_plugin_is_imported(install: Install) -> None:
    host = install(snow=SNOW, broken="raise RuntimeError('never')")
    host.component(SOURCE, "snow")
    assert "sqlcoder_broken" not in sys.modules


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "import no_such_module_here",
            "plugin 'snow' (sqlcoder-snow 2.1) failed while being imported: ModuleNotFoundError: No module named",
        ),
        ("raise SystemExit(3)", "failed while being imported: SystemExit: 3"),
        ("def sqlcoder_metadata_sources(:", "failed while being imported: SyntaxError"),
        ("def sqlcoder_metadata_sources(colour): return []", "failed while registering its hooks: PluginValidationError"),
        (
            "def sqlcoder_metadata_source(): return []",
            "implements unknown hook 'sqlcoder_metadata_source'; did you mean 'sqlcoder_metadata_sources'?",
        ),
        ("def sqlcoder_check(candidate): return []", "has hook 'sqlcoder_check' in the wrong place; it belongs in an Extension class"),
        ("def sqlcoder_metadata_sources(): 1/0", "failed while listing its sources: ZeroDivisionError: division by zero"),
        ("def sqlcoder_metadata_sources(): yield 1/0", "failed while listing its sources: ZeroDivisionError"),
        ("def sqlcoder_metadata_sources(): return 7", "must return a list or yield, not int"),
        ("def sqlcoder_metadata_sources(): return [7]", "7 is not a source class; derive it from sqlcoder_core.api.MetadataSource"),
        (SNOW.replace("(MetadataSource)", ""), "SnowSource is not a source class"),
        (SNOW.replace('name = "snow"', "pass"), "class SnowSource has no `name`"),
        (SNOW.replace('name = "snow"', 'name = "snow"\n    Settings = dict'), "SnowSource.Settings is not a settings class"),
        (SNOW.replace('name = "snow"', 'name = "rain"'), "brings no component named 'snow', but 'rain'"),
        (
            SNOW.replace("[SnowSource]", "[SnowSource, type('Other', (SnowSource,), {})]"),
            "brings two sources named 'snow': SnowSource and Other",
        ),
    ],
)
def test_a_failing_plugin_is_named_with_its_distribution_and_what_it_did(install: Install, text: str, told: str) -> None:
    host = install(snow=text)
    with pytest.raises(PluginError) as caught:
        host.component(SOURCE, "snow", place="sqlcoder.yaml:3:5")
    assert told in str(caught.value)
    assert str(caught.value).startswith("sqlcoder.yaml:3:5: plugin 'snow' (sqlcoder-snow 2.1)")
    assert caught.value.exit_code == 3


def test_two_distributions_with_one_word_are_refused_naming_both(install: Install) -> None:
    install(snow=SNOW)
    host = install("snow-two", snow=SNOW)
    with pytest.raises(PluginError, match=r"two distributions bring a plugin 'snow': snow-two 2\.1 and sqlcoder-snow 2\.1"):
        host.component(SOURCE, "snow")


def test_a_double_that_is_not_named_breaks_nothing(install: Install) -> None:
    install(snow=SNOW, rain=SNOW.replace("snow", "rain"))
    assert install("snow-two", snow=SNOW).component(SOURCE, "rain").cls.name == "rain"


def test_an_unknown_word_names_the_nearest_of_that_kind(install: Install) -> None:
    host = install(snow=SNOW)
    with pytest.raises(ConfigError, match=r"f\.yaml:2: no source 'snwo' is installed; did you mean 'snow'\?"):
        host.component(SOURCE, "snwo", place="f.yaml:2")


def test_a_word_of_another_kind_says_what_it_is(install: Install) -> None:
    host = install(snow=SNOW)
    with pytest.raises(ConfigError, match="'snow' is a source, not a sink; it belongs under `sources:`"):
        host.component(SINK, "snow")


def test_a_hook_without_its_marker_is_called_all_the_same(install: Install) -> None:
    assert install(snow=SNOW.replace("@hookimpl\n", "")).component(SOURCE, "snow").cls.name == "snow"


def test_a_secret_in_a_plugins_error_is_left_out(install: Install) -> None:
    host = install(snow="raise ValueError('cannot log in with hunter2')")
    host.scrub.hide("hunter2", "${PW}")
    with pytest.raises(PluginError) as caught:
        host.component(SOURCE, "snow")
    assert "with ${PW}" in str(caught.value)
    assert caught.value.__cause__ is None  # a traceback would show the text


# ---------------------------------------------------------------------- local files


def test_a_class_in_a_file_beside_the_configuration(install: Install, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CHECK.format(body="return []"))
    found = Host().component(EXTENSION, "./mine.py:NoStar", config_dir=tmp_path)
    assert (found.cls.__name__, found.who) == ("NoStar", "plugin './mine.py:NoStar'")


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ("./mine.py:NoStr", "mine.py has no class 'NoStr'; did you mean 'NoStar'?"),
        ("./mine.py", "does not say which class of the file it means; write `use: ./mine.py:NoStar`"),
        ("./other.py:NoStar", "there is no plugin file './other.py'"),
    ],
)
def test_a_wrong_local_use_says_what_is_there(install: Install, tmp_path: Path, use: str, told: str) -> None:
    (tmp_path / "mine.py").write_text(CHECK.format(body="return []"))
    with pytest.raises(ConfigError) as caught:
        Host().component(EXTENSION, use, place="f.yaml:1", config_dir=tmp_path)
    assert told in str(caught.value)


def test_a_local_file_that_fails_is_named_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("1/0")
    with pytest.raises(PluginError, match=r"plugin '\./bad\.py:X' failed while being imported: ZeroDivisionError"):
        Host().component(EXTENSION, "./bad.py:X", config_dir=tmp_path)


def test_a_local_class_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("class Odd: name = 'odd'\n")
    with pytest.raises(PluginError, match=r"plugin '\./odd\.py:Odd': Odd is not an extension class"):
        Host().component(EXTENSION, "./odd.py:Odd", config_dir=tmp_path)


# ---------------------------------------------------------------------- building and run hooks


def test_an_error_while_building_is_named(install: Install, tmp_path: Path) -> None:
    host = install(snow=SNOW + "\n    \nSnowSource.__init__ = lambda self, settings, context: 1/0\n")
    found = host.component(SOURCE, "snow")
    with pytest.raises(PluginError, match="failed while being built: ZeroDivisionError"):
        host.build(found, Settings(), context(tmp_path))


OURS = """
from sqlcoder_core.errors import ConfigError

def refuse(self, settings, context):
    raise ConfigError("no file", place="x")

SnowSource.__init__ = refuse
"""


def test_an_error_of_ours_while_building_keeps_its_kind(install: Install, tmp_path: Path) -> None:
    host = install(snow=SNOW + OURS)
    with pytest.raises(ConfigError, match=r"^x: no file$"):
        host.build(host.component(SOURCE, "snow"), Settings(), context(tmp_path))


def built_check(host: Host, folder: Path) -> object:
    return host.build(host.component(EXTENSION, "nostar"), Settings(), context(folder))


def test_run_hooks_answer_per_extension_in_order(install: Install, tmp_path: Path) -> None:
    body = "yield Problem(code='star', message=f'no star in {candidate}')"
    host = install(nostar=CHECK.format(body=body))
    both = [built_check(host, tmp_path), built_check(host, tmp_path)]
    star = Problem(code="star", message="no star in c", found_by="nostar")
    assert host.run_hook("sqlcoder_check", both, candidate="c", linked=None) == [(star,)] * 2
    assert host.run_hook("sqlcoder_doctor", both) == [(), ()]


def test_a_run_hook_may_take_fewer_arguments_than_there_are(install: Install, tmp_path: Path) -> None:
    host = install(nostar=CHECK.format(body="return []").replace("(self, candidate, linked)", "(self, candidate)"))
    assert host.run_hook("sqlcoder_check", [built_check(host, tmp_path)], candidate="c", linked=None) == [()]


@pytest.mark.parametrize("body", ["raise KeyError('x')", "yield 1/0", "return 5", "raise SystemExit(0)"])
def test_a_failing_run_hook_stops_the_run_under_its_name(install: Install, tmp_path: Path, body: str) -> None:
    host = install(nostar=CHECK.format(body=body))
    with pytest.raises(PluginError, match=r"plugin 'nostar' \(sqlcoder-snow 2\.1\) failed while running hook sqlcoder_check: "):
        host.run_hook("sqlcoder_check", [built_check(host, tmp_path)], candidate="c", linked=None)


def test_a_run_hook_that_answers_with_something_else_is_told_so(install: Install, tmp_path: Path) -> None:
    host = install(nostar=CHECK.format(body="return ['bad']"))
    with pytest.raises(PluginError, match="answered hook sqlcoder_check with str; return Problems"):
        host.run_hook("sqlcoder_check", [built_check(host, tmp_path)], candidate="c", linked=None)


def test_a_misspelt_run_hook_is_refused_when_the_extension_is_built(install: Install, tmp_path: Path) -> None:
    host = install(nostar=CHECK.format(body="return []").replace("sqlcoder_check", "sqlcoder_chek"))
    with pytest.raises(PluginError, match="unknown hook 'sqlcoder_chek'; did you mean 'sqlcoder_check'"):
        built_check(host, tmp_path)


# ---------------------------------------------------------------------- the house's own


def test_every_built_in_plugin_loads_and_its_text_says_what_it_brings() -> None:
    host = Host()
    for plugin in (one for one in host.installed if one.built_in):
        told = {kind.name for kind in kinds_of(plugin.hooks or ())}
        brought = {kind.name for kind in KINDS if host.classes(plugin, kind)}
        assert told == brought, plugin
        assert any(plugin.word in host.classes(plugin, kind) for kind in KINDS), plugin


def test_importing_the_host_package_loads_neither_pluggy_nor_pydantic() -> None:
    code = "import sys, sqlcoder_core.host.installed as i; i.installed_plugins(); print([m for m in HEAVY if m in sys.modules])"
    code = f"HEAVY = ('pluggy', 'pydantic')\n{code}"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
