"""What an ods cell reads as: its element, its styles, its text.

Lives here: pure functions over parsed elements, and `ZeroStyles`. Must never live here: rows,
repeats or files. What a newcomer would question: the typed value counts and not the paragraph
beside it, because that one is written in the author's country and rounded to the column's
format; only texts, errors and leading zeros are taken as shown.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from importer.core.cells import format_date, format_number, pad_zeros

_SPACE: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE: Final = _SPACE % "office"
TABLE: Final = _SPACE % "table"
TEXT: Final = _SPACE % "text"
STYLE: Final = _SPACE % "style"
NUMBER: Final = _SPACE % "datastyle"
CALC: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

FORMULA: Final = f"{TABLE}formula"

_VALUE_TYPE: Final = f"{OFFICE}value-type"
_PARAGRAPH: Final = f"{TEXT}p"
_SKIPPED: Final = frozenset({f"{OFFICE}annotation", f"{TEXT}ruby-text", f"{TEXT}note"})
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
_ERROR: Final = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3}")
_TIME: Final = re.compile(
    r"(-?)P(?:(\d{1,9})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d+)?)S)?"
)


def read_cell(cell: Element, zeros: int) -> tuple[str, str]:
    """Give one cell's text, and `error` or `no value` where there is something to note.

    Args:
        cell: Its element.
        zeros: To how many digits the cell's format pads whole numbers; 0 for none.
    """
    given = cell.attrib
    kind = given.get(_VALUE_TYPE)
    if kind == "string" and len(cell) == 1 and not len(cell[0]) and FORMULA not in given:
        # By far the most frequent cell: one plain paragraph.
        return cell[0].text or "" if cell[0].tag == _PARAGRAPH else "", ""
    shown = read_paragraphs(cell)
    if given.get(f"{CALC}value-type") == "error" or (FORMULA in given and _ERROR.fullmatch(shown)):
        return shown or "#ERROR", "error"
    if kind in _NUMBERS:
        return read_number(given.get(f"{OFFICE}value", ""), shown, zeros), ""
    if kind == "date":
        return read_date(given.get(f"{OFFICE}date-value", ""), shown), ""
    if kind == "time":
        return read_time(given.get(f"{OFFICE}time-value", ""), shown), ""
    if kind == "boolean":
        return given.get(f"{OFFICE}boolean-value", "").upper() or shown, ""
    text = shown or given.get(f"{OFFICE}string-value", "")
    is_missing = not kind and not text and FORMULA in given
    return text, "no value" if is_missing else ""


def read_paragraphs(cell: Element) -> str:
    """Join a cell's paragraphs; comments and reading aids stay out."""
    return "\n".join(_text_of(part) for part in cell if part.tag == _PARAGRAPH)


def _text_of(element: Element) -> str:
    """All text in an element, with its blanks, tabs and breaks."""
    pieces = [element.text or ""]
    waiting = [(child, False) for child in reversed(element)]
    while waiting:
        child, is_done = waiting.pop()
        if is_done:
            pieces.append(child.tail or "")
            continue
        waiting.append((child, True))
        if child.tag == f"{TEXT}s":
            pieces.append(" " * min(read_count(child, f"{TEXT}c"), 32_767))
        elif child.tag == f"{TEXT}tab":
            pieces.append("\t")
        elif child.tag == f"{TEXT}line-break":
            pieces.append("\n")
        elif child.tag not in _SKIPPED:
            pieces.append(child.text or "")
            waiting.extend((inner, False) for inner in reversed(child))
    return "".join(pieces)


def read_number(value: str, shown: str, zeros: int) -> str:
    """Write a number plainly; what is no number reads as shown."""
    try:
        number = float(value)
    except ValueError:
        return shown
    return pad_zeros(number, zeros) if zeros else format_number(number)


def read_date(value: str, shown: str) -> str:
    """Write a date; what is no date reads as it stands."""
    try:
        return format_date(datetime.fromisoformat(value))
    except ValueError:
        return value or shown


def read_time(value: str, shown: str) -> str:
    """Write a time or duration (`PT9H30M`) as HH:MM:SS."""
    parts = _TIME.fullmatch(value)
    if parts is None or not any(parts.groups()[1:]):
        return shown or value
    days, hours, minutes, seconds = (float(part or 0) for part in parts.groups()[1:])
    whole = round(seconds) + 60 * int(minutes) + 3600 * (int(hours) + 24 * int(days))
    return f"{parts[1]}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def read_count(element: Element, name: str) -> int:
    """A count that an attribute gives; 1 where it is missing or senseless."""
    text = element.get(name)
    if text is None:
        return 1
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else 1


class ZeroStyles:
    """Which cell styles are nothing but leading zeros."""

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}
        self._formats: dict[str, str] = {}
        self._parents: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._widths)

    def learn(self, element: Element) -> None:
        """Look at one complete element of the styles."""
        name = element.get(f"{STYLE}name", "")
        if element.tag == f"{NUMBER}number-style":
            parts = [part for part in element if part.tag == f"{NUMBER}number"]
            has_text = any(part.tag == f"{NUMBER}text" and part.text for part in element)
            if len(parts) == 1 and not has_text:
                digits = read_count(parts[0], f"{NUMBER}min-integer-digits")
                is_plain = parts[0].get(f"{NUMBER}decimal-places", "0") == "0"
                if digits > 1 and is_plain and parts[0].get(f"{NUMBER}grouping") != "true":
                    self._widths[name] = min(digits, 255)
        elif element.get(f"{STYLE}family") == "table-cell":
            self._formats[name] = element.get(f"{STYLE}data-style-name", "")
            self._parents[name] = element.get(f"{STYLE}parent-style-name", "")

    def width(self, style: str) -> int:
        """How many digits a cell style pads to; 0 for none."""
        for _ in range(10):
            if self._formats.get(style):
                return self._widths.get(self._formats[style], 0)
            style = self._parents.get(style, "")
        return 0
