"""Putting a finished file in its place.

Lives here: atomic replacement, and the other name for a file that is open in Excel. Must
never live here: what is in a file. What a newcomer would question: the temporary file lies
in the same folder, since a rename is atomic only within one file system.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

_MOST_NAMES: Final = 99


def draft_of(target: Path) -> Path:
    """A new name beside `target` to write to before `publish`; hidden on most systems."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def publish(draft: Path, target: Path) -> Path:
    """Move a finished draft to its place and say which name it got.

    A target that cannot be replaced, because it is open in Excel, is left alone: the draft
    becomes `results (2).xlsx`, and so on.
    """
    for number in range(1, _MOST_NAMES):
        name = target if number == 1 else target.with_stem(f"{target.stem} ({number})")
        try:
            draft.replace(name)
        except (PermissionError, IsADirectoryError):
            continue
        return name
    draft.replace(target)  # every name is taken: say why, as the system puts it
    return target
