"""Languages: code (as the benchmarks write it), ISO 639-3, ISO 15924 script, family, name."""

from __future__ import annotations

from stiltwalk.spec.errors import UnknownNameError, unknown_name
from stiltwalk.spec.record import Record


class Language(Record):
    """A language as written in the benchmarks' files.

    Attributes:
        code: ISO 639-1 where one exists, else ISO 639-3.
        iso3: ISO 639-3 (the macrolanguage where the code is one).
        script: ISO 15924.
        family: family, or branch within Indo-European.
        name: English name.
    """

    code: str
    iso3: str
    script: str
    family: str
    name: str


# XTREME's forty, the ten that XTREME-R adds, and those of the raw-text corpora.
_TABLE = """
af afr Latn IE:Germanic Afrikaans
ar ara Arab Afro-Asiatic Arabic
az aze Latn Turkic Azerbaijani
bg bul Cyrl IE:Slavic Bulgarian
bn ben Beng IE:Indo-Aryan Bengali
cs ces Latn IE:Slavic Czech
de deu Latn IE:Germanic German
el ell Grek IE:Greek Greek
en eng Latn IE:Germanic English
es spa Latn IE:Romance Spanish
et est Latn Uralic Estonian
eu eus Latn Basque Basque
fa fas Arab IE:Iranian Persian
fi fin Latn Uralic Finnish
fr fra Latn IE:Romance French
gu guj Gujr IE:Indo-Aryan Gujarati
ha hau Latn Afro-Asiatic Hausa
he heb Hebr Afro-Asiatic Hebrew
hi hin Deva IE:Indo-Aryan Hindi
ht hat Latn Creole Haitian
hu hun Latn Uralic Hungarian
id ind Latn Austronesian Indonesian
ig ibo Latn Niger-Congo Igbo
it ita Latn IE:Romance Italian
ja jpn Jpan Japonic Japanese
jv jav Latn Austronesian Javanese
ka kat Geor Kartvelian Georgian
kk kaz Cyrl Turkic Kazakh
ko kor Hang Koreanic Korean
lt lit Latn IE:Baltic Lithuanian
lv lav Latn IE:Baltic Latvian
ml mal Mlym Dravidian Malayalam
mr mar Deva IE:Indo-Aryan Marathi
ms msa Latn Austronesian Malay
my mya Mymr Sino-Tibetan Burmese
nl nld Latn IE:Germanic Dutch
pa pan Guru IE:Indo-Aryan Punjabi
pcm pcm Latn Creole Nigerian_Pidgin
pl pol Latn IE:Slavic Polish
pt por Latn IE:Romance Portuguese
qu que Latn Quechuan Quechua
ro ron Latn IE:Romance Romanian
ru rus Cyrl IE:Slavic Russian
sw swa Latn Niger-Congo Swahili
ta tam Taml Dravidian Tamil
te tel Telu Dravidian Telugu
th tha Thai Kra-Dai Thai
tl tgl Latn Austronesian Tagalog
tr tur Latn Turkic Turkish
uk ukr Cyrl IE:Slavic Ukrainian
ur urd Arab IE:Indo-Aryan Urdu
vi vie Latn Austroasiatic Vietnamese
wo wol Latn Niger-Congo Wolof
yo yor Latn Niger-Congo Yoruba
zh zho Hans Sino-Tibetan Chinese
zu zul Latn Niger-Congo Zulu
"""

LANGUAGES: dict[str, Language] = {
    code: Language(code=code, iso3=iso3, script=script, family=family, name=name.replace("_", " "))
    for code, iso3, script, family, name in (line.split() for line in _TABLE.strip().splitlines())
}

SOURCE_LANGUAGE = "en"
"""Where labels come from; every other language is tested zero-shot."""


def language(code: str) -> Language:
    """The language of ``code``.

    Raises:
        UnknownNameError: no such code; the nearest known one is suggested.
    """
    if code in LANGUAGES:
        return LANGUAGES[code]
    for spoken in LANGUAGES.values():
        if code.lower() in {spoken.iso3, spoken.name.lower()}:
            raise UnknownNameError(f"There is no language '{code}'. Did you mean '{spoken.code}'?")
    raise unknown_name("language", code, LANGUAGES)
