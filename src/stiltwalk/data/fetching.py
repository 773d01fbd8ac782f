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
from stiltwalk.data.sources import as_on_hub, hub_file, wanted
from stiltwalk.spec.errors import DataError, UnknownNameError, UserError, unknown_name
from stiltwalk.spec.task import SplitName, Task

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
    """One file to fetch: what is in it, where it goes, and where on the hub it is."""

    split: SplitName
    language: str
    place: str
    table: tuple[str | None, str]


def fetch(
    task: Task,
    root: Path,
    splits: Sequence[str] = (),
    languages: Sequence[str] = (),
    revision: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    bars: bool = False,
) -> Fetched:
    """Bring the task's splits from the hub, and write into the lock which commit they are of.

    What lies there as the lock says is not fetched again; if that is all, the hub is not asked. A file is put
    in its place after its first rows were read with the task's record. Of a task with parts they are fetched.

    Args:
        task: the task's record.
        root: the data folder, which is made if need be.
        splits: only these; none: all that the hub has.
        languages: only these; none: all.
        revision: commit, branch or tag; ``None``: the locked commit, else the newest.
        tell: is told what is being fetched.
        bars: let the libraries draw their own bars of progress.

    Raises:
        UserError: the task is not on a hub, has no such split or language, the hub cannot be asked, its rows
            are not what the record says, or the folder cannot be written to.
    """
    if task.parts:
        some = [fetch(part, root, splits, languages, revision, tell, bars=bars) for part in task.parts]
        return _joined(some)
    files = _asked(task, splits, languages)
    assert task.hub is not None, "it was asked whether there is one"
    lock = read_lock(root)
    revision = revision or lock.revisions.get(task.name) or task.hub.revision
    kept = [file for file in files if _is_kept(file, task, root, lock, revision)]
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
        snapshot = hub.look_up(task.hub.id, revision)
        kept = [file for file in files if _is_kept(file, task, root, lock, snapshot.revision)]
        done, absent = _bring(task, snapshot, [file for file in files if file not in kept], root, tell)
    served = frozenset((task.name, f.split, f.language) for f in files if f in kept or f.place in done)
    lacking = tuple((task.name, file.split, file.language, why) for file, why in absent)
    return Fetched(tuple(done), tuple(file.place for file in kept), lacking, served)


def _asked(task: Task, splits: Sequence[str], languages: Sequence[str]) -> list[_File]:
    if task.generator is not None:
        raise UserError(f"Task '{task.name}' is made, not read: there is nothing to fetch.")
    if task.hub is None or task.hub.columns is None or not task.hub.splits:
        raise UserError(_elsewhere(task))
    for name in splits:
        if name not in task.hub.splits:
            raise unknown_name(f"split of '{task.name}' on the hub called", name, task.hub.splits)
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
    place = hub_file(task, split, language)
    if place is None or task.hub is None:
        return None
    config = task.hub.config and task.filled(task.hub.config, language)
    return _File(split, language, place, (config, task.hub.splits[split]))


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


def _is_kept(file: _File, task: Task, root: Path, lock: Lock, revision: str | None) -> bool:
    known, path = lock.files.get(file.place), stored(root / file.place)
    if known is None or path is None or task.hub is None or revision is None:
        return False
    same = (known.source, known.revision, known.config, known.split) == (task.hub.id, revision, *file.table)
    return same and content_sha256(path) == known.sha256


def _bring(
    task: Task, snapshot: hub.Snapshot, files: Sequence[_File], root: Path, tell: Callable[[str], None]
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
                table = hub.load_table(snapshot, config, split, aside / "cache")
            except UnknownNameError as error:
                absent += [(file, str(error)) for file in some]
                continue
            for file in some:
                if _write(task, file, table, snapshot, root, aside):
                    done.append(file.place)
                else:
                    absent.append((file, f"{at} has no examples in '{file.language}'."))
    return done, absent


def _write(task: Task, file: _File, table: pa.Table, snapshot: hub.Snapshot, root: Path, aside: Path) -> bool:
    """Put what the file asks of the table in its place, and into the lock; ``False`` if there is nothing."""
    record = as_on_hub(task)
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
    )
    add_to_lock(root, {file.place: locked}, {task.name: snapshot.revision})
    return True


def _joined(some: Sequence[Fetched]) -> Fetched:
    return Fetched(
        files=tuple(name for each in some for name in each.files),
        kept=tuple(name for each in some for name in each.kept),
        absent=tuple(name for each in some for name in each.absent),
        served=frozenset().union(*(each.served for each in some)),
    )
