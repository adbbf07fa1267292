"""The sentences of the reader: what it found, what it noticed, why it refused.

Lives here: wording, in one place, for files of all kinds. Must never live here: the decision
that leads to a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from importer.adapters.reader.grid import CannotRead, GridFinding, ReadLimits
from importer.core.delimiting import Dialect
from importer.core.model import Finding, Severity
from importer.core.table import Layout, fold_header
from importer.core.text_encoding import EncodingChoice

_NAMES: Final = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (Western Europe)",
    "latin-1": "ISO 8859-1 (Western Europe)",
    "iso8859-1": "ISO 8859-1 (Western Europe)",
    "iso8859-2": "ISO 8859-2 (Central Europe)",
    "iso8859-15": "ISO 8859-15 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "cp866": "DOS 866 (Cyrillic)",
    "iso8859-5": "ISO 8859-5 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "iso8859-7": "ISO 8859-7 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "mac-roman": "Mac Roman",
    "mac-latin2": "Mac Central European",
    "mac-cyrillic": "Mac Cyrillic",
    "cp850": "DOS 850 (Western Europe)",
    "cp437": "DOS 437",
    "shift_jis": "Shift-JIS (Japanese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "gbk": "GBK (simplified Chinese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (traditional Chinese)",
    "cp950": "Big5 (traditional Chinese)",
    "euc_kr": "EUC-KR (Korean)",
    "cp949": "EUC-KR (Korean)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
}
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}

TOO_MANY: Final = Finding(
    code="too-many-values",
    message="The row has more values than the table has columns, so it is not certain which "
    "value belongs to which column.",
    hint="Look for a delimiter inside a value that is not in quotes, and correct the row.",
)
BEYOND: Final = Finding(
    code="value-beyond-header",
    message="The row has a value to the right of the table's last column; it was left out.",
    hint="Give the column a header if the value matters.",
    severity=Severity.WARNING,
)


def name_encoding(choice: EncodingChoice) -> str:
    """What the text was decoded with, and how sure that is."""
    name = _NAMES.get(choice.codec, choice.codec)
    example = f', as in "{choice.example}"' if choice.example else ""
    if choice.certainty == "told":
        return f"Characters: {name}, as told."
    if choice.certainty == "certain":
        return f"Characters: {name}."
    if choice.certainty == "likely":
        return f"Characters: probably {name}{example}."
    return (
        f"Characters: a guess, {name}{example}. Say `encoding:` in the mapping (or --encoding) "
        "if names look wrong."
    )


def name_dialect(dialect: Dialect) -> list[str]:
    """How the values are told apart, where it is worth a word."""
    notes: list[str] = []
    if dialect.delimiter is None:
        notes.append("One column: no delimiter divides the lines.")
    else:
        named = _DELIMITERS.get(dialect.delimiter, repr(dialect.delimiter))
        said = ", as its first line says" if dialect.sep_line else ""
        notes.append(f"Values are divided by {named}{said}.")
    if dialect.quote != '"':
        notes.append("Values are quoted with ' (apostrophes).")
    if dialect.has_backslashes:
        notes.append("A backslash before a quote or delimiter was taken off.")
    if dialect.skips_blanks:
        notes.append("A blank follows each delimiter; it is no part of the values.")
    return notes


def open_quote(row: int, record: Sequence[str], last_line: int) -> GridFinding:
    """The finding for a record that a quote without an end ran through.

    Args:
        row: The record's row number.
        record: The record, whose last cell holds all the rest of the file.
        last_line: Number of the file's last line.
    """
    text = record[-1]
    breaks = text.count("\n") + text.replace("\r\n", "\n").count("\r")
    line = last_line - breaks + (1 if text.endswith(("\n", "\r")) else 0)
    swallowed = last_line - line
    rest = f" All {swallowed:,} lines after it were read as one value." if swallowed else ""
    return GridFinding(
        row,
        len(record) - 1,
        text[:80],
        Finding(
            "open-quote",
            f"A quotation mark opens in line {line:,} of the file and is never closed.{rest}",
            f"Close or remove the quotation mark in line {line:,} and run again.",
        ),
    )


def too_long(line: int, limits: ReadLimits) -> CannotRead:
    """The refusal of a cell that goes on and on."""
    return CannotRead(
        Finding(
            "limit-met",
            f"A value of the row that begins in line {line:,} has more than "
            f"{limits.max_cell_chars:,} characters; probably a quotation mark opens there and is "
            "never closed.",
            "Correct the quotation mark, or raise the setting max_cell_chars.",
        )
    )


def too_wide(row: int, width: int, limits: ReadLimits) -> CannotRead:
    """The refusal of a row with more columns than any spreadsheet has."""
    return CannotRead(
        Finding(
            "limit-met",
            f"Row {row:,} has {width:,} columns; {limits.max_columns:,} are taken at most.",
            "Check the file, or raise the setting max_columns.",
        )
    )


def too_many_rows(limits: ReadLimits) -> CannotRead:
    """The refusal of a file that is longer than anything honest."""
    return CannotRead(
        Finding(
            "limit-met",
            f"The file has more than {limits.max_rows:,} rows.",
            "Split the file, or raise the setting max_rows.",
        )
    )


CHANGED: Final = Finding(
    code="file-changed",
    message="The file was changed while it was being read, so its rows cannot be trusted.",
    hint="Wait until the program that writes it is done, then run again.",
)


def damaged_end(last_row: int, error: Exception) -> Finding:
    """The finding for a file whose reader stumbled in the middle."""
    return Finding(
        "damaged-file",
        f"The file is damaged after row {last_row:,}: it could not be read to its end "
        f"({type(error).__name__}).",
        "Open it in the program it came from, save it under another name, and use that.",
    )


def name_layout(layout: Layout, above: Sequence[Sequence[str]]) -> list[str]:
    """Where the table lies, and what its headers lack.

    Args:
        layout: What was found.
        above: The filled lines above the header.
    """
    notes: list[str] = []
    if not layout.columns:
        return ["There is nothing in it: no cell holds a text."]
    if layout.header_row is None:
        notes.append(
            "No header row was found: the columns are named Column A, Column B and so on. If a "
            "row does hold the headers, say header_row."
        )
        return notes
    if layout.above:
        said = next((c.strip() for cells in above for c in cells if c.strip()), "")
        lines = "line" if len(layout.above) == 1 else "lines"
        notes.append(
            f"The headers are in row {layout.header_row}; {len(layout.above)} {lines} above were "
            f'left out (the first says "{_short(said)}").'
        )
    if layout.is_guess:
        notes.append(
            f"Row {layout.header_row} was taken for the headers, though little speaks for it. If "
            "it is a row of data, say header_row: 0."
        )
    blank = [
        name
        for header, name in zip(layout.headers, layout.columns, strict=True)
        if not fold_header(header)
    ]
    if blank:
        notes.append(f"No header stands above {_listed(blank)}.")
    if layout.is_wider:
        notes.append(
            "Most rows have more values than there are headers: check that each header stands "
            "over its own values."
        )
    repeated = [
        name
        for header, name in zip(layout.headers, layout.columns, strict=True)
        if fold_header(header) and fold_header(header) != name
    ]
    if repeated:
        notes.append(f"Headers that stand there more than once are called {_listed(repeated)}.")
    return notes


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
