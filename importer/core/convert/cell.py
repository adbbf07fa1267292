"""What all converters do with a cell first: tidy its ends, tell blank from text, split it.

Lives here: blanks, placeholders, separators and the names of what was cleaned. Must never
live here: the meaning of a value. What a newcomer would question: "n/a" is blank for an
e-mail, a phone or a web address only. In a name it is a person, elsewhere it is for the
mapping to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter, Finding
from importer.core.text import INVISIBLE, fold, remove_invisible, words

TRIMMED: Final = "surrounding blanks removed"
INVISIBLE_REMOVED: Final = "zero-width characters removed"
NUL_REMOVED: Final = "NUL characters removed"
PLACEHOLDER: Final = "placeholder read as blank"
FULL_WIDTH: Final = "full-width characters made plain"
REPEATED: Final = "repeated item removed"

_ENDS = " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(c) for c in range(0x2000, 0x200B)
)
_ENDS_AND_INVISIBLE = _ENDS + INVISIBLE

BLANK: Final = Converted(None)
_PLACEHOLDERS: Final = words(
    "-|--|---|–|—|.|..|...|?|??|/|n/a|n.a.|n.a|n/d|na|#n/a|none|null|nil|nan|unknown|missing"
    "|not available|not applicable|not provided|tbd|tba|no email|no e-mail|no phone|no number"
    "|keine|keiner|kein|k.a.|k. a.|unbekannt|nicht vorhanden|keine angabe"
    "|aucun|aucune|inconnu|néant|ninguno|ninguna|desconocido|no tiene|sin correo|sin teléfono"
    "|nenhum|nenhuma|desconhecido|não tem|nessuno|nessuna|sconosciuto|geen|onbekend"
    "|нет|неизвестно|не указано|无|没有|未知|暂无",
    "|",
)


def tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """Take blanks and invisible characters off the ends, and NULs out; say what was done."""
    if text.isascii() and text.isprintable() and text[:1] != " " and text[-1:] != " ":
        return text, ()
    cleaned: tuple[str, ...] = ()
    if "\0" in text:
        text = text.replace("\0", "")
        cleaned = (NUL_REMOVED,)
    inner = text.strip(_ENDS_AND_INVISIBLE)
    if inner == text:
        return text, cleaned
    outer = text.replace(inner, "", 1) if inner else text
    kinds = (
        (TRIMMED,) if outer.strip(INVISIBLE) else (),
        (INVISIBLE_REMOVED,) if outer.strip(_ENDS) else (),
    )
    return inner, (*cleaned, *kinds[0], *kinds[1])


def is_placeholder(text: str) -> bool:
    """Whether a text stands where there is no e-mail, phone or web address."""
    return len(text) <= 16 and fold(text) in _PLACEHOLDERS


def build_blanks(target: Target, *, exact: bool = False) -> Callable[[str], bool]:
    """Build the test for the texts that the mapping calls blank.

    Args:
        target: With the rule's and the defaults' texts.
        exact: Compare letter for letter, as for names: `null` is blank, Mr Null is not.
    """
    listed = (*target.rule.blanks, *target.context.blanks)
    if exact:
        plain = frozenset(text.strip() for text in listed)
        return plain.__contains__
    folded = frozenset(fold(text) for text in listed)
    if not folded:
        return lambda _text: False
    # Most cells are longer than any of them, also with a few blanks more: no need to fold.
    longest = 2 * max(map(len, folded)) + 8
    return lambda text: len(text) <= longest and fold(text) in folded


def with_blanks(
    target: Target,
    convert: Callable[[str], Converted],
    *,
    exact: bool = False,
    longest: int = 0,
) -> Converter:
    """Wrap a conversion of tidy text: blank cells, and what the mapping calls blank.

    Args:
        target: What is converted to.
        convert: Takes tidy text that is not blank.
        exact: Compare the mapping's blanks letter for letter.
        longest: Characters of the longest cell that can hold such a value; 0: any. A cell that
            is longer is refused unread, so that no cell can keep a run busy for minutes.
    """
    blank = BLANK
    if target.rule.blank == "error":
        blank = Converted(None, (_blank_not_allowed(),))
    called_blank = build_blanks(target, exact=exact)
    has_blanks = bool(target.rule.blanks or target.context.blanks)
    placeholder = Converted(None, blank.findings, (PLACEHOLDER,))

    def run(text: str) -> Converted:
        inner, cleaned = tidy(text)
        if not inner:
            return blank
        if has_blanks and called_blank(inner):
            return placeholder
        if longest and len(inner) > longest:
            return Converted(None, (_too_long(len(inner), longest),), cleaned)
        converted = convert(inner)
        if converted.value is None and not converted.findings and blank.findings:
            return Converted(None, blank.findings, (*cleaned, *converted.cleaned))
        if cleaned:
            return Converted(converted.value, converted.findings, merge(cleaned, converted.cleaned))
        return converted

    return run


def merge(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Join kinds of cleaning; each is named once a cell."""
    return tuple(dict.fromkeys((*first, *second)))


def _too_long(length: int, longest: int) -> Finding:
    return Finding(
        "cell-too-long",
        f"The cell has {length:,} characters; such a value has {longest:,} at most.",
        "Look at what stands in the cell, and keep only the value.",
    )


def _blank_not_allowed() -> Finding:
    return Finding(
        "blank-not-allowed",
        "The cell is blank, and the mapping says that it must not be (`blank: error`).",
        "Fill the cell in.",
    )


def split_parts(text: str, split: str | None, habit: re.Pattern[str] | None) -> list[str]:
    """Split a cell into its parts, each tidy and not blank.

    Args:
        text: The cell.
        split: The mapping's separator; empty: never split; None: by `habit`.
        habit: What separates values of this kind; None: nothing does.
    """
    if split is not None:
        pieces = text.split(_unescape(split)) if split else [text]
    else:
        pieces = habit.split(text) if habit is not None else [text]
    return [inner for piece in pieces if (inner := tidy(piece)[0])]


def _unescape(split: str) -> str:
    """YAML without double quotes leaves the escapes of a line break and a tab as typed."""
    return {"\\n": "\n", "\\t": "\t"}.get(split, split)


def drop_repeats(items: Sequence[str], cleaned: list[str]) -> list[str]:
    """Keep the first of items that are equal when folded."""
    seen: dict[str, str] = {}
    for item in items:
        seen.setdefault(fold(item), item)
    if len(seen) < len(items):
        cleaned.append(REPEATED)
    return list(seen.values())


def give(target: Target, items: Sequence[str], cleaned: Sequence[str], what: str) -> Converted:
    """Hand over the items of one cell as the field takes them: a list, or one alone."""
    kinds = tuple(dict.fromkeys(cleaned))
    if target.takes_list:
        return Converted(list(items) or None, (), kinds)
    if len(items) > 1:
        return Converted(None, (too_many(target, len(items), what),), kinds)
    return Converted(items[0] if items else None, (), kinds)


def too_many(target: Target, count: int, what: str) -> Finding:
    """Say that a cell has several values where the field takes one."""
    return Finding(
        "several-values",
        f"The cell has {count} {what}, and {target.rule.path.key} takes one.",
        "Keep the one that is wanted.",
    )


def each(
    target: Target, convert: Callable[[str], Converted], habit: re.Pattern[str]
) -> Callable[[str], Converted]:
    """Convert every part of a cell where the field takes a list, else the cell as one."""
    if not target.takes_list:
        return convert

    def run(text: str) -> Converted:
        done = [convert(part) for part in split_parts(text, target.rule.split, habit)]
        findings = tuple(f for one in done for f in one.findings)
        cleaned = tuple(dict.fromkeys(kind for one in done for kind in one.cleaned))
        if any(not one.is_sound for one in done):
            return Converted(None, findings, cleaned)
        values = [one.value for one in done if one.value is not None]
        return Converted(values or None, findings, cleaned)

    return run


ITEMS: Final = re.compile(r"[;|\r\n]+")
"""What separates several values where a comma may be part of one."""


def plain_width(text: str) -> tuple[str, bool]:
    """Make full-width letters, digits and signs plain (e-mails and phones only)."""
    if text.isascii():
        return text, False
    plain = "".join(
        chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else " " if c == "\u3000" else c
        for c in text
    )
    return plain, plain != text


def tidy_inside(text: str, cleaned: list[str]) -> str:
    """For e-mails, phones and addresses: no invisible characters anywhere, plain width."""
    if text.isascii():
        return text
    visible = remove_invisible(text)
    if visible != text:
        cleaned.append(INVISIBLE_REMOVED)
    plain, was_wide = plain_width(visible)
    if was_wide:
        cleaned.append(FULL_WIDTH)
    return plain
