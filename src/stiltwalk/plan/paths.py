"""A plan as work: the longest chain, how long so many workers take, what sharing saves, and two compared."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.trainings import PretrainStep, TrainStep


class Chain(NamedTuple):
    """Steps that wait for one another.

    Attributes:
        seconds: of all of them, one after the other.
        keys: the first one first.
    """

    seconds: float
    keys: tuple[str, ...]


def critical_path(plan: Plan, seconds: Mapping[str, float]) -> Chain:
    """The chain that takes longest: no number of workers is done sooner.

    Args:
        plan: the plan.
        seconds: key → seconds of every step that is to be done; all others take none.
    """
    until: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for key, node in plan.nodes.items():  # parents come first
        there = [parent for parent in node.parents if parent in until]
        last = max(there, key=until.__getitem__, default=None)
        until[key] = (until[last] if last is not None else 0.0) + seconds.get(key, 0.0)
        before[key] = last
    end = max(until, key=until.__getitem__, default=None)
    if end is None:
        return Chain(0.0, ())
    chain: list[str] = []
    at: str | None = end
    while at is not None:
        if at in seconds:
            chain.append(at)
        at = before[at]
    return Chain(until[end], tuple(reversed(chain)))


def seconds_with(plan: Plan, seconds: Mapping[str, float], workers: int) -> float:
    """How long ``workers`` take that each carry out one step at a time: ready steps in the plan's order.

    Args:
        plan: the plan.
        seconds: as for :func:`critical_path`.
        workers: how many, at least one.
    """
    place = {key: index for index, key in enumerate(plan.nodes)}
    waits: dict[str, int] = {}
    children: dict[str, list[str]] = {}
    for key in seconds:
        parents = [parent for parent in plan.nodes[key].parents if parent in seconds]
        waits[key] = len(parents)
        for parent in parents:
            children.setdefault(parent, []).append(key)
    ready = [place[key] for key, count in waits.items() if not count]
    heapq.heapify(ready)
    keys = list(plan.nodes)
    running: list[tuple[float, int]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < workers:
            index = heapq.heappop(ready)
            heapq.heappush(running, (now + seconds[keys[index]], index))
        now, done = heapq.heappop(running)
        for child in children.get(keys[done], ()):
            waits[child] -= 1
            if not waits[child]:
                heapq.heappush(ready, place[child])
    return now


class Sharing(NamedTuple):
    """What equal steps being one step saves.

    Attributes:
        trainings: those of the plan, pretraining included.
        alone: those there would be if every cell had its own.
    """

    trainings: int
    alone: int

    @property
    def saved(self) -> int:
        """Trainings that need not be carried out."""
        return self.alone - self.trainings


def sharing(plan: Plan) -> Sharing:
    """How many trainings stand behind the cells of ``plan``, shared and not."""
    behind: dict[str, frozenset[str]] = {}

    def trained(key: str) -> frozenset[str]:
        if key not in behind:
            behind[key] = frozenset(_trainings_behind(plan, key))
        return behind[key]

    alone = sum(len(trained(cell.key)) for cell in plan.cells)
    return Sharing(sum(_trains(node) for node in plan.nodes.values()), alone)


def _trainings_behind(plan: Plan, key: str) -> Iterator[str]:
    """Every training that the step ``key`` needs, and itself if it is one; each once."""
    seen, open_keys = {key}, [key]
    while open_keys:
        node = plan.nodes.get(open_keys.pop())
        if node is None:
            continue
        if _trains(node):
            yield node.key
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                open_keys.append(parent)


def _trains(node: Node) -> bool:
    return isinstance(node.step, TrainStep | PretrainStep)


class Against(NamedTuple):
    """The steps of two plans.

    Attributes:
        both: keys in both, in the first one's order.
        only_first: keys in the first alone.
        only_second: keys in the second alone.
    """

    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def against(first: Plan, second: Plan) -> Against:
    """Which steps ``first`` and ``second`` share: those are computed once for both."""
    return Against(
        tuple(key for key in first.nodes if key in second.nodes),
        tuple(key for key in first.nodes if key not in second.nodes),
        tuple(key for key in second.nodes if key not in first.nodes),
    )


def stale(plan: Plan, finished_before: Collection[str]) -> tuple[str, ...]:
    """Finished steps of the study's earlier revisions that ``plan`` no longer holds.

    Args:
        plan: the study as it is now.
        finished_before: keys of the finished steps of its earlier revisions.
    """
    return tuple(key for key in finished_before if key not in plan.nodes)
