"""What plugin authors import exists, is documented, and loads lazily; every hook is documented with its signature."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from sqlcoder_core import api
from sqlcoder_core.contracts.extension import Extension
from sqlcoder_core.hookspecs import Hooks

HOOKS = [name for name in vars(Hooks) if name.startswith("sqlcoder_")]


@pytest.mark.parametrize("name", api.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    thing = getattr(api, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert inspect.getdoc(thing), f"{name} has no docstring"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = api.no_such_name


def test_importing_the_api_loads_nothing_heavy() -> None:
    code = "import sys, sqlcoder_core.api; print([m for m in ('pydantic','sqlglot','duckdb','msgspec','yaml','rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_and_typed(hook: str) -> None:
    function = getattr(Hooks, hook)
    assert inspect.getdoc(function)
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty


def test_an_extensions_methods_have_the_hooks_signatures() -> None:
    run_hooks = [name for name in HOOKS if hasattr(Extension, name)]
    assert run_hooks == ["sqlcoder_check", "sqlcoder_repair", "sqlcoder_doctor"]
    for name in run_hooks:
        assert list(inspect.signature(getattr(Extension, name)).parameters) == list(inspect.signature(getattr(Hooks, name)).parameters)
