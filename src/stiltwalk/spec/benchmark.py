"""What a benchmark is: groups of tasks, and how submissions to it are laid out in files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.record import Record

SubmissionLayout = Literal["labels", "rows", "tags", "pairs", "answers", "rankings", "choices"]
"""How the files of a submission are written.

``labels``: a label a line; ``rows``: the number of a row a line, counting from 0; ``tags``: a tag a line, a
blank line after each sentence; ``pairs``: two ids a line, a tab between them; ``answers``: JSON, question
id → text, judged by JSON in SQuAD's form; ``rankings``: JSON, query id → candidate ids, judged by the right
ids; ``choices``: a JSON object with a ``label`` a line.
"""

SUFFIXES: Mapping[SubmissionLayout, str] = {
    "labels": "tsv",
    "rows": "tsv",
    "tags": "tsv",
    "pairs": "tsv",
    "answers": "json",
    "rankings": "json",
    "choices": "jsonl",
}
"""Layout → how its files end."""


class BenchmarkTask(Record):
    """A task as one benchmark sets it.

    Attributes:
        task: name of the task record.
        folder: what the task is called in submissions.
        layout: how its files are written.
        languages: the languages whose mean is the task's score.
        scorer: a key of ``SCORERS``; the mean of its main metrics is the task's score.
    """

    task: str
    folder: str
    layout: SubmissionLayout
    languages: tuple[str, ...] = Field(min_length=1)
    scorer: str

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        unknown = sorted({code for code in self.languages if code not in LANGUAGES})
        if unknown:
            raise ValueError(f"'{self.task}' names languages that are not in the table: {', '.join(unknown)}")
        if self.scorer not in SCORERS:
            raise ValueError(f"'{self.task}' names the scorer '{self.scorer}', which does not exist")
        return self

    def file(self, code: str) -> str:
        """Where the file of one language lies below a folder of labels or predictions."""
        return f"{self.folder}/test-{code}.{SUFFIXES[self.layout]}"


class Group(Record):
    """Tasks of one kind, whose mean is the group's score."""

    name: str
    tasks: tuple[BenchmarkTask, ...] = Field(min_length=1)


class Benchmark(Record):
    """Groups of tasks. Its total is the mean over tasks, not over groups.

    Attributes:
        name: what commands and study files call it.
        title: what tables call it.
        groups: in the order in which they are shown.
        citation: short reference.
    """

    name: str
    title: str
    groups: tuple[Group, ...] = Field(min_length=1)
    citation: str

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for what in ("task", "folder"):
            names = [getattr(task, what) for task in self.tasks]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"benchmark '{self.name}' holds the {what} {', '.join(twice)} twice")
        return self

    @property
    def tasks(self) -> tuple[BenchmarkTask, ...]:
        """Every task, group by group."""
        return tuple(task for group in self.groups for task in group.tasks)
