"""Words that people write above columns, in the languages we meet: evidence for a header row.

Lives here: the word list and the question "does this read like a column's name?". Must
never live here: what a word means (that is `core/matching`). What a newcomer would
question: single words are enough, because a header row is judged by all its cells.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from importer.core.text import words

_TEXT: Final = """
    name names first last given family middle surname forename firstname lastname fullname full
    nickname salutation prefix suffix initials email mail e-mail phone mobile tel telephone cell
    fax address street city town state province zip zipcode postcode postal country region county
    district date dates birth birthday birthdate dob gender sex age title job position role company
    employer organisation organization org department dept team division location site area source
    status stage step type category group class kind id ids no nr num number code key ref reference
    url website web link linkedin github twitter profile note notes comment comments remarks
    description desc summary details tags tag skills skill salary wage rate price cost amount qty
    quantity currency language languages level year month day week hour time timestamp created
    updated modified start end begin deadline due resume cv rating score rank value values text
    label user
    username login account lat lon latitude longitude latlong file filename path size unit units
    weight height color colour model make brand product item sku isin percent percentage ratio
    average avg min max sum balance column field attribute property result results question answer
    nationality citizenship visa notice availability experience education school university degree
    certification certificate licence license referral referrer opted consent gdpr subscribed opt
    active available enabled private public checked uuid guid version format explanation
    vorname nachname familienname strasse straße hausnummer plz ort stadt land telefon handy mobil
    geburtsdatum geburtstag anrede titel firma abteilung bemerkung bemerkungen notiz notizen quelle
    nummer datum betrag menge preis sprache beruf stelle adresse bewerber eintritt wert
    nom prénom prenom ville pays téléphone telephone courriel naissance poste société societe
    montant prix langue civilité code rue
    nombre nombres apellido apellidos correo teléfono telefono móvil dirección direccion ciudad país
    pais fecha edad empresa cargo puesto calle precio cantidad idioma sexo
    nome cognome indirizzo città citta paese data azienda posizione telefono cellulare via lingua
    sobrenome endereço endereco cidade telefone celular empresa cargo idade
    voornaam achternaam tussenvoegsel adres plaats telefoon mobiel geboortedatum bedrijf functie
    förnamn efternamn adress stad fornavn etternavn efternavn adresse by postnr
    imię imie nazwisko adres miasto telefon firma stanowisko data kraj
    jméno jmeno příjmení prijmeni město telefon vezetéknév keresztnév név cím város
    ad adı soyad soyadı adres şehir telefon
    имя фамилия отчество телефон почта адрес город дата страна компания должность пол возраст
    όνομα επώνυμο τηλέφωνο διεύθυνση πόλη ημερομηνία
    氏名 名前 姓 名 姓名 電話 電話番号 メール メールアドレス 住所 会社 会社名 部署
    生年月日 性別 年齢 備考
    电话 手机 邮箱 地址 公司 职位 日期 性别 年龄 备注 城市 国家 编号 郵箱 手機 職位
    이름 성명 성 전화 전화번호 휴대폰 이메일 주소 회사 직책 생년월일 성별
    שם טלפון דואל כתובת עיר תאריך الاسم الهاتف البريد العنوان المدينة
"""
_WORDS: Final = words(_TEXT)
_ALSO_TITLES: Final = words(
    "owner recruiter manager director contact candidate candidates applicant applicants student "
    "teacher member customer client supplier author publisher capital population continent "
    "campaign impressions clicks foo bar"
)
"""Words that stand above columns, but in cells as well: half a sign."""
_TOKENS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=20_000)
def name_likeness(text: str) -> float:
    """How much a text reads like a column's name: 0 (not at all) to 1.

    Args:
        text: One cell, as read.
    """
    spaced = unicodedata.normalize("NFC", _CAMEL.sub(" ", text.strip()[:200]).replace("_", " "))
    tokens = [t.lower() for t in _TOKENS.findall(spaced)]
    if not tokens or len(tokens) > 8:
        return 0.0
    known = sum(1.0 if t in _WORDS else 0.4 for t in tokens if t in _WORDS or t in _ALSO_TITLES)
    if known == 0:
        return 0.0
    if known < 1:
        return 0.4
    return 1.0 if known * 2 >= len(tokens) else 0.4
