"""Phone numbers, in international form where their country is known.

Lives here: splitting a cell, labels, extensions and prefixes. Must never live here: a guess
at a country. What a newcomer would question: a number whose country is not known stays
exactly as typed. Half-normalised numbers can be dialled by nobody.

A number with a country code, or read with the mapping's `region`, is written in E.164
(`+442079460958`); an extension follows as ` x123`, which people and most ATSs read, while
`;ext=123` would be split by those that separate numbers with a semicolon.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from importer.core.convert.cell import (
    PLACEHOLDER,
    build_blanks,
    drop_repeats,
    give,
    is_placeholder,
    split_parts,
    tidy_inside,
    too_many,
    with_blanks,
)
from importer.core.convert.kinds import Target
from importer.core.convert.numbering import (
    plan_of_code,
    plan_of_region,
    shorten_foreign,
    shorten_national,
)
from importer.core.model import Converted, Converter, Finding, Severity

INTERNATIONAL: Final = "phone written in international form"
AS_TYPED: Final = "phone kept as typed: its country is not known"
APOSTROPHE: Final = "apostrophe before a phone removed"
ZERO: Final = "(0) in a phone removed"
DOUBLE_ZERO: Final = "00 before a phone read as +"
LABEL: Final = "label beside a phone removed"
POINT_ZERO: Final = "'.0' behind a phone removed"

_PLAIN = re.compile(r"[+(]?[0-9][0-9 .()-]{3,24}[0-9]")
_LONGEST: Final = 500
_DROP = str.maketrans("", "", "+ .()-")

_ALWAYS = re.compile(
    r"[;|\r\n；]+|\s+(?:or|and|oder|und|ou|et|of|en|или|и|&)\s+|\s+/\s+|(?<=\d)\s+(?=\+|[^\W\d_]{1,8}\.?:)",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r"\s*[,/、，]\s*")
_FEWEST = 6
"""A comma or slash separates two numbers where each side has this many digits, at least."""

_SPACES = re.compile(r"\s{2,}")
_LABEL_WORDS = (
    r"(?:tel(?:efon[eo]?|\.)?|phone|mobile?|mob|cell|handy|mobil|home|work|office|private?"
    r"|privat|m[oó]vil|celular|portable|whatsapp|signal|telegram|тел|моб|p|t|m|c|h|w|ph)"
)
_LABEL_BEFORE = re.compile(rf"^{_LABEL_WORDS}\.?\s*(?:no\.?|nr\.?|number)?\s*:?\s*(?=[+(\d])", re.I)
_LABEL_AFTER = re.compile(rf"\s*(?:\(\s*{_LABEL_WORDS}\.?\s*\)|\b{_LABEL_WORDS})$", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\s*(?:;?ext=|[,;]?\s*(?:ext(?:ension|n)?\.?|x|#|durchwahl|dw\.?|доб\.?|poste|anexo|ramal"
    r"|interno|toestel)\s*[.:]?\s*#?)(\d{1,7})$",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"\+?\d+(?:[.,]\d+)?\s*E\s*\+?\d+", re.IGNORECASE)
_BODY = re.compile(r"[+0-9 .()/\u00a0\u202f\u2009-]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－ー", "-") | {"∕": "/", "．": "."})
_FEWEST_DIGITS = 5
_MOST_DIGITS = 17


def build_phone(target: Target) -> Converter:
    """Build the converter of phone numbers."""
    region = target.rule.region or target.context.region
    plan = plan_of_region(region) if region else None
    careful = with_blanks(target, lambda text: _read_cell(target, text, region), longest=_LONGEST)
    called_blank = build_blanks(target)
    has_blanks = bool(target.rule.blanks or target.context.blanks)
    takes_list = target.takes_list
    match = _PLAIN.fullmatch

    def convert(text: str) -> Converted:
        if text[:1] == "+" and text[1:].isdigit() and text.isascii() and not has_blanks:
            # Written as it will be sent, as most exports have it.
            if len(text) > _FEWEST_DIGITS and shorten_foreign(text[1:]) == text:
                return Converted([text] if takes_list else text)
            return careful(text)
        if match(text) is None or "(0)" in text or (has_blanks and called_blank(text)):
            return careful(text)
        digits = text.translate(_DROP)
        if text[0] == "+":
            written = shorten_foreign(digits)
        else:
            written = shorten_national(digits, plan) if plan is not None else None
        if written is None:
            return careful(text)
        kinds = () if written == text else (INTERNATIONAL,)
        return Converted([written] if takes_list else written, (), kinds)

    return convert


def _read_cell(target: Target, text: str, region: str | None) -> Converted:
    if is_placeholder(text):
        return Converted(None, (), (PLACEHOLDER,))
    cleaned: list[str] = []
    numbers: list[str] = []
    findings: list[Finding] = []
    for part in _parts(_make_plain(text, cleaned), target.rule.split):
        if is_placeholder(part):
            cleaned.append(PLACEHOLDER)
            continue
        number, finding = read_phone(part, region, cleaned)
        if finding is not None:
            findings.append(finding)
        if number is not None:
            numbers.append(number)
    numbers = drop_repeats(numbers, cleaned)
    if len(numbers) > 1 and not target.takes_list:
        findings.append(too_many(target, len(numbers), "phone numbers"))
    if any(f.severity is Severity.ERROR for f in findings):
        return Converted(None, tuple(findings), tuple(dict.fromkeys(cleaned)))
    given = give(target, numbers, cleaned, "phone numbers")
    return Converted(given.value, tuple(findings), given.cleaned)


def _make_plain(text: str, cleaned: list[str]) -> str:
    """Plain digits and dashes, nothing invisible, no apostrophe in front."""
    plain = tidy_inside(text, cleaned)
    if not plain.isascii():
        plain = plain.translate(_DASHES)
        plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    bare = plain.lstrip("'`’‘´")
    if bare != plain:
        cleaned.append(APOSTROPHE)
    return bare


def _parts(text: str, split: str | None) -> list[str]:
    if split is not None:
        return split_parts(text, split, None)
    # `;ext=` is one number's own semicolon.
    protected = re.sub(r";\s*ext", " ext", text, flags=re.IGNORECASE)
    parts = []
    for part in split_parts(protected, None, _ALWAYS):
        pieces = split_parts(part, None, _PERHAPS)
        is_several = all(sum(c.isdigit() for c in piece) >= _FEWEST for piece in pieces)
        parts.extend(pieces if is_several else [part])
    return parts


def read_phone(
    part: str, region: str | None, cleaned: list[str]
) -> tuple[str | None, Finding | None]:
    """Read one number.

    Args:
        part: The number as typed, plain and tidy.
        region: Country for numbers without a country code; None: not known.
        cleaned: Takes the kinds of cleaning that were applied.

    Returns:
        The number, or None with the reason; a warning may come with a number.
    """
    if _SHORTENED.fullmatch(part) or not part.strip("#"):
        return None, Finding(
            "phone-destroyed",
            f"'{part}' is what a spreadsheet made of a phone number; its digits are gone.",
            "Take the number from where it came from, and format the column as text.",
        )
    kept = part
    part = _strip_labels(_SPACES.sub(" ", part), cleaned)
    body, extension = part, ""
    found = _EXTENSION.search(part)
    if found is not None:
        body, extension = part[: found.start()], f" x{found[1]}"
    if any(c.isalpha() for c in body):
        return None, _has_words(kept)
    digits = [c for c in body if c.isdigit()]
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        wanted = f"{_FEWEST_DIGITS} to {_MOST_DIGITS} digits"
        return None, _invalid(kept, f"a number has {wanted}, and this has {len(digits)}")
    if not _BODY.fullmatch(body):
        return None, _invalid(kept, "it holds signs that no number has")
    body = _read_prefix(body, cleaned)
    is_foreign = body.startswith("+")
    if not is_foreign and region is None:
        cleaned.append(AS_TYPED)
        return kept, None
    number, finding = _parse(body, kept, None if is_foreign else region)
    if number is None:
        return (
            (kept, finding) if finding and finding.severity is Severity.WARNING else (None, finding)
        )
    if "(0)" in body and not re.sub(r"\D", "", number).endswith(re.sub(r"\D", "", body)):
        cleaned.append(ZERO)
    written = number + extension
    if written != kept:
        cleaned.append(INTERNATIONAL)
    return written, finding


def _strip_labels(part: str, cleaned: list[str]) -> str:
    plain = re.sub(r"^(?:tel|callto|sms):", "", part, flags=re.IGNORECASE)
    plain = _LABEL_AFTER.sub("", _LABEL_BEFORE.sub("", plain)).strip()
    if plain != part:
        cleaned.append(LABEL)
    if re.fullmatch(r"\+?\d{7,15}[.,]0", plain):
        cleaned.append(POINT_ZERO)
        plain = plain[:-2]
    return plain


def _read_prefix(body: str, cleaned: list[str]) -> str:
    """`(+44) …`, `+0044 …` and `0044 …` all mean +44."""
    opened = re.sub(r"^\(\s*(\+|00)\s*(\d{1,3})\s*\)", r"\1\2", body.strip())
    doubled = re.sub(r"^\+?\s*00\s*(?=[1-9])", "+", opened)
    if doubled != opened:
        cleaned.append(DOUBLE_ZERO)
    return doubled


def _parse(body: str, kept: str, region: str | None) -> tuple[str | None, Finding | None]:
    try:
        number = phonenumbers.parse(body, region)
    except NumberParseException:
        return None, _invalid(kept, "its country code does not exist")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return None, Finding(
            "phone-area-missing",
            f"'{kept}' has no area code; it is sent as typed.",
            "Add the area code.",
            severity=Severity.WARNING,
        )
    if reason != ValidationResult.IS_POSSIBLE:
        length = "short" if reason == ValidationResult.TOO_SHORT else "long"
        return None, _invalid(kept, f"it is too {length} for its country")
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    plan = plan_of_code(str(number.country_code))
    national = phonenumbers.national_significant_number(number)
    if plan is not None and plan.general.fullmatch(national) is None:
        # Under an assumed country it may as well be another country's number: leave it alone.
        return (written if region is None else None), Finding(
            "phone-unlikely",
            f"'{kept}' has a possible length, but its country gives out no such numbers.",
            "Check the country code and the first digits.",
            severity=Severity.WARNING,
        )
    return written, None


def _has_words(text: str) -> Finding:
    return Finding(
        "phone-has-words",
        f"'{text}' holds words beside or instead of a phone number.",
        "Leave only the number; a note belongs in another column.",
    )


def _invalid(text: str, why: str) -> Finding:
    return Finding(
        "phone-invalid",
        f"'{text}' is not a phone number: {why}.",
        "Correct it, or leave the cell blank.",
    )
