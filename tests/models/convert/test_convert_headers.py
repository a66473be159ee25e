"""GGUF and safetensors headers: what they say, and that a broken or hostile one is refused by name, cheaply."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.convert.ggml_types import GGML_TYPES
from sqlcoder_core.models.convert.gguf_header import part_paths, read_header

STRING, ARRAY, UINT32 = 8, 9, 4


def text(word: str) -> bytes:
    return struct.pack("<Q", len(word.encode())) + word.encode()


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str, lengths: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(lengths)}QIQ", len(lengths), *lengths, kind, offset)


def gguf(pairs: list[bytes], tensors: list[bytes], data: int = 0, version: int = 3, magic: bytes = b"GGUF") -> bytes:
    head = magic + struct.pack("<IQQ", version, len(tensors), len(pairs)) + b"".join(pairs) + b"".join(tensors)
    return head + b"\0" * (-len(head) % 32 + data)


NAME = pair("general.architecture", STRING, text("llama"))
WORDS = pair("words", ARRAY, struct.pack("<IQ", STRING, 2) + text("ä") + text("b"))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf([NAME, WORDS, pair("n", UINT32, struct.pack("<I", 7))], [tensor("t", (4, 2)), tensor("u", (32,), 8, 32)], 66))
    return path


def test_header_tells_values_arrays_and_places(written: Path) -> None:
    header = read_header(written)
    assert header.architecture == "llama"
    assert header.metadata["n"] == 7
    assert header.array("words") == ["ä", "b"]
    first, second = header.tensors
    assert (first.name, first.shape, first.type.name, first.offset, first.size) == ("t", (2, 4), "F32", header.data_offset, 32)
    assert (second.type.name, second.offset, second.size, second.numbers) == ("Q8_0", header.data_offset + 32, 34, 32)


def test_number_formats_are_those_of_the_gguf_package() -> None:
    constants = pytest.importorskip("gguf.constants")
    theirs = {(int(kind), kind.name, *sizes) for kind, sizes in constants.GGML_QUANT_SIZES.items()}
    assert theirs <= {(one.number, one.name, one.block, one.block_bytes) for one in GGML_TYPES.values()}


def test_every_cut_of_a_file_is_called_truncated(written: Path) -> None:
    whole = written.read_bytes()
    for length in range(4, len(whole)):
        written.write_bytes(whole[:length])
        with pytest.raises(ModelError, match=r"truncated|do not fit"):
            read_header(written)


def test_truncated_file_says_how_much_is_missing(written: Path) -> None:
    size = written.stat().st_size
    written.write_bytes(written.read_bytes()[:-10])
    with pytest.raises(ModelError, match=f"header speaks of {size} bytes, the file has {size - 10}"):
        read_header(written)
    assert len(read_header(written, whole=False).tensors) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04" + b"\0" * 60, "not a GGUF file"),
        (gguf([NAME], [], version=1), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "do not fit"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 62, 0), "do not fit"),
        (gguf([text("k" * 70_000)], []), "a text of 70000 bytes"),
        (gguf([struct.pack("<Q", 1 << 63) + b"k" * 64], []), "a text of"),
        (gguf([pair("k", STRING, struct.pack("<Q", 1 << 20))], []), "truncated"),
        (gguf([pair("k", STRING, struct.pack("<Q", 1 << 62))], []), "a text of"),
        (gguf([pair("k", ARRAY, struct.pack("<IQ", STRING, 1 << 61))], []), "truncated"),
        (gguf([pair("k", ARRAY, struct.pack("<IQ", UINT32, 1 << 62))], []), "truncated"),
        (gguf([pair("k", ARRAY, struct.pack("<IQ", ARRAY, 1) + struct.pack("<IQ", UINT32, 1))], []), "unknown type 9"),
        (gguf([pair("k", 99, b"\0" * 16)], []), "unknown type 99"),
        (gguf([NAME, NAME], []), "stands there twice"),
        (gguf([pair("general.alignment", UINT32, struct.pack("<I", 0))], []), "alignment of 0"),
        (gguf([pair("general.alignment", STRING, text("x"))], []), "alignment of x"),
        (gguf([], [tensor("t", (4,)), tensor("t", (4,))], 64), "stands there twice"),
        (gguf([], [tensor("t", ())], 64), "0 dimensions"),
        (gguf([], [tensor("t", (1, 1, 1, 1, 1))], 64), "5 dimensions"),
        (gguf([], [tensor("t", (0, 4))], 64), "sizes"),
        (gguf([], [tensor("t", (33,), 8)], 64), "sizes"),
        (gguf([], [tensor("t", (1 << 60, 1 << 60))], 64), "truncated"),
        (gguf([], [tensor("t", (4,), 0, 1 << 63)], 64), "truncated"),
        (gguf([], [tensor("t", (4,), 77)], 64), "number format 77"),
    ],
)
def test_bad_headers_are_refused_by_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=said) as caught:
        read_header(path)
    assert caught.value.place == str(path)
    assert caught.value.hint


def test_flipped_bytes_raise_nothing_but_model_errors(written: Path) -> None:
    whole, dice = written.read_bytes(), random.Random(3)
    refused = 0
    for _ in range(3000):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            broken[dice.randrange(len(broken))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        written.write_bytes(broken)
        try:
            read_header(written)
        except ModelError:
            refused += 1
    assert refused > 1000


def test_text_that_is_no_utf8_is_refused_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf([pair("words", ARRAY, struct.pack("<IQ", STRING, 1) + struct.pack("<Q", 2) + b"\xff\xfe")], []))
    with pytest.raises(ModelError, match="not UTF-8"):
        read_header(path).array("words")


def test_missing_parts_are_named(tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00003.gguf").write_bytes(b"")
    with pytest.raises(ModelError, match=r"m-00002-of-00003\.gguf, m-00003-of-00003\.gguf"):
        part_paths(tmp_path / "m-00001-of-00003.gguf")
    assert part_paths(tmp_path / "m.gguf") == (tmp_path / "m.gguf",)


def test_file_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_header(tmp_path / "none.gguf")


def safetensors(header: object, data: int = 0) -> bytes:
    said = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(said).to_bytes(8, "little") + said + b"\0" * data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not fit"),
        (b"\xff" * 40, "does not fit"),
        (safetensors(b"{nonsense"), "not what the format asks for"),
        (safetensors(b"[" * 5000), "not what the format asks for"),
        (safetensors([1, 2]), "not what the format asks for"),
        (safetensors({"t": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, 4), "truncated"),
        (safetensors({"t": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, 8), "do not fit together"),
        (safetensors({"t": {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]}}, 8), "do not fit together"),
        (safetensors({"t": {"dtype": "F31", "shape": [2], "data_offsets": [0, 8]}}, 8), "F31"),
        (safetensors({"t": {"dtype": "F32", "shape": "x", "data_offsets": [0, 8]}}, 8), "not what the format asks for"),
    ],
)
def test_bad_safetensors_are_refused_by_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    from sqlcoder_core.models.convert.safetensors_file import SafetensorsFile

    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=said):
        SafetensorsFile(path)
