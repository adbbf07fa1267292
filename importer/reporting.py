"""From a judged and sent run to what is told of it: final outcomes, rows, summary.

Lives here: putting together what the ledger and the check know. Must never live here: the
look of a report (adapters/reports). What a newcomer would question: final outcomes are read
back from the ledger, not carried over from the sender, so the report can only say what is
durable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.checking import Checked
from importer.core.distinct import Columns
from importer.core.handback import TOKEN_COLUMN, find_own
from importer.core.model import NEEDS_A_PERSON, Chunk, Finding, Outcome
from importer.core.ports import Ledger, Remembered, RowState, Source
from importer.core.problems import RowProblems
from importer.core.results import ReportRow
from importer.core.rowlog import place_of
from importer.core.rowtable import CODE_OF, OUTCOMES
from importer.core.standing import IN_DOUBT
from importer.core.tokens import Origin, make_token

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 5_000
_NEEDY = [CODE_OF[outcome] for outcome in NEEDS_A_PERSON]

_OUTCOME_OF: Mapping[RowState, Outcome] = {
    RowState.STAGED: Outcome.NOT_SENT,
    RowState.INTENDED: Outcome.IN_DOUBT,
    RowState.IN_DOUBT: Outcome.IN_DOUBT,
    RowState.CREATED: Outcome.CREATED,
    RowState.INCOMPLETE: Outcome.INCOMPLETE,
    RowState.REFUSED: Outcome.REFUSED,
    RowState.SET_ASIDE: Outcome.SET_ASIDE,
    RowState.ALREADY_IN_ATS: Outcome.ALREADY_IN_ATS,
}


@dataclass(slots=True, eq=False)
class FinalRows:
    """Every row's final outcome.

    Attributes:
        candidate_ids: Position -> id, where one is known.
        problems: What stands on each row.
    """

    outcome: NDArray[np.uint8]
    candidate_ids: Mapping[int, str]
    problems: RowProblems

    def counts(self) -> dict[str, int]:
        """Rows by outcome, zeros too, with their sum under `rows`."""
        numbers = np.bincount(self.outcome, minlength=len(OUTCOMES)).tolist()
        by_outcome = zip((o.value for o in OUTCOMES), numbers, strict=True)
        return {"rows": len(self.outcome), **dict(by_outcome)}


def finish_rows(
    checked: Checked, ledger: Ledger, connector: int, run_id: str, *, is_check: bool
) -> FinalRows:
    """Read back from the ledger what became of every row that was to be sent or completed.

    Args:
        checked: The run's rows as judged.
        ledger: What is durable.
        connector: The connector's number in the ledger.
        run_id: This run.
        is_check: Ready rows stay ready.
    """
    outcome = checked.outcome.copy()
    candidate_ids = dict(checked.judge.table.candidate_ids)
    is_open = checked.outcome == CODE_OF[Outcome.INCOMPLETE]
    if not is_check:
        is_open |= checked.outcome == CODE_OF[Outcome.READY]
    if is_open.any():
        ready = np.flatnonzero(is_open)
        for start in range(0, len(ready), _BATCH):
            batch = ready[start : start + _BATCH].tolist()
            identities = [checked.identity_of(i) for i in batch]
            known = ledger.recall(connector, identities)
            for position, identity in zip(batch, identities, strict=True):
                remembered = known.get(identity)
                final = Outcome.NOT_SENT if remembered is None else _OUTCOME_OF[remembered.state]
                if remembered is not None and _was_completed(checked, position, remembered, run_id):
                    final = Outcome.UNCHANGED
                outcome[position] = CODE_OF[final]
                if remembered is not None:
                    _take_words(checked, position, final, remembered)
                    if remembered.candidate_id:
                        candidate_ids[position] = remembered.candidate_id
    index = checked.judge.log.problems.index(len(outcome))
    return FinalRows(outcome, candidate_ids, index)


def _was_completed(checked: Checked, position: int, remembered: Remembered, run_id: str) -> bool:
    """Whether an earlier run created the candidate and this one brought the last file."""
    return (
        checked.outcome[position] == CODE_OF[Outcome.INCOMPLETE]
        and remembered.state is RowState.CREATED
        and remembered.run_id != run_id
    )


def _take_words(checked: Checked, position: int, outcome: Outcome, remembered: Remembered) -> None:
    if outcome not in (Outcome.REFUSED, Outcome.INCOMPLETE, Outcome.IN_DOUBT):
        return
    at = place_of(checked.rows, position)
    columns = checked.judge.sources[at.source].column_of
    for problem in remembered.problems:
        finding = Finding(
            problem.code, problem.message, problem.hint, problem.severity, problem.suggestion
        )
        column = columns.get(problem.column or "", problem.column)
        checked.judge.log.one(finding, at, 0, column=column)
    if outcome is Outcome.IN_DOUBT and not remembered.problems:
        checked.judge.log.one(IN_DOUBT, at, 0)


def report_rows(
    checked: Checked, final: FinalRows, sources: Sequence[Source]
) -> Iterator[ReportRow]:
    """Walk the rows in order, with all their cells.

    Which of a fix workbook's columns are its own is the report writers' knowledge
    (`handback.original_columns`).

    Args:
        checked: The run's rows as judged.
        final: What became of them.
        sources: The same rows again, from the spool.
    """
    position = 0
    for number, source in enumerate(sources):
        ours = find_own(TOKEN_COLUMN, source.description.columns)
        for chunk in source.chunks():
            tokens = _tokens(checked, final, number, position, chunk, ours)
            lists = [chunk.frame.iloc[:, i].tolist() for i in range(chunk.frame.shape[1])]
            for i, (row, *cells) in enumerate(zip(chunk.rows.tolist(), *lists, strict=True)):
                yield ReportRow(
                    source=number,
                    row=row,
                    cells=cells,
                    outcome=OUTCOMES[final.outcome[position]],
                    candidate_id=final.candidate_ids.get(position, ""),
                    problems=final.problems.of(position),
                    token=tokens.get(i, ""),
                )
                position += 1


def _tokens(
    checked: Checked,
    final: FinalRows,
    number: int,
    first: int,
    chunk: Chunk,
    ours: str | None,
) -> dict[int, str]:
    """Tokens of the chunk's rows that need a person.

    A row of a fix workbook keeps the token that it came with; one that a person inserted
    gets its own.
    """
    outcome = final.outcome[first : first + len(chunk.rows)]
    needing = np.flatnonzero(np.isin(outcome, _NEEDY)).tolist()
    bound = checked.judge.sources[number]
    tokens: dict[int, str] = {}
    origins = 0
    if bound.fix is not None:
        origins = len(bound.fix.columns)
        if ours is not None:
            carried = chunk.frame[ours].tolist()
            tokens = {i: text for i in needing if (text := carried[i])}
        needing = [i for i in needing if i not in tokens]
    if needing:
        who = checked.judge.who(bound, Columns(chunk.frame.iloc[needing]))
        identities = checked.keep_identities(first + np.asarray(needing), who)
        hashes = who.content_bytes()
        for i, identity, content in zip(needing, identities, hashes, strict=True):
            tokens[i] = make_token(Origin(origins + number, identity, content))
    return tokens


def token_columns(checked: Checked) -> list[list[str]]:
    """The columns that the hashes in this run's tokens are of, by the tokens' source number.

    Tokens that a fix workbook carries on keep the numbers of the run they come from; those
    of its own rows count on behind them.
    """
    sources = checked.judge.sources
    origin = next((s.fix for s in sources if s.fix is not None), None)
    carried = [list(columns) for columns in origin.columns] if origin is not None else []
    return carried + [list(source.names) for source in sources]


def read_columns(checked: Checked) -> list[list[str]]:
    """The columns that this run's rows were read from, by the tokens' source number."""
    sources = checked.judge.sources
    origin = next((s.fix for s in sources if s.fix is not None), None)
    carried = [list(columns) for columns in origin.read] if origin is not None else []
    return carried + [list(source.mapped) for source in sources]
