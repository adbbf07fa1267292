"""The sample `tests:` of a new mapping: an invented person and what becomes of her.

Lives here: a test made from the entries that were written. Must never live here: a value of
the file; the person is invented and her addresses are reserved ones. What a newcomer would
question: the test is small. It shows how tests are written, and it fails on the day when
somebody swaps two columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from importer.core.proposing.entries import Sections
from importer.core.proposing.yaml_text import comment, quote

_PERSON: Final[dict[str, tuple[str, str]]] = {
    "first_name": ("Ada", "Ada"),
    "last_name": ("Lovelace", "Lovelace"),
    "email_addresses": ("ada@example.com", "[ada@example.com]"),
    "company": ("Example Works", "Example Works"),
}
"""Key -> text in the cell, and what it becomes, in YAML."""


def sample_test(sections: Sections) -> Iterator[str]:
    """The lines of `tests:`; none where no entry suits."""
    cells: list[str] = []
    expected: list[str] = []
    for entry in sections.get("model_keys", ()):
        if len(entry.lines) != 1:
            continue
        if entry.key == "name":
            cells.append(f'{quote(entry.columns[0])}: "Lovelace, Ada"')
            expected += ["first_name: Ada", "last_name: Lovelace"]
        elif entry.key in _PERSON:
            text, value = _PERSON[entry.key]
            cells.append(f"{quote(entry.columns[0])}: {text}")
            expected.append(f"{entry.key}: {value}")
    if not cells:
        return
    yield from comment(
        "Tests: an invented row, and what must become of it. `check` and every `run` try them"
        " first, so that a slip in this file is found before anything is sent."
    )
    yield "tests:"
    yield f"  - row: {{{', '.join(cells)}}}"
    yield f"    expect: {{{', '.join(expected)}}}"
