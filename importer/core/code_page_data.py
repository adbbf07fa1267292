"""What is usual in the texts of old code pages: alphabets, frequent letters, frequent signs.

Lives here: data only. Must never live here: judgement. What a newcomer would question: the
lists are short on purpose. They need not cover a language, only make the right reading of a
name likelier than the wrong ones.
"""

from __future__ import annotations

from typing import Final

LATIN_ALPHABETS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(letters)
    for language, letters in {
        "de": "äöüß",
        "fr": "àâæçéèêëîïôœùûü",
        "es": "áéíñóúü",
        "pt": "áâãàçéêíóôõú",
        "it": "àèéìíòóù",
        "ca": "àçèéíïòóúü",
        "nl": "éëïöüèá",
        "sv": "åäöé",
        "da": "æøåé",
        "is": "áðéíóúýþæö",
        "et": "äöõüšž",
        "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž",
        "sk": "áäčďéíĺľňóôŕšťúýž",
        "hu": "áéíóöőúüű",
        "ro": "ăâîşţșț",
        "hr": "čćđšž",
        "tr": "çğıöşüâî",
        "lt": "ąčęėįšųūž",
        "lv": "āčēģīķļņšūž",
    }.items()
}
WESTERN: Final = ("de", "fr", "es", "pt", "it", "ca", "nl", "sv", "da", "is")
CENTRAL: Final = ("pl", "cs", "sk", "hu", "ro", "hr", "de")

LATIN_PAGES: Final[tuple[tuple[str, float, tuple[str, ...]], ...]] = (
    ("cp1252", 1.0, (*WESTERN, "et")),
    ("cp1250", 0.97, CENTRAL),
    ("iso8859-2", 0.95, CENTRAL),
    ("cp1254", 0.94, ("tr", "de")),
    ("cp1257", 0.93, ("lt", "lv", "et")),
    ("iso8859-15", 0.9, WESTERN),
    ("mac-roman", 0.9, WESTERN),
    ("mac-latin2", 0.88, CENTRAL),
    ("cp850", 0.87, WESTERN),
    ("cp852", 0.85, CENTRAL),
    ("cp437", 0.84, WESTERN),
)
"""Codec, how likely it is before any look, the languages that are written in it."""

SCRIPT_PAGES: Final[tuple[tuple[str, float, str], ...]] = (
    ("cp1251", 1.0, "cyrillic"),
    ("koi8-r", 0.96, "cyrillic"),
    ("cp866", 0.95, "cyrillic"),
    ("iso8859-5", 0.93, "cyrillic"),
    ("mac-cyrillic", 0.9, "cyrillic"),
    ("iso8859-7", 1.0, "greek"),
    ("cp1253", 0.99, "greek"),
    ("cp1255", 0.97, "hebrew"),
    ("cp1256", 0.95, "arabic"),
    ("cp874", 0.93, "thai"),
)
SCRIPT_RANGES: Final = {
    "cyrillic": (0x0400, 0x04FF),
    "greek": (0x0370, 0x03FF),
    "hebrew": (0x0590, 0x05FF),
    "arabic": (0x0600, 0x06FF),
    "thai": (0x0E00, 0x0E7F),
}
FREQUENT_LETTERS: Final = {
    "cyrillic": frozenset("оеаинтсрвлкмдпуяй"),
    "greek": frozenset("αοιετσνηυρπκμλςωάίόέήύώ"),
    "hebrew": frozenset("יוהלאתשמרבנםע"),
    "arabic": frozenset("ايلمونرتبةعدسفهكحق"),
    "thai": frozenset("านรอกเงมยลวดทสตะปบค่าัีิ้"),
}
GREEK_ACCENTS: Final = frozenset("άέήίόύώΐΰ")
VOWELS: Final = {
    "cyrillic": frozenset("аеёиоуыэюяіїє"),
    "greek": frozenset("αεηιουωάέήίόύώΐΰϊϋ"),
}

WIDE_PAGES: Final[tuple[tuple[str, float, str], ...]] = (
    ("cp932", 1.0, "ja"),
    ("euc_jp", 0.98, "ja"),
    ("gb18030", 1.0, "zh"),
    ("big5", 0.99, "tw"),
    ("cp949", 1.0, "ko"),
)
NAMED_AS: Final = {"cp932": "shift_jis", "gb18030": "gbk", "cp949": "euc_kr"}
"""The name shown and used where the text needs nothing beyond the smaller page."""

FREQUENT_SIGNS: Final = {
    "ja": frozenset(
        "日本人名前姓氏住所電話番号年月会社株式有限東京都大阪府県市区町村山田中川木村林井上野原藤佐"
        "鈴高橋渡辺伊加吉小松崎池石島谷清水森阿部和田子美郎太一二三四五六七八九十男女生性別備考担当"
        "者部課長営業技術開発総務人事経理学校卒業経験希望勤務地正社員職種給与万円時間"
        "北海道青森岩手宮城秋福岡千葉神奈新潟富石梨岐阜静愛知重滋賀京兵庫良歌鳥取根広口徳香媛佐賀崎熊"
    ),
    "zh": frozenset(
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
        "发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本"
        "前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很"
        "姓名王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
        "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
        "北京上海广州深圳天津重庆省市区县路号电话手机邮箱地址公司职位部门日期性别男女年龄备注编号城市"
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文辉力志"
    ),
    "tw": frozenset(
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過"
        "發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本"
        "姓名王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈"
        "台北市新竹中高雄縣區路號電話手機郵箱地址公司職位部門日期性別男女年齡備註編號城香港九龍街樓室"
        "偉芳娜敏靜麗強磊軍洋勇艷傑娟濤明超秀霞平剛桂英華玉蘭紅建文輝力志美雅淑惠怡君家豪宗翰"
    ),
    "ko": frozenset(
        "이김박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공"
        "현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가의는을를에로다고"
        "나라하한그리자시대수일과와도지만해스어아보거있것들게서며면적년월화동울산광주인천대구부산서울경"
        "름전화번호주소회사직급이메일성별남녀나비고력학교업무팀장원영수민준서연우진현빈희숙미혜은정"
    ),
}
