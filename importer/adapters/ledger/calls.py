"""One pace for all processes that call a connector.

Lives here: handing out times at which calls may start. Must never live here: waiting for
them, or reading headers. What a newcomer would question: slots are handed out evenly spaced
instead of counted in a window. However many processes take them, no sliding minute ever
holds more than the limit, and a process that dies with slots in hand costs a second, no more.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.store import Store

LONGEST_AHEAD_S: Final = 120.0
"""Slots further ahead than this come from a clock that was wrong, and are forgotten."""


class Calls(Store):
    """The part of the ledger that knows when the next call may start."""

    def reserve_calls(self, connector: int, count: int, now: float, interval_s: float) -> float:
        """Take the next slots of a connector.

        Args:
            connector: The connector's number.
            count: How many calls, `interval_s` apart; a few seconds' worth is enough.
            now: Unix seconds.
            interval_s: Time between two calls, 60 / limit a minute.

        Returns:
            Unix seconds at which the first of them may start.
        """
        with self._write() as conn:
            self._lock_connector(conn, connector)
            next_at, held_until = self._read_pace(conn, connector)
            if next_at > now + LONGEST_AHEAD_S:
                next_at = now
            start = max(now, next_at, held_until)
            self._update_pace(conn, connector, next_at=start + count * interval_s)
            return start

    def hold_calls(self, connector: int, until: float) -> None:
        """Let no call of any process start before a time; an earlier hold stays if it is later."""
        with self._write() as conn:
            self._lock_connector(conn, connector)
            _, held_until = self._read_pace(conn, connector)
            self._update_pace(conn, connector, held_until=max(held_until, until))

    def _read_pace(self, conn: Connection, connector: int) -> tuple[float, float]:
        c = t.calls.c
        line = conn.execute(select(c.next_at, c.held_until).where(c.connector == connector)).first()
        if line is None:
            conn.execute(insert(t.calls).values(connector=connector, next_at=0.0, held_until=0.0))
            return 0.0, 0.0
        return line.next_at, line.held_until

    def _update_pace(self, conn: Connection, connector: int, **values: float) -> None:
        conn.execute(update(t.calls).where(t.calls.c.connector == connector).values(**values))
