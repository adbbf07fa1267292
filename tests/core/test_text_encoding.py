"""Encodings: marks and UTF-8 prove themselves, old code pages are judged by their words."""

import pytest

from importer.core.code_pages import judge_code_pages
from importer.core.text_encoding import choose_encoding, choose_told

TEXTS = {
    "fr": "Prénom;Nom;Ville\nHélène;Lefèvre;Besançon\nJérôme;Côté;Orléans\nZoë;Benoît;Nîmes",
    "de": "Jürgen;Müller;Köln\nGünther;Weiß;Düsseldorf\nBärbel;Schäfer;Nürnberg",
    "es": "José;Muñoz;Málaga\nMaría;Núñez;Córdoba\nÁngel;Ibáñez;Cádiz",
    "pt": "João;Gonçalves;São Paulo\nConceição;Araújo;Brasília",
    "da": "Søren;Kjær;Aarhus\nÅse;Bjørn;Tromsø\nJørgen;Nygård;Ærø",
    "sv": "Åsa;Sjöberg;Malmö\nGöran;Öberg;Västerås",
    "is": "Björk;Guðmundsdóttir;Reykjavík\nÞór;Sigurðsson;Akureyri",
    "ga": "Aodh;MacÉire;Dún\nSeán;DeÁngelis;Áth",
    "marks": "O’Brien – “Senior”; € 50",
    "symbols": "«Ça va?» ½ ™; 5 × 3 · ©",
    "pl": "Paweł;Wójcik;Łódź\nMałgorzata;Dąbrowska;Gdańsk\nStanisław;Żak;Poznań",
    "cs": "Jiří;Dvořák;Plzeň\nŽofie;Nováková;Ústí\nTomáš;Růžička;Třebíč",
    "hu": "Kovács;Győző;Pécs\nSzabó;Ödön;Gyűlés",
    "hr": "Šime;Đurić;Čakovec\nŽeljko;Perković;Šibenik",
    "tr": "Ayşe;Yılmaz;İstanbul\nÇağlar;Öztürk;Eskişehir\nGülşen;Doğan;Muğla",
    "ru": "Иван;Петров;Москва\nОльга;Сидорова;Казань\nАлексей;Щербаков;Пермь",
    "uk": "Олексій;Ковальчук;Київ\nЮлія;Шевченко;Львів",
    "el": "Γεωργιάδης\nΑλέξανδρος\nΜυρτώ\nΕυστοργία",
    "el plain": "Λεωνιδας\nΑλεξανδρος\nΜυρων\nΕυστοργιος",
    "he": "שלום;כהן;תל אביב\nדוד;לוי;ירושלים",
    "ar": "محمد;الأحمد;القاهرة\nفاطمة;علي;دمشق",
    "th": "สมชาย;ใจดี;กรุงเทพ\nสมหญิง;รักไทย;เชียงใหม่",
    "ja": "山田;太郎;東京都\n佐藤;花子;大阪市\nヤマダ;タロウ",
    "half kana": "山田;ﾔﾏﾀﾞ;東京都(本社)、ＡＢＣ",
    "ja name": "鈴木一郎",
    "hiragana": "これはテストです",
    "zh": "姓名;城市\n王芳;北京\n李伟;上海\n张敏;广州",
    "zh name": "王小明",
    "tw": "姓名;城市\n陳怡君;台北\n林志豪;高雄\n黃淑惠;新竹",
    "ko": "이름;도시\n김민준;서울\n이서연;부산\n박지훈;대구",
    "ko name": "홍길동",
}
PAGES = [
    *[(t, "cp1252") for t in ("fr", "de", "es", "pt", "da", "sv", "is", "ga", "marks", "symbols")],
    *[(t, "mac-roman") for t in ("fr", "de", "es", "pt", "da", "sv", "marks")],
    *[(t, "cp850") for t in ("fr", "de", "es", "pt", "sv")],
    *[(t, "cp1250") for t in ("pl", "cs", "hu", "hr")],
    *[(t, "iso8859-2") for t in ("pl", "cs", "hu", "hr")],
    *[("ru", page) for page in ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")],
    ("uk", "cp1251"),
    ("tr", "cp1254"),
    ("el", "iso8859-7"),
    ("el", "cp1253"),
    ("el plain", "iso8859-7"),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    ("th", "cp874"),
    *[(t, "shift_jis") for t in ("ja", "half kana", "ja name", "hiragana")],
    *[(t, "euc_jp") for t in ("ja", "ja name", "hiragana")],
    ("zh", "gbk"),
    ("zh name", "gbk"),
    ("tw", "big5"),
    ("ko", "euc_kr"),
    ("ko name", "euc_kr"),
]


def _lines(text: str, page: str) -> list[bytes]:
    return [line for line in text.encode(page).split(b"\n") if not line.isascii()]


@pytest.mark.parametrize(("name", "page"), PAGES, ids=[f"{t}-{p}" for t, p in PAGES])
def test_a_list_of_names_is_read_as_it_was_written(name: str, page: str) -> None:
    lines = _lines(TEXTS[name], page)
    wanted = "\n".join(line for line in TEXTS[name].split("\n") if not line.isascii())
    assert judge_code_pages(lines)[0].text == wanted


def test_one_mistaken_line_does_not_change_the_choice() -> None:
    lines = [*_lines(TEXTS["ja"] * 30, "shift_jis"), b"\x81 broken"]
    assert judge_code_pages(lines)[0].codec == "shift_jis"


def test_bytes_that_mean_nothing_are_a_guess() -> None:
    assert judge_code_pages([b"\x81\x8d\x8f\x90\x9d\xff\xfe\x80" * 3])[0].text
    assert judge_code_pages([])[0].score == 0
    assert choose_encoding(b"\x81\x8d", [b"\x81\x8d"], size=2, is_utf8=False).certainty == "guess"


def _choose(data: bytes) -> str:
    try:
        data.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    return choose_encoding(data, lines, size=len(data), is_utf8=is_utf8).codec


LATIN = "Name;Mail\nJosé;j@example.com\n"
CASES = {
    "ascii": (b"a,b\n", "utf-8"),
    "empty": (b"", "utf-8"),
    "utf-8": (LATIN.encode(), "utf-8"),
    "utf-8 mark": (b"\xef\xbb\xbf" + LATIN.encode(), "utf-8"),
    "utf-16 mark": (b"\xff\xfe" + LATIN.encode("utf-16-le"), "utf-16-le"),
    "utf-16-be mark": (b"\xfe\xff" + LATIN.encode("utf-16-be"), "utf-16-be"),
    "utf-32-le mark is no utf-16": (b"\xff\xfe\0\0" + LATIN.encode("utf-32-le"), "utf-32-le"),
    "utf-32-be mark": (b"\0\0\xfe\xff" + LATIN.encode("utf-32-be"), "utf-32-be"),
    "utf-16-le": (LATIN.encode("utf-16-le"), "utf-16-le"),
    "utf-16-be": (LATIN.encode("utf-16-be"), "utf-16-be"),
    "utf-32-le": (LATIN.encode("utf-32-le"), "utf-32-le"),
    "utf-32-be": (LATIN.encode("utf-32-be"), "utf-32-be"),
    "utf-16-le russian": ((TEXTS["ru"] + "\n").encode("utf-16-le"), "utf-16-le"),
    "utf-16-be russian": ((TEXTS["ru"] + "\n").encode("utf-16-be"), "utf-16-be"),
    "iso-2022-jp": (TEXTS["ja"].encode("iso2022_jp"), "iso2022_jp"),
    "escapes that are no japanese": (b"\x1b$zz\x1b(zz", "utf-8"),
    "latin-1 at a line's end": ("René\nJosé\n".encode("latin-1"), "cp1252"),
    "broken utf-16": (b"\xd8\x00\xd8\x00\0,\xd8\x04" * 40, "cp1252"),
    "mostly utf-8": (("Müller;Köln\n" * 30).encode() + b"Ren\xe9\n", "utf-8"),
}


@pytest.mark.parametrize(("data", "codec"), CASES.values(), ids=CASES)
def test_marks_wide_characters_and_utf_8_come_first(data: bytes, codec: str) -> None:
    assert _choose(data) == codec


def test_a_mark_is_no_text() -> None:
    assert choose_encoding(b"\xef\xbb\xbfa", [], size=4, is_utf8=True).bom == 3


def test_the_choice_shows_a_word_to_judge_by() -> None:
    lines = _lines(TEXTS["cs"], "cp1250")
    choice = choose_encoding(lines[0], lines, size=9, is_utf8=False)
    assert (choice.certainty, choice.example) == ("likely", "Jiří")


def test_a_cut_character_at_the_samples_end_is_no_doubt() -> None:
    line = "Müller;Köln;x".encode() + "é".encode()[:1]
    assert choose_encoding(line, [line], size=99, is_utf8=False).codec == "utf-8"


TOLD = {
    "as told": (("cp1252", b"abc"), ("cp1252", 0)),
    "mark of the same family": (("utf-8", b"\xef\xbb\xbfa"), ("utf-8", 3)),
    "utf-8-sig": (("utf-8-sig", b"\xef\xbb\xbfa"), ("utf-8", 3)),
    "utf-16 with a mark": (("utf-16", b"\xfe\xff\0a"), ("utf-16-be", 2)),
    "utf-16 by its zeros": (("utf-16", "ab,c".encode("utf-16-be")), ("utf-16-be", 0)),
    "utf-16 unknown": (("utf-16", b"ab"), ("utf-16-le", 0)),
    "another mark is text": (("cp1252", b"\xef\xbb\xbfa"), ("cp1252", 0)),
}


@pytest.mark.parametrize(("told", "wanted"), TOLD.values(), ids=TOLD)
def test_told_encoding_is_taken(told: tuple[str, bytes], wanted: tuple[str, int]) -> None:
    choice = choose_told(*told)
    assert (choice.codec, choice.bom) == wanted
    assert choice.certainty == "told"
