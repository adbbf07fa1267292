"""Tell totals and closing remarks at the end of a table from its rows.

Lives here: pure judgement over the last lines. Must never live here: a rule that could take
a person: a line with an e-mail is never a footer, and whatever is not clearly a total or a
remark stays a row (a wrong row is rejected in the open; a wrong footer is silence).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from importer.core.cell_kinds import Kind, holds_email, kind_of
from importer.core.table import Row

TAIL_ROWS: Final = 20
"""How many filled rows at the end may be footers."""

_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|sums?|summe|gesamt(?:summe)?|insgesamt|totaux|somme|totale|"
    r"totales|suma|"
    r"razem|celkem|totaal|totalt|итого|всего|合計|合计|总计|總計|합계|סהכ|סה\"כ|المجموع",
    re.IGNORECASE,
)
_TOTAL_START = re.compile(rf"(?:{_TOTAL.pattern})(?:\b|\s|:|\Z)", re.IGNORECASE)
_TOTAL_ALONE = re.compile(
    rf"(?:{_TOTAL.pattern})\s*:?|(?:{_TOTAL.pattern})[^:=]*[:=]\s*[\d.,' ]+", re.IGNORECASE
)
_REMARK = re.compile(
    r"(?:©|\(c\) |copyright|confidential|vertraulich|confidentiel|generated |exported |printed |"
    r"created (?:by|on|with|at)\b|erstellt |exportiert |généré |exporté |source\s*:|quelle\s*:|"
    r"note\s*:|notes\s*:|hinweis|report (?:run|generated|created)|end of |page \d+|seite \d+|"
    r"as of |stand\s*:|filtered by|applied filters|last (?:updated|refreshed)|data as of|"
    r"(?:total |number of |anzahl )?(?:rows|records|candidates|applicants|entries|datensätze)\s*:|"
    r"\d+ (?:rows?|records?|candidates?|applicants?|entries|results?|datensätze|zeilen)\b|"
    r"\*\*|--|==|__)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:\S+\s+){5,}\S+[.!)]\Z")


def find_footer(
    rows: Sequence[Row], width: int, blank_before: Sequence[bool] | None = None
) -> tuple[int, ...]:
    """Row numbers of the footer lines among the last filled rows of a table.

    Args:
        rows: The last filled rows in order, the header and all above it left out.
        width: How many columns the table has.
        blank_before: Per row, whether blank rows stand directly above it.
    """
    if width < 2:
        return ()
    gaps = blank_before or [
        index > 0 and number > rows[index - 1][0] + 1 for index, (number, _) in enumerate(rows)
    ]
    footers: list[int] = []
    first = len(rows)
    for index in range(len(rows) - 1, max(-1, len(rows) - 1 - TAIL_ROWS), -1):
        number, cells = rows[index]
        if not _is_footer(cells, width, after_gap=any(gaps[index:first])):
            break
        footers.append(number)
        first = index
    return tuple(reversed(footers))


def _is_footer(cells: Sequence[str], width: int, *, after_gap: bool) -> bool:
    filled = [c.strip() for c in cells if c.strip()]
    if not filled or any(holds_email(c) for c in filled):
        return False
    rest = filled[1:]
    if _TOTAL_START.match(filled[0]) and len(filled[0]) < 60:
        numeric = all(kind_of(c) is Kind.NUMBER for c in rest)
        says_only_that = _TOTAL_ALONE.fullmatch(filled[0]) is not None
        return numeric and (bool(rest) or after_gap or says_only_that)
    if len(filled) > max(1, width // 3):
        return False
    if _REMARK.match(filled[0]):
        return True
    is_sentence = _SENTENCE.match(filled[0]) is not None
    return is_sentence and len(filled) == 1 and (after_gap or width > 2)
