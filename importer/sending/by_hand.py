"""Rows in doubt that a person decides on: found in the ATS, or known never to have arrived.

Lives here: turning the names of rows into settlements. What a newcomer would question: a
name must mean exactly one row in doubt. Two files, or two nights of one that was sorted in
between, may each have a row 2; then nothing is guessed, and the longer names are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath

from importer.core.ports import Ledger, RowState, Settlement, StagedRow
from importer.errors import UsageError


def settle_by_hand(ledger: Ledger, connector: int, decided: Mapping[str, str]) -> int:
    """Settle rows in doubt as a person says; returns how many.

    Args:
        ledger: Holds the rows; the caller holds the connector's lock.
        connector: The ledger's number of the connector.
        decided: `ROW`, `FILE:ROW` or `RUN:FILE:ROW` -> candidate id, empty for a row that
            never arrived.

    Raises:
        UsageError: A name means no row in doubt, or several; nothing was settled.
    """
    if not decided:
        return 0
    doubtful = ledger.doubtful(connector)
    names = {row.seq: _name_row(ledger, row) for row in doubtful}
    how_many = Counter(name for row in doubtful for name in names[row.seq])
    details = []
    for name in decided:
        if how_many[name] == 1:
            continue
        same = [names[row.seq] for row in doubtful if name in names[row.seq]]
        longer = [next((n for n in one if how_many[n] == 1), one[-1]) for one in same]
        details.append(
            f"row {name}: {len(same)} rows in doubt have this number; write {' or '.join(longer)}"
            if same
            else f"row {name}: is not in doubt"
        )
    for row in doubtful:
        said = [name for name in decided if name in names[row.seq]]
        if len(said) > 1:
            details.append(f"row {' and '.join(said)}: is one and the same row")
    if details:
        raise UsageError("Nothing was settled by hand.", details=details)
    for row in doubtful:
        for name in decided.keys() & set(names[row.seq]):
            candidate_id = decided[name]
            state = RowState.CREATED if candidate_id else RowState.STAGED
            settled = Settlement(row.seq, state, candidate_id, attempted_at=row.attempted_at)
            ledger.record_outcomes(connector, row.run_id, [settled])
    return len(decided)


def _name_row(ledger: Ledger, row: StagedRow) -> tuple[str, ...]:
    """What a person may call a row, the shortest first."""
    run = ledger.run(row.run_id)
    has_source = run is not None and row.source < len(run.sources)
    file = PurePath(run.sources[row.source][0]).name if run is not None and has_source else "file"
    return f"{row.row}", f"{file}:{row.row}", f"{row.run_id}:{file}:{row.row}"
