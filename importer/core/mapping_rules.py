"""What the keys of a mapping mean together: shaped YAML resolved into rules.

Lives here: the checks that need no file and no schema, each with its line. Must never live
here: YAML, or anything that depends on a connector. What a newcomer would question: a list
of option groups becomes one rule each, so that two columns of web addresses can have two
kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from importer.core.mapping_models import MappingFile, RuleEntry
from importer.core.mapping_yaml import YamlTree
from importer.core.model import FieldPath, Section, SourceOptions
from importer.core.rules import (
    ACTING_USER,
    REQUISITION,
    UNSET,
    WHOLE_NAME,
    AttachmentRule,
    CandidateMapping,
    MappingTest,
    Rule,
)
from importer.core.text import fold_header

_Errors = list[tuple[int, str]]
_Path = tuple[str | int, ...]

_ENVELOPE: Final = {ACTING_USER.key: ACTING_USER, REQUISITION.key: REQUISITION}
_TOP_LEVEL: Final = (
    "name",
    "acting_user",
    "job_requisition_id",
    "job_id",
    "job_interview_stage_id",
)
_SECTIONS: Final = (
    Section.MODEL_KEYS,
    Section.ADDITIONAL_ATTRIBUTES,
    Section.CUSTOM_FIELDS,
)


def build_mapping(
    shaped: MappingFile, tree: YamlTree, path: str, errors: _Errors
) -> CandidateMapping:
    """Resolve a shaped mapping; what is wrong goes to `errors` as (line, message)."""
    rules: list[Rule] = []
    for section in _SECTIONS:
        for key, entries in getattr(shaped, section.value).items():
            place = _resolve_path(section, key)
            rules.extend(_build_rules(place, entries, tree, (section.value, key), errors))
    for key in _TOP_LEVEL:
        entries = getattr(shaped, key)
        if entries is not None:
            place = _resolve_path(Section.MODEL_KEYS, key)
            rules.extend(_build_rules(place, entries, tree, (key,), errors))
    if not rules and not shaped.attachments and not errors:
        errors.append((1, "no field is filled; add at least one entry under `model_keys:`"))
    return CandidateMapping(
        path=path,
        rules=tuple(sorted(rules, key=lambda rule: rule.line)),
        connector=shaped.connector,
        source=_build_source(shaped),
        identity=tuple(shaped.identity),
        region=shaped.defaults.region,
        blanks=tuple(shaped.defaults.blank),
        aliases=_build_aliases(shaped.aliases, tree, errors),
        attachments=tuple(
            AttachmentRule(
                column=entry.column,
                folder=entry.folder,
                attachment_type=entry.attachment_type,
                line=tree.line_of(("attachments", number)),
            )
            for number, entry in enumerate(shaped.attachments)
        ),
        ignore=tuple(shaped.ignore),
        tests=tuple(
            MappingTest(test.row, test.expect, tree.line_of(("tests", number)))
            for number, test in enumerate(shaped.tests)
        ),
        form=shaped.form,
        lines=dict(tree.dotted_lines()),
    )


def _resolve_path(section: Section, key: str) -> FieldPath:
    if section is not Section.MODEL_KEYS:
        return FieldPath(section, key)
    return _ENVELOPE.get(key) or FieldPath(section, key)


# --- rules -------------------------------------------------------------------------------------


def _build_rules(
    path: FieldPath, entries: Sequence[RuleEntry], tree: YamlTree, at: _Path, errors: _Errors
) -> list[Rule]:
    rules = []
    for number, entry in enumerate(entries):
        here: _Path = (*at, number) if (*at, number) in tree.lines else at
        line = tree.line_of(here)
        columns = tuple(entry.columns or ([entry.column] if entry.column is not None else []))
        _check_entry(path, entry, columns, tree, here, errors)
        rules.append(
            Rule(
                path=path,
                columns=columns,
                value=_constant(entry, columns),
                split=entry.split,
                join=entry.join,
                format=entry.format,
                dates=entry.dates,
                values=entry.values,
                unknown=entry.unknown,
                otherwise=entry.otherwise if "otherwise" in entry.model_fields_set else UNSET,
                invert=entry.invert,
                order=entry.order,
                add=tuple(entry.add) if columns or "value" in entry.model_fields_set else (),
                url_type=entry.url_type,
                lookup=entry.lookup,
                region=entry.region,
                blank=entry.blank,
                blanks=tuple(entry.blanks),
                line=line,
            )
        )
    return rules


def _constant(entry: RuleEntry, columns: tuple[str, ...]) -> object:
    if "value" in entry.model_fields_set:
        return entry.value
    # `tags: {add: [migrated]}` without a column is the constant list.
    return list(entry.add) if entry.add and not columns else UNSET


def _check_entry(
    path: FieldPath,
    entry: RuleEntry,
    columns: tuple[str, ...],
    tree: YamlTree,
    here: _Path,
    errors: _Errors,
) -> None:
    given = entry.model_fields_set

    def complain(option: str, message: str) -> None:
        errors.append((tree.line_of((*here, option)), f"{_name(path)}: {message}"))

    if entry.column is not None and entry.columns is not None:
        complain("columns", "give `column:` or `columns:`, not both")
    if "value" in given and columns:
        complain("value", "a constant needs no column; take out `value:` or the column")
    if "value" not in given and not columns and not entry.add:
        complain("column", "names no column; write `column:` or, for a constant, `value:`")
    if any(not column.strip() for column in columns):
        complain("column", "the name of a column is blank")
    if "otherwise" in given and "unknown" in given:
        complain(
            "otherwise",
            "`otherwise:` already says what becomes of unknown values; take out `unknown:`",
        )
    if entry.order is not None and path != WHOLE_NAME:
        complain("order", "`order:` fits `name:` only")


def _name(path: FieldPath) -> str:
    return path.key if path.section in (Section.MODEL_KEYS, Section.ENVELOPE) else str(path)


# --- the other sections ------------------------------------------------------------------------


def _build_source(shaped: MappingFile) -> SourceOptions:
    source = shaped.source
    return SourceOptions(
        sheet=tuple(source.sheet) or None,
        header_row=source.header_row,
        encoding=source.encoding,
        delimiter=source.delimiter,
        dates=source.dates,
        time_zone=source.time_zone,
        hidden_rows=source.hidden_rows,
    )


def _build_aliases(
    aliases: Mapping[str, Sequence[str]], tree: YamlTree, errors: _Errors
) -> dict[str, tuple[str, ...]]:
    owner: dict[str, str] = {}
    for column, names in aliases.items():
        for name in names:
            first = owner.setdefault(fold_header(name), column)
            if first != column:
                errors.append(
                    (
                        tree.line_of(("aliases", column)),
                        f"'{name}' is an alias of '{first}' already",
                    )
                )
    return {column: tuple(names) for column, names in aliases.items()}
