"""The name of a database in a suite and what `--databases` says in, a Base out: with contents where they are to be had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlcoder_core.errors import ConfigError, FileError
from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.evaluation.suites.ddl import schema_of
from sqlcoder_core.evaluation.suites.dump_contents import loaded_dump
from sqlcoder_core.evaluation.suites.files import SuiteFiles
from sqlcoder_core.evaluation.suites.metadata_json import read_metadata
from sqlcoder_core.values.catalog import Relationship, Table

_ENDINGS = (".duckdb", ".sqlite", ".db", ".sqlite3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Where databases are looked for: `said` is what `--databases` says, else `folders` are tried in order."""

    said: str | None
    folders: tuple[Path, ...]
    files: SuiteFiles

    def base(self, name: str, db: str, dialect: str) -> Base:
        """The Base called `name` for the database `db`.

        A URL or a database file gives contents. A dump (`db.sql`) gives them where it holds plain INSERT or COPY statements that load
        as they stand; else it gives the shape, as does metadata (`db.json`). Raises ConfigError where nothing is found.
        """
        if self.said is not None and "://" in self.said:
            return self._from_url(name, db, dialect)
        file = self._named_file(db) or self._found(db, _ENDINGS)
        metadata, dump = self._found(db, (".json",)), self._found(db, (".sql",))
        tables, notes = read_metadata(metadata, self.files) if metadata is not None else ((), ())
        base = Base(name=name, dialect=dialect, tables=tables, notes=notes)
        if file is not None:
            self.files.note(file)
            return replace(base, database=str(file.absolute()))
        if dump is not None:
            return self._from_dump(base, dump)
        if tables:
            return base
        raise ConfigError(f"there is no database {db!r}", place=self._places(), hint=f"{_wanted(db)}; --databases says where to look")

    def _from_url(self, name: str, db: str, dialect: str) -> Base:
        assert self.said is not None
        if "{db}" not in self.said:
            message = "this is one database, and the suite names its databases"
            raise ConfigError(message, place="--databases", hint="put {db} where a database's name belongs")
        return Base(name=name, dialect=dialect, database=self.said.replace("{db}", db))

    def _from_dump(self, base: Base, dump: Path) -> Base:
        text = self.files.text(dump)
        tables, relationships = schema_of(text, "postgres", str(dump))
        base = replace(base, tables=_with_descriptions(tables, base.tables), relationships=_among(tables, relationships))
        contents = loaded_dump(text, base.tables, self._new_file(base.name))
        return replace(base, database=str(contents)) if contents is not None else base

    def _new_file(self, name: str) -> Path:
        """A place of its own for a database; the name comes out of a file, and must lead nowhere else."""
        folder = self.files.folder
        return folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}-{sum(1 for _ in folder.glob('*.duckdb'))}.duckdb"

    def _named_file(self, db: str) -> Path | None:
        """`--databases` may name a file, with or without {db} in it."""
        if self.said is None:
            return None
        path = Path(self.said.replace("{db}", db)).expanduser()
        if not path.exists():
            raise FileError(
                f"there is no file or folder {str(path)!r}", hint="--databases names a folder, a file, or a URL with {db} in it"
            )
        return path if path.is_file() else None

    def _found(self, db: str, endings: tuple[str, ...]) -> Path | None:
        places = (path for folder in self._looked_in(db) for ending in endings for path in _spellings(folder, db, ending))
        return next(filter(Path.is_file, places), None)

    def _looked_in(self, db: str) -> Iterator[Path]:
        if self.said is None:
            yield from self.folders
            return
        path = Path(self.said.replace("{db}", db)).expanduser()
        yield path if path.is_dir() else path.parent

    def _places(self) -> str:
        return self.said or str(self.folders[0])


def _spellings(folder: Path, db: str, ending: str) -> tuple[Path, ...]:
    return folder / f"{db}{ending}", folder / db / f"{db}{ending}"


def _wanted(db: str) -> str:
    return f"wanted is one of {', '.join(f'{db}{ending}' for ending in (*_ENDINGS, '.sql', '.json'))}, there or in a folder {db}"


def _with_descriptions(tables: tuple[Table, ...], metadata: tuple[Table, ...]) -> tuple[Table, ...]:
    """The dump knows keys, the metadata what columns mean."""
    from sqlcoder_core.evaluation.suites.ddl import described

    known = {one.name.key: {column.name: column.description or "" for column in one.columns} for one in metadata}
    return tuple(described(table, known.get(table.name.key, {})) for table in tables)


def _among(tables: tuple[Table, ...], relationships: tuple[Relationship, ...]) -> tuple[Relationship, ...]:
    keys = {table.name.key for table in tables}
    return tuple(one for one in relationships if {one.left.key, one.right.key} <= keys)
