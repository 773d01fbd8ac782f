"""Languages: code (as the benchmarks write it), ISO 639-3, ISO 15924 script, family, name."""

from __future__ import annotations

from stiltwalk.spec.errors import UnknownNameError, unknown_name
from stiltwalk.spec.record import Record


class Language(Record):
    """A language as written in the benchmarks' files.

    Attributes:
        code: ISO 639-1 where one exists, else ISO 639-3.
        iso3: ISO 639-3: the macrolanguage where the code is one, the collective code of ISO 639-2 where a
            benchmark names a group of languages (ber, nah, oto), a retired one that files still bear (kzj).
        script: ISO 15924: the one most letters of its benchmark files are in.
        family: family, or branch within Indo-European; ``Creole`` and ``Constructed`` stand for themselves.
        name: English name.
    """

    code: str
    iso3: str
    script: str
    family: str
    name: str


# XTREME's forty, the ten that XTREME-R adds, those of the raw-text corpora, of LASER's Tatoeba, of
# MasakhaNER 2.0 and of AmericasNLI; checked against Debian's iso-codes.
_TABLE = """
af afr Latn IE:Germanic Afrikaans
am amh Ethi Afro-Asiatic Amharic
ang ang Latn IE:Germanic Old_English
ar ara Arab Afro-Asiatic Arabic
arq arq Arab Afro-Asiatic Algerian_Arabic
arz arz Arab Afro-Asiatic Egyptian_Arabic
ast ast Latn IE:Romance Asturian
awa awa Deva IE:Indo-Aryan Awadhi
ay aym Latn Aymaran Aymara
az aze Latn Turkic Azerbaijani
bbj bbj Latn Niger-Congo Ghomálá'
be bel Cyrl IE:Slavic Belarusian
ber ber Latn Afro-Asiatic Berber
bg bul Cyrl IE:Slavic Bulgarian
bm bam Latn Niger-Congo Bambara
bn ben Beng IE:Indo-Aryan Bengali
br bre Latn IE:Celtic Breton
bs bos Latn IE:Slavic Bosnian
bzd bzd Latn Chibchan Bribri
ca cat Latn IE:Romance Catalan
cbk cbk Latn Creole Chavacano
ceb ceb Latn Austronesian Cebuano
ch cha Latn Austronesian Chamorro
cni cni Latn Arawakan Asháninka
cs ces Latn IE:Slavic Czech
csb csb Latn IE:Slavic Kashubian
cy cym Latn IE:Celtic Welsh
da dan Latn IE:Germanic Danish
de deu Latn IE:Germanic German
dsb dsb Latn IE:Slavic Lower_Sorbian
dtp dtp Latn Austronesian Kadazan_Dusun
ee ewe Latn Niger-Congo Ewe
el ell Grek IE:Greek Greek
en eng Latn IE:Germanic English
eo epo Latn Constructed Esperanto
es spa Latn IE:Romance Spanish
et est Latn Uralic Estonian
eu eus Latn Basque Basque
fa fas Arab IE:Iranian Persian
fi fin Latn Uralic Finnish
fo fao Latn IE:Germanic Faroese
fon fon Latn Niger-Congo Fon
fr fra Latn IE:Romance French
fy fry Latn IE:Germanic West_Frisian
ga gle Latn IE:Celtic Irish
gd gla Latn IE:Celtic Scottish_Gaelic
gl glg Latn IE:Romance Galician
gn grn Latn Tupian Guarani
gsw gsw Latn IE:Germanic Swiss_German
gu guj Gujr IE:Indo-Aryan Gujarati
ha hau Latn Afro-Asiatic Hausa
hch hch Latn Uto-Aztecan Huichol
he heb Hebr Afro-Asiatic Hebrew
hi hin Deva IE:Indo-Aryan Hindi
hr hrv Latn IE:Slavic Croatian
hsb hsb Latn IE:Slavic Upper_Sorbian
ht hat Latn Creole Haitian
hu hun Latn Uralic Hungarian
hy hye Armn IE:Armenian Armenian
ia ina Latn Constructed Interlingua
id ind Latn Austronesian Indonesian
ie ile Latn Constructed Interlingue
ig ibo Latn Niger-Congo Igbo
io ido Latn Constructed Ido
is isl Latn IE:Germanic Icelandic
it ita Latn IE:Romance Italian
ja jpn Jpan Japonic Japanese
jv jav Latn Austronesian Javanese
ka kat Geor Kartvelian Georgian
kab kab Latn Afro-Asiatic Kabyle
kk kaz Cyrl Turkic Kazakh
km khm Khmr Austroasiatic Khmer
ko kor Hang Koreanic Korean
ku kur Latn IE:Iranian Kurdish
kw cor Latn IE:Celtic Cornish
kzj kzj Latn Austronesian Coastal_Kadazan
la lat Latn IE:Italic Latin
lfn lfn Latn Constructed Lingua_Franca_Nova
lg lug Latn Niger-Congo Ganda
lt lit Latn IE:Baltic Lithuanian
luo luo Latn Nilo-Saharan Luo
lv lav Latn IE:Baltic Latvian
max max Latn Creole North_Moluccan_Malay
mhr mhr Cyrl Uralic Eastern_Mari
mk mkd Cyrl IE:Slavic Macedonian
ml mal Mlym Dravidian Malayalam
mn mon Cyrl Mongolic Mongolian
mos mos Latn Niger-Congo Mossi
mr mar Deva IE:Indo-Aryan Marathi
ms msa Latn Austronesian Malay
my mya Mymr Sino-Tibetan Burmese
nah nah Latn Uto-Aztecan Nahuatl
nb nob Latn IE:Germanic Norwegian_Bokmål
nds nds Latn IE:Germanic Low_German
nl nld Latn IE:Germanic Dutch
nn nno Latn IE:Germanic Norwegian_Nynorsk
nov nov Latn Constructed Novial
ny nya Latn Niger-Congo Chichewa
oc oci Latn IE:Romance Occitan
orv orv Cyrl IE:Slavic Old_Russian
oto oto Latn Oto-Manguean Otomi
pa pan Guru IE:Indo-Aryan Punjabi
pam pam Latn Austronesian Kapampangan
pcm pcm Latn Creole Nigerian_Pidgin
pl pol Latn IE:Slavic Polish
pms pms Latn IE:Romance Piedmontese
pt por Latn IE:Romance Portuguese
qu que Latn Quechuan Quechua
ro ron Latn IE:Romance Romanian
ru rus Cyrl IE:Slavic Russian
rw kin Latn Niger-Congo Kinyarwanda
shp shp Latn Panoan Shipibo-Conibo
sk slk Latn IE:Slavic Slovak
sl slv Latn IE:Slavic Slovenian
sn sna Latn Niger-Congo Shona
sq sqi Latn IE:Albanian Albanian
sr srp Latn IE:Slavic Serbian
sv swe Latn IE:Germanic Swedish
sw swa Latn Niger-Congo Swahili
swg swg Latn IE:Germanic Swabian
ta tam Taml Dravidian Tamil
tar tar Latn Uto-Aztecan Tarahumara
te tel Telu Dravidian Telugu
th tha Thai Kra-Dai Thai
tk tuk Latn Turkic Turkmen
tl tgl Latn Austronesian Tagalog
tn tsn Latn Niger-Congo Tswana
tr tur Latn Turkic Turkish
tt tat Cyrl Turkic Tatar
tw twi Latn Niger-Congo Twi
tzl tzl Latn Constructed Talossan
ug uig Arab Turkic Uyghur
uk ukr Cyrl IE:Slavic Ukrainian
ur urd Arab IE:Indo-Aryan Urdu
uz uzb Latn Turkic Uzbek
vi vie Latn Austroasiatic Vietnamese
war war Latn Austronesian Waray
wo wol Latn Niger-Congo Wolof
wuu wuu Hans Sino-Tibetan Wu_Chinese
xh xho Latn Niger-Congo Xhosa
yi yid Hebr IE:Germanic Yiddish
yo yor Latn Niger-Congo Yoruba
yue yue Hant Sino-Tibetan Cantonese
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
