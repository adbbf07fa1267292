"""What the service says: pages, candidates, and the many shapes of "created".

Lives here: writing answers. Must never live here: deciding which one. What a newcomer
would question: the cursor carries a digest of the filters and is refused with others,
since the documentation asks to resend them unchanged and says nothing of what else happens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, JSONResponse, Response

from importer.sandbox.clock import to_iso
from importer.sandbox.settings import Answer
from importer.sandbox.store import StoredPerson
from importer.sandbox.wire import JsonObject, Refusal, error

MAX_PAGE: Final = 200
DEFAULT_PAGE: Final = 50
BAD_GATEWAY: Final = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
Row = TypeVar("Row")

_READ_KEYS: Final[Mapping[str, object]] = {
    "first_name": None,
    "last_name": None,
    "company": None,
    "title": None,
    "last_interaction_at": None,
    "is_private": None,
    "can_email": None,
    "locations": [],
    "phone_numbers": [],
    "email_addresses": [],
    "urls": [],
    "tags": [],
    "applications": [],
    "remote_created_at": None,
    "remote_updated_at": None,
    "avatar": None,
}


def refuse(refusal: Refusal) -> Response:
    """Answer with a refusal, in the shape of its `detail`."""
    return JSONResponse({"detail": refusal.detail}, refusal.status)


def say(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with one sentence, as every error but 422 does."""
    return JSONResponse({"detail": sentence}, status, headers)


def bad_gateway() -> Response:
    """Answer as a proxy in front of a dead service does."""
    return HTMLResponse(BAD_GATEWAY, 502)


def created(answer: Answer, status: int, person: StoredPerson) -> Response:
    """Say that a candidate was created, in one of the shapes that the sources hint at."""
    shapes: dict[Answer, Callable[[], Response]] = {
        "id": lambda: JSONResponse({"id": person.id, "remote_id": person.remote_id}, status),
        "no-id": lambda: JSONResponse({"message": "Candidate created"}, status),
        "empty": lambda: Response(status_code=status),
        "bare-string": lambda: JSONResponse(person.id, status),
        "enveloped": lambda: JSONResponse(
            {"success": True, "data": {"candidate_id": person.id}, "error": None}, status
        ),
        "success-false": lambda: not_successful(status),
        "broken-json": lambda: Response(
            '{"id": "' + person.id[:8], status, media_type="application/json"
        ),
        "html": lambda: HTMLResponse("<html><body>OK</body></html>", status),
    }
    return shapes[answer]()


def not_successful(status: int = 200) -> Response:
    """Say no under a status that says yes."""
    return JSONResponse(
        {"success": False, "data": None, "error": {"message": "Upstream request failed"}}, status
    )


def read_candidate(
    person: StoredPerson, modified_at: float, files: Sequence[JsonObject], query: QueryParams
) -> JsonObject:
    """Write a candidate as the read side does."""
    expands = "attachments" in (query.get("expand") or "")
    item: JsonObject = {
        "id": person.id,
        "remote_id": person.remote_id,
        "modified_at": to_iso(modified_at),
        "custom_fields": (person.kept.get("custom_fields") or {})
        if is_true(query.get("include_custom_fields"))
        else None,
    }
    item |= {key: person.kept.get(key, blank) for key, blank in _READ_KEYS.items()}
    item["attachments"] = [file if expands else file["id"] for file in files]
    if is_true(query.get("include_raw_data")):
        item["raw_data"] = person.kept
    return item


def is_true(text: str | None) -> bool:
    """Read a boolean of a query as the published framework does."""
    return (text or "").lower() in {"true", "1", "on", "t", "y", "yes"}


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Which page a query asks for.

    Attributes:
        after: Items up to this key were shown before.
        digest: Of the filters, to be carried in the cursor.
    """

    size: int
    after: int
    digest: str


def parse_page(query: QueryParams) -> PageWanted | Refusal:
    """Read `page_size` and `cursor`."""
    try:
        size = int(query.get("page_size") or DEFAULT_PAGE)
    except ValueError:
        size = 0
    if not 1 <= size <= MAX_PAGE:
        return _bad_query("page_size", "Input should be 1 to 200", query.get("page_size"))
    digest = _digest(query)
    cursor = query.get("cursor")
    if not cursor:
        return PageWanted(size, -1, digest)
    try:
        after, then = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError):
        return _bad_query("cursor", "Invalid cursor", cursor)
    if then != digest:
        return _bad_query("cursor", "Cursor belongs to other filters", cursor)
    return PageWanted(size, after, digest)


def page(
    rows: Iterable[Row],
    wanted: PageWanted,
    key: Callable[[Row], int],
    write: Callable[[Row], JsonObject],
) -> Response:
    """Answer with one page; `rows` come in the order of `key`, from `wanted.after` on."""
    items = list(islice(rows, wanted.size + 1))
    more = len(items) > wanted.size
    items = items[: wanted.size]
    following = json.dumps([key(items[-1]), wanted.digest]).encode() if more else b""
    return JSONResponse(
        {
            "cursor": base64.urlsafe_b64encode(following).decode() or None,
            "page_size": len(items),
            "items": [write(row) for row in items],
        }
    )


def short_page(rows: Sequence[JsonObject], query: QueryParams) -> Response:
    """Answer with one page of a list that is short and does not change."""
    wanted = parse_page(query)
    if isinstance(wanted, Refusal):
        return refuse(wanted)
    numbered = [pair for pair in enumerate(rows) if pair[0] > wanted.after]
    return page(numbered, wanted, key=lambda pair: pair[0], write=lambda pair: pair[1])


def _bad_query(name: str, msg: str, value: object) -> Refusal:
    return Refusal(422, [error(("query", name), msg, "value_error", value)])


def _digest(query: QueryParams) -> str:
    filters = sorted(
        (key, value) for key, value in query.multi_items() if key not in {"cursor", "page_size"}
    )
    return hashlib.sha256(json.dumps(filters).encode()).hexdigest()[:16]
