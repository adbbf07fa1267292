"""A mapping's mistakes: all at once, each with its line and the nearest right spelling."""

from __future__ import annotations

import pytest

from importer.core.mapping import parse_mapping
from importer.errors import MappingError


def mistakes(yaml: str, corrections: str = "") -> MappingError:
    """Parse a mapping that cannot be used."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(yaml, "mapping.yaml", corrections)
    assert caught.value.exit_code == 2
    assert "mapping.yaml" in caught.value.message
    return caught.value


def test_everything_wrong_is_named_at_once_in_the_order_of_the_lines() -> None:
    error = mistakes("""\
version: 1
modelkeys: {a: b}
first_name: X
model_keys:
  first_name: {colum: X}
  last_name:
  last_name: Y
  phone_numbers: {column: A, region: UK, dates: sometimes}
  tags: []
  can_email: {column: X, invert: maybe}
  email_addresses: {column: [A], colums: B}
  urls:
    - {column: L, url_typ: X}
  title: {column: A, value: 3}
  x: {format: DD/MM/YYYY, column: A}
source: {headerrow: 3, dates: dayfirst, header_row: -1, delimiter: ";;"}
tests:
  - rows: {}
attachments: {colum: CV}
ignore: {a: b}
form: C
""")
    assert error.message == "The mapping mapping.yaml has 25 mistakes."
    assert list(error.details) == [
        "line 2: unknown key 'modelkeys'. Did you mean 'model_keys'?",
        "line 3: 'first_name' belongs under `model_keys:`",
        "line 5: unknown option 'colum' of model_keys.first_name. Did you mean 'column'?",
        "line 6: model_keys.last_name names no column",
        "line 7: 'last_name' stands here twice (first in line 6)",
        "line 8: model_keys.phone_numbers.dates: 'sometimes' is not one of 'day-first',"
        " 'month-first' or 'year-first'",
        "line 8: model_keys.phone_numbers.region 'UK' is not a country code. Did you mean 'GB'?",
        "line 9: model_keys.tags names no column",
        "line 10: model_keys.can_email.invert must be true or false, not maybe",
        "line 11: model_keys.email_addresses.column must be one text; write `columns:` for several",
        "line 11: unknown option 'colums' of model_keys.email_addresses. Did you mean 'columns'?",
        "line 13: unknown option 'url_typ' of model_keys.urls. Did you mean 'url_type'?",
        "line 14: title: a constant needs no column; take out `value:` or the column",
        "line 15: model_keys.x.format 'DD/MM/YYYY' is not a date format; write one such as"
        " '%d/%m/%Y'. Did you mean '%d/%m/%Y'?",
        "line 16: source.dates: 'dayfirst' is not one of 'day-first', 'month-first' or"
        " 'year-first'. Did you mean 'day-first'?",
        "line 16: source.delimiter must be one character or `tab`, not ';;'",
        "line 16: source.header_row must be 0 or more, not -1",
        "line 16: unknown key 'headerrow' in `source:`. Did you mean 'header_row'?",
        "line 18: tests[1] lacks `expect:`",
        "line 18: tests[1] lacks `row:`",
        "line 18: unknown key 'rows' in `tests:`. Did you mean 'row'?",
        "line 19: attachments lacks `column:`",
        "line 19: unknown key 'colum' in `attachments:`. Did you mean 'column'?",
        "line 20: ignore must be a text or a list of texts, not a group of entries",
        "line 21: form: 'C' is not one of 'A' or 'B'",
    ]


@pytest.mark.parametrize(
    ("yaml", "detail"),
    [
        pytest.param("a: [1\nb: 2", "line 2: expected ',' or ']'", id="open-bracket"),
        pytest.param("a:\n\t- x", "line 2: found character '\\t'", id="tab"),
        pytest.param("a: b: c", "line 1: mapping values are not allowed here", id="colon"),
        pytest.param("a: 'x\n", "line 2: found unexpected end", id="open-quote"),
        pytest.param("a: *x", "line 1: found undefined alias", id="alias"),
        pytest.param("a: 1\n---\nb: 2", "line 2: found another document", id="documents"),
        pytest.param("a: \x01", "line 1:", id="control-character"),
        pytest.param("- a", "line 1: a list stands here", id="list"),
        pytest.param("just text", "line 1: a single text stands here", id="text"),
        pytest.param("? [a, b]\n: c", "line 1: a list cannot be a key", id="list-as-key"),
        pytest.param("? {a: b}\n: c", "line 1: a group of entries cannot be a key", id="group-key"),
        pytest.param("x: &x {y: *x}", "line 1: given up here", id="contains-itself"),
        pytest.param("model_keys: {title: !x T}", "line 1: `!x` means nothing here", id="tag"),
        pytest.param("source: {<<: 3}", "line 1: `<<` takes entries", id="merge-of-a-number"),
        pytest.param("version: 1", "line 1: no field is filled", id="nothing-mapped"),
        pytest.param("model_keys: x", "line 1: model_keys must be a group", id="no-group"),
        pytest.param("model_keys: {title: {}}", "line 1: title: names no column", id="no-column"),
        pytest.param(
            "model_keys: {title: ''}", "line 1: title: the name of a column is blank", id="blank"
        ),
        pytest.param(
            "model_keys: {title: {column: }}", "title.column must be one text, not empty", id="null"
        ),
        pytest.param(
            "model_keys:\n  title:\n    column: A\n    columns: [B]",
            "line 4: title: give `column:` or `columns:`, not both",
            id="both",
        ),
        pytest.param(
            "model_keys: {title: {column: A, otherwise: x, unknown: drop}}",
            "title: `otherwise:` already says",
            id="otherwise-and-unknown",
        ),
        pytest.param(
            "model_keys: {title: {column: A, order: given-family}}",
            "title: `order:` fits `name:` only",
            id="order",
        ),
        pytest.param(
            "custom_fields: {a: {value: 1, column: b}}",
            "custom_fields.a: a constant needs no column",
            id="full-name-of-other-sections",
        ),
        pytest.param(
            "model_keys: {title: {column: A, xyzzy: 1}}", "Known are column, columns", id="no-guess"
        ),
        pytest.param("defaults: {region: XX}", "Write two letters", id="region"),
        pytest.param("source: {encoding: foo}", "source.encoding 'foo' is not known", id="codec"),
        pytest.param("source: {time_zone: Mars/X}", "time_zone 'Mars/X' is not known", id="zone"),
        pytest.param("source: {time_zone: ../x}", "time_zone '../x' is not known", id="zone-path"),
        pytest.param("source: {header_row: first}", "must be a whole number", id="row"),
        pytest.param("source: {header_row: 1.5}", "must be a whole number", id="half-row"),
        pytest.param(
            "model_keys: {a: {column: b, format: '%Q'}}", "'Q' is a bad directive", id="directive"
        ),
        pytest.param(
            "model_keys: {a: {column: b, format: excel}}",
            "Did you mean 'excel-serial'?",
            id="format-name",
        ),
        pytest.param(
            "model_keys: {a: {column: b, format: whenever}}",
            "write one such as '%d/%m/%Y'",
            id="format-word",
        ),
        pytest.param('model_keys: {title: "\\ud800"}', "half a character stands here", id="half"),
        pytest.param(
            "aliases: {A: [B], C: [b]}\nmodel_keys: {title: A}",
            "line 1: 'b' is an alias of 'A' already",
            id="alias-twice",
        ),
        pytest.param("xyzzy: 1\nmodel_keys: {title: A}", "line 1: unknown key 'xyzzy'", id="key"),
        pytest.param(
            "tests: [{row: 3, expect: {a: 1}}]\nmodel_keys: {title: A}",
            "tests[1].row must be a group of `key: value` entries, not 3",
            id="test-row",
        ),
        pytest.param("tests: [3]\nmodel_keys: {title: A}", "tests[1] must be a group", id="test"),
    ],
)
def test_a_mistake_is_named_with_its_line(yaml: str, detail: str) -> None:
    details = " | ".join(mistakes(yaml).details)
    assert detail in details


def test_an_empty_file_says_how_to_begin() -> None:
    assert "candidate-import init" in mistakes("# nothing\n").hint


@pytest.mark.parametrize("version", ["2", "'2'", "true", "[1]"])
def test_another_version_is_the_only_thing_said(version: str) -> None:
    error = mistakes(f"version: {version}\nnonsense: 1")
    assert "this program reads version 1" in error.message
    assert len(error.details) == 1


def test_a_mapping_that_multiplies_itself_is_given_up() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 8)
    )
    assert "too many entries" in mistakes(bomb).message


@pytest.mark.parametrize("version", ["1", "'1'"])
def test_the_version_may_be_quoted(version: str) -> None:
    assert parse_mapping(f"version: {version}\nmodel_keys: {{title: T}}", "m").rules


def test_corrections_without_their_columns_are_refused() -> None:
    error = mistakes("model_keys: {title: T}", "column,value\nT,x\n")
    assert error.details == ("line 1: the column use_instead is missing",)
