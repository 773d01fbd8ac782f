"""What the study commands do, once their arguments are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from stiltwalk.cli import options, show
from stiltwalk.cli.progress import Watch
from stiltwalk.cli.targets import chosen_targets
from stiltwalk.engine.devices import PROCESSOR, Device, default_workers, find_devices
from stiltwalk.engine.local import Outcome, missing, run_local
from stiltwalk.engine.prepare import Prepared, prepare, prepare_evaluation
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StepFailedError, unknown_name
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import read_study, study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import keep_study, kept_names, kept_tasks, read_kept_study


def presets() -> dict[str, Path]:
    """Name → file of the studies that come with the package."""
    folder = Path(str(files("stiltwalk.studies")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def prepared(name: str, data_dir: Path | None, store: Path | None, overrides: Mapping[str, Any]) -> Prepared:
    """The study called ``name`` (a file, a preset, or one run before), planned.

    Raises:
        UserError: no such study, or something it needs is missing.
    """
    opened = open_store(options.store_root(store))
    study = described(name, opened, overrides)
    kept = None if _file(name) is not None else read_kept_study(opened, name)
    folder = options.data_dir(data_dir) if kept is None else data_dir or kept.data_dir
    return prepare(study, opened, folder, say=show.note)


def described(name: str, store: Store, overrides: Mapping[str, Any]) -> Study:
    """The study called ``name``: a file, a preset, or one run before with ``store``.

    Raises:
        UserError: no such study, or it is not valid.
    """
    path = _file(name)
    if path is not None:
        return read_study(path, overrides)
    if name not in kept_names(store):
        raise unknown_name(
            "study file, preset or study run before called", name, [*presets(), *kept_names(store)]
        )
    raw = read_kept_study(store, name).plan.study.model_dump(mode="json", exclude_unset=True)
    return study_from(raw, name, overrides)


def _file(name: str) -> Path | None:
    """The file that describes ``name``; ``None``: it can only be a study that was run before."""
    return Path(name) if name.endswith((".yaml", ".yml")) or Path(name).is_file() else presets().get(name)


def prepared_from(
    raw: Mapping[str, Any],
    where: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
) -> Prepared:
    """The study that ``raw`` describes, planned.

    Raises:
        UserError: it is not valid, or something it needs is missing.
    """
    opened = open_store(options.store_root(store))
    return prepare(study_from(raw, where, overrides), opened, options.data_dir(data_dir), say=show.note)


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


def carry_out(prepared: Prepared, workers: int | None) -> None:
    """Run what is missing, showing progress.

    Raises:
        StepFailedError: a step failed or a worker died; everything finished is kept.
        InterruptedRunError: stopped on request; everything finished is kept.
    """
    plan, place = prepared
    keep_study(place.store, plan, place.data_dir)
    for line in show.absent_lines(plan):
        show.note(line)
    total, todo = len(plan.nodes), missing(plan, place)
    devices: tuple[Device, ...] = ()
    count = workers or 0
    if todo:
        devices = find_devices()
        if workers is None:
            count = default_workers(devices, plan.study.execution)
        where = "" if devices[0].name == PROCESSOR else f" on {', '.join(device.label for device in devices)}"
        show.note(f"{plan.study.study}: {todo} of {total} steps to do, {count or 1} worker(s){where}")
        show.note(f"store: {place.store.root}")
    with Watch(total, total - todo) as watch:
        outcome = run_local(plan, place, count, watch.tell, devices)
    if outcome.done < outcome.total:
        raise StepFailedError(_what_failed(outcome, plan.study.study))


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
