"""The link step with an embedder: small catalogs ask none, and one that fails is named without its secrets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sqlcoder_core.contracts.component import Context, Settings
from sqlcoder_core.contracts.embedder import Embedder
from sqlcoder_core.errors import PluginError
from sqlcoder_core.linking.catalog_index import IndexedCatalog, memory_catalog
from sqlcoder_core.linking.linker import SMALL
from sqlcoder_core.steps.link import Meaning
from sqlcoder_core.values.catalog import Table, TableName


class Failing(Embedder):
    name = "failing"

    def embed(self, texts: Sequence[str], *, question: bool = False) -> Sequence[Sequence[float]]:
        raise ValueError("401 for key sk-very-secret")

    def identity(self) -> str:
        return "none"


def _meaning(tables: int, folder: Path) -> Meaning:
    catalog: IndexedCatalog = memory_catalog(Table(name=TableName(name=f"t{number}")) for number in range(tables))
    embedder = Failing(Settings(), Context(project_dir=folder, config_dir=folder, cache_dir=folder))
    return Meaning(embedder, catalog, folder, lambda text: text.replace("sk-very-secret", "***"))


def test_a_small_catalog_asks_no_embedder(tmp_path: Path) -> None:
    assert _meaning(SMALL, tmp_path)("how many ships", 5) == ()


def test_a_failing_embedder_is_named_and_its_secret_hidden(tmp_path: Path) -> None:
    with pytest.raises(
        PluginError, match=r"embedder 'failing' failed while finding tables by meaning: ValueError: 401 for key \*\*\*"
    ) as raised:
        _meaning(SMALL + 1, tmp_path)("how many ships", 5)
    assert raised.value.__cause__ is None
