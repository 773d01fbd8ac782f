"""The reviewer of reproducibility: whether somebody else would get the same numbers.

That data and models are known by their content is no check: every step's key holds the hashes of both, and
nothing can be computed without. What was not recorded of a machine (its processor, its card) is not marked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from stiltwalk.analyse.audit.cures import changed, repeated
from stiltwalk.analyse.audit.hours import hours_left, hours_of, hours_of_all
from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.reviewing import Rule, reviewed, share
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.store.looks import DESIGN, design_of

AFRESH: Final = (
    "Run all of it once more in an empty store (--store), on one kind of device, with one set of versions."
)

UNPINNED: Final = 0.5
"""Mark of an encoder that is known by the hash of its content, but not by where others can have it."""


def review_reproducibility(subject: Subject) -> Review:
    """What the reviewer of reproducibility finds."""
    return reviewed("reproducibility", subject, RULES)


def check_versions(subject: Subject) -> Check:
    """Whether one set of library versions carried out every step, and is recorded.

    Versions move numbers. The mark is the share of finished steps with the versions that most of them have;
    a step that recorded none has none.
    """
    sets = [tuple(sorted(step.versions.items())) for step in subject.finished]
    known = [each for each in sets if each]
    most = Counter(known).most_common(1)[0][0] if known else ()
    different, silent = len({*sets} - {()}), sum(not each for each in sets)
    none = f"; {counted(silent, 'step')} recorded none" if silent else ""
    said = f" ({', '.join(f'{name} {version}' for name, version in most)})" if most else ""
    return Check(
        "versions",
        "Every step was carried out by the same versions of libraries, which are recorded.",
        f"{counted(different, 'set')} of versions{said if different == 1 else ''} in "
        f"{counted(len(sets), 'finished step')}{none}.",
        share(sets.count(most), len(sets)) if most else 0.0,
        cure=AFRESH,
        hours=hours_of_all(subject),
    )


def check_devices(subject: Subject) -> Check:
    """Whether one kind of device carried out every step: processors and cards round differently.

    The mark is the share of finished steps on the kind that most of them ran on. Steps that recorded none
    (a choice computes nothing) do not count.
    """
    devices = [step.device for step in subject.finished if step.device]
    counts = Counter(devices)
    named = [f"{device} ({count})" for device, count in counts.most_common()]
    return Check(
        "kind of device",
        "Every step ran on the same kind of device.",
        f"Steps by device: {listed(named)}." if named else "No step recorded any.",
        _of_commonest(devices),
        cure=AFRESH,
        hours=hours_of_all(subject),
    )


def _of_commonest(values: Sequence[Hashable]) -> float:
    """Share of the most common one; 0 of none."""
    return max(Counter(values).values()) / len(values) if values else 0.0


def check_settings(subject: Subject) -> Check:
    """Whether equal steps give equal numbers to the last bit.

    They do in full precision, by one process, with exact moments, and predicted as trained. The mark is the
    share of these four settings: each other choice is a source of differences that no seed fixes.
    """
    execution = subject.study.execution
    settings = {
        f"precision: {execution.precision}": execution.precision == "fp32",
        f"processes: {execution.processes}": execution.processes == 1,
        f"optimiser: {execution.optimiser}": execution.optimiser == "adamw",
        f"prediction: {execution.prediction}": execution.prediction == "as-trained",
    }
    inexact = [name for name, exact in settings.items() if not exact]
    return Check(
        "exact settings",
        "Full precision, one process a step, exact moments of the optimiser, predictions as trained.",
        f"Otherwise: {listed(inexact)}." if inexact else "All four.",
        share(len(settings) - len(inexact), len(settings)),
        weight=0.5,
        cure=changed(subject, "set execution to precision: fp32, processes: 1, optimiser: adamw"),
        hours=math.nan,
    )


def check_encoders(subject: Subject) -> Check:
    """Whether others can have the same encoders.

    An encoder that comes with this package, or that is made here by a recipe, can be had; one of a hub, by
    its revision. Any other is known by the hash of its content alone: others can tell whether theirs is
    another, but not get this one. The mark is the mean over encoders, with ``UNPINNED`` for these.
    """
    choices = subject.study.encoders
    loose = []
    for choice in choices:
        origin = subject.origins.get(choice.name)
        if origin == "folder" or (origin == "hub" and choice.revision is None):
            loose.append(choice.name)
    named = f" ({listed(loose)})" if loose else ""
    return Check(
        "encoders by revision",
        "Every encoder comes with the package, is made by a recipe, or is named with its revision on a hub.",
        f"None of that: {len(loose)} of {len(choices)}{named}.",
        share(len(choices) - len(loose) + UNPINNED * len(loose), len(choices)),
        cure=f"Say where to get {listed(loose)}: encoders: [{{name: …, source: OWNER/NAME, revision: …}}].",
        hours=0.0,
    )


def check_files(subject: Subject) -> Check:
    """Whether finished steps are still what was published.

    The records and rows of every step are compared by content, other files by size. One damaged step puts
    in doubt whatever rests on it, and which numbers these are is not known beforehand: the mark is 1 or 0.
    """
    damaged = [step for step in subject.finished if step.damage]
    which = f": {listed([step.key[:12] for step in damaged])}" if damaged else ""
    return Check(
        "whole files",
        "The files of every finished step are what was published.",
        f"{len(damaged)} of {counted(len(subject.finished), 'finished step')} damaged{which}.",
        0.0 if damaged else 1.0,
        weight=2.0,
        cure="Delete the folders of damaged steps ('stiltwalk store verify' names them), and run the study "
        "again.",
        hours=hours_of(subject, Counter(step.kind for step in damaged)),
    )


def check_design(subject: Subject) -> Check:
    """Whether the study compares what it compared at its first run.

    What is added or left out once results are seen is exploratory. The mark is the share of the fields that
    say what is compared (encoders, arms, targets, seeds, recipe, translation, tasks) that are as they were;
    0 where that was not recorded.
    """
    frozen = subject.frozen
    cure = repeated(subject)
    changes = [] if frozen is None else _changes(subject, frozen.design)
    if frozen is None:
        found = "What it compared at its first run was not recorded."
    else:
        found = f"Changed since: {listed(changes)}." if changes else "Nothing was changed since."
    return Check(
        "unchanged since the first run",
        "Encoders, arms, targets, seeds, recipe, translation and tasks are those of the first run.",
        found,
        0.0 if frozen is None else share(len(DESIGN) - len(changes), len(DESIGN)),
        cure=cure.what,
        hours=cure.hours,
    )


def _changes(subject: Subject, design: Mapping[str, str]) -> list[str]:
    return [name for name, digest in design_of(subject.study).items() if design.get(name) != digest]


def check_kept(subject: Subject) -> Check:
    """Whether the study as it was resolved, with every default filled in, lies in the store: 1 or 0."""
    return Check(
        "resolved study",
        "The study lies in the store with every default filled in.",
        "It does." if subject.kept else "It does not.",
        1.0 if subject.kept else 0.0,
        cure=f"Run it with this store, which keeps it: stiltwalk run {subject.study.study}.",
        hours=hours_left(subject),
    )


RULES: Final = (
    Rule("versions", check_versions, results=True),
    Rule("kind of device", check_devices, results=True),
    Rule("exact settings", check_settings),
    Rule("encoders by revision", check_encoders),
    Rule("whole files", check_files, results=True),
    Rule("unchanged since the first run", check_design, results=True),
    Rule("resolved study", check_kept, results=True),
)
"""What it looks at, in order."""
