"""Judging the rows of a run, chunk by chunk: mapping, validation, identity, standing.

Lives here: the order in which a row is looked at. Must never live here: how one value is
converted (core/convert), or what follows for the run as a whole (core/settle). What a
newcomer would question: identity and content come first, because rows that the ledger
settles are not judged again; only dates are looked at in all rows, since their order is
decided from the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from importer.core.attachments import Files
from importer.core.bound_source import BoundSource, bind_source
from importer.core.date_columns import DateColumns
from importer.core.distinct import Columns, Distinct, JudgeAll, remembering
from importer.core.fixrows import (
    Decided,
    FixOrigin,
    apply_origins,
    find_shortened,
    read_fix_rows,
    reject_known,
    take_decision,
)
from importer.core.handback import DECISION_COLUMN, RowDecision
from importer.core.model import Chunk, Converted, Finding, Outcome, Severity
from importer.core.people import Identities, Who
from importer.core.person_texts import read_person_texts
from importer.core.plan import Plan
from importer.core.ports import Content
from importer.core.presence import Presence
from importer.core.rowlog import Places, RowLog, find_notable
from importer.core.rowtable import CODE_OF, UNDECIDED, RowBlock, RowTable
from importer.core.run_keys import KeyMaker
from importer.core.standing import (
    Change,
    Known,
    Recall,
    StandingRules,
    Standings,
    know_nobody,
    recall_rows,
    stand,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


_CHANGED = CODE_OF[Outcome.CHANGED]


class Judge:
    """Judges all sources of a run; feed it every chunk in order, then `finish`.

    Args:
        plan: Mapping and schema joined.
        secret: Keys every hash.
        recall: What the ledger knows of identities and e-mails; None: no history.
        standing: What counts as settled in this run.
        is_first: Nobody is remembered: identities are made only of rows that are kept.
    """

    def __init__(
        self,
        plan: Plan,
        secret: bytes,
        recall: Recall | None,
        standing: StandingRules,
        *,
        is_first: bool = False,
    ) -> None:
        self.plan = plan
        self.log = RowLog()
        self.table = RowTable()
        self.sources: list[BoundSource] = []
        self.news: dict[int, Change] = {}
        self.send_anyway: set[int] = set()
        self.decided: list[Decided] = []
        self.origins: dict[int, tuple[bytes, Content]] = {}
        self._who = Identities(secret)
        self._keys = KeyMaker()
        self._is_first = is_first
        self._recall = recall
        self._standing = standing
        self._judges: dict[tuple[int, int, tuple[str, ...]], JudgeAll] = {}
        # Identity and judging look at the same texts of a chunk; each is judged once.
        self._here: dict[tuple[int, int, tuple[str, ...]], tuple[Distinct, list[Converted]]] = {}
        self._dates = DateColumns()
        self._changes: list[tuple[Places, int, Finding]] = []

    def begin_source(
        self,
        resolved: Mapping[str, str],
        dates: str | None = None,
        orders: Mapping[str, str] | None = None,
        fix: FixOrigin | None = None,
        files: Files | None = None,
        sheets: Sequence[str] = (),
    ) -> BoundSource:
        """Bind the mapping to the next source; the arguments are `bind_source`'s."""
        source = bind_source(
            self.plan, len(self.sources), resolved, dates, orders, fix, files, sheets
        )
        self.sources.append(source)
        return source

    def judge_chunk(self, source: BoundSource, chunk: Chunk) -> None:
        """Judge some rows of `source`."""
        first = self.table.total
        columns = Columns(chunk.frame)
        texts = read_person_texts(self.plan, source, columns, self._judged)
        keys = self._keys.make(texts, columns, source.mapped)
        if self._is_first:
            identity = self._keys.key_people(texts, keys.content)[:, np.newaxis]
            stands = know_nobody(len(columns))
        else:
            who = self._who.of(source, columns, texts)
            stands = self._stand(source, chunk, who, first)
            identity = who.identity
        open_rows = np.flatnonzero(stands.standing == UNDECIDED)
        has_error = np.zeros(len(columns), dtype=bool)
        has_error[stands.clashes] = True
        at = Places(
            source.index,
            np.asarray(chunk.rows, dtype=np.int64),
            np.arange(first, first + len(columns), dtype=np.int32),
        )
        self._observe_dates(source, columns, at, stands.standing == UNDECIDED)
        if len(open_rows):
            all_open = len(open_rows) == len(columns)
            frame = chunk.frame if all_open else chunk.frame.iloc[open_rows]
            open_columns = columns if all_open else Columns(frame)
            open_at = Places(source.index, at.rows[open_rows], at.positions[open_rows])
            has_error[open_rows] |= self._judge_open(source, open_columns, open_at)
        self._take_reader_findings(source, chunk, at, stands.standing, has_error)
        for position, finding, column in stands.notes:
            if int(stands.standing[position]) == _CHANGED:
                self._changes.append((at, position, finding))
                continue
            # What the ATS refused is remembered by its field; a person knows its column.
            self.log.one(finding, at, position, column=source.column_of.get(column or "", column))
        for position, candidate_id in stands.candidate_ids.items():
            self.table.candidate_ids[first + position] = candidate_id
        if len(keys.email_rows):
            self.table.add_emails(first + keys.email_rows, keys.emails)
        self.table.append(
            RowBlock(
                source=np.full(len(columns), source.index, dtype=np.uint16),
                row=at.rows.astype(np.int32),
                identity=identity,
                content=keys.content,
                name=keys.name,
                standing=stands.standing,
                has_error=has_error,
                is_retry=stands.is_retry,
            )
        )
        self._here.clear()

    # --- standing -----------------------------------------------------------------------------

    def _stand(self, source: BoundSource, chunk: Chunk, who: Who, first: int) -> Standings:
        known = recall_rows(self._recall, who, self._who.row_identity) if self._recall else Known()
        if source.fix is None:
            stands = stand(who, known, self._standing, source.name_columns)
            self._take_news(who, known, stands, first)
            return stands
        rows = read_fix_rows(chunk, source.fix)
        if self._recall and rows.origins:
            wanted = list(dict.fromkeys(i for i, _ in rows.origins.values()))
            known.rows = apply_origins(rows, known.rows, self._recall.identities(wanted), who)
        stands = stand(who, known, self._standing, source.name_columns)
        # A workbook is no nightly source: what was edited in it since is told at each import.
        stands.news = [p for p in stands.news if p not in rows.settled]
        self._take_news(who, known, stands, first)
        self.origins.update({first + i: o for i, o in rows.origins.items()})
        for position, (_, finding) in rows.unreadable.items():
            stands.clashes.append(position)
            stands.notes.append((position, finding, DECISION_COLUMN))
        others = reject_known(rows, stands)
        for position, decision in rows.decisions.items():
            own = (who.identities()[position], who.content_of(position))
            identity, content = rows.origins.get(position, own)
            is_open = int(stands.standing[position]) == UNDECIDED
            is_held = take_decision(decision, stands, position)
            is_own = decision is RowDecision.SEND_ANYWAY or position not in others
            if is_open and (decision is RowDecision.SKIP or not is_own):
                # Somebody else may have this identity, now or later: the decision is on this
                # row, so it is remembered by what the row holds.
                row = self._who.row_identity(content.hashes)
                self.decided.append(Decided(first + position, decision, row, content))
            if is_own:
                self.decided.append(Decided(first + position, decision, identity, content))
            if decision is RowDecision.SEND_ANYWAY:
                self.send_anyway.add(first + position)
                if not is_held:
                    self._separate(who, position, first)
        return stands

    def _take_news(self, who: Who, known: Known, stands: Standings, first: int) -> None:
        for position in stands.news:
            before = known.rows[position] if position in known.by_email else None
            identity = who.identity[position].tobytes()
            self.news[first + position] = Change(identity, who.content_of(position), before)

    def _separate(self, who: Who, position: int, first: int) -> None:
        """Let a row be a person of its own, whoever else has its identity."""
        row_identity = self._who.row_identity
        own = row_identity(who.contents[position].tobytes())
        who.identity[position] = np.frombuffer(own, dtype=np.uint64)
        origin = self.origins.get(first + position)
        if origin is not None:
            content = origin[1]
            self.origins[first + position] = (row_identity(content.hashes), content)

    # --- one chunk ----------------------------------------------------------------------------

    def _judged(
        self, source: BoundSource, number: int, group: tuple[str, ...], distinct: Distinct
    ) -> list[Converted]:
        """Judge an input's distinct texts, each once."""
        here = (id(distinct), number, group)
        known = self._here.get(here)
        if known is not None and known[0] is distinct:
            return known[1]
        key = (source.index, number, group)
        judge = self._judges.get(key)
        if judge is None:
            judge = self._judges[key] = remembering(source.rules[number].judge)
        judged = judge(distinct.texts)
        self._here[here] = (distinct, judged)
        return judged

    def _judge_open(self, source: BoundSource, columns: Columns, at: Places) -> NDArray[np.bool_]:
        errors = np.zeros(len(columns), dtype=bool)
        presence = Presence(len(columns), self.plan.constants)
        for number, bound in enumerate(source.rules):
            for group in bound.inputs:
                distinct = columns.distinct(group, bound.joiner)
                if bound.needs_order:
                    presence.mark_texts(bound, distinct)
                    continue
                judged = self._judged(source, number, group, distinct)
                notable = find_notable(judged)
                presence.mark_judged(bound, distinct, judged, notable)
                self.log.count_cleaned(distinct, judged, notable)
                self.log.findings(bound, group, distinct, judged, at, errors, notable)
        presence.check(self.plan, source.rules, self.log, at, errors)
        return errors

    def _observe_dates(
        self, source: BoundSource, columns: Columns, at: Places, is_open: NDArray[np.bool_]
    ) -> None:
        for number, bound in enumerate(source.rules):
            if bound.needs_order:
                for group in bound.inputs:
                    distinct = columns.distinct(group, bound.joiner)
                    key = (source.index, number, group)
                    self._dates.observe(key, bound, distinct, at, is_open)

    def _take_reader_findings(
        self,
        source: BoundSource,
        chunk: Chunk,
        at: Places,
        standing: NDArray[np.uint8],
        has_error: NDArray[np.bool_],
    ) -> None:
        findings = list(chunk.findings)
        if source.fix is not None:
            findings += find_shortened(chunk, source.mapped)
        if not findings:
            return
        where = {int(row): i for i, row in enumerate(chunk.rows)}
        mapped = set(source.mapped)
        for noticed in findings:
            position = where.get(noticed.row)
            if position is None or standing[position] != UNDECIDED:
                continue
            if noticed.column is None or noticed.column in mapped:
                self.log.one(
                    noticed.finding, at, position, column=noticed.column, value=noticed.value
                )
                if noticed.finding.severity is Severity.ERROR:
                    has_error[position] = True

    def tell_changes(self, outcome: NDArray[np.uint8]) -> None:
        """Note what changed on the rows that are still `changed` when all rows were seen."""
        for at, position, finding in self._changes:
            if int(outcome[at.positions[position]]) == _CHANGED:
                self.log.one(finding, at, position)
        self._changes.clear()

    def who(self, source: BoundSource, columns: Columns) -> Who:
        """Who some rows are."""
        texts = read_person_texts(self.plan, source, columns, self._judged)
        who = self._who.of(source, columns, texts)
        self._here.clear()
        return who

    def finish(self) -> NDArray[np.bool_]:
        """Decide the dates' orders; returns which rows their texts keep from being sent.

        The result has one entry a row of the run, to be joined with `RowBlock.has_error`.
        """
        errors = np.zeros(self.table.total, dtype=bool)
        for (index, number, group), bound, order in self._dates.decide(self.plan, self.log, errors):
            source = self.sources[index]
            rules = list(source.rules)
            rules[number] = bound
            source.rules = tuple(rules)
            source.orders.update(dict.fromkeys(group, order))
        self._judges.clear()
        return errors
