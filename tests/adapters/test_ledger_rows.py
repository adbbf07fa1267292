"""Rows on their way through the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_kit import AT, content, mail, row, run, send, start, who

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.memory import Lock
from importer.core.model import Severity
from importer.core.ports import RowState, Settlement
from importer.core.results import RowProblem
from importer.errors import ConnectorBusy, LedgerError


def test_a_run_from_staging_to_the_next_night(ledger: SqlLedger) -> None:
    """Settled rows are known by identity and e-mail, in their state, with their content."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada", 2), row("bob", 3), row("cyd", 4), row("dot", 5)])
    states = {
        "ada": RowState.CREATED,
        "bob": RowState.REFUSED,
        "cyd": RowState.IN_DOUBT,
    }
    send(ledger, connector, lock, states)
    known = ledger.recall(connector, [who(n) for n in ("ada", "bob", "cyd", "dot", "eve")])
    assert {i: k.state for i, k in known.items()} == {
        who("ada"): RowState.CREATED,
        who("bob"): RowState.REFUSED,
        who("cyd"): RowState.IN_DOUBT,
        who("dot"): RowState.STAGED,
    }
    assert known[who("ada")].candidate_id == "id-ada"
    assert known[who("ada")].content == content(name="ada")
    assert known[who("ada")].run_id == "r1"
    assert (known[who("bob")].mapping_sha256, known[who("bob")].schema_sha256) == ("m1", "s1")
    by_mail = ledger.recall_emails(connector, [mail("ada"), mail("cyd"), mail("dot")])
    assert {m: k.state for m, k in by_mail.items()} == {
        mail("ada"): RowState.CREATED,
        mail("cyd"): RowState.IN_DOUBT,
    }
    assert [r.row for r in ledger.staged(connector, "r1")] == [5]
    assert [(r.row, r.body != "") for r in ledger.doubtful(connector)] == [(4, True)]


def test_everything_of_a_staged_row_comes_back(ledger: SqlLedger) -> None:
    """A staged row is read back exactly as it was given, numbered in order."""
    connector, _ = start(ledger)
    given = row(
        "ada",
        7,
        source=2,
        form="A",
        emails=(mail("ada"), mail("ada2")),
        origin=(who("adda"), content(name="adda", mail="x")),
        attachments='[{"name": "cv.pdf"}]',
    )
    ledger.stage(connector, "r1", [given, row("bob")])
    first, second = ledger.staged(connector, "r1")
    assert (first.seq, second.seq) == (1, 2)
    assert first == type(given)(
        **{
            **{f: getattr(given, f) for f in given.__slots__},
            "seq": 1,
            "run_id": "r1",
            "state": RowState.STAGED,
        }
    )
    assert [r.seq for r in ledger.staged(connector, "r1", after=1)] == [2]


def test_only_staged_rows_are_ever_intended(ledger: SqlLedger) -> None:
    """No row is sent twice: an intent on a row in any other state is refused."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    ledger.record_intents(connector, "r1", [1], lock.fence, AT)
    with pytest.raises(LedgerError, match="must not happen"):
        ledger.record_intents(connector, "r1", [1, 2], lock.fence, AT)
    ledger.recover(connector)
    with pytest.raises(LedgerError, match="must not happen"):
        ledger.record_intents(connector, "r1", [1], lock.fence, AT)
    with pytest.raises(LedgerError, match="in doubt"):
        ledger.stage(connector, "r1", [row("ada")])
    assert [r.seq for r in ledger.staged(connector, "r1")] == [2]


def test_an_outcome_needs_an_intent(ledger: SqlLedger) -> None:
    """A row that nobody meant to send cannot become created."""
    connector, _ = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    with pytest.raises(LedgerError, match="from staged to created"):
        ledger.record_outcomes(connector, "r1", [Settlement(1, RowState.CREATED)])
    assert len(ledger.staged(connector, "r1")) == 1


def test_a_settled_row_cannot_be_settled_again(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.CREATED})
    with pytest.raises(LedgerError, match="settled before"):
        ledger.record_outcomes(connector, "r1", [Settlement(1, RowState.REFUSED)])
    with pytest.raises(LedgerError, match="from created to staged"):
        ledger.stage(connector, "r1", [row("ada")])


def test_recovery_puts_lost_intents_in_doubt(ledger: SqlLedger) -> None:
    """An intent without an outcome is in doubt, known by its e-mail, and not before its time."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    ledger.record_intents(connector, "r1", [1], lock.fence, AT)
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.INTENDED
    assert ledger.recover(connector, "2026-03-01T11:00:00+00:00") == 1
    assert ledger.recover(connector) == 0
    (doubtful,) = ledger.doubtful(connector)
    assert (doubtful.attempts, doubtful.attempted_at) == (1, "2026-03-01T11:00:00+00:00")
    assert ledger.recall_emails(connector, [mail("ada")])[mail("ada")].state is RowState.IN_DOUBT


def test_a_row_that_had_not_left_goes_again(ledger: SqlLedger) -> None:
    """After a 429 the same row is staged under its number, and its second attempt counts."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.STAGED})
    (again,) = ledger.staged(connector, "r1")
    assert (again.seq, again.attempts) == (1, 1)
    send(ledger, connector, lock, {"ada": RowState.CREATED})
    assert ledger.staged(connector, "r1") == []


def test_doubt_is_settled_either_way(ledger: SqlLedger) -> None:
    """Found means created; proved absent means sendable under the next run."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    send(ledger, connector, lock, {"ada": RowState.IN_DOUBT, "bob": RowState.IN_DOUBT})
    ledger.record_outcomes(
        connector,
        "r1",
        [Settlement(1, RowState.CREATED, candidate_id="x"), Settlement(2, RowState.STAGED)],
    )
    ledger.finish_run("r1", AT, 0, "{}")
    known = ledger.recall(connector, [who("ada"), who("bob")])
    assert known[who("ada")].candidate_id == "x"
    assert known[who("bob")].state is RowState.STAGED
    assert [r.row for r in ledger.stranded(connector)] == [2]
    ledger.begin_run(run("r2", connector))
    ledger.stage(connector, "r2", [row("bob")])
    assert ledger.stranded(connector) == []
    assert [r.seq for r in ledger.staged(connector, "r2")] == [3]


def test_giving_up_a_run_restores_what_was_known(ledger: SqlLedger) -> None:
    """A refused row that was staged again is refused again when its run is given up."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    problem = RowProblem("refused", "Name", "no good", "", Severity.ERROR)
    send(ledger, connector, lock, {"ada": RowState.REFUSED}, problems=(problem,))
    ledger.stage(connector, "r2", [row("ada", content=content(name="Ada"))])
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.STAGED
    assert ledger.unstage(connector, "r2") == 1
    known = ledger.recall(connector, [who("ada")])[who("ada")]
    assert (known.state, known.content, known.problems) == (
        RowState.REFUSED,
        content(name="ada"),
        (problem,),
    )


def test_giving_up_forgets_people_who_never_arrived(ledger: SqlLedger) -> None:
    """Proved absent, then given up: nothing is left, not even a hashed e-mail."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.IN_DOUBT})
    ledger.record_outcomes(connector, "r1", [Settlement(1, RowState.STAGED)])
    assert ledger.unstage(connector, "r1") == 1
    assert ledger.recall(connector, [who("ada")]) == {}
    assert ledger.recall_emails(connector, [mail("ada")]) == {}


@pytest.mark.parametrize(
    ("mended", "state", "original_known"),
    [
        pytest.param("ada", RowState.CREATED, True, id="same identity, created"),
        pytest.param("ada2", RowState.CREATED, True, id="other identity, created"),
        pytest.param("ada", RowState.REFUSED, True, id="same identity, refused"),
        pytest.param("ada2", RowState.REFUSED, False, id="other identity, refused"),
    ],
)
def test_a_mended_row_settles_its_original(
    ledger: SqlLedger, mended: str, state: RowState, original_known: bool
) -> None:
    """The source may keep the bad value for ever: its row is settled with the mended one."""
    connector, lock = start(ledger)
    bad = content(name="Adda")
    ledger.stage(connector, "r1", [row(mended, origin=(who("ada"), bad))])
    send(ledger, connector, lock, {mended: state})
    known = ledger.recall(connector, [who("ada"), who(mended)])
    assert (who("ada") in known) is original_known
    if original_known:
        assert (known[who("ada")].state, known[who("ada")].content) == (state, bad)
    assert known[who(mended)].person == 1
    if mended == "ada":
        assert known[who("ada")].told == content(name="ada")


def test_the_original_of_a_mended_row_waits_with_it(ledger: SqlLedger) -> None:
    """While a mended row is on its way, its original is too: neither is sent beside the other."""
    connector, lock = start(ledger)
    bad = content(name="Adda")
    ledger.stage(connector, "r1", [row("ada2", origin=(who("ada"), bad))])
    assert ledger.recall(connector, [who("ada")])[who("ada")].content == bad
    ledger.stage(connector, "r1", [row("ada")])
    assert [r.identity for r in ledger.staged(connector, "r1")] == [who("ada")]
    ledger.stage(connector, "r1", [row("ada2", origin=(who("ada"), bad))])
    assert [r.identity for r in ledger.staged(connector, "r1")] == [who("ada2")]
    send(ledger, connector, lock, {"ada2": RowState.IN_DOUBT})
    with pytest.raises(LedgerError, match="in doubt"):
        ledger.stage(connector, "r1", [row("ada")])


def test_a_fence_that_was_taken_over_sends_nothing(ledger: SqlLedger) -> None:
    """A laptop that slept wakes to find its lock taken: its next intent is refused."""
    connector, slept = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    taken = ledger.acquire_lock(connector, "r2", 2_000.0)
    assert isinstance(taken, Lock)
    with pytest.raises(ConnectorBusy, match=r"r2 on .*, process"):
        ledger.record_intents(connector, "r1", [1], slept.fence, AT)
    ledger.record_intents(connector, "r2", [1], taken.fence, AT)


def test_large_numbers_of_rows_pass_in_one_call(ledger: SqlLedger) -> None:
    """Recall and staging take any number at once."""
    connector, _ = start(ledger)
    names = [f"p{i}" for i in range(6_000)]
    ledger.stage(connector, "r1", [row(n, i) for i, n in enumerate(names)])
    known = ledger.recall(connector, [who(n) for n in names])
    assert len(known) == 6_000
    assert ledger.unstage(connector, "r1") == 6_000


def test_nothing_to_do_is_no_error(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [])
    ledger.record_intents(connector, "r1", [], lock.fence, AT)
    ledger.record_outcomes(connector, "r1", [])
    assert ledger.recall(connector, []) == {}
    assert ledger.recall_emails(connector, []) == {}


def test_two_rows_of_one_person_are_never_staged(ledger: SqlLedger) -> None:
    connector, _ = start(ledger)
    with pytest.raises(LedgerError, match="Two rows of one person"):
        ledger.stage(connector, "r1", [row("ada"), row("ada", 3)])


def test_given_numbers_are_kept_and_never_used_again(ledger: SqlLedger) -> None:
    connector, _ = start(ledger)
    ledger.stage(connector, "r1", [row("ada", seq=5), row("bob")])
    assert [r.seq for r in ledger.staged(connector, "r1")] == [5, 6]
    with pytest.raises(LedgerError, match="used before"):
        ledger.stage(connector, "r1", [row("cyd", seq=6)])


def test_a_ledger_survives_its_closing(tmp_path: Path) -> None:
    """Another process finds the id, the secret and every state; only one file is left."""
    place = tmp_path / ".candidate-import" / "ledger.db"
    with open_ledger(place) as first:
        connector, lock = start(first)
        first.stage(connector, "r1", [row("ada")])
        send(first, connector, lock, {"ada": RowState.CREATED})
        kept = (first.ledger_id, first.secret)
    assert [p.name for p in place.parent.iterdir()] == ["ledger.db"]
    with open_ledger(place, create=False) as second:
        assert (second.ledger_id, second.secret) == kept
        assert second.recall(connector, [who("ada")])[who("ada")].state is RowState.CREATED
