"""The word lists that are installed with the program, opened.

Lives here: reading package data. Must never live here: the meaning of a word. What a
newcomer would question: this is an adapter because core opens no file; the lists stand
beside the code that uses them (`core/proposing/synonyms`), where translators look.
"""

from __future__ import annotations

from importlib import resources


def read_word_lists() -> dict[str, str]:
    """Language code -> TOML text of its word list."""
    folder = resources.files("importer.core.proposing") / "synonyms"
    return {
        item.name.removesuffix(".toml"): item.read_text(encoding="utf-8")
        for item in sorted(folder.iterdir(), key=lambda i: i.name)
        if item.name.endswith(".toml")
    }
