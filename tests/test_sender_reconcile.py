"""Settling rows in doubt, and finding people who are in the ATS already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sender_kit import RUN, Desk, FastClock, open_desk, run_async, sandbox, send

from importer.adapters.api import BindbeeApi
from importer.core.memory import IndexState
from importer.core.pacing import Pacer
from importer.core.ports import RowState
from importer.core.readback import SyncState, parse_sync_state
from importer.errors import OutageStopped
from importer.sandbox.server import SandboxServer
from importer.sending.existing import (
    ExistingPeople,
    Verdict,
    Wanted,
    estimate_calls,
)
from importer.sending.pace import Pace
from importer.sending.reconcile import ReconcileReport, reconcile_doubtful

S = RowState
DAY = 86_400


@asynccontextmanager
async def calling(server: SandboxServer) -> AsyncIterator[tuple[BindbeeApi, Pace]]:
    pace = Pace(Pacer(1_000_000), clock=FastClock(1_000))
    async with BindbeeApi(server.base_url, server.api_key, server.connector_token) as api:
        yield api, pace


def reconcile(desk: Desk, server: SandboxServer, **more: Any) -> ReconcileReport:
    async def main() -> ReconcileReport:
        async with calling(server) as (api, pace):
            return await reconcile_doubtful(
                api=api, ledger=desk.ledger, connector=desk.connector, pace=pace, **more
            )

    report: ReconcileReport = run_async(main())
    return report


LAGGING: dict[str, Any] = {"read_lag_s": 60, "sync_interval_s": DAY, "sync_duration_s": 60}


def doubt(desk: Desk, server: SandboxServer, rows: Any = 1, script: tuple[str, ...] = ()) -> None:
    """Leave rows in doubt."""
    desk.stage(rows)
    server.change(script=script)
    report = run_async(send(desk, server, window=1))
    assert report.counts[S.IN_DOUBT] == len(desk.ledger.doubtful(desk.connector))


def test_nothing_in_doubt_costs_no_call(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox() as server:
        assert reconcile(desk, server) == ReconcileReport()
        assert server.store.calls == []


def test_with_a_lagging_copy_only_a_sync_settles(tmp_path: Path) -> None:
    """Before a sync both stay in doubt; after it one is found, the other is sendable again."""
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, 2, ("drop_after", "drop_before"))
        before = reconcile(desk, server)
        assert (len(before.found), len(before.absent), len(before.left)) == (0, 0, 2)
        assert desk.states([2, 3]) == {2: S.IN_DOUBT, 3: S.IN_DOUBT}
        server.world.clock.advance(1.2 * DAY)
        after = reconcile(desk, server)
        [(found, candidate_id)] = after.found
        assert (found.row, candidate_id) == (2, server.store.people()[0].id)
        assert [row.row for row in after.absent] == [3]
        assert desk.states([2, 3]) == {2: S.CREATED, 3: S.STAGED}
        again = run_async(send(desk, server))
        assert again.counts == {S.CREATED: 1}
        assert len(server.store.people()) == 2


def test_a_sync_that_began_too_soon_proves_nothing(tmp_path: Path) -> None:
    """It must have begun more than 15 minutes after the attempt's end, and be done."""
    with open_desk(tmp_path) as desk, sandbox(**{**LAGGING, "sync_interval_s": 800}) as server:
        doubt(desk, server, 1, ("drop_before",))
        server.world.clock.advance(870)
        assert reconcile(desk, server).left
        server.change(sync_status="Syncing")
        server.world.clock.advance(1.5 * DAY)
        assert reconcile(desk, server).left
        server.change(sync_status=None)
        assert reconcile(desk, server).absent


def test_a_row_without_an_e_mail_is_listed_with_what_to_look_for(tmp_path: Path) -> None:
    """Nothing can prove its absence; a person looks for the name."""
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, [desk.row(2, email=None, name="Ada Lovelace")], ("drop_before",))
        server.world.clock.advance(3.5 * DAY)
        [(row, problem)] = reconcile(desk, server).left
        assert row.row == 2
        assert "Ada Lovelace" in problem.hint
        assert "--found" in problem.hint


def test_a_namesake_without_an_e_mail_forbids_the_proof(tmp_path: Path) -> None:
    """The ATS kept the name and dropped the e-mail: never sent again by itself."""
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        server.change(alters={"email_addresses": "drop"})
        doubt(desk, server, [desk.row(2, name="Ada Lovelace")], ("drop_after",))
        server.world.clock.advance(3.5 * DAY)
        report = reconcile(desk, server)
        [(_, problem)] = report.left
        assert problem.code == "in-doubt-unclear"
        assert server.store.people()[0].id in problem.message


def test_a_row_without_a_whole_name_is_proved_absent_by_e_mail_alone(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, [desk.row(2, name="Ada")], ("drop_before",))
        server.world.clock.advance(3.5 * DAY)
        assert reconcile(desk, server).absent


def test_who_was_known_before_does_not_settle_a_row(tmp_path: Path) -> None:
    """The index knows the id: the row never arrived, so it is sendable again."""
    with open_desk(tmp_path) as desk, sandbox(people=1, **LAGGING) as server:
        [before] = server.store.people()
        email = before.kept["email_addresses"][0]
        name = f"{before.kept['first_name']} {before.kept['last_name']}"

        async def index() -> None:
            async with calling(server) as (api, pace):
                sync = parse_sync_state((await api.fetch_connectors()).body)
                people = ExistingPeople(api, desk.ledger, desk.connector, pace, sync)
                await people.prepare(1_000)

        run_async(index())
        doubt(desk, server, [desk.row(2, email=email, name=name)], ("drop_before",))
        server.world.clock.advance(3.5 * DAY)
        assert [row.row for row in reconcile(desk, server).absent] == [2]


def test_files_of_a_found_row_are_still_to_be_sent(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, [desk.row(2, attachments="[1]")], ("drop_after",))
        server.world.clock.advance(3.5 * DAY)
        assert reconcile(desk, server).found
        assert desk.states([2]) == {2: S.INCOMPLETE}


def test_a_resync_is_asked_for_where_rows_stay(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, 1, ("drop_before",))
        assert reconcile(desk, server, request_resync=True).resync_asked
        server.world.clock.advance(1.5 * DAY)
        done = reconcile(desk, server, request_resync=True)
        assert (len(done.absent), done.resync_asked) == (1, False)


def test_only_the_rows_asked_for_are_looked_at(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, 2, ("drop_after", "drop_before"))
        rows = [row for row in desk.ledger.doubtful(desk.connector) if row.row == 3]
        assert [row.row for row, _ in reconcile(desk, server, rows=rows).left] == [3]


def test_a_silent_connector_stops_reconciling(tmp_path: Path) -> None:
    """What is settled stays settled; the rest is tried another time."""
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, 1, ("drop_before",))
        server.begin_outage(1e9, "drop")
        with pytest.raises(OutageStopped):
            reconcile(desk, server)
        assert desk.states([2]) == {2: S.IN_DOUBT}


# --- people who are there already -----------------------------------------------------------------


def look(
    desk: Desk, server: SandboxServer, wanted: list[Wanted], rows: int = 0, **more: Any
) -> tuple[dict[int, Any], ExistingPeople, int]:
    async def main() -> tuple[dict[int, Any], ExistingPeople, int]:
        async with calling(server) as (api, pace):
            sync = parse_sync_state((await pace.read(api.fetch_connectors, "x")).body)
            people = ExistingPeople(api, desk.ledger, desk.connector, pace, more.get("sync", sync))
            await people.prepare(rows or len(wanted))
            return await people.find(wanted), people, pace.calls - 1

    result: tuple[dict[int, Any], ExistingPeople, int] = run_async(main())
    return result


def wanted_from(server: SandboxServer, key: int, **more: Any) -> Wanted:
    kept = server.store.people()[key].kept
    values: dict[str, Any] = {
        "emails": tuple(kept["email_addresses"]),
        "name": f"{kept['first_name']} {kept['last_name']}",
    }
    return Wanted(key, **{**values, **more})


NEW = Wanted(-1, ("new@example.com",), "New Person")


def test_people_are_read_in_pages_and_remembered(tmp_path: Path) -> None:
    """450 people: three pages, one confirmation; the next night one page, one confirmation."""
    with open_desk(tmp_path) as desk, sandbox(people=450) as server:
        wanted = [wanted_from(server, 3), wanted_from(server, 440, name="Somebody Else"), NEW]
        met, people, calls = look(desk, server, wanted, rows=1_000)
        assert people.uses_index
        assert people.warnings == []
        assert calls == 3 + 1
        assert met[3].verdict is Verdict.SAME
        assert met[3].candidate_ids == (server.store.people()[3].id,)
        assert met[440].verdict is Verdict.OTHER_NAME
        assert set(met) == {3, 440}
        again, _, calls = look(desk, server, wanted, rows=1_000)
        assert again == met
        assert calls == 1 + 1


def test_few_rows_are_asked_for_one_by_one(tmp_path: Path) -> None:
    """Three rows against an unknown number of people: three questions."""
    with open_desk(tmp_path) as desk, sandbox(people=450) as server:
        wanted = [wanted_from(server, 3), wanted_from(server, 4), NEW]
        met, people, calls = look(desk, server, wanted)
        assert not people.uses_index
        assert calls == 3
        assert {key: one.verdict for key, one in met.items()} == {3: Verdict.SAME, 4: Verdict.SAME}


def test_a_scan_longer_than_the_rows_is_given_up(tmp_path: Path, monkeypatch: Any) -> None:
    """Pages are never more than rows: then each row is asked for."""
    monkeypatch.setattr("importer.sending.existing.PAGE", 10)
    monkeypatch.setattr("importer.sending.existing.ASK_AT_MOST", 2)
    with open_desk(tmp_path) as desk, sandbox(people=100) as server:
        wanted = [wanted_from(server, n) for n in range(4)]
        met, people, calls = look(desk, server, wanted)
        assert not people.uses_index
        assert calls == 4 + 4
        assert len(met) == 4
        assert not desk.ledger.people_index(desk.connector).is_complete


def test_a_refresh_begins_at_the_last_sync(tmp_path: Path) -> None:
    """People who were created in a rush are read again once, and not every night after it."""
    with open_desk(tmp_path) as desk, sandbox(people=5) as server:
        look(desk, server, [NEW], rows=1_000)
        [connector] = server.world.connectors
        for number in range(450):
            server.world.add(connector, {}, {"first_name": f"Late{number}"})
        calls = []
        for _ in range(3):
            server.world.clock.advance(1.1 * DAY)
            calls.append(look(desk, server, [NEW], rows=1_000)[2])
        assert calls == [3, 1, 1]


def test_our_own_people_never_keep_the_index_from_catching_up(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """A refresh may take the pages of those we created, however few rows there are tonight."""
    monkeypatch.setattr("importer.sending.existing.PAGE", 10)
    with open_desk(tmp_path) as desk, sandbox(people=5) as server:
        look(desk, server, [NEW], rows=1_000)
        desk.stage(60)
        run_async(send(desk, server))
        server.world.clock.advance(1.1 * DAY)
        _, people, calls = look(desk, server, [NEW], rows=2)
        assert (people.uses_index, calls) == (True, 6)
        server.world.clock.advance(1.1 * DAY)
        assert look(desk, server, [NEW], rows=2)[2] == 1


def test_nothing_to_send_reads_nobody(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(people=10) as server:

        async def main() -> int:
            async with calling(server) as (api, pace):
                people = ExistingPeople(api, desk.ledger, desk.connector, pace, SyncState("Done"))
                await people.prepare(0)
                assert await people.find([]) == {}
                return pace.calls

        assert asyncio.run(main()) == 0


def test_whoever_left_since_or_changed_address_is_no_reason(tmp_path: Path) -> None:
    """The index only nominates; the confirmation by id decides."""
    with open_desk(tmp_path) as desk, sandbox(people=30) as server:
        wanted = [wanted_from(server, 3), wanted_from(server, 4)]
        look(desk, server, wanted, rows=1_000)
        server.store.people()[3].kept["email_addresses"] = ["moved@example.com"]
        met, _, _ = look(desk, server, wanted, rows=1_000)
        assert set(met) == {4}


def test_several_people_of_one_address_are_all_named(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(people=3) as server:
        for number in (0, 1):
            person = server.store.people()[number]
            person.kept.update(
                email_addresses=["same@example.com"], first_name="Ada", last_name="Lovelace"
            )
        wanted = [Wanted(7, ("same@example.com",), "Ada Lovelace")]
        met, _, _ = look(desk, server, wanted, rows=1_000)
        assert met[7].verdict is Verdict.SEVERAL
        assert len(met[7].candidate_ids) == 2


def test_a_copy_that_is_not_whole_is_used_with_a_warning_and_not_trusted(tmp_path: Path) -> None:
    """Syncing: who is found is found, but the scan does not count as complete."""
    with open_desk(tmp_path) as desk, sandbox(people=5, sync_status="Syncing") as server:
        met, people, _ = look(desk, server, [wanted_from(server, 1)], rows=1_000)
        assert set(met) == {1}
        assert "Syncing" in people.warnings[0]
        assert not desk.ledger.people_index(desk.connector).is_complete


@pytest.mark.parametrize(
    ("rows", "state", "calls"),
    [
        (0, IndexState(), 0),
        (15, IndexState(), 15),
        (1_000, IndexState(), 1),
        (1_000, IndexState(people=20_000), 100),
        (50, IndexState(people=20_000), 50),
        (1_000, IndexState(is_complete=True, people=20_000), 1),
    ],
)
def test_the_plan_says_at_least_how_many_calls(rows: int, state: IndexState, calls: int) -> None:
    assert estimate_calls(rows, state) == calls


def test_the_run_is_named_in_rows_in_doubt(tmp_path: Path) -> None:
    """A row that is found counts for the run that sent it."""
    with open_desk(tmp_path) as desk, sandbox(**LAGGING) as server:
        doubt(desk, server, 1, ("drop_after",))
        server.world.clock.advance(3.5 * DAY)
        [(row, _)] = reconcile(desk, server).found
        assert row.run_id == RUN
