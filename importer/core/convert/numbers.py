"""Numbers as people write them, exact or not at all.

Lives here: grouping marks, decimal marks, whole numbers of any size. Must never live here:
rounding. What a newcomer would question: "1.234" is an error. It is a thousand in Germany
and hardly more than one in England, and nothing in the cell tells which.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from importer.core.convert.cell import FULL_WIDTH, ITEMS, each, plain_width, with_blanks
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter, Finding

GROUPING: Final = "grouping marks removed"
ZEROS: Final = "decimal zeros removed"

_WHOLE = re.compile(r"[+-]?[0-9]+")
_ONE_MARK = re.compile(r"(?P<whole>[+-]?[0-9]+)(?P<mark>[.,])(?P<part>[0-9]+)")
_SPACED = re.compile(
    r"[+-]?[0-9]{1,3}(?P<mark>[ \u00a0\u2009\u202f'’_])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
    r"(?P<rest>[.,][0-9]+)?"
)
_GROUPED = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:(?P<mark>[.,])[0-9]{3})(?:(?P=mark)[0-9]{3})*"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3})"
)
_POINTED = re.compile(r"(?P<whole>.*)(?P<point>[.,])(?P<part>[0-9]+)")


def build_number(target: Target) -> Converter:
    """Build the converter of numbers; whole ones stay whole."""
    return with_blanks(target, each(target, _read_number, ITEMS))


def build_integer(target: Target) -> Converter:
    """Build the converter of whole numbers."""

    def convert(text: str) -> Converted:
        read = _read_number(text)
        if isinstance(read.value, float):
            return _refuse("number-not-whole", text, "a whole number is wanted here")
        return read

    return with_blanks(target, each(target, convert, ITEMS))


def _read_number(text: str) -> Converted:
    plain, was_wide = plain_width(text)
    cleaned: tuple[str, ...] = (FULL_WIDTH,) if was_wide else ()
    plain = plain.replace("−", "-")
    if _WHOLE.fullmatch(plain):
        return _whole(plain, cleaned, text)
    one = _ONE_MARK.fullmatch(plain)
    if one is not None:
        if _may_be_grouping(one):
            return _ambiguous(text, one)
        return _decimal(f"{one['whole']}.{one['part']}", cleaned, text)
    cleaned = (*cleaned, GROUPING)
    spaced = _SPACED.fullmatch(plain)
    if spaced is not None:
        return _decimal(plain.replace(spaced["mark"], "").replace(",", "."), cleaned, text)
    if _GROUPED.fullmatch(plain):
        return _whole(_digits(plain), cleaned, text)
    both = _POINTED.fullmatch(plain)
    if (
        both is not None
        and both["point"] not in both["whole"]
        and _GROUPED.fullmatch(both["whole"])
    ):
        return _decimal(f"{_digits(both['whole'])}.{both['part']}", cleaned, text)
    if re.search(r"\d[eE][+-]?\d", plain):
        return _refuse("number-invalid", text, "the spreadsheet has shortened it to an exponent")
    return _refuse("number-invalid", text, "only digits with one way of grouping are understood")


def _digits(grouped: str) -> str:
    return grouped.replace(".", "").replace(",", "")


def _may_be_grouping(one: re.Match[str]) -> bool:
    whole = one["whole"].lstrip("+-")
    return len(one["part"]) == 3 and len(whole) <= 3 and not whole.startswith("0")


def _whole(digits: str, cleaned: tuple[str, ...], text: str) -> Converted:
    if len(digits) > 1_000:
        return _refuse("number-invalid", f"{text[:20]}…", "it has more than a thousand digits")
    return Converted(int(digits), (), cleaned)


def _decimal(plain: str, cleaned: tuple[str, ...], text: str) -> Converted:
    """A decimal that a JSON number can hold exactly; whole where its decimals are zeros."""
    whole, _, part = plain.partition(".")
    if not part.strip("0"):
        return _whole(whole, (*cleaned, ZEROS) if part else cleaned, text)
    value = float(plain)
    if Decimal(repr(value)) != Decimal(plain):
        return _refuse("number-too-long", text, "it has more digits than a number can keep")
    return Converted(value, (), cleaned)


def _ambiguous(text: str, one: re.Match[str]) -> Converted:
    whole, part = one["whole"], one["part"]
    finding = Finding(
        "number-ambiguous",
        f"'{text}' can mean {whole}{part} or {whole}.{part} in another country.",
        f"Write {whole}{part} without a mark, or with more decimals ({whole}.{part}0).",
    )
    return Converted(None, (finding,))


def _refuse(code: str, text: str, why: str) -> Converted:
    return Converted(
        None,
        (Finding(code, f"'{text}' is no number that can be sent: {why}.", "Write digits only."),),
    )
