"""A story that a ledger lives through, and what it must know after each step of it.

The steps follow from a seed alone, so that one process can live them, be killed, and
another can say what the ledger must hold: exactly what it held after one of the steps.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.identity import build_contents, email_hash, identity_hash
from importer.core.memory import Lock
from importer.core.ports import RowState, RunRecord, Settlement, StagedRow

AT = "2026-03-01T10:00:00+00:00"
RUN = "story"
KEY = b"k" * 32
ANSWERS = (
    RowState.CREATED,
    RowState.CREATED,
    RowState.REFUSED,
    RowState.IN_DOUBT,
    RowState.STAGED,
)


@dataclass(frozen=True)
class Step:
    """One transaction: what is done, to whom, and what everybody's state is afterwards."""

    verb: str
    people: dict[int, RowState]
    after: dict[int, RowState]


def identity(number: int) -> bytes:
    """Who a person of the story is."""
    return identity_hash(KEY, [f"person{number}@example.com"])


def tell_story(seed: int, steps: int, batch: int = 20) -> Iterator[Step]:
    """Tell the same story for the same seed."""
    dice = random.Random(seed)
    states: dict[int, RowState] = {}
    born = 0
    for _ in range(steps):
        staged = [n for n, s in states.items() if s is RowState.STAGED]
        intended = [n for n, s in states.items() if s is RowState.INTENDED]
        doubtful = [n for n, s in states.items() if s is RowState.IN_DOUBT]
        verbs = ["stage"] + ["intend"] * (3 * bool(staged)) + ["answer"] * (4 * bool(intended))
        verbs += ["reconcile"] * bool(doubtful) + ["recover"] * (
            bool(intended) and dice.random() < 0.1
        )
        verb = dice.choice(verbs)
        people: dict[int, RowState] = {}
        if verb == "stage":
            again = [n for n, s in states.items() if s is RowState.REFUSED]
            some = dice.sample(again, min(len(again), 3))
            new = range(born, born + dice.randint(1, batch))
            born = new.stop
            people = dict.fromkeys([*some, *new], RowState.STAGED)
        elif verb == "intend":
            some = dice.sample(staged, dice.randint(1, min(len(staged), batch)))
            people = dict.fromkeys(some, RowState.INTENDED)
        elif verb == "answer":
            some = dice.sample(intended, dice.randint(1, len(intended)))
            people = {n: dice.choice(ANSWERS) for n in some}
        elif verb == "reconcile":
            some = dice.sample(doubtful, dice.randint(1, len(doubtful)))
            people = {n: dice.choice((RowState.CREATED, RowState.STAGED)) for n in some}
        else:
            people = dict.fromkeys(intended, RowState.IN_DOUBT)
        states.update(people)
        yield Step(verb, people, dict(states))


class Life:
    """A ledger that lives a story."""

    def __init__(self, place: Path, pages_before_moving: int = 8_000) -> None:
        self.ledger = open_ledger(place)
        self.connector = self.ledger.connector_ref("https://ats.example.com", "c1")
        run = RunRecord(RUN, "run", self.connector, "m.yaml", "m", "s", AT, "", "sending", None, ())
        self.ledger.begin_run(run)
        lock = self.ledger.acquire_lock(self.connector, "story", 1_000.0)
        assert isinstance(lock, Lock)
        self.lock = lock
        self.seqs: dict[int, int] = {}
        self.next_seq = 1
        self.tune("wal_checkpoint(TRUNCATE)")  # what follows is in the log alone
        self.tune(f"wal_autocheckpoint={pages_before_moving}")

    def tune(self, pragma: str) -> None:
        """Run a pragma on the one connection that the ledger's pool holds."""
        with self.ledger._engine.connect() as conn:
            raw = conn.connection.driver_connection
            assert raw is not None
            raw.execute(f"PRAGMA {pragma}")

    def live(self, step: Step) -> None:
        """Do one step; when this returns, it is durable."""
        people = step.people
        if step.verb == "stage":
            for n in people:
                self.seqs[n] = self.next_seq
                self.next_seq += 1
            self.ledger.stage(self.connector, RUN, [self._row(n) for n in people])
        elif step.verb == "intend":
            seqs = [self.seqs[n] for n in people]
            self.ledger.record_intents(self.connector, RUN, seqs, self.lock.fence, AT)
        elif step.verb == "recover":
            self.ledger.recover(self.connector)
        else:
            rows = [Settlement(self.seqs[n], s, f"id-{n}") for n, s in people.items()]
            self.ledger.record_outcomes(self.connector, RUN, rows)

    def _row(self, number: int) -> StagedRow:
        email = f"person{number}@example.com"
        return StagedRow(
            seq=self.seqs[number],
            source=0,
            row=number + 2,
            identity=identity(number),
            content=build_contents(KEY, {"E-mail": [email], "Name": [f"Person {number}"]})[0],
            body=f'{{"email_addresses": ["{email}"]}}',
            form="B",
            emails=(email_hash(KEY, email),),
        )


def read_states(ledger: SqlLedger, people: int) -> dict[int, RowState]:
    """What a ledger says of everybody whom a story may know."""
    numbers = {identity(n): n for n in range(people)}
    known = ledger.recall(1, list(numbers))
    states = {numbers[i]: one.state for i, one in known.items()}
    figures = ledger.figures(1)
    assert figures.rows == len(states), "people are counted twice or not at all"
    doubtful = sorted(ledger.doubtful(1), key=lambda r: r.identity)
    expected = sorted(i for i, one in known.items() if one.state is RowState.IN_DOUBT)
    assert [r.identity for r in doubtful] == expected, "a doubtful row is lost"
    assert all(r.body for r in doubtful), "a doubtful row lost its body"
    return states
