"""Target tasks of XTREME (Hu et al. 2020, arXiv 2003.11080), read as its released code reads them.

Languages that XTREME-R adds to a task are in its record as well; which benchmark counts which is in
``benchmarks``.
"""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Task, Translated
from stiltwalk.spec.tasks.inference import NLI_LABELS, XTREME_BUCKET, XTREME_TRANSLATION
from stiltwalk.spec.tasks.reading import SQUAD_COLUMNS
from stiltwalk.spec.tasks.sentence_retrieval import BUCC, TATOEBA

_UD_DEV = tuple(
    "af ar bg de el en es et eu fa fi fr he hi hu id it ja ko mr nl pt ru ta te tr ur vi zh "
    "lt pl ro uk wo".split()
)
_XNLI = tuple("ar bg de el en es fr hi ru sw th tr ur vi zh".split())
_PAWSX = tuple("de en es fr ja ko zh".split())
_PAWSX_TRANSLATED = tuple(code for code in _PAWSX if code != "en")
_PAWSX_COLUMNS = Columns(id="{id}", text_a="{sentence1}", text_b="{sentence2}", label="label")
_MLQA = tuple("ar de en es hi vi zh".split())
_PANX = tuple(
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th "
    "tl tr ur vi yo zh az gu lt pa pl qu ro uk".split()
)
# dev and test have as many (Rahimi et al. 2019, as the hub's own figures say)
_PANX_SIZES = (
    dict.fromkeys(_PANX, 10_000)
    | dict.fromkeys("af az bn hi kk ml mr ms sw ta te tl ur".split(), 1_000)
    | dict.fromkeys("gu jv my pa qu yo".split(), 100)
)
_MLQA_DEV = {"ar": 517, "de": 512, "en": 1148, "es": 500, "hi": 507, "vi": 511, "zh": 504}
_MLQA_TEST = {"ar": 5335, "de": 4517, "en": 11590, "es": 5253, "hi": 4918, "vi": 5495, "zh": 5137}
_UD_TEST = (*_UD_DEV, "kk", "th", "tl", "yo")  # a test set, but no dev set
_XQUAD = tuple("ar de el en es hi ro ru th tr vi zh".split())  # Romanian came with XTREME-R
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


def _panx_instead(split: str) -> tuple[tuple[str, ...], ...]:
    """As XTREME's script names the files; and as MasakhaNER's repository holds some of them."""
    return ((f"panx_dataset/{{language}}-{split}",), (f"panx/{{iso3}}/{split}.txt",))


XTREME = (
    Task(
        name="xnli",
        title="XNLI",
        type="sequence-classification",
        stages=("target",),
        layout="columns",
        columns=Columns(
            text_a="{sentence1}",
            text_b="{sentence2}",
            label="gold_label",
            labels={"contradictory": "contradiction"},
            where={"language": "{language}"},
        ),
        labels=NLI_LABELS,
        splits={
            "dev": Split(
                paths=("xnli/xnli.dev.tsv",),
                instead=(("xnli/XNLI-1.0/xnli.dev.tsv",),),
                languages=_XNLI,
                expected=dict.fromkeys(_XNLI, 2490),
            ),
            "test": Split(
                paths=("xnli/xnli.test.tsv",),
                instead=(("xnli/XNLI-1.0/xnli.test.tsv",),),
                languages=_XNLI,
                expected=dict.fromkeys(_XNLI, 5010),
            ),
        },
        trains_on=("mnli",),
        scorer="accuracy",
        hub=Hub(
            id="facebook/xnli",
            config="{language}",
            splits={"dev": "validation", "test": "test"},
            columns=Columns(text_a="{premise}", text_b="{hypothesis}", label="label"),
        ),
        archives=("https://dl.fbaipublicfiles.com/XNLI/XNLI-1.0.zip",),
        licence="CC BY-NC 4.0",
        citation="Conneau et al. 2018, arXiv 1809.05053",
    ),
    Task(
        name="pawsx",
        title="PAWS-X",
        type="sequence-classification",
        stages=("intermediate", "target"),
        layout="columns",
        columns=_PAWSX_COLUMNS,
        labels=("0", "1"),
        splits={
            "train": Split(
                paths=("pawsx/x-final/{language}/train.tsv",),
                # the archive's own translations, with the ids of PAWS-Wiki; then XTREME's
                translated=(
                    Translated(
                        paths=("pawsx/x-final/{language}/translated_train.tsv",),
                        columns=_PAWSX_COLUMNS.replace({"gaps": True}),
                        languages=_PAWSX_TRANSLATED,
                        aligned=True,
                        hub=Hub(
                            id="google-research-datasets/paws-x",
                            config="{language}",
                            splits={"train": "train"},
                            columns=_PAWSX_COLUMNS.replace({"gaps": True}),
                        ),
                    ),
                    Translated(
                        paths=("xtreme_translations/PAWSX/translate-train/en-{language}-translated.tsv",),
                        columns=Columns(
                            text_a="{translated1}",
                            text_b="{translated2}",
                            label="label",
                            header=XTREME_TRANSLATION,
                            gaps=True,
                        ),
                        languages=_PAWSX_TRANSLATED,
                    ),
                ),
                expected={"en": 49401},
            ),
            "dev": Split(
                paths=("pawsx/x-final/{language}/dev_2k.tsv",),
                languages=_PAWSX,
                expected=dict.fromkeys(_PAWSX, 2000),
            ),
            "test": Split(
                paths=("pawsx/x-final/{language}/test_2k.tsv",),
                languages=_PAWSX,
                expected=dict.fromkeys(_PAWSX, 2000),
            ),
        },
        trains_on=("pawsx",),
        scorer="accuracy",
        training={
            "released": {"target": {"batch_size": 32, "epochs": 5}},
            "paper-recalled": {"target": {"batch_size": 32, "epochs": 5}},
            "xtreme-baseline": {"target": {"epochs": 5}},
        },
        hub=Hub(
            id="google-research-datasets/paws-x",
            config="{language}",
            splits={"train": "train", "dev": "validation", "test": "test"},
            columns=_PAWSX_COLUMNS,
        ),
        archives=("https://storage.googleapis.com/paws/pawsx/x-final.tar.gz", XTREME_BUCKET),
        licence="free use with attribution to Google",
        citation="Yang et al. 2019, arXiv 1908.11828",
    ),
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
        archives=(
            "https://lindat.mff.cuni.cz/repository/xmlui/bitstream/handle/11234/1-3105/ud-treebanks-v2.5.tgz",
            "https://lindat.mff.cuni.cz/repository/xmlui/bitstream/handle/11234/1-3424/ud-treebanks-v2.7.tgz",
        ),
        licence="by treebank, mostly CC BY-SA 4.0",
        citation="Nivre et al. 2020, arXiv 2004.10643",
        caveats={
            "udpos-span-f1": "f1 merges neighbouring words of one tag into a span, as XTREME's scorer does; "
            "accuracy is beside it",
        },
    ),
    Task(
        name="panx",
        title="PAN-X (WikiANN)",
        type="token-classification",
        stages=("target",),
        layout="token-tags",
        labels=tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC".split()),
        splits={
            "train": Split(
                paths=("panx/{language}/train",),
                instead=_panx_instead("train"),
                languages=_PANX,
                expected={"en": 20000},
            ),
            "dev": Split(
                paths=("panx/{language}/dev",),
                instead=_panx_instead("dev"),
                languages=_PANX,
                expected=_PANX_SIZES,
            ),
            "test": Split(
                paths=("panx/{language}/test",),
                instead=_panx_instead("test"),
                languages=_PANX,
                expected=_PANX_SIZES,
            ),
        },
        trains_on=("panx",),
        scorer="ner",
        training={
            "released": {"target": {"batch_size": 32, "epochs": 10}},
            "paper-recalled": {"target": {"batch_size": 32, "epochs": 10}},
        },
        hub=Hub(
            id="unimelb-nlp/wikiann",
            config="{language}",
            splits={"train": "train", "dev": "validation", "test": "test"},
            columns=Columns(words="tokens", tags="ner_tags"),
        ),
        licence="Wikipedia text, CC BY-SA",
        citation="Pan et al. 2017; splits of Rahimi et al. 2019, arXiv 1902.00193",
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
        hub=Hub(
            id="google/xquad",
            config="xquad.{language}",
            splits={"test": "validation"},
            columns=SQUAD_COLUMNS.replace({"group": None}),
        ),
        licence="CC BY-SA 4.0",
        citation="Artetxe et al. 2020, arXiv 1910.11856",
        caveats={
            "english-normaliser": "English articles and white-space words are used for every language: "
            "Chinese and Thai f1 is nearly exact match",
        },
    ),
    Task(
        name="mlqa",
        title="MLQA",
        type="question-answering",
        stages=("target",),
        layout="squad",
        splits={
            "dev": Split(
                paths=("mlqa/MLQA_V1/dev/dev-context-{language}-question-{language}.json",),
                languages=_MLQA,
                expected=_MLQA_DEV,
            ),
            "test": Split(
                paths=("mlqa/MLQA_V1/test/test-context-{language}-question-{language}.json",),
                languages=_MLQA,
                expected=_MLQA_TEST,
            ),
        },
        trains_on=("squad",),
        scorer="mlqa",
        hub=Hub(
            id="facebook/mlqa",
            config="mlqa.{language}.{language}",
            splits={"dev": "validation", "test": "test"},
            columns=SQUAD_COLUMNS.replace({"group": None}),
        ),
        archives=("https://dl.fbaipublicfiles.com/MLQA/MLQA_V1.zip",),
        licence="CC BY-SA 3.0",
        citation="Lewis et al. 2020, arXiv 1910.07475",
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
                # as published, all languages in one file
                instead=(("tydiqa/tydiqa-goldp-v1.1-train.json",),),
                languages=tuple(_TYDIQA),
                ids="{code}-*",
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
        hub=Hub(
            id="google-research-datasets/tydiqa",
            config="secondary_task",
            splits={"train": "train", "dev": "validation", "test": "validation"},
            columns=SQUAD_COLUMNS.replace({"where": {"id": "{code}-*"}}),
        ),
        archives=(
            "https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-train.json",
            "https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-dev.tgz",
        ),
        licence="Apache-2.0",
        citation="Clark et al. 2020, arXiv 2003.05002",
        caveats={"dev-is-test": _ONE_TEST_SET},
    ),
    BUCC,
    TATOEBA,
)
