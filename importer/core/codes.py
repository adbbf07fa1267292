"""Every problem code and what it means: one table, from which the documentation is made.

Codes are kebab-case and stable: people filter on them and scripts count them. A test
holds that each code which the program uses stands here, and the reverse.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    "file-pending": "The candidate was created; a file of theirs is not attached yet.",
    "in-doubt": "The row was sent and no usable answer came; it may be in the ATS or not.",
    "in-doubt-unclear": "A row in doubt was looked for; who was found is not certainly it.",
    "refused-row": "The ATS turned the row down, in its own words.",
    "refused-value": "The ATS turned the row down for one of its values, in its own words.",
    "unknown-decision": "The decision column of fix.xlsx holds a word that it does not know.",
    "damaged-workbook": "The workbook's inside does not fit together; Excel may repair it.",
    "error-cell": "A cell holds a spreadsheet error such as #N/A instead of a value.",
    "formula-without-value": "A cell holds a formula whose result was never saved.",
    "limit-met": "The file met a limit on harmful files; the sentence names the setting.",
    "long-number": "A column holds numbers of more than 15 digits; the last are lost.",
    "no-sheet": "The workbook has no worksheet with cells.",
    "no-such-sheet": "The workbook has no sheet of the name that was asked for.",
    "no-visible-sheet": "Only hidden sheets of the workbook hold data.",
    "password-protected": "The workbook is encrypted, so nothing in it can be read.",
    "truncated-file": "The file is cut off, as after a broken download.",
    "unsafe-workbook": "The workbook declares XML entities, as only a manipulated file does.",
    "unsupported-workbook": "The file is of a kind that is not read; save it as xlsx.",
    "mapped-value-not-allowed": "The mapping itself gives a field a value that is not allowed.",
    "null-not-allowed": "A null would be sent to a field that does not take it.",
    "required-part": "An object lacks a part that it must have.",
    "unknown-part": "An object has a part that its field does not declare.",
    "value-ambiguous": "A value names several allowed values, or several lines of `values:`.",
    "value-dropped": "A value that does not fit was left out, as the mapping says.",
    "value-not-allowed": "A value is not in the field's list of allowed values.",
    "value-replaced": "The mapping's `otherwise` stands in for a value that does not fit.",
    "wrong-format": "A value is not of the format that its field takes.",
    "wrong-type": "A value is not of the type that its field takes.",
}
