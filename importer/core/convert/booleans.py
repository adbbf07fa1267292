"""Yes and no in the languages that recruiting spreadsheets come in.

Lives here: the words. Must never live here: a guess. What a newcomer would question: an
unknown word is an error, not "no". Opt-outs and private flags are legal facts, and a wrong
reading is worse than a refusal. For the same reason single letters that could be another
word (French "O" for oui, "V") are left to `values:`.
"""

from __future__ import annotations

from typing import Final

from importer.core.convert.cell import ITEMS, each, with_blanks
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter, Finding
from importer.core.text import fold, words

_YES: Final = words(
    "yes y yep true t 1 on x ✓ ✔ ☑ ☒ ✅ √ ja j wahr richtig oui vrai sí si s verdadero cierto sim"
    " verdadeiro sì vero waar да д истина 是 是的 对 真"
)
_NO: Final = words(
    "no n nope false f 0 off ✗ ✘ ☐ ❌ nein falsch non faux falso não nao nee onwaar нет н ложь"
    " 否 不 不是 不对 假"
)
_HINT: Final = "Write yes or no, or list the word in the mapping: `values: {WORD: true}`."


def build_boolean(target: Target) -> Converter:
    """Build the converter of yes/no words; `invert` turns the answer round."""
    yes = not target.rule.invert

    def convert(text: str) -> Converted:
        word = fold(text).rstrip(".!")
        if word in _YES:
            return Converted(yes)
        if word in _NO:
            return Converted(not yes)
        return Converted(
            None, (Finding("boolean-unknown", f"'{text}' is neither yes nor no.", _HINT),)
        )

    return with_blanks(target, each(target, convert, ITEMS))
