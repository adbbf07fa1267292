"""What can stop a run: the exception tree.

Lives here: only what ends a command. A bad cell is no exception, it is a
`Problem` (see `importer.core.model`); a row that the ATS refuses is an outcome.

    ImporterError                 something stopped the command
    ├── UsageError          (2)   wrong call: flags or arguments that do not fit together
    ├── SettingsError       (2)   a setting is missing or unusable
    ├── MappingError        (2)   the mapping cannot be used with this source or schema
    ├── SourceError         (2)   a spreadsheet cannot be read at all
    ├── SchemaError         (2)   a candidate schema given as a file cannot be read
    ├── LedgerError         (2)   the ledger is torn, foreign, newer, or not this mapping's
    │   └── LedgerStopped   (3)   disk full or connection lost: the ledger took nothing more
    ├── StopAndRetry        (3)   stopped; running again later is safe and goes on from here
    │   ├── AccessStopped   (3)   401, 403, 404, 405 or a redirect: no row is to blame
    │   ├── OutageStopped   (3)   the service cannot be reached or answers nonsense
    │   ├── ConnectorBusy   (3)   another run sends on this connector
    │   └── Interrupted     (3)   Ctrl-C, SIGTERM, end of the time window or of the call budget
    └── GuardStopped        (4)   a guard stopped the run; a person decides

The number is the process's exit code (design section 4.2). Every class says what
happened, whether repeating is safe, and what the user should do; the sentence goes
in the message, the remedy in `hint`. Secrets and personal data never go in either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class ImporterError(Exception):
    """Something stopped the command.

    Args:
        message: What happened, where, and why, in one sentence for an operations person.
        hint: What to do about it; empty where the message already says it.
        details: Further findings of the same kind, one line each, all shown at once.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)


class UsageError(ImporterError):
    """Flags or arguments do not fit together. Nothing was sent; repeat it corrected."""


class SettingsError(ImporterError):
    """A setting is missing or unusable. Nothing was sent; repeat once it is set."""


class MappingError(ImporterError):
    """The mapping cannot be used. Nothing was sent; `details` name each place by its line."""


class SourceError(ImporterError):
    """No source could be read. Nothing was sent; the file must be changed first."""


class SchemaError(ImporterError):
    """A candidate schema given as a file cannot be read. Nothing was sent."""


class LedgerError(ImporterError):
    """The ledger cannot be trusted for this run. Nothing was sent, nothing was overwritten."""


class StopAndRetry(ImporterError):
    """The run stopped and may be repeated: settled rows cost no call, no row is sent twice."""

    exit_code: ClassVar[int] = 3


class AccessStopped(StopAndRetry):
    """The API refused the caller, not a row. Mend the key, token or permission, then repeat."""


class OutageStopped(StopAndRetry):
    """The API could not be reached or gave no usable answer. Repeat later."""


class LedgerStopped(LedgerError, StopAndRetry):
    """The ledger could not be written: disk full, disk failing, database gone.

    What it had confirmed before stays; a row whose outcome it could not take is in doubt.
    """


class ConnectorBusy(StopAndRetry):
    """Another run sends on this connector. Repeat when it is done, or use `--wait`."""


class Interrupted(StopAndRetry):
    """The run was told to stop: Ctrl-C, SIGTERM, time window or call budget. Repeat to go on."""


class GuardStopped(ImporterError):
    """A guard (canary, breaker, share of rejected rows, number of creates) stopped the run.

    Repeating is safe, but the guard will stop it again until a person decides.
    """

    exit_code: ClassVar[int] = 4
