"""Where a ledger may live, what is one, and which one a mapping meets."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from ledger_kit import row, send, start, who
from sqlalchemy import Connection, text

from importer.adapters.ledger import guard_mapping, note_path, open_ledger
from importer.adapters.ledger.opening import migrate, migrate_file
from importer.adapters.ledger.places import (
    find_mount_type,
    find_network_kind,
    find_synced_folder,
)
from importer.core.ports import RowState
from importer.errors import LedgerError, LedgerStopped


def test_a_ledger_is_its_owners_only(tmp_path: Path) -> None:
    """File and folder are closed to other accounts where the system has such a thing."""
    place = tmp_path / ".candidate-import" / "ledger.db"
    with open_ledger(place) as ledger:
        start(ledger)
        files = list(place.parent.iterdir())
        assert {p.name for p in files} == {"ledger.db", "ledger.db-wal", "ledger.db-shm"}
        if sys.platform != "win32":
            assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
            assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_missing_ledger_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger at"):
        open_ledger(tmp_path / "ledger.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_may_be_named_by_url(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db"):
        assert (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("mysql://x/y", "cannot live in mysql", id="another database"),
        pytest.param("://", "address cannot be read", id="nonsense"),
        pytest.param(
            "postgresql://ada:geheim@127.0.0.1:1/none", r"127\.0\.0\.1", id="nobody listens"
        ),
    ],
)
def test_an_address_that_will_not_do(url: str, message: str) -> None:
    """The error names the place and never the password."""
    with pytest.raises(LedgerError, match=message) as caught:
        open_ledger(url)
    told = str(caught.value) + caught.value.hint
    assert "geheim" not in told


@pytest.mark.postgres
def test_a_missing_ledger_is_not_made_in_postgres(postgres_url: str) -> None:
    other = postgres_url.replace("/postgres?", "/template1?")
    with pytest.raises(LedgerError, match="There is no ledger in"):
        open_ledger(other, create=False)


def test_many_first_runs_make_one_ledger(tmp_path: Path) -> None:
    """Whoever comes first makes it; all others find that one."""
    place = tmp_path / "ledger.db"
    ids: list[str] = []

    def come() -> None:
        with open_ledger(place) as ledger:
            ids.append(ledger.ledger_id)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["ledger.db"]


# --- what is no ledger ------------------------------------------------------------------------


def _make(path: Path) -> None:
    with open_ledger(path) as ledger:
        connector, _ = start(ledger)
        ledger.stage(connector, "r1", [row(f"p{i}") for i in range(300)])


def _write_text(path: Path) -> None:
    path.write_text("name,mail\n" * 30)


def _foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute("create table cookies (a)")
    conn.close()


def _cut(keep: Callable[[int], int]) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        _make(path)
        data = path.read_bytes()
        path.write_bytes(data[: keep(len(data))])

    return cut


def _scribble(path: Path) -> None:
    _make(path)
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xa5" * (len(data) // 2 - 4096)
    path.write_bytes(data)


def _newer(path: Path) -> None:
    _make(path)
    with sqlite3.connect(path) as conn:
        conn.execute("update meta set schema_version = 99")
    conn.close()


def _nameless(path: Path) -> None:
    _make(path)
    with sqlite3.connect(path) as conn:
        conn.execute("delete from meta")
    conn.close()


def _without_tables(path: Path) -> None:
    _make(path)
    with sqlite3.connect(path) as conn:
        conn.execute("drop table meta")
    conn.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(_write_text, "is no ledger", id="a spreadsheet"),
        pytest.param(lambda p: p.write_text("short"), "is no ledger", id="a short text"),
        pytest.param(_foreign_database, "is no ledger", id="another program's database"),
        pytest.param(lambda p: p.touch(), "is cut off: 0 bytes", id="empty"),
        pytest.param(_cut(lambda n: 60), "is cut off: 60 bytes", id="within the header"),
        pytest.param(_cut(lambda n: n // 2), "is cut off", id="half"),
        pytest.param(_cut(lambda n: n - 1), "is cut off", id="a byte less"),
        pytest.param(_scribble, "is damaged", id="overwritten in the middle"),
        pytest.param(_newer, "newer candidate-import", id="newer"),
        pytest.param(_nameless, "does not say what it is", id="without its id"),
        pytest.param(_without_tables, "refused a statement", id="without its tables"),
        pytest.param(lambda p: p.mkdir(), "is a folder", id="a folder"),
    ],
)
def test_what_is_no_ledger_is_told_and_left_alone(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    """One clear error, and not a byte of the file changes."""
    place = tmp_path / "ledger.db"
    make(place)
    before = place.read_bytes() if place.is_file() else None
    with pytest.raises(LedgerError, match=message):
        open_ledger(place)
    assert (place.read_bytes() if place.is_file() else None) == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match=r"cannot be (made|read)"):
        open_ledger(tmp_path / "file" / "ledger.db")


def test_older_layouts_are_brought_forward_step_by_step(tmp_path: Path) -> None:
    """Each step runs once, in order; the ledger as it was stays beside it."""

    def add_note(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE note (word TEXT)"))

    def fill_note(conn: Connection) -> None:
        conn.execute(text("INSERT INTO note VALUES ('kept')"))

    place = tmp_path / "ledger.db"
    with open_ledger(place) as ledger:
        start(ledger)
        copy = migrate_file(ledger._engine, place, [add_note, fill_note])
        with ledger._write() as conn:
            assert migrate(conn, [add_note, fill_note]) == 3
            assert conn.execute(text("SELECT word FROM note")).scalars().all() == ["kept"]
    assert copy.name == "ledger.db.layout-1"
    with open_ledger(copy) as before:
        assert before.run("r1") is not None
    with pytest.raises(LedgerError, match="newer candidate-import"):
        open_ledger(place)


# --- where it may live ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "service"),
    [
        pytest.param(PureWindowsPath(r"C:\Users\a\OneDrive\x\l.db"), "OneDrive", id="OneDrive"),
        pytest.param(
            PureWindowsPath(r"C:\Users\a\OneDrive - Acme GmbH\l.db"), "OneDrive", id="OneDrive work"
        ),
        pytest.param(PurePosixPath("/home/a/Dropbox (Acme)/l.db"), "Dropbox", id="Dropbox"),
        pytest.param(PurePosixPath("/Users/a/Google Drive/l.db"), "Google Drive", id="Google"),
        pytest.param(
            PurePosixPath("/Users/a/Library/CloudStorage/GoogleDrive-a@example.com/l.db"),
            "a cloud folder",
            id="macOS cloud storage",
        ),
        pytest.param(
            PurePosixPath("/Users/a/Library/Mobile Documents/com~apple~CloudDocs/l.db"),
            "iCloud",
            id="iCloud",
        ),
        pytest.param(PurePosixPath("/srv/synced/x/l.db"), "a cloud service", id="named by caller"),
        pytest.param(PurePosixPath("/home/a/boxes/dropboxes/l.db"), "", id="only alike"),
        pytest.param(PurePosixPath("/home/a/imports/OneDrive"), "", id="the file's own name"),
    ],
)
def test_synced_folders_are_known_by_name(
    path: PurePosixPath | PureWindowsPath, service: str
) -> None:
    synced = [type(path)("/srv/synced")]
    assert find_synced_folder(path, synced) == service


MOUNTS = """/dev/vda / ext4 rw 0 0
server:/x /mnt/team nfs4 rw 0 0
//srv/hr /mnt/hr\\040files cifs rw 0 0
gdrive: /home/a/drive fuse.rclone rw 0 0
short line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/x.db", "ext4"),
        ("/mnt/team/x.db", "nfs4"),
        ("/mnt/teamwork/x.db", "ext4"),
        ("/mnt/hr files/deep/x.db", "cifs"),
        ("/home/a/drive", "fuse.rclone"),
    ],
)
def test_the_deepest_mount_counts(path: str, kind: str) -> None:
    assert find_mount_type(path, MOUNTS) == kind


def test_a_network_path_is_known_by_its_form(tmp_path: Path) -> None:
    assert find_network_kind(Path("//server/share/ledger.db"))
    assert find_network_kind(tmp_path / "not" / "there" / "ledger.db") == ""


def test_a_synced_place_is_refused(tmp_path: Path) -> None:
    """The error names --ledger, and nothing is made."""
    with pytest.raises(LedgerError, match="Dropbox syncs") as caught:
        open_ledger(tmp_path / "Dropbox" / "ledger.db")
    assert "--ledger" in caught.value.hint
    with pytest.raises(LedgerError, match="a cloud service syncs"):
        open_ledger(tmp_path / "ledger.db", synced_folders=[tmp_path])
    with pytest.raises(LedgerError, match="network drive"):
        open_ledger("//server/share/ledger.db")
    assert list(tmp_path.iterdir()) == []


# --- which ledger a mapping meets -------------------------------------------------------------


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping that has not run."""
    path = tmp_path / "acme.yaml"
    path.write_text("version: 1\n")
    return path


def test_a_mapping_keeps_its_ledger(mapping: Path) -> None:
    """The first run is told that there is no history; later ones meet the same ledger."""
    with open_ledger(mapping.parent / "l.db") as ledger:
        assert guard_mapping(mapping, ledger).is_first
        for _ in range(2):
            history = guard_mapping(mapping, ledger)
            assert (history.is_first, history.is_adopted, history.is_noted) == (False, False, True)
    assert note_path(mapping).name == "acme.yaml.ledger-id"


def test_another_ledger_is_refused_until_adopted(mapping: Path) -> None:
    with open_ledger(mapping.parent / "l.db") as ledger:
        guard_mapping(mapping, ledger)
    with open_ledger(mapping.parent / "empty.db") as other:
        with pytest.raises(LedgerError, match="another ledger") as caught:
            guard_mapping(mapping, other)
        assert "--adopt-ledger" in caught.value.hint
        assert caught.value.exit_code == 2
        assert guard_mapping(mapping, other, adopt=True).is_adopted
        assert not guard_mapping(mapping, other).is_adopted


def test_an_older_copy_is_known_for_what_it_is(mapping: Path) -> None:
    """A ledger set back to last week's copy does not know this week's candidates."""
    place, copy = mapping.parent / "l.db", mapping.parent / "copy.db"
    with open_ledger(place) as ledger:
        guard_mapping(mapping, ledger)
        ledger.backup(copy)
        guard_mapping(mapping, ledger)
    with open_ledger(copy) as older:
        with pytest.raises(LedgerError, match="older copy"):
            guard_mapping(mapping, older)
        assert guard_mapping(mapping, older, adopt=True).is_adopted
        assert not guard_mapping(mapping, older).is_adopted


def test_a_note_that_was_changed_is_no_note(mapping: Path) -> None:
    note_path(mapping).write_text("hello")
    with open_ledger(mapping.parent / "l.db") as ledger:
        with pytest.raises(LedgerError, match="does not name a ledger"):
            guard_mapping(mapping, ledger)
        assert guard_mapping(mapping, ledger, adopt=True).is_adopted


def test_a_note_that_cannot_be_read(mapping: Path) -> None:
    note_path(mapping).mkdir()
    with (
        open_ledger(mapping.parent / "l.db") as ledger,
        pytest.raises(LedgerError, match="cannot be read"),
    ):
        guard_mapping(mapping, ledger)


def test_a_folder_that_takes_no_note_still_runs(mapping: Path) -> None:
    """A mapping mounted read-only has no note; that is told, and the run goes on."""
    gone = mapping.parent / "gone" / "acme.yaml"
    with open_ledger(mapping.parent / "l.db") as ledger:
        history = guard_mapping(gone, ledger)
    assert (history.is_first, history.is_noted) == (True, False)


# --- copies -----------------------------------------------------------------------------------


def test_a_copy_is_the_ledger_at_one_moment(tmp_path: Path) -> None:
    """A backup made while rows wait opens as a ledger with the same id and rows."""
    with open_ledger(tmp_path / "l.db") as ledger:
        connector, _ = start(ledger)
        ledger.stage(connector, "r1", [row("ada")])
        ledger.backup(tmp_path / "copy.db")
        with pytest.raises(LedgerError, match="is there already"):
            ledger.backup(tmp_path / "copy.db")
        with pytest.raises(LedgerStopped, match="could not be written"):
            ledger.backup(tmp_path / "no" / "copy.db")
    with open_ledger(tmp_path / "copy.db") as copy:
        assert copy.ledger_id == ledger.ledger_id
        assert list(copy.recall(connector, [who("ada")])) == [who("ada")]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "l.db"]


@pytest.mark.postgres
def test_postgres_is_copied_by_its_own_means(postgres_url: str, tmp_path: Path) -> None:
    with open_ledger(postgres_url) as ledger, pytest.raises(LedgerError, match="PostgreSQL"):
        ledger.backup(tmp_path / "copy.db")


def test_a_file_copied_without_its_log_is_noticed_by_the_mapping(mapping: Path) -> None:
    """The file alone lacks what is still in the write-ahead log: an older copy."""
    place, copy = mapping.parent / "l.db", mapping.parent / "copy.db"
    with open_ledger(place) as ledger:
        guard_mapping(mapping, ledger)
        shutil.copy(place, copy)
    with open_ledger(copy) as torn, pytest.raises(LedgerError, match="older copy"):
        guard_mapping(mapping, torn)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param("DELETE FROM identities", "1 settled people without", id="no identity"),
        pytest.param("DELETE FROM people", "2 rows in doubt without", id="no person"),
        pytest.param("UPDATE staged SET body = ''", "2 rows in doubt without", id="no body"),
        pytest.param("UPDATE staged SET columns = 9", "FOREIGN KEY", id="dangling"),
    ],
)
def test_verifying_finds_what_does_not_fit(tmp_path: Path, harm: str, told: str) -> None:
    """Besides the file itself, what its rows say of each other is checked."""
    with open_ledger(tmp_path / "l.db") as ledger:
        connector, lock = start(ledger)
        ledger.stage(connector, "r1", [row("ada"), row("bob"), row("cyd")])
        states = {"ada": RowState.CREATED, "bob": RowState.IN_DOUBT, "cyd": RowState.IN_DOUBT}
        send(ledger, connector, lock, states)
        assert ledger.verify() == []
    with sqlite3.connect(tmp_path / "l.db") as conn:
        conn.execute(harm)
    conn.close()
    with open_ledger(tmp_path / "l.db") as ledger:
        found = ledger.verify()
    assert [told in line for line in found] == [True]


@pytest.mark.postgres
def test_verifying_works_on_postgres(postgres_url: str) -> None:
    with open_ledger(postgres_url) as ledger:
        assert ledger.verify() == []
