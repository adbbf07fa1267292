"""What the values of a column say for or against a meaning.

Lives here: shares of kinds of text, and the verdict. Must never live here: headers. What a
newcomer would question: values veto far more often than they propose. A column named E-mail
that is full of phone numbers is a mistake somewhere, and nobody but its owner knows where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from importer.core.cell_kinds import holds_email
from importer.core.convert import build_converter
from importer.core.convert.cell import is_placeholder
from importer.core.dates import DateClass, classify_date
from importer.core.fields import MODEL_FIELDS
from importer.core.rules import ConvertContext, Rule
from importer.core.text import fold

if TYPE_CHECKING:
    from importer.core.model import Chunk

MOST_TEXTS: Final = 5_000
"""Distinct texts kept of one column; more are counted without being kept."""

_URL = re.compile(
    r"(?:https?://|www\.)\S+\Z"
    r"|(?:[\w-]+\.)+(?:com|org|net|io|dev|me|de|fr|es|it|nl|ru|cn|uk|br|pt|eu|example)(?:/\S*)?\Z",
    re.IGNORECASE,
)
_LINKEDIN = re.compile(r"linkedin\.[a-z]{2,3}/\S+", re.IGNORECASE)
_PHONE = re.compile(
    r"'?[+(\d][\d\s()./\-–\u00a0\u202f]{5,}(?:\s*(?:x|ext\.?|#)\s*\d{1,6})?\Z", re.IGNORECASE
)
_FILE = re.compile(r".*\.(?:pdf|docx?|rtf|odt|pages|txt|png|jpe?g)(?:\?\S*)?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d[\d.,'\s]*%?\Z")
_WORDS = re.compile(r"[^\W\d_][\w.'’\-]*")
_SEVERAL = re.compile(r"\s*[;\n|,]\s*|\s/\s")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,4}\Z")
_LONG: Final = 160


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a column's filled cells are of each kind, 0 to 1."""

    filled: int = 0
    email: float = 0.0
    phone: float = 0.0
    url: float = 0.0
    linkedin: float = 0.0
    date: float = 0.0
    boolean: float = 0.0
    number: float = 0.0
    digit: float = 0.0
    file: float = 0.0
    two_words: float = 0.0
    long: float = 0.0
    salutation: float = 0.0
    comma: float = 0.0


@dataclass(frozen=True)
class ColumnSample:
    """One column as seen.

    Attributes:
        texts: Distinct text -> rows, at most `MOST_TEXTS` of them; blank ones left out.
        rows: Rows looked at.
        filled: Rows that are not blank.
        salutations: Folded words that are salutations.
    """

    name: str
    texts: Mapping[str, int]
    rows: int = 0
    filled: int = 0
    salutations: frozenset[str] = frozenset()

    @cached_property
    def shares(self) -> Shares:
        """The kinds of the kept texts, placeholders such as n/a left out."""
        counts: dict[str, int] = {}
        total = 0
        for text, count in self.texts.items():
            if is_placeholder(text):
                continue
            total += count
            for kind in _kinds(text.strip(), self.salutations):
                counts[kind] = counts.get(kind, 0) + count
        if not total:
            return Shares()
        return Shares(total, **{kind: count / total for kind, count in counts.items()})

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.filled == self.rows > 1 and len(self.texts) == self.rows


def gather_samples(
    chunks: Iterable[Chunk], salutations: frozenset[str], most_rows: int
) -> dict[str, ColumnSample]:
    """Count the distinct texts of each column, over at most `most_rows` rows."""
    texts: dict[str, dict[str, int]] = {}
    filled: dict[str, int] = {}
    rows = 0
    for chunk in chunks:
        frame = chunk.frame.iloc[: most_rows - rows]
        rows += len(frame)
        for name in frame.columns:
            known = texts.setdefault(name, {})
            for text, count in frame[name].value_counts(sort=False).items():
                if not str(text).strip():
                    continue
                filled[name] = filled.get(name, 0) + int(count)
                if text in known or len(known) < MOST_TEXTS:
                    known[str(text)] = known.get(str(text), 0) + int(count)
        if rows >= most_rows:
            break
    return {
        name: ColumnSample(name, known, rows, filled.get(name, 0), salutations)
        for name, known in texts.items()
    }


_READ_BOOLEAN = build_converter(
    Rule(MODEL_FIELDS["can_email"].path, ("x",)), MODEL_FIELDS["can_email"], ConvertContext()
)


def _kinds(text: str, salutations: frozenset[str]) -> Iterable[str]:
    """The kinds that one text is of; several may fit."""
    if _READ_BOOLEAN(text).value is not None:
        yield "boolean"
    if any(c.isdecimal() for c in text):
        yield "digit"
        if is_phone(text):
            yield "phone"
        elif _NUMBER.match(text):
            yield "number"
        if classify_date(text) is not DateClass.NOT_A_DATE:
            yield "date"
    if holds_email(text):
        yield "email"
    elif all(_URL.match(p) for p in _SEVERAL.split(text) if p):
        yield "url"
        if _LINKEDIN.search(text):
            yield "linkedin"
    if _FILE.match(text):
        yield "file"
    if fold(text) in salutations:
        yield "salutation"
    names = _WORDS.findall(text)
    if (2 <= len(names) <= 5 and len(" ".join(names)) + 3 >= len(text)) or _CJK.match(text):
        yield "two_words"
    if "," in text:
        yield "comma"
    if len(text) > _LONG:
        yield "long"


def is_phone(text: str) -> bool:
    """Whether a text is written like one phone number or several."""
    if classify_date(text) is not DateClass.NOT_A_DATE:
        return False
    parts = [p for p in _SEVERAL.split(text) if p]
    return bool(parts) and all(
        _PHONE.match(p) and 6 <= sum(c.isdecimal() for c in p) <= 20 for p in parts
    )


# --- verdicts ----------------------------------------------------------------------------------

_WANTED: Final[dict[str, tuple[str, float, str]]] = {
    "email": ("email", 0.3, "e-mail addresses"),
    "phone": ("phone", 0.3, "phone numbers"),
    "boolean": ("boolean", 0.5, "yes or no"),
    "date": ("date", 0.3, "dates"),
    "zip": ("digit", 0.3, "postal codes"),
}
"""Group -> the kind its values must be of, from which share on, and its name."""

_STRANGE: Final = {
    "name": ("email", "phone", "url", "date", "number", "boolean", "long"),
    "text": ("email", "phone", "url", "date", "boolean", "long"),
    "code": ("email", "url", "date", "boolean", "long"),
    "place": ("email", "phone", "url", "date", "boolean", "number", "long"),
    "tags": ("email", "phone", "url", "date", "boolean"),
    "url": ("email", "phone", "date", "boolean", "number", "long"),
    "file": ("email", "phone", "date", "boolean", "long"),
}
_NAMES: Final = {
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "url": "web addresses",
    "date": "dates",
    "boolean": "yes or no",
    "number": "numbers",
    "long": "long texts",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What values say of a meaning: `against` is empty where they do not speak against it."""

    against: str = ""
    supports: bool = False


def judge_values(group: str, sample: ColumnSample | None) -> Verdict:
    """Hold a column's values against what a meaning looks like; no values say nothing."""
    if sample is None or not sample.shares.filled:
        return Verdict()
    shares = sample.shares
    wanted = _WANTED.get(group)
    if wanted is not None:
        kind, least, name = wanted
        share = getattr(shares, kind)
        if share < least:
            return Verdict(f"its values do not look like {name}")
        return Verdict(supports=share >= 0.6 and group != "zip")
    for kind in _STRANGE[group]:
        if getattr(shares, kind) >= 0.5:
            return Verdict(f"its values look like {_NAMES[kind]}")
    return Verdict(supports=group == "url" and shares.url >= 0.5)
