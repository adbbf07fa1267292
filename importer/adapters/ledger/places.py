"""Where a SQLite ledger may live: on a disk of this machine, in a folder that nobody syncs.

Lives here: recognising shared and synced folders, as well as it can be done without asking
another program. Must never live here: opening anything. What a newcomer would question: why
refuse at all. Over a network a lock may be granted twice, and a syncing service copies a
database while it is written; either way a row is sent twice.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Final

from importer.errors import LedgerError

_NETWORK: Final = re.compile(
    r"nfs4?|cifs|smb[23]?|smbfs|afs|ncpfs|ceph|glusterfs|lustre|beegfs|davfs2?|sshfs|fuse\..+"
)
_LOCAL_FUSE: Final = re.compile(
    r"fuse\.(ext2|exfat|ntfs|ntfs-3g|bindfs|mergerfs|fuse-overlayfs|lxcfs|gocryptfs|encfs)"
)
_SYNCED: Final = (
    ("OneDrive", re.compile(r"onedrive($| - | \()", re.IGNORECASE)),
    ("Dropbox", re.compile(r"dropbox($| \()", re.IGNORECASE)),
    ("Google Drive", re.compile(r"google ?drive($| |-|\()", re.IGNORECASE)),
    ("iCloud", re.compile(r"icloud ?drive$|mobile documents$|com~apple~", re.IGNORECASE)),
    ("a cloud folder", re.compile(r"cloudstorage$|nextcloud$|owncloud$|pclouddrive$", re.I)),
    ("Box", re.compile(r"box( sync)?$|box-box$", re.IGNORECASE)),
)
_WINDOWS_REMOTE: Final = 4
_HINT: Final = (
    "Name a place on this machine's own disk with --ledger (or CANDIDATE_IMPORT_LEDGER), "
    "or a PostgreSQL address to share it between machines."
)


def require_local_place(path: Path, synced_folders: Sequence[Path] = ()) -> None:
    """Refuse a place that a network or a syncing service has its hands on.

    Args:
        path: Where the ledger is or will be.
        synced_folders: Folders known to be synced (OneDrive names its own to programs).

    Raises:
        LedgerError: Naming `--ledger`.
    """
    full = path.expanduser().absolute()
    service = find_synced_folder(full, synced_folders)
    if service:
        raise LedgerError(
            f"The ledger {path} would lie in a folder that {service} syncs; "
            "a copy made in the middle of a write can send people twice.",
            hint=_HINT,
        )
    kind = find_network_kind(full)
    if kind:
        raise LedgerError(
            f"The ledger {path} would lie on a network drive ({kind}), where locks cannot be "
            "relied on; two runs at once could send people twice.",
            hint=_HINT,
        )


def find_synced_folder(path: PurePath, synced_folders: Sequence[PurePath] = ()) -> str:
    """Name the service that syncs a path, by the names of its folders; empty for none."""
    if any(path.is_relative_to(folder) for folder in synced_folders):
        return "a cloud service"
    for part in path.parts[:-1]:
        for service, pattern in _SYNCED:
            if pattern.match(part):
                return service
    return ""


def find_network_kind(path: Path) -> str:
    """Name the kind of network drive that a path lies on; empty for a local disk."""
    if str(path).startswith(("\\\\", "//")):
        return "a shared folder"
    if sys.platform == "win32":
        import ctypes

        kind = ctypes.windll.kernel32.GetDriveTypeW(path.anchor)
        return "a mapped drive" if kind == _WINDOWS_REMOTE else ""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:  # macOS has no such file; folder names must do there
        return ""
    existing = next((p for p in (path, *path.parents) if p.exists()), path)
    kind = find_mount_type(str(existing.resolve()), mounts)
    is_network = _NETWORK.fullmatch(kind) and not _LOCAL_FUSE.fullmatch(kind)
    return kind if is_network else ""


def find_mount_type(path: str, mounts: str) -> str:
    """Read the file system type of a resolved path out of a `/proc/mounts` text."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[1])
        is_inside = path == point or path.startswith(point.rstrip("/") + "/")
        if is_inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
