"""Target tasks outside the two benchmarks whose files are public: more languages for XNLI, NER, retrieval."""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks.inference import NLI_LABELS
from stiltwalk.spec.tasks.sentence_retrieval import TATOEBA
from stiltwalk.spec.tasks.tatoeba_languages import LASER_CODES

_AMERICAS = {code: code for code in "ay bzd cni gn hch nah oto qu shp tar".split()} | {
    "ay": "aym",
    "qu": "quy",
}
_MASAKHANER = tuple("bm bbj ee fon ha ig rw lg luo mos ny pcm sn sw tn tw wo xh yo zu".split())

FURTHER = (
    Task(
        name="kornli",
        title="KorNLI",
        type="sequence-classification",
        stages=("target",),
        layout="columns",
        columns=Columns(text_a="{sentence1}", text_b="{sentence2}", label="gold_label"),
        labels=NLI_LABELS,
        splits={
            "dev": Split(paths=("kornli/xnli.dev.ko.tsv",), languages=("ko",), expected={"ko": 2490}),
            "test": Split(paths=("kornli/xnli.test.ko.tsv",), languages=("ko",), expected={"ko": 5010}),
        },
        trains_on=("mnli",),
        scorer="accuracy",
        licence="CC BY-SA 4.0",
        citation="Ham et al. 2020, arXiv 2004.03289",
    ),
    Task(
        name="americasnli",
        title="AmericasNLI",
        type="sequence-classification",
        stages=("target",),
        layout="columns",
        columns=Columns(id="{id}", text_a="{premise}", text_b="{hypothesis}", label="label"),
        labels=NLI_LABELS,
        splits={
            "dev": Split(paths=("americasnli/dev/{code}.tsv",), languages=tuple(_AMERICAS)),
            "test": Split(paths=("americasnli/test/{code}.tsv",), languages=tuple(_AMERICAS)),
        },
        trains_on=("mnli",),
        scorer="accuracy",
        codes=_AMERICAS,
        licence="CC BY-SA 4.0",
        citation="Ebrahimi et al. 2022, arXiv 2104.08726",
    ),
    Task(
        name="masakhaner",
        title="MasakhaNER 2.0",
        type="token-classification",
        stages=("target",),
        layout="token-tags",
        labels=tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-DATE I-DATE".split()),
        splits={
            "train": Split(paths=("masakhaner2/{iso3}/train.txt",), languages=_MASAKHANER),
            "dev": Split(paths=("masakhaner2/{iso3}/dev.txt",), languages=_MASAKHANER),
            "test": Split(paths=("masakhaner2/{iso3}/test.txt",), languages=_MASAKHANER),
        },
        trains_on=("uner",),
        scorer="ner",
        licence="CC BY-NC 4.0",
        citation="Adelani et al. 2022, arXiv 2210.12391",
    ),
    TATOEBA.replace(
        {
            "name": "tatoeba-laser",
            "title": "Tatoeba, all of LASER's languages",
            "splits": {"test": TATOEBA.split("test").replace({"languages": tuple(LASER_CODES)})},
            "codes": LASER_CODES,
            "hub": None,
        }
    ),
)
