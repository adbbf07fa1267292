"""What the ledger remembers besides rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_kit import AT, content, mail, row, run, send, start, who

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.memory import FileRecord, KnownPerson, ProblemKey
from importer.core.model import Severity
from importer.core.ports import RowState, RunRecord, Settlement
from importer.core.results import RowProblem
from importer.errors import LedgerError

LATER = "2026-03-02T10:00:00+00:00"


def test_a_connector_is_known_by_address_and_id(ledger: SqlLedger) -> None:
    """Tokens rotate and slugs change; base URL and id make a connector."""
    first = ledger.connector_ref("https://ats.example.com/", "c1", "acme")
    assert ledger.connector_ref("https://ats.example.com", "c1") == first
    assert ledger.connector_ref("https://ats.example.com", "c1", "acme-2") == first
    assert ledger.connector_ref("https://ats.example.com", "c2") == first + 1


def test_connectors_share_nothing(ledger: SqlLedger) -> None:
    """The same person on another connector is another person."""
    one, lock = start(ledger)
    other = ledger.connector_ref("https://ats.example.com", "c2")
    ledger.stage(one, "r1", [row("ada")])
    send(ledger, one, lock, {"ada": RowState.CREATED})
    assert ledger.recall(other, [who("ada")]) == {}
    assert ledger.recall_emails(other, [mail("ada")]) == {}


def test_an_unknown_connector_is_an_error(ledger: SqlLedger) -> None:
    with pytest.raises(LedgerError, match="does not know this connector"):
        ledger.unstage(7, "r1")


def test_runs_are_told_newest_first(ledger: SqlLedger) -> None:
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    for number in (1, 2, 3):
        ledger.begin_run(run(f"r{number}", connector))
    ledger.begin_run(run("x", connector, mapping="other.yaml"))
    ledger.set_run_state("r1", "sending")
    ledger.set_run_state("r2", "abandoned")
    ledger.finish_run("r3", LATER, 1, '{"rows": 3}')
    assert [r.run_id for r in ledger.runs()] == ["x", "r3", "r2", "r1"]
    assert [r.run_id for r in ledger.runs("people.yaml", limit=2)] == ["r3", "r2"]
    unfinished = ledger.unfinished_run(connector, "people.yaml")
    assert unfinished is not None
    assert (unfinished.run_id, unfinished.state) == ("r1", "sending")
    finished = ledger.run("r3")
    assert finished is not None
    assert (finished.finished_at, finished.exit_code, finished.summary) == (LATER, 1, '{"rows": 3}')
    assert finished.sources == (("people.csv", "", "abc", 3),)
    assert ledger.run("r9") is None
    assert ledger.unfinished_run(connector, "third.yaml") is None


def test_a_run_id_is_used_once(ledger: SqlLedger) -> None:
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    ledger.begin_run(run("r1", connector))
    with pytest.raises(LedgerError, match="already holds a run r1"):
        ledger.begin_run(run("r1", connector))
    with pytest.raises(LedgerError, match="holds no run r2"):
        ledger.set_run_state("r2", "sending")


def test_a_run_is_described_and_noted_while_it_goes(ledger: SqlLedger) -> None:
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    ledger.begin_run(run("r1", connector))
    record = run("r1", connector, sources=(("b.csv", "Jan", "f", 9),), schema_sha256="s2")
    ledger.describe_run(record)
    ledger.note_run("r1", "half")
    expected = {f: getattr(record, f) for f in RunRecord.__slots__} | {"summary": "half"}
    assert ledger.run("r1") == RunRecord(**expected)


def test_creates_are_counted_for_the_guard(ledger: SqlLedger) -> None:
    """What a run created is counted with its outcomes, reconciled rows with their run."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row(n) for n in ("ada", "bob", "cyd")])
    send(
        ledger,
        connector,
        lock,
        {"ada": RowState.CREATED, "bob": RowState.INCOMPLETE, "cyd": RowState.REFUSED},
    )
    assert ledger.last_creates("people.yaml") == []
    ledger.finish_run("r1", AT, 1, "")
    ledger.begin_run(run("r2", connector))
    ledger.finish_run("r2", AT, 0, "")
    assert ledger.last_creates("people.yaml") == [0, 2]
    assert ledger.last_creates("people.yaml", 1) == [0]


def test_figures_count_everybody_once(ledger: SqlLedger) -> None:
    """A refused row that is staged again is counted where it is now."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row(n) for n in ("ada", "bob", "cyd", "dot")])
    states = {"ada": RowState.CREATED, "bob": RowState.REFUSED, "cyd": RowState.IN_DOUBT}
    send(ledger, connector, lock, states)
    ledger.stage(connector, "r2", [row("bob", content=content(name="B"))])
    every = ledger.figures(connector)
    assert every.waiting == {RowState.STAGED: 2, RowState.IN_DOUBT: 1}
    assert every.settled == {RowState.CREATED: 1}
    assert every.rows == 4
    assert ledger.figures(connector, "r2").waiting == {RowState.STAGED: 1}
    assert ledger.figures(connector, "r1").settled == {RowState.CREATED: 1, RowState.REFUSED: 1}


def test_changed_is_told_once(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.CREATED})
    now = content(name="Ada", town="Turin")
    ledger.mark_told(connector, who("ada"), now)
    ledger.mark_all_told(connector, {})
    known = ledger.recall(connector, [who("ada")])[who("ada")]
    assert (known.told, known.content) == (now, content(name="ada"))


def test_an_alias_counts_as_its_person(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.CREATED})
    bad = content(name="Adda")
    ledger.alias(connector, who("adda"), bad, 1)
    known = ledger.recall(connector, [who("adda")])[who("adda")]
    assert (known.candidate_id, known.content) == ("id-ada", bad)


def test_the_email_that_most_forbids_sending_is_told(ledger: SqlLedger) -> None:
    """One address, two people: the created one is told, not the refused one."""
    connector, lock = start(ledger)
    shared = (mail("desk"),)
    ledger.stage(connector, "r1", [row(n, emails=shared) for n in ("ada", "bob", "cyd")])
    states = {"ada": RowState.REFUSED, "bob": RowState.CREATED, "cyd": RowState.REFUSED}
    send(ledger, connector, lock, states)
    assert ledger.recall_emails(connector, shared)[mail("desk")].candidate_id == "id-bob"


@pytest.mark.parametrize(
    ("before", "decided", "holds", "after"),
    [
        pytest.param(None, RowState.SET_ASIDE, True, RowState.SET_ASIDE, id="new: skip"),
        pytest.param(None, RowState.ALREADY_IN_ATS, True, RowState.ALREADY_IN_ATS, id="new: there"),
        pytest.param(None, RowState.STAGED, True, None, id="new: send"),
        pytest.param(RowState.REFUSED, RowState.SET_ASIDE, True, RowState.SET_ASIDE, id="refused"),
        pytest.param(
            RowState.REFUSED, RowState.STAGED, True, RowState.REFUSED, id="refused: send anyway"
        ),
        pytest.param(RowState.CREATED, RowState.SET_ASIDE, False, RowState.CREATED, id="too late"),
        pytest.param(RowState.CREATED, RowState.CREATED, True, RowState.CREATED, id="no news"),
        pytest.param(RowState.IN_DOUBT, RowState.SET_ASIDE, False, RowState.IN_DOUBT, id="doubt"),
        pytest.param(RowState.IN_DOUBT, RowState.CREATED, True, RowState.CREATED, id="found"),
        pytest.param(RowState.IN_DOUBT, RowState.STAGED, True, RowState.STAGED, id="absent"),
        pytest.param(RowState.STAGED, RowState.STAGED, True, RowState.STAGED, id="waiting: send"),
        pytest.param(RowState.STAGED, RowState.SET_ASIDE, True, RowState.SET_ASIDE, id="waiting"),
        pytest.param(
            RowState.INCOMPLETE, RowState.SET_ASIDE, True, RowState.CREATED, id="without the file"
        ),
    ],
)
def test_a_persons_word(
    ledger: SqlLedger,
    before: RowState | None,
    decided: RowState,
    holds: bool,
    after: RowState | None,
) -> None:
    """A decision holds where the table has a step for it, and is answered False elsewhere."""
    connector, lock = start(ledger)
    if before is not None:
        ledger.stage(connector, "r1", [row("ada")])
        if before is not RowState.STAGED:
            send(ledger, connector, lock, {"ada": before})
    said = ledger.decide(
        connector, "r1", who("ada"), content(name="ada"), decided, "x", emails=[mail("ada")]
    )
    assert said is holds
    known = ledger.recall(connector, [who("ada")])
    assert (known[who("ada")].state if known else None) == after


def test_a_decision_settles_the_original_too(ledger: SqlLedger) -> None:
    connector, _ = start(ledger)
    bad = content(name="Adda")
    assert ledger.decide(
        connector,
        "r1",
        who("ada"),
        content(name="ada"),
        RowState.SET_ASIDE,
        origin=(who("adda"), bad),
    )
    known = ledger.recall(connector, [who("ada"), who("adda")])
    assert {k.state for k in known.values()} == {RowState.SET_ASIDE}
    assert known[who("adda")].content == bad


def test_schemas_are_kept_as_they_came(ledger: SqlLedger) -> None:
    """The answer before is told when it differed, also when an old one comes back."""
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    assert ledger.latest_schema(connector) is None
    assert ledger.remember_schema(connector, "a", "raw a", AT) is None
    assert ledger.remember_schema(connector, "a", "raw a", LATER) is None
    before = ledger.remember_schema(connector, "b", "raw b", LATER)
    assert before is not None
    assert (before.sha256, before.raw, before.first_seen, before.last_seen, before.accepted) == (
        "a",
        "raw a",
        AT,
        LATER,
        True,
    )
    latest = ledger.latest_schema(connector)
    assert latest is not None
    assert (latest.sha256, latest.accepted) == ("b", False)
    assert ledger.accept_schema(connector, "b")
    assert not ledger.accept_schema(connector, "c")
    back = ledger.remember_schema(connector, "a", "raw a", LATER)
    assert back is not None
    assert (back.sha256, back.accepted) == ("b", True)
    ledger.begin_run(run("r1", connector, schema_sha256="b"))
    assert [seen.sha256 for seen in ledger.schemas(connector)] == ["a", "b"]
    assert ledger.mapping_at_schema("people.yaml", "b") == "m1"
    assert ledger.mapping_at_schema("people.yaml", "c") == ""
    of_run = ledger.schema_of_run("r1")
    assert of_run is not None
    assert of_run.raw == "raw b"
    assert ledger.schema_of_run("r2") is None


def test_a_changed_identity_stops_a_mapping_that_has_run(ledger: SqlLedger) -> None:
    ledger.guard_identity("people.yaml", [])
    ledger.guard_identity("people.yaml", [])
    with pytest.raises(LedgerError, match=r"by the first e-mail until now, and by Id, Site") as e:
        ledger.guard_identity("people.yaml", ["Id", "Site"])
    assert "--accept-identity" in e.value.hint
    ledger.guard_identity("people.yaml", ["Id", "Site"], accept=True)
    ledger.guard_identity("people.yaml", ["Id", "Site"])
    ledger.guard_identity("other.yaml", [])


def test_problems_are_new_open_and_resolved(ledger: SqlLedger) -> None:
    """A problem is new in the run that saw it first, open until a run lacks it, then resolved."""
    link, phone = ProblemKey("bad", "Source", "Linkdin"), ProblemKey("bad", "Phone", "12")
    whole = ProblemKey("no-name")
    first = ledger.track_problems("m", [link, whole], "r1", AT)
    assert first.seen == {link: (AT, True), whole: (AT, True)}
    assert first.resolved == []
    assert ledger.track_problems("m", [link], "r1", LATER).seen == {link: (AT, True)}
    looked = ledger.track_problems("m", [phone], "c1", LATER, is_final=False)
    assert looked.seen == {phone: (LATER, True)}
    assert [(r.code, r.column, r.since) for r in looked.resolved] == [("bad", "Source", AT)]
    second = ledger.track_problems("m", [link, phone], "r2", LATER)
    assert second.seen == {link: (AT, False), phone: (LATER, True)}
    third = ledger.track_problems("m", [whole], "r3", LATER)
    assert third.seen == {whole: (LATER, True)}
    assert {(r.code, r.column) for r in third.resolved} == {("bad", "Source"), ("bad", "Phone")}
    assert ledger.track_problems("other", [], "r4", LATER).resolved == []


def test_the_index_of_existing_people(ledger: SqlLedger) -> None:
    """People are found by any e-mail; the watermark moves only when a scan is complete."""
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    assert ledger.people_index(connector).people == 0
    page = [
        KnownPerson("1", (mail("ada"), mail("desk")), b"n" * 16, "2026-01-02"),
        KnownPerson("2", (mail("desk"),), b"", "2026-01-03"),
    ]
    ledger.remember_people(connector, page, complete=False, at=AT)
    state = ledger.people_index(connector)
    assert (state.people, state.is_complete, state.watermark) == (2, False, "")
    ledger.remember_people(connector, [], complete=True, at=AT)
    state = ledger.people_index(connector)
    assert (state.is_complete, state.watermark, state.scanned_at) == (True, "2026-01-03", AT)
    found = ledger.find_people(connector, [mail("desk"), mail("ada"), mail("eve")])
    assert {m: [p.candidate_id for p in people] for m, people in found.items()} == {
        mail("desk"): ["1", "2"],
        mail("ada"): ["1"],
    }
    assert found[mail("ada")][0].name == b"n" * 16
    moved = [KnownPerson("1", (mail("ada"),), b"", "2026-02-01")]
    ledger.remember_people(connector, moved, complete=False, at=LATER)
    assert ledger.people_index(connector).is_complete
    assert [
        p.candidate_id for p in ledger.find_people(connector, [mail("desk")])[mail("desk")]
    ] == ["2"]
    ledger.forget_people(connector, ["1"])
    assert ledger.people_index(connector).people == 1
    ledger.forget_people(connector)
    state = ledger.people_index(connector)
    assert (state.people, state.is_complete, state.watermark) == (0, False, "")


def test_names_are_looked_up(ledger: SqlLedger) -> None:
    """A list is replaced as a whole; names of people are only found, never listed."""
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    ledger.remember_lookups(connector, "jobs.code", {"r-1": ["j1"], "r-2": ["j2", "j3"]}, AT)
    ledger.remember_lookups(connector, "jobs.code", {"r-2": ["j2", "j3"], "r-3": ["j4"]}, AT)
    ledger.remember_lookups(connector, "remote-users.email", {"a@example.com": ["u1"]}, AT)
    ledger.remember_lookups(connector, "tags", {}, AT)
    assert ledger.lookups(connector, "jobs.code") == {"r-2": ("j2", "j3"), "r-3": ("j4",)}
    assert ledger.lookups(connector, "remote-users.email") == {}
    assert ledger.find_lookups(connector, "jobs.code", ["r-1", "r-2"]) == {"r-2": ("j2", "j3")}
    users = ["a@example.com", "b@example.com"]
    assert ledger.find_lookups(connector, "remote-users.email", users) == {"a@example.com": ("u1",)}


def test_files_complete_their_candidate(ledger: SqlLedger) -> None:
    """An incomplete candidate is created when its last file has arrived; the name goes then."""
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    send(ledger, connector, lock, {"ada": RowState.INCOMPLETE, "bob": RowState.CREATED})
    files = [
        FileRecord(who("ada"), "", name, f"sha-{name}", '{"path": "x"}') for name in ("cv", "cl")
    ]
    assert ledger.add_files(connector, files) == 2
    assert [(f.name, f.state) for f in ledger.open_files(connector)] == [
        ("cl", "pending"),
        ("cv", "pending"),
    ]
    assert not ledger.settle_file(connector, who("ada"), "cl", "failed", "too large")
    assert not ledger.settle_file(connector, who("ada"), "cv", "sent")
    (left,) = ledger.open_files(connector)
    assert left == FileRecord(
        who("ada"), "", "cl", "sha-cl", '{"path": "x"}', "failed", "too large"
    )
    assert ledger.add_files(connector, files) == 1
    assert ledger.settle_file(connector, who("ada"), "cl", "sent")
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.CREATED
    assert ledger.open_files(connector) == []
    for nobody in (who("eve"), who("bob")):
        with pytest.raises(LedgerError, match="does not know this file"):
            ledger.settle_file(connector, nobody, "cl", "sent")
    with pytest.raises(LedgerError, match="belongs to nobody"):
        ledger.add_files(connector, [FileRecord(who("eve"), "", "cv")])


def test_files_of_a_settled_row_are_kept_with_its_outcome(ledger: SqlLedger) -> None:
    """The transaction that forgets an incomplete row's body keeps which files still have to go."""
    connector, lock = start(ledger)
    files = '[{"name": "cv.pdf", "detail": {"attachment_type": "RESUME"}}]'
    ledger.stage(connector, "r1", [row("ada", attachments=files), row("bob", attachments=files)])
    send(ledger, connector, lock, {"ada": RowState.INCOMPLETE, "bob": RowState.CREATED})
    (kept,) = ledger.open_files(connector)
    assert (kept.identity, kept.name, kept.state) == (who("ada"), "cv.pdf", "pending")
    assert "RESUME" in kept.detail


def test_giving_up_a_file_completes_its_candidate(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    send(ledger, connector, lock, {"ada": RowState.INCOMPLETE})
    ledger.add_files(connector, [FileRecord(who("ada"), "", "cv")])
    ledger.decide(connector, "r1", who("ada"), content(name="ada"), RowState.SET_ASIDE)
    assert ledger.open_files(connector) == []
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.CREATED


def test_a_forgotten_person_leaves_nothing(ledger: SqlLedger) -> None:
    """Identity, original, e-mails, files and doubtful rows go; what the ATS holds is named."""
    connector, lock = start(ledger)
    ledger.stage(
        connector,
        "r1",
        [row("ada", origin=(who("adda"), content(name="Adda"))), row("bob"), row("cyd")],
    )
    states = {"ada": RowState.CREATED, "bob": RowState.IN_DOUBT}
    send(ledger, connector, lock, states)
    ledger.remember_people(connector, [KnownPerson("id-ada", (mail("ada"),))], complete=True, at=AT)
    assert ledger.forget_person(connector, who("adda")) == ["id-ada"]
    assert ledger.forget_person(connector, who("bob")) == []
    assert ledger.forget_person(connector, who("cyd")) == []
    assert ledger.recall(connector, [who(n) for n in ("ada", "adda", "bob", "cyd")]) == {}
    assert ledger.recall_emails(connector, [mail("ada"), mail("bob")]) == {}
    assert ledger.find_people(connector, [mail("ada")]) == {}
    assert ledger.figures(connector).rows == 0


def test_old_runs_are_forgotten_and_people_stay(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    send(ledger, connector, lock, {"ada": RowState.CREATED, "bob": RowState.IN_DOUBT})
    ledger.finish_run("r1", AT, 0, "")
    ledger.begin_run(run("r2", connector))
    ledger.begin_run(run("r3", connector, started_at=LATER, state="finished"))
    ledger.begin_run(run("r0", connector, state="finished", folder="reports/r0"))
    ledger.begin_run(run("r4", connector, folder="reports/r4"))
    gone = ledger.forget_runs(LATER)
    assert [r.folder for r in gone] == ["reports/r0"]
    assert ledger.forget_runs(LATER) == []
    kept = {r.run_id: r for r in ledger.runs()}
    assert set(kept) == {"r0", "r1", "r2", "r3", "r4"}
    assert (kept["r0"].folder, kept["r4"].folder) == ("", "reports/r4")
    assert {source[:2] for source in kept["r0"].sources} <= {("", "")}
    assert [s[2:] for s in kept["r0"].sources] == [s[2:] for s in gone[0].sources]
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.CREATED
    assert len(ledger.doubtful(connector)) == 1


def test_slots_are_shared_evenly(ledger: SqlLedger) -> None:
    """However many processes take slots, calls are never closer than the interval."""
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    now = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    assert ledger.reserve_calls(connector, 10, now, 0.3) == now
    assert ledger.reserve_calls(connector, 1, now, 0.3) == pytest.approx(now + 3.0)
    assert ledger.reserve_calls(connector, 1, now + 9, 0.3) == now + 9
    ledger.hold_calls(connector, now + 60)
    ledger.hold_calls(connector, now + 20)
    assert ledger.reserve_calls(connector, 1, now + 10, 0.3) == now + 60
    assert ledger.reserve_calls(connector, 1, now + 10, 0.3) == pytest.approx(now + 60.3)


def test_slots_of_a_wrong_clock_are_forgotten(ledger: SqlLedger) -> None:
    connector = ledger.connector_ref("https://ats.example.com", "c1")
    ledger.reserve_calls(connector, 1, 9_000_000.0, 0.3)
    assert ledger.reserve_calls(connector, 1, 1_000.0, 0.3) == 1_000.0


def test_personal_data_goes_when_rows_are_settled(tmp_path: Path) -> None:
    """After a run no name, address or number of a settled row is in any of the ledger's bytes."""
    place = tmp_path / "ledger.db"
    with open_ledger(place) as ledger:
        connector, lock = start(ledger)
        names = [f"Zebedee{n}" for n in range(200)]
        ledger.stage(connector, "r1", [row(n) for n in names])
        problem = RowProblem(
            "refused", "Name", "Zebedee1 is known as zebedee1@example.com", "", Severity.ERROR
        )
        refused = dict.fromkeys(names[:100], RowState.REFUSED)
        created = dict.fromkeys(names[100:], RowState.CREATED)
        told = {"Zebedee1": refused.pop("Zebedee1")}
        send(ledger, connector, lock, told, problems=(problem,))
        send(ledger, connector, lock, refused)
        send(ledger, connector, lock, created)
        ledger.finish_run("r1", AT, 1, "")
        data = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
        assert b"ebedee" not in data.replace(b"id-Zebedee", b"")
        known = ledger.recall(connector, [who("Zebedee1")])[who("Zebedee1")]
        assert known.problems[0].message == "… is known as …"
    assert ledger.place == str(place)


def test_a_settlement_names_each_row_once(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    ledger.record_intents(connector, "r1", [1], lock.fence, AT)
    twice = [Settlement(1, RowState.CREATED), Settlement(1, RowState.CREATED)]
    with pytest.raises(LedgerError, match="settled before"):
        ledger.record_outcomes(connector, "r1", twice)
