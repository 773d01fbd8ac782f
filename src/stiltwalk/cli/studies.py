"""What the study commands do, once their arguments are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stiltwalk.cli import options, show
from stiltwalk.cli.named import described, file_of, kept_name
from stiltwalk.cli.progress import Watch
from stiltwalk.cli.targets import chosen_targets
from stiltwalk.engine import engines
from stiltwalk.engine.engine_options import LOCAL, EngineChoice
from stiltwalk.engine.local import Outcome
from stiltwalk.engine.outline import Outline, outline
from stiltwalk.engine.prepare import Prepared, prepare, prepare_evaluation
from stiltwalk.engine.worker import RETRIES
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StepFailedError
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tracking import tracking_in
from stiltwalk.store.looks import freeze
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import keep_study, kept_names, kept_tasks, read_kept_study


def prepared(
    name: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
    scale: str | None = None,
) -> Prepared:
    """The study called ``name`` (a file, a preset, or one run before) at one of its scales, planned.

    Raises:
        UserError: no such study or scale, or something it needs is missing.
    """
    return prepare(*_found(name, data_dir, store, overrides, scale), say=show.note)


def outlined(
    name: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
    scale: str | None = None,
) -> Outline:
    """The same, also where data or models that it needs are not on this machine.

    Raises:
        UserError: no such study or scale, or it could not be planned if everything were here.
    """
    return outline(*_found(name, data_dir, store, overrides, scale), say=show.note)


def _found(
    name: str, data_dir: Path | None, store: Path | None, overrides: Mapping[str, Any], scale: str | None
) -> tuple[Study, Store, Path | None]:
    """The study called ``name``, its store, and where its data lies."""
    opened = open_store(options.store_root(store))
    study = described(name, opened, overrides, scale)
    kept = None if file_of(name) is not None else read_kept_study(opened, kept_name(name, opened, scale))
    folder = options.data_dir(data_dir) if kept is None else data_dir or kept.data_dir
    return study, opened, folder


def prepared_from(
    raw: Mapping[str, Any],
    where: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
    scale: str | None = None,
) -> Prepared:
    """The study that ``raw`` describes, at one of its scales, planned.

    Raises:
        UserError: it is not valid, or something it needs is missing.
    """
    opened = open_store(options.store_root(store))
    return prepare(
        study_from(raw, where, overrides, scale=scale), opened, options.data_dir(data_dir), say=show.note
    )


def prepared_evaluation(
    model: str,
    targets: list[str],
    recipe: str,
    places: tuple[Path | None, Path | None],
    overrides: Mapping[str, Any],
) -> Prepared:
    """The test of one model, planned; ``places`` are the data folder and the store.

    Raises:
        UserError: the model or the test files are not there.
    """
    data_dir, store = places
    opened = open_store(options.store_root(store))
    encoder = parse(EncoderChoice, model, "MODEL")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", encoder.name).strip("-.") or "model"
    raw = {
        "study": f"evaluate-{name}"[:80],
        "encoders": [{"name": encoder.name, "source": model}],
        "targets": chosen_targets(model, targets, options.data_dir(data_dir), opened),
        "seeds": 1,
        "recipe": {"name": recipe},
    }
    study = study_from(raw, "the command line", overrides, trained=False)
    # the model may have been trained on tasks that only the study it comes from declares
    known = {**kept_tasks(opened), **TASKS}
    return prepare_evaluation(study, opened, options.data_dir(data_dir), known, say=show.note)


def carry_out(
    prepared: Prepared,
    workers: int | None,
    retries: int = RETRIES,
    engine: EngineChoice = LOCAL,
    trackers: Sequence[str] = (),
) -> bool:
    """Run what is missing, showing progress; what may pass is tried again ``retries`` times.

    ``trackers`` hear of trainings while they run.

    Returns:
        Whether all steps are done; ``False``: workers elsewhere do them, and nobody was to wait for them.

    Raises:
        StepFailedError: a step failed, a worker died or the disk is full; everything finished is kept.
        InterruptedRunError: stopped on request; everything finished is kept.
        UserError: the engine cannot be had.
    """
    plan, place = prepared
    if plan.study.study not in kept_names(place.store):
        # of a study that was run before its results may be known: what it says now was not fixed beforehand
        freeze(place.store, plan.study)
    keep_study(place.store, plan, place.data_dir)
    for line in show.absent_lines(plan):
        show.note(line)
    total, todo = len(plan.nodes), engines.steps_to_do(prepared)
    if not todo:
        engines.tidy(prepared, show.note)
        return True
    show.note(f"{plan.study.study}: {todo} of {total} steps to do")
    show.note(f"store: {place.store.root}")
    tracking = tracking_in(place.store.root, trackers)
    if tracking is not None:
        show.note(f"tracking: {', '.join(tracking.trackers)}; what they write themselves: {tracking.folder}")
        prepared = prepared._replace(place=replace(place, tracking=tracking))
    with Watch(total, total - todo) as watch:
        outcome = engines.carry_out(prepared, engine, workers, watch.tell, retries, show.note)
    if outcome.done < outcome.total and not engine.detached:
        raise StepFailedError(_what_failed(outcome, plan.study.study))
    return outcome.done == outcome.total


def rehearse(prepared: Prepared, workers: int | None, engine: EngineChoice) -> None:
    """Print what ``carry_out`` would start, and start nothing.

    Raises:
        UserError: the engine's options do not go with the study.
    """
    print(engines.rehearsed(prepared, engine, workers))  # noqa: T201  the command's output


def _what_failed(outcome: Outcome, study: str) -> str:
    """The failure in words: how much, the first reason, and what to do."""
    failed = len(outcome.failed)
    said = [f"{failed} step(s) failed, {outcome.total - outcome.done - failed} not done"]
    said += [f"{outcome.done} of {outcome.total} are kept"]
    if outcome.died:
        said += [f"{len(outcome.died)} worker(s) ended with codes {list(outcome.died)}"]
    reasons = next(iter(outcome.failed.values()), "").strip().splitlines()
    if reasons:
        said += [f"first reason: {reasons[-1]}"]
    return f"{'; '.join(said)}. See 'stiltwalk status {study}', mend the cause and run again."
