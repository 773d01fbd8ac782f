"""The reviewer of coverage: how far beyond what was tried the findings can reach.

A finding with one encoder, on one task, in a few languages is one about these. How much of the field a study
should cover is set by the benchmark that most of its targets are of; where none is of any, by the first.
"""

from __future__ import annotations

import math
from typing import Final

from stiltwalk.analyse.audit.hours import hours_of_arms, hours_of_targets
from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.reviewing import Rule, reviewed, share
from stiltwalk.analyse.audit.scope import (
    KINDS,
    benchmark_of,
    foreign_languages,
    intermediate_tasks,
    languages_of_benchmark,
    widened,
)
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.arms import judged_arms
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.tasks import find_task

FAMILIES: Final = 2
"""Families of encoders: with one, what holds may be the family's."""

SIZES: Final = 3
"""Sizes of encoders: with fewer, a trend cannot be told from a difference."""

MATRIX: Final = 9
"""Intermediate tasks in the run matrix of Phang et al. 2020, for studies of which task helps."""

FEW_TASKS: Final = 3
"""Intermediate tasks for any other study: three of different kinds (scaling-studies protocol, section 6)."""


def review_coverage(subject: Subject) -> Review:
    """What the reviewer of coverage finds."""
    return reviewed("coverage", subject, RULES)


def check_targets(subject: Subject) -> Check:
    """How many of the benchmark's tasks are targets; the mark is their share."""
    benchmark = benchmark_of(subject)
    every = [task.task for task in benchmark.tasks]
    here = {target.task for target in subject.study.targets}
    missing = [name for name in every if name not in here]
    cure = widened(
        subject,
        f"add the targets {listed(missing)}",
        hours_of_targets(subject, len(missing)) if len(missing) < len(every) else math.nan,
    )
    return Check(
        "targets",
        f"All {len(every)} tasks of {benchmark.title}, or conclusions about those that were tested alone.",
        f"{len(every) - len(missing)} of {len(every)}.",
        share(len(every) - len(missing), len(every)),
        cure=cure.what,
        hours=cure.hours,
    )


def check_kinds(subject: Subject) -> Check:
    """How many kinds of targets there are; the mark is their share of the benchmarks' four groups.

    Intermediate training acts on sentences, tags, answers and retrieval in different ways: retrieval gains
    most, by far.
    """
    every = dict.fromkeys(KINDS.values())
    types = [find_task(target.task, subject.tasks).type for target in subject.study.targets]
    here = {KINDS[kind] for kind in types if kind in KINDS}
    missing = [kind for kind in every if kind not in here]
    cure = widened(
        subject, f"add targets of other kinds: {listed(missing)}", hours_of_targets(subject, len(missing))
    )
    return Check(
        "kinds of targets",
        f"Targets of every kind: {listed(list(every))}.",
        f"{len(every) - len(missing)} of {len(every)}"
        + (f"; none of {listed(missing)}." if missing else "."),
        share(len(every) - len(missing), len(every)),
        cure=cure.what,
        hours=cure.hours,
    )


def check_languages(subject: Subject) -> Check:
    """In how many languages there are scores; the mark is over those of the benchmark, English left out."""
    benchmark = benchmark_of(subject)
    every, here = languages_of_benchmark(benchmark), foreign_languages(subject)
    cure = widened(subject, "test targets in more languages")
    return Check(
        "languages",
        f"The {len(every)} languages of {benchmark.title} beside English.",
        f"{counted(len(here), 'language')} beside English.",
        share(len(here), len(every)),
        cure=cure.what,
        hours=cure.hours,
    )


def check_variety(subject: Subject) -> Check:
    """How many families and scripts these languages are of.

    The mark is the mean of two shares, of the benchmark's families and scripts: ten Germanic languages are
    nearly one. How gains go with distance from English can only be seen along some.
    """
    every = [language(code) for code in languages_of_benchmark(benchmark_of(subject))]
    here = [language(code) for code in foreign_languages(subject)]
    families = len({each.family for each in here}), len({each.family for each in every})
    scripts = len({each.script for each in here}), len({each.script for each in every})
    cure = widened(subject, "test targets in more languages")
    return Check(
        "families and scripts",
        f"Languages of {families[1]} families or branches, and of {scripts[1]} scripts.",
        f"{counted(families[0], 'family or branch', 'families or branches')}, "
        f"{counted(scripts[0], 'script')}.",
        (share(*families) + share(*scripts)) / 2,
        cure=cure.what,
        hours=cure.hours,
    )


def check_unseen(subject: Subject) -> Check | None:
    """How many of an arm's tested languages were not in its intermediate data.

    Only these speak of zero-shot transfer, and verdicts rest on them alone. The mark is their mean share
    over judged arms: of cells in other languages than English.
    """
    scores = subject.evidence.scores
    foreign = scores[
        (scores["language"] != SOURCE_LANGUAGE) & scores["intermediate"].isin(judged_arms(subject.study))
    ]
    if foreign.empty:
        return None
    cells = foreign.groupby(["intermediate", "target", "language"], sort=False)["seen"].any()
    unseen = 1 - cells.groupby(level="intermediate", sort=False).mean()
    blind = [str(arm) for arm, part in unseen.items() if part == 0]
    none = f"; all were for {listed(blind)}" if blind else ""
    cure = widened(subject, "test in languages that are not in the intermediate data, nor in its raw text")
    return Check(
        "unseen languages",
        "The languages that an arm is tested in were not in its intermediate data.",
        f"{100 * unseen.mean():.0f} % of an arm's were not, a mean over {counted(len(unseen), 'arm')}{none}.",
        float(unseen.mean()),
        cure=cure.what,
        hours=cure.hours,
    )


def check_encoders(subject: Subject) -> Check:
    """How many encoders there are: the mark is the mean of their shares of two families and three sizes.

    Sizes are those without embeddings. An encoder of which neither is known is a family and a size by itself.
    """
    study, sizes = subject.study, subject.evidence.encoders
    known = [(name, sizes.get(name)) for name in (encoder.name for encoder in study.encoders)]
    families = {name if size is None else size.family for name, size in known}
    counts = {name if size is None else size.encoder_parameters for name, size in known}
    cure = widened(subject, "add encoders of other families and sizes")
    return Check(
        "encoders",
        f"Encoders of {FAMILIES} families and {SIZES} sizes at least.",
        f"{counted(len(families), 'family', 'families')}, {counted(len(counts), 'size')}.",
        (share(len(families), FAMILIES) + share(len(counts), SIZES)) / 2,
        cure=cure.what,
        hours=cure.hours,
    )


def check_tasks(subject: Subject) -> Check | None:
    """How many intermediate tasks there are; the mark is over nine for studies of gains, else over three.

    With one task, what holds may be the task's.
    """
    if not judged_arms(subject.study):
        return None
    tasks = intermediate_tasks(subject)
    needed = MATRIX if subject.study.analysis.decision == "gain" else FEW_TASKS
    short = needed - len(tasks)
    cure = widened(subject, f"add arms of {counted(short, 'other task')}", hours_of_arms(subject, short))
    return Check(
        "intermediate tasks",
        f"At least {needed} intermediate tasks.",
        f"{counted(len(tasks), 'task')}: {listed([task.name for task in tasks])}.",
        share(len(tasks), needed),
        cure=cure.what,
        hours=cure.hours,
    )


RULES: Final = (
    Rule("targets", check_targets),
    Rule("kinds of targets", check_kinds),
    Rule("languages", check_languages),
    Rule("families and scripts", check_variety),
    Rule("unseen languages", check_unseen, results=True),
    Rule("encoders", check_encoders),
    Rule("intermediate tasks", check_tasks),
)
"""What it looks at, in order."""
