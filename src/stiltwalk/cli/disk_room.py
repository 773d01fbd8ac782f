"""What a plan says of disk: the models that are let go again, and what would fit where all of it does not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

from stiltwalk.engine.pricing import Priced
from stiltwalk.plan.costs import total
from stiltwalk.plan.keeping import passing_in
from stiltwalk.spec.study import KEEPS, Keep
from stiltwalk.store.store import Store

GIGA = 1e9


def disk_lines(found: Priced, store: Store) -> Iterator[str]:
    """What a plan's disk comes to beside its sum."""
    models = [cost.passing for cost in found.todo.values() if cost.passing]
    if models:
        yield (
            f"Of {len(models)} trainings the models go once they were read (keep: {found.plan.study.keep}): "
            f"{_gigabytes(sum(models))} that are not among those above; until then each takes up to "
            f"{_gigabytes(max(models))}."
        )
    needed, free = total(found.todo.values()).disk, _free(store)
    if needed > free:
        own = found.plan.study.keep
        fewer = KEEPS[KEEPS.index(own) + 1 :]
        less = [(keep, needed - _saved(found, keep)) for keep in fewer]
        ways = [f"-o keep={keep} leaves {_gigabytes(left)}" for keep, left in less if left < needed]
        yield (
            f"{_gigabytes(needed)} are more than the {_gigabytes(free)} that are free at {store.root}"
            + (f": {', '.join(ways)}." if ways else ".")
        )


def _free(store: Store) -> int:
    return shutil.disk_usage(store.root).free


def _saved(found: Priced, keep: Keep) -> int:
    """What of the disk that is still to be taken would be let go by a study that keeps so much."""
    asked = replace(found.plan, study=found.plan.study.replace({"keep": keep}))
    return sum(found.todo[key].disk for key in passing_in(asked) if key in found.todo)


def _gigabytes(count: float) -> str:
    return f"{count / GIGA:,.2f} GB"
