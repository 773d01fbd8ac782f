"""A small world to plan in: two encoders, a few real tasks and one that shares its training with another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.measuring import Machine
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_checks import check_study
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks import TASKS, Catalogue, catalogue

TWIN = "xquad-twin"
"""A second question-answering target that trains on SQuAD."""

WORLD: Catalogue = catalogue(tuple(TASKS.values()), (TASKS["xquad"].replace({"name": TWIN}),))

Datum = tuple[str, SplitName, str]

PRETRAIN: Mapping[str, Any] = {
    "shape": {"layers": 4, "hidden": 8},
    "text": ["udhr"],
    "training": {"steps": 3},
}


def study(changes: Mapping[str, Any]) -> Study:
    """A study of one encoder, no arm but the baseline, XQuAD and one seed, with ``changes``."""
    least = {"study": "s", "encoders": ["x/e"], "targets": ["xquad"], "seeds": 1}
    return check_study(parse(Study, {**least, **changes}, "here"), WORLD)


def everything() -> dict[Datum, str]:
    """A made-up content hash for all data of every task."""
    return {
        (name, split, code): f"{name}-{split}-{code}"
        for name, task in WORLD.items()
        for split, record in task.splits.items()
        for code in record.languages
    }


HERE = Machine(processor="Abacus 3", cores=4)
"""Where measurements are planned."""


def plan(
    changes: Mapping[str, Any], data: Mapping[Datum, str] | None = None, machine: Machine = HERE
) -> Plan:
    """The plan of ``study(changes)`` in a world where ``data`` (by default, everything) is there."""
    given = study(changes)
    sources = {encoder.source for encoder in given.encoders if encoder.source}
    facts = Facts(
        data=everything() if data is None else data,
        encoders={source: EncoderFacts(f"encoder:hash-of-{source}", 24) for source in sources},
        vocabularies={"v/vocab.txt": "hash-of-vocabulary"},
        machine=machine,
    )
    return build(given, facts, WORLD)
