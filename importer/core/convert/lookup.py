"""Names into ids: jobs, stages, users and the like, by the lists that were loaded once.

Lives here: finding one id for one cell. Must never live here: loading a list. What a
newcomer would question: the list given by the context is keyed by `fold_lookup`, so loader
and reader must both use it; an id that stands in the cell itself is taken as it is when the
list knows it.
"""

from __future__ import annotations

from typing import Final

from rapidfuzz import fuzz, process

from importer.core.convert.cell import ITEMS, each, with_blanks
from importer.core.convert.kinds import Target
from importer.core.lookups import NameList
from importer.core.model import Converted, Converter, Finding, Severity
from importer.core.text import fold

LOOKUPS: Final = (
    "jobs.name",
    "jobs.code",
    "jobs.remote_id",
    "job-interview-stages.name",
    "job-interview-stages.remote_id",
    "remote-users.email",
    "remote-users.name",
    "remote-users.remote_id",
    "tags.name",
    "offices.name",
    "departments.name",
)
"""`kind.attribute` that a mapping may name; the kind is the list's path in the API."""

_SHOWN: Final = 5
_FEW: Final = 12
fold_lookup = fold


def build_lookup(target: Target) -> Converter:
    """Build the converter of names to ids of the rule's list."""
    name = target.rule.lookup or ""
    listed = target.context.lookups.get(name)
    is_offline = target.context.is_offline
    names = listed if isinstance(listed, NameList) else NameList(listed or {})
    ids = frozenset(i for found in names.values() for i in found)

    def convert(text: str) -> Converted:
        if listed is None:
            return Converted(None, (_not_loaded(text, name, is_offline),))
        found = listed.get(fold_lookup(text), ())
        if len(found) == 1:
            return Converted(found[0])
        if text.strip() in ids:
            return Converted(text.strip())
        if found:
            return Converted(None, (_ambiguous(text, names.title or name, found, names),))
        if is_offline:
            return Converted(None, (_not_remembered(text, names.title or name),))
        return Converted(None, (_missing(text, names.title or name, names),))

    return with_blanks(target, each(target, convert, ITEMS))


def _ambiguous(text: str, name: str, found: tuple[str, ...], names: NameList) -> Finding:
    told = [f"{names.labels[i]} = {i}" if i in names.labels else i for i in found[:_SHOWN]]
    shown = "; ".join(told) + ("; …" if len(found) > _SHOWN else "")
    return Finding(
        "lookup-ambiguous",
        f"'{text}' fits {len(found)} entries of {name}: {shown}.",
        "Write the id of the right one in the cell, or look it up by something unique.",
    )


def _missing(text: str, name: str, names: NameList) -> Finding:
    known = list(names)
    near = process.extract(fold_lookup(text), known, scorer=fuzz.WRatio, limit=3, score_cutoff=60)
    close = [names.names.get(match[0], str(match[0])) for match in near]
    hint = f"Correct the cell, or add the entry in the ATS. {name} has {len(known)} entries."
    if close:
        hint = "Nearest are: " + "; ".join(close) + "."
    if names.title and 0 < len(known) <= _FEW:
        hint = "There are: " + "; ".join(names.names.get(n, n) for n in known) + "."
    suggestion = close[0] if len(close) == 1 else None
    return Finding("lookup-missing", f"'{text}' is not in {name}.", hint, suggestion=suggestion)


def _not_remembered(text: str, name: str) -> Finding:
    return Finding(
        "lookup-offline",
        f"'{text}' was not in {name} when that list was read last, and this check makes no call.",
        "Check again without `--offline`.",
        severity=Severity.WARNING,
    )


def _not_loaded(text: str, name: str, is_offline: bool) -> Finding:
    if is_offline:
        return Finding(
            "lookup-offline",
            f"'{text}' was not looked up in {name}: this check makes no call.",
            "Check again without `--offline`.",
            severity=Severity.WARNING,
        )
    return Finding(
        "lookup-not-loaded",
        f"'{text}' cannot be looked up: the list {name} could not be read.",
        "Run it again; if it stays, the connector may not give this list.",
    )
