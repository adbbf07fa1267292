"""Files on their way to the ATS: inside a candidate's body, or by a call after its creation.

Lives here: reading files when their turn comes, one call a file, and what became of each.
Must never live here: which files may be sent (`core/attachments`). What a newcomer would
question: that a file was sent is noted in the ledger before the call, as for candidates. A
call that came to nothing certain is looked up in the ATS before the file goes again.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from importer.core.answers import answer_words
from importer.core.attachments import Files
from importer.core.disposition import Disposition, Fate, ReadFate, dispose, dispose_read
from importer.core.file_sending import call_body, fill_references, has_references
from importer.core.memory import FileRecord
from importer.core.ports import Attempt, CandidateApi, Ledger, StagedRow
from importer.core.readback import SyncState, parse_time, proves_absence
from importer.errors import ImporterError
from importer.sending.clock import StopSignal, iso, nap
from importer.sending.pace import Pace

_RUNNING: Final = 3
"""After so many calls in a row that came to nothing, the rest waits for the next run."""

_GONE: Final = "The file is no longer where it was, or it has changed too much to be sent."
_NO_ID: Final = "The ATS did not say which candidate it made, so nothing can be attached to it."
_DOUBT: Final = "It was sent and no usable answer came; it is looked for before it goes again."
_NOT_THERE: Final = "The connector's copy of the ATS does not show the candidate yet."
_NOT_SENT: Final = "The service could not be reached."


@dataclass(slots=True)
class AttachReport:
    """What became of the open files of one connector.

    Attributes:
        stop: Why it ended early; the files left are sent by the next run.
    """

    sent: int = 0
    pending: int = 0
    failed: int = 0
    stop: ImporterError | None = None


def build_filler(files: Files | None) -> Callable[[StagedRow], str | None]:
    """Build the function that puts files' contents into a staged body; None: a file is gone.

    Blocks while it reads: use a thread.
    """

    def fill(row: StagedRow) -> str | None:
        if not has_references(row.body):
            return row.body
        return fill_references(row.body, lambda path: _read_base64(files, path))

    return fill


def _read_base64(files: Files | None, path: str) -> str | None:
    content = files.read(path) if files is not None else None
    return None if content is None else base64.b64encode(content).decode("ascii")


async def attach_files(
    *,
    api: CandidateApi,
    ledger: Ledger,
    connector: int,
    pace: Pace,
    files: Files | None,
    ats: str,
    sync: SyncState,
    stop: StopSignal,
) -> AttachReport:
    """Send every file of the connector that has not arrived; each is settled in the ledger.

    Args:
        api: The connector's ATS.
        ledger: Holds the files; the caller holds the connector's lock.
        connector: The ledger's number of the connector.
        pace: Paces every call.
        files: Reads files.
        ats: The connector's integration.
        sync: How the connector's copy of the ATS stands.
        stop: Ends it after the call under way.

    Returns:
        What became of them; `stop` is to be raised once the report is written.
    """
    work = _Attaching(api, ledger, connector, pace, files, ats, sync, stop)
    open_files = await asyncio.to_thread(ledger.open_files, connector)
    for position, record in enumerate(open_files):
        if work.is_over:
            work.count_left(open_files[position:])
            break
        try:
            await work.attach(record)
        except ImporterError as reason:
            work.report.stop = reason
            work.count_left(open_files[position:])
            break
    return work.report


class _Attaching:
    """One walk over the open files."""

    def __init__(
        self,
        api: CandidateApi,
        ledger: Ledger,
        connector: int,
        pace: Pace,
        files: Files | None,
        ats: str,
        sync: SyncState,
        stop: StopSignal,
    ) -> None:
        self.report = AttachReport()
        self._api = api
        self._ledger = ledger
        self._connector = connector
        self._pace = pace
        self._files = files
        self._ats = ats
        self._sync = sync
        self._stop = stop
        self._running = 0
        self._unsupported = ""

    @property
    def is_over(self) -> bool:
        """Whether the files left are for the next run."""
        return self._stop.is_set or self._running >= _RUNNING or self.report.stop is not None

    def count_left(self, left: Sequence[FileRecord]) -> None:
        """Count files that were not tried any more, as they stood before."""
        failed = sum(1 for record in left if record.state == "failed")
        self.report.failed += failed
        self.report.pending += len(left) - failed

    async def attach(self, record: FileRecord) -> None:
        """Send one file, unless it turns out to be there already."""
        if self._unsupported:
            await self._settle(record, "failed", self._unsupported)
            return
        if not record.candidate_id:
            await self._settle(record, "failed", _NO_ID)
            return
        detail = json.loads(record.detail or "{}")
        attempted_at = detail.pop("attempted_at", "")
        if attempted_at:
            if await self._is_there(record.candidate_id, detail):
                await self._settle(record, "sent")
                return
            if not proves_absence(self._sync, parse_time(attempted_at)):
                await self._settle(record, "pending", _DOUBT)
                return
        content = await self._content(detail)
        if content is None and not detail.get("file_url"):
            await self._settle(record, "failed", _GONE)
            return
        await self._send(record, detail, call_body(detail, self._ats, content))

    async def _content(self, detail: Mapping[str, Any]) -> str | None:
        content = detail.get("file_content")
        path = content.get("$file") if isinstance(content, dict) else None
        if path is None:
            return None
        return await asyncio.to_thread(_read_base64, self._files, str(path))

    async def _send(self, record: FileRecord, detail: Mapping[str, Any], body: str) -> None:
        tries = 0
        while True:
            intended = {**detail, "attempted_at": iso(self._now())}
            await self._note(record, "pending", _DOUBT, intended)
            try:
                attempt = await self._pace.call(
                    lambda: self._api.create_attachment(record.candidate_id, body), "attach"
                )
            except ImporterError:
                # No slot was given, so nothing left this machine.
                await self._note(record, "pending", _NOT_SENT, detail)
                raise
            what = dispose(attempt, earlier_attempts=tries, successes=1, forbidden_running=0)
            is_never_sent = what.fate is Fate.BACK_OFF
            tries += is_never_sent
            if what.fate is not Fate.RETRY_AFTER and not (is_never_sent and tries < _RUNNING):
                await self._follow(record, detail, what, attempt)
                return
            await self._note(record, "pending", _NOT_SENT, detail)
            await nap(self._pace.clock, what.wait_s, self._stop)

    async def _follow(
        self, record: FileRecord, detail: Mapping[str, Any], what: Disposition, attempt: Attempt
    ) -> None:
        status, fate = attempt.status, what.fate
        said = f"The ATS says: {answer_words(attempt)}" if status is not None else ""
        if fate is Fate.CREATED:
            self._running = 0
            await self._settle(record, "sent")
        elif status == 404:
            self._running += 1
            await self._settle(record, "pending", _NOT_THERE, detail)
        elif status == 501:
            self._unsupported = said
            await self._settle(record, "failed", said, detail)
        elif fate is Fate.STOP:
            await self._settle(record, "pending", said, detail)
            self.report.stop = what.stop
        elif fate is Fate.REFUSED:
            self._running = self._running + 1 if status == 403 else 0
            await self._settle(record, "failed", said, detail)
        elif fate is Fate.IN_DOUBT:
            if await self._is_there(record.candidate_id, detail):
                self._running = 0
                await self._settle(record, "sent")
            else:
                self._running += 1
                await self._settle(record, "pending", _DOUBT)
        else:
            self._running += 1
            await self._settle(record, "pending", _NOT_SENT, detail)

    async def _is_there(self, candidate_id: str, detail: Mapping[str, Any]) -> bool:
        """Whether the candidate shows a file of this name already."""
        attempt = await self._pace.call(
            lambda: self._api.list_candidates(ids=candidate_id, expand="attachments")
        )
        if dispose_read(attempt) is not ReadFate.USABLE or not isinstance(attempt.body, dict):
            return False
        shown = [
            file
            for item in attempt.body.get("items") or ()
            if isinstance(item, dict) and item.get("id") == candidate_id
            for file in item.get("attachments") or ()
            if isinstance(file, dict)
        ]
        url = detail.get("file_url")
        return any(
            file.get("file_name") == detail.get("file_name")
            or (url is not None and file.get("file_url") == url)
            for file in shown
        )

    def _now(self) -> float:
        return self._pace.server_time(self._pace.clock.time())

    async def _settle(
        self,
        record: FileRecord,
        state: str,
        problem: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        await self._note(record, state, problem, detail)
        match state:
            case "sent":
                self.report.sent += 1
            case "failed":
                self.report.failed += 1
            case _:
                self.report.pending += 1

    async def _note(
        self,
        record: FileRecord,
        state: Any,
        problem: str,
        detail: Mapping[str, Any] | None,
    ) -> None:
        await asyncio.to_thread(
            self._ledger.settle_file,
            self._connector,
            record.identity,
            record.name,
            state,
            problem,
            detail=None if detail is None else json.dumps(detail, ensure_ascii=False),
        )
