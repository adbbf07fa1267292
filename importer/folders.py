"""Run folders after their run: rendered again, packed, forgotten, read into a new ledger.

Lives here: joining the ledger's runs to what is on the disk, as `wiring` does for adapters.
Must never live here: printing. What a newcomer would question: the ledger forgets first and
the folders after it, so that a command that is stopped in between can simply be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.adapters.ledger import SqlLedger
    from importer.core.ports import RowState, RunRecord
    from importer.core.results import RunSummary
    from importer.core.rules import CandidateMapping


def render_again(record: RunRecord) -> Path:
    """Write a run's report.html from its summary.json and results.csv; returns where it is.

    Raises:
        SourceError: They are gone or were changed.
    """
    from importer.adapters.reports.again import RunFiles

    return RunFiles(folder_of(record)).render()


def folder_of(record: RunRecord) -> Path:
    """The folder of a run.

    Raises:
        UsageError: It is gone.
    """
    folder = Path(record.folder)
    if not record.folder or not folder.is_dir():
        raise UsageError(
            f"The folder of run {record.run_id} is no longer there"
            + (f" ({record.folder})." if record.folder else ": the run was forgotten."),
            hint="Its counts are kept: `candidate-import runs show` prints them.",
        )
    return folder


def export_run(ledger: SqlLedger, record: RunRecord, target: Path) -> None:
    """Write the audit pack of a run.

    Raises:
        UsageError: Something is at `target` already.
    """
    from importer.adapters.archive import write_archive
    from importer.adapters.reports.again import read_document
    from importer.core.audit import audit_documents

    document = read_document(Path(record.folder)) if record.folder else None
    files = audit_documents(record, document, ledger.schema_of_run(record.run_id))
    try:
        write_archive(target, files)
    except FileExistsError:
        raise UsageError(f"{target} is there already.", hint="Name a file that is not.") from None


def forget_old_runs(ledger: SqlLedger, older_than: str) -> tuple[int, Sequence[Path]]:
    """Forget runs that started before an ISO time, and delete their folders.

    Returns:
        How many runs, and the folders that stay since they hold something of somebody else's.
    """
    from importer.adapters.reports.again import remove_run_folder

    gone = ledger.forget_runs(older_than)
    folders = [Path(run.folder) for run in gone if run.folder]
    return len(gone), [folder for folder in folders if not remove_run_folder(folder)]


@dataclass(slots=True)
class Forgotten:
    """What was forgotten of one person.

    Attributes:
        is_known: Whether the ledger knew them.
        candidate_ids: Whom the ATS still holds.
        rows: Rows cleared in run folders.
        folders: Folders in which something was cleared.
        unfinished: Runs that are still to be continued and so were not touched.
        unreadable: Folders whose files could not be read, with the reason.
    """

    is_known: bool = False
    candidate_ids: list[str] = field(default_factory=list)
    rows: int = 0
    folders: list[Path] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def forget_one_person(ledger: SqlLedger, runs: Iterable[RunRecord], text: str) -> Forgotten:
    """Forget a person in the ledger and in every run folder that is still there.

    Args:
        ledger: Knows people by keyed hashes.
        runs: Whose connectors and folders are looked at.
        text: Their e-mail address, or what stands in the mapping's one identity column.
    """
    from importer.adapters.reports.again import RunFiles
    from importer.core.forgetting import Needle
    from importer.core.identity import email_hash, identity_hash
    from importer.errors import SourceError

    result = Forgotten()
    records = list(runs)
    identities = [identity_hash(ledger.secret, (kind, text)) for kind in ("email", "columns")]
    email = email_hash(ledger.secret, text)
    for connector in dict.fromkeys(r.connector for r in records):
        known = {**ledger.recall(connector, identities), **ledger.recall_emails(connector, [email])}
        result.is_known |= bool(known)
        for identity in identities:
            result.candidate_ids += ledger.forget_person(connector, identity, [email])
    for record in records:
        folder = Path(record.folder)
        if not record.folder or not folder.is_dir():
            continue
        if record.state in ("preparing", "sending"):
            result.unfinished.append(record.run_id)
            continue
        try:
            rows = RunFiles(folder).forget(Needle(text))
        except SourceError as error:
            result.unreadable.append(error.message)
            continue
        if rows:
            result.rows += rows
            result.folders.append(folder)
    return result


@dataclass(slots=True)
class Restored:
    """What a ledger took in from run folders.

    Attributes:
        runs: Folders that were read.
        people: How many, by state.
        left_out: Why a folder was not read, one sentence each.
    """

    runs: int = 0
    people: dict[RowState, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def restore_ledger(
    ledger: SqlLedger, reports: Path, mapping: CandidateMapping, mapping_name: str, base_url: str
) -> Restored:
    """Take in what run folders say of people, oldest first.

    Args:
        ledger: New, or an older copy.
        reports: Holds the run folders.
        mapping: Tells who the rows are.
        mapping_name: How the ledger knows the mapping; folders of others are left out.
        base_url: Where the API is; names the connector together with its id.
    """
    from importer.adapters.reports.again import RunFiles
    from importer.core.schema import published_schema
    from importer.errors import SourceError
    from importer.restoring import restore_rows

    done = Restored()
    schema = published_schema()
    for folder in sorted(p for p in reports.iterdir() if (p / "results.csv").is_file()):
        try:
            files = RunFiles(folder)
        except SourceError as error:
            done.left_out.append(error.message)
            continue
        told = files.summary
        name = told.mapping_path.replace("\\", "/").rsplit("/", 1)[-1]
        if told.command != "run" or name != mapping_name:
            continue
        connector = ledger.connector_ref(base_url, told.connector, told.ats)
        if ledger.run(told.run_id) is None:
            ledger.begin_run(_record_of(told, connector, mapping_name, folder))
        rows = restore_rows(mapping, schema, ledger.secret, files.columns, files.rows())
        try:
            taken = ledger.restore_from_results(connector, told.run_id, rows)
        except SourceError as error:
            done.left_out.append(error.message)
            continue
        done.runs += 1
        for state, count in taken.items():
            done.people[state] = done.people.get(state, 0) + count
    return done


def _record_of(told: RunSummary, connector: int, mapping_name: str, folder: Path) -> RunRecord:
    from importer.core.ports import RunRecord

    return RunRecord(
        run_id=told.run_id,
        command="run",
        connector=connector,
        mapping=mapping_name,
        mapping_sha256=told.mapping_sha256,
        schema_sha256=told.schema_sha256,
        started_at=told.started_at,
        finished_at=told.finished_at,
        state="finished",
        exit_code=told.exit_code,
        sources=[
            (s.path, s.sheet or "", s.sha256, n)
            for s, n in zip(told.sources, told.source_rows, strict=True)
        ],
        folder=str(folder.resolve()),
        summary=json.dumps({"counts": dict(told.counts), "version": told.version}),
    )
