"""Judging the rows of a run, chunk by chunk: mapping, validation, identity, standing.

Lives here: the order in which a row is looked at. Must never live here: how one value is
converted (core/convert), or what follows for the run as a whole (core/settle). What a
newcomer would question: identity and content come first, because rows that the ledger
settles are not judged again; only dates are looked at in all rows, since their order is
decided from the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from importer.core.dates import DateEvidence
from importer.core.distinct import Columns, Distinct, JudgeAll, remembering
from importer.core.fixrows import Decided, FixOrigin, apply_origins, read_fix_rows, take_decision
from importer.core.handback import DECISION_COLUMN, RowDecision
from importer.core.model import (
    Chunk,
    Converted,
    FieldPath,
    Finding,
    Severity,
)
from importer.core.people import Identities, Who
from importer.core.plan import (
    EMAILS,
    FIRST_NAME,
    LAST_NAME,
    BoundRule,
    Plan,
    bind_rules,
    present_keys,
    with_date_order,
)
from importer.core.ports import Content
from importer.core.problems import ProblemLog
from importer.core.rowtable import UNDECIDED, RowBlock, RowTable
from importer.core.rules import WHOLE_NAME
from importer.core.standing import (
    Known,
    Recall,
    StandingRules,
    Standings,
    recall_rows,
    stand,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


_NAMES = frozenset({FIRST_NAME, LAST_NAME, WHOLE_NAME})


@dataclass(slots=True, eq=False)
class _PendingDates:
    """A text-date column whose order is not decided yet."""

    bound: BoundRule
    source: int
    evidence: DateEvidence
    texts: dict[str, int] = field(default_factory=dict)
    codes: list[NDArray[np.int32]] = field(default_factory=list)
    positions: list[NDArray[np.int32]] = field(default_factory=list)
    rows: list[NDArray[np.int64]] = field(default_factory=list)


@dataclass(slots=True)
class BoundSource:
    """One source joined to the plan.

    Attributes:
        orders: Date order decided for a column, known after `Judge.finish`.
    """

    index: int
    rules: tuple[BoundRule, ...]
    mapped: tuple[str, ...]
    resolved: Mapping[str, str]
    name_columns: frozenset[str]
    fix: FixOrigin | None
    orders: dict[str, str | None] = field(default_factory=dict)


class Judge:
    """Judges all sources of a run; feed it every chunk in order, then `finish`.

    Args:
        plan: Mapping and schema joined.
        secret: Keys every hash.
        recall: What the ledger knows of identities and e-mails; None: no history.
        standing: What counts as settled in this run.
    """

    def __init__(
        self, plan: Plan, secret: bytes, recall: Recall | None, standing: StandingRules
    ) -> None:
        self.plan = plan
        self.problems = ProblemLog()
        self.table = RowTable()
        self.cleaned: dict[str, int] = {}
        self.sources: list[BoundSource] = []
        self.news = 0
        self.send_anyway: set[int] = set()
        self.decided: list[Decided] = []
        self.origins: dict[int, tuple[bytes, Content]] = {}
        self._who = Identities(plan, secret)
        self._recall = recall
        self._standing = standing
        self._judges: dict[tuple[int, int, tuple[str, ...]], JudgeAll] = {}
        self._pending: dict[tuple[int, int, tuple[str, ...]], _PendingDates] = {}

    def begin_source(
        self,
        resolved: Mapping[str, str],
        dates: str | None = None,
        orders: Mapping[str, str] | None = None,
        fix: FixOrigin | None = None,
    ) -> BoundSource:
        """Bind the mapping to the next source.

        Args:
            resolved: Column name in the mapping -> column name in the source.
            dates: Order of text dates stated for the source.
            orders: Date orders by column, inherited by a fix workbook.
            fix: The source is a fix workbook, and this is what its run knew.
        """
        rules = bind_rules(self.plan, resolved, dates, orders)
        mapped = tuple(
            dict.fromkeys(
                [resolved[c] for c in self.plan.mapping.identity if c in resolved]
                + [c for r in rules for c in r.columns]
                + [
                    resolved[a.column]
                    for a in self.plan.mapping.attachments
                    if a.column in resolved
                ]
            )
        )
        names = frozenset(c for r in rules if r.path in _NAMES for c in r.columns)
        source = BoundSource(len(self.sources), rules, mapped, resolved, names, fix)
        self.sources.append(source)
        return source

    def judge_chunk(self, source: BoundSource, chunk: Chunk) -> None:
        """Judge some rows of `source`."""
        first = self.table.total
        columns = Columns(chunk.frame)
        who = self._who.of(source, columns, self._judged)
        stands = self._stand(source, chunk, who, first)
        open_rows = np.flatnonzero(stands.standing == UNDECIDED)
        has_error = np.zeros(len(columns), dtype=bool)
        has_error[stands.clashes] = True
        self._observe_dates(source, columns, first, chunk.rows, stands.standing == UNDECIDED)
        if len(open_rows):
            all_open = len(open_rows) == len(columns)
            frame = chunk.frame if all_open else chunk.frame.iloc[open_rows]
            open_columns = columns if all_open else Columns(frame)
            at = _Places(source.index, chunk.rows[open_rows], (first + open_rows).astype(np.int32))
            has_error[open_rows] |= self._judge_open(source, open_columns, at)
        self._take_reader_findings(source, chunk, first, stands.standing, has_error)
        self._note_standing(source, chunk.rows, first, stands.notes)
        self.news += len(stands.news)
        for position, candidate_id in stands.candidate_ids.items():
            self.table.candidate_ids[first + position] = candidate_id
        if len(who.email_rows):
            self.table.email_rows.append((first + who.email_rows).astype(np.int32))
            self.table.email_hashes.append(who.email_hashes)
        self.table.append(
            RowBlock(
                source=np.full(len(columns), source.index, dtype=np.uint16),
                row=np.asarray(chunk.rows, dtype=np.int64),
                identity=who.identity,
                content=who.content,
                name=who.name,
                standing=stands.standing,
                has_error=has_error,
                is_retry=stands.is_retry,
            )
        )

    # --- standing -----------------------------------------------------------------------------

    def _stand(self, source: BoundSource, chunk: Chunk, who: Who, first: int) -> Standings:
        known = recall_rows(self._recall, who) if self._recall else Known()
        if source.fix is None:
            return stand(who, known, self._standing, source.name_columns)
        rows = read_fix_rows(chunk, source.fix)
        if self._recall and rows.origins:
            wanted = list(dict.fromkeys(i for i, _ in rows.origins.values()))
            known.rows = apply_origins(rows, known.rows, self._recall.identities(wanted), who)
        stands = stand(who, known, self._standing, source.name_columns)
        self.origins.update({first + i: o for i, o in rows.origins.items()})
        for position, (text, finding) in rows.unreadable.items():
            stands.clashes.append(position)
            stands.notes.append((position, finding, DECISION_COLUMN))
        for position, decision in rows.decisions.items():
            own = (who.identities()[position], who.content_of(position))
            identity, content = rows.origins.get(position, own)
            self.decided.append(Decided(first + position, decision, identity, content))
            take_decision(decision, stands, position)
            if decision is RowDecision.SEND_ANYWAY:
                self.send_anyway.add(first + position)
        return stands

    # --- one chunk ----------------------------------------------------------------------------

    def _judged(
        self, source: BoundSource, number: int, group: tuple[str, ...], distinct: Distinct
    ) -> list[Converted]:
        """Judge an input's distinct texts, each once."""
        key = (source.index, number, group)
        judge = self._judges.get(key)
        if judge is None:
            judge = self._judges[key] = remembering(source.rules[number].judge)
        return judge(distinct.texts)

    def _judge_open(self, source: BoundSource, columns: Columns, at: _Places) -> NDArray[np.bool_]:
        errors = np.zeros(len(columns), dtype=bool)
        present: dict[FieldPath, NDArray[np.bool_]] = {
            path: np.full(len(columns), value is not None)
            for path, value in self.plan.constants.items()
        }
        for number, bound in enumerate(source.rules):
            for group in bound.inputs:
                distinct = columns.distinct(group, bound.rule.join or " ")
                if bound.needs_order:
                    _mark_texts(present, bound.path, distinct)
                    continue
                judged = self._judged(source, number, group, distinct)
                _mark_present(present, bound, distinct, judged)
                self._count_cleaned(distinct, judged)
                self._log_findings(bound, group, distinct, judged, at, errors)
        self._check_required(source, present, at, errors)
        return errors

    def _log_findings(
        self,
        bound: BoundRule,
        group: tuple[str, ...],
        distinct: Distinct,
        judged: Sequence[Converted],
        at: _Places,
        errors: NDArray[np.bool_],
    ) -> None:
        wanted = [i for i, j in enumerate(judged) if j.findings]
        for code, where in distinct.rows_of(wanted):
            for finding in judged[code].findings:
                self.problems.add(
                    finding,
                    source=at.source,
                    rows=at.rows[where],
                    indexes=at.positions[where],
                    column=group[0] if len(group) == 1 else ", ".join(group),
                    field=str(bound.path),
                    value=distinct.texts[code],
                )
                if finding.severity is Severity.ERROR:
                    errors[where] = True

    def _count_cleaned(self, distinct: Distinct, judged: Sequence[Converted]) -> None:
        marked = [i for i, j in enumerate(judged) if j.cleaned]
        if not marked:
            return
        counts = np.bincount(distinct.codes, minlength=len(distinct.texts))
        for i in marked:
            for kind in judged[i].cleaned:
                self.cleaned[kind] = self.cleaned.get(kind, 0) + int(counts[i])

    def _check_required(
        self,
        source: BoundSource,
        present: Mapping[FieldPath, NDArray[np.bool_]],
        at: _Places,
        errors: NDArray[np.bool_],
    ) -> None:
        nothing = np.zeros(len(errors), dtype=bool)
        for path in self.plan.required:
            missing = ~present.get(path, nothing)
            self._reject(_required(self.plan, source, path), missing, at, errors, str(path))
        named = present.get(FIRST_NAME, nothing) | present.get(LAST_NAME, nothing)
        empty = ~(named | present.get(EMAILS, nothing))
        self._reject((NEAR_EMPTY, None), empty, at, errors, "")

    def _reject(
        self,
        what: tuple[Finding, str | None],
        mask: NDArray[np.bool_],
        at: _Places,
        errors: NDArray[np.bool_],
        path: str,
    ) -> None:
        where = np.flatnonzero(mask)
        if not len(where):
            return
        finding, column = what
        self.problems.add(
            finding,
            source=at.source,
            rows=at.rows[where],
            indexes=at.positions[where],
            column=column,
            field=path,
            value="",
        )
        errors[where] = True

    def _take_reader_findings(
        self,
        source: BoundSource,
        chunk: Chunk,
        first: int,
        standing: NDArray[np.uint8],
        has_error: NDArray[np.bool_],
    ) -> None:
        if not chunk.findings:
            return
        where = {int(row): i for i, row in enumerate(chunk.rows)}
        mapped = set(source.mapped)
        for noticed in chunk.findings:
            position = where.get(noticed.row)
            if position is None or standing[position] != UNDECIDED:
                continue
            if noticed.column is not None and noticed.column not in mapped:
                continue
            self.problems.add(
                noticed.finding,
                source=source.index,
                rows=chunk.rows[position : position + 1],
                indexes=np.asarray([first + position], dtype=np.int32),
                column=noticed.column,
                value=noticed.value,
            )
            if noticed.finding.severity is Severity.ERROR:
                has_error[position] = True

    def _note_standing(
        self,
        source: BoundSource,
        rows: NDArray[np.int64],
        first: int,
        notes: Sequence[tuple[int, Finding, str | None]],
    ) -> None:
        for position, finding, column in notes:
            self.problems.add(
                finding,
                source=source.index,
                rows=rows[position : position + 1],
                indexes=np.asarray([first + position], dtype=np.int32),
                column=column,
            )

    # --- dates --------------------------------------------------------------------------------

    def _observe_dates(
        self,
        source: BoundSource,
        columns: Columns,
        first: int,
        rows: NDArray[np.int64],
        is_open: NDArray[np.bool_],
    ) -> None:
        for number, bound in enumerate(source.rules):
            if not bound.needs_order:
                continue
            for group in bound.inputs:
                distinct = columns.distinct(group, bound.rule.join or " ")
                pending = self._pending.setdefault(
                    (source.index, number, group),
                    _PendingDates(bound, source.index, DateEvidence()),
                )
                counts = np.bincount(distinct.codes, minlength=len(distinct.texts))
                for text, count in zip(distinct.texts, counts.tolist(), strict=True):
                    pending.evidence.observe(text, count)
                known = pending.texts
                numbers = [known.setdefault(t, len(known)) for t in distinct.texts]
                codes = np.asarray(numbers, dtype=np.int32)[distinct.codes]
                where = np.flatnonzero(is_open)
                pending.codes.append(codes[where])
                pending.positions.append((first + where).astype(np.int32))
                pending.rows.append(rows[where])

    def finish(self) -> NDArray[np.bool_]:
        """Decide the dates' orders; returns which rows their texts keep from being sent.

        The result has one entry a row of the run, to be joined with `RowBlock.has_error`.
        """
        errors = np.zeros(self.table.total, dtype=bool)
        for (index, number, group), pending in self._pending.items():
            decision = pending.evidence.decide()
            source = self.sources[index]
            bound = with_date_order(self.plan, pending.bound, decision.order)
            rules = list(source.rules)
            rules[number] = bound
            source.rules = tuple(rules)
            for column in group:
                source.orders[column] = decision.order
            texts = list(pending.texts)
            distinct = Distinct(np.concatenate(pending.codes), texts)
            judged = [bound.judge(t) for t in texts]
            if decision.is_contradictory:
                judged = [
                    pending.evidence.contradict(t, j) for t, j in zip(texts, judged, strict=True)
                ]
            at = _Places(index, np.concatenate(pending.rows), np.concatenate(pending.positions))
            local = np.zeros(len(at.rows), dtype=bool)
            self._log_findings(bound, group, distinct, judged, at, local)
            self._count_cleaned(distinct, judged)
            errors[at.positions[local]] = True
        self._pending.clear()
        self._judges.clear()
        return errors


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where the rows at hand stand: in their source, and in the run."""

    source: int
    rows: NDArray[np.int64]
    positions: NDArray[np.int32]


NEAR_EMPTY = Finding(
    "no-name-no-email",
    "The row has neither a name nor an e-mail address, so nobody could be found again by it.",
    "Fill in a name or an e-mail address, or take the row out.",
)


def _required(plan: Plan, source: BoundSource, path: FieldPath) -> tuple[Finding, str | None]:
    declared = plan.field(path)
    label = declared.label if declared is not None and declared.label else path.key
    columns = [c for r in source.rules if r.path == path for c in r.columns]
    if not columns:
        return (
            Finding(
                "required",
                f"{label} is required by the ATS, and no column of the mapping fills it.",
                f"Map a column (or a constant) to {path.key}.",
            ),
            None,
        )
    return (
        Finding(
            "required",
            f"{label} is required by the ATS and blank here.",
            f"Fill in {columns[0]}.",
        ),
        columns[0],
    )


def _mark_present(
    present: dict[FieldPath, NDArray[np.bool_]],
    bound: BoundRule,
    distinct: Distinct,
    judged: Sequence[Converted],
) -> None:
    keys: dict[FieldPath, list[bool]] = {}
    for i, conv in enumerate(judged):
        # A value that is wrong is there all the same: it has its own finding.
        filled = present_keys(bound.rule, conv.value) if conv.value is not None else ()
        if conv.value is None and not conv.is_sound:
            filled = (
                (bound.path, FIRST_NAME, LAST_NAME) if bound.path.key == "name" else (bound.path,)
            )
        for path in filled:
            keys.setdefault(path, [False] * len(judged))[i] = True
    for path, flags in keys.items():
        mask = distinct.mask(flags)
        present[path] = present[path] | mask if path in present else mask


def _mark_texts(
    present: dict[FieldPath, NDArray[np.bool_]], path: FieldPath, distinct: Distinct
) -> None:
    mask = distinct.mask([bool(t.strip()) for t in distinct.texts])
    present[path] = present[path] | mask if path in present else mask
