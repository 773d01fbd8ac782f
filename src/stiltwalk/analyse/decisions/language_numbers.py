"""The numbers beside a verdict on languages: other kinds of pairs, cells, gaps, and what English loses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.comparing import Compared, View, cells_of
from stiltwalk.analyse.decisions.best import best_per_target
from stiltwalk.analyse.decisions.ladder import BySize
from stiltwalk.analyse.decisions.language_contrasts import (
    CONTRAST,
    Contrast,
    contrast_of,
    mean_over,
    of_kind,
    together,
    weights_of,
)
from stiltwalk.analyse.decisions.language_pairs import KINDS, Kind, Pair
from stiltwalk.analyse.decisions.size import PER_DOUBLING
from stiltwalk.analyse.decisions.wording import signed
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Bools, Responses, averaged
from stiltwalk.analyse.verdicts import Number, number

_BESIDE: tuple[View, ...] = ("headline-without-retrieval", "without-repeats", "zero-shot")


def language_numbers(
    evidence: Evidence,
    whole: Responses,
    tables: Mapping[str, Responses],
    pairs: Sequence[Pair],
    kind: Kind,
    main: Contrast,
    line: BySize,
    crashed: Contrast,
) -> Iterator[Number]:
    """All numbers of a verdict on languages, the one that is judged first."""
    head = f"headline; {KINDS[kind]}"
    yield _as_number(CONTRAST, main.found, note=head)
    yield number(
        "change with size", line.per_doubling, unit=PER_DOUBLING, n=line.encoders, units="encoders", note=head
    )
    for name, table in tables.items():
        one = contrast_of(evidence, table, main.pairs)
        yield _as_number(CONTRAST, one.found, of=name, note=head)
    yield _as_number(CONTRAST, _seen(evidence, whole, main.pairs), note=f"languages that only it saw; {head}")
    yield _as_number(CONTRAST, crashed.found, note=f"collapsed runs included; {head}")
    for view in _BESIDE:
        yield _as_number(
            CONTRAST, contrast_of(evidence, whole, main.pairs, view).found, note=f"{view}; {KINDS[kind]}"
        )
    for other in KINDS:
        if other != kind and (beside := contrast_of(evidence, whole, of_kind(pairs, other))).pairs:
            yield _as_number(CONTRAST, beside.found, note=f"headline; {KINDS[other]}")
    if len(pairs) > 1:
        for pair in pairs:
            single = contrast_of(evidence, whole, [pair])
            yield _as_number(CONTRAST, single.found, of=pair.name, note=f"headline; {KINDS[pair.kind]}")
    yield from _back_numbers(evidence, whole, main.pairs)
    for name, table in tables.items():
        yield from _gap_numbers(evidence, table, main.pairs, name)
        yield from _regrets(evidence, table, pairs, name)


def _as_number(name: str, found: Compared, *, of: str = "", note: str = "") -> Number:
    return number(name, found.estimate, of=of, n=found.seeds, note=note)


def _seen(evidence: Evidence, found: Responses, pairs: Sequence[Pair]) -> Compared:
    """The same contrast in languages that all the other arms saw in between, and English did not."""
    own = [cells_of(found, "without-repeats", (pair.english, pair.other)) for pair in pairs]
    places = [found.arms.index(pair.other) for pair in pairs]
    english = [found.arms.index(pair.english) for pair in pairs]
    cells = np.logical_and.reduce(own) & found.seen[places].all(axis=0) & ~found.seen[english].any(axis=0)
    return mean_over(evidence, found, pairs, cells)


def _back_numbers(evidence: Evidence, found: Responses, pairs: Sequence[Pair]) -> Iterator[Number]:
    """Other languages minus English that went through the translator too: what translation itself does."""
    for pair in pairs:
        for control in pair.back:
            if control not in found.arms:
                continue
            against = contrast_of(evidence, found, [pair._replace(english=control)])
            note = "headline; English that was translated there and back: what translating does is in both"
            yield _as_number(CONTRAST, against.found, of=f"{pair.other} - {control}", note=note)


def _gap_numbers(
    evidence: Evidence, table: Responses, pairs: Sequence[Pair], encoder: str
) -> Iterator[Number]:
    """The difference of transfer gaps: English score minus the mean of the other languages, of each arm."""
    one = contrast_of(evidence, table, pairs)
    arms = list(weights_of(one.pairs))
    if not arms:
        return
    places = [table.arms.index(arm) for arm in arms]
    there = (~np.isnan(table.healthy[places])).any(axis=1).all(axis=0)
    source = ~table.zero_shot & there & ~table.repeats[places].any(axis=0)
    targets = _targets(table, source) & _targets(table, one.cells)
    taken = np.array([target in targets for target in table.targets], dtype=bool)
    if not targets:
        return
    english, others = averaged(table, source & taken), averaged(table, one.cells & taken)
    weights = weights_of(one.pairs)
    result = contrasts(
        (english.values - others.values)[None],
        np.array([[weights.get(arm, 0.0) for arm in table.arms]]),
        np.minimum(english.present, others.present)[None],
        confidence=evidence.confidence,
    )
    note = "headline; English score minus the mean of the others, multilingual minus English"
    yield number(
        "difference of transfer gaps", result.at(0, 0), of=encoder, n=float(result.seeds[0, 0]), note=note
    )


def _targets(table: Responses, cells: Bools) -> set[str]:
    return {target for target, taken in zip(table.targets, cells, strict=True) if taken}


def _regrets(evidence: Evidence, table: Responses, pairs: Sequence[Pair], encoder: str) -> Iterator[Number]:
    """What the best source of every target gains over English, chosen on other seeds than it is judged on."""
    for english in dict.fromkeys(pair.english for pair in pairs):
        single = [pair.other for pair in pairs if pair.english == english and pair.kind == "single"]
        others = single or [pair.other for pair in pairs if pair.english == english]
        best = best_per_target(table, [english, *others], english, confidence=evidence.confidence)
        if not best.targets:
            continue
        chosen = "; ".join(f"{one.target}: {one.arm}" for one in best.targets)
        flattered = f"naive {signed(best.naive)}, optimism {signed(best.optimism)}"
        note = f"cross-fitted; on all seeds {chosen}; {flattered}"
        yield number(
            "regret of English", best.crossfitted, of=f"{encoder} · {english}", n=best.seeds, note=note
        )


def not_judged(evidence: Evidence, pairs: Sequence[Pair]) -> Iterator[Number]:
    """Where only collapsed runs are there, what they say, kind by kind."""
    whole = together(evidence.scores)
    if whole is None:
        return
    for kind, words in KINDS.items():
        one = contrast_of(evidence, whole, of_kind(pairs, kind), healthy=False)
        if one.pairs:
            note = f"not judged: collapsed runs included; headline; {words}"
            yield _as_number(CONTRAST, one.found, note=note)
