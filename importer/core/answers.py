"""What an answer says: the provider's words, waits and causes, read out of any body.

Lives here: reading. Must never live here: what follows for the row (`core/disposition`).
What a newcomer would question: nothing here relies on a documented error shape. A `detail`
may be a list, a sentence, an object or missing, and the whole body may be HTML, because
errors also come from proxies and from the ATS behind the API.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from importer.core.ports import Attempt

MAX_WORDS: Final = 1_000
"""Characters of the provider's wording that are kept."""

Loc = tuple[str | int, ...]

_TEXT_KEYS: Final = ("msg", "message", "detail", "error", "error_message", "title", "reason")
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_VARIABLE = (
    (re.compile(r"[^\s\"'<>]+@[^\s\"'<>]+"), "@"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "#"),
    (re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|‘[^’]*’|`[^`]*`"), "''"),
    (re.compile(r"\d+"), "#"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that the API or the ATS behind it objects to.

    Attributes:
        loc: Where in the body, empty where it does not say.
        message: The provider's own words.
        kind: The provider's own name for the error, empty without one.
    """

    loc: Loc
    message: str
    kind: str = ""


def parse_complaints(attempt: Attempt) -> tuple[Complaint, ...]:
    """Read what an error answer complains about; never empty."""
    found = tuple(_complaints_in(attempt.body)) if attempt.is_json else ()
    if found:
        return found
    words = _plain(attempt.text)
    return (Complaint((), words or f"HTTP {attempt.status} without an explanation"),)


def answer_words(attempt: Attempt) -> str:
    """The provider's words of an error answer as one line."""
    return _cut("; ".join(c.message for c in parse_complaints(attempt)))


def refusal_causes(status: int | None, complaints: tuple[Complaint, ...]) -> frozenset[str]:
    """Name the causes of a refusal so that two rows refused alike share one.

    Positions in lists, quoted values, numbers, ids and e-mail addresses are taken out.
    """
    return frozenset(
        f"{status}|{'.'.join('*' if isinstance(s, int) else s for s in c.loc)}|{_fold(c.message)}"
        for c in complaints
    )


def parse_retry_after(attempt: Attempt) -> float | None:
    """Seconds that `Retry-After` asks for (a number or a date); None where it says nothing."""
    text = attempt.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            then = parsedate_to_datetime(text).timestamp()
        except (ValueError, OverflowError):
            return None
        seconds = then - server_now(attempt)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def server_now(attempt: Attempt) -> float:
    """Unix seconds of the answer by the server's clock, by ours where it does not say."""
    return attempt.ended_at if attempt.server_time is None else attempt.server_time


def header_number(attempt: Attempt, name: str) -> int | None:
    """A whole number from a header; None where it is missing or is none."""
    text = attempt.headers.get(name, "").strip()
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if math.isfinite(number) else None


def says_no_success(body: object) -> bool:
    """Whether a body says of itself that it is no success (`"success": false`)."""
    return isinstance(body, Mapping) and body.get("success") is False


def _complaints_in(body: object) -> list[Complaint]:
    if isinstance(body, str):
        return [Complaint((), _plain(body))] if body.strip() else []
    if isinstance(body, list):
        return [complaint for item in body for complaint in _complaints_in(item)]
    if not isinstance(body, Mapping):
        return []
    loc = body.get("loc")
    if isinstance(loc, list | tuple) and isinstance(body.get("msg"), str):
        steps = tuple(s for s in loc if isinstance(s, str | int) and not isinstance(s, bool))
        kind = body.get("type")
        words = _plain(str(body["msg"]))
        return [Complaint(steps, words, kind if isinstance(kind, str) else "")]
    for key in ("detail", "errors", "error"):
        if isinstance(body.get(key), list | Mapping) and (found := _complaints_in(body[key])):
            return found
    for key in _TEXT_KEYS:
        text = body.get(key)
        if isinstance(text, str) and text.strip():
            return [Complaint((), _plain(text))]
    return []


def _plain(text: str) -> str:
    without = _TAG.sub(" ", text) if "<" in text and ">" in text else text
    return _cut(" ".join(without.split()))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def _fold(message: str) -> str:
    folded = message.casefold()
    for pattern, stand_in in _VARIABLE:
        folded = pattern.sub(stand_in, folded)
    return folded.strip()
