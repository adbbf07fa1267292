"""Month and weekday names in nine languages, as data.

Lives here: words. Must never live here: a decision about a date. What a newcomer would
question: the words of all languages share one table. No word means two months, and a test
holds that; so the language of a file need not be known.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# One line a month: English, German, French, Spanish, Portuguese, Italian, Dutch, Russian.
_MONTHS: Final = (
    "january jan januar jänner jaenner januari janvier janv enero ene janeiro gennaio gen январь"
    " января янв",
    "february feb februar febr februari février fevrier févr fév febrero fevereiro fev febbraio"
    " февраль февраля фев февр",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt март марта мар",
    "april apr avril avr abril abr aprile апрель апреля апр",
    "may mai mayo maio maggio mag mei май мая",
    "june jun juni juin junio junho giugno giu июнь июня июн",
    "july jul juli juillet juil julio julho luglio lug июль июля июл",
    "august aug août aout agosto ago augustus август августа авг",
    "september sep sept septembre septiembre setiembre setembro set settembre sett сентябрь"
    " сентября сен сент",
    "october oct oktober okt octobre octubre outubro out ottobre ott октябрь октября окт",
    "november nov novembre noviembre novembro ноябрь ноября ноя нояб",
    "december dec dezember dez décembre decembre déc diciembre dic dezembro dicembre декабрь"
    " декабря дек",
)

_WEEKDAYS: Final = (
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat"
    " sunday sun montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa"
    " sonntag so lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim"
    " lunes martes miércoles mié jueves jue viernes vie sábado sáb domingo dom segunda terça"
    " quarta qua quinta qui sexta sex lunedì martedì mercoledì giovedì gio venerdì sabato sab"
    " domenica maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo"
    " понедельник пн вторник вт среда ср четверг чт пятница пт суббота сб воскресенье вс"
)


def fold_word(word: str) -> str:
    """Fold a word for look-up: case and accents gone."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


MONTHS: Final[dict[str, int]] = {
    fold_word(word): number for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
WEEKDAYS: Final[frozenset[str]] = frozenset(fold_word(word) for word in _WEEKDAYS.split())
