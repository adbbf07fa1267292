"""`check --suggest`: the lines of YAML that would solve problems with values.

Lives here: from grouped problems to lines under `values:`. Must never live here: the search
for the nearest, which the problem brings along. What a newcomer would question: guesses
stand there as lines that count. Whoever pastes them has just read them, and `check` says at
once whether the rest is well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from importer.core.choices import ChoiceIndex, allowed_of, list_allowed
from importer.core.model import CandidateSchema, Field, Problem
from importer.core.proposing.yaml_text import comment, quote
from importer.core.rules import CandidateMapping, Rule
from importer.core.text import fold_header

_SOLVED: Final = frozenset({"value-not-allowed", "value-ambiguous", "boolean-unknown"})


def suggest_yaml(
    problems: Sequence[Problem], mapping: CandidateMapping, schema: CandidateSchema
) -> str:
    """Write the entries that would solve the problems of values that are not allowed.

    Args:
        problems: Of a check, grouped.
        mapping: The mapping that was checked.
        schema: What the ATS allows.

    Returns:
        YAML to be merged into the mapping; a guess counts, what a person must decide is a
        comment with its rows. Empty where no line would help.
    """
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.code in _SOLVED and problem.column and problem.field:
            groups.setdefault((problem.field, problem.column), []).append(problem)
    sections: dict[str, list[str]] = {}
    for (field, column), found in groups.items():
        rule = _find_rule(mapping, field, column)
        if rule is None:
            continue
        section, _, key = field.partition(".")
        lines = _entry(key, rule, found, mapping, schema.fields.get(field))
        sections.setdefault(section, []).extend(f"  {line}" for line in lines)
    if not sections:
        return ""
    head = [
        *comment(f"Lines for {mapping.path}: look them through, then merge them into it."),
        *comment("A line that begins with # waits for you to say what the value means."),
    ]
    body = [line for section, lines in sections.items() for line in (f"{section}:", *lines)]
    return "\n".join([*head, *body]) + "\n"


def _find_rule(mapping: CandidateMapping, field: str, column: str) -> Rule | None:
    """The rule of a field that reads a column, by its name or an alias."""
    wanted = fold_header(column)
    for rule in mapping.rules:
        names = [n for c in rule.columns for n in (c, *mapping.aliases.get(c, ()))]
        if str(rule.path) == field and wanted in map(fold_header, names):
            return rule
    return None


def _entry(
    key: str,
    rule: Rule,
    problems: Sequence[Problem],
    mapping: CandidateMapping,
    field: Field | None,
) -> list[str]:
    where = f"   # line {rule.line} of the mapping" if rule.line else ""
    lines = [f"{key}:{where}"]
    if not mapping.lines.get(f"{rule.path}.column") and len(rule.columns) == 1:
        lines.append(f"  column: {quote(rule.columns[0])}")
    lines.append("  values:")
    allowed = allowed_of(field)
    if allowed:
        index = ChoiceIndex(allowed)
        lines += comment(f"Allowed: {list_allowed(index.allowed)}.", "    ")
    for problem in sorted(problems, key=lambda p: -p.count):
        rows = "1 row" if problem.count == 1 else f"{problem.count:,} rows"
        if problem.value is None:
            lines.append(f"    # and further values in {rows}")
        elif problem.suggestion is not None:
            lines.append(
                f"    {quote(problem.value.strip())}: {quote(problem.suggestion)}   # {rows}"
            )
        else:
            lines.append(f"    # {quote(problem.value.strip())}: ?   # {rows}")
    return lines
