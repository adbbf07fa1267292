"""Lists of the ATS's names, as they are loaded: name to ids, with what a person tells them by.

Lives here: indexing items of a list. Must never live here: loading them, or judging a cell
(`core/convert/lookup`). What a newcomer would question: names that belong to something (a
stage to its job) are indexed twice, as a whole and within each, because "Phone screen"
exists once in every job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from importer.core.text import fold

PARENTS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "job-interview-stages": ("job", "jobs", ("job_id", "job")),
}
"""List -> the key of its items that names what they belong to, the list of those, and the
model keys whose value says which one a row means."""


@dataclass(frozen=True, slots=True)
class NameList(Mapping[str, tuple[str, ...]]):
    """Folded name -> ids; several ids make a name ambiguous.

    Attributes:
        names: Folded name -> the name as the ATS writes it.
        labels: Id -> what tells the entry from others of the same name.
        within: Id of what entries belong to -> only those.
        title: What the list is called in messages; empty: `kind.attribute`.
    """

    ids: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, NameList] = field(default_factory=dict)
    title: str = ""

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self.ids[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


def index_names(
    items: Iterable[Mapping[str, Any]],
    attribute: str,
    kind: str = "",
    parents: Mapping[str, str] | None = None,
) -> NameList:
    """Index a list by one attribute; a person's `name` is both names.

    Args:
        items: As the API gives them.
        attribute: What a cell is compared with.
        kind: The list's name; decides whether its entries belong to something.
        parents: Labels of what they belong to.
    """
    key = PARENTS[kind][0] if kind in PARENTS else ""
    told = parents or {}
    rows = [(item, _name(item, attribute), str(item.get(key) or "")) for item in items]
    rows = [(item, name, parent) for item, name, parent in rows if item.get("id") and name]
    by_parent: dict[str, list[tuple[Mapping[str, Any], str]]] = {}
    for item, name, parent in rows:
        if parent:
            by_parent.setdefault(parent, []).append((item, name))
    return NameList(
        *_index((item, name) for item, name, _ in rows),
        labels={
            str(item["id"]): describe_item(item, told.get(parent, parent))
            for item, _, parent in rows
        },
        within={
            parent: NameList(*_index(own), title=_title(kind, told.get(parent, parent)))
            for parent, own in by_parent.items()
        },
    )


def _index(
    rows: Iterable[tuple[Mapping[str, Any], str]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    ids: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for item, name in rows:
        ids.setdefault(fold(name), []).append(str(item["id"]))
        names.setdefault(fold(name), name)
    return {name: tuple(dict.fromkeys(found)) for name, found in ids.items()}, names


def _name(item: Mapping[str, Any], attribute: str) -> str:
    name = item.get(attribute)
    if name is None and attribute == "name":
        name = f"{item.get('first_name') or ''} {item.get('last_name') or ''}"
    return " ".join(str(name or "").split())


def describe_item(item: Mapping[str, Any], parent: str = "") -> str:
    """Name an entry so that a person can tell it from another of the same name."""
    status = str(item.get("status") or "")
    facts = (
        item.get("code"),
        item.get("email"),
        item.get("location"),
        status.lower() if status not in ("", "-", "OPEN") else "",
        "disabled" if item.get("disabled") else "",
        f"of {parent}" if parent else "",
    )
    told = ", ".join(str(fact) for fact in facts if fact)
    name = _name(item, "name")
    return f"{name} ({told})" if name and told else name or told


def _title(kind: str, parent: str) -> str:
    return f"{kind} of {parent}" if parent else kind


def within_parent(names: Mapping[str, tuple[str, ...]], kind: str, parent: str) -> NameList:
    """Only the entries that belong to `parent`; an empty list where it has none."""
    if isinstance(names, NameList) and parent in names.within:
        return names.within[parent]
    return NameList({}, title=_title(kind, "this row's " + PARENTS[kind][0]))


# --- the ledger's form -------------------------------------------------------------------------

WITHIN: Final = "/within"
"""Ends the ledger's name of a list's inner lists; `\\x1f` parts parent and name there."""
_PARTED: Final = "\x1f"


def dump_within(names: NameList) -> dict[str, tuple[str, ...]]:
    """The inner lists as one flat list of names, for the ledger."""
    return {
        f"{parent}{_PARTED}{name}": ids
        for parent, inner in names.within.items()
        for name, ids in inner.items()
    }


def load_names(
    whole: Mapping[str, tuple[str, ...]], inner: Mapping[str, tuple[str, ...]], kind: str
) -> NameList:
    """A list as the ledger remembers it, put together again."""
    parted: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, ids in inner.items():
        parent, _, own = name.partition(_PARTED)
        parted.setdefault(parent, {})[own] = ids
    within = {
        parent: NameList(ids, title=_title(kind, "this row's " + PARENTS[kind][0]))
        for parent, ids in parted.items()
    }
    return NameList(whole, within=within)
