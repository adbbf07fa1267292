"""Before a row is looked at: whose ATS this is, what it asks for, what its names mean.

Lives here: the preflight calls of check, run and meta. Must never live here: HTTP, or how a
meta answer is parsed (core/schema). What a newcomer would question: a connector that gave a
schema once must give one again; only where it never did may the published model keys stand
in, because a check against too little lets wrong rows through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any, cast

from importer.core.convert.lookup import fold_lookup
from importer.core.disposition import ReadFate, access_stop, dispose_read, unusable_answer
from importer.core.drift import Drift, compare_schemas
from importer.core.model import CandidateSchema
from importer.core.ports import CandidateApi, Ledger, LookupKind
from importer.core.readback import SyncState, parse_sync_state
from importer.core.rules import CandidateMapping
from importer.core.schema import parse_candidate_schema, published_schema, schema_sha256
from importer.errors import AccessStopped, OutageStopped
from importer.sending.pace import Pace

Lookups = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Site:
    """One connector as it presents itself.

    Attributes:
        connector_id: The API's id, or a keyed hash of the token where it is not told.
        customer, ats, environment: For people; empty where not told.
        sync: How the connector's copy of the ATS stands.
        warnings: Sentences for the report.
    """

    connector_id: str
    customer: str = ""
    ats: str = ""
    environment: str = ""
    sync: SyncState = field(default_factory=SyncState)
    warnings: tuple[str, ...] = ()


async def visit_connector(api: CandidateApi, pace: Pace, token: str, secret: bytes) -> Site:
    """Ask which connector the token belongs to.

    Args:
        api: The connector's API.
        pace: Its one pace.
        token: Only hashed, where the API does not tell the connector's id.
        secret: Keys that hash.

    Raises:
        StopAndRetry: The key is not accepted, the service cannot be reached, or the link to
            the ATS is broken and must be made again first.
    """
    attempt = await pace.call(api.fetch_connectors)
    if attempt.status == 401:
        raise access_stop(attempt, "asking which connector this is")
    if dispose_read(attempt) is ReadFate.REPEAT:
        attempt = await pace.read(api.fetch_connectors, "asking which connector this is", tries=3)
    items = _items(attempt.body) if dispose_read(attempt) is ReadFate.USABLE else None
    if items is None or len(items) != 1 or not items[0].get("id"):
        return Site(
            "token-" + blake2b(token.encode(), key=secret, digest_size=12).hexdigest(),
            warnings=(
                "Bindbee did not say which connector this token belongs to, so the token itself"
                " stands for it: after the token is changed, use the same ledger with care.",
            ),
        )
    return _read_site(items[0])


def _items(body: object) -> list[dict[str, Any]] | None:
    items = body.get("items") if isinstance(body, dict) else body
    if not isinstance(items, list):
        return None
    return [i for i in items if isinstance(i, dict)]


def _read_site(item: Mapping[str, Any]) -> Site:
    customer = item.get("end_user")
    if isinstance(customer, dict):
        customer = customer.get("organization_name") or customer.get("name") or ""
    site = Site(
        connector_id=str(item["id"]),
        customer=str(customer or ""),
        ats=str(item.get("integration_slug") or ""),
        environment="test" if item.get("is_test_connector") else "",
        sync=parse_sync_state([item]),
    )
    if item.get("status") == "RELINK_NEEDED" or item.get("is_active") is False:
        raise AccessStopped(
            f"The link between Bindbee and {site.ats or 'the ATS'} is broken"
            f" ({item.get('status') or 'not active'}).",
            hint="Link the ATS again in Bindbee, then run again.",
        )
    return site


@dataclass(frozen=True, slots=True)
class SchemaFound:
    """The candidate schema of a run.

    Attributes:
        raw: The meta answer as JSON text; empty for the published model keys.
        drift: What changed against the latest different answer that nobody accepted yet.
        warnings: Sentences for the report.
    """

    schema: CandidateSchema
    raw: str = ""
    drift: tuple[Drift, ...] = ()
    warnings: tuple[str, ...] = ()


async def fetch_schema(
    api: CandidateApi, pace: Pace, ledger: Ledger, connector: int, at: str
) -> SchemaFound:
    """Fetch what this connector's ATS asks for, and remember the answer.

    Raises:
        StopAndRetry: No readable answer came from a connector that gave one before.
    """
    doing = "asking what this ATS wants of a candidate"
    attempt = await pace.call(api.fetch_candidate_meta)
    fate = dispose_read(attempt)
    if fate is ReadFate.REPEAT:
        attempt = await pace.read(api.fetch_candidate_meta, doing)
        fate = dispose_read(attempt)
    if fate is ReadFate.STOP:
        raise access_stop(attempt, doing)
    if attempt.status == 501:
        return _stand_in(ledger, connector, "this ATS publishes no candidate schema (501)")
    if fate is not ReadFate.USABLE and not attempt.is_json:
        if ledger.latest_schema(connector) is None:
            return _stand_in(ledger, connector, "the answer was no JSON")
        raise unusable_answer(attempt, doing)
    answer = parse_candidate_schema(attempt.body)
    if answer.schema is None:
        return _stand_in(ledger, connector, answer.why)
    raw = json.dumps(attempt.body, ensure_ascii=False, sort_keys=True)
    before = ledger.remember_schema(connector, schema_sha256(attempt.body), raw, at)
    drift: tuple[Drift, ...] = ()
    if before is not None:
        earlier = parse_candidate_schema(json.loads(before.raw)).schema
        if earlier is not None:
            drift = tuple(compare_schemas(earlier, answer.schema))
    warnings = tuple(f"Not understood in the candidate schema: {u}" for u in answer.schema.unparsed)
    return SchemaFound(answer.schema, raw, drift, warnings)


def last_schema(ledger: Ledger, connector: int) -> SchemaFound:
    """The schema that this connector gave last (`--schema last`).

    Raises:
        OutageStopped: It never gave one.
    """
    seen = ledger.latest_schema(connector)
    schema = parse_candidate_schema(json.loads(seen.raw)).schema if seen is not None else None
    if seen is None or schema is None:
        raise OutageStopped(
            "There is no candidate schema from an earlier run to go on with.",
            hint="Run without `--schema last`.",
        )
    return SchemaFound(
        schema, seen.raw, warnings=(f"The candidate schema is that of {seen.last_seen}.",)
    )


def _stand_in(ledger: Ledger, connector: int, why: str) -> SchemaFound:
    if ledger.latest_schema(connector) is not None:
        raise OutageStopped(
            f"The candidate schema could not be read: {why}. This connector gave one before,"
            " so checking without it would let wrong rows through.",
            hint="Run again later, or go on with the last one: `--schema last`.",
        )
    return SchemaFound(
        published_schema(),
        warnings=(
            f"The published model keys stand in for a candidate schema: {why}."
            " What this ATS requires beyond them shows only when it refuses a row.",
        ),
    )


# --- names to ids -----------------------------------------------------------------------------


def wanted_lookups(mapping: CandidateMapping) -> tuple[str, ...]:
    """The `kind.attribute` pairs that the mapping resolves names with."""
    return tuple(dict.fromkeys(r.lookup for r in mapping.rules if r.lookup))


async def fetch_lookups(api: CandidateApi, pace: Pace, wanted: Iterable[str]) -> Lookups:
    """Load each list that is needed once, and index it by the wanted attribute.

    Raises:
        StopAndRetry: A list could not be read to its end.
    """
    lists: dict[str, list[dict[str, Any]]] = {}
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for pair in wanted:
        kind, _, attribute = pair.partition(".")
        if kind not in lists:
            lists[kind] = await _fetch_all(api, pace, cast("LookupKind", kind))
        found[pair] = index_names(lists[kind], attribute)
    return found


def index_names(
    items: Iterable[Mapping[str, Any]], attribute: str
) -> Mapping[str, tuple[str, ...]]:
    """Folded name -> ids of the entries that have it; a person's `name` is both names."""
    index: dict[str, list[str]] = {}
    for item in items:
        name = item.get(attribute)
        if name is None and attribute == "name":
            name = f"{item.get('first_name') or ''} {item.get('last_name') or ''}"
        if item.get("id") and str(name or "").strip():
            index.setdefault(fold_lookup(str(name)), []).append(str(item["id"]))
    return {name: tuple(dict.fromkeys(ids)) for name, ids in index.items()}


async def _fetch_all(api: CandidateApi, pace: Pace, kind: LookupKind) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        page = partial(api.fetch_page, kind, cursor)
        attempt = await pace.read(page, f"loading the list of {kind}")
        items.extend(_items(attempt.body) or [])
        told = attempt.body.get("cursor") if isinstance(attempt.body, dict) else None
        cursor = str(told) if told else None
        if cursor is None or cursor in seen:
            return items
        seen.add(cursor)
