"""What lies in a data folder, and whether it is whole: one row for each split and language."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from stiltwalk.data import columns, squad_translated
from stiltwalk.data.files import content_sha256, data_folder, own_folder
from stiltwalk.data.load import available, missing_message, stream
from stiltwalk.data.lock import Lock, changed, read_lock
from stiltwalk.data.sources import Origin, find, origin, present, wanted
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import scored
from stiltwalk.spec.task import SplitName, Task

VerifyState = Literal["whole", "uncounted", "fewer", "more", "changed", "missing", "broken"]


@dataclass(frozen=True, slots=True)
class DataRow:
    """What lies there of one split in one language.

    Attributes:
        task: the task's name.
        language: its code.
        split: the split's name.
        state: ``present`` if everything that loading needs is there; ``generated`` if it needs no files.
        source: where its examples come from; ``None`` if they are missing.
        files: paths below the data folder of what is there, even of an incomplete set.
        wanted: the patterns that are looked for, below the data folder.
        bytes: their size on disk.
    """

    task: str
    language: str
    split: SplitName
    state: Literal["present", "missing", "generated"]
    source: Origin | None
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
            ``fewer`` or ``more`` than published; ``changed``: a file is not what the lock says;
            ``missing``; ``broken``: there, but not readable.
        message: what is wrong and how to mend it; empty if nothing is.
        sha256: of the unpacked content of each file; none if it is missing, broken or generated.
        left_out: published translations: how many rows are no use, and are not among the examples: a text is
            blank, or the answer is not in the context.
    """

    task: str
    language: str
    split: SplitName
    examples: int | None
    expected: int | None
    state: VerifyState
    message: str
    sha256: tuple[str, ...] = ()
    left_out: int = 0


def inventory(task: Task, root: Path | None) -> list[DataRow]:
    """A row for each split and language of the task.

    No file is opened but tables of several languages, to see which they hold. Without a data folder
    everything that is read from files is missing.
    """
    folder = own_folder(task, root)
    rows = []
    for split, rule in task.splits.items():
        there = frozenset[str]() if task.generator or folder is None else available(task, split, folder)
        rows += [_listed(task, split, code, folder, here=code in there) for code in rule.every_language]
    return rows


def _listed(task: Task, split: SplitName, language: str, folder: Path | None, *, here: bool) -> DataRow:
    looked_for = wanted(task, split, language)
    if task.generator is not None:
        return DataRow(task.name, language, split, "generated", "generated", (), looked_for, 0)
    paths = present(task, split, language, folder) if folder else []
    return DataRow(
        task=task.name,
        language=language,
        split=split,
        state="present" if here else "missing",
        source=origin(task, split, language, folder) if here and folder else None,
        files=tuple(_below(folder, path) for path in paths if folder),
        wanted=looked_for,
        bytes=sum(path.stat().st_size for path in paths),
    )


def _below(folder: Path, path: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def verify(
    task: Task,
    root: Path | None,
    digest: Callable[[Path], str] = content_sha256,
    only: Container[tuple[SplitName, str]] | None = None,
) -> list[VerifyRow]:
    """A row for each split and language of the task, every file read in full and compared with the lock.

    A broken file makes a row that says so; the other rows are not touched by it.

    Args:
        task: the task's record.
        root: the data folder.
        digest: a file's content hash; a caller who asks often may hand in one that remembers.
        only: these splits and languages; ``None``: all.

    Raises:
        UserError: the task is read from files, and no data folder was named.
        DataError: the lock cannot be read.
    """
    if task.generator is None:
        data_folder(task, root)
    lock = read_lock(root)
    every = ((split, code) for split, rule in task.splits.items() for code in rule.every_language)
    return [
        _against_lock(_verified(task, split, code, root), task, root, lock, digest)
        for split, code in every
        if only is None or (split, code) in only
    ]


def _against_lock(
    row: VerifyRow, task: Task, root: Path | None, lock: Lock, digest: Callable[[Path], str]
) -> VerifyRow:
    """The row with the content of its files, and whether that is still what it was."""
    if row.state in {"missing", "broken"} or task.generator is not None or root is None:
        return row
    paths = tuple(present(task, row.split, row.language, data_folder(task, root)))
    row = replace(row, sha256=tuple(map(digest, paths)))
    if names := changed(lock, root, paths, digest):
        known = lock.files[names[0]]
        message = (
            f"{names[0]} is not what it was when it came from {known.source} on {known.added}. Fetch or "
            f"import it again; if the change is meant, 'stiltwalk data import {task.name} {root}' writes it "
            "into the lock."
        )
        row = replace(row, state="changed", message=message)
    return row


def _anything(task: Task, split: SplitName, language: str, root: Path) -> bool:
    if task.parts:
        return any(_anything(part, split, language, root) for part in task.parts)
    return find(task, split, language, root) is not None


def _left_out(task: Task, split: SplitName, language: str, root: Path | None) -> int:
    """How many rows of a published translation are no use; it need be asked of no other data."""
    rule = task.split(split)
    if language in rule.languages or (found := find(task, split, language, root)) is None:
        return 0
    if found.task.layout == "columns":
        return columns.left_out(found.task, language, found.paths)
    return squad_translated.left_out(found.paths) if found.task.layout == "squad-translated" else 0


def _verified(task: Task, split: SplitName, language: str, root: Path | None) -> VerifyRow:
    rule = task.split(split)
    expected = rule.made.examples if rule.made else rule.expected.get(language)

    def row(state: VerifyState, message: str, examples: int | None = None) -> VerifyRow:
        return VerifyRow(task.name, language, split, examples, expected, state, message, (), left_out)

    left_out = 0
    try:
        if rule.made is None and not _anything(task, split, language, data_folder(task, root)):
            return row("missing", f"{own_folder(task, root)}: {missing_message(task, split, language)}")
        count = sum(len(scored((example,))) for example in stream(task, split, language, root))
        left_out = _left_out(task, split, language, root)
    except UserError as error:
        return row("broken", str(error))
    if expected is None:
        return row("uncounted", "", count)
    if count == expected:
        return row("whole", "", count)
    state: VerifyState = "fewer" if count < expected else "more"
    return row(state, f"{count:,} examples, where {expected:,} were published", count)
