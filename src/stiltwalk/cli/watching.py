"""Printing the state of a study: by stage, then step by step; once, or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from stiltwalk.cli import named, options, show
from stiltwalk.engine.looking import Running, View, Watcher
from stiltwalk.engine.status import STATES, StepState, look, reason, step_states
from stiltwalk.engine.watching import HOUR, Snapshot, Stage
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import StepFailedError, UserError
from stiltwalk.store.plans import outlines_of
from stiltwalk.store.store import Store
from stiltwalk.store.studies import kept_names, read_kept_study

FEW = 50
"""Steps of a study that are all listed; of a larger one only those that are not done."""

LATEST_FAILURES = 5

STAGE_COLUMNS = ("stage", *STATES, "mean seconds", "spent", "left")
RUNNING_COLUMNS = ("running", "worker", "at", "rate", "silent")
STEP_COLUMNS = ("step", "state", "seconds", "title", "why")


def show_status(
    name: str | None, store: Path | None, scale: str | None = None, *, every_step: bool, as_json: bool
) -> None:
    """Print the state of one study, or of every kept study in a line.

    Args:
        name: the study; ``None``: all of them.
        store: where it was run.
        scale: at which of its scales.
        every_step: list every step, however many there are.
        as_json: print one JSON object: steps, stages and what runs.
    """
    opened = options.kept_store(store)
    if name is None:
        if scale is not None:
            raise UserError(f"--scale {scale} is of which study? Name it, or leave --scale out.")
        _show_all(opened, as_json=as_json)
        return
    plan = named.kept_plan(opened, name, scale)
    view = Watcher(plan, opened).view()
    if as_json:
        show.print_lists(_as_lists(plan, opened, view))
        return
    show.print_table(stage_rows(view.snapshot), STAGE_COLUMNS)
    show.console.print()
    for line in lines(plan, view):
        show.console.print(line, markup=False)
    if view.running:
        show.console.print()
        show.print_table([_running_row(each) for each in view.running], RUNNING_COLUMNS)
    show.console.print()
    _list_steps(plan, opened, view, every_step=every_step)


def watch(name: str | None, store: Path | None, scale: str | None, every: float) -> None:
    """Show a study until it is done: a live table on a terminal, else a line whenever something changed.

    Args:
        name: the study.
        store: where it was run.
        scale: at which of its scales.
        every: seconds between two looks.

    Raises:
        StepFailedError: nothing is left but steps that failed, and those that wait for them.
        UserError: no study is named, or it was not run with this store.
    """
    if name is None:
        raise UserError("--watch shows one study. Name it; 'stiltwalk status' lists them.")
    opened = options.kept_store(store)
    plan = named.kept_plan(opened, name, scale)
    views = follow(Watcher(plan, opened), lambda: time.sleep(every))
    if show.console.is_terminal:
        with Live(console=show.console, auto_refresh=False) as live:
            for view in views:
                last = view
                live.update(_picture(plan, view), refresh=True)
    else:
        said = ""
        for view in views:
            last = view
            now = changed(plan, view)
            if now != said:
                show.console.print(_timed(now, view), markup=False, soft_wrap=True)
            said = now
    snapshot = last.snapshot
    if snapshot.count("done") < snapshot.total:
        waiting = snapshot.count("waiting")
        raise StepFailedError(
            f"{snapshot.count('failed')} step(s) failed, {waiting} wait for them; "
            f"{snapshot.count('done')} of {snapshot.total} are kept. "
            f"'stiltwalk status {plan.study.study} --why STEP' says more; mend the cause and run again."
        )


def follow(watcher: Watcher, pause: Callable[[], None]) -> Iterator[View]:
    """Look again and again, until the study is done or nothing of it can go on.

    That nothing can go on must hold at two looks: between two steps no worker has any.
    """
    stuck = False
    while True:
        view = watcher.view()
        yield view
        if view.snapshot.count("done") == view.snapshot.total or (view.snapshot.over and stuck):
            return
        stuck = view.snapshot.over
        pause()


def lines(plan: Plan, view: View) -> list[str]:
    """What is said of a study under its table: how far it is, how long it takes, what it has cost."""
    now = view.snapshot
    waiting = f"{now.count('waiting')} waiting"
    if now.behind:
        waiting += f" ({now.behind} of them for failed ones)"
    counts = ", ".join(f"{now.count(state)} {state}" for state in STATES[1:3])
    said = [f"{now.count('done')} of {now.total} steps done, {counts}, {waiting}."]
    if now.count("done") < now.total:
        said.append(f"Time left: {_left(now)}.")
    pace = "" if now.an_hour is None else f" Lately {now.an_hour:,.1f} steps an hour."
    said.append(f"Cost so far: {now.seconds / HOUR:,.2f} worker hours.{pace}")
    if not now.workers and now.ready:
        said.append(f"Nothing is running. Start it with: stiltwalk run {plan.study.study}")
    return said


def changed(plan: Plan, view: View) -> str:
    """The same in a line, with the failures: equal as long as nothing changes but the clock."""
    now = view.snapshot
    said = f"[{now.count('done')}/{now.total}] " + ", ".join(
        f"{now.count(state)} {state}" for state in STATES[1:]
    )
    if now.ready and not now.workers:
        said += f"; nothing is running, start it with: stiltwalk run {plan.study.study}"
    return "\n".join([said, *(f"  {line}" for line in _failures(plan, view))])


def _timed(said: str, view: View) -> str:
    """What is ``said`` at this time of day; with the time left, which alone is no change."""
    first, newline, rest = said.partition("\n")
    now = view.snapshot
    left = f"; about {show.clock(now.left.seconds)} left" if now.workers and now.left.seconds else ""
    return f"{time.strftime('%H:%M:%S')} {first}{left}{newline}{rest}"


def stage_rows(now: Snapshot) -> list[dict[str, Any]]:
    """A row for each stage and, where there are several, one for all."""
    return [_stage_row(stage) for stage in (*now.stages, *([now.whole] if len(now.stages) > 1 else []))]


def _stage_row(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.name,
        **{state: getattr(stage, state) for state in STATES},
        "mean seconds": stage.mean,
        "spent": show.clock(stage.seconds),
        "left": "?" if stage.left is None else show.clock(stage.left),
    }


def _left(now: Snapshot) -> str:
    seconds, why = now.left
    if seconds is None:
        return f"unknown, for {why}"
    return f"about {show.clock(seconds)} with {now.workers} worker(s){f' (rough: {why})' if why else ''}"


def _running_row(each: Running) -> dict[str, Any]:
    told = each.reported
    return {
        "running": each.title,
        "worker": each.worker,
        "at": "" if told is None else f"{told.stage} {told.done}/{told.total}",
        "rate": "" if told is None or not told.rate else f"{told.rate:,.0f} examples/s",
        "silent": show.clock(each.silent),
    }


def _failures(plan: Plan, view: View) -> list[str]:
    """The latest failures in a line each."""
    latest = sorted(view.look.failed.items(), key=lambda item: item[1].at)[-LATEST_FAILURES:]
    return [f"FAILED {plan.nodes[key].title}: {reason(failure)}" for key, failure in latest]


def _picture(plan: Plan, view: View) -> Group:
    """What a terminal shows: stages, what runs, the latest failures, and the lines below."""
    parts: list[Any] = [show.table_of(stage_rows(view.snapshot), STAGE_COLUMNS, title=plan.study.study), ""]
    if view.running:
        parts += [show.table_of([_running_row(each) for each in view.running], RUNNING_COLUMNS), ""]
    return Group(*parts, *(Text(line) for line in (*_failures(plan, view), *lines(plan, view))))


def _list_steps(plan: Plan, store: Store, view: View, *, every_step: bool) -> None:
    """Every step of a small study; of a large one those that failed or run, and a few that wait."""
    keys, more = list(plan.nodes), 0
    if len(keys) > FEW and not every_step:
        by_state = {state: [key for key in keys if view.look.state(key) == state] for state in STATES}
        waiting = by_state["waiting"]
        keys = [*by_state["failed"], *by_state["running"], *waiting[:FEW]]
        more = len(waiting[FEW:])
    if keys:
        rows = [_step_row(state) for state in step_states(plan, store, keys, view.look)]
        show.print_table(rows, STEP_COLUMNS)
    hidden = len(plan.nodes) - len(keys)
    if hidden:
        counts = {"done": hidden - more, "waiting": more}
        unlisted = [f"{count} {state}" for state, count in counts.items() if count]
        show.console.print(
            f"\nNot listed: {', '.join(unlisted)}. 'stiltwalk status "
            f"{plan.study.study} --all' lists every step.",
            markup=False,
        )


def _step_row(state: StepState) -> dict[str, Any]:
    return {
        "step": state.key[:12],
        "state": state.state,
        "seconds": state.wall_seconds,
        "title": state.title,
        "why": state.why,
    }


def _as_lists(plan: Plan, store: Store, view: View) -> Mapping[str, list[dict[str, Any]]]:
    steps = outlines_of(plan.nodes)
    rows = [
        _step_row(state)
        | {"step": state.key, "spent": dict(state.spent)}
        | {"kind": steps[state.key].kind, "encoder": steps[state.key].encoder}
        for state in step_states(plan, store, seen=view.look)
    ]
    stages = [_stage_record(stage) for stage in view.snapshot.stages]
    running = [
        {"step": each.key, "title": each.title, "worker": each.worker, "silent_seconds": each.silent}
        | _reported(each)
        for each in view.running
    ]
    return {"rows": rows, "stages": stages, "running": running, "study": [_study_row(plan, view.snapshot)]}


def _stage_record(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.name,
        **{state: getattr(stage, state) for state in STATES},
        "wall_seconds": stage.seconds,
        "mean_seconds": stage.mean,
        "left_seconds": stage.left,
    }


def _reported(each: Running) -> dict[str, Any]:
    told = each.reported
    names = ("stage", "done", "total", "rate")
    return {name: None if told is None else getattr(told, name) for name in names}


def _study_row(plan: Plan, now: Snapshot) -> dict[str, Any]:
    return {
        "study": plan.study.study,
        "steps": now.total,
        **{state: now.count(state) for state in STATES},
        "ready": now.ready,
        "behind_failed": now.behind,
        "workers": now.workers,
        "steps_an_hour": now.an_hour,
        "left_seconds": now.left.seconds,
        "left_note": now.left.why,
        "wall_seconds": now.seconds,
    }


def _show_all(store: Store, *, as_json: bool) -> None:
    rows = [_one_line(store, kept) for kept in kept_names(store)]
    if as_json:
        show.print_json("rows", rows)
    elif rows:
        show.print_table(rows, ("study", "steps", *STATES))
    else:
        show.console.print(f"No study was run with the store {store.root}.")


def _one_line(store: Store, name: str) -> dict[str, Any]:
    plan = read_kept_study(store, name).plan
    seen = look(plan, store)
    states = [seen.state(key) for key in plan.nodes]
    return {"study": name, "steps": len(states), **{state: states.count(state) for state in STATES}}
