"""A mapping that grows: new columns added, every line and comment kept.

Lives here: where new lines go. Must never live here: what they say (`entries`). What a
newcomer would question: lines are inserted into the text instead of the file being written
anew, because no YAML writer gives back a person's file as it was. The result is read again,
and where a line would have changed what the mapping meant, it becomes a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff

from importer.core.columns import match_columns, used_columns
from importer.core.mapping import parse_mapping
from importer.core.mapping_yaml import YamlTree, parse_yaml
from importer.core.model import CandidateSchema
from importer.core.proposing.columns import ColumnProposal
from importer.core.proposing.entries import build_entries
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.renames import Rename, find_renames
from importer.core.proposing.yaml_text import comment, flow_list, quote
from importer.core.rules import CandidateMapping, Rule
from importer.errors import MappingError

_FLOW_IGNORE = re.compile(r"ignore:\s*\[(.*)\](\s*#.*)?$")


@dataclass(frozen=True, slots=True)
class News:
    """What a file has that its mapping does not know, and the reverse.

    Attributes:
        fresh: Proposals for new columns, those of renames left out.
        renames: Columns that seem to have a new name.
        missing: Names of the mapping that the file lacks, and no new column fits.
    """

    fresh: Sequence[ColumnProposal]
    renames: Sequence[Rename]
    missing: Sequence[str]


def find_news(
    mapping: CandidateMapping,
    columns: Sequence[str],
    proposals: Sequence[ColumnProposal],
    samples: Mapping[str, ColumnSample],
) -> News:
    """Compare a file's columns with what a mapping speaks of."""
    match = match_columns(mapping, used_columns(mapping), columns)
    ignored = match_columns(mapping, mapping.ignore, columns)
    known = {*match.resolved.values(), *ignored.resolved.values()}
    for ambiguous in (*match.ambiguous.values(), *ignored.ambiguous.values()):
        known.update(ambiguous)
    fresh = [p for p in proposals if p.column not in known]
    renames = find_renames(mapping, match.missing, fresh, samples)
    told = {r.column for r in renames}
    fresh = [p for p in fresh if p.column not in told and not _is_told(mapping.text, p)]
    was = {r.was for r in renames}
    return News(fresh, renames, [m for m in match.missing if m not in was])


def _is_told(text: str, proposal: ColumnProposal) -> bool:
    """Whether an earlier `init` left the column undecided in so many words."""
    return proposal.target is None and f"# - {quote(proposal.column)}: " in text


def update_text(
    mapping: CandidateMapping,
    news: News,
    samples: Mapping[str, ColumnSample],
    schema: CandidateSchema,
    confirmed: Sequence[Rename] = (),
) -> str:
    """Add news to a mapping's text.

    Args:
        mapping: As read; its `text` is what is added to.
        news: What is new.
        samples: Values of the new columns.
        schema: The candidate schema.
        confirmed: Renames that a person has agreed to; the others become comments.
    """
    text = mapping.text
    bare = text.replace("\r\n", "\n")
    taken = {str(rule.path) for rule in mapping.rules}
    if any(rule.path.key == "name" for rule in mapping.rules):
        taken |= {"name", "model_keys.first_name", "model_keys.last_name"}
    fresh = [_leave_taken(p, taken) for p in news.fresh]
    edits = _Edits(bare, mapping.path)
    for section, entries in build_entries(fresh, samples, schema).items():
        lines = [line for e in entries for line in e.lines]
        if section == "acting_user":
            edits.append(lines)
        else:
            edits.add_entries(section, lines)
    asked = [r for r in news.renames if r in confirmed or _question(r) not in bare]
    edits.add_aliases(asked, confirmed)
    edits.add_ignored([p.column for p in fresh if p.target == "ignore"])
    edits.append(_undecided(fresh, [m for m in news.missing if _gone(m) not in bare]))
    updated = edits.text()
    if not _means_the_same(mapping, updated, [*confirmed]):
        lines = [f"{p.column}: {p.target or 'undecided'}. {p.why}" for p in fresh]
        renamed = [f"{r.column} may be the new name of {r.was}." for r in news.renames]
        told = [c for line in (*lines, *renamed) for c in comment(f"New: {line}")]
        updated = bare.rstrip("\n") + "\n" + "\n".join(["", *told]) + "\n"
    return updated.replace("\n", "\r\n") if "\r\n" in text else updated


def _leave_taken(proposal: ColumnProposal, taken: set[str]) -> ColumnProposal:
    if proposal.target is None or proposal.target not in taken:
        return proposal
    why = f"{proposal.why} The mapping fills that field already; add the column there by hand."
    return replace(proposal, target=None, why=why, guess=None)


def _undecided(fresh: Sequence[ColumnProposal], missing: Sequence[str]) -> Iterator[str]:
    left = [p for p in fresh if p.target is None]
    yield from (_gone(column) for column in missing)
    if left:
        yield from comment("New columns, undecided: map them, or add them to `ignore:`.")
    for proposal in left:
        yield from comment(f"- {quote(proposal.column)}: {proposal.why}")


def _gone(column: str) -> str:
    return f"# The file has no column {quote(column)} any more, and nothing like it."


def _question(rename: Rename) -> str:
    """The line that waits for a person to take its `#` away."""
    return f"#   {quote(rename.was)}: {flow_list([rename.column])}"


def _means_the_same(mapping: CandidateMapping, text: str, confirmed: Sequence[Rename]) -> bool:
    """Whether every earlier rule is still what it was."""
    try:
        after = parse_mapping(text, mapping.path)
    except MappingError:
        return False
    before = parse_mapping(mapping.text, mapping.path)
    kept = {_without_line(rule) for rule in after.rules}
    return (
        all(_without_line(rule) in kept for rule in before.rules)
        and after.identity == before.identity
        and len(after.aliases) >= len(before.aliases)
        and set(before.ignore) <= set(after.ignore)
        and all(r.column in after.aliases.get(r.was, ()) for r in confirmed)
    )


def _without_line(rule: Rule) -> str:
    return repr(replace(rule, line=0))


def show_diff(before: str, after: str, name: str) -> str:
    """The change as a unified diff."""
    return "".join(
        unified_diff(
            before.replace("\r\n", "\n").splitlines(keepends=True),
            after.replace("\r\n", "\n").splitlines(keepends=True),
            name,
            f"{name} (updated)",
        )
    )


class _Edits:
    """Lines to be put into a text, gathered and then put in from the bottom up."""

    def __init__(self, text: str, path: str) -> None:
        self._lines = text.rstrip("\n").split("\n")
        self._tree: YamlTree = parse_yaml(text, path)
        self._insert: dict[int, list[str]] = {}
        self._tail: list[str] = []

    def add_entries(self, section: str, entries: Sequence[str]) -> None:
        """Put entries at the end of a section, or into a new one."""
        line = self._tree.lines.get((section,))
        if line is None:
            self._tail += ["", f"{section}:", *(f"  {e}" for e in entries)]
            return
        inner = [v for path, v in self._tree.lines.items() if path[0] == section and len(path) > 1]
        firsts = [v for p, v in self._tree.lines.items() if p[0] == section and len(p) == 2]
        if not inner:
            self._put(line, entries, "  ")
        elif min(firsts) == line:
            # Written on one line with brackets: nothing can be put in without rewriting it.
            self.append(c for e in entries for c in comment(f"New, for `{section}:`  {e}"))
        else:
            first = self._lines[min(firsts) - 1]
            self._put(self._end_of(max(inner)), entries, first[: len(first) - len(first.lstrip())])

    def add_aliases(self, renames: Sequence[Rename], confirmed: Sequence[Rename]) -> None:
        """Say that a column has another name; as a comment where nobody has agreed yet."""
        for rename in renames:
            entry = f"{quote(rename.was)}: {flow_list([rename.column])}"
            known = self._tree.lines.get(("aliases", rename.was))
            if rename in confirmed and known is None:
                self.add_entries("aliases", [entry])
                continue
            self.append(
                comment(
                    f"The file has no column {quote(rename.was)} any more. Is"
                    f" {quote(rename.column)} its new name ({rename.why})? Then add it:"
                )
            )
            self.append(["# aliases:", _question(rename)])

    def add_ignored(self, columns: Sequence[str]) -> None:
        """Add columns to `ignore:`, whichever way it is written."""
        if not columns:
            return
        line = self._tree.lines.get(("ignore",))
        match = _FLOW_IGNORE.match(self._lines[line - 1]) if line is not None else None
        if line is not None and match is not None:
            inner = [match[1].strip()] if match[1].strip() else []
            listed = ", ".join([*inner, *(quote(c) for c in columns)])
            self._lines[line - 1] = f"ignore: [{listed}]{match[2] or ''}"
        else:
            self.add_entries("ignore", [f"- {quote(c)}" for c in columns])

    def append(self, lines: Iterator[str] | Sequence[str]) -> None:
        """Put lines at the end of the file."""
        self._tail += list(lines)

    def text(self) -> str:
        """The text with everything put in."""
        lines = list(self._lines)
        for line in sorted(self._insert, reverse=True):
            lines[line:line] = self._insert[line]
        return "\n".join([*lines, *self._tail]) + "\n"

    def _put(self, line: int, entries: Sequence[str], indent: str) -> None:
        self._insert.setdefault(line, []).extend(indent + e for e in entries)

    def _end_of(self, line: int) -> int:
        """The last line of an entry that begins in `line`: what is indented deeper belongs."""
        start = self._lines[line - 1]
        depth = len(start) - len(start.lstrip())
        for number in range(line, len(self._lines)):
            text = self._lines[number]
            if not text.strip() or text.lstrip().startswith("#"):
                break
            if len(text) - len(text.lstrip()) <= depth:
                break
            line = number + 1
        return line
