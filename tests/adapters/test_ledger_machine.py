"""Any order of events, on the real ledger, against a model of it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger_kit import AT, content, mail, row, run, who

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.memory import Lock
from importer.core.ports import RowState, Settlement
from importer.core.states import SETTLED, WAITING, find_event
from importer.errors import ConnectorBusy, LedgerError

NAMES = st.sampled_from([f"p{i}" for i in range(6)])
STATES = st.sampled_from(list(RowState))


class LedgerMachine(RuleBasedStateMachine):
    """People, runs and locks in any order; the model is two dictionaries.

    `waiting` holds rows on their way, `settled` what holds over runs; a person may be in both
    (a refused row that is staged again).
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = self.folder / "ledger.db"
        self.ledger: SqlLedger = open_ledger(self.place)
        self.waiting: dict[str, RowState] = {}
        self.settled: dict[str, RowState] = {}
        self.run_of: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.time = 1_000.0

    @initialize()
    def begin(self) -> None:
        self.connector = self.ledger.connector_ref("https://ats.example.com", "c1")
        for run_id in ("r1", "r2"):
            self.ledger.begin_run(run(run_id, self.connector))
        self.take_lock()

    def take_lock(self) -> None:
        self.time += 1_000
        lock = self.ledger.acquire_lock(self.connector, "machine", self.time)
        assert isinstance(lock, Lock)
        self.lock = lock

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    def seqs(self) -> dict[str, int]:
        """Numbers of everybody on the way."""
        rows = [
            *self.ledger.staged(self.connector, "r1"),
            *self.ledger.staged(self.connector, "r2"),
            *self.ledger.doubtful(self.connector),
        ]
        names = {who(n): n for n in self.waiting}
        known = {names[r.identity]: r.seq for r in rows}
        return {n: q for n, q in self.numbers.items() if n in self.waiting} | known

    def state(self, name: str) -> RowState | None:
        return self.waiting.get(name) or self.settled.get(name)

    @rule(name=NAMES, run_id=st.sampled_from(["r1", "r2"]))
    def stage(self, name: str, run_id: str) -> None:
        """Staging succeeds for exactly those whom the table lets be staged."""
        is_waiting = self.waiting.get(name, RowState.STAGED) is not RowState.STAGED
        step = find_event(self.settled.get(name), RowState.STAGED)
        allowed = not is_waiting and step is not None
        try:
            self.ledger.stage(self.connector, run_id, [row(name)])
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            self.waiting[name] = RowState.STAGED
            self.run_of[name] = run_id

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def intend(self, data: st.DataObject) -> None:
        """Only staged rows are sent, and nothing of a batch in which one is not."""
        seqs = self.seqs()
        names = data.draw(st.lists(st.sampled_from(sorted(seqs)), min_size=1, unique=True))
        allowed = all(self.waiting[n] is RowState.STAGED for n in names)
        try:
            self.ledger.record_intents(
                self.connector, "r1", [seqs[n] for n in names], self.lock.fence, AT
            )
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            for name in names:
                self.waiting[name] = RowState.INTENDED
                self.numbers[name] = seqs[name]

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), state=STATES)
    def settle(self, data: st.DataObject, state: RowState) -> None:
        """An outcome is stored exactly where the table has a step to it."""
        seqs = self.seqs()
        name = data.draw(st.sampled_from(sorted(seqs)))
        is_outcome = state is not RowState.INTENDED
        allowed = is_outcome and find_event(self.waiting[name], state) is not None
        try:
            self.ledger.record_outcomes(self.connector, "r1", [Settlement(seqs[name], state, "x")])
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            self.move(name, state)

    def move(self, name: str, state: RowState) -> None:
        if state in SETTLED:
            self.waiting.pop(name, None)
            self.settled[name] = state
        else:
            self.waiting[name] = state

    @rule(name=NAMES, state=STATES)
    def decide(self, name: str, state: RowState) -> None:
        """A person's word holds where the table has a step for it."""
        before = self.state(name)
        holds = self.ledger.decide(
            self.connector, "r1", who(name), content(name=name), state, emails=[mail(name)]
        )
        if before is RowState.INCOMPLETE and state is RowState.SET_ASIDE:
            self.settled[name] = RowState.CREATED
            assert holds
            return
        is_possible = before is state or find_event(before, state) is not None
        assert holds is (is_possible and state is not RowState.INTENDED)
        is_sending = state is RowState.STAGED and name not in self.waiting
        if holds and before is not state and not is_sending:
            self.move(name, state)

    @rule()
    def crash(self) -> None:
        """The process dies; the next one finds every intent in doubt."""
        self.ledger._engine.dispose()
        self.ledger = open_ledger(self.place)
        lost = [n for n, s in self.waiting.items() if s is RowState.INTENDED]
        self.take_lock()
        assert self.ledger.recover(self.connector) == len(lost)
        self.waiting.update(dict.fromkeys(lost, RowState.IN_DOUBT))

    @rule()
    def lose_lock(self) -> None:
        """Whoever was fenced cannot send."""
        old = self.lock
        self.take_lock()
        staged = [q for n, q in self.seqs().items() if self.waiting[n] is RowState.STAGED]
        if staged:
            with pytest.raises(ConnectorBusy):
                self.ledger.record_intents(self.connector, "r1", staged, old.fence, AT)

    @rule(run_id=st.sampled_from(["r1", "r2"]))
    def give_up(self, run_id: str) -> None:
        gone = [
            n for n, s in self.waiting.items() if s is RowState.STAGED and self.run_of[n] == run_id
        ]
        assert self.ledger.unstage(self.connector, run_id) == len(gone)
        for name in gone:
            del self.waiting[name]

    @rule(name=NAMES)
    def forget(self, name: str) -> None:
        self.ledger.forget_person(self.connector, who(name))
        self.waiting.pop(name, None)
        self.settled.pop(name, None)

    @invariant()
    def rows_are_the_sum_of_states(self) -> None:
        """Everybody is counted once, where the model has them."""
        if not hasattr(self, "lock"):
            return
        expected = Counter(self.settled[n] for n in self.settled if n not in self.waiting)
        expected.update(self.waiting.values())
        figures = self.ledger.figures(self.connector)
        assert Counter(figures.waiting) + Counter(figures.settled) == expected
        assert figures.rows == len(self.settled.keys() | self.waiting.keys())

    @invariant()
    def everybody_is_known_as_what_they_are(self) -> None:
        if not hasattr(self, "lock"):
            return
        names = self.settled.keys() | self.waiting.keys()
        known = self.ledger.recall(self.connector, [who(f"p{i}") for i in range(6)])
        assert {i: k.state for i, k in known.items()} == {who(n): self.state(n) for n in names}
        doubtful = {n for n, s in self.waiting.items() if s in WAITING - {RowState.STAGED}}
        by_mail = self.ledger.recall_emails(self.connector, [mail(n) for n in doubtful])
        in_doubt = {n for n in doubtful if self.waiting[n] is RowState.IN_DOUBT}
        assert {mail(n) for n in in_doubt} <= by_mail.keys()

    @invariant()
    def nobody_in_doubt_may_be_sent(self) -> None:
        if not hasattr(self, "lock"):
            return
        sendable = {
            r.identity
            for run_id in ("r1", "r2")
            for r in self.ledger.staged(self.connector, run_id)
        }
        assert sendable == {who(n) for n, s in self.waiting.items() if s is RowState.STAGED}


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
