"""The sentences that the page makes of the records: its abstract, its method, and what was not measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.render.contents import Contents
from stiltwalk.render.page.heat import HEADLINE
from stiltwalk.render.page.words import ends, points
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import SOURCE_LANGUAGE


def abstract(contents: Contents) -> tuple[str, ...]:
    """What was asked, compared and found, and what was not: a handful of sentences."""
    found = (_compared(contents), *_found(contents), _range(contents), _collapsed(contents))
    return tuple(filter(None, (*found, _claimed(contents), _not_found(contents))))


def unmeasured(contents: Contents) -> tuple[str, ...]:
    """What the study does not show since it was not done, sentences."""
    return tuple(_unmeasured(contents))


def languages_of(contents: Contents) -> dict[str, tuple[str, ...]]:
    """Target → the languages it was scored in, English first."""
    table: dict[str, set[str]] = {}
    for target, language in contents.scores[["target", "language"]].drop_duplicates().itertuples(index=False):
        table.setdefault(str(target), set()).add(str(language))
    return {
        target: tuple(sorted(codes, key=lambda code: (code != SOURCE_LANGUAGE, code)))
        for target, codes in table.items()
    }


def _compared(contents: Contents) -> str:
    study = contents.study
    arms = counted(len(study.arms) - 1, "intermediate arm")
    languages = counted(int(contents.scores["language"].nunique()), "language")
    names = listed([each.name for each in study.encoders])
    seeds = counted(len(study.seeds), "seed")
    done = (
        f"all {contents.planned:,} runs that were planned are finished"
        if contents.finished == contents.planned
        else f"{contents.finished:,} of {contents.planned:,} planned runs are finished"
    )
    return (
        f"{arms} {'is' if len(study.arms) == 2 else 'are'} compared with no intermediate training, for "
        f"{counted(len(study.encoders), 'encoder')} ({names}), on "
        f"{counted(len(study.targets), 'target')} in {languages}, over {seeds}; {done}."
    )


def _found(contents: Contents) -> tuple[str, ...]:
    verdict = contents.verdict
    if contents.withheld:
        return (f"No verdict is given yet: {verdict.sentence}",)
    return (f"The verdict is “{verdict.answer}”. {verdict.sentence}",)


def _range(contents: Contents) -> str:
    """The least and the largest average gain of arms that verdicts are about, with their intervals."""
    frame = contents.averages
    controls = {(arm.encoder, arm.name) for arm in contents.arms if arm.control}
    kept = frame[frame["healthy"] & (frame["level"] == OVERALL) & (frame["view"] == HEADLINE)]
    every: list[Any] = list(kept.itertuples(index=False))
    rows = [
        row for row in every if math.isfinite(row.gain) and (row.encoder, row.intermediate) not in controls
    ]
    if len(rows) < 2:
        return ""
    several = len(contents.study.encoders) > 1

    def said(row: Any) -> str:
        of = f"{row.encoder} · {row.intermediate}" if several else row.intermediate
        return f"{points(row.gain)} points ({of}; {ends(row.low, row.high)})"

    rows.sort(key=lambda row: float(row.gain))
    return f"Averaged over targets, gains lie between {said(rows[0])} and {said(rows[-1])}."


def _collapsed(contents: Contents) -> str:
    runs, degenerate = _runs(contents)
    if not degenerate:
        return f"None of {runs:,} runs collapsed." if runs else ""
    return (
        f"Of {runs:,} runs {degenerate:,} ended no better than chance: averages leave them out, and they are "
        "counted beside every number."
    )


def _runs(contents: Contents) -> tuple[int, int]:
    return sum(arm.runs for arm in contents.arms), sum(arm.degenerate for arm in contents.arms)


def _claimed(contents: Contents) -> str:
    if not contents.claims:
        return ""
    counts = Counter(each.judged.verdict for each in contents.claims)
    parts = [f"{count} {verdict}" for verdict, count in counts.most_common()]
    total = counted(len(contents.claims), "claim")
    return f"Of {total} made by papers or asked by the field, by these rows: {listed(parts)}."


def _not_found(contents: Contents) -> str:
    if contents.rehearsal:
        return contents.rehearsal
    return f"To decide more would take: {contents.verdict.needed}." if contents.verdict.needed else ""


def _unmeasured(contents: Contents) -> Iterator[str]:
    yield from _unfinished(contents)
    if not contents.inference:
        yield "What inference costs was not measured."
    uncounted = [cost.kind for cost in contents.costs if cost.flops is None and cost.finished]
    if uncounted:
        yield f"Operations were not counted of these steps: {listed(uncounted)}."
    if not contents.claims:
        yield "No claim was held against these rows."
    if contents.audit is None:
        yield "How the study was made was not audited."
    recalled = sum(each.recalled for each in contents.published)
    if recalled:
        yield (
            f"{counted(recalled, 'published number')} for these targets "
            f"{'is' if recalled == 1 else 'are'} recalled from memory, not read in a source; marked as such."
        )
    yield "Other encoders, targets and languages than those named here are not spoken of."


def _unfinished(contents: Contents) -> Iterator[str]:
    """What the study has, but no results of."""
    if contents.finished < contents.planned:
        left = contents.planned - contents.finished
        yield f"{left:,} of {contents.planned:,} planned runs are not finished; nothing stands in for them."
    scored = languages_of(contents)
    missing = [each.task for each in contents.study.targets if each.task not in scored]
    if missing:
        yield f"Without a score of their own here: {listed(missing)}."
    if len(contents.study.seeds) == 1:
        yield "One seed: how another training would come out is not known, and no interval has ends."
    idle = [arm.name for arm in contents.arms if arm.name != NONE_ARM and not arm.runs]
    if idle:
        yield f"Arms without a finished run: {listed(list(dict.fromkeys(idle)))}."
