"""Data sets as they lie on a hub: a card, and Parquet in the columns that the hub has."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from .hub_server import EXPORT, Repository

NLI = ("entailment", "neutral", "contradiction")
"""The hub's order of labels, which is not ours."""

NER = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
TEXT = {"dtype": "string"}


def class_label(names: Sequence[str]) -> dict[str, Any]:
    """A card's feature of class labels."""
    return {"dtype": {"class_label": {"names": {str(at): name for at, name in enumerate(names)}}}}


def parquet(rows: Sequence[Mapping[str, Any]], features: Mapping[str, Any] | None = None) -> bytes:
    """Rows as Parquet; with the features of the library that writes a hub's own copies."""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    if features is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


Tables = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
"""Configuration → split → rows."""


def published(tables: Tables, features: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a data set with a card, every configuration with the same features."""
    names = [{"name": name, **feature} for name, feature in features.items()]
    card = {
        "configs": [
            {
                "config_name": config,
                "data_files": [{"split": split, "path": f"{config}/{split}-*"} for split in splits],
            }
            for config, splits in tables.items()
        ],
        "dataset_info": [
            {
                "config_name": config,
                "features": names,
                "splits": [{"name": split, "num_bytes": 1, "num_examples": 1} for split in splits],
            }
            for config, splits in tables.items()
        ],
    }
    files = {"README.md": f"---\n{yaml.safe_dump(card)}---\n".encode()}
    for config, splits in tables.items():
        for split, rows in splits.items():
            files[f"{config}/{split}-00000-of-00001.parquet"] = parquet(rows)
    return files


def nli(*pairs: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Rows of an inference task: premise, hypothesis, number of the label."""
    return [{"premise": a, "hypothesis": b, "label": label} for a, b, label in pairs]


NLI_FEATURES = {"premise": TEXT, "hypothesis": TEXT, "label": class_label(NLI)}
QUESTION_FEATURES = {
    "id": TEXT,
    "title": TEXT,
    "context": TEXT,
    "question": TEXT,
    # a card writes a list of objects where the columns are an object of lists
    "answers": {"sequence": [{"name": "text", **TEXT}, {"name": "answer_start", "dtype": "int32"}]},
}


def question(name: str, start: int = 2) -> dict[str, Any]:
    """A question about a sentence of four words."""
    return {
        "id": name,
        "title": "Cats",
        "context": "A cat sat here.",
        "question": "Who sat?",
        "answers": {"text": ["cat"], "answer_start": [start]},
    }


def everything() -> dict[str, Repository]:
    """A few rows of one data set of each kind, under the ids of the records."""
    xnli = {
        code: {
            split: nli((f"{code} one", "x", 0), (f"{code} two", "y", 2)) for split in ("validation", "test")
        }
        # translated by a machine, which left something blank
        | {"train": nli((f"{code} one", "x", 0), (" ", "z", 1), (f"{code} two", "y", 2))}
        for code in ("de", "en", "sw")
    }
    social = [
        {
            "context": "Ann ran.",
            "question": "Why?",
            "answerA": "a",
            "answerB": "b",
            "answerC": "c",
            "label": "3",
        }
    ]
    return {
        "nyu-mll/glue": _with_card(
            {
                "mnli": {
                    "train": nli(("p", "h", 2), ("q", "i", 0), ("r", "j", 1)),
                    "validation_matched": nli(("s", "k", 1)),
                }
            },
            NLI_FEATURES,
        ),
        "stanfordnlp/snli": _with_card(
            {
                "plain_text": {
                    "train": nli(("p", "h", 0), ("q", "i", -1), ("r", "j", 1)),
                    "validation": nli(("a", "b", 0)),
                }
            },
            NLI_FEATURES,
        ),
        "rajpurkar/squad": _with_card(
            {"plain_text": {"train": [question("q1"), question("q2")], "validation": [question("q3")]}},
            QUESTION_FEATURES,
        ),
        "facebook/xnli": _with_card(xnli, NLI_FEATURES),
        "unimelb-nlp/wikiann": _with_card(
            {
                "sw": {
                    split: [
                        {"tokens": ["Juma", "wa", "Pwani"], "ner_tags": [1, 2, 0]},
                        {"tokens": ["na"], "ner_tags": [0]},
                    ]
                    for split in ("validation", "test")
                }
            },
            {"tokens": {"sequence": "string"}, "ner_tags": {"sequence": class_label(NER)["dtype"]}},
        ),
        "tau/commonsense_qa": _with_card(
            {
                "default": {
                    split: [
                        {
                            "id": split,
                            "question": "Where?",
                            "choices": {"label": list("ABCDE"), "text": list("vwxyz")},
                            "answerKey": "D",
                        }
                    ]
                    for split in ("train", "validation")
                }
            },
            {
                "id": TEXT,
                "question": TEXT,
                "choices": {"sequence": [{"name": "label", **TEXT}, {"name": "text", **TEXT}]},
                "answerKey": TEXT,
            },
        ),
        "google-research-datasets/tydiqa": _with_card(
            {
                "secondary_task": {
                    "train": [question("english-1"), question("swahili-2")],
                    "validation": [question("swahili-3"), question("english-4"), question("swahili-5")],
                }
            },
            QUESTION_FEATURES,
        ),
        # a loading script, of which the hub keeps a copy as Parquet
        "allenai/social_i_qa": Repository(
            {
                "main": {"README.md": b"", "social_i_qa.py": b"raise SystemExit"},
                EXPORT: {
                    f"default/{split}/0000.parquet": parquet(social) for split in ("train", "validation")
                },
            }
        ),
    }


def _with_card(tables: Tables, features: Mapping[str, Any]) -> Repository:
    return Repository({"main": published(tables, features)})
