"""What a report shows that no analysis gives: costs, machines, an audit; made up, and the same every time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import yaml

from stiltwalk.analyse.audit.records import Audit, Check, Improvement, Review
from stiltwalk.analyse.efficiency import Cost as OfSequence
from stiltwalk.analyse.evidence import EncoderSize, Evidence, Training
from stiltwalk.analyse.reaching import Reached
from stiltwalk.render.contents import Arm, Cost, Reference
from stiltwalk.spec.encoders import KNOWN_ENCODERS
from stiltwalk.spec.study import Study

MADE = "2026-01-02T03:04:05+00:00"
CHANCE = 34.0
"""What a collapsed run scores: three answers, of which it gives one always."""

VERSIONS: Mapping[str, str] = {"torch": "2.13.0", "transformers": "5.14.1", "tokenizers": "0.22.2"}
_LENGTHS = (128, 512)
_BATCHES = (1, 8, 32)


def training(place: int, seed: int, degenerate: bool) -> Training:
    """One training of the arm at ``place``, with five looks at its dev set."""
    steps = 500 + 100 * place
    looks = tuple(
        Reached(steps * part // 5, 32 * steps * part // 5, 3200 * steps * part // 5, 60 + 4.0 * part + seed)
        for part in range(1, 6)
    )
    return Training(steps, 3200 * steps, 1e12 * steps, 2e12 * steps, degenerate, looks)


def encoders(study: Study, *, measured: bool) -> dict[str, EncoderSize]:
    """Sizes of the encoders as they are published."""
    found = {}
    for place, choice in enumerate(study.encoders):
        known = KNOWN_ENCODERS[choice.source or ""]
        found[choice.name] = EncoderSize(
            int(known.parameters * 1e6),
            int(known.encoder_parameters * 1e6),
            "xlm-r",
            _flops(place, _LENGTHS[0]) if measured else None,
            _milliseconds(place, _LENGTHS[0], 1) if measured else None,
        )
    return found


def arms(evidence: Evidence) -> tuple[Arm, ...]:
    """Every arm of every encoder, as it was trained."""
    study, found = evidence.study, []
    runs = evidence.scores.drop_duplicates(["encoder", "intermediate", "seed", "target"])
    controls = {arm.name for arm in study.intermediate if arm.longer_by}
    of = {arm.name: arm for arm in study.intermediate}
    for encoder in evidence.encoders:
        for arm in study.arms:
            own = runs[(runs["encoder"] == encoder) & (runs["intermediate"] == arm)]
            trained = [each for key, each in evidence.trainings.items() if key[:2] == (encoder, arm)]
            first = trained[0] if trained else None
            found.append(
                Arm(
                    encoder=encoder,
                    name=arm,
                    control=arm in controls,
                    examples=evidence.amounts.get(arm),
                    batch_size=evidence.batch_sizes.get(arm),
                    steps=first.steps if first else None,
                    tokens=first.tokens if first else None,
                    flops=first.flops if first else None,
                    hours=0.25 * len(trained) if trained else None,
                    mix=" and ".join(of[arm].trained) if arm in of else "",
                    runs=len(own),
                    degenerate=int(own["degenerate"].sum()),
                )
            )
    return tuple(found)


def inference_costs(study: Study) -> dict[str, list[OfSequence]]:
    """Encoder → what a sequence costs it."""
    return {
        choice.name: [
            OfSequence(length, int(_flops(place, length)), _milliseconds(place, length, 1))
            for length in _LENGTHS
        ]
        for place, choice in enumerate(study.encoders)
    }


def inference(study: Study) -> tuple[Mapping[str, object], ...]:
    """A row for each encoder, precision, length and batch."""
    return tuple(
        {
            "encoder": choice.name,
            "precision": precision,
            "length": length,
            "tokens": length,
            "batch": batch,
            "p50_ms": _milliseconds(place, length, batch) / speed,
            "p95_ms": 1.2 * _milliseconds(place, length, batch) / speed,
            "sequences_per_second": 1000 * batch * speed / _milliseconds(place, length, batch),
            "peak_memory_bytes": 10**9 * (1 + place) + 10**6 * batch,
            "flops_per_sequence": _flops(place, length),
            "joules_per_sequence": None,
            "note": "",
            "device": "a processor",
            "threads": 2,
            "repeats": 30,
            "warm_ups": 5,
        }
        for place, choice in enumerate(study.encoders)
        for precision, speed in (("fp32", 1.0), ("bf16", 1.6))
        for length in _LENGTHS
        for batch in _BATCHES
    )


def _flops(place: int, length: int) -> float:
    return 2.0e9 * math.pow(4, place) * length / 128


def _milliseconds(place: int, length: int, batch: int) -> float:
    return 12.0 * math.pow(3, place) * length / 128 * math.pow(batch, 0.8)


def costs(evidence: Evidence) -> tuple[Cost, ...]:
    """Intermediate and target trainings and predictions; only the first are counted in operations."""
    planned = len(evidence.study.seeds) * len(evidence.encoders) * len(evidence.study.intermediate)
    done = len(evidence.trainings)
    return (
        Cost("intermediate", planned, done, 0.25 * done, 5e14 * done),
        Cost("target", evidence.planned, evidence.finished, 0.5 * evidence.finished, None),
        Cost("predict", evidence.planned, evidence.finished, 0.05 * evidence.finished, None),
    )


def audit(study: Study) -> Audit:
    """Five reviewers, of which one finds a flaw and one nothing to judge."""
    seeds = Check(
        "seeds",
        "Five seeds or more.",
        f"{len(study.seeds)} seeds.",
        min(1.0, len(study.seeds) / 5),
        cure="Run it with five seeds: seeds: 5.",
        hours=12.5,
    )
    kept = Check("frozen analysis", "It stood before the first run.", "It stood.", 1.0)
    half = Check("languages", "Every language of the benchmark.", "Half of them.", 0.5, cure="Add the rest.")
    reviews = (
        Review("statistics", (seeds, kept)),
        Review("protocol", (kept,)),
        Review("coverage", (half,)),
        Review("reproducibility", (kept,)),
        Review("reporting", ()),
    )
    steps = (
        Improvement("Add the rest.", ("coverage",), 1.25, 0.0),
        Improvement("Run it with five seeds: seeds: 5.", ("statistics",), 0.5, 12.5),
    )
    return Audit(study.study, reviews, steps)


def analysis(study: Study) -> tuple[str, ...]:
    """By which rules was judged."""
    said = study.analysis
    return (
        f"Decision {said.decision}, margin {said.margin} points, intervals {100 * said.confidence:g} %.",
        f"Frozen at the first run, {MADE}, as {said.digest}.",
    )


def yaml_of(study: Study) -> str:
    """The study as a file has it."""
    raw: dict[str, Any] = study.model_dump(mode="json", exclude_defaults=True, exclude={"tasks"})
    return yaml.safe_dump(raw, sort_keys=False, allow_unicode=True)


def commands(study: Study) -> tuple[str, ...]:
    """That make all of it again."""
    return (f"stiltwalk run {study.study}.yaml", f"stiltwalk report {study.study}")


def references(study: Study) -> tuple[Reference, ...]:
    """A paper, and a text for each target."""
    return (
        Reference(
            "Phang et al. 2020",
            "Phang, J., et al. (2020). English Intermediate-Task Training Improves Zero-Shot Cross-Lingual "
            "Transfer Too. AACL.",
            "https://arxiv.org/abs/2005.13013",
        ),
        *(Reference(target.task, f"The data of {target.task}.") for target in study.targets),
    )
