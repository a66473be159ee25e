"""A user's Jinja file as a function that renders it; what goes wrong is a ConfigError with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError

from sqlcoder_core.api import BoundedTemplate, ConfigError

_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class UserTemplate:
    """A compiled template. `place` is its file's name, for errors.

    Raises ConfigError, with the line, for text that is no Jinja, and for `include`, `import` and `extends`, which read files.
    """

    def __init__(self, source: str, *, place: str) -> None:
        self._place = place
        try:
            self._template = BoundedTemplate(source, name=place, refuse=self._refuse_files)
        except TemplateSyntaxError as error:
            raise ConfigError(f"the prompt template is no Jinja: {error.message}", place=f"{place}:{error.lineno}", hint=_READ) from error
        except (TemplateError, RecursionError) as error:
            raise ConfigError(f"the prompt template cannot be used: {error}", place=place, hint=_READ) from error

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text. Raises ConfigError, with the line, for whatever goes wrong within the template."""
        try:
            return self._template.render(variables)
        except SecurityError as error:
            raise self._failed(f"the prompt template tried to leave its sandbox: {str(error).rstrip('.')}", error) from error
        except Exception as error:  # a template is foreign code; whatever it raises is told as its failure
            raise self._failed(f"the prompt template fails: {error or type(error).__name__}", error) from error

    def _refuse_files(self, tree: nodes.Template) -> None:
        for node in tree.find_all(_FILES):
            word = type(node).__name__.lower().replace("fromimport", "from ... import")
            raise ConfigError(
                f"`{word}` reads files, which a prompt template may not", place=f"{self._place}:{node.lineno}", hint="put the text here"
            )

    def _failed(self, message: str, error: Exception) -> ConfigError:
        line, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._place:
                line = trace.tb_lineno
            trace = trace.tb_next
        return ConfigError(message, place=f"{self._place}:{line}" if line else self._place, hint=_READ)


_READ = "`sqlcoder plugins show template` lists what a template may use"


def refuse(message: str, place: str) -> NoReturn:
    """Something about the template file that is not within its text."""
    raise ConfigError(message, place=place, hint="set `file:` of the prompter `template` to a Jinja file in UTF-8")
