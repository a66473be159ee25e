"""Connectors: how one engine is named, configured and confined; the parent process never imports a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlcoder_core.contracts.component import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What the worker may touch once it runs: absolute paths to read, TCP ports to connect to.

    `imports` are modules to load before the sandbox closes; their folders stay readable. `scratch` asks for a private
    directory, the only place that can be written; without it the process cannot make any file grow. `network` lets it
    connect anywhere (name servers, cloud engines), where ports are not known beforehand.
    """

    read: tuple[str, ...] = ()
    tcp_ports: tuple[int, ...] = ()
    network: bool = False
    imports: tuple[str, ...] = ()
    scratch: bool = False


class Connector:
    """Base of connectors: everything that is known of a connection without connecting. It lives in the parent process.

    The driver's side is an `Engine`, named by `engine`: "package.module:Class", or ":Class" for one in the connector's
    own file. Only that name and the settings travel to the worker, so that neither the driver is loaded here nor
    pydantic there. The module must import without its driver.
    """

    name: ClassVar[str]
    Settings: ClassVar[type[Settings]] = Settings
    engine: ClassVar[str]
    billed: bool = False
    """Queries cost money: one candidate is executed unless told otherwise, and contents are not sampled."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @classmethod
    def claims(cls, url: str) -> bool:
        """True when a `--database` text (URL or path) is this engine's."""
        return False

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """Settings for a `--database` URL or file path; raises UsageError when it is not one of this engine's."""
        raise NotImplementedError

    def dialect(self) -> str:
        """The sqlglot dialect of SQL for this connection."""
        raise NotImplementedError

    def default_schema(self) -> str | None:
        """The schema that unqualified names mean, without connecting; None where unknown or where there are none."""
        return None

    def default_database(self) -> str | None:
        """The database whose tables `describe` names without one; None where unknown."""
        return None

    def sandbox(self) -> Sandbox:
        """What this connection needs of the machine now; asked before each question, a change restarts the worker."""
        raise NotImplementedError

    def fingerprint(self) -> str | None:
        """Cheap text that changes with the contents (file stat); None for servers."""
        return None

    def missing(self) -> str | None:
        """The pip command that brings the driver, when it is not installed; else None."""
        return None
