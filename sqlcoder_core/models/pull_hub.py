"""A repository on the Hugging Face Hub in, its safe files in the store out; the network is huggingface_hub's, which resumes."""

from __future__ import annotations

import shutil
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlcoder_core.errors import ModelError, SqlcoderError
from sqlcoder_core.models.download import Progress, hash_of, need_space
from sqlcoder_core.models.gpus import find_gpus, run_program
from sqlcoder_core.models.hub_cache import cached_model, hub_cache_dir
from sqlcoder_core.models.hub_choice import Choice, OnlyPickles, choose, usual_kind
from sqlcoder_core.models.names import KnownModel
from sqlcoder_core.models.pulled import Pulled, check_gguf
from sqlcoder_core.models.store import Entry, entries_named, put, size_of, staging
from sqlcoder_core.models.web import host_of
from sqlcoder_core.values.model_files import ModelKind
from sqlcoder_core.whole_file import file_error

_ENDPOINT = "https://huggingface.co"
_SECONDS = 30.0
_GLANCE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPull:
    """What is wanted of which repository; `name` is what it is kept under."""

    name: str
    repository: str
    revision: str | None = None
    file: str | None = None
    variant: str | None = None
    known: KnownModel | None = None


def pull_hub(
    wanted: HubPull,
    kind: ModelKind | None,
    revision: str | None,
    *,
    store: Path,
    partial: Path,
    environ: Mapping[str, str],
    again: bool,
    progress: Progress,
) -> Pulled:
    """Fetch the model's files into `partial`, check them against the hub's sizes and checksums, and put them into the store."""
    revision = revision or wanted.revision
    if not again and revision is None:
        have = _here(wanted, kind, store, environ)
        if have:
            return Pulled(entry=have, fresh=False)
    if kind is None and wanted.file is None and wanted.variant is None:
        kind = usual_kind(wanted.known, find_gpus(environ, root=Path("/"), run=run_program))
    hub = _Hub(wanted.repository, environ, progress)
    listing = hub.listing(revision)
    try:
        choice = choose(listing.names, wanted.repository, kind, wanted.variant, wanted.file)
    except OnlyPickles:
        if revision or wanted.known is None or wanted.known.revision is None:
            raise
        listing = hub.listing(wanted.known.revision)
        choice = choose(listing.names, wanted.repository, kind, wanted.variant, wanted.file)
    if not again:
        source = f"hf://{wanted.repository}@{listing.commit}"
        have = next((one for one in _stored(store, wanted.name, choice) if one.source == source), None)
        if have:
            return Pulled(entry=have, fresh=False)
    return _fetched(hub, listing, choice, wanted, store=store, partial=partial)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """A repository at one commit: the files by name, each with its size and, for large ones, SHA-256."""

    commit: str
    sizes: Mapping[str, int]
    sha256: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.sizes)


def _here(wanted: HubPull, kind: ModelKind | None, store: Path, environ: Mapping[str, str]) -> Entry | None:
    found = (*entries_named(store, wanted.name), *cached_model(hub_cache_dir(environ), wanted.repository))
    for entry in found:
        fits = kind in (None, entry.kind) and wanted.variant in (None, entry.variant)
        if fits and entry.made_from is None and (wanted.file is None or Path(wanted.file).name == entry.path.name):
            return entry
    return None


def _fetched(hub: _Hub, listing: _Listing, choice: Choice, wanted: HubPull, *, store: Path, partial: Path) -> Pulled:
    total = sum(listing.sizes[name] for name in choice.files)
    folder = partial / "files"
    need_space(store, total - (size_of(folder) if folder.exists() else 0), wanted.repository)
    hub.fetch(listing.commit, choice.files, folder, total)
    digests = _checked(folder, choice.files, listing, hub)
    with staging(store) as staged:
        for name in choice.files:
            # A GGUF lies flat, whatever folder of the repository it came from; other files keep their places.
            place = staged / "model" / (Path(name).name if choice.kind == "gguf" else name)
            place.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).rename(place)
        source = f"hf://{wanted.repository}@{listing.commit}"
        put(store, staged / "model", name=wanted.name, kind=choice.kind, variant=choice.variant, source=source, sha256=digests)
    shutil.rmtree(folder, ignore_errors=True)
    return Pulled(entry=_entry(store, wanted.name, choice))


def _entry(store: Path, name: str, choice: Choice) -> Entry:
    found = _stored(store, name, choice)
    if found:
        return found[0]
    folder = store / name.replace("/", "--") / choice.kind  # an adapter, which is no model of its own
    return Entry(name=name, kind="safetensors", variant="adapter", folder=folder, path=folder, size=size_of(folder))


def _stored(store: Path, name: str, choice: Choice) -> list[Entry]:
    return [one for one in entries_named(store, name) if (one.kind, one.variant) == (choice.kind, choice.variant)]


def _checked(folder: Path, names: tuple[str, ...], listing: _Listing, hub: _Hub) -> dict[str, str]:
    digests = {}
    for name in names:
        file = folder / name
        size = file.stat().st_size if file.is_file() else -1
        digest = hash_of(file, hub.progress) if size == listing.sizes[name] and name in listing.sha256 else ""
        if size != listing.sizes[name] or digest != listing.sha256.get(name, ""):
            file.unlink(missing_ok=True)
            what = f"SHA-256 {digest} instead of {listing.sha256[name]}" if digest else f"{max(size, 0):,} of {listing.sizes[name]:,} bytes"
            raise ModelError(f"{name} of {hub.repository} is not the file it should be: {what}", hint="run the same command again")
        if digest:
            digests[Path(name).name] = digest
        if name.endswith(".gguf"):
            check_gguf(file)
    return digests


class _Hub:
    """One repository, asked through huggingface_hub."""

    def __init__(self, repository: str, environ: Mapping[str, str], progress: Progress) -> None:
        self.repository, self.progress = repository, progress
        self._endpoint = (environ.get("HF_ENDPOINT") or _ENDPOINT).rstrip("/")
        self._token = environ.get("HF_TOKEN") or None

    def listing(self, revision: str | None) -> _Listing:
        """The files at a revision. Raises ModelError where the hub refuses or cannot be reached."""
        with self._told(revision):
            api = _library().HfApi(endpoint=self._endpoint, token=self._token)
            found = api.model_info(self.repository, revision=revision, files_metadata=True, timeout=_SECONDS)
        files = [file for file in found.siblings or [] if _stays_inside(file.rfilename)]
        checksums = {file.rfilename: file.lfs.sha256 for file in files if file.lfs and file.lfs.sha256}
        return _Listing(commit=found.sha or "main", sizes={file.rfilename: file.size or 0 for file in files}, sha256=checksums)

    def fetch(self, commit: str, names: tuple[str, ...], folder: Path, total: int) -> None:
        """Bring these files into `folder`; what is there already, or in part, is not fetched again."""
        library = _library()
        library.utils.disable_progress_bars()
        library.utils.logging.set_verbosity_error()
        with self._told(commit), _watched(folder, total, self.progress), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            library.snapshot_download(
                self.repository,
                revision=commit,
                local_dir=folder,
                allow_patterns=[name.replace("[", "[[]") for name in names],
                endpoint=self._endpoint,
                token=self._token,
                max_workers=4,
            )

    @contextmanager
    def _told(self, revision: str | None) -> Iterator[None]:
        try:
            yield
        except SqlcoderError:
            raise
        except OSError as error:
            if error.errno is not None and error.filename:  # this machine's files, not the hub's
                raise file_error(error, error.filename) from error
            raise self._failed(error, revision) from error
        except Exception as error:  # huggingface_hub changed its HTTP library twice; their errors have no common ancestor
            raise self._failed(error, revision) from error

    def _failed(self, error: Exception, revision: str | None) -> ModelError:
        page = f"{self._endpoint}/{self.repository}"
        name = type(error).__name__
        status = getattr(getattr(error, "response", None), "status_code", None)
        if name == "GatedRepoError":
            return ModelError(f"{self.repository} is given out on request only", hint=f"ask for access at {page}, then set HF_TOKEN")
        if name in ("RepositoryNotFoundError", "HFValidationError") or status == 401:
            return ModelError(
                f"the hub has no model {self.repository}, or it is private", hint="check the name; HF_TOKEN opens private ones"
            )
        if name in ("RevisionNotFoundError", "RemoteEntryNotFoundError"):
            return ModelError(f"{self.repository} has no revision {revision}", hint=f"see {page}/tree/main")
        if name == "OfflineModeIsEnabled":
            hint = "unset HF_HUB_OFFLINE, or copy the model here and name it by its path"
            return ModelError("huggingface_hub is told to stay offline (HF_HUB_OFFLINE)", hint=hint)
        if status is not None:
            return ModelError(f"{host_of(self._endpoint)} answers with HTTP {status}", hint="try again later")
        return ModelError(
            f"{host_of(self._endpoint)} cannot be reached, so {self.repository} cannot be fetched ({_reason(error)})",
            hint="check the network and its proxy, set HF_ENDPOINT to a mirror, or copy the model here and name it by its path",
        )


def _stays_inside(name: str) -> bool:
    """False for a file name that would lead out of its folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _reason(error: BaseException) -> str:
    """The system's own words at the bottom of a chain of errors."""
    seen: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in seen:
        seen.append(inner)
        inner = inner.__cause__ or inner.__context__
    text = next((one.strerror for one in reversed(seen) if isinstance(one, OSError) and one.strerror), None) or str(seen[-1])
    return text.splitlines()[0].lower() if text else type(error).__name__


def _library() -> Any:
    try:
        import huggingface_hub
        import huggingface_hub.utils
    except ImportError as error:
        hint = "`pip install 'sqlcoder-core[llama-cpp]'`, or another of the extras transformers and onnx"
        raise ModelError("pulling from the hub needs the package huggingface_hub", hint=hint) from error
    return huggingface_hub


@contextmanager
def _watched(folder: Path, total: int, progress: Progress) -> Iterator[None]:
    """Tell the progress by the growth of the folder: the library's versions report it in different ways."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_GLANCE):
            progress("fetching", min(_grown(folder), total), total)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _grown(folder: Path) -> int:
    try:
        return size_of(folder) if folder.exists() else 0
    except OSError:  # a file that was moved between listing and looking
        return 0
