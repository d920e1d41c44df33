"""The system calls that Python has no function for."""

import ctypes
import os
import struct
import sys
from typing import Final

MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
_MNT_DETACH: Final = 2
# The same number on every architecture, as all system calls since 5.1.
_SYS_MOUNT_SETATTR: Final = 442
_MOUNT_ATTR_RDONLY: Final = 1
_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_CHILD_SUBREAPER: Final = 36

_libc = ctypes.CDLL(None, use_errno=True)


def mount(
    source: str | None, target: str, kind: str | None, flags: int = 0, data: str | None = None
) -> None:
    """Mount.

    Raises:
        OSError: the kernel refuses.
    """
    arguments = (os.fsencode(part) if part is not None else None for part in (source, target, kind))
    options = data.encode() if data is not None else None
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), options), target)


def bind(source: str, target: str) -> None:
    """Show ``source``, with what is mounted below it, at ``target``."""
    mount(source, target, None, MS_BIND | MS_REC)


def write_protect(folder: str) -> None:
    """Let nothing be written below a mounted folder; a kernel before 5.12 is not asked.

    Source: mount_setattr(2).
    """
    attributes = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY, 0, 0, 0)
    _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(folder),
        ctypes.c_uint(_AT_RECURSIVE),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )


def change_root(folder: str) -> None:
    """Make a mounted folder the root, and let go of the old one.

    Source: pivot_root(2), ``pivot_root(".", ".")``.
    """
    os.chdir(folder)
    _check(_libc.pivot_root(b".", b"."), folder)
    _check(_libc.umount2(b".", _MNT_DETACH), "/")
    os.chdir("/")


def die_with_parent(signal: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def gain_no_privileges() -> None:
    """Let no program that is started gain rights by its file: no sudo, no ping."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        return  # what it asks for is Linux's
    rest = (ctypes.c_ulong(value), *(ctypes.c_ulong(0) for _ in range(3)))
    _check(_libc.prctl(option, *rest), "prctl")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
