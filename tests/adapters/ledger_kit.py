"""What the ledger's tests share: rows and runs made short."""

from __future__ import annotations

from importer.adapters.ledger import SqlLedger
from importer.core.identity import build_contents, email_hash, identity_hash
from importer.core.memory import Lock
from importer.core.ports import Content, RowState, RunRecord, Settlement, StagedRow

AT = "2026-03-01T10:00:00+00:00"
SECRET = b"s" * 32


def who(name: str) -> bytes:
    """Identity of a synthetic person."""
    return identity_hash(SECRET, [f"{name}@example.com"])


def content(**cells: str) -> Content:
    """Content of one row."""
    return build_contents(SECRET, {k: [v] for k, v in cells.items()})[0]


def mail(name: str) -> bytes:
    """E-mail hash of a synthetic person."""
    return email_hash(SECRET, f"{name}@example.com")


def row(name: str, number: int = 2, **more: object) -> StagedRow:
    """One row to be sent."""
    values: dict[str, object] = {
        "seq": 0,
        "source": 0,
        "row": number,
        "identity": who(name),
        "content": content(name=name),
        "body": f'{{"first_name": "{name}", "email_addresses": ["{name}@example.com"]}}',
        "form": "B",
        "emails": (mail(name),),
        "key": f"key-{name}",
    }
    return StagedRow(**{**values, **more})  # type: ignore[arg-type]


def run(run_id: str, connector: int, **more: object) -> RunRecord:
    """One run of `people.yaml`."""
    values: dict[str, object] = {
        "run_id": run_id,
        "command": "run",
        "connector": connector,
        "mapping": "people.yaml",
        "mapping_sha256": "m1",
        "schema_sha256": "s1",
        "started_at": AT,
        "finished_at": "",
        "state": "preparing",
        "exit_code": None,
        "sources": (("people.csv", "", "abc", 3),),
    }
    return RunRecord(**{**values, **more})  # type: ignore[arg-type]


def start(ledger: SqlLedger, run_id: str = "r1") -> tuple[int, Lock]:
    """A connector with a run begun and its lock held."""
    connector = ledger.connector_ref("https://ats.example.com", "c1", "acme")
    ledger.begin_run(run(run_id, connector))
    lock = ledger.acquire_lock(connector, run_id, 1_000.0)
    assert isinstance(lock, Lock)
    return connector, lock


def send(
    ledger: SqlLedger,
    connector: int,
    lock: Lock,
    outcomes: dict[str, RowState],
    run_id: str = "r1",
    **more: object,
) -> None:
    """Take rows that are staged through an attempt to the given states."""
    by_identity = {r.identity: r for r in ledger.staged(connector, run_id, limit=10_000)}
    rows = {name: by_identity[who(name)] for name in outcomes}
    ledger.record_intents(connector, run_id, [r.seq for r in rows.values()], lock.fence, AT)
    ledger.record_outcomes(
        connector,
        run_id,
        [
            Settlement(
                rows[name].seq,
                state,
                candidate_id=f"id-{name}" if state is RowState.CREATED else "",
                attempted_at=AT,
                **more,  # type: ignore[arg-type]
            )
            for name, state in outcomes.items()
        ],
    )
