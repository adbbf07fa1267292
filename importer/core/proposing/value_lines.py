"""`values:` pairs: what the texts of a column mean among a field's allowed values.

Lives here: the lines. Must never live here: the search for the nearest (`core/choices`).
What a newcomer would question: guesses are written as comments. What is exactly a value, a
label, or one in other case needs no line at all, since `check` finds it by itself; the rest
changes what is sent, so a person takes the `#` away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from importer.core.choices import ChoiceIndex, cut, list_allowed, propose_values
from importer.core.model import AllowedValue
from importer.core.proposing.yaml_text import comment, quote

_MOST: Final = 40


def value_lines(texts: Iterable[tuple[str, int]], allowed: Sequence[AllowedValue]) -> list[str]:
    """Lines of `values:` for texts that are not allowed as they are; none where all are."""
    index = ChoiceIndex(allowed)
    doubtful = [p for p in propose_values(texts, allowed) if p.how in ("nearest", "none")]
    if not doubtful:
        return []
    lines = [
        *comment(f"Allowed here: {list_allowed(index.allowed)}."),
        "# These are not allowed; take the # away where the proposal is right:",
        "# values:",
    ]
    for proposal in doubtful[:_MOST]:
        rows = "1 row" if proposal.count == 1 else f"{proposal.count} rows"
        text = quote(" ".join(cut(proposal.text.strip()).split()))
        meant = quote(index.name(proposal.allowed)) if proposal.allowed is not None else "?"
        said = ""
        if proposal.allowed is None:
            near = index.suggest(proposal.text)[0][:1]
            said = f"; nearest: {cut(index.name(near[0]))}" if near else ", say which"
        lines.append(f"#   {text}: {meant}   # {rows}{said}")
    if len(doubtful) > _MOST:
        lines.append(f"#   … and {len(doubtful) - _MOST} more; see `check --suggest`")
    return lines
