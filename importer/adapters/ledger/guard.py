"""The note beside a mapping that says which ledger remembers its rows.

Lives here: `MAPPING.ledger-id`, read, compared, written. Must never live here: opening a
ledger. What a newcomer would question: the note holds a count besides the id. Every guarded
opening raises it in both places, so an old copy of the right ledger, which has forgotten
last night's candidates, is told from the ledger itself.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.adapters.ledger.ledger import SqlLedger
from importer.errors import LedgerError

_NOTE: Final = re.compile(r"([0-9a-f]{32}) (\d{1,12})\s*")


@dataclass(frozen=True, slots=True)
class MappingHistory:
    """What the note said.

    Attributes:
        is_first: This mapping has no history here: every row is new.
        is_adopted: It had another ledger, and a person said to use this one.
        is_noted: The note could be written; without it a change of ledger goes unnoticed.
    """

    is_first: bool
    is_adopted: bool
    is_noted: bool


def note_path(mapping_path: Path) -> Path:
    """Where the note of a mapping stands: `acme.yaml` has `acme.yaml.ledger-id`."""
    return mapping_path.with_name(f"{mapping_path.name}.ledger-id")


def guard_mapping(mapping_path: Path, ledger: SqlLedger, adopt: bool = False) -> MappingHistory:
    """Make sure that a mapping meets the ledger that remembers its rows.

    Args:
        mapping_path: The mapping's file; the note is beside it.
        ledger: The open ledger.
        adopt: Go on with this ledger whatever the note says (`--adopt-ledger`).

    Raises:
        LedgerError: The mapping has run with another ledger, or this one is an older copy.
    """
    note = note_path(mapping_path)
    before = _read_note(note, adopt=adopt)
    seen = 0
    is_adopted = False
    if before is not None:
        ledger_id, seen = before
        if ledger_id != ledger.ledger_id:
            _require_adoption(
                adopt,
                f"{mapping_path.name} has run before with another ledger than {ledger.place}; "
                "this one does not know whom it created.",
            )
            is_adopted, seen = True, 0
        elif seen > ledger.generation():
            _require_adoption(
                adopt,
                f"The ledger {ledger.place} is an older copy: {mapping_path.name} has run since "
                "it was made, and it does not know whom those runs created.",
            )
            is_adopted = True
    count = ledger.advance_generation(seen)
    is_noted = _write_note(note, f"{ledger.ledger_id} {count}\n")
    return MappingHistory(before is None, is_adopted, is_noted)


def _require_adoption(adopt: bool, what: str) -> None:
    if not adopt:
        raise LedgerError(
            what,
            hint="Name the right one with --ledger, rebuild it with `ledger restore`, or go on "
            "with this one with --adopt-ledger: then every row it does not know is new.",
        )


def _read_note(note: Path, *, adopt: bool) -> tuple[str, int] | None:
    try:
        text = note.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"{note} cannot be read ({error.strerror}); it says which ledger belongs to the "
            "mapping.",
            hint="Allow reading it.",
        ) from error
    found = _NOTE.fullmatch(text)
    if found is None:
        _require_adoption(adopt, f"{note} does not name a ledger; somebody changed it.")
        return "", 0
    return found[1], int(found[2])


def _write_note(note: Path, text: str) -> bool:
    draft = note.with_name(f".{note.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(text, encoding="ascii")
        draft.replace(note)
    except OSError:  # a mapping in a folder that nobody may write to still runs
        draft.unlink(missing_ok=True)
        return False
    return True
