"""The sqlcoder.yaml at the root is the documented sample: it loads, holds every section, and says the defaults truly."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sqlcoder_core.config.build import build
from sqlcoder_core.config.describe import settings_in_effect
from sqlcoder_core.config.load import load
from sqlcoder_core.config.schema import ConfigFile
from sqlcoder_core.host import Host
from sqlcoder_core.values.options import Options

ROOT = Path(__file__).parent.parent
DATA = yaml.safe_load((ROOT / "sqlcoder.yaml").read_text(encoding="utf-8"))


def test_the_sample_loads_and_builds(tmp_path: Path) -> None:
    host = Host()
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    configuration = load(Options(), cwd=ROOT, environ=environ, host=host)
    built = build(configuration, host)
    assert configuration.path == ROOT / "sqlcoder.yaml"
    assert configuration.warnings == ()
    assert built.connector is not None
    assert Path(built.connector.settings.path) == ROOT / "examples" / "shop" / "shop.duckdb"
    assert [source.name for source in built.sources] == ["dbt", "introspect", "glossary"]
    assert built.proposer.name == "builtin"
    assert {built.sink(name).name for name in DATA["sinks"]} == {"table", "csv", "jsonl"}
    assert list(settings_in_effect(configuration, host))


def test_the_sample_has_every_section_in_the_order_of_the_schema() -> None:
    assert list(DATA) == list(ConfigFile.model_fields)


@pytest.mark.parametrize("section", ["limits", "guard", "answer"])
def test_the_sample_shows_the_defaults_where_it_shows_values(section: str) -> None:
    defaults = ConfigFile.model_fields[section].default
    assert ConfigFile.model_validate({section: DATA[section]}).model_dump()[section] == defaults.model_dump()


def test_what_is_commented_out_in_the_sample_is_right_too() -> None:
    text = (ROOT / "sqlcoder.yaml").read_text(encoding="utf-8")
    for setting in ("timezone: Europe/Berlin", "limit: 1000"):
        section = "time" if setting.startswith("timezone") else "answer"
        assert f"# {setting}" in text
        ConfigFile.model_validate({section: yaml.safe_load(setting)})
