"""What is kept and how large it is, by kind of step and by study."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from stiltwalk.spec.errors import UserError
from stiltwalk.store.entries import Entry
from stiltwalk.store.index import Index
from stiltwalk.store.plans import kept_parents
from stiltwalk.store.store import Store, finished_keys
from stiltwalk.store.studies import kept_names, kept_revisions

BESIDE = ("tables", "bases", "work", "index", "cache", "studies", "tracking", "literature")
"""Folders of a store that hold no steps of their own."""


class Shelf(NamedTuple):
    """Some of what is kept.

    Attributes:
        what: a kind of step, a study or a folder.
        number: steps of it, or entries of the folder.
        bytes: of their files; a file that several steps share counts for each.
        degenerate: how many of the steps collapsed.
    """

    what: str
    number: int
    bytes: int
    degenerate: int


def by_kind(entries: Mapping[str, Entry]) -> list[Shelf]:
    """A line for each kind of step, the largest first."""
    kinds: dict[str, list[Entry]] = {}
    for entry in entries.values():
        kinds.setdefault(entry.kind, []).append(entry)
    return _sorted(_shelf(kind, found) for kind, found in kinds.items())


def by_study(store: Store, entries: Mapping[str, Entry]) -> list[Shelf]:
    """A line for each kept study, the largest first; a step that several need counts in each."""
    return _sorted(
        _shelf(name, (entries[key] for key in keys if key in entries))
        for name in kept_names(store)
        for keys in [steps_of(store, name)]
    )


def beside(store: Store) -> list[Shelf]:
    """A line for each folder beside the steps, the largest first."""
    return _sorted(
        Shelf(name, sum(1 for _ in folder.iterdir()), bytes_below(folder), 0)
        for name in BESIDE
        for folder in [store.root / name]
        if folder.is_dir()
    )


def steps_of(store: Store, study: str) -> set[str]:
    """Keys of all steps of every revision of ``study``."""
    paths = [path for path in kept_revisions(store) if path.parent.name == study]
    return {key for path in paths for key in kept_parents(path.with_suffix(""))}


def plan_parents(store: Store, entries: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """Key → parents of every finished step, and of every step of a kept study."""
    found = {key: tuple(entry.parents.split()) for key, entry in entries.items()}
    for path in kept_revisions(store):
        found |= kept_parents(path.with_suffix(""))
    return found


def behind(keys: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """``keys`` and all that is behind them."""
    found: set[str] = set()
    left = list(keys)
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += parents.get(key, ())
    return found


def all_entries(store: Store, index: Index) -> dict[str, Entry]:
    """The entry of every finished step; those whose record cannot be read are among ``index.unreadable``."""
    return index.entries(finished_keys(store))


def bytes_below(folder: Path) -> int:
    """Bytes of all files below ``folder``, whoever deletes some of them meanwhile."""
    total = 0
    try:
        for found in os.scandir(folder):
            if found.is_dir(follow_symlinks=False):
                total += bytes_below(Path(found.path))
            else:
                total += found.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total


def find_keys(store: Store, words: Iterable[str]) -> Iterator[str]:
    """The finished steps whose keys begin with each of ``words``.

    Raises:
        UserError: there is none, or there are several.
    """
    for word in words:
        shelf = store.root / "steps" / word[:2]
        found = [key for key in _names(shelf) if key.startswith(word) and store.has(key)]
        if len(word) < 2 or len(found) != 1:
            said = "is no finished step" if not found else f"begins the keys of {len(found)} finished steps"
            raise UserError(
                f"'{word}' {said} in the store {store.root}. Give the first digits of a key, as 'stiltwalk "
                "status STUDY' prints them."
            )
        yield found[0]


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _shelf(what: str, entries: Iterable[Entry]) -> Shelf:
    found = list(entries)
    return Shelf(
        what, len(found), sum(entry.bytes for entry in found), sum(entry.degenerate for entry in found)
    )


def _sorted(shelves: Iterable[Shelf]) -> list[Shelf]:
    return sorted(shelves, key=lambda shelf: (-shelf.bytes, shelf.what))
