"""One split of one task in one language: its examples, read or made, and the fingerprint they go by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from stiltwalk.data.files import content_sha256, data_folder, stored
from stiltwalk.data.labels import labels_path, with_labels
from stiltwalk.data.layouts import LAYOUTS
from stiltwalk.data.reader import Grouped, Reader
from stiltwalk.data.sources import Found, candidate_files, find, wanted
from stiltwalk.pocket.generate import generate, world_digest
from stiltwalk.spec.errors import DataError, UnknownNameError, nearest, unknown_name
from stiltwalk.spec.examples import Candidate, Example
from stiltwalk.spec.task import Split, SplitName, Task
from stiltwalk.spec.tasks import TASKS

_EVERYTHING = (0.0, 1.0)


def load(
    task: Task, split: SplitName, language: str, root: Path | None, first: int | None = None
) -> tuple[Example, ...]:
    """The examples of one split in one language, in file order.

    Args:
        task: the task's record.
        split: one of its splits.
        language: one of the split's languages.
        root: the data folder that the record's paths start from; a generated task needs none.
        first: only so many, the first ones, and files are read only as far as they reach; ``None``: all.

    Raises:
        UserError: the task has no such split, the split no such language, or no data folder was named.
        DataError: files are missing or not what their layout promises, an id occurs twice, or no example
            is left.
    """
    return tuple(stream(task, split, language, root, first))


def stream(
    task: Task, split: SplitName, language: str, root: Path | None, first: int | None = None
) -> Iterator[Example]:
    """As ``load``, one example after the other: of text of any size only the ids are kept.

    Raises:
        UserError: as ``load``, when the first example is asked for.
        DataError: as ``load``, when its place is reached.
    """
    rule = task.split(split)
    if rule.made is not None:
        check_language(task, split, language)
        size = rule.made.examples if first is None else min(first, rule.made.examples)
        yield from generate(_generator(task), split, language, size, rule.made.seed)
    else:
        read = _pooled if task.parts else _from_files
        yield from islice(read(task, split, language, root), first)


def _from_files(task: Task, split: SplitName, language: str, root: Path | None) -> Iterator[Example]:
    rule = task.split(split)
    folder = data_folder(task, root)
    found = require(task, split, language, folder)
    found = found._replace(task=with_labels(found.task, folder))
    reader = _reader(found.task)
    kept = reader(found.task, language, found.paths)
    if rule.ids is not None and language in rule.languages:  # a translation's file holds one language
        pattern = task.filled(rule.ids, language)
        kept = (grouped for grouped in kept if fnmatchcase(grouped.example.id, pattern))
    if (without := _without(rule, folder)) is not None:
        left_out = {grouped.example.id for grouped in reader(found.task, language, (without,))}
        kept = (grouped for grouped in kept if grouped.example.id not in left_out)
    if rule.share != _EVERYTHING:
        kept = _shared_out(kept, rule.share)
    nothing = True
    for example in _distinct((grouped.example for grouped in kept), found.paths):
        nothing = False
        yield example
    if nothing:
        raise DataError(found.paths[0], None, _nothing_left(task, split, language))


def load_candidates(task: Task, split: SplitName, root: Path | None) -> tuple[Candidate, ...]:
    """The candidates that queries of every language are answered from, where they have files of their own.

    Raises:
        UserError: no data folder was named.
        DataError: a file is missing or broken, or an id occurs twice.
    """
    if not task.split(split).candidates:
        return ()
    paths = candidate_files(task, split, data_folder(task, root))
    read = (grouped.example for grouped in _reader(task)(task, "", paths))
    distinct = _distinct((example for example in read if isinstance(example, Candidate)), paths)
    return tuple(example for example in distinct if isinstance(example, Candidate))


def _pooled(task: Task, split: SplitName, language: str, root: Path | None) -> Iterator[Example]:
    """The examples of every part, their ids beginning with the part's name."""
    check_language(task, split, language)
    for part in task.parts:
        for example in stream(part, split, language, root):
            yield replace(example, id=f"{part.name}:{example.id}")


def require(task: Task, split: SplitName, language: str, root: Path) -> Found:
    """The files of one split in one language, of which there is at least one.

    Raises:
        UserError: the task has no such split, or the split no such language.
        DataError: files are missing; the message says what was looked for, and where.
    """
    check_language(task, split, language)
    found = find(task, split, language, root)
    if found is None:
        raise DataError(root, None, missing_message(task, split, language))
    return found


def cure(task: Task) -> str:
    """What to mend, other than the files, where a task's files are not found."""
    return "name another folder with --data-dir" if task.folder is None else "mend the paths in the task file"


def missing_message(task: Task, split: SplitName, language: str) -> str:
    """What to say where a data folder holds nothing of a split in one language."""
    return (
        f"no data of task '{task.name}', split '{split}', language '{language}'. "
        f"Looked below this folder for {', '.join(wanted(task, split, language))} (or .gz). "
        f"{task.obtain or f'Put the file there, or {cure(task)}.'}"
    )


def check_language(task: Task, split: SplitName, language: str) -> None:
    """Checks that the split exists in ``language``.

    Raises:
        UserError: the task has no such split, or the split no such language; those it has are listed.
    """
    known = task.split(split).every_language
    if language not in known:
        close = nearest(language, known)
        hint = f" Did you mean '{close}'?" if close else ""
        raise UnknownNameError(
            f"Task '{task.name}' has no language '{language}' in its split '{split}'.{hint} "
            f"It has: {', '.join(known)}."
        )


def available(task: Task, split: SplitName, root: Path | None) -> tuple[str, ...]:
    """The split's languages whose files are all there, in the record's order; no file is opened.

    Raises:
        UserError: the task is read from files, and no data folder was named.
    """
    if task.generator is not None:
        return task.split(split).languages
    root = data_folder(task, root)
    return tuple(code for code in task.split(split).every_language if _complete(task, split, code, root))


def fingerprint(
    task: Task,
    split: SplitName,
    language: str,
    root: Path | None,
    digest: Callable[[Path], str] = content_sha256,
) -> str | None:
    """SHA-256 (hex) of what decides the examples: the files' content, in order, and how the record reads it.

    Neither paths nor gzipping matter. Of how a layout is read only what the record says is part of it: its
    columns, labels and what is left out; of a task that is none of ours also its type, layout and scorer.
    Generated examples go by all that makes them: generator, seed, number, and the content of the pocket
    world.

    Args:
        task: the task's record.
        split: one of its splits.
        language: one of the split's languages.
        root: the data folder.
        digest: a file's content hash; a caller who asks often may hand in one that remembers.

    Returns:
        The fingerprint; ``None`` where there are no files.

    Raises:
        UserError: the task has no such split, or the split no such language.
        DataError: some of the files are missing, or a file cannot be read.
    """
    check_language(task, split, language)
    rule = task.split(split)
    if rule.made is not None:
        made = {"world": world_digest(), "generator": _generator(task), "split": split, "language": language}
        return _hashed(made | rule.made.model_dump())
    if task.parts:
        parts = [fingerprint(part, split, language, root, digest) for part in task.parts]
        return None if None in parts else _hashed({"parts": parts})
    folder = data_folder(task, root)
    found = find(task, split, language, folder)
    if found is None:
        return None
    without = _without(rule, folder)
    labels = labels_path(task, folder)
    content = {
        "files": [digest(path) for path in found.paths],
        "share": rule.share,
        "without_ids_of": None if without is None else digest(without),
    }
    record: dict[str, object] = {
        "candidates": [digest(path) for path in candidate_files(task, split, folder)],
        "columns": found.task.columns and found.task.columns.model_dump(exclude_defaults=True),
        "ids": rule.ids,
        # as in the record, whether or not the file was read since
        "labels": task.labels if labels is None else (),
        "labels_file": None if labels is None else digest(labels),
        "tag_map": dict(task.tag_map),
    }
    if task.name not in TASKS:
        record |= _all_that_decides(task, split, language)
    # only what the record says, so that a field added to records changes no content that lacks it
    return _hashed(content | {name: value for name, value in record.items() if value})


def _all_that_decides(task: Task, split: SplitName, language: str) -> dict[str, object]:
    """What else of a user's task decides results: a name does not stand for one record, as ours do."""
    return {
        "type": task.type,
        "layout": task.layout,
        "scorer": task.scorer,
        "tag_preference": task.tag_preference.get(language),
        "negatives": task.negatives,
        "query_tokens": task.query_tokens,
        "expected": task.split(split).expected.get(language) if split == "test" else None,
    }


def _hashed(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def group_position(group: str) -> float:
    """Where a group lies in [0, 1): the first 53 bits of the SHA-256 of its name."""
    first = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big")
    return (first >> 11) / 2**53  # 53 bits fit a float, so that nothing is rounded up to 1


def _reader(task: Task) -> Reader:
    if task.layout not in LAYOUTS:
        raise unknown_name("layout", task.layout or "", LAYOUTS)
    return LAYOUTS[task.layout]


def _generator(task: Task) -> str:
    assert task.generator is not None, "the record was checked when it was made"
    return task.generator


def _without(rule: Split, root: Path) -> Path | None:
    """The file whose ids are left out, if the split has one."""
    if rule.without_ids_of is None:
        return None
    path = stored(root / rule.without_ids_of)
    if path is None:
        message = (
            "no such file (nor .gz), though the examples in it must be left out. "
            "Put it there, or name another folder with --data-dir."
        )
        raise DataError(root / rule.without_ids_of, None, message)
    return path


def _shared_out(grouped: Iterator[Grouped], share: tuple[float, float]) -> Iterator[Grouped]:
    low, high = share
    return (each for each in grouped if low <= group_position(each.group) < high)


def _distinct(examples: Iterator[Example], paths: tuple[Path, ...]) -> Iterator[Example]:
    """The same examples; an id that occurs twice is an error."""
    seen: set[str] = set()
    for example in examples:
        if example.id in seen:
            names = ", ".join(path.name for path in paths)
            message = f"the example id '{example.id}' occurs twice in {names}. Remove one of the two."
            raise DataError(paths[0], None, message)
        seen.add(example.id)
        yield example


def _nothing_left(task: Task, split: SplitName, language: str) -> str:
    rule = task.split(split)
    filters = []
    if rule.without_ids_of is not None:
        filters.append(f"without the ids of {rule.without_ids_of}")
    if rule.share != _EVERYTHING:
        filters.append(f"in the share {rule.share[0]:g} to {rule.share[1]:g}")
    kept = f" ({' and '.join(filters)})" if filters else ""
    return (
        f"expected examples of task '{task.name}', split '{split}', language '{language}', "
        f"found none{kept}. Fetch the file again."
    )


def _complete(task: Task, split: SplitName, language: str, root: Path) -> bool:
    try:
        if task.parts:
            return all(language in available(part, split, root) for part in task.parts)
        _without(task.split(split), root)
        candidate_files(task, split, root)
        labels_path(task, root)
        return find(task, split, language, root) is not None
    except DataError:
        return False
