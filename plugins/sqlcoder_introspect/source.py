"""The live database as a metadata source."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import ClassVar

from pydantic import Field

from sqlcoder_core.api import ConfigError, Fact, MetadataSource, Probe, Relationship, Sampling, Settings, TableName

NEVER_SAMPLED = (
    "*email*",
    "*e_mail*",
    "*phone*",
    "*password*",
    "*passwd*",
    "*secret*",
    "*token*",
    "*api_key*",
    "*ssn*",
    "*social_security*",
    "*passport*",
    "*iban*",
    "*credit_card*",
    "*card_number*",
    "*date_of_birth*",
    "*birth_date*",
    "*birthdate*",
)


class IntrospectSettings(Settings):
    """What is read of the database, and how often."""

    include: tuple[str, ...] = Field(
        default=(), description="Patterns of the tables to read (`marts.*`, `orders`); empty: all that the connection may see."
    )
    exclude: tuple[str, ...] = Field(default=(), description="Patterns of tables to leave out (`staging.*`, `*_backup`).")
    sample: bool | None = Field(
        default=None,
        description="Look at contents for values and ranges, which stay in the user's cache folder; left out: unless the engine bills.",
    )
    no_sample: tuple[str, ...] = Field(
        default=(), description="Patterns of columns never to look into (`*email*`, `hr.*`), beside those of `private_names`."
    )
    private_names: bool = Field(
        default=True, description="Never look into columns named like an e-mail address, a phone number, a password or an account."
    )
    sample_values: int = Field(default=1000, ge=0, description="Distinct values kept of one column at most.")
    sample_seconds: float = Field(default=30.0, gt=0, description="Time for looking at the contents of all tables.")
    refresh: float = Field(default=3600.0, ge=0, description="Seconds after which a database server is read again; files are watched.")


class IntrospectSource(MetadataSource):
    """Tables, columns, types, keys and values, read from the database itself."""

    name = "introspect"
    Settings: ClassVar[type[Settings]] = IntrospectSettings
    authority: ClassVar = "live"
    settings: IntrospectSettings

    def fingerprint(self, probe: Probe | None) -> str:
        """The database file's own; a server has none and is read again by `max_age`."""
        return _asked(probe).fingerprint() or "server"

    def max_age(self, probe: Probe | None) -> float | None:
        """The `refresh` setting for servers; files show by themselves that they have changed."""
        return self.settings.refresh if _asked(probe).fingerprint() is None else None

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """What the connector describes, without what was left out. Raises DatabaseError when the database cannot be read."""
        for fact in _asked(probe).describe():
            names = (fact.left, fact.right) if isinstance(fact, Relationship) else (fact.name,)
            if all(map(self.covers, names)):
                yield fact

    def covers(self, table: TableName) -> bool:
        """True for tables that `include` and `exclude` let in."""
        spellings = [str(table).lower(), table.name.lower()]
        if table.database:
            spellings.append(f"{table.database}.{table}".lower())
        wanted = not self.settings.include or _matches(spellings, self.settings.include)
        return wanted and not _matches(spellings, self.settings.exclude)

    def sampling(self) -> Sampling | None:
        """How contents may be looked at; None when `sample` is off."""
        if self.settings.sample is False:
            return None
        return Sampling(
            values=self.settings.sample_values,
            seconds=self.settings.sample_seconds,
            billed=self.settings.sample is True,
            never=(*self.settings.no_sample, *(NEVER_SAMPLED if self.settings.private_names else ())),
        )


def _asked(probe: Probe | None) -> Probe:
    if probe is None:
        raise ConfigError(
            "the source `introspect` needs a connection and none is configured",
            hint="add one under `connections:`, pass --database, or take `introspect` out of `sources:`",
        )
    return probe


def _matches(spellings: list[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(spelling, pattern.lower()) for spelling in spellings for pattern in patterns)
