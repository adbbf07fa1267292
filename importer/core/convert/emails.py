"""E-mail addresses out of whatever people put around them.

Lives here: splitting a cell, taking off `mailto:`, names and stray marks, judging what is
left. Must never live here: a network look-up, or a change to the address itself: its case
and its letters stay as typed. What a newcomer would question: a strict pattern accepts the
plainly valid address before the library sees it. A column of a million e-mails has a
million distinct texts, and the library takes ten times as long; a test holds that whatever
the pattern accepts, the library accepts too.
"""

from __future__ import annotations

import re
from typing import Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

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
from importer.core.model import Converted, Converter, Finding, Severity
from importer.core.text import words

MAILTO: Final = "mailto removed"
BRACKETS: Final = "angle brackets removed"
DISPLAY_NAME: Final = "name beside an e-mail removed"
PUNCTUATION: Final = "punctuation around an e-mail removed"
LABEL: Final = "label beside an e-mail removed"
REMARK: Final = "remark beside an e-mail removed"

_PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{1,63}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+(?P<top>[A-Za-z]{2,24})"
)
_LONGEST: Final = 4_000
_SPECIAL: Final = frozenset(SPECIAL_USE_DOMAIN_NAMES)
_FOR_TESTS: Final = "test"

_ANGLE = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_QUOTED_NAME = re.compile(r"[\"“„][^\"“”„]*[\"”“]\s*(?=<)")
_IN_PARENTHESES = re.compile(r"\s*\([^()@]*\)")
_APART = re.compile(r"[;|\n；]")
_SPACES = re.compile(r"[^\S\r\n]{2,}")
_SEGMENTS = re.compile(r"[;,|\r\n、；，]+")
_BETWEEN = re.compile(r"[\s;,|、；，]+")
_CONNECTING: Final = words("and or und oder et ou y o e en of и или & + /")
_LABEL = re.compile(r"^(?:e-?mail|mail|correo|courriel|почта)\s*:\s*", re.IGNORECASE)
_MAILTO = re.compile(r"(?:mailto:)+(?://)?", re.IGNORECASE)
_LEADING: Final = "<([{'\"`’‘“”„*•·,;:.-"
_TRAILING: Final = ">)]}'\"`’‘“”„,;:.!*"
_AT = re.compile(r"\s*[\[({]\s*(?:at|ät|arroba)\s*[\])}]\s*|\s+at\s+|@{2,}|\s*@\s*", re.IGNORECASE)
_DOT = re.compile(
    r"\s*[\[({]\s*(?:dot|punkt|punto)\s*[\])}]\s*|\s+dot\s+|[.,]{2,}|\s*[.,]\s*", re.IGNORECASE
)


def build_email(target: Target) -> Converter:
    """Build the converter of e-mail addresses."""
    careful = with_blanks(target, lambda text: _read_cell(target, text), longest=_LONGEST)
    called_blank = build_blanks(target)
    has_blanks = bool(target.rule.blanks or target.context.blanks)
    takes_list = target.takes_list
    match = _PLAIN.fullmatch

    def convert(text: str) -> Converted:
        found = match(text)
        if found is None or found["top"].lower() in _SPECIAL or (has_blanks and called_blank(text)):
            return careful(text)
        return Converted([text] if takes_list else text)

    return convert


def _read_cell(target: Target, text: str) -> Converted:
    if is_placeholder(text):
        return Converted(None, (), (PLACEHOLDER,))
    cleaned: list[str] = []
    text = _SPACES.sub(" ", text)
    tokens = _tokens(tidy_inside(text, cleaned), target.rule.split, cleaned)
    addresses: list[str] = []
    findings: list[Finding] = []
    for token in tokens:
        if is_placeholder(token):
            cleaned.append(PLACEHOLDER)
            continue
        address = _strip_marks(token, cleaned)
        finding = judge_email(address)
        if finding is not None:
            findings.append(finding)
        if finding is None or finding.severity is not Severity.ERROR:
            addresses.append(address)
    if any(f.severity is Severity.ERROR for f in findings):
        if text.count("@") <= 1 and not _APART.search(text):
            # One address torn into pieces by a stray blank or comma is told as one.
            reason = "other words stand beside the address" if addresses else judge_reason(text)
            findings = [_invalid(text, reason)]
        return Converted(None, tuple(findings), tuple(dict.fromkeys(cleaned)))
    addresses = drop_repeats(addresses, cleaned)
    if len(addresses) > 1 and not target.takes_list:
        findings.append(too_many(target, len(addresses), "e-mail addresses"))
    given = give(target, addresses, cleaned, "e-mail addresses")
    return Converted(given.value, tuple(findings), given.cleaned)


def _tokens(text: str, split: str | None, cleaned: list[str]) -> list[str]:
    """Everything in the cell that should be an address."""
    if split is not None:
        return [t for part in split_parts(text, split, None) for t in _tokens(part, None, cleaned)]
    plain = _LABEL.sub("", text)
    if plain != text:
        cleaned.append(LABEL)
        text = plain
    bare = _IN_PARENTHESES.sub(" ", text)
    if "@" in bare and bare != text:
        cleaned.append(REMARK)
        text = bare
    plain = _QUOTED_NAME.sub("", text)
    bracketed = _ANGLE.findall(plain)
    if bracketed:
        beside = [t for t in _BETWEEN.split(_ANGLE.sub(" ", plain)) if t]
        extra = [t for t in beside if "@" in t]
        has_name = len(extra) < len(beside) or plain != text
        cleaned.append(DISPLAY_NAME if has_name else BRACKETS)
        return [t for item in (*bracketed, *extra) for t in _BETWEEN.split(item) if t]
    found: list[str] = []
    for segment in split_parts(text, None, _SEGMENTS):
        # Words without any address are told as they stand, not one by one.
        for token in segment.split() if "@" in segment else [segment]:
            halves = token.split("/")
            if len(halves) > 1 and all("@" in half for half in halves):
                found.extend(halves)
            elif token.lower() not in _CONNECTING:
                found.append(token)
    return found


def _strip_marks(token: str, cleaned: list[str]) -> str:
    found = _MAILTO.match(token.lstrip(_LEADING))
    if found is not None:
        cleaned.append(MAILTO)
        token = token.lstrip(_LEADING)[found.end() :].partition("?")[0]
    plain = token.lstrip(_LEADING).rstrip(_TRAILING)
    if plain != token:
        cleaned.append(PUNCTUATION)
    return plain


def judge_email(address: str) -> Finding | None:
    """Say what is wrong with one address; None where nothing is."""
    reason = judge_reason(address)
    if reason:
        return _invalid(address, reason)
    top = address.rpartition(".")[2].lower()
    if top in _SPECIAL and top != _FOR_TESTS:
        return Finding(
            "email-unreachable",
            f"'{address}' is written correctly, but no mail reaches a domain that ends in .{top}.",
            "Check whether it is the address that is meant.",
            severity=Severity.WARNING,
        )
    return None


def judge_reason(address: str) -> str:
    """Why a text is no e-mail address, in a few words; empty where it is one."""
    # Reserved endings (.local, .test) are no matter of spelling: look at the rest of it.
    domain = address.rpartition("@")[2]
    head, _, top = domain.rpartition(".")
    checked = f"{address}.example" if head and top.lower() in _SPECIAL else address
    try:
        validate_email(checked, check_deliverability=False)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        return reason[:1].lower() + reason[1:]
    return ""


def _invalid(text: str, reason: str) -> Finding:
    repaired = _AT.sub("@", _DOT.sub(".", text)).strip(_LEADING + _TRAILING)
    repaired = repaired.replace(".@", "@").replace("@.", "@")
    is_right = repaired != text and not judge_reason(repaired)
    return Finding(
        "email-invalid",
        f"'{text}' is not an e-mail address: {reason}.",
        f"Did you mean '{repaired}'?" if is_right else "Correct it, or leave the cell blank.",
        suggestion=repaired if is_right else None,
    )
