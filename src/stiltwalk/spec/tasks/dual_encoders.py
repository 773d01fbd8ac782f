"""Retrieval with a trained dual encoder: LAReQA and Mewsli-X, as XTREME-R has them, and what they train on.

Hyper-parameters are those of XTREME-R's scripts for XLM-R Large (google-research/xtreme,
scripts/train_lareqa.sh and train_mewslix.sh); other recipes know neither task, and take from here only how
long an input may be.
"""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.task import Split, Stage, Task

_LAREQA = tuple("ar de el en es hi ru th tr vi zh".split())
_MEWSLIX = tuple("ar de en es fa ja pl ro ta tr uk".split())

_MEWSLIX_SCRIPTS = (
    "https://github.com/google-research/google-research/tree/master/"
    "dense_representations_for_entity_retrieval/mel"
)

_Training = Mapping[str, Mapping[Stage, Mapping[str, float | int | None]]]


def _training(max_tokens: int, baseline: Mapping[str, float | int | None]) -> _Training:
    """Inputs of ``max_tokens`` in every published recipe; and in XTREME-R's own what it sets besides."""
    length: Mapping[str, float | int | None] = {"max_tokens": max_tokens}
    return {
        "released": {"intermediate": length, "target": length},
        "paper-recalled": {"intermediate": length, "target": length},
        "xtreme-baseline": {"target": {**length, **baseline}},
    }


_LAREQA_TRAINING = _training(256, {"batch_size": 16, "epochs": 3, "learning_rate": 2e-5})
_MEWSLIX_TRAINING = _training(64, {"batch_size": 32, "epochs": 2, "learning_rate": 1e-5})

_INFERRED = (
    "SQuAD has no sentence breaks: they are inferred by rules of this project, which disagree with "
    "XTREME-R's on 0.7 % of the answers in SQuAD dev"
)

_SQUAD_PAIRS = Task(
    name="squad-pairs",
    title="SQuAD 1.1 pairs",
    type="sentence-retrieval",
    stages=("intermediate",),
    layout="squad-pairs",
    splits={
        "train": Split(paths=("squad/train-v1.1.json",), expected={"en": 87599}),
        "dev": Split(paths=("squad/dev-v1.1.json",), expected={"en": 10570}),
    },
    scorer="map@20",
    made_from=("squad",),
    negatives=4,
    query_tokens=96,
    training=_LAREQA_TRAINING,
    licence="CC BY-SA 4.0",
    citation="Rajpurkar et al. 2016, arXiv 1606.05250; Roy et al. 2020, arXiv 2004.05484",
    caveats={
        "sentences-inferred": _INFERRED,
        "xquad-in-dev": "every XQuAD paragraph is in SQuAD 1.1 dev: a model selected on it has seen them",
    },
)

DUAL_ENCODERS = (
    _SQUAD_PAIRS,
    _SQUAD_PAIRS.replace(
        {
            "name": "squad-dev-pairs",
            "title": "SQuAD 1.1 dev pairs outside XQuAD",
            "made_from": ("squad-dev-unseen",),
            "splits": {
                split: Split(
                    paths=("squad/dev-v1.1.json",), without_ids_of="xquad/xquad.en.json", share=share
                )
                for split, share in (("train", (0.2, 1.0)), ("dev", (0.0, 0.2)))
            },
            "caveats": {
                "sentences-inferred": _INFERRED,
                "not-squad-train": "trained on a tenth of SQuAD's size: its dev questions outside XQuAD, "
                "split by article",
            },
        }
    ),
    Task(
        name="lareqa",
        title="LAReQA",
        type="sentence-retrieval",
        stages=("target",),
        layout="xquad-r",
        splits={
            "test": Split(
                paths=("lareqa/xquad-r/{language}.json",),
                languages=_LAREQA,
                expected=dict.fromkeys(_LAREQA, 1190),
            ),
        },
        trains_on=("squad-pairs",),
        scorer="map@20",
        query_tokens=96,
        training=_LAREQA_TRAINING,
        archives=("https://github.com/google-research-datasets/lareqa",),
        licence="CC BY-SA 4.0",
        citation="Roy et al. 2020, arXiv 2004.05484",
        caveats={
            "one-pool": "the candidates of all languages are one pool, and a question has a right answer in "
            "each of them",
        },
    ),
    Task(
        name="mewslix-pairs",
        title="Mewsli-X Wikipedia pairs",
        type="sentence-retrieval",
        stages=("intermediate",),
        layout="mewslix",
        splits={
            "train": Split(paths=("mewslix/wikipedia_pairs-train.jsonl",), expected={"en": 167_719}),
            "dev": Split(paths=("mewslix/wikipedia_pairs-dev.jsonl",), expected={"en": 14_051}),
        },
        scorer="map@20",
        # XTREME-R: 8 for XLM-R Large, 64 (a batch of 256) for mBERT
        negatives=8,
        training=_MEWSLIX_TRAINING,
        licence="by source: Wikipedia and WikiNews text",
        citation="Ruder et al. 2021, arXiv 2104.07412",
    ),
    Task(
        name="mewslix",
        title="Mewsli-X",
        type="sentence-retrieval",
        stages=("target",),
        layout="mewslix",
        splits={
            split: Split(
                paths=(f"mewslix/wikinews_mentions-{split}.jsonl",),
                languages=_MEWSLIX,
                candidates=("mewslix/candidate_set_entities.jsonl",),
            )
            for split in ("dev", "test")
        },
        trains_on=("mewslix-pairs",),
        scorer="map@20",
        training=_MEWSLIX_TRAINING,
        archives=(_MEWSLIX_SCRIPTS,),
        licence="by source: Wikipedia and WikiNews text",
        citation="Ruder et al. 2021, arXiv 2104.07412",
        caveats={
            "mewslix-release": "the released data (mewsli-x_20220518_6) differ from the paper's: scores are "
            "not comparable",
        },
    ),
)
