"""Rows in doubt that a person decides on: found in the ATS, or known never to have arrived.

Lives here: turning row numbers into settlements. What a newcomer would question: a row
number must name exactly one row in doubt; where two files have one each, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from importer.core.ports import Ledger, RowState, Settlement
from importer.errors import UsageError


def settle_by_hand(ledger: Ledger, connector: int, decided: Mapping[int, str]) -> int:
    """Settle rows in doubt as a person says; returns how many.

    Args:
        ledger: Holds the rows; the caller holds the connector's lock.
        connector: The ledger's number of the connector.
        decided: Row number -> candidate id, empty for a row that never arrived.

    Raises:
        UsageError: A number names no row in doubt, or several; nothing was settled.
    """
    doubtful = ledger.doubtful(connector)
    details = []
    for number in decided:
        count = sum(row.row == number for row in doubtful)
        if count != 1:
            details.append(
                f"row {number}: "
                + ("is not in doubt" if count == 0 else f"{count} rows in doubt have this number")
            )
    if details:
        raise UsageError("Nothing was settled by hand.", details=details)
    for row in doubtful:
        if row.row in decided:
            candidate_id = decided[row.row]
            state = RowState.CREATED if candidate_id else RowState.STAGED
            settled = Settlement(row.seq, state, candidate_id, attempted_at=row.attempted_at)
            ledger.record_outcomes(connector, row.run_id, [settled])
    return len(decided)
