"""English tagging tasks to train on: named entities, and supertags of a licensed corpus."""

from __future__ import annotations

from stiltwalk.spec.task import Split, Task

TAGGING = (
    Task(
        name="uner",
        title="Universal NER, English EWT",
        type="token-classification",
        stages=("intermediate",),
        layout="token-tags",
        labels=tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC".split()),
        # the training file is of an earlier version, with a type that dev and test do not have
        tag_map={"B-OTH": "O", "I-OTH": "O", "B-O": "O"},
        splits={
            "train": Split(paths=("uner/UNER_English-EWT/en_ewt-ud-train.iob2",), expected={"en": 12543}),
            "dev": Split(paths=("uner/UNER_English-EWT/en_ewt-ud-dev.iob2",), expected={"en": 2001}),
            "test": Split(paths=("uner/UNER_English-EWT/en_ewt-ud-test.iob2",), expected={"en": 2077}),
        },
        scorer="ner",
        licence="CC BY-SA 4.0",
        citation="Mayhew et al. 2024, arXiv 2311.09122",
    ),
    Task(
        name="ccg",
        title="CCG supertags",
        type="token-classification",
        stages=("intermediate",),
        layout="tabbed-tags",
        labels_file="ccg/tags_to_id.json",
        splits={
            "train": Split(paths=("ccg/train.tsv",), expected={"en": 38_015}),
            "dev": Split(paths=("ccg/dev.tsv",), expected={"en": 5_484}),
        },
        scorer="tag-accuracy",
        training={"paper-recalled": {"intermediate": {"batch_size": 24, "epochs": 15}}},
        obtain=(
            "CCGbank is licensed by the LDC (LDC2005T13) and cannot be fetched. From your copy make, below "
            "the data folder, ccg/train.tsv and ccg/dev.tsv, a sentence a line: words divided by spaces, a "
            "tab, and as many supertags divided by spaces; and ccg/tags_to_id.json, an object that numbers "
            "the 1,363 supertags from 0 on."
        ),
        licence="LDC user agreement, LDC2005T13",
        citation="Hockenmaier and Steedman 2007",
    ),
)
