"""Names of spreadsheets into ids of the ATS: the lists, loaded once and remembered.

Lives here: loading lists, and having the ledger remember them. Must never live here: finding
one name in a list (`core/convert/lookup`). What a newcomer would question: people's names are
kept by the ledger as keyed hashes only, so a check without network asks it name by name
instead of reading the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

from importer.core.lookups import (
    PARENTS,
    WITHIN,
    describe_item,
    dump_within,
    index_names,
    load_names,
)
from importer.core.ports import CandidateApi, Ledger, LookupKind
from importer.core.rules import CandidateMapping
from importer.sending.pace import Pace

Lookups = Mapping[str, Mapping[str, tuple[str, ...]]]


def wanted_lookups(mapping: CandidateMapping) -> tuple[str, ...]:
    """The `kind.attribute` pairs that the mapping resolves names with."""
    return tuple(dict.fromkeys(r.lookup for r in mapping.rules if r.lookup))


async def fetch_lookups(
    api: CandidateApi, pace: Pace, ledger: Ledger, connector: int, wanted: Iterable[str], at: str
) -> Lookups:
    """Load each list that is needed once, index it, and have the ledger remember it.

    Args:
        api: The connector's API.
        pace: Paces every page.
        ledger: Remembers names and ids for a check without network.
        connector: The ledger's number of the connector.
        wanted: `kind.attribute` pairs.
        at: ISO time of the reading.

    Raises:
        StopAndRetry: A list could not be read to its end.
    """
    lists: dict[str, list[dict[str, Any]]] = {}
    pairs = list(wanted)
    for kind in dict.fromkeys(pair.partition(".")[0] for pair in pairs):
        lists[kind] = await _fetch_all(api, pace, cast("LookupKind", kind))
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for pair in pairs:
        kind, _, attribute = pair.partition(".")
        parent = PARENTS[kind][1] if kind in PARENTS else ""
        told = {str(item.get("id")): describe_item(item) for item in lists.get(parent, ())}
        names = index_names(lists[kind], attribute, kind, told)
        found[pair] = names
        ledger.remember_lookups(connector, pair, names, at)
        if kind in PARENTS:
            ledger.remember_lookups(connector, pair + WITHIN, dump_within(names), at)
    return found


def recall_lookups(ledger: Ledger, connector: int, wanted: Iterable[str]) -> Lookups:
    """The lists as they were read last; those that never were are left out."""
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for pair in wanted:
        kind = pair.partition(".")[0]
        if kind == "remote-users":
            found[pair] = RememberedNames(ledger, connector, pair)
            continue
        whole = ledger.lookups(connector, pair)
        if whole:
            found[pair] = load_names(whole, ledger.lookups(connector, pair + WITHIN), kind)
    return found


class RememberedNames(Mapping[str, tuple[str, ...]]):
    """A list that the ledger keeps as hashes: it finds a name and cannot list any."""

    def __init__(self, ledger: Ledger, connector: int, pair: str) -> None:
        self._ledger = ledger
        self._connector = connector
        self._pair = pair

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._ledger.find_lookups(self._connector, self._pair, [name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


async def _fetch_all(api: CandidateApi, pace: Pace, kind: LookupKind) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        attempt = await pace.read(
            partial(api.fetch_page, kind, cursor), f"loading the list of {kind}"
        )
        body = attempt.body
        listed = body.get("items") if isinstance(body, dict) else body
        if isinstance(listed, list):
            items.extend(i for i in listed if isinstance(i, dict))
        told = body.get("cursor") if isinstance(body, dict) else None
        cursor = str(told) if told else None
        if cursor is None or cursor in seen:
            return items
        seen.add(cursor)
