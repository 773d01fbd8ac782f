"""English sentence-pair tasks: natural language inference and duplicate questions.

Every task of three-way inference has the labels in the order of the released code of Phang et al. 2020, so
that one head serves them all.
"""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Task, Translated

NLI_LABELS = ("contradiction", "entailment", "neutral")

_SENTENCES = Columns(text_a="{sentence1}", text_b="{sentence2}", label="gold_label", unlabelled=("-",))
_HYPOTHESES = Columns(text_a="{premise}", text_b="{hypothesis}", label="label", unlabelled=("-1",))
_TRAINING = {"paper-recalled": {"intermediate": {"batch_size": 24, "epochs": 2}}}

SNLI = Task(
    name="snli",
    title="SNLI",
    type="sequence-classification",
    stages=("intermediate",),
    layout="columns",
    columns=_SENTENCES,
    labels=NLI_LABELS,
    splits={
        "train": Split(paths=("snli/snli_1.0/snli_1.0_train.jsonl",), expected={"en": 549_367}),
        "dev": Split(paths=("snli/snli_1.0/snli_1.0_dev.jsonl",), expected={"en": 9_842}),
    },
    scorer="accuracy",
    training=_TRAINING,
    hub=Hub(
        id="stanfordnlp/snli",
        config="plain_text",
        splits={"train": "train", "dev": "validation"},
        columns=_HYPOTHESES,
    ),
    archives=("https://nlp.stanford.edu/projects/snli/snli_1.0.zip",),
    licence="CC BY-SA 4.0",
    citation="Bowman et al. 2015, arXiv 1508.05326",
)

XTREME_BUCKET = "https://console.cloud.google.com/storage/browser/xtreme_translations"
"""Where XTREME's machine translations lie."""

XTREME_TRANSLATION = ("original1", "original2", "translated1", "translated2", "label")
"""Columns of XTREME's translations of sentence pairs, whose files have no header."""

_XNLI_LANGUAGES = tuple("ar bg de el es fr hi ru sw th tr ur vi zh".split())
_CONTRADICTORY = {"contradictory": "contradiction"}
# Those released with XNLI, which Phang et al. 2020 are remembered to have used: row by row the same in
# every language. Then XTREME's, in another order than MNLI's rows (google-research/xtreme, issue 37).
_MNLI_TRANSLATED = (
    Translated(
        paths=("xnli/XNLI-MT-1.0/multinli/multinli.train.{language}.tsv",),
        columns=Columns(text_a="{premise}", text_b="{hypo}", label="label", labels=_CONTRADICTORY, gaps=True),
        languages=_XNLI_LANGUAGES,
        aligned=True,
        hub=Hub(
            id="facebook/xnli",
            config="{language}",
            splits={"train": "train"},
            columns=_HYPOTHESES.replace({"gaps": True}),
        ),
    ),
    Translated(
        paths=("xtreme_translations/XNLI/translate-train/en-{language}-translated.tsv",),
        columns=Columns(
            text_a="{translated1}",
            text_b="{translated2}",
            label="label",
            labels=_CONTRADICTORY,
            header=XTREME_TRANSLATION,
            gaps=True,
        ),
        languages=_XNLI_LANGUAGES,
    ),
)

MNLI = Task(
    name="mnli",
    title="MNLI",
    type="sequence-classification",
    stages=("intermediate",),
    layout="columns",
    columns=_SENTENCES,
    labels=NLI_LABELS,
    splits={
        "train": Split(
            paths=("mnli/train.tsv",),
            instead=(("mnli/multinli_1.0/multinli_1.0_train.jsonl",),),
            translated=_MNLI_TRANSLATED,
            expected={"en": 392_702},
        ),
        "dev": Split(
            paths=("mnli/dev_matched.tsv",),
            instead=(("mnli/multinli_1.0/multinli_1.0_dev_matched.jsonl",),),
            expected={"en": 9_815},
        ),
    },
    scorer="accuracy",
    training={
        "released": {"target": {"batch_size": 32, "epochs": 2}},
        "paper-recalled": {
            "intermediate": {"batch_size": 24, "epochs": 2},
            "target": {"batch_size": 4, "epochs": 2},
        },
        "xtreme-baseline": {"target": {"learning_rate": 3e-5, "epochs": 5}},
    },
    hub=Hub(
        id="nyu-mll/glue",
        config="mnli",
        splits={"train": "train", "dev": "validation_matched"},
        columns=_HYPOTHESES,
    ),
    archives=(
        "https://dl.fbaipublicfiles.com/glue/data/MNLI.zip",
        "https://dl.fbaipublicfiles.com/XNLI/XNLI-MT-1.0.zip",
        XTREME_BUCKET,
    ),
    licence="OANC and others, see the data set",
    citation="Williams et al. 2018, arXiv 1704.05426",
)


def _anli(number: int, train: int, dev: int) -> Task:
    """One round of ANLI."""
    return Task(
        name=f"anli-r{number}",
        title=f"ANLI round {number}",
        type="sequence-classification",
        stages=("intermediate",),
        layout="columns",
        columns=Columns(
            text_a="{context}",
            text_b="{hypothesis}",
            label="label",
            labels={"c": "contradiction", "e": "entailment", "n": "neutral"},
        ),
        labels=NLI_LABELS,
        splits={
            "train": Split(paths=(f"anli/anli_v1.0/R{number}/train.jsonl",), expected={"en": train}),
            "dev": Split(paths=(f"anli/anli_v1.0/R{number}/dev.jsonl",), expected={"en": dev}),
        },
        scorer="accuracy",
        training=_TRAINING,
        hub=Hub(
            id="facebook/anli",
            config="plain_text",
            splits={"train": f"train_r{number}", "dev": f"dev_r{number}"},
            columns=_HYPOTHESES,
        ),
        archives=("https://dl.fbaipublicfiles.com/anli/anli_v1.0.zip",),
        licence="CC BY-NC 4.0",
        citation="Nie et al. 2020, arXiv 1910.14599",
    )


_ANLI = (_anli(1, 16_946, 1_000), _anli(2, 45_460, 1_000), _anli(3, 100_459, 1_200))

INFERENCE = (
    SNLI,
    MNLI,
    *_ANLI,
    Task(
        name="anli+",
        title="ANLI+ (SNLI, MNLI and ANLI 1 to 3)",
        type="sequence-classification",
        stages=("intermediate",),
        parts=(SNLI, MNLI, *_ANLI),
        labels=NLI_LABELS,
        splits={"train": Split(expected={"en": 1_104_934}), "dev": Split(expected={"en": 22_857})},
        scorer="accuracy",
        training=_TRAINING,
        licence="of its parts",
        citation="Phang et al. 2020, arXiv 2005.13013",
        caveats={
            "pooled-parts": "its parts are shuffled into one data set; the released code draws each step's "
            "examples from one part, in proportion to its size",
        },
    ),
    Task(
        name="qqp",
        title="QQP",
        type="sequence-classification",
        stages=("intermediate",),
        layout="columns",
        columns=Columns(
            text_a="{question1}",
            text_b="{question2}",
            label="is_duplicate",
            labels={"0": "not_duplicate", "1": "duplicate"},
            blank=("question1", "question2"),
            short_rows=True,
        ),
        labels=("not_duplicate", "duplicate"),
        splits={
            "train": Split(paths=("qqp/train.tsv",), expected={"en": 363_846}),
            "dev": Split(paths=("qqp/dev.tsv",), expected={"en": 40_430}),
        },
        scorer="accuracy-f1",
        training={"paper-recalled": {"intermediate": {"batch_size": 24, "epochs": 3}}},
        hub=Hub(
            id="nyu-mll/glue",
            config="qqp",
            splits={"train": "train", "dev": "validation"},
            columns=Columns(
                text_a="{question1}",
                text_b="{question2}",
                label="label",
                labels={"0": "not_duplicate", "1": "duplicate"},
                blank=("question1", "question2"),
            ),
        ),
        # an older archive, QQP.zip, has three rows more
        archives=("https://dl.fbaipublicfiles.com/glue/data/QQP-clean.zip",),
        licence="Quora's terms",
        citation="Wang et al. 2019 (GLUE), arXiv 1804.07461",
    ),
    Task(
        name="sick",
        title="SICK",
        type="sequence-classification",
        stages=("intermediate",),
        layout="columns",
        columns=Columns(
            id="{pair_ID}",
            text_a="{sentence_A}",
            text_b="{sentence_B}",
            label="entailment_judgment",
            labels={"CONTRADICTION": "contradiction", "ENTAILMENT": "entailment", "NEUTRAL": "neutral"},
        ),
        labels=NLI_LABELS,
        splits={
            "train": Split(paths=("sick/SICK_train.txt",), expected={"en": 4_500}),
            "dev": Split(paths=("sick/SICK_trial.txt",), expected={"en": 500}),
            "test": Split(paths=("sick/SICK_test_annotated.txt",), expected={"en": 4_927}),
        },
        scorer="accuracy",
        licence="CC BY-NC-SA 3.0",
        citation="Marelli et al. 2014",
    ),
)
