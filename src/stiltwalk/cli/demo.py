"""What the demo command does: the whole pipeline on the pocket world, and the controls that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from stiltwalk.analyse.transfer import ZeroShot, zero_shot
from stiltwalk.cli import show, studies
from stiltwalk.cli.gains import show_gains
from stiltwalk.cli.reporting.ending import Ending, ended, page_rows
from stiltwalk.data.load import load
from stiltwalk.engine.engine_options import EngineChoice
from stiltwalk.engine.prepare import Prepared
from stiltwalk.metrics.chance import chance
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.targets import TargetChoice, training_chain
from stiltwalk.spec.tasks import TASKS, find_task
from stiltwalk.store.rows import study_rows

STUDY = "demo"

OPENING = """\
The demo runs the whole pipeline on a miniature world in eight real languages (en de es ru tr sw hi zh):
  (i)   a small multilingual encoder that comes with stiltwalk, pretrained on raw text of that world
  (ii)  trained on an English intermediate task: {arms}
  (iii) trained on a target task in English, then tested zero-shot in the other languages: {targets}
Nothing is downloaded. {seeds} seeds, {steps} steps; a few minutes on two cores. What is done is kept:
stopped at any moment, the same command goes on from there.
"""

CLOSING = """\
This is a rehearsal of the pipeline: an invented world and an encoder of about a million parameters.
It is no evidence about large encoders or real text, whichever way the gains fall."""

TITLE = "Zero-shot transfer against chance (mean over languages; 95 % interval over seeds)"

CONTROLS = {
    "demo-untrained": "Control: an encoder of the same shape after 8 pretraining steps",
    "demo-hypothesis-only": "Control: NLI with its premises and without them (hypothesis only)",
}

COLUMNS = (
    *("encoder", "intermediate", "target", "seeds", "english"),
    *("zero_shot", "low", "high", "chance", "above"),
)


class How(NamedTuple):
    """How the demo is carried out: as ``studies.carry_out``; or only said what would be started."""

    workers: int | None
    retries: int
    engine: EngineChoice
    dry_run: bool
    trackers: tuple[str, ...] = ()

    def carry_out(self, prepared: Prepared) -> bool:
        """Run what is missing; returns whether all of it is done."""
        return studies.carry_out(prepared, self.workers, self.retries, self.engine, self.trackers)


def run_demo(
    store: Path | None,
    overrides: Mapping[str, Any],
    how: How,
    ending: Ending,
    *,
    controls: bool,
    as_json: bool,
) -> None:
    """Run the demo (and its controls), print what came out, and end in a report of it.

    Raises:
        UserError: the report's folder holds something else, or cannot be written.
        StepFailedError: a step failed; everything finished is kept.
        InterruptedRunError: stopped on request; everything finished is kept.
    """
    prepared = studies.prepared(STUDY, None, store, overrides)
    if how.dry_run:
        studies.rehearse(prepared, how.workers, how.engine)
        return
    show.note(_opening(prepared.plan))
    if not how.carry_out(prepared):
        return
    result = study_rows(prepared.place.store, prepared.plan)
    found = {STUDY: _judged(prepared, result)}
    if not as_json:
        show_gains(result)
        _print(found[STUDY], TITLE)
    for name, title in CONTROLS.items() if controls else ():
        control = studies.prepared(name, None, store, {})
        if not how.carry_out(control):
            return
        found[name] = _judged(control, study_rows(control.place.store, control.plan))
        if not as_json:
            _print(found[name], title)
    if as_json:
        rows = [{"study": name, **row._asdict()} for name, part in found.items() for row in part]
        page = ended(prepared, ending, as_json=True)
        show.print_lists({"rows": rows} | page_rows(page))
        return
    show.console.print(_verdict(found[STUDY]))
    show.console.print(f"\n{CLOSING}\n\nEvery number: stiltwalk results {STUDY} --csv")
    ended(prepared, ending)


def _opening(plan: Plan) -> str:
    study = plan.study
    return OPENING.format(
        arms=", ".join(study.arms),
        targets=", ".join(target.task for target in study.targets),
        seeds=len(study.seeds),
        steps=len(plan.nodes),
    )


def _judged(prepared: Prepared, rows: pd.DataFrame) -> list[ZeroShot]:
    """Each arm's transfer against what is reached without reading the input."""
    targets = {target.task: target for target in prepared.plan.study.targets}
    tested = sorted(set(zip(rows["target"], rows["language"], strict=True)))
    chances = {(name, language): _chance_of(targets[name], language) for name, language in tested}
    return zero_shot(rows, chances, TASKS)


def _chance_of(target: TargetChoice, language: str) -> float:
    task = find_task(target.task)
    chain = training_chain(target)
    train = load(find_task(chain[-1]), "train", SOURCE_LANGUAGE, None) if chain else ()
    return chance(task.scoring.name, load(task, "test", language, None), train)


def _print(rows: list[ZeroShot], title: str) -> None:
    show.console.print()
    show.print_table([row._asdict() for row in rows], COLUMNS, title=title)


def _verdict(rows: list[ZeroShot]) -> str:
    """In words: which arms transfer above chance, and which do not."""
    judged = [row for row in rows if row.above is not None]
    below = [f"{row.target} after {row.intermediate}" for row in judged if not row.above]
    if len(judged) < len(rows):
        return "\nWith one seed there is no interval, so nothing is said about chance."
    if not below:
        return f"\nAll {len(judged)} arms and targets transfer above chance (lower end of the interval)."
    return f"\nNot shown to be above chance: {', '.join(below)}."
