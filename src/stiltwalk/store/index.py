"""The index: what finished steps came to, in a few files, so that no command opens thousands of small ones.

STORE/index/ holds a generation (``generations.py``) and a journal of what was published since
(``journal.py``). Neither is believed over the steps: an entry counts only if the manifest of its step is
there and was written when the entry says. Whatever is not in the index, or no longer as it says, is read
from the step's folder. So a lost, damaged or old index costs time and nothing else; and whoever finds that
much is new writes the next generation, without a lock, for all would write the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from stiltwalk.store import generations, journal
from stiltwalk.store.columns import INDEXED, count, pack_of, unpack
from stiltwalk.store.entries import Entry, as_dict, from_dict, read_entry, stamp_of
from stiltwalk.store.generations import COUNT, ENTRY, STEPS, Generation
from stiltwalk.store.store import Store, damaged_step, finished_keys

MANY = 256
"""So many steps that are not in the generation, and a sixteenth of those that are, make a new one."""

_SHARE = 16


class Fresh(NamedTuple):
    """A step that is not in the generation: its entry, and its result rows, packed."""

    entry: Entry
    rows: Mapping[str, Any]


class Found(NamedTuple):
    """Where finished steps stand: places in the generation, and keys among the fresh."""

    places: list[int]
    fresh: list[str]


@dataclass(slots=True)
class Index:
    """What is known of the finished steps of a store.

    Attributes:
        store: whose.
        generation: the newest.
        fresh: key → what was published since, as far as it stands in the journal or was asked for.
        journals: the files that was read from, with their sizes.
        unreadable: steps that are there and whose files cannot be read, among those that were asked for.
    """

    store: Store
    generation: Generation
    fresh: dict[str, Fresh] = field(default_factory=dict)
    journals: Mapping[Path, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    _tried: bool = False

    def entries(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Key → entry of those of the steps that are finished; unreadable ones are left out."""
        wanted = dict.fromkeys(keys)
        found = self._look(wanted)
        try:
            table = self.generation.steps(ENTRY.names)
        except (OSError, pa.ArrowException):
            self._replace()
            return self.entries(wanted)
        old = table.take(pa.array(found.places, pa.int64())).to_pylist()
        return {raw["key"]: Entry(**raw) for raw in old} | {key: self.fresh[key].entry for key in found.fresh}

    def rows(self, keys: Sequence[str], columns: Sequence[str] = INDEXED.names) -> tuple[pa.Table, list[int]]:
        """Result rows of the steps ``keys``, in their order, and of each key how many they are.

        A step that is not finished has none. Columns are those of ``columns.INDEXED``.

        Raises:
            UserError: a finished step is damaged; named, with the cure.
        """
        found = self._look(dict.fromkeys(keys))
        if bad := self.unreadable.intersection(keys):
            raise damaged_step(self.store.folder(min(bad)), "its record or its rows cannot be read")
        try:
            old = self.generation.rows(np.array(found.places, np.int64), columns)
        except (OSError, pa.ArrowException):
            self._replace()
            return self.rows(keys, columns)
        new = unpack(self.fresh[key].rows for key in found.fresh).select(list(columns))
        spans = self._spans(found)
        asked = [spans.get(key, (0, 0)) for key in keys]
        order = [np.arange(first, first + length) for first, length in asked]
        table = pa.concat_tables([old.cast(new.schema), new])
        taken = table.take(pa.array(np.concatenate([*order, np.zeros(0, np.int64)]), pa.int64()))
        return taken, [length for _, length in asked]

    def known(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """These fields of every entry, whether its step is still there or not: for estimates alone."""
        try:
            table = self.generation.steps(columns)
        except (OSError, pa.ArrowException):
            self._replace()
            table = self.generation.steps(columns)
        for key, values in zip(
            self.generation.keys,
            zip(*(table[name].to_pylist() for name in columns), strict=True),
            strict=True,
        ):
            if key not in self.fresh:
                yield values
        for one in self.fresh.values():
            yield tuple(getattr(one.entry, name) for name in columns)

    def complete(self) -> None:
        """Take in every finished step, by one look at the folders they lie in."""
        self._look(set(finished_keys(self.store)) - self.generation.places.keys() - self.fresh.keys())

    def _look(self, keys: Iterable[str]) -> Found:
        """Where what is known of the steps stands; what is not known yet is read."""
        keys = list(keys)
        found = self._look_once(keys)
        if not self._tried and len(self.fresh) >= max(MANY, len(self.generation.keys) // _SHARE):
            self._tried = True
            if self._compact():
                return self._look_once(keys)
        return found

    def _look_once(self, keys: Iterable[str]) -> Found:
        found = Found([], [])
        for key in keys:
            folder = self.store.folder(key)
            stamp = stamp_of(folder)
            if stamp is None:
                continue
            place = self.generation.places.get(key)
            if place is not None and self.generation.stamps[place] == stamp:
                found.places.append(place)
            elif (key in self.fresh and self.fresh[key].entry.stamp == stamp) or self._read(key, folder):
                found.fresh.append(key)
        return found

    def _read(self, key: str, folder: Path) -> bool:
        entry, rows = read_entry(key, folder), pack_of(folder)
        if entry is None or rows is None:
            self.unreadable.add(key)
            return False
        self.fresh[key] = Fresh(entry, rows)
        return True

    def _spans(self, found: Found) -> dict[str, tuple[int, int]]:
        """Key → where its rows begin, those of the generation before the fresh, and how many they are."""
        firsts, at = self.generation.firsts, 0
        lengths = [(self.generation.keys[p], int(firsts[p + 1] - firsts[p])) for p in found.places]
        lengths += [(key, count(self.fresh[key].rows)) for key in found.fresh]
        spans = {}
        for key, length in lengths:
            spans[key] = (at, length)
            at += length
        return spans

    def _compact(self) -> bool:
        """Write the next generation, of what is still there, and read it; ``False``: it cannot be written."""
        old = self.generation
        stay = [
            place
            for place, (key, stamp) in enumerate(zip(old.keys, old.stamps, strict=True))
            if key not in self.fresh and stamp_of(self.store.folder(key)) == stamp
        ]
        new = [one for key, one in self.fresh.items() if stamp_of(self.store.folder(key)) == one.entry.stamp]
        try:
            places = np.array(stay, np.int64)
            fresh = [as_dict(one.entry) | {COUNT: count(one.rows)} for one in new]
            steps = pa.concat_tables([old.steps().take(places), pa.Table.from_pylist(fresh, schema=STEPS)])
            rows = pa.concat_tables(
                [old.rows(places, INDEXED.names).cast(INDEXED), unpack(o.rows for o in new)]
            )
            generations.write(_folder(self.store), old.number + 1, steps, rows)
        except (OSError, pa.ArrowException):  # a store that is only read, a full disk: the journal stays
            return False
        journal.drop(self.journals)
        self.generation, self.fresh = generations.newest(_folder(self.store)), {}
        return True

    def _replace(self) -> None:
        """Take a newer generation in the place of one that can no longer be read; if there is none, none."""
        lost = self.generation
        generations.drop(lost)
        self.generation = generations.newest(_folder(self.store))
        if self.generation.number <= lost.number:
            self.generation = generations.none(lost.number)


def open_index(store: Store) -> Index:
    """The index of ``store`` as it stands; one of a store without any knows nothing yet."""
    generation = generations.newest(_folder(store))
    lines, sizes = journal.read(store.journal)
    index = Index(store, generation, journals=sizes)
    for line in lines:
        with contextlib.suppress(TypeError):
            entry = from_dict(line.entry)
            place = None if entry is None else generation.places.get(entry.key)
            if entry is not None and (place is None or generation.stamps[place] != entry.stamp):
                index.fresh[entry.key] = Fresh(entry, line.rows)
    return index


def _folder(store: Store) -> Path:
    return store.root / "index"
