"""What there is to see of a study under way: counts by stage, pace, time left, cost so far.

    steps = [...]                       # one Seen for each step, parents first
    snapshot(steps, now).left.seconds

Arithmetic alone; :mod:`stiltwalk.engine.looking` reads what it is worked out from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from stiltwalk.engine.status import STATES, State

STAGES = ("pretrain", "translate", "intermediate", "choose", "target", "predict", "measure")
"""Kinds of steps, in the order in which a study comes to them."""

FREE = frozenset({"choose"})
"""Kinds that compute nothing, so that no time need be known of them."""

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A step at one moment.

    Attributes:
        key: its key.
        kind: its stage.
        encoder: whose; empty where it belongs to none.
        parents: keys of the steps it needs.
        state: its state.
        seconds: wall seconds that it took (0: it took over another's result); ``None``: not finished, or
            not written down.
        at: when it was published, in seconds since the epoch; ``None``: not finished.
        part: how much of it is done while it runs, from 0 to 1.
    """

    key: str
    kind: str
    encoder: str
    parents: tuple[str, ...]
    state: State
    seconds: float | None = None
    at: float | None = None
    part: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """All steps of one kind.

    Attributes:
        name: the kind.
        done: how many are finished.
        running: how many workers carry out.
        failed: how many failed.
        waiting: how many are still to come.
        seconds: worker seconds that the finished ones took.
        mean: of them each; ``None``: none of them is known.
        left: worker seconds that are left; ``None``: cannot be known yet.
    """

    name: str
    done: int
    running: int
    failed: int
    waiting: int
    seconds: float
    mean: float | None
    left: float | None


class Left(NamedTuple):
    """Time left.

    Attributes:
        seconds: until all that can still be done is; ``None``: cannot be known.
        why: why it cannot be known; or what makes it rough; empty: nothing does.
    """

    seconds: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A study at one moment.

    Attributes:
        stages: those that it has, in their order.
        ready: steps that a worker could begin now.
        behind: waiting steps that cannot be done because an ancestor failed.
        workers: how many carry out a step of it.
        an_hour: steps an hour lately; ``None``: fewer than two were finished in the last hour.
        left: time left.
    """

    stages: tuple[Stage, ...]
    ready: int
    behind: int
    workers: int
    an_hour: float | None
    left: Left

    def count(self, state: State) -> int:
        """How many steps are in ``state``."""
        return sum(int(getattr(stage, state)) for stage in self.stages)

    @property
    def whole(self) -> Stage:
        """All stages as one; it has no mean."""
        counts = {state: self.count(state) for state in STATES}
        left = _sum(stage.left for stage in self.stages)
        return Stage("all", **counts, seconds=self.seconds, mean=None, left=left)

    @property
    def total(self) -> int:
        """How many steps there are."""
        return sum(self.count(state) for state in STATES)

    @property
    def seconds(self) -> float:
        """Worker seconds spent on what is finished."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen unless somebody mends a failed step."""
        return self.workers == 0 and self.ready == 0


def snapshot(steps: Sequence[Seen], now: float) -> Snapshot:
    """Sum up ``steps``, parents before children, as they are at ``now`` (seconds since the epoch)."""
    behind = _behind(steps)
    expected = _expected(steps, behind)
    undone = {step.key for step in steps if step.state != "done"}
    ready = [s for s in steps if s.state == "waiting" and undone.isdisjoint(s.parents)]
    workers = sum(step.state == "running" for step in steps)
    return Snapshot(
        tuple(_stages(steps, expected)),
        len(ready),
        len(behind),
        workers,
        pace((step.at for step in steps if step.at is not None), now),
        _left(steps, expected, workers),
    )


def pace(times: Iterable[float], now: float) -> float | None:
    """Steps an hour by the ``times`` at which they were finished, those of the last hour until ``now``.

    The first of them begins the count; ``None`` while there are fewer than two.
    """
    lately = sorted(at for at in times if now - HOUR <= at <= now)
    if len(lately) < 2 or now <= lately[0]:
        return None
    return HOUR * (len(lately) - 1) / (now - lately[0])


class _Expected(NamedTuple):
    """What an unfinished step is expected to take yet; ``seconds`` is ``None`` where that is unknown."""

    seconds: float | None
    other_encoders: bool


def _behind(steps: Iterable[Seen]) -> set[str]:
    """Waiting steps with a failed ancestor."""
    failed, behind = {step.key for step in steps if step.state == "failed"}, set[str]()
    for step in steps:
        if step.state == "waiting" and not (
            failed.isdisjoint(step.parents) and behind.isdisjoint(step.parents)
        ):
            behind.add(step.key)
    return behind


def _expected(steps: Iterable[Seen], behind: set[str]) -> dict[str, _Expected]:
    """Of every step that can still be done: the mean of its kind and encoder, else of its kind."""
    own, any_encoder = _means(steps, by_encoder=True), _means(steps, by_encoder=False)
    found = {}
    for step in steps:
        if step.state not in {"running", "waiting"} or step.key in behind:
            continue
        mine = own.get((step.kind, step.encoder))
        mean = any_encoder.get((step.kind, "")) if mine is None else mine
        if mean is None and step.kind in FREE:
            mean = mine = 0.0
        rest = None if mean is None else mean * (1 - step.part)
        found[step.key] = _Expected(rest, rest is not None and mine is None)
    return found


def _means(steps: Iterable[Seen], *, by_encoder: bool) -> dict[tuple[str, str], float]:
    """(kind, encoder or nothing) → mean seconds of the steps that took any."""
    taken: dict[tuple[str, str], list[float]] = {}
    for step in steps:
        if step.seconds:  # what took over another's result says nothing of its kind
            taken.setdefault((step.kind, step.encoder if by_encoder else ""), []).append(step.seconds)
    return {name: fmean(seconds) for name, seconds in taken.items()}


def _stages(steps: Sequence[Seen], expected: Mapping[str, _Expected]) -> Iterator[Stage]:
    kinds: dict[str, list[Seen]] = {}
    for step in steps:
        kinds.setdefault(step.kind, []).append(step)
    means = _means(steps, by_encoder=False)
    for kind in sorted(kinds, key=STAGES.index):
        of_kind = kinds[kind]
        counts = Counter(step.state for step in of_kind)
        yield Stage(
            name=kind,
            done=counts["done"],
            running=counts["running"],
            failed=counts["failed"],
            waiting=counts["waiting"],
            seconds=sum(step.seconds or 0.0 for step in of_kind),
            mean=means.get((kind, "")),
            left=_sum(expected[step.key].seconds for step in of_kind if step.key in expected),
        )


def _sum(seconds: Iterable[float | None]) -> float | None:
    """The sum; unknown where a part of it is."""
    found = list(seconds)
    known = [each for each in found if each is not None]
    return sum(known) if len(known) == len(found) else None


def _left(steps: Iterable[Seen], expected: Mapping[str, _Expected], workers: int) -> Left:
    """All worker seconds shared by the workers there are, but no less than the longest chain of steps."""
    if not expected:
        return Left(0.0, "")
    if workers == 0:
        return Left(None, "nothing is running")
    unknown = dict.fromkeys(
        step.kind for step in steps if step.key in expected and expected[step.key].seconds is None
    )
    if unknown:
        return Left(None, f"no {' or '.join(sorted(unknown, key=STAGES.index))} step is finished yet")
    chains: dict[str, float] = {}
    for step in steps:
        if step.key in expected:
            before = max((chains.get(parent, 0.0) for parent in step.parents), default=0.0)
            chains[step.key] = before + (expected[step.key].seconds or 0.0)
    total = sum(each.seconds or 0.0 for each in expected.values())
    rough = sum(each.other_encoders for each in expected.values())
    why = f"{rough} steps by the means of other encoders" if rough else ""
    return Left(max(total / workers, *chains.values()), why)
