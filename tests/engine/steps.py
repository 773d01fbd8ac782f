"""Steps that compute nothing: plans of any shape, and a worker's process that carries them out.

    plan, place = nothing_to_compute(tmp_path / "store", {"a": "", "b": "a", "c": "a b"})

A step here is a choice among the steps it needs, which knows no bounds to its parents.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine.devices import Device, Room
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import work
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.steps import ChooseStep, Step, Trial, key_of
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store, publish
from tests.worlds import tiny_study

CARRY_OUT = "stiltwalk.compute.carry_out"


def nothing_to_compute(store: Path, needs: Mapping[str, str]) -> Prepared:
    """A plan of the steps in ``needs``, each with the names of those it needs, parents first."""
    nodes: dict[str, Node] = {}
    keys: dict[str, str] = {}
    for number, (name, parents) in enumerate(needs.items()):
        step = ChooseStep(trials=(Trial(rate=number, steps=tuple(keys[each] for each in parents.split())),))
        keys[name] = key_of(step)
        nodes[keys[name]] = Node(keys[name], step, name, "")
    plan = Plan(tiny_study(), nodes, (), ())
    return Prepared(plan, Place(open_store(store), None, {}, {}, TASKS))


def key(plan: Plan, name: str) -> str:
    """The key of the step called ``name``."""
    (found,) = (each.key for each in plan.nodes.values() if each.title == name)
    return found


def do_nothing(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
    """Publish ``step`` as it is, in the place of ``carry_out``."""
    draft = folder / "draft"
    draft.mkdir(parents=True, exist_ok=True)
    published = publish(place.store, key, step, {}, draft)
    shutil.rmtree(folder, ignore_errors=True)
    return published


def put_in_place(carry_out: Callable[..., bool]) -> None:
    """Have workers of this process call ``carry_out``, and do without torch."""
    module = ModuleType(CARRY_OUT)
    module.__dict__["carry_out"] = carry_out
    sys.modules[CARRY_OUT] = module


def many(store: Path, count: int) -> Prepared:
    """``count`` steps, in trees of ten: one that nine need."""
    names = [f"step-{number}" for number in range(count)]
    return nothing_to_compute(
        store, {name: "" if n % 10 == 0 else names[n - n % 10] for n, name in enumerate(names)}
    )


def main(store: Path, count: int, name: str) -> None:
    """One worker of several on one store: notes in a file of its own every step that it carries out."""
    plan, place = many(store, count)
    room = Room((Device("cpu", "this machine", 10**12),))

    def noting(step: Step, key: str, *rest: Any) -> bool:
        with (store / "work" / f".done-by-{name}").open("a") as stream:
            stream.write(f"{key}\n")
        return do_nothing(step, key, *rest)

    put_in_place(noting)
    work(plan, place, lambda event: None, lambda: False, time.time(), room)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
