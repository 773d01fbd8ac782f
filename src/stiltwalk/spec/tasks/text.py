"""Raw text for masked-LM training: one line of it is one example."""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Task

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
# the languages of ours that have a Wikipedia in the dump of 2023-11-01; it calls a few otherwise
_WIKIPEDIA = {
    code: {"cbk": "cbk-zam", "gsw": "als", "nb": "no", "yue": "zh-yue"}.get(code, code)
    for code in (
        "af am ang ar arz ast awa ay az be bg bm bn br bs ca cbk ceb ch cs csb cy da de dsb ee el en eo es "
        "et eu fa fi fo fon fr fy ga gd gl gn gsw gu ha he hi hr hsb ht hu hy ia id ie ig io is it ja jv ka "
        "kab kk km ko ku kw la lfn lg lt lv mhr mk ml mn mr ms my nah nb nds nl nn nov ny oc pa pam pcm pl "
        "pms pt qu ro ru rw sk sl sn sq sr sv sw ta te th tk tl tn tr tt tw ug uk ur uz vi war wo wuu xh yi "
        "yo yue zh zu"
    ).split()
}
_ARTICLES = Columns(id="{id}", line="{text}", lines=True, blank=("text",))

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
    Task(
        name="wikipedia",
        title="Wikipedia (2023-11-01)",
        type="masked-lm",
        stages=("text",),
        layout="columns",
        columns=_ARTICLES,
        splits={
            "train": Split(
                # a copy of the hub's folders; files put there by hand; what WikiExtractor --json writes
                paths=("wikipedia/20231101.{code}/*.parquet",),
                instead=(("wikipedia/{language}/*.parquet",), ("wikipedia/{language}/*.jsonl",)),
                languages=tuple(_WIKIPEDIA),
            )
        },
        codes=_WIKIPEDIA,
        hub=Hub(
            id="wikimedia/wikipedia",
            config="20231101.{code}",
            splits={"train": "train"},
            columns=_ARTICLES,
            whole=False,
        ),
        licence="CC BY-SA 3.0 and GFDL",
        citation="Wikimedia Foundation, dump of 2023-11-01",
        caveats={
            "text-of-tests": "XQuAD, MLQA, TyDiQA, PAN-X and others were made of Wikipedia: the texts of "
            "their tests may be in it, without their labels"
        },
    ),
)
