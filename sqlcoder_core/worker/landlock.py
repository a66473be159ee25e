"""Landlock, Linux's sandbox for unprivileged processes, by three system calls; see landlock(7)."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import sys
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_PATH_BENEATH, _NET_PORT = 1, 2
_ASK_VERSION = 1
_NO_NEW_PRIVILEGES = 38  # prctl(2)

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_OF_A_FILE = (1 << 1) | _READ_FILE | (1 << 14)
"""Of all rights, those that a file can have: write, read, truncate."""
_WRITE_SCRATCH = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 14)
"""Write, remove directory and file, make directory and regular file, truncate: inside the private directory only."""
_BIND, _CONNECT = 1, 2
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _NetPort(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def version() -> int:
    """The kernel's Landlock version; 0 where there is none (other systems, old kernels, switched off)."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64", "riscv64", "ppc64le", "s390x", "armv7l"):
        return 0
    return max(0, _system_call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION), fail=False))


def restrict(*, read: Iterable[str], write: Iterable[str] = (), ports: Iterable[int] | None = ()) -> int:
    """Take every right from this thread and those it will start, but for these; there is no way back.

    Files and folders in `read` may be read, below folders in `write` everything may be done except to run a program;
    a file in `write` may be written.
    `ports` may be connected to; None leaves the network open. Paths that do not exist are skipped. Returns the kernel's version
    (network needs 4, signals 6). Raises OSError where Landlock is missing or refuses.
    """
    level = version()
    if not level:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock")
    handled = _handled(level)
    ruleset = _system_call(_CREATE, ctypes.byref(_ruleset(level, handled, ports)), ctypes.c_size_t(_size(level)), ctypes.c_uint32(0))
    try:
        for path in read:
            _allow_path(ruleset, path, (_READ_FILE | _READ_DIR) & handled)
        for path in write:
            _allow_path(ruleset, path, (_READ_FILE | _READ_DIR | _WRITE_SCRATCH) & handled)
        for port in ports or () if level >= 4 else ():
            _system_call(
                _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_NET_PORT), ctypes.byref(_NetPort(_CONNECT, port)), ctypes.c_uint32(0)
            )
        _give_up_rights(ruleset)
    finally:
        os.close(ruleset)
    return level


def _handled(level: int) -> int:
    """All file rights that this version knows: 13 at first, then refer, truncate, device control."""
    return (1 << (13 + min(level, 3) - 1 + (level >= 5))) - 1


def _ruleset(level: int, handled: int, ports: Iterable[int] | None) -> _Ruleset:
    net = 0 if ports is None or level < 4 else _BIND | _CONNECT
    return _Ruleset(handled, net, _ABSTRACT_SOCKETS | _SIGNALS if level >= 6 else 0)


def _size(level: int) -> int:
    return 8 if level < 4 else 16 if level < 6 else 24


def _allow_path(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_A_FILE
        rule = _PathBeneath(rights, descriptor)
        _system_call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _give_up_rights(ruleset: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    _system_call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))


def _system_call(number: int, *arguments: object, fail: bool = True) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    result: int = library.syscall(ctypes.c_long(number), *arguments)
    if result < 0 and fail:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
