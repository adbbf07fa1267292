"""Judging one value: conversion, the closed list, then type, format and shape.

Lives here: how a rule's converter, its choices and its field's checks make one judge. Must
never live here: rules that need several columns of a row. What a newcomer would question: a
field with a closed list is converted as text first, because its labels are words even where
its values are numbers; and a correction that a person made is read as if the cell held it,
so that "use instead: Yes" means what a cell saying Yes means.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from importer.core.checks import Checker
from importer.core.choices import Chooser, allowed_of, label_of
from importer.core.convert import Kind, build_converter, choose_target
from importer.core.fields import JOB_KEYS
from importer.core.model import (
    BodyForm,
    CandidateSchema,
    Converted,
    Converter,
    Field,
    FieldPath,
    Finding,
    Section,
)
from importer.core.rules import UNSET, WHOLE_NAME, ConvertContext, Rule
from importer.core.text import fold

_FREE_KINDS: Final = frozenset({Kind.TEXT, Kind.TAGS})


def required_fields(schema: CandidateSchema, form: BodyForm) -> tuple[FieldPath, ...]:
    """Fields that every candidate must have, in the schema's order.

    The job counts once, under the form's own name for it. A required field that the form cannot
    carry (an acting user beside custom fields) is listed all the same: the ATS will ask for it.
    """
    other_job = FieldPath(Section.MODEL_KEYS, JOB_KEYS["B" if form == "A" else "A"])
    return tuple(
        field.path
        for field in schema.fields.values()
        if field.is_required and field.path != other_job
    )


def build_judge(rule: Rule, field: Field | None, context: ConvertContext) -> Converter:
    """Build the function that turns one cell text of a rule into a judged value.

    Args:
        rule: The mapping's rule; a constant's judge gives the constant whatever the text.
        field: The field it fills; None where the schema lets an undeclared key through.
        context: The mapping's defaults.

    Returns:
        A pure function. A value of None is blank, or wrong and then with its findings.
    """
    if rule.is_constant:
        constant = judge_constant(rule, field)
        return lambda _text: constant
    judge = _build_judge(rule, field, context)
    if not rule.remembered:
        return judge
    pairs = {key: value for key, value in rule.values.items() if key not in rule.remembered}
    judge_instead = _build_judge(replace(rule, values=pairs), field, context)
    exact = {key: str(rule.values[key]) for key in rule.remembered}
    folded = {fold(key): instead for key, instead in exact.items()}

    def judge_mended(text: str) -> Converted:
        instead = exact.get(text) or folded.get(fold(text))
        return judge(text) if instead is None else judge_instead(instead)

    return judge_mended


def _build_judge(rule: Rule, field: Field | None, context: ConvertContext) -> Converter:
    is_inverted = rule.invert and field is not None and field.type == "boolean"
    if field is not None and allowed_of(field) and rule.lookup is None and not is_inverted:
        return _build_choice_judge(rule, field, context)
    return _build_open_judge(rule, field, context)


def _plain(rule: Rule) -> Rule:
    """A rule without what is decided here: converters see neither pairs nor fallbacks."""
    return replace(rule, values={}, otherwise=UNSET, unknown="error")


def _check(converted: Converted, checker: Checker | None) -> Converted:
    if converted.findings and not converted.is_sound:
        return replace(converted, value=None)
    if checker is None or converted.value is None or checker.takes(converted.value):
        return converted
    value, findings = checker(converted.value)
    if findings:
        return Converted(None, (*converted.findings, *findings), converted.cleaned)
    return converted if value is converted.value else replace(converted, value=value)


def _as_list(converted: Converted, field: Field | None) -> Converted:
    """Wrap a single value for a list field."""
    is_list = field is not None and field.type == "array"
    if not is_list or converted.value is None or isinstance(converted.value, list):
        return converted
    return replace(converted, value=[converted.value])


def _is_text(field: Field | None) -> bool:
    """Whether any text will do."""
    return field is None or (field.type in {"string", "any"} and field.format is None)


# --- fields without a closed list --------------------------------------------------------------


def _build_open_judge(rule: Rule, field: Field | None, context: ConvertContext) -> Converter:
    """Judge by conversion and checks, with the rule's `values:`, `otherwise` and `unknown`.

    Where the field takes any words, the pairs are the whole list: a text that stands in none of
    them is unknown. Elsewhere (dates, phones, look-ups) only a text that cannot be converted is.
    """
    checker = None if field is None or rule.path == WHOLE_NAME else Checker(field)
    convert = build_converter(_plain(rule), field, context)
    if not rule.values and rule.otherwise is UNSET and rule.unknown == "error":
        return lambda text: _check(convert(text), checker)
    chooser = Chooser(rule, field)
    is_list = field is not None and field.type == "array"
    kind = choose_target(_plain(rule), field, context).kind
    is_closed = bool(rule.values.keys() - rule.remembered) and kind in _FREE_KINDS

    def decide_item(item: object) -> Converted:
        text = item if isinstance(item, str) else ""
        found = chooser.choose_pair(text) if text else None
        if found is None and is_closed:
            found = chooser.choose_otherwise(text)
        return Converted(item) if found is None else found

    def judge(text: str) -> Converted:
        paired = chooser.choose_pair(text)
        if paired is not None:
            return _check(_as_list(paired, field), checker)
        converted = convert(text)
        if is_list and rule.values and isinstance(converted.value, list):
            parts = [decide_item(item) for item in converted.value]
            return _check(_join_items(converted, parts), checker)
        judged = _check(converted, checker)
        is_blank = judged.value is None and judged.is_sound
        if is_blank or (judged.is_sound and not is_closed):
            return judged
        instead = chooser.choose_otherwise(text)
        return judged if instead is None else _check(_as_list(instead, field), checker)

    return judge


def _join_items(converted: Converted, parts: list[Converted]) -> Converted:
    """Put the judged items of one cell together, each value once."""
    items: list[object] = []
    for part in parts:
        new = part.value if isinstance(part.value, list) else [part.value]
        items.extend(item for item in new if item is not None and item not in items)
    return Converted(
        items if items and all(part.is_sound for part in parts) else None,
        (*converted.findings, *(finding for part in parts for finding in part.findings)),
        (*converted.cleaned, *(kind for part in parts for kind in part.cleaned)),
    )


# --- fields with a closed list -----------------------------------------------------------------


def _build_choice_judge(rule: Rule, field: Field, context: ConvertContext) -> Converter:
    chooser = Chooser(rule, field)
    is_list = field.type == "array"
    element = (field.items or replace(field, type="any")) if is_list else field
    as_text = replace(element, type="string", format=None, allowed=())
    text_field = replace(field, allowed=(), items=as_text) if is_list else as_text
    to_text = build_converter(_text_rule(rule), text_field, context)
    typed_field = replace(element, allowed=())
    to_typed = None if _is_text(element) else build_converter(_plain(rule), typed_field, context)

    def choose_typed(text: str) -> Converted | None:
        """Find `1,000` or `31.12.2024` among numbers or dates."""
        typed = to_typed(text) if to_typed is not None else Converted()
        if typed.value is None or not typed.is_sound:
            return None
        entry = chooser.index.find_value(typed.value).entry
        return None if entry is None else replace(typed, value=entry.value)

    def choose(text: str, *, is_whole_cell: bool = True) -> Converted:
        return (
            chooser.choose_pair(text)
            or chooser.choose(text)
            or choose_typed(text)
            or chooser.choose_otherwise(text)
            or chooser.refuse(text, is_whole_cell=is_whole_cell)
        )

    def judge(text: str) -> Converted:
        whole = chooser.choose_pair(text)
        if whole is None and is_list:
            # Labels may hold separators: "Sales, EMEA" is one team.
            whole = chooser.choose(text)
        if whole is not None:
            return _as_list(whole, field)
        converted = to_text(text)
        if isinstance(converted.value, list):
            texts = [str(item) for item in converted.value]
            parts = [choose(item, is_whole_cell=len(texts) == 1) for item in texts]
            return _join_items(converted, parts)
        if not isinstance(converted.value, str):
            return converted
        chosen = choose(converted.value)
        return Converted(
            chosen.value,
            (*converted.findings, *chosen.findings),
            (*converted.cleaned, *chosen.cleaned),
        )

    return judge


def _text_rule(rule: Rule) -> Rule:
    """The rule for reading a cell as words: a job's label is no UUID, though a job's id is."""
    path = rule.path
    if path.section is Section.MODEL_KEYS and path.key not in {"tags", "locations"}:
        path = FieldPath(Section.CUSTOM_FIELDS, path.key)
    plain = _plain(rule)
    return replace(
        plain, path=path, format=None, dates=None, url_type=None, region=None, invert=False
    )


# --- once per mapping --------------------------------------------------------------------------


def judge_constant(rule: Rule, field: Field | None) -> Converted:
    """Judge a rule's constant: chosen from a closed list, wrapped in a list, checked.

    A text for a field that is not text goes through the rule's converter (`"2024-05-01"` for a
    date); a text for a text field is taken as it stands.
    """
    if rule.value is None or field is None:
        return Converted(rule.value)
    if allowed_of(field):
        return _as_list(Chooser(rule, field).resolve(rule.value), field)
    element = field.items if field.type == "array" else field
    if isinstance(rule.value, str) and not _is_text(element) and field.type != "object":
        converted = build_converter(_plain(rule), field, ConvertContext())("")
        return _check(converted, Checker(field))
    return _check(_as_list(Converted(rule.value), field), Checker(field))


def judge_settings(rule: Rule, field: Field | None) -> tuple[Finding, ...]:
    """Judge what a rule says apart from any cell: its targets, additions, link type and nulls."""
    if field is None:
        return ()
    findings: list[Finding] = []
    if allowed_of(field):
        chooser = Chooser(rule, field)
        pairs = (value for key, value in rule.values.items() if key not in rule.remembered)
        targets = [*pairs, *rule.add]
        if rule.otherwise is not UNSET:
            targets.append(rule.otherwise)
        for target in targets:
            findings.extend(chooser.resolve(target).findings)
    link = field.items.properties.get("url_type") if field.items is not None else None
    if rule.url_type is not None and link is not None:
        findings.extend(Checker(link)(rule.url_type)[1])
    if rule.blank == "null" and (field.is_required or not field.is_nullable):
        findings.append(
            Finding(
                "null-not-allowed",
                f"{label_of(field, rule)} does not take null, and the mapping sends null for "
                "blank cells.",
                "Write `blank: error`, or leave `blank` out.",
            )
        )
    return tuple(dict.fromkeys(findings))


def judge_additions(rule: Rule, field: Field | None) -> tuple[object, ...]:
    """The items that a rule adds to a list field, as the ATS's own values.

    Items that are not allowed are left as written; `judge_settings` names them.
    """
    if not allowed_of(field):
        return rule.add
    chooser = Chooser(rule, field)
    resolved = [(item, chooser.resolve(item)) for item in rule.add]
    return tuple(found.value if found.is_sound else item for item, found in resolved)
