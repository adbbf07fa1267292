"""Texts that no file format can hold.

Lives here: taking half characters (lone surrogates) out of what is reported. Must never live
here: formula safety, which reader and writer share (`core/handback.py`). What a newcomer
would question: such texts are real, since file names on some systems are no valid Unicode
and a DataFrame may hold anything; one of them must not cost the whole report.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from importer.core.results import ReportRow

_T = TypeVar("_T")
_HALVES: Final = re.compile("[\ud800-\udfff]")
_ROWS: Final = "rows"


def encodable(value: _T) -> _T:
    """The same data with every half character replaced by U+FFFD; numbers are not visited."""
    return _encodable(value)  # type: ignore[no-any-return]


def encodable_row(row: ReportRow) -> ReportRow:
    """A row that every writer can encode; the row itself where it already is."""
    try:
        "".join(row.cells).encode()
        for problem in row.problems:
            f"{problem.column}{problem.message}{problem.hint}".encode()
        row.candidate_id.encode()
    except UnicodeEncodeError:
        return encodable(row)
    return row


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return type(value)(_HALVES.sub("�", value))
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: clean
            for field in dataclasses.fields(value)
            if field.name != _ROWS
            and (clean := _encodable(old := getattr(value, field.name))) is not old
        }
        return dataclasses.replace(value, **changes) if changes else value
    if isinstance(value, Mapping):
        return {_encodable(k): _encodable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_encodable(item) for item in value)
    return value
