"""The source itself: errors that say what to run, the cost of knowing that nothing changed, health, detection."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sqlcoder_core.api import ConfigError, Table
from sqlcoder_dbt.hooks import sqlcoder_detect

KITCHEN = Path(__file__).parent / "projects" / "kitchen"


def test_missing_manifest_says_what_to_run(open_source, project) -> None:
    with pytest.raises(ConfigError, match=r"no dbt artifacts: manifest.json is not in .*target; run `dbt parse` in .*\(or `dbt build`"):
        list(open_source(project()).facts(None))


def test_parquet_of_fusion_says_to_run_a_plain_parse(open_source, project) -> None:
    root = project()
    (root / "target" / "metadata").mkdir()
    (root / "target" / "metadata" / "nodes.parquet").touch()
    with pytest.raises(ConfigError, match="Fusion has written Parquet there and no JSON; run a plain `dbt parse`"):
        list(open_source(root).facts(None))


@pytest.mark.parametrize("text", ['{"metadata": {"inv', "", "not json", '{"nodes": {"model.a.b": {"name": "b"'])
def test_cut_off_manifest_is_one_error_with_its_path(open_source, project, text) -> None:
    root = project()
    (root / "target" / "manifest.json").write_text(text)
    with pytest.raises(ConfigError) as caught:
        list(open_source(root).facts(None))
    assert caught.value.place == str(root / "target" / "manifest.json")
    assert "is cut off or no JSON" in str(caught.value)
    assert "run `dbt parse`" in str(caught.value)


def test_file_that_is_no_manifest_says_so(open_source, project) -> None:
    with pytest.raises(ConfigError, match="is not a dbt artifact"):
        list(open_source(project(manifest={"nodes": [1]})).facts(None))


def test_folder_without_a_project_says_so(open_source, tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"no dbt_project.yml here or in a folder above"):
        open_source(tmp_path).fingerprint(None)


def test_target_path_of_the_settings_wins(open_source, project, tmp_path) -> None:
    root = project()
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "manifest.json").write_text((KITCHEN / "target" / "manifest.json").read_text())
    source = open_source(root, target_path=root / "elsewhere")
    assert sum(isinstance(fact, Table) for fact in source.facts(None)) == 17


def test_facts_come_one_at_a_time(open_source) -> None:
    facts = open_source(KITCHEN).facts(None)
    assert isinstance(next(facts), Table)


def _manifest(invocation: str) -> dict[str, object]:
    return {"metadata": {"invocation_id": invocation, "generated_at": "2026-01-01T00:00:00Z"}, "nodes": {}}


def test_touched_manifest_has_a_new_fingerprint_and_the_same_identity(open_source, project) -> None:
    root = project(manifest=_manifest("one"), catalog={"metadata": {"generated_at": "x"}})
    before = open_source(root)
    fingerprint, identity = before.fingerprint(None), before.identity(None)
    os.utime(root / "target" / "manifest.json", ns=(1, 1))
    assert open_source(root).fingerprint(None) != fingerprint
    assert open_source(root).identity(None) == identity


def test_new_invocation_catalog_or_choice_is_a_new_identity(open_source, project) -> None:
    root = project(manifest=_manifest("one"))
    seen = {open_source(root).identity(None)}
    seen.add(open_source(root, versions="all").identity(None))
    seen.add(open_source(root, packages=["shop"]).identity(None))
    seen.add(open_source(project(catalog={"metadata": {"generated_at": "y"}})).identity(None))
    seen.add(open_source(project(semantic_manifest={"metrics": []})).identity(None))
    seen.add(open_source(project(manifest=_manifest("two"))).identity(None))
    assert len(seen) == 6


def test_unchanged_manifest_is_not_read(open_source, project, monkeypatch) -> None:
    root = project(manifest=_manifest("one"))

    def never(path: Path) -> bytes:
        raise AssertionError(f"{path} was read whole")

    monkeypatch.setattr(Path, "read_bytes", never)
    source = open_source(root)
    assert source.fingerprint(None)
    assert source.identity(None)


def test_manifest_without_an_invocation_counts_every_change(open_source, project) -> None:
    source = open_source(project(manifest={"nodes": {}}))
    assert source.identity(None) == source.fingerprint(None)


def test_settings_are_described_and_unknown_ones_refused() -> None:
    from pydantic import ValidationError

    from sqlcoder_dbt.settings import DbtSettings

    assert all(field.description for field in DbtSettings.model_fields.values())
    with pytest.raises(ValidationError):
        DbtSettings(project_dirs="x")


# ---- doctor


def _codes(source) -> list[str]:
    return [finding.code for finding in source.findings()]


def _profile(root: Path, schema: str = "main") -> None:
    (root / "profiles.yml").write_text(
        f"shop:\n  outputs:\n    default:\n      type: duckdb\n      path: a.duckdb\n      schema: {schema}\n"
    )


def test_doctor_names_a_missing_manifest(open_source, project) -> None:
    (finding,) = open_source(project()).findings()
    assert (finding.code, finding.severity) == ("dbt_no_manifest", "error")
    assert "dbt parse" in finding.hint


def test_doctor_is_content_with_fresh_artifacts(open_source, project) -> None:
    root = project(manifest=_manifest("one"), catalog={})
    _profile(root)
    assert _codes(open_source(root)) == []


def test_doctor_names_what_changed_after_the_manifest(open_source, project) -> None:
    root = project(manifest=_manifest("one"), catalog={})
    _profile(root)
    (root / "models").mkdir()
    (root / "models" / "new.sql").write_text("select 1")
    soon = time.time() + 7200
    os.utime(root / "models" / "new.sql", (soon, soon))
    (finding,) = open_source(root).findings()
    assert (finding.code, finding.severity) == ("dbt_old_manifest", "warning")
    assert "models/new.sql" in finding.message


def test_doctor_names_a_catalog_that_is_missing_or_old(open_source, project) -> None:
    root = project(manifest=_manifest("one"))
    _profile(root)
    assert _codes(open_source(root)) == ["dbt_no_catalog"]
    project(catalog={})
    os.utime(root / "target" / "catalog.json", (1, 1))
    assert _codes(open_source(root)) == ["dbt_old_catalog"]


def test_doctor_names_models_that_failed_in_the_last_run(open_source, project) -> None:
    results = [{"unique_id": "model.shop.orders", "status": "Error"}, {"unique_id": "test.shop.t", "status": "error"}]
    root = project(
        manifest=_manifest("one"), catalog={}, run_results={"results": [*results, {"unique_id": "model.shop.a", "status": "success"}]}
    )
    _profile(root)
    (finding,) = open_source(root).findings()
    assert (finding.code, finding.hint) == ("dbt_failed_models", "run `dbt retry`")
    assert "failed on orders:" in finding.message


def test_doctor_names_artifacts_of_another_target(open_source, project, model) -> None:
    root = project(manifest={**_manifest("one"), "nodes": {"model.shop.orders": model("orders", schema="prod_marts")}}, catalog={})
    _profile(root, "dev")
    assert _codes(open_source(root)) == ["dbt_other_target"]
    _profile(root, "prod")
    assert _codes(open_source(root)) == []
    _profile(root, "dev")
    (root / "macros").mkdir()
    (root / "macros" / "names.sql").write_text("{% macro generate_schema_name(custom, node) %}{% endmacro %}")
    assert _codes(open_source(root)) == []


def test_doctor_names_a_profile_that_cannot_be_read(open_source, project) -> None:
    (finding,) = open_source(project(manifest=_manifest("one"), catalog={})).findings()
    assert (finding.code, "no profiles.yml" in finding.message) == ("dbt_profile", True)


# ---- detection


def test_project_is_detected_from_a_folder_below_it(project, monkeypatch) -> None:
    root = project(manifest=_manifest("one"))
    _profile(root)
    (root / "models").mkdir()
    (root / "glossary.yml").touch()
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    (found,) = sqlcoder_detect(root / "models", {})
    assert (found.found, found.root, found.notes) == ("dbt project shop", str(root), ())
    assert (found.connection.engine, found.connection.settings["path"]) == ("duckdb", str(root / "a.duckdb"))
    assert [source.use for source in found.sources] == ["dbt", "introspect", "glossary"]
    assert found.sources[2].settings == {"files": [str(root / "glossary.yml")]}


def test_detection_does_not_open_artifacts(project, monkeypatch) -> None:
    root = project()
    _profile(root)
    (root / "target" / "manifest.json").write_text("not read")
    assert [found.notes for found in sqlcoder_detect(root, {})] == [()]


def test_detection_outside_a_project_finds_nothing(tmp_path) -> None:
    assert list(sqlcoder_detect(tmp_path, {})) == []


def test_connection_that_cannot_be_made_out_is_a_note(project, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    (found,) = sqlcoder_detect(project(), {})
    assert found.connection is None
    assert [source.use for source in found.sources] == ["dbt"]
    assert "no profiles.yml in" in found.notes[0]
    assert "manifest.json does not exist: run `dbt parse`" in found.notes[1]


def test_target_that_was_asked_for_and_is_not_there_is_an_error(project) -> None:
    root = project(manifest=_manifest("one"))
    _profile(root)
    with pytest.raises(ConfigError, match="profile 'shop' has no target 'prod'; its targets are default; choose one with --target"):
        list(sqlcoder_detect(root, {"target": "prod"}))


def test_flags_reach_the_profile_and_the_source(project, tmp_path) -> None:
    root = project(manifest=_manifest("one"))
    other = tmp_path / "conf"
    other.mkdir()
    (other / "profiles.yml").write_text("shop:\n  outputs:\n    prod:\n      type: duckdb\n      path: prod.duckdb\n")
    (found,) = sqlcoder_detect(root, {"profiles_dir": str(other), "target": "prod"})
    assert found.connection.settings["path"] == str(root / "prod.duckdb")
    assert found.sources[0].settings == {"project_dir": str(root), "profiles_dir": str(other), "target": "prod"}
