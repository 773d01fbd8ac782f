"""Raw text for masked-LM training."""

from __future__ import annotations

from stiltwalk.spec.task import Split, Task

_BIBLE = {
    "eu": "Basque-NT",
    "et": "Estonian-PART",
    "gu": "Gujarati-NT",
    "lv": "Latvian-NT",
    "qu": "Quichua-NT",
    "sw": "Swahili-NT",
    "uk": "Ukranian-NT",
    "wo": "Wolof-NT",
    "zu": "Zulu-NT",
}
# the declaration's files are named by edition; Portuguese has two, so each pools what its pattern meets
_UDHR = {
    "af": "afr",
    "ar": "arb",
    "az": "azj_latn",
    "bn": "ben",
    "bg": "bul",
    "zh": "cmn_hans",
    "de": "deu_1996",
    "el": "ell_monotonic",
    "en": "eng",
    "et": "est",
    "eu": "eus",
    "fi": "fin",
    "fr": "fra",
    "gu": "guj",
    "ha": "hau_NG",
    "he": "heb",
    "hi": "hin",
    "hu": "hun",
    "ig": "ibo",
    "id": "ind",
    "it": "ita",
    "jv": "jav",
    "ja": "jpn",
    "ka": "kat",
    "kk": "kaz",
    "ko": "kor",
    "lt": "lit",
    "ml": "mal",
    "mr": "mar",
    "my": "mya",
    "nl": "nld",
    "pa": "pan",
    "pcm": "pcm",
    "fa": "pes_1",
    "pl": "pol",
    "pt": "por_*",
    "qu": "quz",
    "ro": "ron_2006",
    "ru": "rus",
    "es": "spa",
    "sw": "swh",
    "ta": "tam",
    "te": "tel",
    "tl": "tgl",
    "th": "tha",
    "tr": "tur",
    "uk": "ukr",
    "ur": "urd",
    "vi": "vie",
    "wo": "wol",
    "yo": "yor",
    "zu": "zul",
}

TEXT = (
    Task(
        name="bible",
        title="Bible corpus",
        type="masked-lm",
        stages=("text",),
        layout="bible-xml",
        splits={"train": Split(paths=("bible/{code}.xml",), languages=tuple(_BIBLE))},
        codes=_BIBLE,
        licence="CC0",
        citation="Christodouloupoulos and Steedman 2015",
        caveats={
            "aligned-verses": "verses are translations of each other, though no line holds two languages"
        },
    ),
    Task(
        name="multi30k",
        title="Multi30K captions",
        type="masked-lm",
        stages=("text",),
        layout="lines",
        splits={
            "train": Split(
                paths=("multi30k/task1/raw/train.{language}",),
                languages=("cs", "de", "en", "fr"),
                expected=dict.fromkeys(("cs", "de", "en", "fr"), 29000),
            ),
            "dev": Split(
                paths=("multi30k/task1/raw/val.{language}",),
                languages=("cs", "de", "en", "fr"),
                expected=dict.fromkeys(("cs", "de", "en", "fr"), 1014),
            ),
        },
        licence="CC BY-NC-SA 4.0",
        citation="Elliott et al. 2016, arXiv 1605.00459",
        caveats={
            "aligned-captions": "captions are translations of each other, though no line holds two languages"
        },
    ),
    Task(
        name="udhr",
        title="Universal Declaration of Human Rights",
        type="masked-lm",
        stages=("text",),
        layout="udhr-xml",
        splits={"train": Split(paths=("udhr/udhr_{code}.xml",), languages=tuple(_UDHR))},
        codes=_UDHR,
        licence="UN text; see the Unicode UDHR project",
        citation="Unicode UDHR project",
        caveats={
            "aligned-articles": "articles are translations of each other, though no line holds two languages"
        },
    ),
)
