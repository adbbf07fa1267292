"""The page that lists every problem code, made from the table in `core/codes`.

Lives here: its wording. Must never live here: a code. What a newcomer would question: the page
is generated and committed all the same, because people read it where nothing is installed.
"""

from __future__ import annotations

from collections.abc import Mapping

_HEAD = """\
# Problem codes

Every problem that a report names has a code. It stands in `import_code` of `results.csv`, in
the *Problems* sheet and in `summary.json`, and it does not change between versions: filter on
it, count by it.

This page is made by `python scripts/write_docs.py` from `importer/core/codes.py`.

| code | what it means |
|---|---|
"""


def describe_codes(codes: Mapping[str, str]) -> str:
    """Write the page as Markdown, codes in alphabetical order."""
    rows = (f"| `{code}` | {_escape(meaning)} |\n" for code, meaning in sorted(codes.items()))
    return _HEAD + "".join(rows)


def _escape(meaning: str) -> str:
    return meaning.replace("|", "\\|").replace("\n", " ")
