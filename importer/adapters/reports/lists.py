"""Drop-downs of allowed values in a workbook.

Lives here: where a list is kept and how a cell is tied to it. What a newcomer would
question: a cell warns but takes other words too, since people may write several values, or a
word that the mapping translates; the next run judges it anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from importer.core.handback import LISTS_SHEET, fits_in_cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_INLINE_LIMIT: Final = 255
_MOST_LISTS: Final = 16_384
_MOST_VALUES: Final = 1_048_575


class DropDowns:
    """The lists of one workbook: short ones in the cell's rule, long ones on a hidden sheet."""

    def __init__(self, book: Workbook, allowed: Mapping[str, Sequence[str]]) -> None:
        self._sources: dict[str, str | list[str]] = {}
        on_sheet: dict[tuple[str, ...], int] = {}
        for column, labels in allowed.items():
            shown = tuple(dict.fromkeys(t for t in labels if t.strip() and fits_in_cell(t)))
            shown = shown[:_MOST_VALUES]
            if not shown:
                continue
            if _fits_inline(shown):
                self._sources[column] = list(shown)
                continue
            place = on_sheet.setdefault(shown, len(on_sheet))
            if place < _MOST_LISTS:
                self._sources[column] = _reference(place, len(shown))
        if on_sheet:
            sheet = book.add_worksheet(LISTS_SHEET)
            for row, texts in enumerate(zip_longest(*on_sheet, fillvalue="")):
                for place, text in enumerate(texts):
                    if text:
                        sheet.write_string(row, place, text)
            sheet.hide()

    def attach(self, sheet: Worksheet, column: str, first: int, last: int, place: int) -> None:
        """Give the cells `first` to `last` of a sheet's column the list of `column`, if any."""
        source = self._sources.get(column)
        if source is None:
            return
        sheet.data_validation(
            first,
            place,
            last,
            place,
            {
                "validate": "list",
                "source": source,
                "error_type": "information",
                "error_title": "Not in the list",
                "error_message": "The ATS does not list this value. It is judged by the next run.",
            },
        )


def _fits_inline(labels: Sequence[str]) -> bool:
    """Whether Excel takes the list inside the rule: short, and nothing that it would misread."""
    if len(",".join(labels)) > _INLINE_LIMIT:
        return False
    return all(t == t.strip() and not set(t) & set(',"\n\r') and t[0] not in "='" for t in labels)


def _reference(place: int, count: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"='{LISTS_SHEET}'!{xl_range_abs(0, place, count - 1, place)}"
