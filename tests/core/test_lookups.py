"""Lists of names: indexed as a whole and within what their entries belong to."""

from __future__ import annotations

import pytest
from convert_kit import converter

from importer.core.distinct import PAIR
from importer.core.lookups import (
    NameList,
    describe_item,
    dump_within,
    index_names,
    load_names,
    within_parent,
)
from importer.core.model import FieldPath, Section, Severity
from importer.core.plan import bind_rules, build_plan
from importer.core.rules import CandidateMapping, Rule
from importer.core.schema import published_schema
from importer.core.stages import bind_scopes

STAGES = [
    {"id": "s1", "name": "Screen", "job": "j1"},
    {"id": "s2", "name": " screen ", "job": "j2"},
    {"id": "s3", "name": "Offer", "job": "j1"},
    {"id": "s4", "name": "Pool", "job": None},
    {"id": None, "name": "Nobody"},
    {"id": "s5", "name": " "},
]
NAMES = index_names(STAGES, "name", "job-interview-stages", {"j1": "Engineer (E-1)"})


def test_a_name_that_belongs_to_something_is_indexed_twice() -> None:
    assert dict(NAMES) == {"screen": ("s1", "s2"), "offer": ("s3",), "pool": ("s4",)}
    assert dict(NAMES.within["j1"]) == {"screen": ("s1",), "offer": ("s3",)}
    assert NAMES.within["j1"].title == "job-interview-stages of Engineer (E-1)"
    assert NAMES.labels["s1"] == "Screen (of Engineer (E-1))"
    assert (NAMES.labels["s2"], NAMES.labels["s4"]) == ("screen (of j2)", "Pool")


def test_inner_lists_survive_the_ledger() -> None:
    """What is remembered finds the same ids, as a whole and within each."""
    again = load_names(dict(NAMES), dump_within(NAMES), "job-interview-stages")
    assert dict(again) == dict(NAMES)
    assert {k: dict(v) for k, v in again.within.items()} == {
        k: dict(v) for k, v in NAMES.within.items()
    }


def test_what_has_no_entries_has_an_empty_list() -> None:
    for names in (NAMES, {"screen": ("s1",)}):
        inner = within_parent(names, "job-interview-stages", "j9")
        assert (len(inner), list(inner)) == (0, [])
        assert "this row's job" in inner.title


@pytest.mark.parametrize(
    ("item", "label"),
    [
        ({"name": "Engineer", "code": "E-1", "status": "OPEN"}, "Engineer (E-1)"),
        ({"name": "Engineer", "status": "CLOSED"}, "Engineer (closed)"),
        ({"first_name": "Ada", "last_name": "Quinn", "disabled": True}, "Ada Quinn (disabled)"),
        ({"email": "ada@example.com"}, "ada@example.com"),
        ({"name": "London", "location": "London, UK"}, "London (London, UK)"),
        ({"name": "remote"}, "remote"),
        ({}, ""),
    ],
)
def test_an_entry_is_told_from_its_namesakes(item: dict[str, object], label: str) -> None:
    assert describe_item(item) == label


# --- judged within another column ---------------------------------------------------------------

JOB = FieldPath(Section.MODEL_KEYS, "job_id")
STAGE = FieldPath(Section.MODEL_KEYS, "job_interview_stage_id")
IDS = ["00000000-0000-4000-8000-00000000000" + n for n in "123456"]
JOBS = NameList({"e-1": (IDS[0],), "e-2": (IDS[1],), "twice": (IDS[0], IDS[1])})
WITHIN = NameList(
    {"screen": (IDS[2], IDS[3]), "pool": (IDS[4],)},
    within={IDS[0]: NameList({"screen": (IDS[2],)}), IDS[1]: NameList({"screen": (IDS[3],)})},
)


def _bind(*rules: Rule, lookups: bool = True):  # type: ignore[no-untyped-def]
    lists = {"jobs.code": JOBS, "job-interview-stages.name": WITHIN} if lookups else {}
    mapping = CandidateMapping("m.yaml", rules, form="A")
    plan = build_plan(mapping, published_schema(), lists)
    return bind_scopes(plan, bind_rules(plan, {c: c for r in rules for c in r.columns}, None))[-1]


STAGE_RULE = Rule(STAGE, columns=("Stage",), lookup="job-interview-stages.name")
JOB_RULE = Rule(JOB, columns=("Job",), lookup="jobs.code")


@pytest.mark.parametrize(
    ("stage", "job", "value", "codes"),
    [
        ("Screen", "E-1", IDS[2], []),
        ("screen", "e-2", IDS[3], []),
        ("Screen", "", None, ["lookup-ambiguous"]),
        ("Pool", "", IDS[4], []),
        ("Pool", "E-1", None, ["lookup-missing"]),
        ("Screen", "E-9", None, []),
        ("Screen", "twice", None, []),
        ("", "E-1", None, []),
        ("", "", None, []),
    ],
)
def test_a_stage_means_what_its_job_says(
    stage: str, job: str, value: str | None, codes: list[str]
) -> None:
    """A wrong job has its own finding; its stage says nothing besides."""
    bound = _bind(JOB_RULE, STAGE_RULE)
    assert (bound.inputs, bound.joiner) == ((("Stage", "Job"),), PAIR)
    judged = bound.judge(f"{stage}{PAIR}{job}")
    assert (judged.value, [f.code for f in judged.findings]) == (value, codes)
    assert bound.tell(("Stage", "Job"), f"{stage}{PAIR}{job}") == ("Stage", stage, job)


def test_a_constant_job_and_no_job_need_no_second_column() -> None:
    constant = _bind(Rule(JOB, value=IDS[1]), STAGE_RULE)
    assert (constant.scope, constant.judge("Screen").value) == ((), IDS[3])
    alone = _bind(STAGE_RULE)
    assert [f.code for f in alone.judge("Screen").findings] == ["lookup-ambiguous"]
    assert alone.tell(("Stage",), "Screen") == ("Stage", "Screen", "")


def test_without_lists_the_stage_says_so_itself() -> None:
    bound = _bind(Rule(JOB, columns=("Job",)), STAGE_RULE, lookups=False)
    judged = bound.judge(f"Screen{PAIR}{IDS[0]}")
    assert [f.code for f in judged.findings] == ["lookup-not-loaded"]


# --- what is told of a name -----------------------------------------------------------------------


def test_candidates_are_told_by_what_tells_them_apart() -> None:
    listed = NameList({"screen": ("s1", "s2")}, labels={"s1": "Screen (of Engineer)"})
    (finding,) = converter("job", lookup="a.b", lookups={"a.b": listed})("Screen").findings
    assert "Screen (of Engineer) = s1; s2." in finding.message


def test_a_short_list_is_told_whole_in_the_words_of_the_ats() -> None:
    listed = NameList({"offer": ("1",), "hired": ("2",)}, {"offer": "Offer"}, title="stages of X")
    (finding,) = converter("job", lookup="a.b", lookups={"a.b": listed})("Screening").findings
    assert (finding.message, finding.hint) == (
        "'Screening' is not in stages of X.",
        "There are: Offer; hired.",
    )


def test_a_list_of_another_day_only_warns() -> None:
    convert = converter("job", lookup="a.b", lookups={"a.b": {"x": ("1",)}}, is_offline=True)
    assert convert("X").value == "1"
    (finding,) = convert("y").findings
    assert (finding.code, finding.severity) == ("lookup-offline", Severity.WARNING)
