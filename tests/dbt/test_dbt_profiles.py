"""profiles.yml: which output is chosen, and that its values are dbt's own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sqlcoder_core.api import ConfigError
from sqlcoder_dbt.dotenv import parsed, with_dotenv
from sqlcoder_dbt.profiles import Wanted, load_profile
from sqlcoder_dbt.project import find_project, read_project, target_folder

ENVIRONMENT = {
    "SHOP_DB": "from_environment.duckdb",
    "SHOP_PORT": "5433",
    "SHOP_FLAG": "true",
    "SHOP_NUMBERISH": "007",
    "SHOP_TARGET": "dev",
    "DBT_ENV_SECRET_PW": "s3cr{{et",
    "DBT_ENV_SECRET_TWO": "two",
}
# Each line is a value in profiles.yml and what dbt-core 1.11 makes of it; a test below asks dbt itself, where there is one.
VALUES: dict[str, tuple[object, object]] = {
    "plain": ("text", "text"),
    "number": (5, 5),
    "number_text": ("5", "5"),
    "yes": (True, True),
    "nothing": (None, None),
    "day": ("2024-01-02", "2024-01-02"),
    "block": ("two\nlines\n", "two\nlines"),
    "env": ("{{ env_var('SHOP_DB') }}", "from_environment.duckdb"),
    "env_default": ("{{ env_var('NOT_SET', 'fallback') }}", "fallback"),
    "env_empty_default": ("{{ env_var('NOT_SET', '') }}", ""),
    "env_is_text": ("{{ env_var('SHOP_PORT') }}", "5433"),
    "env_number": ("{{ env_var('SHOP_PORT') | as_number }}", 5433),
    "env_int": ("{{ env_var('SHOP_PORT') | int }}", 5433),
    "env_bool": ("{{ env_var('SHOP_FLAG') | as_bool }}", "true"),
    "env_bool_true": ("{{ 'True' | as_bool }}", True),
    "env_native": ("{{ '[1, 2]' | as_native }}", [1, 2]),
    "env_text": ("{{ '1' | as_text }}", "1"),
    "leading_zero": ("{{ env_var('SHOP_NUMBERISH') | as_native }}", "007"),
    "inside": ("a-{{ env_var('SHOP_PORT') }}-b", "a-5433-b"),
    "two": ("{{ env_var('SHOP_PORT') }}{{ env_var('SHOP_FLAG') }}", "5433true"),
    "expression": ("{{ 1 + 1 }}", "2"),
    "condition": ("{{ 'x' if env_var('SHOP_FLAG') == 'true' else 'y' }}", "x"),
    "statement": ("{% if env_var('SHOP_FLAG') == 'true' %}on{% else %}off{% endif %}", "on"),
    "comment": ("a{# nothing #}b", "ab"),
    "undefined_inside": ("a{{ nobody }}b", "ab"),
    "secret": ("{{ env_var('DBT_ENV_SECRET_PW') }}", "s3cr{{et"),
    "secret_inside": ("x{{ env_var('DBT_ENV_SECRET_TWO') }}y", "xtwoy"),
    "password": ("pa{{ss", "pa{{ss"),
    "variable": ("{{ var('depth') }}", 3),
    "variable_default": ("{{ var('width', 7) }}", 7),
    "listed": (["{{ env_var('SHOP_PORT') | as_number }}", "b"], [5433, "b"]),
    "nested": ({"password": "{{ {", "port": "{{ env_var('SHOP_PORT') | int }}"}, {"password": "{{ {", "port": 5433}),
}
_FAILS_IN_DBT = {"env_bool"}  # 'true' is no Python literal: dbt refuses it, and so do we


@pytest.fixture
def shop(tmp_path):
    """Writes a project with a profile of one output: `shop(output, **rest of the profile)`."""

    def write(output: dict[str, object], *, project: str = "name: shop\nprofile: shop\n", **profile: object) -> Path:
        (tmp_path / "dbt_project.yml").write_text(project)
        content = {"shop": {"outputs": {"default": {"type": "duckdb", **output}}, **profile}}
        (tmp_path / "profiles.yml").write_text(json.dumps(content, indent=2))
        return tmp_path

    return write


def load(root: Path, environment: dict[str, str] | None = None, **wanted):
    return load_profile(read_project(root), {"HOME": str(root / "home"), **(environment or {})}, wanted=Wanted(**wanted))


@pytest.mark.parametrize("name", [name for name in VALUES if name not in _FAILS_IN_DBT])
def test_value_is_the_one_that_dbt_has(shop, name) -> None:
    given, expected = VALUES[name]
    profile = load(shop({name: given}), ENVIRONMENT, variables={"depth": 3})
    assert profile.output[name] == expected
    assert type(profile.output[name]) is type(expected)


def test_values_are_those_of_dbt_itself(shop, dbt_executable) -> None:
    """Asked of dbt's own renderer, by the Python that stands beside the dbt executable."""
    root = shop({name: given for name, (given, _) in VALUES.items() if name not in _FAILS_IN_DBT})
    program = (
        "import json, sys\n"
        "from dbt_common.context import set_invocation_context\n"
        "from dbt.config.renderer import ProfileRenderer\n"
        "import os, yaml\n"
        "set_invocation_context(os.environ)\n"
        "output = yaml.safe_load(open(sys.argv[1]))['shop']['outputs']['default']\n"
        "print(json.dumps(ProfileRenderer({'depth': 3}).render_data(output)))\n"
    )
    python = Path(dbt_executable).parent / "python"
    ran = subprocess.run(
        [str(python), "-c", program, str(root / "profiles.yml")],
        env={**ENVIRONMENT, "HOME": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(ran.stdout)
    assert {name: value for name, value in expected.items() if name != "type"} == {
        name: value for name, (_, value) in VALUES.items() if name not in _FAILS_IN_DBT
    }
    assert dict(load(root, ENVIRONMENT, variables={"depth": 3}).output) == expected


def test_filter_that_does_not_fit_is_refused_without_showing_the_value(shop) -> None:
    with pytest.raises(ConfigError) as caught:
        load(shop({"threads": "{{ env_var('SHOP_DB') | as_number }}"}), ENVIRONMENT)
    assert "shop.outputs.default.threads: cannot be rendered (ValueError)" in str(caught.value)
    assert "from_environment" not in str(caught.value)


def test_only_the_chosen_output_is_rendered(shop) -> None:
    root = shop({"path": "a"}, target="{{ env_var('SHOP_TARGET', 'default') }}")
    content = json.loads((root / "profiles.yml").read_text())
    content["shop"]["outputs"]["prod"] = {"type": "postgres", "host": "{{ env_var('MISSING') }}"}
    (root / "profiles.yml").write_text(json.dumps(content))
    assert load(root).target == "default"
    with pytest.raises(ConfigError, match=r"shop.outputs.prod.host: the environment variable MISSING is not set"):
        load(root, target="prod")


def test_missing_variable_is_named_with_file_and_line(shop) -> None:
    root = shop({"password": "{{ env_var('SHOP_PW') }}"})
    with pytest.raises(ConfigError) as caught:
        load(root)
    line = next(number for number, text in enumerate((root / "profiles.yml").read_text().splitlines(), 1) if "SHOP_PW" in text)
    assert caught.value.place == f"{root / 'profiles.yml'}:{line}"
    assert "SHOP_PW is not set" in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "wanted", "target"),
    [
        ({}, {}, "default"),
        ({"DBT_TARGET": "a"}, {}, "a"),
        ({"DBT_TARGET": "a", "DBT_ENGINE_TARGET": "b"}, {}, "b"),
        ({"DBT_TARGET": "a"}, {"target": "c"}, "c"),
    ],
)
def test_target_is_said_or_of_the_environment_or_of_the_file(shop, environment, wanted, target) -> None:
    root = shop({})
    content = json.loads((root / "profiles.yml").read_text())
    content["shop"]["outputs"] = {name: {"type": "duckdb"} for name in ("default", "a", "b", "c")}
    (root / "profiles.yml").write_text(json.dumps(content))
    assert load(root, environment, **wanted).target == target


def test_unknown_target_names_those_there_are(shop) -> None:
    with pytest.raises(ConfigError, match="profile 'shop' has no target 'prod'; its targets are default; choose one with --target"):
        load(shop({}), target="prod")


def test_profile_is_said_or_of_the_environment_or_of_the_project(shop) -> None:
    root = shop({}, project="name: shop\nprofile: \"{{ env_var('WHICH', 'shop') }}\"\n")
    assert load(root).name == "shop"
    with pytest.raises(ConfigError, match="has no profile 'other'; it has shop"):
        load(root, {"DBT_PROFILE": "other"})
    with pytest.raises(ConfigError, match="has no profile 'third'"):
        load(root, {"DBT_PROFILE": "other"}, profile="third")


def test_project_without_a_profile_says_so(shop) -> None:
    with pytest.raises(ConfigError, match="names no profile; add `profile: NAME`"):
        load(shop({}, project="name: shop\n"))


def test_profiles_folder_is_said_or_of_the_environment_or_beside_the_project_or_at_home(shop, tmp_path) -> None:
    root = shop({"path": "project"})
    places = {name: tmp_path / name for name in ("said", "environment", "home/.dbt")}
    for name, folder in places.items():
        folder.mkdir(parents=True)
        (folder / "profiles.yml").write_text((root / "profiles.yml").read_text().replace('"project"', f'"{name}"'))
    environment = {"DBT_PROFILES_DIR": str(places["environment"])}
    assert load(root, environment, profiles_dir=places["said"]).output["path"] == "said"
    assert load(root, environment).output["path"] == "environment"
    assert load(root).output["path"] == "project"
    (root / "profiles.yml").unlink()
    assert load(root).output["path"] == "home/.dbt"
    (places["home/.dbt"] / "profiles.yml").unlink()
    with pytest.raises(ConfigError, match=r"no profiles.yml in .*home/.dbt; say where it is with --profiles-dir"):
        load(root)


def test_broken_yaml_names_its_line(shop) -> None:
    root = shop({})
    (root / "profiles.yml").write_text("shop:\n  outputs:\n   - a\n  b: [\n")
    with pytest.raises(ConfigError) as caught:
        load(root)
    assert caught.value.place.startswith(f"{root / 'profiles.yml'}:")
    assert "is not valid YAML" in str(caught.value)


def test_output_without_a_type_says_so(shop) -> None:
    root = shop({"type": None})
    with pytest.raises(ConfigError, match="has no `type`"):
        load(root)


def test_secrets_say_where_they_come_from_and_never_what_they_are(shop) -> None:
    profile = load(shop({"password": "{{ env_var('PW') }}", "token": "open sesame"}), {"PW": "hunter2"})
    assert (profile.secret("password").reveal(), repr(profile.secret("password"))) == ("hunter2", "Secret(${PW})")
    assert repr(profile.secret("pass", "token")) == "Secret(profiles.yml shop.default.token)"
    assert "hunter2" not in repr(profile)
    assert "sesame" not in repr(profile)


def test_variables_come_from_the_settings_and_from_vars_yml(shop) -> None:
    root = shop({"path": "{{ var('depth') }}", "schema": "{{ var('name') }}"})
    (root / "vars.yml").write_text("vars:\n  depth: 1\n  name: from_file\n")
    profile = load(root, variables={"depth": 9})
    assert (profile.output["path"], profile.output["schema"]) == (9, "from_file")


def test_dotenv_fills_what_the_environment_lacks(shop, tmp_path) -> None:
    root = shop({"path": "{{ env_var('FILE') }}", "schema": "{{ env_var('SCHEMA') }}"})
    (root / ".env").write_text("FILE=dotenv.duckdb\nSCHEMA=dotenv\n")
    profile = load(root, {"SCHEMA": "real"})
    assert (profile.output["path"], profile.output["schema"]) == ("dotenv.duckdb", "real")
    (root / "below").mkdir()
    assert with_dotenv({}, root / "below")["FILE"] == "dotenv.duckdb"


def test_dotenv_lines_are_read_as_its_own_library_does() -> None:
    text = 'A=1\nexport B = two words # comment\n# C=no\nD=\'single $A\'\nE="a\\nb \\"q\\""\nF=${A}-${NONE:-x}\nG=\nH=a#b\n'
    assert parsed(text, {}) == {"A": "1", "B": "two words", "D": "single $A", "E": 'a\nb "q"', "F": "1-x", "G": "", "H": "a#b"}


def test_project_is_found_upwards_and_its_target_folder_read(tmp_path) -> None:
    (tmp_path / "models" / "deep").mkdir(parents=True)
    (tmp_path / "dbt_project.yml").write_text("name: x\ntarget-path: \"{{ env_var('T', 'out') }}\"\n")
    project = read_project(find_project(tmp_path / "models" / "deep"))
    assert project.root == tmp_path
    assert target_folder(project, {}) == tmp_path / "out"
    assert target_folder(project, {"DBT_TARGET_PATH": "env"}) == tmp_path / "env"
    assert target_folder(project, {"DBT_TARGET_PATH": "env", "DBT_ENGINE_TARGET_PATH": "/abs"}) == Path("/abs")
    assert target_folder(project, {"DBT_TARGET_PATH": "env"}, Path("said")) == tmp_path / "said"


@pytest.mark.parametrize("text", ["{{ ''.__class__.__mro__ }}", "{{ env_var.__globals__ }}", "{% for x in range(10**9) %}{% endfor %}"])
def test_jinja_is_sandboxed(shop, text) -> None:
    with pytest.raises(ConfigError, match=r"shop\.outputs\.default\.path: cannot be rendered"):
        load(shop({"path": text}))


def test_date_is_text_as_dbt_has_it(shop) -> None:
    root = shop({})
    (root / "profiles.yml").write_text("shop:\n  outputs:\n    default:\n      type: duckdb\n      since: 2024-01-02\n")
    assert load(root).output["since"] == "2024-01-02"
