"""No sockets any more, of any kind: Landlock closes TCP ports alone, and leaves datagrams and the sockets of local services open.

A filter of system calls for this thread and those it will start; see seccomp(2), and linux/filter.h and linux/audit.h for its words.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

_NO_NEW_PRIVILEGES, _SET_FILTER, _MODE_FILTER = 38, 22, 2  # prctl(2)
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EACCES
_NUMBER, _ARCHITECTURE = 0, 4
"""Where a system call's number and architecture lie in what the filter sees."""
_OTHER_NUMBERS = 0x40000000
"""From here on an x86-64 kernel counts its system calls once more (x32)."""
_IO_URING_SETUP = 425
_KNOWN = {"x86_64": (0xC000003E, (41, 53)), "aarch64": (0xC00000B7, (198, 199)), "riscv64": (0xC00000F3, (198, 199))}
"""By machine: its number for auditing, and those of socket(2) and socketpair(2)."""


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def forbid_sockets() -> bool:
    """Make `socket`, `socketpair` and `io_uring_setup` fail with EACCES from here on; there is no way back.

    False where the system or its processor is not known here. Raises OSError where the kernel refuses.
    """
    known = _KNOWN.get(platform.machine()) if sys.platform == "linux" else None
    if known is None:
        return False
    steps = tuple(_steps(*known))
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    library = ctypes.CDLL(None, use_errno=True)
    nothing = ctypes.c_ulong(0)
    for call in ((_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), nothing), (_SET_FILTER, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program))):
        if library.prctl(*call, *([nothing] * (5 - len(call)))):
            raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
    return True


def _steps(architecture: int, calls: tuple[int, ...]) -> list[_Instruction]:
    """Another architecture's calls fail, and so do the second numbers and the named calls; everything else may go on."""
    tests = [(_IF_AT_LEAST, _OTHER_NUMBERS), *((_IF_EQUAL, call) for call in (*calls, _IO_URING_SETUP))]
    count = len(tests)
    return [
        _Instruction(_LOAD, 0, 0, _ARCHITECTURE),
        _Instruction(_IF_EQUAL, 0, count + 2, architecture),
        _Instruction(_LOAD, 0, 0, _NUMBER),
        *(_Instruction(code, count - place, 0, value) for place, (code, value) in enumerate(tests)),
        _Instruction(_RETURN, 0, 0, _ALLOW),
        _Instruction(_RETURN, 0, 0, _FAIL),
    ]
