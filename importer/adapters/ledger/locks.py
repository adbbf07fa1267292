"""One sender a connector: a lock that dies with its holder, and a fence that outlives it.

Lives here: taking, keeping and giving up the lock. Must never live here: waiting for it.
What a newcomer would question: the fence. A lock may expire while its holder sleeps, so
holding it proves nothing; the fence's number is compared inside the very transaction that
makes an intent durable (`outcomes.record_intents`), and every change of hands raises it.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime

from sqlalchemy import update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.machine import is_alive, mark_machine
from importer.adapters.ledger.store import Store
from importer.core.memory import Held, Lock
from importer.errors import ConnectorBusy


class Locks(Store):
    """The part of the ledger that knows who may send."""

    def acquire_lock(
        self, connector: int, holder: str, now: float, ttl_s: float = 90.0
    ) -> Lock | Held:
        """Take the right to send, if nobody holds it or its holder is gone.

        Args:
            connector: The connector's number.
            holder: Words for whoever meets the lock, such as the run's id; host and process
                are added.
            now: Unix seconds.
            ttl_s: How long the lock holds without `renew_lock`.
        """
        machine, pid = mark_machine(), os.getpid()
        with self._write() as conn:
            line = self._lock_connector(conn, connector)
            if line.lock_holder and now < line.lock_until:
                is_dead = line.lock_machine == machine and not is_alive(line.lock_pid)
                if not is_dead:
                    return Held(line.lock_holder, line.lock_since)
            since = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
            conn.execute(
                update(t.connectors)
                .where(t.connectors.c.id == connector)
                .values(
                    fence=line.fence + 1,
                    lock_holder=f"{holder} on {socket.gethostname()}, process {pid}",
                    lock_machine=machine,
                    lock_pid=pid,
                    lock_since=since,
                    lock_until=now + ttl_s,
                )
            )
            return Lock(connector, line.fence + 1)

    def renew_lock(self, lock: Lock, now: float, ttl_s: float = 90.0) -> None:
        """Say that the holder lives; an expired lock that nobody took is its own again.

        Raises:
            ConnectorBusy: Somebody took it over; nothing more may be sent under it.
        """
        with self._write() as conn:
            line = self._lock_connector(conn, lock.connector)
            require_fence(line.fence, lock.fence, line.lock_holder)
            conn.execute(
                update(t.connectors)
                .where(t.connectors.c.id == lock.connector)
                .values(lock_until=now + ttl_s)
            )

    def release_lock(self, lock: Lock) -> None:
        """Give the lock up; a lock that was taken over stays with its new holder."""
        with self._write() as conn:
            line = self._lock_connector(conn, lock.connector)
            if line.fence == lock.fence:
                conn.execute(
                    update(t.connectors)
                    .where(t.connectors.c.id == lock.connector)
                    .values(
                        fence=line.fence + 1,
                        lock_holder="",
                        lock_machine="",
                        lock_pid=0,
                        lock_since="",
                        lock_until=0.0,
                    )
                )


def require_fence(current: int, mine: int, holder: str) -> None:
    """Refuse whoever sends under a fence that is not the connector's any more.

    Raises:
        ConnectorBusy: Naming the new holder.
    """
    if current != mine:
        raise ConnectorBusy(
            f"Another run took over sending on this connector: {holder or 'it has ended since'}.",
            hint="Run again when it is done; rows that were not sent go then.",
        )
