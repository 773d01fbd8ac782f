"""The reviewer of reporting: whether a reader of the report is told what it takes to judge it.

That numbers come with intervals, that collapsed runs are counted, that every language has its row, are no
checks: the report cannot be written without. What is marked here depends on the study.
"""

from __future__ import annotations

import math
from typing import Final

from stiltwalk.analyse.audit.cures import changed, completed
from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.reviewing import Rule, reviewed, share
from stiltwalk.analyse.audit.scope import invented_tasks
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.spec.caveats import GENERAL, TRAINED_ON

LARGEST_MARGIN: Final = 1.0
"""Points: the gains at issue are 1 to 9, and a margin above the smallest of them calls it nothing."""

REHEARSAL: Final = "pocket"
"""The scale whose output is headed as a rehearsal."""

_ASKING: Final = "?\uff1f\u061f\u037e"
"""What questions end in: also in Chinese, Arabic and Greek."""

_TIMED: Final = frozenset({"pretrain", "intermediate", "target", "predict"})
_COUNTED: Final = frozenset({"pretrain", "intermediate", "target"})
"""Kinds of steps whose seconds, and whose operations, are what a study costs."""


def review_reporting(subject: Subject) -> Review:
    """What the reviewer of reporting finds."""
    return reviewed("reporting", subject, RULES)


def check_question(subject: Subject) -> Check:
    """Whether the study says what it asks: 1 for a question, 0.5 for a text that is none, 0 for nothing."""
    said = subject.study.question.strip()
    asks = said.endswith(tuple(_ASKING))
    return Check(
        "question",
        "The study file asks a question, which the report opens with.",
        "It does." if asks else "It says something that is no question." if said else "It says nothing.",
        1.0 if asks else 0.5 if said else 0.0,
        cure="Say what is asked (question: …).",
    )


def check_margin(subject: Subject) -> Check:
    """Whether the margin below which a difference counts as none is small beside what is looked for.

    The mark is one point over the margin, at most 1.
    """
    margin = subject.study.analysis.margin
    return Check(
        "margin",
        f"Differences count as none below {LARGEST_MARGIN:g} point at most.",
        f"The margin is {margin:g} {'point' if margin == 1 else 'points'}.",
        share(LARGEST_MARGIN, margin),
        cure=changed(
            subject, f"fix a margin of at most {LARGEST_MARGIN:g} point (analysis: {{margin: 0.3}})"
        ),
        hours=math.nan if subject.begun else 0.0,
    )


def check_arms(subject: Subject) -> Check:
    """Whether every planned arm has a result with every encoder; the mark is the share that has.

    An arm without any is not in the tables, and a reader cannot tell why: arms that failed, or that nobody
    waited for, are seldom the ones that gained.
    """
    done = {step.key for step in subject.finished}
    runs: dict[tuple[str, str], bool] = {}
    for cell in subject.cells:
        run = (cell.encoder, cell.intermediate)
        runs[run] = runs.get(run, False) or cell.key in done
    silent = [f"{arm} ({encoder})" for (encoder, arm), shown in runs.items() if not shown]
    cure = completed(subject)
    return Check(
        "every arm shown",
        "Every arm that was planned has a result, whichever way it fell.",
        f"Without any: {listed(silent)}."
        if silent
        else f"All {len(runs)} (an arm with an encoder each) have one.",
        share(len(runs) - len(silent), len(runs)),
        cure=cure.what,
        hours=cure.hours,
    )


def check_collapse(subject: Subject) -> Check | None:
    """Whether it can be told of every intermediate training whether it collapsed.

    That is seen on its own English dev set. A training without a dev score passes for a sound one; the mark
    is the share of trainings that have one.
    """
    trainings = list(subject.evidence.trainings.values())
    if not trainings:
        return None
    judged = sum(bool(training.looks) for training in trainings)
    return Check(
        "collapse looked for",
        "Every intermediate training has a dev score, by which a collapse is seen.",
        f"{judged} of {counted(len(trainings), 'training')} {'has' if judged == 1 else 'have'} one.",
        share(judged, len(trainings)),
        cure=changed(subject, "train in between on tasks that have an English dev set"),
        hours=math.nan,
    )


def check_caveats(subject: Subject) -> Check:
    """Whether every caveat that stands beside a number has a sentence; the mark is the share that has."""
    lists = [*(cell.caveats for cell in subject.cells)]
    lists += [tuple(text.split(";")) for text in subject.rows["caveats"].dropna().unique()]
    ids = {name for each in lists for name in each if name}
    known = {*GENERAL, *(name for task in subject.tasks.values() for name in task.caveats)}
    silent = sorted(name for name in ids if name not in known and not name.startswith(TRAINED_ON))
    return Check(
        "caveats explained",
        "Every caveat of a number is explained in a sentence.",
        f"Without one: {listed(silent)}." if silent else f"{counted(len(ids), 'caveat')}, and all are.",
        share(len(ids) - len(silent), len(ids)),
        cure="Write a sentence for them (caveats of the tasks that the study declares).",
    )


def check_retrieval(subject: Subject) -> Check:
    """Whether averages can be shown without retrieval too, which swamps them: 1 or 0.

    They can where other targets have results beside those that compare sentences.
    """
    kinds = subject.evidence.scores[["target", "retrieval"]].drop_duplicates()
    comparing = int(kinds["retrieval"].sum())
    others = len(kinds) - comparing
    return Check(
        "without retrieval",
        "Averages are shown without targets that compare sentences as well.",
        f"Of the targets with results {comparing} compare sentences, {others} do not.",
        0.0 if comparing and not others else 1.0,
        weight=0.5,
        cure=changed(subject, "add targets that do not compare sentences"),
        hours=math.nan,
    )


def check_costs(subject: Subject) -> Check:
    """Whether what the study cost is counted.

    The mark is the share of finished trainings and predictions with their seconds, and of trainings with
    their operations too.
    """
    steps = [step for step in subject.finished if step.kind in _TIMED]
    whole = sum(
        step.wall_seconds is not None and (step.flops is not None or step.kind not in _COUNTED)
        for step in steps
    )
    return Check(
        "costs",
        "Every training and prediction has its seconds, and every training its operations.",
        f"{whole} of {counted(len(steps), 'finished step')} {'has' if whole == 1 else 'have'} them.",
        share(whole, len(steps)),
        cure="Run the steps that counted nothing once more with this version, in an empty store (--store).",
        hours=math.nan,
    )


def check_rehearsal(subject: Subject) -> Check:
    """Whether a study on invented data says that it is a rehearsal: 1 or 0.

    Its output is headed so at the scale ``pocket`` alone.
    """
    invented = invented_tasks(subject)
    said = subject.study.scale == REHEARSAL
    if invented:
        found = (
            f"{counted(len(invented), 'task')} of it {'is' if len(invented) == 1 else 'are'} invented, and "
        )
        found += "it says so." if said else "it does not say so."
    else:
        found = "No task of it is invented."
    return Check(
        "rehearsal",
        "A study on invented data is headed as a rehearsal that does not answer its question.",
        found,
        0.0 if invented and not said else 1.0,
        weight=2.0,
        cure=f"Put what uses invented data under scales: {REHEARSAL}.",
    )


RULES: Final = (
    Rule("question", check_question),
    Rule("margin", check_margin),
    Rule("every arm shown", check_arms, results=True),
    Rule("collapse looked for", check_collapse, results=True),
    Rule("caveats explained", check_caveats),
    Rule("without retrieval", check_retrieval, results=True),
    Rule("costs", check_costs, results=True),
    Rule("rehearsal", check_rehearsal),
)
"""What it looks at, in order."""
