"""Contents of made-up studies: scores are drawn around a known truth, all else of them is really worked out.

    contents(World(arms=12, languages=50, hostile=True))

What no analysis gives (costs, machines, an audit) is in ``made_up.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from stiltwalk.analyse.claims.judging import judge_all
from stiltwalk.analyse.decisions.decide import decide
from stiltwalk.analyse.efficiency import efficiency
from stiltwalk.analyse.evidence import Evidence, Training
from stiltwalk.analyse.scores import REPEATS, scores
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from stiltwalk.cli.reporting.comparisons import comparisons
from stiltwalk.cli.verdict import REHEARSAL
from stiltwalk.render.contents import Claimed, Contents
from stiltwalk.spec.analysis import Decision
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.claims import shipped_claims
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.placing import laid_out
from stiltwalk.spec.published import published
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import find_benchmark
from tests.render import hostile, made_up
from trust.simulator import TRUE, Grid, Holes, drawn, lost

TARGETS = (
    *("xnli", "udpos", "xquad", "tatoeba", "pawsx", "panx", "mlqa", "bucc", "tydiqa"),
    *("xcopa", "lareqa", "mewslix"),
)
"""Of several types early on, so that few of them are as different as can be."""

ENCODERS = ("base", "large", "xl", "xxl")
"""Sizes of XLM-R."""

AMOUNTS = (1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000)
BATCHES = (8, 16, 32, 64, 128, 256, 512, 1024)
_AXES: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "saturation": ("examples", AMOUNTS),
    "exchange": ("examples", AMOUNTS),
    "batch-size": ("batch_size", BATCHES),
}
_ARMS: tuple[Any, ...] = (
    "mnli",
    "squad",
    {"longer_by": "mnli"},
    *("hellaswag", "qqp", "cosmosqa", "ccg"),
    {"tasks": ["mnli", "squad", "hellaswag"], "name": "multitask"},
    {"task": "mnli", "languages": ["en", "de", "sw"]},
    *("squad2", "commonsenseqa", "anli+"),
)
_REPEATED = {"mnli": ("xnli",), "anli+": ("xnli",), "squad": ("xquad", "mlqa"), "squad2": ("xquad", "mlqa")}


@dataclass(frozen=True, slots=True)
class World:
    """What a made-up study is like.

    Attributes:
        arms: how many beside ``none``, up to 12; of a decision along an axis, places on it, up to 8.
        targets: up to 12.
        languages: up to 50, English first; every third target is in the first half of them, retrieval not in
            English.
        seeds: how many.
        encoders: up to 4.
        missing: share of the runs that are not finished, 0 to 1.
        collapsed: share of the intermediate models that collapsed.
        decision: what is decided. ``saturation``, ``exchange`` and ``batch-size`` lay one task's arms out.
        hostile: names and texts are such as break pages (``hostile.py``).
        empty: no run is finished.
        rehearsal: it is at pocket scale.
        withheld: no verdict is made.
        measured: inference was measured.
        claims: whether the shipped claims are held against the rows, which takes a while.
        draw: seeds the random numbers.
    """

    arms: int = 3
    targets: int = 3
    languages: int = 6
    seeds: int = 3
    encoders: int = 1
    missing: float = 0.0
    collapsed: float = 0.0
    decision: Decision = "gain"
    hostile: bool = False
    empty: bool = False
    rehearsal: bool = False
    withheld: bool = False
    measured: bool = True
    claims: bool = False
    draw: int = 0


SMALL = World()
"""In a few tenths of a second."""


@cache
def contents(world: World = SMALL) -> Contents:
    """The contents of ``world``; made once a process."""
    study = _study(world)
    tasks = catalogue_of(study)
    rows = rows_of(world, study)
    table = scores(rows, tasks)
    evidence = _evidence(world, study, table)
    verdict = decide(evidence)
    confidence = study.analysis.confidence
    costs = made_up.inference_costs(study) if world.measured else {}
    found = [each for claim in rows["caveats"].unique() for each in claim.split(";") if each]
    judged = judge_all(shipped_claims(), evidence, verdict) if world.claims else ()
    return Contents(
        study=study,
        tasks=tasks,
        rehearsal=REHEARSAL if world.rehearsal else "",
        made=made_up.MADE,
        finished=evidence.finished,
        planned=evidence.planned,
        verdict=_withheld(verdict) if world.withheld else verdict,
        confidence=confidence,
        withheld=world.withheld,
        analysis=made_up.analysis(study),
        encoders=evidence.encoders,
        arms=made_up.arms(evidence),
        trainings=evidence.trainings,
        scores=table,
        **comparisons(evidence, rows)._asdict(),
        efficiency=tuple(efficiency(rows, costs, tasks)),
        inference=made_up.inference(study) if world.measured else (),
        claims=tuple(map(Claimed, shipped_claims(), judged)),
        audit=made_up.audit(study),
        caveats=explain(found, tasks),
        caveats_of=_caveats_of(rows),
        published=tuple(
            each
            for each in published(recalled=True)
            if each.target in {target.task for target in study.targets}
        ),
        costs=made_up.costs(evidence),
        yaml=made_up.yaml_of(study),
        commands=made_up.commands(study),
        versions=made_up.VERSIONS,
        references=made_up.references(study),
    )


def languages_of(count: int) -> tuple[str, ...]:
    """English, and then as many of XTREME-R's languages as make ``count`` in all."""
    known = {code for each in find_benchmark("xtreme-r").tasks for code in each.languages}
    known |= {code for each in find_benchmark("xtreme").tasks for code in each.languages}
    others = sorted(known - {SOURCE_LANGUAGE})
    first = [code for code in ("de", "sw", "zh", "ar", "hi", "ru", "he") if code in others]
    return (SOURCE_LANGUAGE, *first, *(code for code in others if code not in first))[:count]


def _study(world: World) -> Study:
    axis, places = _AXES.get(world.decision, ("", ()))
    raw: dict[str, Any] = {
        "study": "made-up",
        "question": "Does training on an English task first help in other languages?",
        "encoders": [{"ladder": "xlm-r", "sizes": list(ENCODERS[: world.encoders])}],
        "intermediate": ["mnli"] if axis else list(_ARMS[: world.arms]),
        "targets": list(TARGETS[: world.targets]),
        "seeds": world.seeds,
        "analysis": {"decision": world.decision},
        "scale": "pocket" if world.rehearsal else "full",
    }
    if axis:
        raw["axes"] = {axis: list(places[: world.arms])}
    study = laid_out(Study.model_validate(raw), "a test")
    return hostile.renamed(study) if world.hostile else study


class _Cells(NamedTuple):
    """Every target in every language, as three columns; ``places``: of the target in ``TARGETS``."""

    targets: tuple[str, ...]
    languages: tuple[str, ...]
    places: tuple[int, ...]


def _cells(world: World, study: Study) -> _Cells:
    tasks, spoken = catalogue_of(study), languages_of(world.languages)
    found = []
    for place, target in enumerate(study.targets):
        known = spoken[: -(-len(spoken) // 2)] if place % 3 == 2 and len(spoken) > 4 else spoken
        retrieval = find_task(target.task, tasks).type == "sentence-retrieval"
        found += [(target.task, code, place) for code in known if not (retrieval and code == SOURCE_LANGUAGE)]
    targets, languages, places = zip(*found, strict=True)
    return _Cells(targets, languages, places)


def rows_of(world: World, study: Study) -> pd.DataFrame:
    """Result rows of every main metric, as far as analyses read them."""
    rng = np.random.default_rng(world.draw)
    cells = _cells(world, study)
    names = tuple(each.name for each in study.encoders)
    grid = Grid(names, study.arms, study.seeds, cells.targets, cells.languages)
    values = drawn(grid, _truth(world, study, cells, rng), TRUE, rng)
    gone = lost(grid, Holes(missing=world.missing, collapsed=world.collapsed), rng)
    places = np.indices(grid.shape).reshape(4, -1)
    collapsed = gone.collapsed.reshape(-1)
    frame = pd.DataFrame(
        {
            "encoder": np.array(names, dtype=object)[places[0]],
            "intermediate": np.array(study.arms, dtype=object)[places[1]],
            "seed": np.array(study.seeds)[places[2]],
            "target": np.array(cells.targets, dtype=object)[places[3]],
            "language": np.array(cells.languages, dtype=object)[places[3]],
            "value": np.where(collapsed, made_up.CHANCE, values.reshape(-1)),
            "degenerate": collapsed,
            "layer": np.nan,
        }
    )
    frame = _marked(frame, study, cells)[~gone.missing.reshape(-1) & (not world.empty)]
    return _by_metric(frame, catalogue_of(study)).reset_index(drop=True)


def _truth(world: World, study: Study, cells: _Cells, rng: np.random.Generator) -> Any:
    """``(encoders, arms, cells)``: easy targets first; an arm gains by target, and a little by language."""
    encoders, arms, count = len(study.encoders), len(study.arms), len(cells.targets)
    of_target = np.array(cells.places)
    level = 78.0 - 3 * of_target + 2 * np.arange(encoders)[:, None, None] - rng.uniform(0, 20, count)
    gain = rng.normal(0.5, 2.0, (arms, world.targets))[:, of_target] + rng.normal(0, 0.7, (arms, count))
    if world.decision in _AXES:  # levels off along the axis
        gain = 4 * (1 - 0.5 ** np.arange(arms))[:, None] + rng.normal(0, 0.1, (arms, count))
    gain[0] = 0.0
    return np.clip(level + gain, 5.0, 97.0)


def _marked(frame: pd.DataFrame, study: Study, cells: _Cells) -> pd.DataFrame:
    """With caveats, and whether the language was seen before the target."""
    spoken = {arm.name: {*arm.languages} - {SOURCE_LANGUAGE} for arm in study.intermediate}
    trained = {arm.name: arm.trained for arm in study.intermediate}
    of_target = dict(zip(cells.targets, cells.places, strict=True))
    tasks = catalogue_of(study)

    def caveats(arm: str, target: str, *, degenerate: bool) -> str:
        repeats = any(TARGETS[of_target[target]] in _REPEATED.get(task, ()) for task in trained.get(arm, ()))
        own = [REPEATS] if repeats else []
        return ";".join([*tasks[target].caveats, *own, *(["degenerate"] if degenerate else [])])

    known = {
        (arm, target, bad): caveats(arm, target, degenerate=bad)
        for arm in study.arms
        for target in of_target
        for bad in (False, True)
    }
    keys = zip(frame["intermediate"], frame["target"], frame["degenerate"], strict=True)
    pairs = zip(frame["intermediate"], frame["language"], strict=True)
    return frame.assign(
        caveats=[known[key] for key in keys],
        language_seen_in_intermediate=[code in spoken.get(arm, ()) for arm, code in pairs],
    )


def _by_metric(frame: pd.DataFrame, tasks: Catalogue) -> pd.DataFrame:
    """A row for each main metric, a few points apart around what was drawn."""
    main = {name: find_task(name, tasks).scoring.main for name in frame["target"].unique()}
    most = max((len(metrics) for metrics in main.values()), default=1)
    parts = []
    for place in range(most):
        has = frame["target"].map({name: place < len(metrics) for name, metrics in main.items()}).astype(bool)
        part = frame[has]
        metric = part["target"].map({name: m[place] for name, m in main.items() if place < len(m)})
        count = part["target"].map({name: len(metrics) for name, metrics in main.items()}).astype(float)
        shift = np.minimum(3.0, part["value"].clip(upper=100 - part["value"])) * (2 * place - count + 1)
        parts.append(part.assign(metric=metric.astype(object), value=part["value"] + shift))
    return pd.concat(parts)


def _evidence(world: World, study: Study, table: pd.DataFrame) -> Evidence:
    values = {arm.name: arm.training for arm in study.intermediate if not arm.longer_by}
    collapsed = table[table["degenerate"]][["encoder", "intermediate", "seed"]].drop_duplicates()
    bad = set(collapsed.itertuples(index=False, name=None))
    trainings: dict[tuple[str, str, int], Training] = {}
    if not world.empty:
        trainings = {
            (encoder.name, arm, seed): made_up.training(place, seed, (encoder.name, arm, seed) in bad)
            for encoder in study.encoders
            for place, arm in enumerate(values)
            for seed in study.seeds
        }
    runs = table[["encoder", "intermediate", "seed", "target"]].drop_duplicates()
    return Evidence(
        study=study,
        scores=table,
        amounts={arm: int(said.get("examples") or 20000) for arm, said in values.items()},
        batch_sizes={arm: int(said.get("batch_size") or 32) for arm, said in values.items()},
        trainings=trainings,
        encoders=made_up.encoders(study, measured=world.measured),
        tasks=catalogue_of(study),
        planned=len(study.encoders) * len(study.arms) * len(study.seeds) * len(study.targets),
        finished=len(runs),
        confidence=study.analysis.confidence,
        wall_seconds=dict.fromkeys(trainings, 600.0),
    )


def _withheld(verdict: Verdict) -> Verdict:
    return verdict._replace(
        answer=UNDECIDED,
        sentence="No verdict yet: cells are missing.",
        numbers=tuple(each._replace(p=float("nan")) for each in verdict.numbers),
        needed="Finish it with 'stiltwalk run made-up'.",
    )


def _caveats_of(rows: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Target → ids of the caveats of its rows."""
    return {
        str(target): tuple(dict.fromkeys(each for text in part.unique() for each in text.split(";") if each))
        for target, part in rows.groupby("target", sort=False)["caveats"]
    }
