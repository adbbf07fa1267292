"""Every row of a run in a few bytes: numbers, identity and standing, never its cells.

Lives here: growing arrays. What a newcomer would question: about 60 bytes a row are kept
in memory although memory must be flat, because whether a row is a duplicate is only known
when all rows of all sources were seen; a million rows cost what one chunk of them costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.core.model import Outcome

OUTCOMES: Final = tuple(Outcome)
CODE_OF: Final = {outcome: index for index, outcome in enumerate(OUTCOMES)}
UNDECIDED: Final = 255
"""Standing of a row that the ledger does not know: it is judged."""


Numbers = range | NDArray[np.int32]
"""Numbers of rows, mostly each one more than the one before."""


def pack(numbers: NDArray[np.int32] | NDArray[np.int64]) -> Numbers:
    """Keep numbers in little memory where each is one more than the one before."""
    if len(numbers) and bool((np.diff(numbers) == 1).all()):
        return range(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers.astype(np.int32)


@dataclass(slots=True, eq=False)
class RowBlock:
    """What one chunk adds: arrays of the same length, one entry a row.

    Attributes:
        identity: Two 64-bit halves of the identity's hash; one key of this run alone where
            nobody is remembered.
        content: Hash of all mapped cells.
        name: Hash of the folded name; 0 where there is none.
        standing: An outcome's number where the ledger settles it, else UNDECIDED.
        has_error: Some finding keeps the row from being sent.
        is_retry: The ATS refused it before; sent after the new rows.
    """

    source: NDArray[np.uint16]
    row: NDArray[np.int32]
    identity: NDArray[np.uint64]
    content: NDArray[np.uint64]
    name: NDArray[np.uint64]
    standing: NDArray[np.uint8]
    has_error: NDArray[np.bool_]
    is_retry: NDArray[np.bool_]


@dataclass(slots=True)
class RowTable:
    """All rows of a run; complete after `close`."""

    blocks: list[RowBlock] = field(default_factory=list)
    total: int = 0
    email_rows: list[Numbers] = field(default_factory=list)
    email_hashes: list[NDArray[np.uint64]] = field(default_factory=list)
    candidate_ids: dict[int, str] = field(default_factory=dict)

    def append(self, block: RowBlock) -> None:
        """Add a chunk's rows."""
        self.blocks.append(block)
        self.total += len(block.row)

    def close(self) -> RowBlock:
        """All rows as one block, in order."""
        names = RowBlock.__slots__
        if not self.blocks:
            return RowBlock(
                np.zeros(0, np.uint16),
                np.zeros(0, np.int32),
                np.zeros((0, 2), np.uint64),
                np.zeros(0, np.uint64),
                np.zeros(0, np.uint64),
                np.zeros(0, np.uint8),
                np.zeros(0, bool),
                np.zeros(0, bool),
            )
        merged = {}
        for name in names:
            merged[name] = np.concatenate([getattr(b, name) for b in self.blocks])
            for block in self.blocks:  # the parts go as soon as the whole is there
                setattr(block, name, merged[name][:0])
        self.blocks.clear()
        return RowBlock(**merged)

    def add_emails(self, positions: NDArray[np.int64], keys: NDArray[np.uint64]) -> None:
        """Add the e-mails of a chunk's rows."""
        self.email_rows.append(pack(positions))
        self.email_hashes.append(keys)

    def emails(self) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """(position, key) of every e-mail of every row."""
        if not self.email_rows:
            return np.zeros(0, np.int32), np.zeros(0, np.uint64)
        rows = [np.asarray(r, dtype=np.int32) for r in self.email_rows]
        return np.concatenate(rows), np.concatenate(self.email_hashes)
