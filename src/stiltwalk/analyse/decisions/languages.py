"""Decides between English and other languages in between, by pairs of arms that differ in nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pandas as pd

from stiltwalk.analyse.decisions.arms import collapsed_arms, collapsed_runs
from stiltwalk.analyse.decisions.ladder import BySize, by_size, enough_said
from stiltwalk.analyse.decisions.language_contrasts import Contrast, contrast_of, mean_over, of_kind, together
from stiltwalk.analyse.decisions.language_numbers import language_numbers, not_judged
from stiltwalk.analyse.decisions.language_pairs import KINDS, Kind, Pair, language_pairs
from stiltwalk.analyse.decisions.shared import shared_cells
from stiltwalk.analyse.decisions.size import LINE, PER_DOUBLING, line_caveats
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.wording import counted, listed, percent, said
from stiltwalk.analyse.estimates import Estimate, p_equivalent
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.power import POWER, seeds_needed
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict

ENGLISH: Final = "English better"
OTHERS: Final = "multilingual better"
EQUAL: Final = "equivalent within margin"


def decide_languages(evidence: Evidence) -> Verdict:
    """Whether English in between transfers better than other languages.

    The answer is of the mean over encoders, averaged within each seed first, of the contrasts of the fairest
    kind there is (``language_pairs.KINDS``), in languages that neither arm saw: ``equivalent within margin``
    by two one-sided tests, else ``English better`` or ``multilingual better`` where the difference is not 0.
    Whether that changes with the size of the encoder is a line over size, which takes five encoders.
    """
    pairs = language_pairs(evidence.study)
    scores = _without_collapsed(evidence)
    tables = {table.encoder: table for table in responses(scores)}
    whole = together(scores)
    kind = _main_kind(evidence, whole, pairs)
    if kind is None or whole is None:
        return _nothing(evidence, pairs)
    main = contrast_of(evidence, whole, of_kind(pairs, kind))
    line = _by_size(evidence, tables, main.pairs)
    answer = _answer(evidence, main.found.estimate)
    crashed = contrast_of(evidence, whole, main.pairs, healthy=False)
    return Verdict(
        decision="languages",
        answer=answer,
        sentence=_sentence(evidence, main, line, answer, kind, len(tables)),
        numbers=tuple(language_numbers(evidence, whole, tables, pairs, kind, main, line, crashed)),
        assumptions=(*STANDING, *LINE, _FIXED),
        caveats=(
            *missing_caveats(evidence),
            *_collapsed_caveats(evidence, crashed, answer),
            *_pair_caveats(pairs, kind, main),
            *_encoder_caveats(evidence, tables, main, answer),
            *line_caveats(line),
        ),
        needed=_needed(evidence, main, line, answer),
    )


_FIXED: Final = "The mean over encoders speaks of these encoders; others are spoken of by the line over size."


def _without_collapsed(evidence: Evidence) -> pd.DataFrame:
    """The scores, but for arms none of whose intermediate trainings with an encoder was healthy."""
    scores = evidence.scores
    dead = [
        (encoder, arm)
        for encoder in scores["encoder"].unique()
        for arm in collapsed_arms(evidence, str(encoder))
    ]
    if not dead:
        return scores
    runs = pd.MultiIndex.from_frame(scores[["encoder", "intermediate"]])
    return scores[~runs.isin(dead)]


def _main_kind(evidence: Evidence, whole: Responses | None, pairs: Sequence[Pair]) -> Kind | None:
    """The fairest kind of which a pair has been run, in languages that neither saw."""
    if whole is None:
        return None
    return next((kind for kind in KINDS if contrast_of(evidence, whole, of_kind(pairs, kind)).pairs), None)


def _answer(evidence: Evidence, found: Estimate) -> str:
    alpha = 1 - evidence.confidence
    if p_equivalent(found, evidence.study.analysis.margin) <= alpha:
        return EQUAL
    if not found.p <= alpha:
        return UNDECIDED
    return OTHERS if found.value > 0 else ENGLISH


def _by_size(evidence: Evidence, tables: Mapping[str, Responses], pairs: Sequence[Pair]) -> BySize:
    """The contrast of every encoder over its size, on cells that all of them have."""
    own = {name: contrast_of(evidence, table, pairs) for name, table in tables.items()}
    having = {name: one for name, one in own.items() if one.pairs == tuple(pairs)}
    cells = shared_cells(tables, {name: one.cells for name, one in having.items()})
    values = dict.fromkeys(tables, math.nan)
    for name, mask in (cells or {}).items():
        values[name] = mean_over(evidence, tables[name], pairs, mask).estimate.value
    return by_size(values, evidence.encoders, evidence.confidence)


def _nothing(evidence: Evidence, pairs: Sequence[Pair]) -> Verdict:
    if not pairs:
        why = "the study has no arm in other languages beside an English one that is its like in all else"
        needed = "An English arm, and one that differs from it in its languages alone."
    else:
        why = (
            "no English arm and its like in other languages both have a healthy run in a language that "
            "neither saw, of a target whose training data they do not repeat"
        )
        needed = "Healthy runs of both, on targets in languages that neither was trained on."
    return Verdict(
        decision="languages",
        answer=UNDECIDED,
        sentence=f"Between English and other languages nothing can be said: {why}.",
        numbers=tuple(not_judged(evidence, pairs)),
        assumptions=STANDING,
        caveats=(*missing_caveats(evidence), *_lost(evidence)),
        needed=needed,
    )


def _lost(evidence: Evidence) -> Iterator[str]:
    lost, runs = collapsed_runs(evidence)
    if lost:
        yield f"{lost} of {counted(runs, 'run')} collapsed and are left out."


def _sentence(
    evidence: Evidence, main: Contrast, line: BySize, answer: str, kind: Kind, encoders: int
) -> str:
    found = main.found.estimate
    where = "in languages that neither saw"
    over = f"{said(found)} ({percent(found.confidence)}; {KINDS[kind]}; {counted(encoders, 'encoder')})"
    margin = evidence.study.analysis.margin
    if answer == UNDECIDED and not found.df > 0:
        first = (
            f"Between English and other languages nothing can be said: multilingual minus English is {over}, "
            "and nothing shows how runs vary"
        )
    elif answer == UNDECIDED:
        first = (
            f"Between English and other languages {where} it cannot be said which is better, nor that they "
            f"differ by less than {margin:.2f} points: multilingual minus English is {over}"
        )
    elif answer == EQUAL:
        first = (
            f"English and other languages differ by less than {margin:.2f} points {where}: multilingual "
            f"minus English is {over}"
        )
    else:
        better = (
            "English is better than other languages"
            if answer == ENGLISH
            else ("Other languages are better than English")
        )
        first = f"{better} {where}: multilingual minus English is {over}"
    return f"{first}; {_size_said(evidence, line)}."


def _size_said(evidence: Evidence, line: BySize) -> str:
    slope = line.per_doubling
    if not line.enough:
        return f"whether that changes with size cannot be said: it {enough_said(line)}"
    alpha, over = 1 - evidence.confidence, said(slope, PER_DOUBLING)
    if slope.df > 0 and line.p_flat(evidence.study.analysis.margin) <= alpha:
        return f"over the sizes it does not change within the margin ({over})"
    if slope.df > 0 and slope.p <= alpha:
        return f"with size that {'grows' if slope.value > 0 else 'falls'} ({over})"
    return f"whether that changes with size cannot be said ({over})"


def _collapsed_caveats(evidence: Evidence, crashed: Contrast, answer: str) -> Iterator[str]:
    yield from _lost(evidence)
    dead = [
        f"{encoder} · {arm}"
        for encoder in evidence.scores["encoder"].unique()
        for arm in collapsed_arms(evidence, str(encoder))
    ]
    if dead:
        yield (
            f"No verdict on {listed(dead)}: every intermediate training collapsed to chance on its own "
            "English dev set."
        )
    other = _answer(evidence, crashed.found.estimate)
    if other != answer:
        yield f"With collapsed runs included the answer would be: {other}."


def _pair_caveats(pairs: Sequence[Pair], kind: Kind, main: Contrast) -> Iterator[str]:
    out = [pair.name for pair in of_kind(pairs, kind) if pair not in main.pairs]
    if out:
        yield f"Left out, without a healthy run in languages that neither saw: {listed(out)}."
    if kind in {"union", "compute"}:
        yield "The mixes hold more examples than English: what is compared is not the language alone."
    if not any(pair.back for pair in main.pairs):
        yield "No English that was translated there and back stands beside: translating may be part of it."


def _encoder_caveats(
    evidence: Evidence, tables: Mapping[str, Responses], main: Contrast, answer: str
) -> Iterator[str]:
    """Encoders that say the opposite of the mean."""
    single = {
        name: _answer(evidence, contrast_of(evidence, table, main.pairs).found.estimate)
        for name, table in tables.items()
    }
    for name, own in single.items():
        if own in {ENGLISH, OTHERS} and own != answer and len(tables) > 1:
            yield f"{name} alone says: {own} (not corrected for the number of encoders)."


def _needed(evidence: Evidence, main: Contrast, line: BySize, answer: str) -> str:
    found, seeds = main.found.estimate, main.found.seeds
    margin = evidence.study.analysis.margin
    parts = []
    if answer == UNDECIDED:
        count = seeds_needed(found, seeds, effect=margin)
        if not found.df > 0:
            parts.append("At least 2 seeds that did not collapse; 5 for any claim.")
        else:
            said_so = "more than 1,000 seeds" if count is None else f"{count} seeds in all"
            parts.append(
                f"To find a difference of {margin:.2f} points with {percent(POWER)} power takes {said_so} "
                f"(has {seeds:.3g})."
            )
    if not line.enough:
        parts.append(f"What size does to it {enough_said(line)}.")
    return " ".join(parts)
