"""Target tasks of XTREME (Hu et al. 2020, arXiv 2003.11080), read as its released code reads them."""

from __future__ import annotations

from stiltwalk.spec.task import Hub, Split, Task

_UD_DEV = tuple(
    "af ar bg de el en es et eu fa fi fr he hi hu id it ja ko mr nl pt ru ta te tr ur vi zh".split()
)
_UD_TEST = (*_UD_DEV, "kk", "th", "tl", "yo")  # a test set, but no dev set
_XQUAD = tuple("ar de el en es hi ro ru th tr vi zh".split())  # Romanian came with XTREME-R
_TATOEBA = tuple(
    "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl "
    "tr ur vi zh".split()
)
_TYDIQA = {
    "ar": "arabic",
    "bn": "bengali",
    "en": "english",
    "fi": "finnish",
    "id": "indonesian",
    "ko": "korean",
    "ru": "russian",
    "sw": "swahili",
    "te": "telugu",
}
_ONE_TEST_SET = (
    "the only public set: the English test questions are also the dev questions models are selected on"
)

XTREME = (
    Task(
        name="udpos",
        title="UD-POS",
        type="token-classification",
        stages=("target",),
        layout="conllu",
        labels=tuple(
            "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
        ),
        splits={
            "train": Split(paths=("ud/UD_*/{language}_*-ud-train.conllu",), expected={"en": 21253}),
            "dev": Split(
                paths=("ud/UD_*/{language}_*-ud-dev.conllu",),
                languages=_UD_DEV,
                expected={"en": 3974},
            ),
            "test": Split(paths=("ud/UD_*/{language}_*-ud-test.conllu",), languages=_UD_TEST),
        },
        trains_on=("udpos",),
        scorer="udpos",
        tag_preference={
            "": tuple("VERB NOUN PROPN PRON ADJ NUM ADV INTJ AUX ADP DET PART CCONJ SCONJ X PUNCT".split()),
            "es": tuple("VERB AUX PRON ADP DET".split()),
            "fr": tuple("VERB AUX PRON NOUN ADJ ADV ADP DET PART SCONJ CONJ".split()),
            "it": tuple("VERB AUX ADV PRON ADP DET INTJ".split()),
        },
        training={
            "released": {"target": {"batch_size": 32, "epochs": 10}},
            "paper-recalled": {"target": {"batch_size": 32, "epochs": 10}},
        },
        hub=Hub(id="universal-dependencies/universal_dependencies"),
        licence="by treebank, mostly CC BY-SA 4.0",
        citation="Nivre et al. 2020, arXiv 2004.10643",
        caveats={
            "udpos-span-f1": "f1 merges neighbouring words of one tag into a span, as XTREME's scorer does; "
            "accuracy is beside it",
        },
    ),
    Task(
        name="xquad",
        title="XQuAD",
        type="question-answering",
        stages=("target",),
        layout="squad",
        splits={
            "test": Split(
                paths=("xquad/xquad.{language}.json",),
                languages=_XQUAD,
                expected=dict.fromkeys(_XQUAD, 1190),
            ),
        },
        trains_on=("squad",),
        scorer="squad1",
        hub=Hub(id="google/xquad"),
        licence="CC BY-SA 4.0",
        citation="Artetxe et al. 2020, arXiv 1910.11856",
        caveats={
            "english-normaliser": "English articles and white-space words are used for every language: "
            "Chinese and Thai f1 is nearly exact match",
        },
    ),
    Task(
        name="tydiqa",
        title="TyDiQA-GoldP",
        type="question-answering",
        stages=("target",),
        layout="squad",
        splits={
            "train": Split(
                paths=("tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-train-{code}.json",),
                expected={"en": 3696},
            ),
            "dev": Split(paths=("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{code}.json",)),
            "test": Split(
                paths=("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{code}.json",), languages=tuple(_TYDIQA)
            ),
        },
        trains_on=("tydiqa",),
        scorer="squad1",
        codes=_TYDIQA,
        training={
            "released": {"target": {"batch_size": 16, "epochs": 2}},
            "paper-recalled": {"target": {"batch_size": 16, "epochs": 2}},
        },
        hub=Hub(id="google-research-datasets/tydiqa", config="secondary_task"),
        licence="Apache-2.0",
        citation="Clark et al. 2020, arXiv 2003.05002",
        caveats={"dev-is-test": _ONE_TEST_SET},
    ),
    Task(
        name="tatoeba",
        title="Tatoeba",
        type="sentence-retrieval",
        stages=("target",),
        layout="aligned-lines",
        splits={
            "test": Split(
                paths=("tatoeba/v1/tatoeba.{code}-eng.{code}", "tatoeba/v1/tatoeba.{code}-eng.eng"),
                languages=_TATOEBA,
            ),
        },
        scorer="retrieval-accuracy",
        # LASER's file names use the individual language where ISO 639-3 also has a macrolanguage
        codes={"fa": "pes", "sw": "swh", "zh": "cmn"},
        hub=Hub(id="google/xtreme", config="tatoeba"),
        licence="CC BY 2.0 FR",
        citation="Artetxe and Schwenk 2019, arXiv 1812.10464",
        caveats={
            "layer-and-pooling": "depends on layer and pooling, which are stored with the row; "
            "nothing is tuned on it",
        },
    ),
)
