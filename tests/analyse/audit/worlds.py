"""Subjects of audits, made by hand: a sound study, and knobs that spoil one thing of it at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from stiltwalk.analyse.audit.subject import ROW_COLUMNS, EncoderOrigin, StepSeen, Subject
from stiltwalk.analyse.decisions.spending import Look
from stiltwalk.analyse.evidence import EncoderSize, Evidence, Training
from stiltwalk.analyse.reaching import Reached
from stiltwalk.plan.nodes import Cell
from stiltwalk.spec.placing import laid_out
from stiltwalk.spec.study import Study
from stiltwalk.store.looks import Frozen, design_of
from tests.analyse.evidences import evidence_of, study_of

RUN = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When every step of these studies was published."""

LANGUAGES = ("en", "de", "sw")
"""Those in which there are scores."""

FIELDS: Mapping[str, Any] = {
    "question": "Does it help?",
    "encoders": [
        {"name": "a", "source": "x/a", "revision": "0123"},
        {"name": "b", "source": "x/b", "revision": "0123"},
        {"name": "c", "source": "x/c", "revision": "0123"},
    ],
    "intermediate": [
        *("qqp", "hellaswag", "cosmosqa"),
        *({"longer_by": name} for name in ("qqp", "hellaswag", "cosmosqa")),
    ],
    "targets": [
        {"task": name, "split": "dev"} for name in ("xnli", "pawsx", "udpos", "panx", "mlqa", "bucc")
    ],
    "seeds": 5,
}
"""A study in which hardly anything is wanting."""

SIZES: Mapping[str, EncoderSize] = {
    "a": EncoderSize(200, 100, "one"),
    "b": EncoderSize(300, 200, "one"),
    "c": EncoderSize(500, 400, "two"),
}


@dataclass(frozen=True, slots=True)
class World:
    """A study and what is known of it; every field is a knob.

    Attributes:
        fields: of the study, over ``FIELDS``.
        axes: along which its arms are laid out.
        sizes: encoder → size.
        noise: standard deviation of a run, in points.
        collapsed: (encoder, arm, seed) of runs at chance.
        unfinished: (arm, seed) of cells that are not finished; ``None`` in place of a seed: of all.
        frozen: ``first``: before any result; ``half``: when the seeds above 2 were not run yet; ``changed``:
            first, but the analysis is another now; ``None``: not recorded.
        design: fields of the study that have changed since.
        looks: digests of the scores that were looked at.
        caveats: of every cell of the first encoder.
        row_caveats: of every row of the first encoder.
        overlap: of every row, in percent.
        spoken: arm → languages of its intermediate data.
        origins: encoder → where it comes from.
        versions: of the steps of the last seed.
        device: of the steps of the last seed.
        damage: of the first step.
        counted: whether steps say their operations.
        judged: whether intermediate trainings have a dev score.
        retrieval: targets that compare sentences.
        kept: whether the study lies in the store.
        begun: whether anything was run.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    axes: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, EncoderSize] = field(default_factory=lambda: dict(SIZES))
    noise: float = 0.01
    collapsed: Sequence[tuple[str, str, int]] = ()
    unfinished: Sequence[tuple[str, int | None]] = ()
    frozen: str | None = "first"
    design: Sequence[str] = ()
    looks: Sequence[str] = ("one",)
    caveats: tuple[str, ...] = ()
    row_caveats: str = ""
    overlap: float = 0.0
    spoken: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origins: Mapping[str, EncoderOrigin] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=lambda: {"torch": "2"})
    device: str = "cpu"
    damage: str = ""
    counted: bool = True
    judged: bool = True
    retrieval: Sequence[str] = ("bucc",)
    kept: bool = True
    begun: bool = True


def subject_in(world: World) -> Subject:
    """The subject that ``world`` describes."""
    fields = {**FIELDS, **world.fields}
    study = study_of(fields.pop("intermediate"), **fields)
    if world.axes:
        raw = study.model_dump(mode="json", exclude_unset=True) | {"axes": dict(world.axes)}
        study = laid_out(Study.model_validate(raw), "a test")
    cells = tuple(_cells(world, study))
    done = {cell.key for cell in cells if _is_done(world, cell)}
    rows = [_row(world, cell, study) for cell in cells if cell.key in done]
    return Subject(
        evidence=_evidence(world, study, cells, done),
        cells=cells,
        absent=(),
        rows=pd.DataFrame(rows, columns=list(ROW_COLUMNS)),
        steps=tuple(_steps(world, study, cells, done)),
        frozen=_frozen(world, study),
        looks=tuple(Look("2026-03-03", scores, 1, 1, 0.95, True, "gain") for scores in world.looks),
        origins={encoder.name: world.origins.get(encoder.name, "hub") for encoder in study.encoders},
        kept=world.kept,
    )


def _cells(world: World, study: Study) -> Iterator[Cell]:
    for encoder in study.encoders:
        caveats = world.caveats if encoder == study.encoders[0] else ()
        for arm in study.arms:
            for seed in study.seeds:
                for target in study.targets:
                    key = f"{encoder.name}/{arm}/{seed}/{target.task}"
                    yield Cell(encoder.name, arm, seed, target.task, key, caveats)


def _is_done(world: World, cell: Cell) -> bool:
    left = {(cell.intermediate, cell.seed), (cell.intermediate, None)}
    return world.begun and left.isdisjoint(world.unfinished)


def _row(world: World, cell: Cell, study: Study) -> tuple[Any, ...]:
    caveats = world.row_caveats if cell.encoder == study.encoders[0].name else ""
    return cell.target, "de", world.overlap, caveats


def _evidence(world: World, study: Study, cells: Sequence[Cell], done: set[str]) -> Evidence:
    rng = np.random.default_rng(0)
    drawn: dict[tuple[str, str, int], float] = {}

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if f"{encoder}/{arm}/{seed}/{target}" not in done:
            return None
        run = (encoder, arm, seed)
        if run not in drawn:
            drawn[run] = world.noise * float(rng.normal())
        return 50.0 + drawn[run]

    made = evidence_of(
        study,
        score,
        languages=LANGUAGES,
        degenerate=world.collapsed,
        seen=world.spoken,
        retrieval=world.retrieval,
        sizes=world.sizes,
    )
    looks = (Reached(10, 80, 900, 61.0),) if world.judged else ()
    trainings = {
        run: Training(10, 1000, 1e9, 1e9, training.degenerate, looks)
        for run, training in made.trainings.items()
    }
    return replace(made, trainings=trainings if world.begun else {}, planned=len(cells), finished=len(done))


def _steps(world: World, study: Study, cells: Sequence[Cell], done: set[str]) -> Iterator[StepSeen]:
    """A target step and a predict step for each cell, and an intermediate one for each run of an arm."""
    first = True
    between = {(c.encoder, c.intermediate, c.seed): c for c in cells if not c.intermediate.startswith("none")}
    every = [("intermediate", f"{'/'.join(map(str, run))}", cell) for run, cell in between.items()]
    every += [("target", f"{cell.key}/t", cell) for cell in cells] + [("predict", c.key, c) for c in cells]
    for kind, key, cell in every:
        finished = cell.key in done
        last = cell.seed == study.seeds[-1]
        yield StepSeen(
            key,
            kind,
            cell.seed,
            finished,
            at=(RUN + timedelta(days=cell.seed)) if finished else None,
            wall_seconds=36.0 if finished else None,
            flops=1e9 if finished and world.counted and kind != "predict" else None,
            versions=(world.versions if last else {"torch": "2"}) if finished else {},
            device=(world.device if last else "cpu") if finished else "",
            damage=world.damage if first and finished else "",
        )
        first = False


def _frozen(world: World, study: Study) -> Frozen | None:
    if world.frozen is None or not world.begun:
        return None
    at = RUN + timedelta(days=2, hours=1) if world.frozen == "half" else RUN
    analysis = study.analysis.model_dump(mode="json")
    digest = "0" * 12 if world.frozen == "changed" else study.analysis.digest
    design = design_of(study) | dict.fromkeys(world.design, "another")
    return Frozen(digest, at.isoformat(timespec="seconds"), analysis, design)
