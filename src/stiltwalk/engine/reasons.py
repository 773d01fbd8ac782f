"""Why a step is as it is: what it waits for, who has it, how it failed, where it lies."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from stiltwalk.compute.context import STEP_LOG
from stiltwalk.engine.failures import Failure
from stiltwalk.engine.looking import Reported, reported
from stiltwalk.engine.status import Look, State, absent_parents, look, step_states, title_of
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UserError
from stiltwalk.store.leases import Held, holding
from stiltwalk.store.plans import Outline, outlines_of
from stiltwalk.store.store import Store

LEAST_DIGITS = 4
"""Of a key that stands for the step; fewer are read as words."""

MOST_NAMED = 12
TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class Link:
    """A step of a chain.

    Attributes:
        key: the step.
        title: what it is called.
        state: its state.
        why: why it is not done, in a line.
        depth: how many steps away it is from the one that was asked about.
    """

    key: str
    title: str
    state: State
    why: str
    depth: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything that is known of one step.

    Attributes:
        step: which.
        state: its state.
        why: why it is not done, in a line; or what is wrong with its record.
        seconds: wall seconds that it took, if it is done.
        published: when it was published, in seconds since the epoch, if it is done.
        failure: how the last attempt ended, if it was given up.
        holder: who has the lease on it, dead or alive.
        reported: how far its worker last said it is.
        worker: who began it last, by its log.
        folder: where it lies, or what is there of it; ``None``: nothing yet.
        log: its log, if it has one.
        parents: the steps that it needs.
        chain: unfinished steps behind it, down to those that can be worked on or failed; nearest first.
    """

    step: Outline
    state: State
    why: str
    seconds: float | None
    published: float | None
    failure: Failure | None
    holder: Held | None
    reported: Reported | None
    worker: str | None
    folder: Path | None
    log: Path | None
    parents: tuple[Link, ...]
    chain: tuple[Link, ...]

    @property
    def causes(self) -> tuple[Link, ...]:
        """The ends of the chain: what has to be finished or mended first."""
        return tuple(link for link in self.chain if not link.why.startswith("needs: "))


def find_step(plan: Plan, text: str) -> Outline:
    """The step of ``plan`` whose key begins with ``text``, or whose title and encoder hold all its words.

    A whole title is preferred to others that hold it.

    Raises:
        UserError: there is none, and the nearest titles are named; or there are several.
    """
    steps = outlines_of(plan.nodes).values()
    said = text.strip().lower()
    if re.fullmatch(rf"[0-9a-f]{{{LEAST_DIGITS},64}}", said):
        found = [step for step in steps if step.key.startswith(said)]
        if found:
            return _the_only(found, text, plan)
    words = said.replace(",", " ").split()
    found = [step for step in steps if step.title.lower() == said] or [
        step
        for step in steps
        if words and all(word in f"{step.title} {step.encoder}".lower() for word in words)
    ]
    if found:
        return _the_only(found, text, plan)
    titles = {step.title.lower(): step.title for step in steps}
    near = [titles[each] for each in get_close_matches(said, titles, n=3, cutoff=0.4)]
    hint = f" Did you mean {' or '.join(repr(title) for title in near)}?" if near else ""
    raise UserError(
        f"There is no step '{text}' in the study '{plan.study.study}'.{hint} Give words of a title, or the "
        f"first digits of a key; 'stiltwalk status {plan.study.study} --all' lists them."
    )


def _the_only(found: list[Outline], text: str, plan: Plan) -> Outline:
    if len(found) == 1:
        return found[0]
    several = len({step.encoder for step in found}) > 1
    named = [
        f"{step.key[:12]} ({step.title}{f', {step.encoder}' if several and step.encoder else ''})"
        for step in found[:MOST_NAMED]
    ]
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    raise UserError(
        f"'{text}' fits {len(found)} steps of the study '{plan.study.study}': {', '.join(named)}{more}. "
        "Give more words, or the first digits of a key."
    )


def reasons(plan: Plan, store: Store, key: str) -> Reasons:
    """Everything that ``store`` tells of the step ``key`` of ``plan``."""
    steps, seen = outlines_of(plan.nodes), look(plan, store)
    (found,) = step_states(plan, store, [key], seen)
    folder = store.folder(key) if found.state == "done" else _latest(seen.begun.get(key, ()))
    log = folder / STEP_LOG if folder is not None and (folder / STEP_LOG).is_file() else None
    near = {key: 0, **dict.fromkeys(steps[key].parents, 1)}
    if found.state == "waiting":
        near |= _behind(steps, store, key, seen)
    links = _links(plan, store, near, seen)
    return Reasons(
        step=steps[key],
        state=found.state,
        why=found.why,
        seconds=found.wall_seconds,
        published=seen.finished.get(key),
        failure=seen.failed.get(key),
        holder=None if found.state == "done" else holding(store.leases / f"{key}.json"),
        reported=None if found.state == "done" else reported(seen, key),
        worker=None if log is None else began_by(log),
        folder=folder,
        log=log,
        parents=tuple(links[parent] for parent in steps[key].parents),
        chain=tuple(link for link in links.values() if link.depth and link.state != "done"),
    )


def _behind(steps: Mapping[str, Outline], store: Store, key: str, seen: Look) -> dict[str, int]:
    """Key → depth of unfinished ancestors, nearest first; nothing behind what runs, failed or is ready."""
    depths, queue = {key: 0}, deque([key])
    while queue:
        child = queue.popleft()
        if child in steps and seen.state(child) == "waiting":
            for parent in absent_parents(steps, store, child, seen):
                if parent not in depths:
                    depths[parent] = depths[child] + 1
                    queue.append(parent)
    return depths


def _links(plan: Plan, store: Store, depths: Mapping[str, int], seen: Look) -> dict[str, Link]:
    """Key → link of every step in ``depths``, in that order."""
    # what a done step has in its record is of no interest here
    asked = [key for key in depths if key in plan.nodes and key not in seen.finished]
    states = {state.key: state for state in step_states(plan, store, asked, seen)}
    steps = outlines_of(plan.nodes)
    links = {}
    for key, depth in depths.items():
        title = title_of(steps, key)
        if key in states:
            links[key] = Link(key, title, states[key].state, states[key].why, depth)
        elif key in seen.finished or store.has(key):
            links[key] = Link(key, title, "done", "", depth)
        else:
            why = f"neither a step of this study nor in the store {store.root}"
            links[key] = Link(key, title, "waiting", why, depth)
    return links


def _latest(folders: tuple[Path, ...]) -> Path | None:
    """Of several folders of unfinished work the one that was changed last."""
    return max(folders, key=lambda folder: folder.stat().st_mtime, default=None)


def tail(log: Path, count: int = TAIL_LINES) -> list[str]:
    """The last ``count`` lines of a log."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        return [line.rstrip("\n") for line in deque(lines, maxlen=count)]


def began_by(log: Path) -> str | None:
    """The worker that began the last attempt in a log; ``None``: it does not say."""
    found = None
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if began := re.search(r" began: .* \(worker (\S+), attempt \d+\)$", line.rstrip()):
                found = began.group(1)
    return found
