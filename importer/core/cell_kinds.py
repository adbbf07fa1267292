"""What kind of text a cell holds: the evidence from which tables and delimiters are judged.

Lives here: pure looks at one text. Must never live here: a conversion; nothing read here
changes a value. What a newcomer would question: the kinds are coarse on purpose. They only
have to tell a line of headers from a line of people, in any language.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Kind(StrEnum):
    """Coarse kind of a cell's text."""

    BLANK = "blank"
    NUMBER = "number"
    DATE = "date"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    BOOLEAN = "boolean"
    ERROR = "error"
    CODE = "code"
    TEXT = "text"


VALUE_KINDS: Final = frozenset(
    {Kind.NUMBER, Kind.DATE, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.BOOLEAN, Kind.ERROR}
)
"""Kinds that are data wherever they stand: no one names a column `ada@example.com`."""

_NUMBER = re.compile(
    r"[-+(]?\s?[$€£¥]?\s?(?:\d+|\d{1,3}(?:[.,'’   ]\d{3})+)(?:[.,]\d+)?"
    r"(?:[eE][-+]?\d+)?\s?[%$€£¥)]?\Z"
)
_MONTH = r"(?:jan|feb|mar|m[äa]r|apr|mai|may|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zäé]*\.?"
_DATE = re.compile(
    r"(?:\d{1,4}([-/.])\d{1,2}\1\d{1,4}|\d{1,2}[-/. ]+"
    + _MONTH
    + r"[-/., ]+\d{2,4}|"
    + _MONTH
    + r""
    r" \d{1,2},? \d{4}|\d{4}-\d{2}|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)"
    r"(?:[T ,]+\d{1,2}:\d{2}.*)?\Z",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?:mailto:|<)?[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+>?\Z", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|ftp://|www\.)\S+\Z", re.IGNORECASE)
_PHONE = re.compile(r"'?(?:\+|00|\()?[\d(][\d\s()./\-–  ]{5,}\d(?:\s*(?:x|ext\.?)\s*\d+)?\Z")
_BOOLEAN = frozenset(
    {"true", "false", "yes", "no", "wahr", "falsch", "vrai", "faux", "ja", "nein", "oui", "non"}
)
_ERROR = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!", "#div/0!", "#nv"})
_CODE = re.compile(r"[\w./:#-]*\d[\w./:#-]*\Z")
_IDENTIFIERS: Final = (
    re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+\Z"),
    re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*)+\Z"),
    re.compile(
        r"(?:col|column|var|variable|field|header|attr|attribute|feature|spalte|feld)"
        r"[ _]?\d{1,3}\Z",
        re.IGNORECASE,
    ),
    re.compile(r"[^\W\d][\w /-]{0,60}[*:?]\Z"),
)
_LINE_WITH_EMAIL = re.compile(r"[^@\s]@[^@\s]+\.\w")


@lru_cache(maxsize=50_000)
def kind_of(text: str) -> Kind:
    """Tell the coarse kind of one cell."""
    stripped = text.strip()
    if not stripped:
        return Kind.BLANK
    if len(stripped) > 300:
        return Kind.TEXT
    folded = stripped.lower()
    if "@" in stripped and _EMAIL.match(stripped):
        return Kind.EMAIL
    if folded in _BOOLEAN:
        return Kind.BOOLEAN
    if folded in _ERROR or (len(stripped) > 3 and not stripped.strip("#")):
        return Kind.ERROR
    if _URL.match(stripped):
        return Kind.URL
    if any(c.isdigit() for c in stripped):
        if _NUMBER.match(stripped):
            return Kind.NUMBER
        if _DATE.match(stripped):
            return Kind.DATE
        if _PHONE.match(stripped):
            return Kind.PHONE
        if _CODE.match(stripped):
            return Kind.CODE
    return Kind.TEXT


def holds_email(text: str) -> bool:
    """Whether an e-mail address stands anywhere in the text."""
    return "@" in text and _LINE_WITH_EMAIL.search(text) is not None


def is_identifier(text: str) -> bool:
    """Whether a text is written the way only column names are: `hire_date`, `lastName`, `var1`."""
    stripped = text.strip()
    return any(pattern.match(stripped) for pattern in _IDENTIFIERS)


def shape_of(text: str) -> str:
    """Reduce a text to its shape: runs of upper, lower, digit, script and mark.

    >>> shape_of("Ada-Marie 12")
    'Aa-Aa 9'
    """
    shape: list[str] = []
    for char in text.strip()[:80]:
        category = unicodedata.category(char)
        if category == "Lu":
            mark = "A"
        elif category == "Ll":
            mark = "a"
        elif category[0] in "LM":
            mark = "x"
        elif category[0] == "N":
            mark = "9"
        else:
            mark = char
        if not shape or shape[-1] != mark:
            shape.append(mark)
    return "".join(shape)
