"""Everything that can be set on the sandbox, and the words for its faults.

Lives here: frozen settings and their reading from text. Must never live here: behaviour.
What a newcomer would question: all durations are sandbox seconds. With `clock_speed` 60 an
hour of the sandbox passes in a real minute, and so do its rate window, its syncs, its
`Retry-After` and its latency; a client that wants to keep step runs its own clock and its
own sleeping at the same speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, get_args

from importer.errors import UsageError

API_KEY: Final = "sandbox-api-key"
CONNECTOR_TOKEN: Final = "sandbox-connector-token"  # noqa: S105 - a published sandbox constant
HRIS_TOKEN: Final = "sandbox-hris-token"  # noqa: S105 - the same, of another category

Ats = Literal["greenhouse", "lever", "teamtailor", "bamboohr"]
Answer = Literal[
    "id", "no-id", "empty", "bare-string", "enveloped", "success-false", "broken-json", "html"
]
Meta = Literal["ok", "501", "empty", "success-false", "error", "html"]
SameEmail = Literal["keep-both", "refuse", "merge"]
OutageKind = Literal["error", "html", "drop"]

ATS_NAMES: Final[tuple[str, ...]] = get_args(Ats)

WRITE_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "drop_before": "connection closed, nothing stored",
        "drop_after": "stored, then connection closed without an answer",
        "cut_after": "stored, then the answer breaks off in the middle",
        "error_before": "500, nothing stored",
        "error_after": "stored, then 500",
        "html_502": "502 with an HTML page, nothing stored",
        "html_502_after": "stored, then 502 with an HTML page",
        "slow": "waits `slow_s`, then goes on as usual (so stored late)",
        "slow_after": "stored, then waits `slow_s` before answering",
        "too_many": "429 from the ATS behind the service, for a burst, with budget left",
        "refuse": "422 for the first field sent, in the service's words",
        "refuse_text": "400 with one sentence, in the ATS's words",
        "success_false": "200 with `success: false`, nothing stored",
        "success_false_after": "stored, then 200 with `success: false`",
    }
)
READ_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "read_drop": "a read's connection closed without an answer",
        "read_error": "a read answered 500",
        "read_html_502": "a read answered 502 with an HTML page",
        "read_slow": "a read waits `slow_s` first",
        "read_too_many": "a read answered 429 by the ATS behind the service",
    }
)
STATUS_PREFIX: Final = "status_"
"""`status_403`, `status_409` …: a create answered so, with a sentence, nothing stored."""


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """One customer's link to one ATS.

    Attributes:
        token: What goes into `X-Connector-Token`.
        ats: The profile behind it; None: the sandbox's own `ats`.
        end_user: The customer's name.
        origin_id: The customer's id in the caller's own system.
    """

    token: str
    ats: Ats | None = None
    end_user: str = "Example Recruiting Ltd"
    origin_id: str | None = "customer-1"
    is_active: bool = True
    status: Literal["COMPLETE", "INCOMPLETE", "RELINK_NEEDED"] = "COMPLETE"
    is_test_connector: bool = True
    writes_disabled: bool = False


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How the sandbox behaves; every duration is in sandbox seconds.

    Attributes:
        ats: Which profile answers.
        limit: Requests in any 60 s, per connector; None: unlimited, and no rate headers.
        faults: Name -> share (0..1) of writes or reads; names as in `WRITE_FAULTS`,
            `READ_FAULTS`, or `status_NNN`.
        script: Faults of the next creates, in order, before any share is drawn; `"ok"`
            means none.
        seed: Of everything random.
        slow_s: How long slow answers wait.
        too_many_burst: How many writes (or reads) one 429 of the ATS behind covers.
        too_many_retry_after_s: What such a 429 says; None: it says nothing.
        latency_s: Every answer's delay.
        answer: What a successful create says; all of them have stored the candidate.
        created_status: Its status.
        honours_idempotency: False ignores the key, as nothing documented says otherwise.
        same_email: What the ATS does with a second person of the same e-mail.
        alters: Model key -> `drop`, `upper`, `truncate` or `first`: what the ATS does to it
            without a word.
        rules: Whether the ATS's own rules (required, allowed, known ids) apply.
        loc_style: `union` names the body form in a 422's `loc` as the published framework
            does for a union; `plain` leaves it out.
        meta: How the meta endpoint answers.
        meta_version: Which of the profile's answers, from 1; higher ones came later.
        read_lag_s: 0: what is created can be read at once. Above: it can be read only
            after a sync that starts at least so long after the creation has ended.
        sync_interval_s: Time between the starts of syncs; None: none after the first.
        sync_duration_s: How long a sync takes.
        sync_status: Stands in for the computed status (`Failed`, `Syncing`).
        clock_speed: Sandbox seconds that pass in one real second.
        start_at: Unix time at which the sandbox's clock starts; None: now.
        people: How many people are in the ATS before the first request.
        connectors: None given: one with `CONNECTOR_TOKEN`.
        revoke_at_s: From then after the start on, every connector token is refused.
        revoke_status: How: 401 or 403.
        envelope: Whether `{success, data, error}` stands around the meta answer; None: as
            the profile has it.
        attachments: Stands in for what the profile says of attachments.
        max_file_bytes: Largest file taken, after decoding.
        store: File to keep the people in, as JSON lines; read at the start if it is there.
    """

    ats: Ats = "greenhouse"
    limit: int | None = 200
    faults: Mapping[str, float] = field(default_factory=dict)
    script: tuple[str, ...] = ()
    seed: int = 1
    slow_s: float = 5.0
    too_many_burst: int = 5
    too_many_retry_after_s: int | None = 2
    latency_s: float = 0.0
    answer: Answer = "id"
    created_status: int = 200
    honours_idempotency: bool = False
    same_email: SameEmail = "keep-both"
    alters: Mapping[str, str] = field(default_factory=dict)
    rules: bool = True
    loc_style: Literal["union", "plain"] = "union"
    meta: Meta = "ok"
    meta_version: int = 1
    read_lag_s: float = 0.0
    sync_interval_s: float | None = 86_400.0
    sync_duration_s: float = 0.0
    sync_status: Literal["Syncing", "Done", "Failed"] | None = None
    clock_speed: float = 1.0
    start_at: float | None = None
    people: int = 0
    connectors: tuple[ConnectorSettings, ...] = ()
    revoke_at_s: float | None = None
    revoke_status: Literal[401, 403] = 401
    envelope: bool | None = None
    attachments: Literal["url", "content", "any", "none"] | None = None
    max_file_bytes: int = 5 * 1024 * 1024
    api_key: str = API_KEY
    store: str | None = None

    def __post_init__(self) -> None:
        """Refuse names and numbers that mean nothing.

        Raises:
            UsageError: A fault, a profile, a share or a number is unknown or impossible.
        """
        if self.ats not in ATS_NAMES:
            raise UsageError(
                f"The sandbox has no profile '{self.ats}'.", hint=f"Use {', '.join(ATS_NAMES)}."
            )
        for name, share in self.faults.items():
            check_fault(name)
            if not 0 <= share <= 1:
                raise UsageError(
                    f"The share of the fault '{name}' is {share}.", hint="Give 0 to 1."
                )
        for name in self.script:
            if name != "ok":
                check_fault(name)
        for name, known in (("answer", Answer), ("meta", Meta), ("same_email", SameEmail)):
            if getattr(self, name) not in get_args(known):
                raise UsageError(
                    f"The sandbox knows no {name} '{getattr(self, name)}'.",
                    hint=f"Use {', '.join(get_args(known))}.",
                )
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"A limit of {self.limit} requests a minute lets nothing through.")
        if self.clock_speed <= 0:
            raise UsageError(f"A clock speed of {self.clock_speed} would stand still.")

    @property
    def all_connectors(self) -> tuple[ConnectorSettings, ...]:
        """The connectors, or the one that is there when none is set."""
        return self.connectors or (ConnectorSettings(token=CONNECTOR_TOKEN),)


def check_fault(name: str) -> None:
    """Refuse a fault that the sandbox does not know.

    Raises:
        UsageError: The name is unknown.
    """
    if name in WRITE_FAULTS or name in READ_FAULTS:
        return
    digits = name.removeprefix(STATUS_PREFIX)
    if digits != name and digits.isdigit() and 300 <= int(digits) <= 599:
        return
    known = ", ".join([*WRITE_FAULTS, *READ_FAULTS])
    raise UsageError(
        f"The sandbox knows no fault '{name}'.", hint=f"Known: {known}, status_NNN (300 to 599)."
    )


def parse_faults(text: str) -> dict[str, float]:
    """Read `drop_after=0.05,html_502=0.02`; a name alone means every time.

    Raises:
        UsageError: A name is unknown or a share is not a number from 0 to 1.
    """
    faults: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, share = part.partition("=")
        name = name.strip().replace("-", "_")
        check_fault(name)
        try:
            faults[name] = float(share) if share else 1.0
        except ValueError as error:
            raise UsageError(
                f"'{share}' is no share for the fault '{name}'.", hint="Give 0 to 1."
            ) from error
    return faults
