"""A ledger made anew from what run folders say."""

from __future__ import annotations

import pytest
from ledger_kit import content, mail, row, run, send, start, who

from importer.adapters.ledger import SqlLedger
from importer.core.memory import RestoredRow
from importer.core.ports import RowState


def said(name: str, outcome: str, **more: str) -> RestoredRow:
    """What one line of results.csv says."""
    cells = content(name=more.pop("cell", name))
    return RestoredRow(who(name), cells, outcome, emails=(mail(name),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        pytest.param(["created"], RowState.CREATED, id="created"),
        pytest.param(["unchanged"], RowState.CREATED, id="unchanged"),
        pytest.param(["changed"], RowState.CREATED, id="changed"),
        pytest.param(["incomplete"], RowState.INCOMPLETE, id="incomplete"),
        pytest.param(["already_in_ats"], RowState.ALREADY_IN_ATS, id="already there"),
        pytest.param(["set_aside"], RowState.SET_ASIDE, id="set aside"),
        pytest.param(["refused"], RowState.REFUSED, id="refused"),
        pytest.param(["in_doubt"], RowState.IN_DOUBT, id="in doubt"),
        pytest.param(["refused", "created"], RowState.CREATED, id="refused, then created"),
        pytest.param(["created", "refused"], RowState.CREATED, id="created stays"),
        pytest.param(["in_doubt", "not_sent"], RowState.IN_DOUBT, id="doubt stays"),
        pytest.param(["refused", "set_aside"], RowState.SET_ASIDE, id="the later word"),
        pytest.param(["rejected", "duplicate", "not_sent", "ready"], None, id="nothing lasting"),
    ],
)
def test_the_word_that_most_forbids_sending_wins(
    ledger: SqlLedger, outcomes: list[str], state: RowState | None
) -> None:
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    counts = ledger.restore_from_results(connector, "restore", [said("ada", o) for o in outcomes])
    known = ledger.recall(connector, [who("ada")])
    assert counts == ({} if state is None else {state: 1})
    assert {k.state for k in known.values()} == (set() if state is None else {state})
    if state is not None and state is not RowState.REFUSED:
        assert ledger.recall_emails(connector, [mail("ada")])[mail("ada")].state is state


def test_a_restored_doubt_can_be_settled(ledger: SqlLedger) -> None:
    """It keeps its body and row, is never sendable, and ends as found or absent."""
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    ledger.begin_run(run("restore", connector))
    lost = [said(n, "in_doubt", body="{}") for n in ("ada", "bob")]
    ledger.restore_from_results(connector, "restore", lost)
    assert ledger.staged(connector, "restore") == []
    assert {r.body for r in ledger.doubtful(connector)} == {"{}"}
    assert ledger.decide(connector, "r", who("ada"), content(name="ada"), RowState.CREATED, "x")
    known = ledger.recall(connector, [who("ada")])[who("ada")]
    assert (known.state, known.candidate_id) == (RowState.CREATED, "x")


def test_an_older_copy_is_brought_up_to_date(ledger: SqlLedger) -> None:
    """What the ledger knows gives way only to what forbids sending more strongly."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row(n) for n in ("ada", "bob", "cyd")])
    send(ledger, connector, lock, {"ada": RowState.REFUSED, "bob": RowState.CREATED})
    rows = [
        said("ada", "created", candidate_id="new", cell="Ada"),
        said("bob", "refused"),
        said("cyd", "created", candidate_id="c"),
    ]
    assert ledger.restore_from_results(connector, "restore", rows) == {RowState.CREATED: 2}
    known = ledger.recall(connector, [who(n) for n in ("ada", "bob", "cyd")])
    assert {k.candidate_id for k in known.values()} == {"new", "id-bob", "c"}
    assert known[who("ada")].content == content(name="Ada")
    assert ledger.staged(connector, "r1") == []
    assert ledger.restore_from_results(connector, "restore", rows) == {}
