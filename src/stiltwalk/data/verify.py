"""What lies in a data folder, and whether it is whole: one row for each split and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stiltwalk.data.files import data_folder, locate, matches
from stiltwalk.data.load import available, load, missing_message
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import SplitName, Task

VerifyState = Literal["whole", "uncounted", "fewer", "more", "missing", "broken"]


@dataclass(frozen=True, slots=True)
class DataRow:
    """What lies there of one split in one language.

    Attributes:
        task: the task's name.
        language: its code.
        split: the split's name.
        state: ``present`` if everything that loading needs is there; ``generated`` if it needs no files.
        files: paths below the data folder of what is there, even of an incomplete set.
        wanted: the patterns that are looked for, below the data folder.
        bytes: their size on disk.
    """

    task: str
    language: str
    split: SplitName
    state: Literal["present", "missing", "generated"]
    files: tuple[str, ...]
    wanted: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class VerifyRow:
    """Whether one split in one language is whole.

    Attributes:
        task: the task's name.
        language: its code.
        split: the split's name.
        examples: how many were read; ``None`` if it is missing or broken.
        expected: how many were published; ``None`` if the record does not say.
        state: ``whole``: as many as published; ``uncounted``: readable, but nothing to compare with;
            ``fewer`` or ``more`` than published; ``missing``; ``broken``: there, but not readable.
        message: what is wrong and how to mend it; empty if nothing is.
    """

    task: str
    language: str
    split: SplitName
    examples: int | None
    expected: int | None
    state: VerifyState
    message: str


def inventory(task: Task, root: Path | None) -> list[DataRow]:
    """A row for each split and language of the task; no file is opened.

    Without a data folder everything that is read from files is missing.
    """
    return [_listed(task, split, language, root) for split, language in _every(task)]


def _listed(task: Task, split: SplitName, language: str, root: Path | None) -> DataRow:
    wanted = task.patterns(split, language)
    if task.generator is not None:
        return DataRow(task.name, language, split, "generated", (), wanted, 0)
    if root is None:
        return DataRow(task.name, language, split, "missing", (), wanted, 0)
    paths = [path for some in matches(task, split, language, root).values() for path in some]
    return DataRow(
        task=task.name,
        language=language,
        split=split,
        state="present" if language in available(task, split, root) else "missing",
        files=tuple(path.relative_to(root).as_posix() for path in paths),
        wanted=wanted,
        bytes=sum(path.stat().st_size for path in paths),
    )


def verify(task: Task, root: Path | None) -> list[VerifyRow]:
    """A row for each split and language of the task, every file read in full.

    A broken file makes a row that says so; the other rows are not touched by it.

    Raises:
        UserError: the task is read from files, and no data folder was named.
    """
    if task.generator is None:
        data_folder(task, root)
    return [_verified(task, split, language, root) for split, language in _every(task)]


def _every(task: Task) -> Iterator[tuple[SplitName, str]]:
    for split, rule in task.splits.items():
        for language in rule.languages:
            yield split, language


def _verified(task: Task, split: SplitName, language: str, root: Path | None) -> VerifyRow:
    rule = task.split(split)
    expected = rule.made.examples if rule.made else rule.expected.get(language)

    def row(state: VerifyState, message: str, examples: int | None = None) -> VerifyRow:
        return VerifyRow(task.name, language, split, examples, expected, state, message)

    try:
        if rule.made is None and not locate(task, split, language, data_folder(task, root)):
            return row("missing", f"{root}: {missing_message(task, split, language)}")
        count = len(load(task, split, language, root))
    except UserError as error:
        return row("broken", str(error))
    if expected is None:
        return row("uncounted", "", count)
    if count == expected:
        return row("whole", "", count)
    state: VerifyState = "fewer" if count < expected else "more"
    return row(state, f"{count:,} examples, where {expected:,} were published", count)
