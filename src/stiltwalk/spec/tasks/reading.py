"""English question answering: SQuAD 1.1 and 2.0."""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Stage, Task, Translated
from stiltwalk.spec.tasks.inference import XTREME_BUCKET

# the target stage's values are those of the targets it trains: XQuAD 16, 2 epochs
_SQUAD_TRAINING: Mapping[str, Mapping[Stage, Mapping[str, float | int | None]]] = {
    "released": {"target": {"batch_size": 16, "epochs": 2}},
    "paper-recalled": {
        "intermediate": {"batch_size": 8, "epochs": 3},
        "target": {"batch_size": 16, "epochs": 2},
    },
}

SQUAD_COLUMNS = Columns(
    id="{id}", group="{title}", question="{question}", context="context", answers="answers"
)
"""SQuAD and what is built like it, as on the hub."""


def _squad_translated(split: str) -> tuple[Translated, ...]:
    """XTREME's translations of SQuAD 1.1, as TensorFlow Datasets' builder of XQuAD names them; then MLQA's.

    XTREME's keep the ids of SQuAD, though not every question is there.
    """
    xtreme = f"xtreme_translations/SQuAD/translate-{split}/squad.translate.{split}.en-{{language}}.json"
    mlqa = f"mlqa/mlqa-translate-train/{{language}}_squad-translate-train-{split}-v1.1.json"
    return (
        Translated(
            paths=(xtreme,),
            layout="squad-translated",
            languages=tuple("ar de el es hi ru th tr vi zh".split()),
            aligned=True,
        ),
        Translated(paths=(mlqa,), layout="squad-translated", languages=tuple("ar de es hi vi zh".split())),
    )


READING = (
    Task(
        name="squad",
        title="SQuAD 1.1",
        type="question-answering",
        stages=("intermediate",),
        layout="squad",
        splits={
            "train": Split(
                paths=("squad/train-v1.1.json",),
                translated=_squad_translated("train"),
                expected={"en": 87599},
            ),
            "dev": Split(
                paths=("squad/dev-v1.1.json",), translated=_squad_translated("dev"), expected={"en": 10570}
            ),
        },
        scorer="squad1",
        training=_SQUAD_TRAINING,
        hub=Hub(
            id="rajpurkar/squad",
            config="plain_text",
            splits={"train": "train", "dev": "validation"},
            columns=SQUAD_COLUMNS,
        ),
        archives=(
            "https://rajpurkar.github.io/SQuAD-explorer/dataset/train-v1.1.json",
            "https://rajpurkar.github.io/SQuAD-explorer/dataset/dev-v1.1.json",
            XTREME_BUCKET,
            "https://dl.fbaipublicfiles.com/MLQA/mlqa-translate-train.tar.gz",
        ),
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
    Task(
        name="squad2",
        title="SQuAD 2.0",
        type="question-answering",
        stages=("intermediate",),
        layout="squad",
        splits={
            "train": Split(paths=("squad/train-v2.0.json",), expected={"en": 130_319}),
            "dev": Split(paths=("squad/dev-v2.0.json",), expected={"en": 11_873}),
        },
        scorer="squad2",
        training={"paper-recalled": {"intermediate": {"batch_size": 8, "epochs": 3}}},
        hub=Hub(
            id="rajpurkar/squad_v2",
            config="squad_v2",
            splits={"train": "train", "dev": "validation"},
            columns=SQUAD_COLUMNS,
        ),
        archives=(
            "https://rajpurkar.github.io/SQuAD-explorer/dataset/train-v2.0.json",
            "https://rajpurkar.github.io/SQuAD-explorer/dataset/dev-v2.0.json",
        ),
        licence="CC BY-SA 4.0",
        citation="Rajpurkar et al. 2018, arXiv 1806.03822",
    ),
)
