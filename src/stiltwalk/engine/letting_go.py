"""Lets models go once the last step that reads them is finished, and finds what has to be trained again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from stiltwalk.plan.keeping import children_of, passing, passing_in
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UserError
from stiltwalk.store.letting_go import let_go
from stiltwalk.store.plans import kept_outlines
from stiltwalk.store.store import Store
from stiltwalk.store.studies import keep_of, kept_revisions


class LettingGo:
    """The models of a plan that go once they were read; none of a study that keeps all.

    What another kept study keeps, or still has to read, stays; they are looked at again whenever one was run.
    """

    def __init__(self, plan: Plan, store: Store) -> None:
        self._store = store
        self._readers = passing_in(plan)
        self._read = children_of(self._readers)
        self._looked: list[tuple[Path, int]] = []
        self._studies: list[_Kept] = []

    def finished(self, key: str) -> None:
        """Let go what the finished step ``key`` was the last to read."""
        for each in (key, *self._read.get(key, ())):
            if self._is_read(each):
                self._freed(each)

    def sweep(self) -> Swept:
        """Let go whatever may go."""
        read = [key for key in self._readers if self._is_read(key)]
        freed = [size for key in read if (size := self._freed(key))]
        stay = [key for key in read if not self._store.is_let_go(key)]
        names = dict.fromkeys(name for key in stay for name in self._wanted_by(key))
        return Swept(len(freed), sum(freed), len(stay), tuple(names))

    def _is_read(self, key: str) -> bool:
        """Whether this plan has no more use for the model of ``key``."""
        return key in self._readers and self._store.has(key) and _is_read(key, self._readers, self._store)

    def _freed(self, key: str) -> int:
        if self._wanted_by(key):
            return 0
        with suppress(OSError):  # what cannot be deleted stays, and is looked at by the next run
            return let_go(self._store, key)
        return 0

    def _wanted_by(self, key: str) -> list[str]:
        """Kept studies that keep the model of ``key``, or still have to read it."""
        looked = self._looked
        with suppress(FileNotFoundError):  # a study is given up at this moment
            looked = [(path, path.stat().st_mtime_ns) for path in kept_revisions(self._store)]
        if looked != self._looked:
            latest = {path.parent.name: path for path, _ in looked}  # the one that was run last comes last
            self._looked = looked
            self._studies = [_kept(path, self._readers.keys()) for path in latest.values()]
        return [study.name for study in self._studies if study.wants(key, self._store)]


class Swept(NamedTuple):
    """What was let go.

    Attributes:
        trainings: of how many.
        bytes: that this freed.
        stay: trainings whose models this plan would let go, and others want.
        studies: who those are.
    """

    trainings: int
    bytes: int
    stay: int
    studies: tuple[str, ...]


class _Kept(NamedTuple):
    """A kept study, as far as it concerns the models of another.

    Attributes:
        name: its name.
        keeps: keys of those that it keeps, or was given as an encoder.
        readers: key → its steps that may read the model of that step.
    """

    name: str
    keeps: frozenset[str]
    readers: Mapping[str, Iterable[str]]

    def wants(self, key: str, store: Store) -> bool:
        """Whether the model of ``key`` has to stay for it."""
        return key in self.keeps or not _is_read(key, self.readers, store)


def _is_read(key: str, readers: Mapping[str, Iterable[str]], store: Store) -> bool:
    """Whether all that may read the model of ``key`` is finished, and need not be trained again."""
    return all(
        store.has(each) and (not store.is_let_go(each) or _is_read(each, readers, store))
        for each in readers.get(key, ())
    )


def _kept(path: Path, keys: Iterable[str]) -> _Kept:
    asked = frozenset(keys)
    try:
        steps, keep = kept_outlines(path.with_suffix("")), keep_of(path)
    except UserError:
        return _Kept(path.parent.name, asked, {})  # nobody knows what it needs
    parents = {step.key: step.parents for step in steps}
    children = children_of(parents)
    goes = passing(keep, {step.key: step.kind for step in steps}, parents)
    keeps = (parents.keys() - goes.keys()) | (children.keys() - parents.keys())
    return _Kept(path.parent.name, asked & keeps, {**children, **goes})


def to_train_again(plan: Plan, store: Store) -> list[str]:
    """Finished steps whose models were let go, and that a step still to be done starts from."""
    found: dict[str, None] = {}
    left = [node for node in plan.nodes.values() if not store.has(node.key)]
    while left:
        start = getattr(left.pop().step, "parent", "")
        if start in plan.nodes and start not in found and store.is_let_go(start):
            found[start] = None
            left.append(plan.nodes[start])  # what that starts from may have gone as well
    return list(found)
