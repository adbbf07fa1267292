"""Every row of a run in a few bytes: numbers, identity and standing, never its cells.

Lives here: growing arrays. What a newcomer would question: about 60 bytes a row are kept
in memory although memory must be flat, because whether a row is a duplicate is only known
when all rows of all sources were seen; a million rows cost what one chunk of them costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from importer.core.model import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTCOMES: Final = tuple(Outcome)
CODE_OF: Final = {outcome: index for index, outcome in enumerate(OUTCOMES)}
UNDECIDED: Final = 255
"""Standing of a row that the ledger does not know: it is judged."""


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
    row: NDArray[np.int64]
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
    email_rows: list[NDArray[np.int32]] = field(default_factory=list)
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
                np.zeros(0, np.int64),
                np.zeros((0, 2), np.uint64),
                np.zeros(0, np.uint64),
                np.zeros(0, np.uint64),
                np.zeros(0, np.uint8),
                np.zeros(0, bool),
                np.zeros(0, bool),
            )
        merged = {n: np.concatenate([getattr(b, n) for b in self.blocks]) for n in names}
        self.blocks.clear()
        return RowBlock(**merged)

    def emails(self) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """(position, e-mail hash) of every e-mail of every row."""
        if not self.email_rows:
            return np.zeros(0, np.int32), np.zeros(0, np.uint64)
        return np.concatenate(self.email_rows), np.concatenate(self.email_hashes)
