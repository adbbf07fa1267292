"""Who this process is, so that a lock's holder can be known to be gone.

Lives here: the machine's mark and the question whether a process still runs. Must never
live here: the lock. What a newcomer would question: the mark holds the process namespace
where there is one. Two containers may share a host name, and a number that means nothing
in one of them may be a running sender in the other.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def mark_machine() -> str:
    """Name the space in which this process's number is unique."""
    mark = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        mark += f"|{boot}|{Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # neither macOS nor Windows has these; the host name must do
        return mark
    return mark


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; True where that cannot be told."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs under another account
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes

    query_limited, still_active = 0x1000, 259
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (other systems have no such name)
    handle = kernel.OpenProcess(query_limited, False, pid)
    if not handle:
        return bool(kernel.GetLastError() == 5)  # access denied: it runs
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
