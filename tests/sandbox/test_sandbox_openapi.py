"""The sandbox against the vendor's OpenAPI page, by generated bodies, sound and unsound.

The page lies beside the checkout on some machines only; elsewhere these tests are skipped.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sandbox_kit import CANDIDATES, StartSandbox

PAGE = Path(__file__).parents[3] / "shared" / "api" / "create-candidate.openapi.yaml"
CLOSED = ("CreateCandidate", "PostCandidate", "AtsCandidateWrite", "AtsUrl", "AtsAttachmentWrite")

pytestmark = [
    pytest.mark.skipif(not PAGE.exists(), reason="the vendor's page is not beside the checkout"),
    # schemathesis and what it brings along warn about their own deprecations at import.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The page with its key lists closed, as the sandbox closes them."""
    spec: dict[str, Any] = YAML(typ="safe", pure=True).load(PAGE.read_text(encoding="utf-8"))
    for name in CLOSED:
        spec["components"]["schemas"][name]["additionalProperties"] = False
    return spec


@pytest.fixture(scope="module")
def schemathesis() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def judge(page: dict[str, Any], schemathesis: Any) -> Any:
    """Says by the page alone whether a body is sound."""
    import jsonschema_rs

    body = page["paths"][CANDIDATES]["post"]["requestBody"]["content"]["application/json"]
    whole = {**body["schema"], "components": page["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def try_bodies(sandbox: Any, page: dict[str, Any], schemathesis: Any, mode: str, see: Any) -> None:
    """Send generated bodies of one mode; every answer conforms to the page."""
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    operation = schemathesis.openapi.from_dict(page)[CANDIDATES]["POST"]
    generation_mode = schemathesis.GenerationMode[mode]
    headers = {
        "Authorization": f"Bearer {sandbox.server.api_key}",
        "X-Connector-Token": sandbox.server.connector_token,
    }

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=generation_mode))
    def send(case: Any) -> None:
        case.headers = dict(headers)
        answer = case.call(base_url=sandbox.server.base_url)
        case.validate_response(answer, checks=checks)
        see(case.body, answer.status_code)

    send()


def test_sound_bodies_are_taken(
    start: StartSandbox, page: dict[str, Any], schemathesis: Any
) -> None:
    """Whatever the page allows is created, while no ATS adds rules of its own."""
    sandbox = start(limit=None, rules=False)

    def see(body: object, status: int) -> None:
        assert status == 200, body

    try_bodies(sandbox, page, schemathesis, "POSITIVE", see)
    assert len(sandbox.server.store.created) >= 60
    assert sandbox.server.store.crashes == []


def test_the_sandbox_is_no_kinder_than_the_page(
    start: StartSandbox, page: dict[str, Any], schemathesis: Any, judge: Any
) -> None:
    """A body that breaks the page's schemas or the closed key lists is a 422, nothing else."""
    sandbox = start(limit=None, rules=False)
    refused = []

    def see(body: object, status: int) -> None:
        is_json = isinstance(body, dict | list | str | int | float | bool | None)
        if is_json and not judge.is_valid(body):
            assert status == 422, body
            refused.append(body)

    try_bodies(sandbox, page, schemathesis, "NEGATIVE", see)
    assert refused
    assert sandbox.server.store.crashes == []


def test_rules_of_an_ats_answer_within_the_page(
    start: StartSandbox, page: dict[str, Any], schemathesis: Any
) -> None:
    """What Greenhouse's rules turn down is a 422 in the published shape."""
    sandbox = start(limit=None)
    seen: set[int] = set()
    try_bodies(sandbox, page, schemathesis, "POSITIVE", lambda _, status: seen.add(status))
    assert seen == {422}
    assert sandbox.server.store.crashes == []
