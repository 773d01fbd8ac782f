"""Tiny tasks and files that the tests of this package write for themselves."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from stiltwalk.data.layouts import LAYOUTS
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.task import Made, Split, SplitName, Task, TaskType

UPOS = ("ADJ", "ADP", "ADV", "AUX", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PUNCT", "VERB")


def fake_task(
    layout: str,
    splits: Mapping[SplitName, Split],
    *,
    kind: TaskType = "masked-lm",
    labels: tuple[str, ...] = (),
    tag_preference: Mapping[str, tuple[str, ...]] | None = None,
) -> Task:
    """A task with nothing but a layout and splits."""
    return Task(
        name="fake",
        title="Fake",
        type=kind,
        stages=("text",),
        layout=layout,
        splits=splits,
        labels=labels,
        tag_preference=tag_preference or {},
        # whether a question may have no answer is the scorer's to say
        scorer="squad1" if kind == "question-answering" else None,
        licence="none",
        citation="none",
    )


def lines_task(*paths: str, languages: tuple[str, ...] = ("en",)) -> Task:
    """A task of the ``lines`` layout with a train split at ``paths``."""
    return fake_task("lines", {"train": Split(paths=paths, languages=languages)})


def write(path: Path, text: str) -> Path:
    """Writes ``text`` as UTF-8, gzipped if the name says so, making folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def read_all(task: Task, language: str, *paths: Path) -> list[Grouped]:
    """Everything the task's reader makes of the files."""
    return list(LAYOUTS[task.layout or ""](task, language, paths))


def squad_text(*articles: tuple[str, str, tuple[tuple[str, str], ...]]) -> str:
    """SQuAD JSON of articles ``(title, context, ((question id, answer), ...))``."""
    return json.dumps(
        {
            "data": [
                {
                    "title": title,
                    "paragraphs": [
                        {
                            "context": context,
                            "qas": [
                                {
                                    "id": identity,
                                    "question": "which?",
                                    "answers": [{"text": answer, "answer_start": context.find(answer)}],
                                }
                                for identity, answer in questions
                            ],
                        }
                    ],
                }
                for title, context, questions in articles
            ]
        }
    )


def made_task(
    examples: int = 4, seed: int = 0, languages: tuple[str, ...] = ("en", "de"), generator: str = "nli"
) -> Task:
    """A generated task with a train split of so many examples."""
    split = Split(made=Made(examples=examples, seed=seed), languages=languages)
    return Task(
        name="made",
        title="Made",
        type="sequence-classification",
        stages=("intermediate",),
        generator=generator,
        splits={"train": split, "dev": split},
        labels=("entailment", "neutral", "contradiction"),
        scorer="accuracy",
        licence="none",
        citation="none",
    )
