r"""Parse records that the csv module cannot: backslash escapes, blanks before quotes.

Lives here: one small parser over lines. Must never live here: guessing. What a newcomer
would question: the csv module knows an escape character, but takes it off every letter
(`C:\temp` would lose its backslash); here it goes only before a quote, a delimiter, a
line end or another backslash that stands before one of these.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator


def exact_records(
    lines: Iterable[str],
    delimiter: str,
    quote: str,
    *,
    has_backslashes: bool,
    skips_blanks: bool,
    longest: int = 10_000_000,
) -> Iterator[list[str]]:
    """Parse lines (with their ends) into records; a blank line gives `[]`.

    Args:
        lines: Text lines with their ends.
        delimiter: One character.
        quote: One character; doubled, it stands for itself inside quotes.
        has_backslashes: Whether a backslash takes the meaning off what follows.
        skips_blanks: Whether blanks after a delimiter are dropped before any cell, not only
            before an opening quote.
        longest: Characters that the lines of one record may have.

    Raises:
        csv.Error: A record is longer, as after a quote that is never closed.
    """
    d, q = re.escape(delimiter), re.escape(quote)
    escape = r"\\" if has_backslashes else r"(?!)"
    bare_run = re.compile(rf"[^{d}\r\n\\]+")
    quoted_run = re.compile(rf"[^{q}\\]+")
    opening = re.compile(rf"[ ]*{q}")
    escaped = re.compile(rf"{escape}([{d}{q}\\])")
    record: list[str] = []
    cell: list[str] = []
    inside = False
    held = 0
    source = iter(lines)
    while True:
        line = next(source, None)
        if line is None:
            if not inside:
                return
            # As the csv module does: what an open quote swallowed is the last record.
            yield [*record, "".join(cell)]
            inside = False
            continue
        held += len(line)
        if held > longest:
            raise csv.Error("record larger than the limit")
        at = 0
        end = len(line)
        fresh = not inside
        while at < end:
            if fresh:
                fresh = False
                found = opening.match(line, at)
                if found is not None:
                    inside = True
                    at = found.end()
                    continue
                if skips_blanks and record:
                    while at < end and line[at] == " ":
                        at += 1
                    continue
            char = line[at]
            if char == "\\":
                found = escaped.match(line, at)
                if found is not None and _takes_meaning(line, at, delimiter, quote):
                    cell.append(found[1])
                    at = found.end()
                else:
                    cell.append(char)
                    at += 1
            elif inside:
                if char == quote:
                    if line.startswith(quote, at + 1):
                        cell.append(quote)
                        at += 2
                    else:
                        inside = False
                        at += 1
                else:
                    found = quoted_run.match(line, at)
                    assert found is not None
                    cell.append(found[0])
                    at = found.end()
            elif char == delimiter:
                record.append("".join(cell))
                cell = []
                fresh = True
                at += 1
            elif char in "\r\n":
                break
            else:
                found = bare_run.match(line, at)
                assert found is not None
                cell.append(found[0])
                at = found.end()
        if inside:
            continue
        if record or cell or line.strip("\r\n"):
            record.append("".join(cell))
        yield record
        record = []
        cell = []
        held = 0


def _takes_meaning(line: str, at: int, delimiter: str, quote: str) -> bool:
    """Whether the backslash at `at` is an escape, not a part of a Windows path."""
    following = line[at + 1]
    if following == quote:
        # `"C:\\dir\\",` ends the cell: the quote closes when a delimiter or the line's end follows
        # and no further quote closes the cell on this line.
        rest = line[at + 2 :]
        if not rest.strip("\r\n") or rest.startswith(delimiter):
            return quote in rest.replace(delimiter + quote, "").replace(quote + delimiter, "")
        return True
    return following in (delimiter, "\\")
