"""Throwaway distributions for tests: metadata and modules in a folder, as `pip install` would leave them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_distribution(
    folder: Path, name: str, plugins: Mapping[str, str], *, version: str = "1.0", group: str = "sqlcoder.plugins"
) -> Path:
    """Write one distribution that brings a plugin per word, each a module of the given text; returns `folder`, to be put on sys.path.

    The module of the word `snow` is named `sqlcoder_snow`, or `sqlcoder_snow_<name>` where another distribution has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for word, text in plugins.items():
        module = f"sqlcoder_{word}"
        if (folder / f"{module}.py").exists():
            module = f"{module}_{name.replace('-', '_')}"
        (folder / f"{module}.py").write_text(text, encoding="utf-8")
        lines.append(f"{word} = {module}\n")
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{''.join(lines)}", encoding="utf-8")
    return folder
