"""Fetching: a task's splits from a hub into the data folder, each as one Parquet file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stiltwalk.data import columns, hub
from stiltwalk.data.files import content_sha256, stored
from stiltwalk.data.load import check_language
from stiltwalk.data.lock import NAME, Lock, LockedFile, add_to_lock, read_lock
from stiltwalk.data.placing import put, workshop
from stiltwalk.data.sources import as_on_hub, hub_file, hub_of, wanted
from stiltwalk.spec.errors import DataError, UnknownNameError, UserError, unknown_name
from stiltwalk.spec.task import Hub, SplitName, Task

_FIRST = 200
"""Rows that are read for a trial before a file is put in its place."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch did.

    Attributes:
        files: paths below the data folder of the files that it put there.
        kept: paths of those that were there already, as the lock says.
        absent: what the hub turned out not to have: task, split, language, and a sentence that says why.
        served: task, split and language of all of these files.
    """

    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    absent: tuple[tuple[str, SplitName, str, str], ...] = ()
    served: frozenset[tuple[str, SplitName, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class _File:
    """One file to fetch: what is in it, where it goes, and where on which hub it is."""

    split: SplitName
    language: str
    place: str
    hub: Hub
    table: tuple[str | None, str]


def fetch(
    task: Task,
    root: Path,
    splits: Sequence[str] = (),
    languages: Sequence[str] = (),
    revision: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    parts: int | None = None,
    bars: bool = False,
) -> Fetched:
    """Bring the task's splits from the hub, and write into the lock which commit they are of.

    What lies there as the lock says is not fetched again; if that is all, the hub is not asked. A file is put
    in its place after its first rows were read with the task's record. Of a task with parts they are fetched.

    Args:
        task: the task's record.
        root: the data folder, which is made if need be.
        splits: only these; none: all that the hub has.
        languages: only these; none: all that the split is in. Translations must be asked for by language.
        revision: commit, branch or tag; ``None``: the locked commit, else the newest.
        tell: is told what is being fetched.
        parts: of each split only so many of the hub's files, the first ones; ``None``: all of them. What is
            there already of so many files or more is not fetched again.
        bars: let the libraries draw their own bars of progress.

    Raises:
        UserError: the task is not on a hub, has no such split or language, is too large to be fetched without
            naming languages, the hub cannot be asked, its rows are not what the record says, or the folder
            cannot be written to.
    """
    if task.parts:
        return _joined(
            [
                fetch(part, root, splits, languages, revision, tell, parts=parts, bars=bars)
                for part in task.parts
            ]
        )
    files = _asked(task, splits, languages)
    by_hub = {file.hub.id: [each for each in files if each.hub == file.hub] for file in files}
    every = [_from_hub(task, some, root, revision, tell, parts, bars=bars) for some in by_hub.values()]
    return _joined(every)


def _from_hub(
    task: Task,
    files: Sequence[_File],
    root: Path,
    revision: str | None,
    tell: Callable[[str], None],
    parts: int | None,
    *,
    bars: bool,
) -> Fetched:
    """Bring files that are all of one data set."""
    lock, source = read_lock(root), files[0].hub
    revision = revision or _locked(lock, task, source) or source.revision
    kept = [file for file in files if _is_kept(file, root, lock, revision, parts)]
    todo = [file for file in files if file not in kept]
    done: list[str] = []
    absent: list[tuple[_File, str]] = []
    if todo:
        if hub.offline():
            raise UserError(
                f"HF_HUB_OFFLINE is set, and {len(todo)} file(s) of '{task.name}' are not in {root}. Fetch "
                f"where there is a network, then carry the folder here, its {NAME} included."
            )
        if not bars:
            hub.quiet()
        snapshot = hub.look_up(source.id, revision)
        kept = [file for file in files if _is_kept(file, root, lock, snapshot.revision, parts)]
        todo = [file for file in files if file not in kept]
        done, absent = _bring(task, snapshot, todo, root, tell, parts)
    served = frozenset((task.name, f.split, f.language) for f in files if f in kept or f.place in done)
    lacking = tuple((task.name, file.split, file.language, why) for file, why in absent)
    return Fetched(tuple(done), tuple(file.place for file in kept), lacking, served)


def _locked(lock: Lock, task: Task, source: Hub) -> str | None:
    """The commit of the data set that was last fetched."""
    if source == task.hub:
        return lock.revisions.get(task.name)
    of_it = (file for file in lock.files.values() if (file.task, file.source) == (task.name, source.id))
    return next((file.revision for file in of_it), None)


def _asked(task: Task, splits: Sequence[str], languages: Sequence[str]) -> list[_File]:
    if task.generator is not None:
        raise UserError(f"Task '{task.name}' is made, not read: there is nothing to fetch.")
    if task.hub is None or task.hub.columns is None or not task.hub.splits:
        raise UserError(_elsewhere(task))
    for name in splits:
        if name not in task.hub.splits:
            raise unknown_name(f"split of '{task.name}' on the hub called", name, task.hub.splits)
    if not task.hub.whole and not languages:
        raise UserError(
            f"Task '{task.name}' is too large to be fetched in all its languages at once. Say which, such as "
            "--language sw --language de; --parts 1 fetches only the first file of each."
        )
    chosen = [split for split in task.hub.splits if not splits or split in splits]
    for language in languages:
        if all(hub_file(task, split, language) is None for split in chosen):
            check_language(task, chosen[-1], language)
            raise UnknownNameError(f"Task '{task.name}' is not on the hub in '{language}': import the files.")
    return [
        file
        for split in chosen
        for language in languages or task.split(split).languages
        if (file := _file(task, split, language)) is not None
    ]


def _file(task: Task, split: SplitName, language: str) -> _File | None:
    """Where one split in one language is and goes; ``None``: the task has no such thing on the hub."""
    place, source = hub_file(task, split, language), hub_of(task, split, language)
    if place is None or source is None:
        return None
    config = source.config and task.filled(source.config, language)
    return _File(split, language, place, source, (config, source.splits[split]))


def _elsewhere(task: Task) -> str:
    """What to say of a task that no hub has in a form that can be read."""
    looked_for = [
        name for split, rule in task.splits.items() for name in wanted(task, split, rule.languages[0])
    ]
    where = f" Its originals: {', '.join(task.archives)}." if task.archives else ""
    return (
        f"Task '{task.name}' cannot be fetched from a hub.{where} {task.obtain} Get the files, then "
        f"'stiltwalk data import {task.name} FILE…' puts them where they are looked for: "
        f"{', '.join(dict.fromkeys(looked_for))}."
    ).replace("  ", " ")


def _is_kept(file: _File, root: Path, lock: Lock, revision: str | None, parts: int | None) -> bool:
    known, path = lock.files.get(file.place), stored(root / file.place)
    if known is None or path is None or revision is None:
        return False
    same = (known.source, known.revision, known.config, known.split) == (file.hub.id, revision, *file.table)
    enough = known.parts is None or (parts is not None and known.parts >= parts)
    return same and enough and content_sha256(path) == known.sha256


def _bring(
    task: Task,
    snapshot: hub.Snapshot,
    files: Sequence[_File],
    root: Path,
    tell: Callable[[str], None],
    parts: int | None,
) -> tuple[list[str], list[tuple[_File, str]]]:
    """Fetch each table once and put what each file asks of it in its place."""
    by_table: defaultdict[tuple[str | None, str], list[_File]] = defaultdict(list)
    for file in files:
        by_table[file.table].append(file)
    done: list[str] = []
    absent: list[tuple[_File, str]] = []
    for number, ((config, split), some) in enumerate(by_table.items(), start=1):
        at = " ".join(filter(None, (snapshot.id, config, split)))
        tell(f"[{number}/{len(by_table)}] fetching {at} ({snapshot.revision[:12]})")
        with workshop(root) as aside:
            try:
                table, whole = hub.load_table(snapshot, config, split, aside / "cache", parts)
            except UnknownNameError as error:
                absent += [(file, str(error)) for file in some]
                continue
            for file in some:
                if _write(task, file, table, snapshot, root, aside, None if whole else parts):
                    done.append(file.place)
                else:
                    absent.append((file, f"{at} has no examples in '{file.language}'."))
    return done, absent


def _write(
    task: Task,
    file: _File,
    table: pa.Table,
    snapshot: hub.Snapshot,
    root: Path,
    aside: Path,
    parts: int | None,
) -> bool:
    """Put what the file asks of the table in its place, and into the lock; ``False`` if there is nothing."""
    record = as_on_hub(task, file.hub)
    draft = aside / Path(file.place).name
    try:
        own = columns.of_language(table, record, file.language, draft)
        pq.write_table(own, draft, compression="zstd")
        read = list(islice(columns.read(record, file.language, (draft,)), _FIRST))
    except DataError as error:
        said = str(error).removeprefix(f"{draft}: ")
        raise UserError(
            f"'{snapshot.id}' at {snapshot.revision} is not laid out as the record of '{task.name}' says: "
            f"{said} Fetch an earlier --revision, or mend the record."
        ) from None
    if not read:
        return False
    digest = content_sha256(draft)
    put(draft, root / file.place)
    locked = LockedFile(
        task=task.name,
        sha256=digest,
        came_from="hub",
        source=snapshot.id,
        added=datetime.now(UTC).date().isoformat(),
        revision=snapshot.revision,
        config=file.table[0],
        split=file.table[1],
        rows=own.num_rows,
        parts=parts,
    )
    add_to_lock(root, {file.place: locked}, {task.name: snapshot.revision} if file.hub == task.hub else {})
    return True


def _joined(some: Sequence[Fetched]) -> Fetched:
    return Fetched(
        files=tuple(name for each in some for name in each.files),
        kept=tuple(name for each in some for name in each.kept),
        absent=tuple(name for each in some for name in each.absent),
        served=frozenset().union(*(each.served for each in some)),
    )
