"""Whether the ATS kept what it was sent, field by field.

Lives here: a pure comparison of a body with the candidate that the read side shows. Must
never live here: sending or reading; the pipeline drives the canary. What a newcomer would
question: not every difference is one. Order in lists, the spelling of phones and the case of
e-mails are the ATS's own; what it adds is its own too. Dropped and changed values count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.core.identity import normalise_identity
from importer.core.model import BodyForm, FieldPath, Finding, Section
from importer.core.readback import parse_time

_SHORTEST_PHONE: Final = 7
_NOT_READABLE: Final = frozenset(
    {"job", "job_id", "job_interview_stage_id", "applications", "attachments", "avatar"}
)
"""Keys that the read side lacks or shows as something else."""


class Difference(StrEnum):
    """What became of a value."""

    DROPPED = "dropped"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class CanaryDifference:
    """One value that the ATS did not keep as it was sent."""

    path: FieldPath
    kind: Difference
    sent: object
    kept: object

    def as_finding(self) -> Finding:
        """The difference in words."""
        if self.kind is Difference.DROPPED:
            return Finding(
                "canary-dropped",
                f"{self.path}: {_show(self.sent)} was sent and the ATS did not keep it.",
                "Check whether this ATS lets the field be written, or take it out of the mapping.",
            )
        return Finding(
            "canary-changed",
            f"{self.path}: {_show(self.sent)} was sent and the ATS shows {_show(self.kept)}.",
            "Check whether the ATS's form of it is right, then go on, or change the mapping.",
        )


def compare_canary(
    body: Mapping[str, object], form: BodyForm, kept: Mapping[str, object]
) -> tuple[CanaryDifference, ...]:
    """Compare what was sent with what the read side returns.

    Args:
        body: As it was sent.
        form: Its form.
        kept: The candidate, read with its custom fields.

    Returns:
        Each value that was dropped or changed. Additional attributes and whatever else the
        read side cannot show are left out, as are custom fields that it names otherwise.
    """
    inner = body.get("data") if form == "A" else body
    sent = inner if isinstance(inner, Mapping) else {}
    differences = []
    for key, value in sent.items():
        if key in _NOT_READABLE or key == Section.ADDITIONAL_ATTRIBUTES or _is_blank(value):
            continue
        if key == Section.CUSTOM_FIELDS:
            differences += _compare_custom(value, kept.get(key))
            continue
        path = FieldPath(Section.MODEL_KEYS, key)
        differences += _compare(path, value, kept.get(key), _SAME.get(key, _is_same))
    return tuple(differences)


def _compare_custom(sent: object, kept: object) -> list[CanaryDifference]:
    if not isinstance(sent, Mapping) or not isinstance(kept, Mapping):
        return []
    found = []
    for key, value in sent.items():
        if key in kept and not _is_blank(value):
            path = FieldPath(Section.CUSTOM_FIELDS, key)
            found += _compare(path, value, kept[key], _is_same)
    return found


def _compare(
    path: FieldPath, sent: object, kept: object, is_same: Callable[[object, object], bool]
) -> list[CanaryDifference]:
    if _is_blank(kept):
        return [CanaryDifference(path, Difference.DROPPED, sent, None)]
    if not isinstance(sent, list):
        if is_same(sent, kept):
            return []
        return [CanaryDifference(path, Difference.CHANGED, sent, kept)]
    left = list(kept) if isinstance(kept, list) else [kept]
    found = []
    for item in sent:
        partner = next((k for k in left if is_same(item, k)), None)
        if partner is None:
            found.append(CanaryDifference(path, Difference.DROPPED, item, kept))
        elif left.count(partner):
            left.remove(partner)
    return found


def _is_blank(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _is_same(sent: object, kept: object) -> bool:
    if isinstance(sent, str) and isinstance(kept, str):
        return " ".join(sent.split()) == " ".join(kept.split())
    if isinstance(sent, bool) or isinstance(kept, bool):
        return sent is kept
    if isinstance(sent, int | float) and isinstance(kept, str):
        return str(sent) == kept.strip()
    return sent == kept


def _is_same_email(sent: object, kept: object) -> bool:
    return normalise_identity(str(sent)) == normalise_identity(str(kept))


def _is_same_phone(sent: object, kept: object) -> bool:
    """The same digits; a country code or a trunk zero may be missing on one side."""
    one, other = (re.sub(r"\D", "", str(v)).lstrip("0") for v in (sent, kept))
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _SHORTEST_PHONE and long.endswith(short))


def _is_same_word(sent: object, kept: object) -> bool:
    return " ".join(str(sent).casefold().split()) == " ".join(str(kept).casefold().split())


def _is_same_url(sent: object, kept: object) -> bool:
    one, other = (v.get("value") if isinstance(v, Mapping) else v for v in (sent, kept))
    return _plain_url(str(one)) == _plain_url(str(other))


def _plain_url(url: str) -> str:
    plain = re.sub(r"^https?://(www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")
    host, slash, path = plain.partition("/")
    return host.casefold() + slash + path


def _is_same_time(sent: object, kept: object) -> bool:
    one, other = parse_time(sent), parse_time(kept)
    if one is None or other is None:
        return _is_same(sent, kept)
    is_day = len(str(sent).strip()) <= len("2026-11-23") or len(str(kept).strip()) <= 10
    return one == other or (is_day and str(sent)[:10] == str(kept)[:10])


_SAME: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "email_addresses": _is_same_email,
    "phone_numbers": _is_same_phone,
    "tags": _is_same_word,
    "locations": _is_same_word,
    "urls": _is_same_url,
    "last_interaction_at": _is_same_time,
    "remote_created_at": _is_same_time,
    "remote_updated_at": _is_same_time,
}


def _show(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("value", value)
    if isinstance(value, list):
        return ", ".join(_show(item) for item in value)
    return f"“{value}”"
