"""Two models that differ have different hashes, also where their files begin and end alike."""

from __future__ import annotations

import os
from pathlib import Path

from sqlcoder_core.models.weights_hash import weights_hash


def test_a_change_in_the_middle_a_longer_file_and_another_file_are_seen(tmp_path: Path) -> None:
    file, other = tmp_path / "model-00001.safetensors", tmp_path / "model-00002.safetensors"
    content = bytearray(os.urandom(8_000_000))
    file.write_bytes(content)
    other.write_bytes(b"")
    found = {weights_hash((file,)), weights_hash((file, other))}
    content[3_500_000:4_500_000] = bytes(1_000_000)  # as large as one matrix of a small model
    file.write_bytes(content)
    found.add(weights_hash((file,)))
    file.write_bytes(content + b"x")
    found.add(weights_hash((file,)))
    assert len(found) == 4
    assert all(len(one) == 16 for one in found)


def test_the_order_in_which_files_are_named_does_not_count(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.gguf", "b.gguf")]
    for file in files:
        file.write_bytes(file.name.encode())
    assert weights_hash(files) == weights_hash(reversed(files))
