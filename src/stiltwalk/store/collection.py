"""What no kept study needs any longer, and its deletion.

Needed is every step of every revision of a kept study, everything behind it, what a living worker is at, and
the tables and bases that those go back to; and all of the literature, drafts of the killed apart. Unfinished
work that a study needs is kept however old it is, for its checkpoints may be days of work.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.store.atomic import drop_folder
from stiltwalk.store.entries import Entry
from stiltwalk.store.index import open_index
from stiltwalk.store.inventory import all_entries, behind, bytes_below, plan_parents
from stiltwalk.store.leases import holder
from stiltwalk.store.plans import kept_parents
from stiltwalk.store.references import References, references
from stiltwalk.store.store import Store, finished_keys
from stiltwalk.store.studies import kept_names, kept_revisions

DAY = 86400.0
"""Seconds for which what nobody refers to is left alone: somebody may be about to."""

CACHE_BYTES = 20 * 10**9
"""What the cache may take: what can be made again, such as converted translators; tokens have a limit of
their own below it."""

_SHARED = ("tables", "bases")
_LITERATURE = (
    "literature/",
    "literature/[!.]*/",
    "literature/[!.]*/[!.]*/",
    "literature/judgements/[!.]*/[!.]*/",
)
"""Folders of the literature in which files are written."""


class Leftover(NamedTuple):
    """Something that can go.

    Attributes:
        what: ``study``, ``step``, ``table``, ``base``, ``work``, ``draft`` or ``cache``.
        path: of the file or folder.
        bytes: of it.
        why: why nothing needs it.
    """

    what: str
    path: Path
    bytes: int
    why: str


def leftovers(
    store: Store, dropped: Iterable[str] = (), cache_bytes: int = CACHE_BYTES, *, stale: bool = False
) -> list[Leftover]:
    """All that can go, once the studies ``dropped`` are no longer kept.

    With ``stale`` also what only earlier revisions of a study need. What they asked is kept on record.

    Raises:
        UserError: there is no such study, a worker is at it, or a kept plan cannot be read.
    """
    names = tuple(dict.fromkeys(dropped))
    for name in names:
        if name not in kept_names(store):
            raise unknown_name(f"study in the store {store.root} called", name, kept_names(store))
    plans = {path: kept_parents(path.with_suffix("")) for path in kept_revisions(store)}
    busy = set(_busy(store))
    _require_quiet(names, plans, busy)
    entries = all_entries(store, open_index(store))
    latest = {path.parent: path for path in plans}  # the one that was run last comes last
    kept = {
        key
        for path, plan in plans.items()
        if path.parent.name not in names and (path == latest[path.parent] or not stale)
        for key in plan
    }
    needed = behind(kept | busy, plan_parents(store, entries))
    found = [
        Leftover("study", folder, bytes_below(folder), "asked for")
        for name in names
        for folder in [store.root / "studies" / name]
    ]
    found += _steps(store, needed, entries)
    found += _shared(store, [_back(store, key, entries) for key in needed])
    found += _work(store, needed, busy)
    found += _drafts(store)
    found += _cache(store.cache, cache_bytes)
    return found


def collect(found: Iterable[Leftover]) -> int:
    """Delete what was found and return its bytes; a folder is put aside first: none is seen half there.

    Raises:
        OSError: something cannot be deleted.
    """
    total = 0
    for one in found:
        with contextlib.suppress(FileNotFoundError):  # another has collected it
            if one.path.is_dir() and not one.path.is_symlink():
                drop_folder(one.path)
            else:
                one.path.unlink()
            total += one.bytes
    return total


def _require_quiet(names: Iterable[str], plans: Mapping[Path, Iterable[str]], busy: set[str]) -> None:
    for path, plan in plans.items():
        if path.parent.name in names and busy.intersection(plan):
            raise UserError(
                f"A worker is at a step of the study '{path.parent.name}'. Stop its run, or wait for its end."
            )


def _busy(store: Store) -> Iterator[str]:
    """Steps that a living worker is at."""
    for path in store.leases.glob("[!.]*.json"):
        if holder(path) is not None:
            yield path.stem


def _steps(store: Store, needed: set[str], entries: Mapping[str, Entry]) -> Iterator[Leftover]:
    for key in sorted(set(finished_keys(store)) - needed):
        folder = store.folder(key)
        size = entries[key].bytes if key in entries else bytes_below(folder)
        yield Leftover("step", folder, size, "no kept study needs it")


def _back(store: Store, key: str, entries: Mapping[str, Entry]) -> References:
    """What a step goes back to; of one whose record cannot be read its model is asked."""
    if key not in entries:
        return references(store.folder(key) / "model")
    return References(tuple(entries[key].tables.split()), tuple(entries[key].bases.split()))


def _shared(store: Store, needed: Iterable[References]) -> Iterator[Leftover]:
    """Tables and bases that no needed step goes back to, nor a base that one goes back to."""
    back = list(needed)
    bases = {name for one in back for name in one.bases}
    tables = {name for one in back for name in one.tables}
    tables |= {name for base in bases for name in references(store.bases / base).tables}
    for what, folder, wanted in (("table", store.tables, tables), ("base", store.bases, bases)):
        for path in sorted(folder.glob("[!.]*")):
            if path.name not in wanted and _old(path):
                yield Leftover(what, path, bytes_below(path), "no step goes back to it")


def _work(store: Store, needed: set[str], busy: set[str]) -> Iterator[Leftover]:
    for path in sorted((store.root / "work").glob("[!.]*")):
        key = path.name.partition(".")[0]
        if key in busy or not _old(path):
            continue
        if store.has(key):
            yield Leftover("work", path, bytes_below(path), "its step is finished")
        elif key not in needed:
            yield Leftover("work", path, bytes_below(path), "no kept study needs its step")


def _drafts(store: Store) -> Iterator[Leftover]:
    """What was being written when a process was killed: names that begin with a dot."""
    folders = [store.root, store.root / "index", store.root / "work", store.leases, store.cache]
    folders += [store.root / name for name in _SHARED]
    folders += [path for name in ("steps", "studies", "cache") for path in (store.root / name).glob("[!.]*/")]
    # of the literature nothing else ever goes: what databases answered cannot be made again
    folders += [path for shelf in _LITERATURE for path in store.root.glob(shelf)]
    for folder in folders:
        for path in sorted(folder.glob(".*")) if folder.is_dir() else ():
            if not path.name.endswith(".lock") and _old(path):
                size = bytes_below(path) if path.is_dir() else path.lstat().st_size
                yield Leftover("draft", path, size, "left by a process that was killed")


def _cache(folder: Path, most_bytes: int) -> Iterator[Leftover]:
    """What of the cache is beyond its limit: of each kind that holds many, those used longest ago first."""
    items = [
        (path, bytes_below(path) if path.is_dir() else path.stat().st_size) for path in folder.glob("*/[!.]*")
    ]
    total = sum(size for _, size in items)
    for path, size in sorted(items, key=lambda item: _used(item[0])):
        if total <= most_bytes:
            return
        total -= size
        yield Leftover(
            "cache", path, size, f"the cache is beyond {most_bytes / 1e9:g} GB; it can be made again"
        )


def _used(path: Path) -> float:
    """When a file of ``path`` was last read or written, as far as the file system keeps count."""
    # folders are left out, for looking at them is reading them
    files = [each for each in (path, *path.rglob("*")) if each.is_file()]
    stats = [each.stat() for each in files]
    return max((max(stat.st_atime, stat.st_mtime) for stat in stats), default=0.0)


def _old(path: Path) -> bool:
    """Whether nothing directly in ``path`` changed for a day."""
    try:
        names = [path, *path.iterdir()] if path.is_dir() else [path]
        return time.time() - max(os.lstat(each).st_mtime for each in names) > DAY
    except OSError:  # somebody works there
        return False
