"""The example customer whose ATS it is: jobs, stages, people, tags, offices, departments.

Lives here: the rows of the look-up endpoints, the same in every profile but for their
ids. Must never live here: the endpoints. What a newcomer would question: `OPS-300` exists
twice and `HR-050` is closed on purpose; spreadsheets name such jobs every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from importer.sandbox.profiles.base import make_id

JsonObject = dict[str, Any]

# Field names: documented (look-up pages). Every value below: invented.
OFFICES: Final = (
    ("LDN", "London", "London, United Kingdom"),  # invented
    ("BER", "Berlin", "Berlin, Germany"),  # invented
    ("AUS", "Austin", "Austin, TX, United States"),  # invented
)
DEPARTMENTS: Final = (
    ("ENG", "Engineering"),  # invented
    ("SAL", "Sales"),  # invented
    ("OPS", "Operations"),  # invented
    ("HR", "People"),  # invented
)
JOBS: Final = (
    ("4001", "ENG-101", "Software Engineer", "OPEN", "ENG", "LDN"),  # invented
    ("4002", "ENG-102", "Data Analyst", "OPEN", "ENG", "BER"),  # invented
    ("4003", "SAL-210", "Account Executive", "OPEN", "SAL", "AUS"),  # invented
    ("4004", "SAL-211", "Customer Success Manager", "OPEN", "SAL", "LDN"),  # invented
    ("4005", "OPS-300", "Operations Coordinator", "OPEN", "OPS", "LDN"),  # invented
    ("4006", "OPS-300", "Operations Coordinator", "OPEN", "OPS", "BER"),  # invented: same code
    ("4007", "HR-050", "Recruiter", "CLOSED", "HR", "BER"),  # invented: closed
    ("4008", "FIN-400", "Finance Manager", "DRAFT", "OPS", "AUS"),  # invented: not open yet
)
STAGES: Final = ("Application review", "Phone screen", "Interview", "Offer")  # invented
USERS: Final = (
    ("7001", "Robin", "Marsh", "robin.marsh@example.com", False, "RECRUITER"),  # invented
    ("7002", "Priya", "Nair", "priya.nair@example.com", False, "RECRUITER"),  # invented
    ("7003", "Jonas", "Weber", "jonas.weber@example.com", False, "ADMIN"),  # invented
    ("7004", "Dana", "Quill", "dana.quill@example.com", True, "TEAM_MEMBER"),  # invented: left
)
TAGS: Final = ("python", "sql", "sales", "german", "remote", "referral")  # invented


@dataclass(frozen=True, slots=True)
class Lookups:
    """The rows of every look-up endpoint, without `modified_at`, which the endpoint adds."""

    rows: dict[str, tuple[JsonObject, ...]]

    def find(self, path: str, row_id: object) -> JsonObject | None:
        """The row of an endpoint with this id."""
        return next((row for row in self.rows[path] if row["id"] == row_id), None)


@cache
def make_lookups(slug: str) -> Lookups:
    """Put the look-up rows of one profile together."""

    def named(kind: str, remote_id: str, **fields: Any) -> JsonObject:
        return {"id": make_id(slug, kind, remote_id), "remote_id": remote_id, **fields}

    jobs = tuple(
        named(
            "jobs",
            remote_id,
            name=name,
            description=None,
            code=code,
            status=status,
            job_posting_urls=[],
            confidential=False,
            departments=[make_id(slug, "departments", department)],
            offices=[make_id(slug, "offices", office)],
            hiring_managers=[],
            recruiters=[make_id(slug, "remote-users", USERS[0][0])],
            remote_created_at="2025-01-06T09:00:00Z",
            remote_updated_at=None,
        )
        for remote_id, code, name, status, department, office in JOBS
    )
    stages = tuple(
        named(
            "job-interview-stages",
            f"{job['remote_id']}-{order}",
            name=name,
            job=job["id"],
            stage_order=order,
        )
        for job in jobs
        for order, name in enumerate(STAGES, start=1)
    )
    users = tuple(
        named(
            "remote-users",
            remote_id,
            first_name=first,
            last_name=last,
            email=email,
            disabled=disabled,
            access_role=role,
        )
        for remote_id, first, last, email, disabled, role in USERS
    )
    return Lookups(
        {
            "jobs": jobs,
            "job-interview-stages": stages,
            "remote-users": users,
            "tags": tuple(named("tags", name, name=name) for name in TAGS),
            "departments": tuple(named("departments", key, name=name) for key, name in DEPARTMENTS),
            "offices": tuple(
                named("offices", key, name=name, location=location)
                for key, name, location in OFFICES
            ),
        }
    )
