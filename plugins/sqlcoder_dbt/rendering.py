"""Values of profiles.yml as dbt has them: `env_var` and `var` in a sandbox, nothing coerced that does not ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

SECRET_PREFIX = "DBT_ENV_SECRET"
_PLACEHOLDER = re.compile(r"\x00secret:(\w+)\x00")
_JINJA = re.compile(r"\{\{|\{%|\{#")
_UNSAID = object()


class MissingVariable(Exception):
    """`env_var` or `var` asked for something that is not set and has no default."""


class Renderer:
    """Renders values. After `render`, `used` holds the environment variables that went into the last value.

    Secrets (`DBT_ENV_SECRET...`) are put in after rendering, so that no filter can take them apart.
    """

    def __init__(self, environment: Mapping[str, str], variables: Mapping[str, Any] | None = None) -> None:
        self._environment, self._variables = environment, variables or {}
        self.used: list[str] = []
        self._names: dict[str, Callable[..., Any]] = {
            "env_var": self._env_var,
            "var": self._var,
            "fromjson": json.loads,
            "tojson": json.dumps,
        }

    def render(self, value: Any) -> Any:
        """The value of one setting; raises MissingVariable, or whatever Jinja that does not work raises."""
        self.used = []
        if not isinstance(value, str):
            return value
        if not _JINJA.search(value):
            return value[:-1] if value.endswith("\n") else value  # as Jinja would have it, which costs 30 ms to import
        from sqlcoder_dbt.jinja import evaluate

        made = evaluate(value, self._names)
        return _PLACEHOLDER.sub(lambda found: self._environment[found[1]], made) if isinstance(made, str) else made

    def _env_var(self, name: str, default: Any = None) -> Any:
        self.used.append(name)
        if name in self._environment:
            return f"\x00secret:{name}\x00" if name.startswith(SECRET_PREFIX) else self._environment[name]
        if default is None:
            raise MissingVariable(f"the environment variable {name} is not set")
        return default

    def _var(self, name: str, default: Any = _UNSAID) -> Any:
        if name in self._variables:
            value = self._variables[name]
            if not isinstance(value, str) or not _JINJA.search(value):
                return value
            from sqlcoder_dbt.jinja import evaluate

            return str(evaluate(value, self._names))
        if default is _UNSAID:
            raise MissingVariable(f"the variable {name} is not set")
        return default
