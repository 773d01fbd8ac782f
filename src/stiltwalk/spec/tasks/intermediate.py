"""Intermediate tasks: the English tasks an encoder may be trained on before its target.

Facts: Phang et al. 2020 (arXiv 2005.13013) and its released code, unless a record says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.task import Hub, Split, Stage, Task

# the target stage's values are those of the targets it trains: XQuAD 16, 2 epochs
_SQUAD_TRAINING: Mapping[str, Mapping[Stage, Mapping[str, float | int | None]]] = {
    "released": {"target": {"batch_size": 16, "epochs": 2}},
    "paper-recalled": {
        "intermediate": {"batch_size": 8, "epochs": 3},
        "target": {"batch_size": 16, "epochs": 2},
    },
}

INTERMEDIATE = (
    Task(
        name="commonsenseqa",
        title="CommonsenseQA",
        type="multiple-choice",
        stages=("intermediate",),
        layout="commonsenseqa",
        splits={
            "train": Split(paths=("commonsenseqa/train_rand_split.jsonl",), expected={"en": 9741}),
            "dev": Split(paths=("commonsenseqa/dev_rand_split.jsonl",), expected={"en": 1221}),
        },
        scorer="accuracy",
        training={"paper-recalled": {"intermediate": {"batch_size": 4, "epochs": 10}}},
        hub=Hub(id="tau/commonsense_qa"),
        licence="MIT",
        citation="Talmor et al. 2019, arXiv 1811.00937",
    ),
    Task(
        name="squad",
        title="SQuAD 1.1",
        type="question-answering",
        stages=("intermediate",),
        layout="squad",
        splits={
            "train": Split(paths=("squad/train-v1.1.json",), expected={"en": 87599}),
            "dev": Split(paths=("squad/dev-v1.1.json",), expected={"en": 10570}),
        },
        scorer="squad1",
        training=_SQUAD_TRAINING,
        hub=Hub(id="rajpurkar/squad"),
        licence="CC BY-SA 4.0",
        citation="Rajpurkar et al. 2016, arXiv 1606.05250",
        caveats={
            "xquad-in-dev": "every XQuAD paragraph is in SQuAD 1.1 dev: a model selected on it has seen them",
        },
    ),
    Task(
        name="squad-dev-unseen",
        title="SQuAD 1.1 dev outside XQuAD",
        type="question-answering",
        stages=("intermediate",),
        layout="squad",
        splits={
            "train": Split(
                paths=("squad/dev-v1.1.json",), without_ids_of="xquad/xquad.en.json", share=(0.2, 1.0)
            ),
            "dev": Split(
                paths=("squad/dev-v1.1.json",), without_ids_of="xquad/xquad.en.json", share=(0.0, 0.2)
            ),
        },
        scorer="squad1",
        training=_SQUAD_TRAINING,
        licence="CC BY-SA 4.0",
        citation="Rajpurkar et al. 2016, arXiv 1606.05250; Artetxe et al. 2020, arXiv 1910.11856",
        caveats={
            "not-squad-train": "trained on a tenth of SQuAD's size: its dev questions outside XQuAD, "
            "split by article",
        },
    ),
)
