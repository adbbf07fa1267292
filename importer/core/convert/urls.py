"""Web addresses, with or without `https://`, several in a cell.

Lives here: splitting, completing and judging web addresses, and their kind. Must never live
here: a request. What a newcomer would question: only sites that are social networks and
nothing else are called SOCIAL_MEDIA. GitHub is a portfolio for one person and an employer's
page for another, so it is OTHER until the mapping says more.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from importer.core.convert.cell import (
    PLACEHOLDER,
    drop_repeats,
    give,
    is_placeholder,
    split_parts,
    tidy_inside,
    too_many,
    with_blanks,
)
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter, Finding
from importer.core.text import words

HTTPS_ADDED: Final = "https:// added"
PUNCTUATION: Final = "punctuation around a web address removed"
LABEL: Final = "label beside a web address removed"

_LINES = re.compile(
    r"[\r\n]+|[;|]+(?=\s|\Z|https?://|[\w-]+\.[\w-])|,\s*(?=https?://|www\.)|,\s+", re.IGNORECASE
)
_REMARK = re.compile(r"\s+\([^()]*\)\Z")
_TORN_START = re.compile(r"h?t{1,3}ps?\s*[:;]*\s*/{1,3}\s*", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_LONGEST: Final = 8_000
_STARTS = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?=//|[^\d/])", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_][^:/@]{0,24}:\s+(?=\S+\.\S)")
_HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,22}[^\W_])\.?|\d{1,3}(?:\.\d{1,3}){3}"
)
_LEADING: Final = "<([{'\"`“„*•"
_TRAILING: Final = ">]}'\"`“”,;.!"
_FILES: Final = words("pdf doc docx odt rtf txt pages jpg jpeg png xls xlsx csv zip")
_SOCIAL: Final = words(
    "linkedin.com lnkd.in xing.com facebook.com fb.com instagram.com twitter.com x.com tiktok.com"
    " threads.net threads.com bsky.app mastodon.social vk.com ok.ru weibo.com viadeo.com"
)
_HANDLE = re.compile(r"/?(in/[\w%-]{3,100})/?")


def build_url(target: Target) -> Converter:
    """Build the converter of web addresses: `{value, url_type}` each, or one text."""
    return with_blanks(target, lambda text: _read_cell(target, text), longest=_LONGEST)


def _read_cell(target: Target, text: str) -> Converted:
    cleaned: list[str] = []
    if is_placeholder(text):
        return Converted(None, (), (PLACEHOLDER,))
    found: list[str] = []
    findings: list[Finding] = []
    for piece in _pieces(tidy_inside(text, cleaned), target.rule.split):
        if is_placeholder(piece):
            cleaned.append(PLACEHOLDER)
            continue
        address = _complete(piece, cleaned)
        reason = _judge(address)
        if reason:
            findings.append(_invalid(piece, reason))
        else:
            found.append(address)
    found = drop_repeats(found, cleaned)
    if not findings and len(found) > 1 and not target.takes_list:
        findings.append(too_many(target, len(found), "web addresses"))
    if findings:
        return Converted(None, tuple(findings), tuple(dict.fromkeys(cleaned)))
    if not target.is_object:
        return give(target, found, cleaned, "web addresses")
    items = [{"value": a, "url_type": target.rule.url_type or guess_url_type(a)} for a in found]
    return Converted(items or None, (), tuple(dict.fromkeys(cleaned)))


def guess_url_type(address: str) -> str:
    """SOCIAL_MEDIA for sites that are nothing else, OTHER for the rest."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    labels = host.split(".")
    names = {".".join(labels[i:]) for i in range(len(labels) - 1)}
    return "SOCIAL_MEDIA" if names & _SOCIAL else "OTHER"


def _pieces(text: str, split: str | None) -> list[str]:
    if split is not None:
        return split_parts(text, split, None)
    pieces: list[str] = []
    for line in split_parts(text, None, _LINES):
        words = _BLANKS.split(line)
        # A blank separates addresses only where each one says that it is one.
        pieces.extend(words if all(_STARTS.match(word) for word in words) else [line])
    return pieces


def _complete(piece: str, cleaned: list[str]) -> str:
    """Take off what stands around an address and put `https://` in front of a bare one."""
    bare = _REMARK.sub("", piece)
    if bare != piece:
        cleaned.append(LABEL)
        piece = bare
    plain = piece.lstrip(_LEADING).rstrip(_TRAILING)
    if plain.endswith(")") and plain.count("(") < plain.count(")"):
        plain = plain.rstrip(")").rstrip(_TRAILING)
    if plain != piece:
        cleaned.append(PUNCTUATION)
    label = _LABEL.match(plain)
    if (label is not None and _SCHEME.match(plain[label.end() :] + "//") is not None) or (
        label is not None and _HOST.match(plain[label.end() :])
    ):
        cleaned.append(LABEL)
        plain = plain[label.end() :]
    if _SCHEME.match(plain) is not None or "@" in plain.split("/")[0]:
        return plain
    host = re.split(r"[/?#:]", plain, maxsplit=1)[0]
    is_file = host == plain and host.rpartition(".")[2].lower() in _FILES
    if _HOST.fullmatch(host) is None or is_file:
        return plain
    cleaned.append(HTTPS_ADDED)
    return f"https://{plain}"


def _judge(address: str) -> str:
    """Why a text is no web address, in a few words; empty where it is one."""
    if "@" in address.split("//")[-1].split("/")[0]:
        return "it looks like an e-mail address or a sign-in"
    if _BLANKS.search(address):
        return "it has blanks inside"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "its form is wrong"
    if parts.scheme and parts.scheme not in ("http", "https"):
        return f"'{parts.scheme}:' is not for web pages"
    if not parts.scheme or _HOST.fullmatch(host) is None:
        return "it has no domain such as example.com"
    return ""


def _invalid(text: str, why: str) -> Finding:
    guess: str | None = None
    handle = _HANDLE.fullmatch(text)
    torn = _TORN_START.match(text)
    if handle is not None:
        guess = f"https://www.linkedin.com/{handle[1]}"
    elif torn is not None:
        guess = f"https://{text[torn.end() :]}"
    if guess is not None and _judge(guess):
        guess = None
    return Finding(
        "url-invalid",
        f"'{text}' is not a web address: {why}.",
        f"Did you mean '{guess}'?" if guess else "Write it like https://www.example.com/page.",
        suggestion=guess,
    )
