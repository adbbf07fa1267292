"""From rows that are ready to rows in the ledger that will be sent.

Lives here: assembling bodies chunk by chunk and handing them over. What a newcomer would
question: the rows come from the spool, not from the spreadsheet, so a nightly export that
overwrites its file while the run waits changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from importer.checking import Checked
from importer.core.assemble import assemble_values
from importer.core.bodies import assemble_body
from importer.core.distinct import Columns
from importer.core.file_sending import place_files
from importer.core.model import Outcome
from importer.core.ports import Content, Source, StagedRow
from importer.core.rowtable import CODE_OF

if TYPE_CHECKING:
    from numpy.typing import NDArray

_READY = CODE_OF[Outcome.READY]


Batch = list[tuple[int, StagedRow]]
"""Rows to be sent, each with its position in the run."""


def build_staged(checked: Checked, sources: Sequence[Source], secret: bytes) -> Iterator[Batch]:
    """Build the rows to be sent, chunk by chunk, new rows before those refused earlier."""
    for wants_retry in (False, True):
        wanted = (checked.outcome == _READY) & (checked.rows.is_retry == wants_retry)
        if wanted.any():
            yield from _stage_some(checked, sources, secret, wanted)


def _stage_some(
    checked: Checked, sources: Sequence[Source], secret: bytes, wanted: NDArray[np.bool_]
) -> Iterator[Batch]:
    first = 0
    for number, source in enumerate(sources):
        bound = checked.judge.sources[number]
        for chunk in source.chunks():
            positions = np.flatnonzero(wanted[first : first + len(chunk.rows)])
            if len(positions):
                columns = Columns(chunk.frame.iloc[positions].reset_index(drop=True))
                who = checked.judge.who(bound, columns)
                contents = who.content_bytes()
                identities = checked.keep_identities(first + positions, who)
                emails: list[list[bytes]] = [[] for _ in positions]
                for at, hashed in zip(who.email_rows.tolist(), who.emails(), strict=True):
                    emails[at].append(hashed)
                staged: Batch = []
                for i, values in enumerate(assemble_values(checked.plan, bound, columns)):
                    position = first + int(positions[i])
                    files = place_files(checked.plan.files, values)
                    body = json.dumps(
                        assemble_body(checked.plan.form, values),
                        ensure_ascii=False,
                        separators=(",", ":"),
                    )
                    row = StagedRow(
                        seq=0,
                        source=number,
                        row=int(checked.rows.row[position]),
                        identity=identities[i],
                        content=Content(who.columns, contents[i]),
                        body=body,
                        form=checked.plan.form,
                        emails=tuple(dict.fromkeys(emails[i])),
                        key=make_key(secret, identities[i], body),
                        origin=checked.judge.origins.get(position),
                        attachments=files,
                    )
                    staged.append((position, row))
                yield staged
            first += len(chunk.rows)


def make_key(secret: bytes, identity: bytes, body: str) -> str:
    """The idempotency key of a create: the same for the same person and body, tells nothing."""
    return blake2b(identity + body.encode(), key=secret, digest_size=20).hexdigest()
