"""Prompter `template`: a Jinja file of the user's own.

What the file may use (all text from outside comes as one line without control tokens, statements keep their lines):

- `question`, `previous` (list): the question, and those before it in a conversation
- `schema`: tables, definitions of metrics and terms, instructions of the catalog; `ddl`: the tables alone
- `tables`: list of `name`, `sql_name`, `description`, `synonyms`, `primary_key`, `columns` (list of `name`, `sql_name`, `type`,
  `description`, `synonyms`, `values`, `values_complete`)
- `relationships`: list of `left`, `left_column`, `right`, `right_column`, as SQL writes them
- `metrics`: list of `name`, `description`, `expression`, `filter`, `table`, `line`; `terms`: list of `name`, `definition`,
  `expression`, `filter`, `line`; `line` is the whole definition in one line
- `examples`: list of `question`, `sql`, nearest first
- `instructions` (list): those of the catalog; `notes` (list): those given with the question, the day, what its words may mean
- `failed`: `sql` and `problems` (list) of a statement that was written for the question and is wrong, else none; a file that does
  not use it is not asked for repairs, since its prompt would be the same
- `dialect`, `dialect_name`, `model`, `today` (ISO), `now` (ISO, or none where no day is set), `limit` (or none)
- `{{ question_starts }}` marks where the part that all questions share ends

Blocks are trimmed as in chat templates. The file's text is taken as it stands, the line break at its end included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from sqlcoder_core.api import Ask, Context, Prompt, Prompter, Room, Settings, Table, hookimpl
from sqlcoder_prompts.ddl import ddl, shown
from sqlcoder_prompts.failed import failed_sql, reasons
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.notes import dialect_name, metric_line, term_line
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.sections import Halves, SharingPrompter
from sqlcoder_prompts.settings import SharingSettings

_MARKER = "\x00"


class TemplateSettings(SharingSettings):
    """The file, and how its answers begin and end."""

    file: Path = Field(
        description="The Jinja file. It may use question, previous, schema, ddl, tables, relationships, metrics, terms, examples, "
        "instructions, notes, failed (sql, problems), dialect, dialect_name, model, today, now, limit; "
        "{{ question_starts }} marks where the part that all questions share ends."
    )
    opening: str = Field(
        default="", description="How the answer begins, such as a fence; put at the prompt's end where it does not stand there."
    )
    stop: tuple[str, ...] = Field(default=(), description="Texts that end an answer.")


class TemplatePrompter(SharingPrompter):
    """A Jinja file of yours, in a sandbox: it reads no files, reaches nothing else, and every loop in it ends."""

    name = "template"
    suits = "any model, once you have written the prompt that it was trained with"
    Settings: ClassVar[type[Settings]] = TemplateSettings
    settings: TemplateSettings

    def __init__(self, settings: Any, context: Context) -> None:
        super().__init__(settings, context)
        from sqlcoder_prompts.sandbox import UserTemplate

        path = self.context.config_dir / self.settings.file
        self._template = UserTemplate(_read(path), place=_shown(path, self.context.config_dir))

    def prompt(self, ask: Ask, room: Room) -> Prompt:
        """The file rendered. Raises UsageError where nothing fits, ConfigError where the template fails."""
        halves = self.fitted(ask, room, lambda halves: self._text(halves, ask, room))
        text = self._text(halves, ask, room, marked=True)
        return Prompt(
            text=text.replace(_MARKER, ""),
            opening=self.settings.opening,
            shared=max(text.find(_MARKER), 0) if halves.common else 0,
            stop=self.settings.stop,
            shown=shown(halves.content),
            dropped=halves.dropped,
            prompter=self.name,
        )

    def _text(self, halves: Halves, ask: Ask, room: Room, *, marked: bool = False) -> str:
        text = self._template.render({**_variables(halves, ask, room), "question_starts": _MARKER if marked else ""})
        return text if text.endswith(self.settings.opening) else text + self.settings.opening


def _variables(halves: Halves, ask: Ask, room: Room) -> dict[str, Any]:
    plain, names, content, clock = halves.plain, halves.names, halves.content, ask.clock
    return {
        "question": halves.question,
        "previous": list(halves.previous),
        "schema": halves.schema,
        "ddl": ddl(content, names, plain),
        "tables": [_table(table, names, plain) for table in content.tables],
        "relationships": [
            {
                "left": names.table(join.left),
                "left_column": names.column(left),
                "right": names.table(join.right),
                "right_column": names.column(right),
            }
            for join in content.relationships
            for left, right in zip(join.left_columns, join.right_columns, strict=False)
        ],
        "metrics": [
            _lines(one, ("name", "description", "expression", "filter"), plain)
            | {"table": names.table(one.table) if one.table else "", "line": metric_line(one, names, plain)}
            for one in content.metrics
        ],
        "terms": [
            _lines(one, ("name", "definition", "expression", "filter"), plain) | {"line": term_line(one, names, plain)}
            for one in content.terms
        ],
        "examples": [{"question": plain.line(one.question), "sql": plain.sql(one.sql)} for one in content.examples],
        "instructions": [plain.line(one.text) for one in content.instructions],
        "notes": list(halves.notes),
        "failed": {"sql": failed_sql(ask, plain), "problems": list(reasons(ask, plain))} if ask.failed else None,
        "dialect": ask.dialect,
        "dialect_name": dialect_name(ask.dialect),
        "model": plain.line(room.model.name),
        "today": clock.today().isoformat(),
        "now": clock.now.isoformat() if clock.now else None,
        "limit": ask.limit,
    }


def _table(table: Table, names: Names, plain: Plain) -> Mapping[str, Any]:
    columns = [
        _lines(column, ("name", "type", "description"), plain)
        | {
            "sql_name": names.column(column.name),
            "synonyms": [plain.line(one) for one in column.synonyms],
            "values": [plain.line(value) if isinstance(value, str) else value for value in column.values],
            "values_complete": column.values_complete,
        }
        for column in table.columns
    ]
    return {
        "name": plain.line(table.name.name),
        "sql_name": names.table(table.name),
        "description": plain.line(table.description or ""),
        "synonyms": [plain.line(one) for one in table.synonyms],
        "primary_key": [names.column(name) for name in table.primary_key if table.column(name)],
        "columns": columns,
    }


def _lines(fact: object, fields: Iterable[str], plain: Plain) -> dict[str, Any]:
    return {field: plain.line(getattr(fact, field) or "") for field in fields}


def _read(path: Path) -> str:
    from sqlcoder_prompts.sandbox import refuse

    try:
        return path.read_text(encoding="utf-8").replace(_MARKER, "")
    except OSError as error:
        refuse(f"the prompt template cannot be read: {error.strerror or error}", str(path))
    except UnicodeDecodeError:
        refuse("the prompt template is not UTF-8", str(path))


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


@hookimpl
def sqlcoder_prompters() -> Iterable[type[Prompter]]:
    return (TemplatePrompter,)
