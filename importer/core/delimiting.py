"""Judge how a delimited text is written: delimiter, quotes, escapes, blanks after delimiters.

Lives here: pure judgement over a sample. Must never live here: reading files. What a
newcomer would question: delimiters are not counted, whole parses are compared: the right
dialect gives records of one width whose cells look like values (the measure of van den
Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns").
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from importer.core.cell_kinds import Kind, kind_of
from importer.core.exact_records import exact_records

SAMPLE_RECORDS: Final = 400
DELIMITERS: Final = (",", ";", "\t", "|")
_RARE: Final = ("^", "~", "\x1f", "\x01")
_SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_PLAIN_TEXT = re.compile(r"[\w .,'’&()/+\-#:!?%@*–\n\r…°ºª\"“”„‘\[\]]*\Z")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        delimiter: One character; None: every line is one cell.
        quote: `"` or `'`.
        has_backslashes: A backslash stands before quotes or delimiters that are data.
        skips_blanks: Blanks after a delimiter belong to the delimiter.
        has_quotes_after_blanks: Blanks between a delimiter and an opening quote are no data.
        sep_line: The first line says which delimiter; it is no row.
    """

    delimiter: str | None
    quote: str = '"'
    has_backslashes: bool = False
    skips_blanks: bool = False
    has_quotes_after_blanks: bool = False
    sep_line: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the csv module's own rules are enough."""
        return not self.has_backslashes and not self.has_quotes_after_blanks


def find_dialect(sample: str, delimiter: str | None = None) -> Dialect:
    """Find how a text is written.

    Args:
        sample: The start of the text, ending with a whole line where the text goes on.
        delimiter: What a person said; the rest is still detected.
    """
    marked = _SEP_LINE.match(sample)
    if marked is not None:
        sample = sample[marked.end() :]
    if delimiter is None and marked is not None:
        delimiter = marked[1]
    body = _without_comments(sample)
    choices = [delimiter] if delimiter is not None else [d for d in DELIMITERS if d in body]
    if choices and not body.strip(" \r\n" + "".join(choices)):
        return Dialect(choices[0], sep_line=marked is not None)
    best = max(
        (_best_quoting(body, d) for d in choices),
        key=lambda pair: pair[0],
        default=(0.0, Dialect(None)),
    )
    if delimiter is None:
        alone = _score(body, Dialect(None))
        if best[0] <= alone:
            rare = max(
                (_best_quoting(body, d) for d in _RARE if _is_steady(body, d)),
                key=lambda pair: pair[0],
                default=(0.0, Dialect(None)),
            )
            best = rare if rare[0] > alone else (alone, _lone(body))
    return replace(best[1], sep_line=marked is not None)


def parse(
    lines: Iterable[str], dialect: Dialect, *, longest: int = 10_000_000
) -> Iterable[list[str]]:
    """Parse lines (with their ends) under a dialect; a blank line gives `[]`.

    Args:
        lines: Text lines with their ends.
        dialect: How they are written.
        longest: Characters a value may have (a record, where the csv module does not parse).

    Raises:
        csv.Error: A value (or record) goes on beyond its limit.
    """
    csv.field_size_limit(longest)  # the module's own 131,072 is less than honest cells hold
    if dialect.is_plain:
        return csv.reader(lines, **csv_arguments(dialect))  # type: ignore[arg-type]
    return exact_records(
        lines,
        dialect.delimiter or "\0",
        dialect.quote,
        has_backslashes=dialect.has_backslashes,
        skips_blanks=dialect.skips_blanks,
        longest=longest,
    )


def csv_arguments(dialect: Dialect) -> dict[str, object]:
    """The csv module's arguments for a plain dialect."""
    return {
        "delimiter": dialect.delimiter or "\0",
        "quotechar": dialect.quote,
        "doublequote": True,
        "skipinitialspace": dialect.skips_blanks,
        "strict": False,
    }


def split_lines(text: str) -> list[str]:
    """Lines with their ends; only CR, LF and CRLF end a line."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def _without_comments(sample: str) -> str:
    """The sample without leading comment lines, which follow no dialect."""
    while sample.startswith("#"):
        end = re.search(r"\r\n|\r|\n", sample)
        if end is None or end.end() == len(sample):
            return sample
        sample = sample[end.end() :]
    return sample


def _lone(body: str) -> Dialect:
    return Dialect(None, quote='"')


def _best_quoting(body: str, delimiter: str) -> tuple[float, Dialect]:
    """The best of the ways to quote and escape that the text gives reason to try."""
    d = re.escape(delimiter)
    plain = Dialect(delimiter)
    if delimiter != "\t" and _follows_nearly_all(body, delimiter):
        plain = replace(plain, skips_blanks=True)
    elif re.search(rf'{d} +"', body):
        plain = replace(plain, has_quotes_after_blanks=True)
    choices = [plain]
    if re.search(rf"(?:\A|[{d}\r\n]) *'(?!')[^'\r\n]*'(?=\Z|[ {d}\r\n])", body) and not re.search(
        rf'(?:\A|[{d}\r\n])"', body
    ):
        choices.append(replace(plain, quote="'", has_quotes_after_blanks=False))
    scored = [(_score(body, choice), choice) for choice in choices]
    best = max(scored, key=lambda pair: pair[0])
    if re.search(rf'\\["\'{d}]', body):
        escaped = replace(best[1], has_backslashes=True)
        score = _score(body, escaped)
        if score > best[0] or (score == best[0] and _needs_backslashes(body, delimiter)):
            best = (score, escaped)
    return best


def _needs_backslashes(body: str, delimiter: str) -> bool:
    """Whether an escaped quote stands inside a cell, where only an escape makes sense."""
    return re.search(rf'\\"(?![{re.escape(delimiter)}\r\n]|\Z)', body) is not None


def _follows_nearly_all(body: str, delimiter: str) -> bool:
    """Whether a blank follows (nearly) every delimiter that does not end its line."""
    outside = re.sub(r'"[^"]*"', "x", body)
    every = re.findall(rf"{re.escape(delimiter)}(?=([^\r\n]))", outside)
    blank = sum(1 for c in every if c == " ")
    return len(every) > 1 and blank >= 0.98 * len(every)


def _is_steady(body: str, delimiter: str) -> bool:
    """Whether a rare delimiter stands equally often in nearly every line."""
    counts = Counter(line.count(delimiter) for line in split_lines(body)[:50] if line.strip())
    if not counts:
        return False
    most, times = counts.most_common(1)[0]
    return most > 0 and times >= 0.9 * sum(counts.values()) and sum(counts.values()) >= 2


def _score(body: str, dialect: Dialect) -> float:
    """Pattern score times type score of the parse under a dialect."""
    records = [
        r
        for r in islice(parse(split_lines(body), dialect), SAMPLE_RECORDS)
        if any(c.strip() for c in r)
    ]
    if not records:
        return 0.0
    return _pattern_score(records) * _type_score(records)


def _pattern_score(records: Sequence[Sequence[str]]) -> float:
    """High for few distinct widths, and for wide records."""
    widths = Counter(len(r) for r in records)
    return sum(n * max(0.001, width - 1) / width for width, n in widths.items()) / len(widths)


def _type_score(records: Sequence[Sequence[str]]) -> float:
    """Share of cells that look like one value."""
    cells = 0
    known = 0.0
    for record in records:
        for cell in record:
            cells += 1
            known += _cell_score(cell)
    return max(known / cells, 1e-9)


def _cell_score(cell: str) -> float:
    if kind_of(cell) is not Kind.TEXT:
        return 1.0
    if cell[:1] == " " or cell[:1] == '"' or cell[-1:] == '"':
        return 0.3
    if any(d in cell for d in ";\t|"):
        return 0.2
    return 1.0 if len(cell) < 300 and _PLAIN_TEXT.match(cell) else 0.5
