"""The child gives up what it does not need: core dumps, file growth, CPU and memory beyond a bound, files, network."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import sysconfig
from collections.abc import Iterable
from typing import Protocol

from sqlcoder_core.worker import landlock

_SYSTEM = (
    "/proc",
    "/sys",
    "/dev/null",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
)
_NAME_LOOKUP = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/passwd",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/etc/krb5.conf",
)
_CAPABILITY_VERSION, _DAC_READ_SEARCH = 0x20080522, 2  # capset(2)
_CPU_GRACE = 10
_ADDRESS_SLACK = 1 << 30
"""Address space beyond the memory cap for thread stacks and reservations that are never touched; the parent watches what is."""


class Walls(Protocol):
    """What a process may still do: the frame that starts it says so. Below the folders in `write` it may write."""

    @property
    def read(self) -> tuple[str, ...]: ...
    @property
    def write(self) -> tuple[str, ...]: ...
    @property
    def tcp_ports(self) -> tuple[int, ...]: ...
    @property
    def network(self) -> bool: ...
    @property
    def sandbox(self) -> bool: ...


def die_with_parent() -> None:
    """Linux kills this process when the thread that started it ends, however that happens; elsewhere the pipe's end does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def confine(start: Walls) -> str | None:
    """Apply limits and sandbox, before the engine's first connection and before there is a second thread.

    Returns why there is no sandbox, None where there is one that has been tried out.
    """
    _limit_files(may_write=bool(start.write))
    _drop_capabilities()
    if not start.sandbox:
        return "switched off"
    try:
        level = landlock.restrict(
            read=_readable(start),
            write=start.write,
            ports=None if start.network else start.tcp_ports,
        )
    except OSError as error:
        return error.strerror or str(error)
    return _try_out(network_closed=level >= 4 and not start.network)


def limit_question(seconds: float, memory: int) -> None:
    """CPU time and address space from here on; both are second walls, the parent's clock and its watch on memory come first."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _lower(resource.RLIMIT_CPU, int(used + seconds * (os.cpu_count() or 1)) + _CPU_GRACE)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, _address_space() + memory + _ADDRESS_SLACK)


def _drop_capabilities() -> None:
    """Root's powers, of which one would show it the parent's environment; what is kept reads files of other owners."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform != "linux" or os.geteuid() != 0 or not hasattr(library, "capset"):
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    kept = 1 << _DAC_READ_SEARCH
    if library.capset(header, (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)):  # a container's root may not even have that one
        library.capset(header, (ctypes.c_uint32 * 6)(0, 0, 0, 0, 0, 0))


def _limit_files(*, may_write: bool) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not may_write:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _lower(what: int, soft: int) -> None:
    import resource

    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _address_space() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _readable(start: Walls) -> Iterable[str]:
    yield from start.read
    yield from _SYSTEM
    if start.network or start.tcp_ports:
        yield from _NAME_LOOKUP
    yield from {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    # Some modules answer every name with an object of theirs; a package's path is a list or what importlib makes of one.
    paths = [getattr(module, "__path__", ()) for module in list(sys.modules.values())]
    yield from {folder for path in paths if hasattr(type(path), "__iter__") for folder in path}


def _try_out(*, network_closed: bool) -> str | None:
    """The sandbox is believed when it refuses: listing the root folder, and a connection to a port not allowed."""
    try:
        os.listdir("/")
        return "the sandbox was set up, but the root folder can still be listed"
    except PermissionError:
        pass
    if network_closed and _can_connect(("127.0.0.1", 1)):
        return "the sandbox was set up, but the network can still be reached"
    return None


def _can_connect(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(address)
        except PermissionError:
            return False
        except OSError:
            return True
    return True
