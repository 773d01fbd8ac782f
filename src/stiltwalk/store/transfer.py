"""Copies between stores: finished steps and what they go back to, whole or not at all.

Of every folder the manifest is copied last, after all that it names was read back and compared. So whatever
is killed is gone on with by the same command, and a step that is there is never written over, for the first
publication wins there as well; but one whose model was let go gives way to one that has it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.store.atomic import publish_folder, read_json
from stiltwalk.store.disk import writing
from stiltwalk.store.index import open_index
from stiltwalk.store.inventory import behind, plan_parents
from stiltwalk.store.looks import RECORDS
from stiltwalk.store.plans import kept_parents
from stiltwalk.store.publication import note_publication
from stiltwalk.store.references import References, references
from stiltwalk.store.remote_store import MANIFEST, RemoteStore, reaching
from stiltwalk.store.store import LET_GO, Store, clear_place, damage, files_in, finished_keys
from stiltwalk.store.studies import kept_names, kept_revisions

_TABLE = "table.safetensors"
_PARTS = (".steps.parquet", ".cells.parquet", ".plan.json", ".yaml")
"""Files of a kept plan; the last makes it one. Where its ingredients lay on one machine is not copied."""

Tell = Callable[[str], None]


class Copied(NamedTuple):
    """What a copy came to.

    Attributes:
        steps: copied.
        there: steps that were on the other side already.
        studies: revisions copied.
        bytes: of all files copied.
    """

    steps: int
    there: int
    studies: int
    bytes: int


def push(store: Store, remote: RemoteStore, study: str | None, tell: Tell) -> Copied:
    """Copy finished steps, with the tables and bases they go back to, and kept studies.

    Args:
        store: from here.
        remote: to there.
        study: that study alone, and all that is behind it.
        tell: hears what is copied.

    Raises:
        UserError: a step here is damaged, or the other side cannot be written.
    """
    revisions = _revisions(store, study)
    index = open_index(store)
    entries = index.entries(finished_keys(store))
    keys = list(entries)
    for key in sorted(index.unreadable):
        tell(f"step {key[:12]} is damaged and left out: see 'stiltwalk store verify'")
    if study is not None:
        wanted = {key for path in revisions for key in kept_parents(path.with_suffix(""))}
        keys = [key for key in behind(wanted, plan_parents(store, entries)) if key in entries]
    steps = there = total = 0
    with reaching(remote, remote.url):
        for key in keys:
            if _holds(remote.manifest(remote.step(key)), more=store.is_whole(key)):
                there += 1
                continue
            tell(f"step {key[:12]}")
            back = References(tuple(entries[key].tables.split()), tuple(entries[key].bases.split()))
            total += _push_shared(store, remote, back)
            total += _push_folder(store.folder(key), remote, remote.step(key))
            steps += 1
        for path in revisions:
            total += _push_revision(path, remote)
        for folder in dict.fromkeys(path.parent for path in revisions):
            total += _push_records(folder, remote)
    return Copied(steps, there, len(revisions), total)


def pull(store: Store, remote: RemoteStore, study: str | None, tell: Tell) -> Copied:
    """Copy the other way round; see :func:`push`.

    Raises:
        UserError: a step there is damaged, there is no such study, or this store cannot be written.
    """
    there = steps = total = 0
    with reaching(remote, store.root), _drafts(store) as drafts:
        stems = _remote_stems(remote, study)
        for key in _wanted(remote, stems, drafts, study):
            found = None if store.is_whole(key) else remote.manifest(remote.step(key))
            if store.has(key) and (found is None or LET_GO in found):
                there += 1
            elif found is not None:
                tell(f"step {key[:12]}")
                total += _pull_step(store, remote, key, drafts)
                steps += 1
        for stem in stems:
            total += _pull_revision(store, remote, stem)
        for name in dict.fromkeys(stem.partition("/")[0] for stem in stems):
            total += _pull_records(store, remote, name)
    return Copied(steps, there, len(stems), total)


def _holds(files: Mapping[str, Any] | None, *, more: bool) -> bool:
    """Whether a step that has these files there, if it is there, need not be sent.

    It is where its model was let go there, and there is ``more`` of it here.
    """
    return files is not None and not (more and LET_GO in files)


def _revisions(store: Store, study: str | None) -> list[Path]:
    names = kept_names(store)
    if study is not None and study not in names:
        raise unknown_name(f"study in the store {store.root} called", study, names)
    return [path for path in kept_revisions(store) if study in (None, path.parent.name)]


def _push_shared(store: Store, remote: RemoteStore, back: References) -> int:
    """The tables and bases of a step, unless they are there; returns bytes."""
    total = 0
    tables = dict.fromkeys(back.tables)
    for name in back.bases:
        tables |= dict.fromkeys(references(store.bases / name).tables)
        if remote.manifest(remote.path("bases", name)) is None:
            total += _push_folder(store.bases / name, remote, remote.path("bases", name))
    for name in tables:
        if remote.manifest(remote.path("tables", name)) is None:
            total += _push_folder(store.tables / name, remote, remote.path("tables", name))
    return total


def _push_folder(folder: Path, remote: RemoteStore, there: str) -> int:
    """Copy a folder, compare what arrived, and then copy its manifest; returns bytes."""
    manifest = read_json(folder / MANIFEST)
    files = manifest["files"] if manifest else files_in(folder)  # a table is named after what it holds
    if found := damage(folder, files):
        raise UserError(
            f"{folder} is damaged: {found}. 'stiltwalk store verify' says what to do; it was not copied."
        )
    for name, expected in files.items():
        remote.put(folder / name, f"{there}/{name}")
        if remote.sha256(f"{there}/{name}") != expected["sha256"]:
            raise UserError(f"{there}/{name} did not arrive as it was sent. Run the same command again.")
    if manifest:
        remote.put(folder / MANIFEST, f"{there}/{MANIFEST}")
    else:
        remote.write_manifest(there, files)
    return sum(int(file["bytes"]) for file in files.values())


def _push_revision(path: Path, remote: RemoteStore) -> int:
    there = remote.path("studies", path.parent.name)
    if f"{path.name}" in remote.names("studies", path.parent.name):
        return 0
    parts = [path.with_suffix(ending) for ending in _PARTS]
    for part in parts:
        if part.exists():  # an earlier layout has fewer
            remote.put(part, f"{there}/{part.name}")
    return sum(part.stat().st_size for part in parts if part.exists())


def _push_records(folder: Path, remote: RemoteStore) -> int:
    """What was fixed before a study's first run, and what was asked since: unless there is a record there."""
    there = remote.names("studies", folder.name)
    sent = [folder / name for name in RECORDS if name not in there and (folder / name).exists()]
    for path in sent:
        remote.put(path, remote.path("studies", f"{folder.name}/{path.name}"))
    return sum(path.stat().st_size for path in sent)


def _pull_records(store: Store, remote: RemoteStore, name: str) -> int:
    folder = store.root / "studies" / name
    there = remote.names("studies", name)
    missing = [folder / record for record in RECORDS if record in there and not (folder / record).exists()]
    for path in missing:
        remote.get(remote.path("studies", f"{name}/{path.name}"), path)
    return sum(path.stat().st_size for path in missing)


def _remote_stems(remote: RemoteStore, study: str | None) -> list[str]:
    """``NAME/REVISION`` of the kept plans there."""
    names = remote.names("studies")
    if study is not None and study not in names:
        raise unknown_name(f"study in the store {remote.url} called", study, names)
    return [
        f"{name}/{file.removesuffix('.yaml')}"
        for name in names
        if study in (None, name)
        for file in remote.names("studies", name)
        if file.endswith(".yaml")
    ]


def _wanted(remote: RemoteStore, stems: Iterable[str], drafts: Path, study: str | None) -> Iterator[str]:
    """Keys of the steps to copy, parents not before their children: each is whole by itself."""
    if study is None:
        yield from remote.step_keys()
        return
    parents: dict[str, tuple[str, ...]] = {}
    for stem in stems:
        _get_revision(remote, stem, drafts / stem)
        parents |= kept_parents(drafts / stem)
    seen: set[str] = set()
    left = list(parents)
    while left:
        key = left.pop()
        if key in seen:
            continue
        seen.add(key)
        yield key
        if key not in parents:  # from outside the study: what is behind it only its record tells
            record = remote.json(f"{remote.step(key)}/step.json") or {}
            parents[key] = tuple(map(str, record.get("parents", ())))
        left += parents[key]


def _pull_step(store: Store, remote: RemoteStore, key: str, drafts: Path) -> int:
    draft = drafts / key
    total = _pull_folder(remote, remote.step(key), draft)
    record = read_json(draft / "step.json") or {}
    if record.get("key") != key:
        raise _damaged(remote.step(key), "step.json is of another step")
    back = references(draft / "model")
    tables = dict.fromkeys(back.tables)
    for name in back.bases:
        total += _pull_shared(remote, "bases", name, store.bases, drafts)
        tables |= dict.fromkeys(references(store.bases / name).tables)
    for name in tables:
        total += _pull_shared(remote, "tables", name, store.tables, drafts)
    clear_place(store, key)
    if publish_folder(draft, store.folder(key)):
        note_publication(store.journal, key, store.folder(key))
    return total


def _pull_shared(remote: RemoteStore, kind: str, name: str, parent: Path, drafts: Path) -> int:
    if (parent / name).exists():
        return 0
    draft = drafts / kind / name
    total = _pull_folder(remote, remote.path(kind, name), draft)
    if kind == "tables":
        (draft / MANIFEST).unlink()  # here a table is named after what it holds
    publish_folder(draft, parent / name)
    return total


def _pull_folder(remote: RemoteStore, there: str, draft: Path) -> int:
    """Copy a folder and compare it with its manifest; returns bytes."""
    shutil.rmtree(draft, ignore_errors=True)
    files = remote.manifest(there)
    if files is None:
        raise _damaged(there, f"{MANIFEST} is missing or cannot be read")
    for name in (*files, MANIFEST):
        remote.get(f"{there}/{name}", draft / name)
    if found := damage(draft, files):
        raise _damaged(there, found)
    return sum(int(file["bytes"]) for file in files.values())


def _pull_revision(store: Store, remote: RemoteStore, stem: str) -> int:
    final = store.root / "studies" / stem
    if final.with_suffix(".yaml").exists():
        return 0
    return _get_revision(remote, stem, final)


def _get_revision(remote: RemoteStore, stem: str, target: Path) -> int:
    """Copy the files of a kept plan beside ``target``, that of the study last."""
    total = 0
    for ending in _PARTS:
        path = target.with_suffix(ending)
        try:
            remote.get(remote.path("studies", f"{stem}{ending}"), path)
        except FileNotFoundError:  # an earlier layout has fewer
            path.unlink(missing_ok=True)
            continue
        total += path.stat().st_size
    return total


@contextmanager
def _drafts(store: Store) -> Iterator[Path]:
    """A folder in the store for what is on its way; what a kill leaves of it is swept by ``store gc``."""
    with writing(store.root):
        (store.root / "work").mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".pull-", dir=store.root / "work"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _damaged(there: str, what: str) -> UserError:
    return UserError(
        f"{there} is damaged: {what}. Nothing of it was kept here. Delete it there, and push the step again."
    )
