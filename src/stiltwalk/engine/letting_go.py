"""Lets weights go once the last step that reads them is finished, and finds what has to be trained again."""

from __future__ import annotations

from contextlib import suppress

from stiltwalk.plan.keeping import children_of, passing
from stiltwalk.plan.nodes import Plan
from stiltwalk.store.letting_go import forget, let_go
from stiltwalk.store.plans import kept_parents
from stiltwalk.store.store import Store
from stiltwalk.store.studies import keeps_all, kept_revisions


class LettingGo:
    """The weights of a plan that go once they were read; none of a study that keeps all.

    What another kept study keeps, or still has to read, stays. Two workers who finish the last readers of a
    model together both find that it may go; the second finds it gone.
    """

    def __init__(self, plan: Plan, store: Store) -> None:
        readers = passing(plan)
        elsewhere = _wanted_elsewhere(store, plan.study.study, set(readers))
        self._store = store
        self._readers = {key: found for key, found in readers.items() if key not in elsewhere}
        self._read = children_of(self._readers)

    def finished(self, key: str) -> int:
        """Let go what the finished step ``key`` was the last to read; returns bytes."""
        return sum(map(self._freed, {key, *self._read.get(key, ())} & self._readers.keys()))

    def sweep(self) -> tuple[int, int]:
        """Let go whatever may go; of how many trainings, and bytes."""
        freed = [freed for key in self._readers if (freed := self._freed(key))]
        return len(freed), sum(freed)

    def _freed(self, key: str) -> int:
        if self._store.has(key) and all(map(self._store.has, self._readers[key])):
            with suppress(OSError):  # what cannot be deleted stays, and is looked at by the next run
                return let_go(self._store, key)
        return 0


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


def forget_for_training(plan: Plan, store: Store) -> int:
    """Make the steps that have to be trained again unfinished; returns how many.

    Raises:
        OSError: the store may not be written.
    """
    found = to_train_again(plan, store)
    for key in found:
        forget(store, key)
    return len(found)


def _wanted_elsewhere(store: Store, study: str, keys: set[str]) -> set[str]:
    """Those of ``keys`` that another kept study, as it was run last, keeps or still has to read."""
    latest = {path.parent.name: path for path in kept_revisions(store)} if keys else {}
    found: set[str] = set()
    for name, path in latest.items():
        if name == study:
            continue
        parents = kept_parents(path.with_suffix(""))
        readers = children_of(parents)
        shared = keys & (parents.keys() | readers.keys())
        if shared and keeps_all(path):
            found |= shared
        found |= {key for key in shared if not all(map(store.has, readers.get(key, ())))}
    return found
