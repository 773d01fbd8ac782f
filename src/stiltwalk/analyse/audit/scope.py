"""Scope: which benchmark a study is about, and which tasks and languages it uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from stiltwalk.analyse.audit.cures import Cure, changed
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.arms import judged_arms
from stiltwalk.spec.benchmark import Benchmark
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.targets import training_chain
from stiltwalk.spec.task import Task, TaskType
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

KINDS: Final[Mapping[TaskType, str]] = {
    "sequence-classification": "classification",
    "multiple-choice": "classification",
    "token-classification": "tagging",
    "question-answering": "question answering",
    "sentence-retrieval": "retrieval",
}
"""Type of a task → the group that both benchmarks put such tasks in."""


def benchmark_of(subject: Subject) -> Benchmark:
    """The benchmark that shares most tasks with the study; of equals the first."""
    targets = {target.task for target in subject.study.targets}
    return max(BENCHMARKS.values(), key=lambda one: sum(task.task in targets for task in one.tasks))


def languages_of_benchmark(benchmark: Benchmark) -> frozenset[str]:
    """Every language but English that any of its tasks tests."""
    spoken = {code for task in benchmark.tasks for code in task.languages}
    return frozenset(spoken - {SOURCE_LANGUAGE})


def tested_languages(subject: Subject) -> dict[str, tuple[str, ...]]:
    """Target → the languages it is tested in, as planned: those of its split, or those that are asked for."""
    absent = set(subject.absent)
    found = {}
    for target in subject.study.targets:
        task = find_task(target.task, subject.tasks)
        asked = target.languages or task.split(target.split).languages
        found[target.task] = tuple(code for code in asked if (target.task, code) not in absent)
    return found


def foreign_languages(subject: Subject) -> tuple[str, ...]:
    """Every language but English that some target is tested in."""
    spoken = (code for codes in tested_languages(subject).values() for code in codes)
    return tuple(code for code in dict.fromkeys(spoken) if code != SOURCE_LANGUAGE)


def intermediate_tasks(subject: Subject) -> tuple[Task, ...]:
    """Every task that a judged arm is trained on in between, masked-LM text left out."""
    judged = set(judged_arms(subject.study))
    arms = [arm for arm in subject.study.intermediate if arm.name in judged]
    names = dict.fromkeys(name for arm in arms for name in arm.trained)
    return tuple(find_task(name, subject.tasks) for name in names)


def used_tasks(subject: Subject) -> tuple[Task, ...]:
    """Every task that the study trains or tests on."""
    names = [task.name for task in intermediate_tasks(subject)]
    for target in subject.study.targets:
        names += [target.task, *training_chain(target, subject.tasks)]
    return tuple(find_task(name, subject.tasks) for name in dict.fromkeys(names))


def invented_tasks(subject: Subject) -> tuple[str, ...]:
    """Names of those of them that are generated."""
    return tuple(task.name for task in used_tasks(subject) if task.generator is not None)


def widened(subject: Subject, what: str, hours: float = math.nan) -> Cure:
    """``what`` as a change of the study; of one on invented data, to ask on real data before anything else.

    Better hyper-parameters, or more languages, of an invented world would teach nothing.
    """
    if invented_tasks(subject):
        real = "ask the question of real data, at a larger scale of it (--scale lab, or full)"
        return Cure(changed(subject, real), math.nan)
    return Cure(changed(subject, what), hours)
