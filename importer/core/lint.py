"""A mapping held against one file's columns and a candidate schema.

Lives here: what does not fit, with its line and the nearest right spelling. Must never live
here: a look at a row. What a newcomer would question: only what would put every row wrong
stops the run. A column that nobody mapped is told and nothing more, since files grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from importer.core.choices import ChoiceIndex, allowed_of
from importer.core.columns import ColumnMatch, match_columns, used_columns
from importer.core.convert.lookup import LOOKUPS
from importer.core.fields import ATTACHMENT_TYPES, ENVELOPE_FIELDS, URL_TYPES
from importer.core.model import (
    AllowedValue,
    CandidateSchema,
    FieldPath,
    Finding,
    Section,
    Severity,
)
from importer.core.rules import UNSET, WHOLE_NAME, CandidateMapping, Rule
from importer.core.text import fold_header, nearest


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that does not fit.

    Attributes:
        line: Line of the YAML, 1-based; 0 where the mapping does not speak of it.
        stops: The run cannot go on with this mapping.
        column: The file's column that is meant, if one is.
    """

    line: int
    finding: Finding
    stops: bool = False
    column: str = ""


def resolve_columns(
    mapping: CandidateMapping, columns: Sequence[str]
) -> tuple[dict[str, str], list[LintFinding]]:
    """Find the mapping's columns in a file.

    Returns:
        Name in the mapping -> column in the file, for those that are there, and what is
        missing or fits several columns.
    """
    match = match_columns(mapping, used_columns(mapping), columns)
    return dict(match.resolved), list(_lint_columns(mapping, match, columns))


def lint_mapping(
    mapping: CandidateMapping, columns: Sequence[str], schema: CandidateSchema
) -> list[LintFinding]:
    """Name everything in which a mapping, a file's columns and a schema do not fit."""
    match = match_columns(mapping, used_columns(mapping), columns)
    found = [
        *_lint_columns(mapping, match, columns),
        *_lint_unmapped(mapping, match, columns),
        *_lint_aliases(mapping),
        *_lint_shadows(mapping, schema),
        *_lint_names_and_phones(mapping),
    ]
    for rule in mapping.rules:
        found.extend(_lint_field(rule, schema))
        found.extend(_lint_options(rule, schema))
    for attachment in mapping.attachments:
        found.extend(
            _lint_listed(
                attachment.attachment_type, ATTACHMENT_TYPES, "attachment_type", attachment.line
            )
        )
    return sorted(found, key=lambda f: (not f.stops, f.line))


# --- columns -----------------------------------------------------------------------------------


def _lint_columns(
    mapping: CandidateMapping, match: ColumnMatch, columns: Sequence[str]
) -> Iterator[LintFinding]:
    for name, line, purpose in _uses(mapping):
        if name in match.ambiguous:
            listed = " and ".join(f"'{c}'" for c in match.ambiguous[name])
            yield LintFinding(
                line,
                Finding(
                    "column-ambiguous",
                    f"'{name}' ({purpose}) fits several columns of the file: {listed}.",
                    "Write the column's name letter for letter, or rename one in the file.",
                ),
                stops=True,
                column=name,
            )
        elif name in match.missing:
            others = mapping.aliases.get(name, ())
            also = f", nor under its aliases {', '.join(others)}" if others else ""
            guess = nearest(name, columns)
            yield LintFinding(
                line,
                Finding(
                    "column-missing",
                    f"The file has no column '{name}' ({purpose}){also}.",
                    f"Did you mean '{guess}'?" if guess else "Its columns are: " + _list(columns),
                    suggestion=guess,
                ),
                stops=True,
                column=name,
            )


def _uses(mapping: CandidateMapping) -> Iterator[tuple[str, int, str]]:
    """Every column that is read: its name, the line and what it is read for."""
    for rule in mapping.rules:
        for column in dict.fromkeys(rule.columns):
            yield column, rule.line, f"for {rule.path.key}"
    for number, column in enumerate(mapping.identity):
        line = mapping.lines.get(f"identity.{number}", mapping.lines.get("identity", 0))
        yield column, line, "for identity"
    for attachment in mapping.attachments:
        yield attachment.column, attachment.line, "for attachments"


def _list(columns: Sequence[str], most: int = 12) -> str:
    return ", ".join(columns[:most]) + (", …" if len(columns) > most else ".")


def _lint_unmapped(
    mapping: CandidateMapping, match: ColumnMatch, columns: Sequence[str]
) -> Iterator[LintFinding]:
    ignored = match_columns(mapping, mapping.ignore, columns)
    known = set(match.resolved.values()) | set(ignored.resolved.values())
    known.update(c for listed in ignored.ambiguous.values() for c in listed)
    for column in columns:
        if column not in known:
            guess = nearest(column, match.missing)
            yield LintFinding(
                0,
                Finding(
                    "column-not-mapped",
                    f"The column '{column}' is neither mapped nor ignored.",
                    f"If it is '{guess}' under a new name, add it to `aliases:`."
                    if guess
                    else "Map it, or add it to `ignore:`.",
                    severity=Severity.WARNING,
                ),
                column=column,
            )
    for name in ignored.missing:
        number = mapping.ignore.index(name)
        line = mapping.lines.get(f"ignore.{number}", mapping.lines.get("ignore", 0))
        guess = nearest(name, columns)
        yield LintFinding(
            line,
            Finding(
                "ignore-unused",
                f"`ignore:` names a column '{name}' that the file does not have.",
                f"Did you mean '{guess}'?" if guess else "Take it out if it is gone for good.",
                severity=Severity.NOTE,
            ),
            column=name,
        )


def _lint_aliases(mapping: CandidateMapping) -> Iterator[LintFinding]:
    names = (*used_columns(mapping), *mapping.ignore)
    used = {fold_header(name) for name in names}
    for name in mapping.aliases:
        if fold_header(name) not in used:
            guess = nearest(name, names)
            yield LintFinding(
                mapping.lines.get(f"aliases.{name}", 0),
                Finding(
                    "alias-unused",
                    f"`aliases:` speaks of a column '{name}' that the mapping does not use.",
                    f"Did you mean '{guess}'?" if guess else "Take it out, or map the column.",
                    severity=Severity.WARNING,
                ),
            )


# --- fields ------------------------------------------------------------------------------------


def _lint_field(rule: Rule, schema: CandidateSchema) -> Iterator[LintFinding]:
    path = rule.path
    if schema.field(path) is not None or path.section in schema.open_sections:
        return
    if path.section is Section.ENVELOPE and path.key in ENVELOPE_FIELDS:
        return
    if path == WHOLE_NAME and any(
        schema.field(FieldPath(Section.MODEL_KEYS, key)) for key in ("first_name", "last_name")
    ):
        return
    guess = _nearest_field(path, schema)
    yield LintFinding(
        rule.line,
        Finding(
            "field-unknown",
            f"The ATS has no field '{path.key}' in {path.section.value}.",
            f"Did you mean {guess}?" if guess else "See `candidate-import meta` for its fields.",
            suggestion=guess,
        ),
        stops=True,
    )


def _nearest_field(path: FieldPath, schema: CandidateSchema) -> str | None:
    """The field that is meant: the same key elsewhere, else the nearest key or label."""
    names: dict[str, FieldPath] = {}
    for other in schema.fields.values():
        if other.path.key == path.key:
            return str(other.path)
        if other.path.section is path.section:
            names.setdefault(other.path.key, other.path)
            names.setdefault(other.label or other.path.key, other.path)
    guess = nearest(path.key, names)
    return names[guess].key if guess is not None else None


def _lint_shadows(mapping: CandidateMapping, schema: CandidateSchema) -> Iterator[LintFinding]:
    first: dict[FieldPath, Rule] = {}
    for rule in mapping.rules:
        field = schema.field(rule.path)
        earlier = first.setdefault(rule.path, rule)
        if earlier is not rule and not (field is not None and field.type == "array"):
            yield _shadow(rule.line, f"{rule.path.key} is filled twice", earlier.line)
    whole = first.get(WHOLE_NAME)
    for key in ("first_name", "last_name"):
        own = first.get(FieldPath(Section.MODEL_KEYS, key))
        if whole is not None and own is not None:
            yield _shadow(whole.line, f"{key} has a rule of its own beside `name:`", own.line)


def _shadow(line: int, what: str, other: int) -> LintFinding:
    return LintFinding(
        line,
        Finding(
            "rule-shadowed",
            f"{what} (see line {other}); only one of the two can be sent.",
            "Take one of them out.",
            severity=Severity.WARNING,
        ),
    )


# --- options -----------------------------------------------------------------------------------


def _lint_names_and_phones(mapping: CandidateMapping) -> Iterator[LintFinding]:
    for rule in mapping.rules:
        if rule.path == WHOLE_NAME and rule.order is None and rule.columns:
            yield LintFinding(
                rule.line,
                Finding(
                    "name-order-unknown",
                    "`name:` does not say its order, so only 'Family, Given' can be split.",
                    "Add `order: given-family` or `order: family-given`.",
                    severity=Severity.WARNING,
                ),
            )
        is_phone = rule.path.section is Section.MODEL_KEYS and rule.path.key == "phone_numbers"
        if is_phone and rule.columns and not (rule.region or mapping.region):
            yield LintFinding(
                rule.line,
                Finding(
                    "phone-region-missing",
                    "Phones without a country code are sent as typed.",
                    "If they are of one country, add `defaults: {region: GB}` (or DE, US …).",
                    severity=Severity.NOTE,
                ),
            )


def _lint_options(rule: Rule, schema: CandidateSchema) -> Iterator[LintFinding]:
    if rule.lookup is not None:
        listed = tuple(AllowedValue(name, name) for name in LOOKUPS)
        yield from _lint_listed(rule.lookup, listed, "lookup", rule.line)
    if rule.url_type is not None:
        yield from _lint_listed(rule.url_type, URL_TYPES, "url_type", rule.line)
    field = schema.field(rule.path)
    allowed = allowed_of(field)
    if not allowed:
        return
    targets: list[object] = list(rule.values.values())
    if rule.otherwise is not UNSET:
        targets.append(rule.otherwise)
    index = ChoiceIndex(allowed)
    for target in dict.fromkeys(_hashable(t) for t in targets if t is not None):
        if not index.find_value(target).entries:
            yield _value_not_allowed(rule, target, allowed)


def _lint_listed(
    given: str, listed: Sequence[AllowedValue], option: str, line: int
) -> Iterator[LintFinding]:
    names = [str(entry.value) for entry in listed]
    if given in names:
        return
    guess = nearest(given, names, cutoff=50)
    yield LintFinding(
        line,
        Finding(
            "option-unknown",
            f"`{option}: {given}` is not known.",
            (f"Did you mean '{guess}'? " if guess else "") + "Known are " + ", ".join(names) + ".",
            suggestion=guess,
        ),
        stops=True,
    )


def _hashable(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _value_not_allowed(rule: Rule, target: object, allowed: Sequence[AllowedValue]) -> LintFinding:
    names: Mapping[str, object] = {
        **{str(entry.value): entry.value for entry in allowed},
        **{entry.label: entry.value for entry in allowed if entry.label},
    }
    guess = nearest(str(target), names)
    return LintFinding(
        rule.line,
        Finding(
            "mapped-value-not-allowed",
            f"{rule.path.key}: the mapping turns values into '{target}', which the ATS does not"
            " allow.",
            f"Did you mean '{guess}'?" if guess else "See `candidate-import meta` for its list.",
            severity=Severity.WARNING,
            suggestion=guess,
        ),
    )
