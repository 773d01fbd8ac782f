"""The reviewer of protocol fidelity: how near the study is to what the published numbers were made by.

Metrics are no check: every target is scored by its official scorer, and no study file can change that. Nor is
the split: the published tables are of both, and every row says which.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import pandas as pd

from stiltwalk.analyse.audit.cures import changed
from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.reviewing import Rule, reviewed, share
from stiltwalk.analyse.audit.scope import invented_tasks, tested_languages, used_tasks, widened
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.arms import judged_arms
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.analyse.scores import REPEATS
from stiltwalk.spec.axes import EXAMPLES
from stiltwalk.spec.recipes import RECIPES
from stiltwalk.spec.study import RecipeChoice
from stiltwalk.spec.targets import TargetChoice, training_chain
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

NEARNESS: Final[Mapping[str, float]] = {
    "released": 1.0,
    "xtreme-baseline": 1.0,
    "paper-recalled": 0.75,
    "pocket": 0.25,
}
"""Recipe → mark: released code in full; what is recalled of a paper, less; this project's own, little."""

CHANGES: Final = 6
"""Changed hyper-parameters from which on nothing of a recipe is left: the protocol's tables list so many that
move scores (learning rate, batch size, epochs, length, warm-up, weight decay)."""

OVERLAPPING: Final = 10.0
"""Share of test texts seen in training, in percent, from which on the mark is 0: so many known answers can
move a score by more points than the gains at issue (1 to 9)."""

NOT_ENGLISH_ALONE: Final = frozenset({"trained-beyond-english", "no-dev-set"})
"""Caveats of cells whose target training saw other languages, or whose model no English dev score chose."""

OTHER_SIZES: Final = frozenset({"fewer-examples", "more-examples", "smaller-pool"})
"""Caveats of rows whose test set is not the published one."""

READ_OTHERWISE: Final = frozenset(
    {
        *("sentence-encoder", "causal-attention", "opened-attention", "pooled-mean", "pooled-last"),
        *("lora", "eight-bit-optimiser", "methods-differ", "reduced-precision"),
    }
)
"""Caveats of rows whose encoder was read or trained in another way than the published ones."""


def review_protocol(subject: Subject) -> Review:
    """What the reviewer of protocol fidelity finds."""
    return reviewed("protocol", subject, RULES)


def check_recipe(subject: Subject) -> Check:
    """Whose hyper-parameters these are; the marks are those of ``NEARNESS``."""
    name = subject.study.recipe.name
    recipe = RECIPES[name]
    cure = widened(subject, "take the recipe of the released code (recipe: released)")
    return Check(
        "recipe",
        "Hyper-parameters of released code.",
        f"The recipe '{name}': {recipe.source}.",
        NEARNESS.get(name, 0.0),
        cure=cure.what,
        hours=cure.hours,
    )


def check_changes(subject: Subject) -> Check:
    """How many of the recipe's hyper-parameters the study changes, whatever it varies on purpose left out.

    Each takes a sixth of the mark (``CHANGES``). Fewer examples are no such change: see ``whole data``. What
    an arm says of its own training is what the study varies, and does not count.
    """
    fields = _changed_fields(subject.study.recipe)
    cure = widened(subject, "leave the recipe's hyper-parameters as they are")
    return Check(
        "hyper-parameters",
        "None of the recipe's hyper-parameters is changed, but for what the study varies.",
        f"Changed: {listed(fields)}." if fields else "None is changed.",
        1 - share(len(fields), CHANGES),
        cure=cure.what,
        hours=cure.hours,
    )


def _changed_fields(recipe: RecipeChoice) -> list[str]:
    overrides = (recipe.intermediate, recipe.target, *recipe.tasks.values())
    found = dict.fromkeys(name for each in overrides for name in each if name != EXAMPLES)
    if recipe.rates.intermediate or recipe.rates.target:
        found["learning_rate"] = None
    return list(found)


def check_real(subject: Subject) -> Check:
    """How many of the tasks are real; the mark is their share. Of invented data nothing was published."""
    tasks, invented = used_tasks(subject), invented_tasks(subject)
    real = len(tasks) - len(invented)
    named = f"; invented: {listed(invented)}" if invented else ""
    cure = widened(subject, "")
    return Check(
        "real data",
        "Every task is a published data set.",
        f"{real} of {counted(len(tasks), 'task')} {'is' if real == 1 else 'are'}{named}.",
        share(real, len(tasks)),
        weight=2.0,
        cure=cure.what,
        hours=cure.hours,
    )


def check_whole(subject: Subject) -> Check:
    """Whether nothing is left out of training sets, and test sets are as published.

    The mark is the mean of two shares: of trained tasks that the recipe does not cut to fewer examples, and,
    once there are results, of test sets (a target in a language) with the published number of examples, or
    of which that is not known.
    """
    trained = _trained(subject)
    cut = [task for task, limit in trained.items() if limit]
    shares = [share(len(trained) - len(cut), len(trained))]
    found = f"{len(cut)} of {counted(len(trained), 'trained task')} may be cut to fewer examples"
    if subject.begun:
        sets = _test_sets(subject.rows)
        other = sum(not OTHER_SIZES.isdisjoint(ids) for ids in sets)
        shares.append(share(len(sets) - other, len(sets)))
        found += f"; {other} of {counted(len(sets), 'test set')} are of another size than published"
    cure = widened(subject, "leave out limits on examples, and test on complete files ('data verify')")
    return Check(
        "whole data",
        "Every example of the training sets, and test sets of the published sizes.",
        f"{found}.",
        sum(shares) / len(shares),
        cure=cure.what,
        hours=cure.hours,
    )


def _trained(subject: Subject) -> dict[tuple[str, str], bool]:
    """(stage, task) → whether the recipe cuts its examples, of all that is trained."""
    study = subject.study
    judged = set(judged_arms(study))
    pairs = [
        ("intermediate", task) for arm in study.intermediate if arm.name in judged for task in arm.trained
    ]
    pairs += [("target", task) for target in study.targets for task in training_chain(target, subject.tasks)]
    return {pair: _cut(study.recipe, *pair) for pair in pairs}


def _cut(recipe: RecipeChoice, stage: str, task: str) -> bool:
    of_stage = recipe.intermediate if stage == "intermediate" else recipe.target
    return {**of_stage, **recipe.tasks.get(task, {})}.get(EXAMPLES) is not None


def _test_sets(rows: pd.DataFrame) -> list[frozenset[str]]:
    """Of every target in every language the caveats of its rows."""
    whole = rows[["target", "language", "caveats"]].drop_duplicates()
    texts = whole.fillna("").groupby(["target", "language"], sort=False)["caveats"].agg(";".join)
    return [frozenset(text.split(";")) for text in texts]


def check_languages(subject: Subject) -> Check:
    """Whether targets are tested in all of their languages; the mark is the mean share over targets.

    What counts is the benchmark's list where the target is of one, else the task's own, of both the languages
    that the split exists in: published means over dev splits are over these. A mean over fewer is another
    number than the published one.
    """
    tested = tested_languages(subject)
    shares, short = [], []
    for target in subject.study.targets:
        official = _official(subject, target)
        here = len(official & {*tested[target.task]})
        shares.append(share(here, len(official)))
        if here < len(official):
            short.append(f"{target.task} ({here} of {len(official)})")
    what = "leave out 'languages' of the targets, and fetch what is missing"
    cure = widened(subject, f"test in every language: {what}")
    return Check(
        "all languages",
        "Every target is tested in all of its languages.",
        f"Not in all: {listed(short)}." if short else f"None of {counted(len(shares), 'target')} lacks any.",
        sum(shares) / len(shares),
        cure=cure.what,
        hours=cure.hours,
    )


def _official(subject: Subject, target: TargetChoice) -> frozenset[str]:
    """The languages of a target: of one that is in both benchmarks those of the older, which has fewer."""
    there = frozenset(find_task(target.task, subject.tasks).split(target.split).languages)
    benchmarks = [task for one in BENCHMARKS.values() for task in one.tasks if task.task == target.task]
    named = sorted((task.languages for task in benchmarks), key=len)
    return there.intersection(named[0]) if named else there


def check_english(subject: Subject) -> Check:
    """Whether targets are trained on English alone, and their models chosen on English alone.

    The mark is the share of cells without a caveat that says otherwise (``NOT_ENGLISH_ALONE``). Languages of
    the intermediate data do not count here: they are what studies vary.
    """
    return _without(
        subject,
        "English alone",
        "Targets are trained on English alone, and an English dev set is there to choose models on.",
        NOT_ENGLISH_ALONE,
        "train targets on English alone (train_languages: en), and on tasks with an English dev set",
    )


def check_repeats(subject: Subject) -> Check | None:
    """How often an arm trains on the target's own training data; the mark is the share of pairs that do not.

    Such a gain may be no more than further epochs. Verdicts leave these pairs out, so each is one fewer that
    the question is asked of.
    """
    judged = set(judged_arms(subject.study))
    pairs: dict[tuple[str, str], bool] = {}
    for cell in subject.cells:
        if cell.intermediate in judged:
            pair = (cell.intermediate, cell.target)
            pairs[pair] = pairs.get(pair, False) or REPEATS in cell.caveats
    if not pairs:
        return None
    again = sum(pairs.values())
    return Check(
        "repeated data",
        "No arm trains on a target's own training data.",
        f"{again} of {counted(len(pairs), 'pair')} of an arm and a target do so.",
        share(len(pairs) - again, len(pairs)),
        cure=changed(subject, "take intermediate tasks that are not the training data of the targets"),
        hours=math.nan,
    )


def check_overlap(subject: Subject) -> Check:
    """How many test texts stand in training data, by the hash of the text.

    The mark falls evenly from 1 at none to 0 at a tenth (``OVERLAPPING``), of the mean over all rows.
    """
    overlap = subject.rows["overlap"].dropna()
    mean = float(overlap.mean()) if len(overlap) else 0.0
    return Check(
        "overlap",
        "No test text stands in the data that the model was trained on.",
        f"{mean:.2f} % of test texts do, a mean over result rows.",
        1 - share(mean, OVERLAPPING),
        cure=changed(subject, "take training data that does not hold the test texts (see column overlap)"),
        hours=math.nan,
    )


def check_reading(subject: Subject) -> Check:
    """Whether encoders are read and trained as the published ones were.

    The mark is the share of cells without a caveat that says otherwise (``READ_OTHERWISE``): another pooling
    or attention, adapters, rounded moments, lower precision.
    """
    return _without(
        subject,
        "encoders as published",
        "Encoders are trained in full, and read by their first token, as in the published work.",
        READ_OTHERWISE,
        "train encoders in full, and read them as published",
    )


def _without(subject: Subject, name: str, expected: str, caveats: frozenset[str], cure: str) -> Check:
    """A check whose mark is the share of cells without any of the ``caveats``."""
    touched = [caveats & {*cell.caveats} for cell in subject.cells if not caveats.isdisjoint(cell.caveats)]
    named = sorted(frozenset[str]().union(*touched))
    count = len(subject.cells)
    if touched:
        found = f"{len(touched)} of {counted(count, 'cell')} otherwise: {listed(named)}."
    else:
        found = f"So it is in {counted(count, 'cell')}."
    return Check(
        name,
        expected,
        found,
        share(count - len(touched), count),
        cure=changed(subject, cure),
        hours=math.nan,
    )


RULES: Final = (
    Rule("recipe", check_recipe),
    Rule("hyper-parameters", check_changes),
    Rule("real data", check_real),
    Rule("whole data", check_whole),
    Rule("all languages", check_languages),
    Rule("English alone", check_english),
    Rule("repeated data", check_repeats),
    Rule("overlap", check_overlap, results=True),
    Rule("encoders as published", check_reading),
)
"""What it looks at, in order."""
