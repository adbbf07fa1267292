"""Before a row is looked at: whose ATS this is, what it asks for, what its names mean.

Lives here: the preflight calls of check, run and meta. Must never live here: HTTP, or how a
meta answer is parsed (core/schema). What a newcomer would question: a connector that gave a
schema once must give one again; only where it never did may the published model keys stand
in, because a check against too little lets wrong rows through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from importer.core.disposition import ReadFate, access_stop, dispose_read, unusable_answer
from importer.core.drift import Drift, compare_schemas
from importer.core.memory import SeenSchema
from importer.core.model import CandidateSchema
from importer.core.ports import CandidateApi, Ledger
from importer.core.readback import SyncState, parse_sync_state
from importer.core.schema import parse_candidate_schema, published_schema, schema_sha256
from importer.errors import AccessStopped, OutageStopped, UsageError
from importer.sending.pace import Pace


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
    api: CandidateApi,
    pace: Pace,
    ledger: Ledger,
    connector: int,
    at: str,
    mapping: tuple[str, str] | None = None,
) -> SchemaFound:
    """Fetch what this connector's ATS asks for, and remember the answer.

    Args:
        api: The connector's API.
        pace: Paces the call.
        ledger: Keeps every different answer.
        connector: The ledger's number of the connector.
        at: ISO time of the asking.
        mapping: Name and sha256 of the mapping in use: once it was changed after a change of
            the schema was told, that change is not told again. None: tell all that nobody
            accepted.

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
    ledger.remember_schema(connector, schema_sha256(attempt.body), raw, at)
    drift = find_drift(ledger, connector, answer.schema, mapping)
    warnings = tuple(f"Not understood in the candidate schema: {u}" for u in answer.schema.unparsed)
    return SchemaFound(answer.schema, raw, drift, warnings)


def find_drift(
    ledger: Ledger, connector: int, schema: CandidateSchema, mapping: tuple[str, str] | None
) -> tuple[Drift, ...]:
    """What changed since the schema that a person last accepted; nothing once it is settled.

    The first answer of a connector counts as accepted. A change is settled by `meta --accept`
    or by an edit of the mapping after it was told.
    """
    seen = ledger.schemas(connector)
    current = next((s for s in seen if s.sha256 == schema.sha256), None)
    accepted = next((s for s in seen if s.accepted and s.sha256 != schema.sha256), None)
    if accepted is None or (current is not None and current.accepted):
        return ()
    if mapping is not None:
        name, sha256 = mapping
        told_to = ledger.mapping_at_schema(name, schema.sha256)
        if told_to not in ("", sha256):
            return ()
    return compare_with(accepted, schema)


def compare_earlier(
    ledger: Ledger, connector: int, found: SchemaFound, run_id: str
) -> tuple[Drift, ...]:
    """What changed from the schema of a run, or from the latest different one without a run.

    Raises:
        UsageError: The run is unknown, or its schema was not kept.
    """
    if not run_id:
        seen = ledger.schemas(connector)
        before = next((s for s in seen if s.sha256 != found.schema.sha256), None)
        return () if before is None else compare_with(before, found.schema)
    if run_id == "latest":
        run_id = next((r.run_id for r in ledger.runs(limit=1)), run_id)
    if ledger.run(run_id) is None:
        raise UsageError(f"There is no run {run_id}.", hint="`runs` lists them.")
    kept = ledger.schema_of_run(run_id)
    if kept is None:
        raise UsageError(
            f"The schema of run {run_id} was not kept: it came from a file, or this ATS"
            " publishes none.",
        )
    return compare_with(kept, found.schema)


def compare_with(seen: SeenSchema, schema: CandidateSchema) -> tuple[Drift, ...]:
    """What changed from an answer that was seen before."""
    earlier = parse_candidate_schema(json.loads(seen.raw)).schema
    return () if earlier is None else tuple(compare_schemas(earlier, schema))


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
