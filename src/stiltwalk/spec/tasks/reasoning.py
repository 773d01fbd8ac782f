"""English multiple-choice tasks: commonsense, and causes and effects."""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Task

ASKED = {"cause": "What was the cause?", "effect": "What was the effect?"}
"""How a choice of causes or effects asks, in English whatever the language (google-research/xtreme)."""

COPA_COLUMNS = Columns(
    prompt="{premise} {question}",
    choices=("{choice1}", "{choice2}"),
    label="label",
    values={"question": ASKED},
)
# as published and on the hub alike
_COSMOSQA = Columns(
    id="{id}",
    prompt="{context} {question}",
    choices=("{answer0}", "{answer1}", "{answer2}", "{answer3}"),
    label="label",
)
_HELLASWAG = Columns(
    prompt="{ctx_a}", choice_list="endings", choice="{ctx_b} {choice}", label="label", blank=("ctx_b",)
)
_SOCIAL_CHOICES = ("{answerA}", "{answerB}", "{answerC}")
_XTREME_R = {"xtreme-baseline": {"target": {"learning_rate": 3e-5, "epochs": 5}}}

REASONING = (
    Task(
        name="commonsenseqa",
        title="CommonsenseQA",
        type="multiple-choice",
        stages=("intermediate",),
        layout="commonsenseqa",
        splits={
            "train": Split(paths=("commonsenseqa/train_rand_split.jsonl",), expected={"en": 9_741}),
            "dev": Split(paths=("commonsenseqa/dev_rand_split.jsonl",), expected={"en": 1_221}),
        },
        scorer="accuracy",
        training={"paper-recalled": {"intermediate": {"batch_size": 4, "epochs": 10}}},
        hub=Hub(
            id="tau/commonsense_qa",
            splits={"train": "train", "dev": "validation"},
            columns=Columns(
                id="{id}",
                prompt="{question}",
                choice_list="choices.text",
                label="answerKey",
                labels={letter: str(index) for index, letter in enumerate("ABCDE")},
            ),
        ),
        archives=(
            "https://s3.amazonaws.com/commensenseqa/train_rand_split.jsonl",
            "https://s3.amazonaws.com/commensenseqa/dev_rand_split.jsonl",
        ),
        licence="MIT",
        citation="Talmor et al. 2019, arXiv 1811.00937",
    ),
    Task(
        name="cosmosqa",
        title="Cosmos QA",
        type="multiple-choice",
        stages=("intermediate",),
        layout="columns",
        columns=_COSMOSQA,
        splits={
            "train": Split(paths=("cosmosqa/train.csv",), expected={"en": 25_262}),
            "dev": Split(paths=("cosmosqa/valid.csv",), expected={"en": 2_985}),
        },
        scorer="accuracy",
        training={"paper-recalled": {"intermediate": {"batch_size": 4, "epochs": 15}}},
        hub=Hub(
            id="allenai/cosmos_qa",
            splits={"train": "train", "dev": "validation"},
            columns=_COSMOSQA,
        ),
        archives=(
            "https://github.com/wilburOne/cosmosqa/raw/master/data/train.csv",
            "https://github.com/wilburOne/cosmosqa/raw/master/data/valid.csv",
        ),
        licence="CC BY 4.0",
        citation="Huang et al. 2019, arXiv 1909.00277",
    ),
    Task(
        name="hellaswag",
        title="HellaSwag",
        type="multiple-choice",
        stages=("intermediate",),
        layout="columns",
        columns=_HELLASWAG,
        splits={
            "train": Split(paths=("hellaswag/hellaswag_train.jsonl",), expected={"en": 39_905}),
            "dev": Split(paths=("hellaswag/hellaswag_val.jsonl",), expected={"en": 10_042}),
        },
        scorer="accuracy",
        training={"paper-recalled": {"intermediate": {"batch_size": 24, "epochs": 7}}},
        hub=Hub(
            id="Rowan/hellaswag",
            splits={"train": "train", "dev": "validation"},
            columns=_HELLASWAG,
        ),
        archives=(
            "https://github.com/rowanz/hellaswag/raw/master/data/hellaswag_train.jsonl",
            "https://github.com/rowanz/hellaswag/raw/master/data/hellaswag_val.jsonl",
        ),
        licence="MIT",
        citation="Zellers et al. 2019, arXiv 1905.07830",
    ),
    Task(
        name="socialiqa",
        title="Social IQa",
        type="multiple-choice",
        stages=("intermediate",),
        layout="columns",
        # two published forms: the right answer by letter in the row, or by number in a file beside it
        columns=Columns(
            prompt="{context} {question}",
            choices=_SOCIAL_CHOICES,
            label="correct",
            labels={"A": "0", "B": "1", "C": "2", "1": "0", "2": "1", "3": "2"},
            beside="correct",
        ),
        splits={
            "train": Split(
                paths=("socialiqa/socialIQa_v1.4_trn.jsonl",),
                instead=(("socialiqa/train.jsonl", "socialiqa/train-labels.lst"),),
                expected={"en": 33_410},
            ),
            "dev": Split(
                paths=("socialiqa/socialIQa_v1.4_dev.jsonl",),
                instead=(("socialiqa/dev.jsonl", "socialiqa/dev-labels.lst"),),
                expected={"en": 1_954},
            ),
        },
        scorer="accuracy",
        training=_XTREME_R,
        hub=Hub(
            id="allenai/social_i_qa",
            splits={"train": "train", "dev": "validation"},
            columns=Columns(
                prompt="{context} {question}",
                choices=_SOCIAL_CHOICES,
                label="label",
                labels={"1": "0", "2": "1", "3": "2"},
            ),
        ),
        archives=(
            "https://maartensap.github.io/social-iqa/data/socialIQa_v1.4.tgz",
            "https://storage.googleapis.com/ai2-mosaic/public/socialiqa/socialiqa-train-dev.zip",
        ),
        licence="CC BY 4.0",
        citation="Sap et al. 2019, arXiv 1904.09728",
    ),
    Task(
        name="copa",
        title="COPA",
        type="multiple-choice",
        stages=("intermediate",),
        layout="columns",
        columns=COPA_COLUMNS,
        splits={
            "train": Split(paths=("copa/COPA/train.jsonl",), expected={"en": 400}),
            "dev": Split(paths=("copa/COPA/val.jsonl",), expected={"en": 100}),
        },
        scorer="accuracy",
        training=_XTREME_R,
        hub=Hub(
            id="aps/super_glue",
            config="copa",
            splits={"train": "train", "dev": "validation"},
            columns=COPA_COLUMNS.replace({"labels": {"choice1": "0", "choice2": "1"}}),
        ),
        archives=("https://dl.fbaipublicfiles.com/glue/superglue/data/v2/COPA.zip",),
        licence="BSD 2-Clause",
        citation="Roemmele et al. 2011; Wang et al. 2019 (SuperGLUE), arXiv 1905.00537",
    ),
    Task(
        name="ecare",
        title="e-CARE",
        type="multiple-choice",
        stages=("intermediate",),
        layout="columns",
        columns=Columns(
            id="{index}",
            prompt="{premise} {ask-for}",
            choices=("{hypothesis1}", "{hypothesis2}"),
            label="label",
            values={"ask-for": ASKED},
        ),
        splits={
            "train": Split(paths=("ecare/Causal_Reasoning/train.jsonl",), expected={"en": 14_928}),
            "dev": Split(paths=("ecare/Causal_Reasoning/dev.jsonl",), expected={"en": 2_132}),
        },
        scorer="accuracy",
        archives=("https://github.com/Waste-Wood/e-CARE",),
        licence="MIT",
        citation="Du et al. 2022, arXiv 2205.05849",
    ),
)
