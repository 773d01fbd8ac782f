"""What XTREME-R (Ruder et al. 2021, arXiv 2104.07412) changes: a choice of causes, and another Tatoeba.

Its retrieval tasks with a dual encoder are in ``dual_encoders``.
"""

from __future__ import annotations

from stiltwalk.spec.task import Hub, Split, Task
from stiltwalk.spec.tasks.reasoning import COPA_COLUMNS
from stiltwalk.spec.tasks.sentence_retrieval import TATOEBA

_XCOPA = tuple("et ht id it qu sw ta th tr vi zh".split())

XTREME_R = (
    Task(
        name="xcopa",
        title="XCOPA",
        type="multiple-choice",
        stages=("target",),
        layout="columns",
        columns=COPA_COLUMNS.replace({"id": "{idx}"}),
        splits={
            "dev": Split(
                paths=("xcopa/data/{language}/val.{language}.jsonl",),
                languages=_XCOPA,
                expected=dict.fromkeys(_XCOPA, 100),
            ),
            "test": Split(
                paths=("xcopa/data/{language}/test.{language}.jsonl",),
                languages=_XCOPA,
                expected=dict.fromkeys(_XCOPA, 500),
            ),
        },
        trains_on=("socialiqa", "copa"),
        scorer="accuracy",
        hub=Hub(
            id="cambridgeltl/xcopa",
            config="{language}",
            splits={"dev": "validation", "test": "test"},
            columns=COPA_COLUMNS.replace({"id": "{idx}"}),
        ),
        licence="CC BY 4.0",
        citation="Ponti et al. 2020, arXiv 2005.00333",
        caveats={"english-question": "in every language English words ask for the cause or the effect"},
    ),
    TATOEBA.replace(
        {
            "name": "tatoeba-squad",
            "title": "Tatoeba after SQuAD",
            "trains_on": ("squad",),
            "caveats": {
                **TATOEBA.caveats,
                "not-zero-shot-retrieval": "XTREME-R takes its vectors from a model fine-tuned on SQuAD 1.1",
            },
        }
    ),
)
