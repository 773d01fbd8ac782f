"""What a study no longer needs: finished steps of its earlier revisions that its plan does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.paths import stale
from stiltwalk.spec.errors import UserError
from stiltwalk.store.entries import Entry
from stiltwalk.store.index import open_index
from stiltwalk.store.store import Store
from stiltwalk.store.studies import read_kept_study


def stale_steps(plan: Plan, store: Store) -> dict[str, Entry]:
    """Key → entry of every finished step that an earlier revision of the study held and ``plan`` does not."""
    before = dict.fromkeys(_held_before(plan.study.study, store))
    return open_index(store).entries(stale(plan, before)) if before else {}


def _held_before(name: str, store: Store) -> Iterator[str]:
    for path in sorted((store.root / "studies" / name).glob("*.yaml")):
        try:
            yield from read_kept_study(store, name, path.stem).plan.nodes
        except UserError:  # a revision that cannot be read says nothing of what it held
            continue
