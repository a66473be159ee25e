"""Values that psycopg would refuse or round: infinite and ancient dates and spans of months stay as the server's text."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg.types import datetime as dates
from psycopg.types.json import set_json_loads


def _or_text(loader: type[Any]) -> type[Any]:
    class OrText(loader):  # type: ignore[misc]
        """The loader; text where Python has no such value."""

        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return OrText


class _ExactInterval(dates.IntervalLoader):  # type: ignore[misc,unused-ignore]
    """Months and years have no fixed number of days."""

    def load(self, data: Any) -> Any:
        text = bytes(data).decode()
        return text if "mon" in text or "year" in text else super().load(data)


def register(connection: psycopg.Connection[Any]) -> None:
    """For this connection only."""
    for name in ("date", "timestamp", "timestamptz"):
        loader = {"date": dates.DateLoader, "timestamp": dates.TimestampLoader, "timestamptz": dates.TimestamptzLoader}[name]
        connection.adapters.register_loader(name, _or_text(loader))
    connection.adapters.register_loader("interval", _or_text(_ExactInterval))
    set_json_loads(partial(json.loads, parse_float=Decimal), connection)
