"""What a run shows while it sends, and the second look at the schema after a refusal."""

from __future__ import annotations

from importer.connecting import SchemaFound, fetch_schema
from importer.core.file_sending import count_inline
from importer.core.ports import RowState, Settlement, StagedRow
from importer.job import Workplace
from importer.sending.clock import iso


class RunEvents:
    """Shows what the sender tells, and looks at the schema again when it may have changed."""

    def __init__(self, place: Workplace, connector: int, schema: SchemaFound) -> None:
        self._place = place
        self._connector = connector
        self._schema = schema

    def on_settled(self, row: StagedRow, settlement: Settlement) -> None:
        """A row's outcome is durable."""
        if settlement.state is RowState.CREATED:
            self._place.inline_files += count_inline(row.body)
        if settlement.state is not RowState.STAGED:
            self._place.progress.advance(1)

    def on_notice(self, text: str) -> None:
        """A sentence for a person."""
        self._place.progress.note(text)

    async def on_schema_doubt(self) -> None:
        """The first refusal: what the ATS asks for may have changed since the start."""
        place = self._place
        if self._schema.raw and place.api is not None:
            at = iso(place.pace.clock.time())
            await fetch_schema(place.api, place.pace, place.ledger, self._connector, at)
