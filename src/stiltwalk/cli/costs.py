"""Printing a plan: its steps by kind, what they will cost, and what that rests on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.cli import options, show, studies
from stiltwalk.cli.disk_room import disk_lines
from stiltwalk.engine.missing import Missing
from stiltwalk.engine.pricing import Priced, Wish, price
from stiltwalk.engine.stale import stale_steps
from stiltwalk.plan.amounts import SURENESS
from stiltwalk.plan.costs import Cost, Total, total
from stiltwalk.plan.paths import against, critical_path, seconds_with, sharing
from stiltwalk.spec.cards import USUAL_SHARE, card_called
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store, open_store

FEW_STEPS = 50
"""So many steps are listed one by one without being asked for."""

HOUR, GIGA = 3600.0, 1e9

USUAL_WORKERS = (1, 8)
"""Numbers of workers for which the time is said where the user names none."""

LIST_COLUMNS = ("step", "state", "title")
KIND_COLUMNS = ("kind", "cached", "to do", "stale", "tokens", "operations", "GB memory", "GB disk", "hours")

HOW_KNOWN = {
    "measured": "measured in finished trainings",
    "sampled": "read from a sample of the examples",
    "assumed": "assumed from typical lengths of the task",
    "at most": "at most: as if every input were as long as may be",
}


class Asked(NamedTuple):
    """What the user wants to see of a plan.

    Attributes:
        card: ``--card``; ``None``: this machine.
        share: ``--share``; ``None``: the usual.
        probe: ``--probe``.
        hourly: ``--price``: of an hour of a card; ``None``: money is not said.
        workers: ``--workers``; ``None``: the usual numbers.
        steps: ``--steps``.
        against: ``--against``: another study.
    """

    card: str | None = None
    share: float | None = None
    probe: bool = False
    hourly: float | None = None
    workers: int | None = None
    steps: bool = False
    against: str | None = None


def show_plan(
    name: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
    scale: str | None,
    asked: Asked,
    *,
    as_json: bool,
) -> None:
    """Print the plan of the study called ``name``, and what it will cost.

    Raises:
        UserError: no such study, scale or card; or the study cannot be planned.
    """
    wish = _wish(asked)
    opened = open_store(options.store_root(store))
    found = _priced(name, data_dir, store, overrides, scale, wish)
    if asked.against is not None:
        other = _priced(asked.against, data_dir, store, {}, scale, wish)
        _show_against(found, other, as_json=as_json)
        return
    if as_json:
        show.print_object({"steps": _json_steps(found), "totals": _json_totals(found, opened, asked)})
        return
    _show(found, opened, asked)


def _wish(asked: Asked) -> Wish:
    if asked.card is None:
        if asked.share is not None:
            raise UserError("--share is of what a card promises. Name one with --card, or leave it out.")
        return Wish(probe=asked.probe)
    card = card_called(asked.card).card
    if card is None:
        raise UserError(
            f"--card {asked.card}: hours need a card's name, such as A100-80; gigabytes alone say what fits "
            "of --memory. Name the card, or add --memory."
        )
    if asked.probe:
        raise UserError("--probe measures this machine, --card stands for another. Give one of the two.")
    return Wish(card, USUAL_SHARE if asked.share is None else asked.share)


def _priced(
    name: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
    scale: str | None,
    wish: Wish,
) -> Priced:
    return price(studies.outlined(name, data_dir, store, overrides, scale), wish, show.note)


def _show(found: Priced, store: Store, asked: Asked) -> None:
    plan = found.plan
    for line in _missing_lines(found.outline.missing):
        show.console.print(line)
    if asked.steps or len(plan.nodes) <= FEW_STEPS:
        show.print_table(_list(found), LIST_COLUMNS)
        show.console.print()
    stale = Counter(entry.kind for entry in stale_steps(plan, store).values())
    show.print_table(_by_kind(found, stale), KIND_COLUMNS, title="What is still to be done")
    show.console.print(
        f"\n{len(plan.nodes)} steps ({len(found.finished)} cached) fill {len(plan.cells)} cells: "
        f"{len(plan.study.encoders)} encoder(s) × {len(plan.study.arms)} arms × "
        f"{len(plan.study.seeds)} seed(s) × {len(plan.study.targets)} target(s)."
    )
    for line in (
        *disk_lines(found, store),
        *_work_lines(found, asked),
        *_ground_lines(found),
        *show.absent_lines(plan),
    ):
        show.console.print(line, markup=False)
    show.console.print(show.analysis_line(plan.study))


def _list(found: Priced) -> list[dict[str, Any]]:
    return [
        {"step": key[:12], "state": _state(found, key), "title": node.title}
        for key, node in found.plan.nodes.items()
    ]


def _state(found: Priced, key: str) -> str:
    return "cached" if key in found.finished else "to do"


def _by_kind(found: Priced, stale: Mapping[str, int]) -> list[dict[str, Any]]:
    kinds: Counter[str] = Counter(node.step.kind for node in found.plan.nodes.values())
    cached: Counter[str] = Counter(found.plan.nodes[key].step.kind for key in found.finished)
    todo: defaultdict[str, list[Cost]] = defaultdict(list)
    for key, cost in found.todo.items():
        todo[found.plan.nodes[key].step.kind].append(cost)
    rows = [
        {
            "kind": kind,
            "cached": cached[kind],
            "to do": kinds[kind] - cached[kind],
            "stale": stale.get(kind, 0),
        }
        | _columns(total(todo[kind]))
        for kind in dict.fromkeys((*kinds, *stale))
    ]
    whole = {
        "kind": "all",
        "cached": len(found.finished),
        "to do": len(found.plan.nodes) - len(found.finished),
    }
    return [*rows, whole | {"stale": sum(stale.values())} | _columns(total(found.todo.values()))]


def _columns(whole: Total) -> dict[str, Any]:
    timed = whole.steps - whole.untimed
    return {
        "tokens": whole.tokens,
        "operations": f"{whole.flops:.2e}",
        "GB memory": None if whole.memory is None else whole.memory / GIGA,
        "GB disk": whole.disk / GIGA,
        "hours": whole.card_seconds / HOUR if timed or not whole.steps else None,
    }


def _work_lines(found: Priced, asked: Asked) -> Iterator[str]:
    """Sharing, the longest chain, the time with several workers, and money."""
    shared = sharing(found.plan)
    if shared.saved:
        yield (
            f"Shared: {shared.trainings} trainings; {shared.alone} if every cell had its own, "
            f"{shared.saved} more."
        )
    whole = total(found.todo.values())
    seconds = _seconds(found)
    if not whole.steps:
        return
    if asked.card is not None:
        room = card_called(asked.card).gigabytes * GIGA
        beyond = sum(cost.memory is not None and cost.memory > room for cost in found.todo.values())
        if beyond:
            yield (
                f"{beyond} step(s) need more memory than the {room / GIGA:g} GB of {asked.card}: see "
                "--memory for ways to train in less, and execution.sharded for several cards."
            )
    if whole.untimed:
        yield f"{whole.untimed} step(s) without hours: {_how_to_time(found)}"
    if whole.untimed == whole.steps:
        return
    chain = critical_path(found.plan, seconds)
    yield f"Longest chain: {show.clock(chain.seconds)} ({len(chain.keys)} steps), with any number of workers."
    counts = _crews(asked)
    times = [f"{show.clock(seconds_with(found.plan, seconds, count))} with {count}" for count in counts]
    yield f"Time: {', '.join(times)} worker(s) (h:mm:ss or m:ss)."
    what = "GPU hours" if asked.card else "hours of one worker"
    yield f"In all {whole.card_seconds / HOUR:,.2f} {what}{_money(whole, asked)}."


def _crews(asked: Asked) -> tuple[int, ...]:
    """Of how many workers the time is told."""
    return USUAL_WORKERS if asked.workers is None else (max(1, asked.workers),)


def _money(whole: Total, asked: Asked) -> str:
    if asked.hourly is None:
        return ""
    return f", {asked.hourly * whole.card_seconds / HOUR:,.2f} at {asked.hourly:g} an hour"


def _seconds(found: Priced) -> dict[str, float]:
    """Key → seconds of every step that is to be done; 0 where they are not known."""
    return {key: cost.seconds or 0.0 for key, cost in found.todo.items()}


def _how_to_time(found: Priced) -> str:
    kinds = {found.plan.nodes[key].step.kind for key, cost in found.todo.items() if cost.seconds is None}
    if kinds == {"translate"}:
        return "how long a model translates is not reckoned."
    return "measure this machine with --probe, or name a card with --card (for example --card A100-80)."


def _ground_lines(found: Priced) -> Iterator[str]:
    """What the figures rest on."""
    plan = found.plan
    lengths = Counter(cost.known for cost in found.costs.values() if cost.tokens)
    if lengths:
        said = [f"{HOW_KNOWN[known]} ({lengths[known]} steps)" for known in SURENESS if lengths[known]]
        yield f"Tokens: {'; '.join(said)}."
    speeds = Counter(cost.speed for cost in found.todo.values() if cost.speed)
    if speeds:
        yield f"Hours: {'; '.join(f'{speed} ({count} steps)' for speed, count in speeds.items())}."
    if found.uncounted:
        names = ", ".join(f"{task} ({split})" for task, split in found.uncounted)
        yield f"Counted as nothing, because nobody here knows how many there are: {names}."
    unknown = [e.name for e in plan.study.encoders if e.name not in found.sizes]
    if unknown:
        yield f"Without operations, because their shape is not known: {', '.join(unknown)}."


def _missing_lines(missing: Missing) -> Iterator[str]:
    if not missing:
        return
    said = []
    if missing.data:
        tasks = list(dict.fromkeys(task for task, _, _ in missing.data))
        named = ", ".join(tasks[:6]) + (", …" if len(tasks) > 6 else "")
        said.append(f"{len(missing.data)} sets of examples of {len(tasks)} task(s) ({named})")
    for what, names in (
        ("encoders", missing.encoders),
        ("translators", missing.translators),
        ("vocabularies", missing.vocabularies),
    ):
        if names:
            said.append(f"{what} {', '.join(names)}")
    yield f"Not on this machine: {'; '.join(said)}."
    yield (
        "This is the plan as if they were, with published counts; keys are provisional, and 'run' will ask "
        "for what is missing.\n"
    )


def _json_steps(found: Priced) -> list[dict[str, Any]]:
    return [
        {
            "step": key[:12],
            "state": _state(found, key),
            "title": node.title,
            "key": key,
            "kind": node.step.kind,
            "parents": list(node.parents),
            "encoder": node.encoder,
            "optimiser_steps": cost.steps,
            "examples": cost.examples,
            "tokens": cost.tokens,
            "tokens_known": cost.known,
            "flops": cost.flops,
            "flops_beside": round(cost.beside),
            "memory_bytes": cost.memory,
            "disk_bytes": cost.disk,
            "passing_bytes": cost.passing,
            "seconds": cost.seconds,
            "cards": cost.cards,
            "speed": cost.speed or None,
        }
        for key, node in found.plan.nodes.items()
        for cost in [found.costs[key]]
    ]


def _json_totals(found: Priced, store: Store, asked: Asked) -> dict[str, Any]:
    """The whole in numbers, of what is to be done."""
    plan, whole, seconds = found.plan, total(found.todo.values()), _seconds(found)
    chain, shared = critical_path(plan, seconds), sharing(plan)
    counts = _crews(asked)
    hours = whole.card_seconds / HOUR
    missing = found.outline.missing
    return {
        "study": plan.study.study,
        "steps": len(plan.nodes),
        "cached": len(found.finished),
        "to_do": whole.steps,
        "stale": len(stale_steps(plan, store)),
        "cells": len(plan.cells),
        "tokens": whole.tokens,
        "flops": whole.flops,
        "flops_beside": round(whole.beside),
        "memory_bytes": whole.memory,
        "disk_bytes": whole.disk,
        "passing_bytes": sum(cost.passing for cost in found.todo.values()),
        "hours": hours,
        "untimed_steps": whole.untimed,
        "cost": None if asked.hourly is None else asked.hourly * hours,
        "critical_path_seconds": chain.seconds,
        "critical_path": list(chain.keys),
        "seconds_with_workers": {str(count): seconds_with(plan, seconds, count) for count in counts},
        "trainings": shared.trainings,
        "trainings_without_sharing": shared.alone,
        "uncounted": [list(pair) for pair in found.uncounted],
        "missing": {
            "data": ["/".join(datum) for datum in missing.data],
            "encoders": list(missing.encoders),
            "translators": list(missing.translators),
            "vocabularies": list(missing.vocabularies),
        },
    }


def _show_against(first: Priced, second: Priced, *, as_json: bool) -> None:
    """Print which steps two studies share, and what that saves."""
    found = against(first.plan, second.plan)
    names = first.plan.study.study, second.plan.study.study
    rows = [
        _compared("both", found.both, first),
        _compared(f"only {names[0]}", found.only_first, first),
        _compared(f"only {names[1]}", found.only_second, second),
    ]
    if as_json:
        show.print_json("rows", rows)
        return
    for priced in (first, second):
        for line in _missing_lines(priced.outline.missing):
            show.console.print(line)
    show.print_table(
        rows, ("in", "steps", "cached", "tokens", "operations", "hours"), title=" against ".join(names)
    )
    saved = total(first.costs[key] for key in found.both if key not in first.finished)
    if saved.steps and saved.untimed < saved.steps:
        show.console.print(
            f"\nRunning both in one store saves {saved.card_seconds / HOUR:,.2f} hours: {saved.steps} steps "
            "are done once."
        )
    else:
        show.console.print(f"\n{len(found.both)} steps are done once for both in one store.")


def _compared(where: str, keys: tuple[str, ...], priced: Priced) -> dict[str, Any]:
    whole = total(priced.costs[key] for key in keys)
    columns = {name: _columns(whole)[name] for name in ("tokens", "operations", "hours")}
    cached = sum(key in priced.finished for key in keys)
    return {"in": where, "steps": len(keys), "cached": cached, **columns}
