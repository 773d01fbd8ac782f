"""How gains go with a language's script, its family and how much text of it the encoder was pretrained on.

A language is one unit. What it gains is averaged over seeds and targets, each target's own level taken out,
for not every target is in every language. Related languages share much and one model serves them all, so they
are not independent units and the intervals are too short for that. Script, family and amount of text go
together as well: each is looked at alone, and none is a cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.across.per_run import beyond_rounding
from stiltwalk.analyse.blocks import Contrasts, contrasts
from stiltwalk.analyse.comparing import cells_of
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.responses import Bools, Floats, Responses, filled
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE

LATIN: Final = "Latn"

NOT_INDEPENDENT: Final = (
    "Languages are the units here, of models as they are. Related languages are not independent, script, "
    "family and amount of text go together, and other seeds would give other models: these intervals are too "
    "short for that, and name no cause."
)

_MOST_WAYS = 50_000
"""Ways to deal languages out to two groups above which they are not all tried."""


class Relation(NamedTuple):
    """How one arm's gains go with one property of languages; in points of 0 to 100.

    Attributes:
        arm: its name.
        what: what is estimated, in words.
        estimate: a difference between groups of languages, or points for each doubling of text.
        exact_p: of a two-group difference, the share of all ways to deal the languages out that differ as
            much; NaN where there are too many ways or none.
        groups: how many languages are on each side; for a slope, how many in all.
        targets: how many targets the gains are averaged over.
    """

    arm: str
    what: str
    estimate: Estimate
    exact_p: float
    groups: tuple[int, ...]
    targets: int


class LanguageGains(NamedTuple):
    """What an arm gains in each language.

    Attributes:
        languages: codes.
        gains: ``(languages,)``: points, mean over seeds and targets, each target's own level taken out.
        targets: how many targets.
        estimates: the same, with intervals over seeds: how far other seeds of these targets would be off.
    """

    languages: tuple[str, ...]
    gains: Floats
    targets: int
    estimates: tuple[Estimate, ...]


def language_gains(found: Responses, arm: str, confidence: float = CONFIDENCE) -> LanguageGains | None:
    """What ``arm`` gains over ``none`` in each language; ``None`` where nothing can be compared.

    Of the cells that verdicts are about (``comparing``'s headline), over the seeds that both have. Targets
    that share no language with the others, straight or by way of more, are left out: the largest part is
    kept.

    Args:
        found: the scores of one encoder.
        arm: one of its arms, not ``none``.
        confidence: of the intervals.
    """
    if NONE_ARM not in found.arms or arm not in found.arms:
        return None
    cells = cells_of(found, "headline", (arm, NONE_ARM))
    differences = found.healthy[found.arms.index(arm)] - found.healthy[found.arms.index(NONE_ARM)]
    cells &= np.isfinite(differences).any(axis=0)
    if not cells.any():
        return None
    gains = np.nanmean(differences[:, cells], axis=0)
    pairs = [
        pair
        for pair, taken in zip(zip(found.languages, found.targets, strict=True), cells, strict=True)
        if taken
    ]
    kept = _connected(pairs)
    pairs = [pair for pair, taken in zip(pairs, kept, strict=True) if taken]
    cells[np.flatnonzero(cells)[~kept]] = False
    languages = tuple(sorted({code for code, _ in pairs}))
    targets = tuple(dict.fromkeys(name for _, name in pairs))
    weights = _effects(pairs, languages, targets)
    effects = weights @ gains[kept]
    noise = _over_seeds(found, arm, cells, weights, confidence)
    known = zip(effects.tolist(), noise.se[:, 0], noise.df[:, 0], strict=True)
    estimates = tuple(estimate(value, float(se), float(df), confidence) for value, se, df in known)
    return LanguageGains(languages, effects, len(targets), estimates)


def _over_seeds(found: Responses, arm: str, cells: Bools, weights: Floats, confidence: float) -> Contrasts:
    """The arm minus ``none`` of every language, ``(languages, 1)``, for what is said there of its noise."""
    values = np.moveaxis(found.healthy[:, :, cells], 2, 0)
    shares = np.abs(weights) / np.abs(weights).sum(axis=1, keepdims=True)
    present = np.einsum("lc,cas->las", shares, np.isfinite(values).astype(float))
    levels = np.einsum("lc,cas->las", weights, filled(values))
    minus = np.zeros((1, len(found.arms)))
    minus[0, [found.arms.index(arm), found.arms.index(NONE_ARM)]] = 1.0, -1.0
    return contrasts(levels, minus, present, confidence=confidence)


def _connected(pairs: list[tuple[str, str]]) -> Bools:
    """Which pairs of language and target are in the largest part that hangs together."""
    part = list(range(len(pairs)))
    while True:
        first: dict[tuple[int, str], int] = {}
        for side in (0, 1):
            for number, pair in zip(part, pairs, strict=True):
                key = (side, pair[side])
                first[key] = min(first.get(key, number), number)
        new = [min(first[0, pair[0]], first[1, pair[1]]) for pair in pairs]
        if new == part:
            break
        part = new
    largest = max(set(part), key=lambda number: (part.count(number), -number))
    return np.array([number == largest for number in part], dtype=bool)


def _effects(pairs: list[tuple[str, str]], languages: tuple[str, ...], targets: tuple[str, ...]) -> Floats:
    """``(languages, pairs)``: what the pairs' gains are weighted by, to the languages' parts of them.

    Least squares of gain = language + target, the targets' parts summing to 0.
    """
    design = np.zeros((len(pairs) + 1, len(languages) + len(targets)))
    for row, (code, name) in enumerate(pairs):
        design[row, languages.index(code)] = 1
        design[row, len(languages) + targets.index(name)] = 1
    design[-1, len(languages) :] = 1  # a condition that the others leave open, so it is met
    return np.asarray(np.linalg.pinv(design)[: len(languages), :-1], dtype=float)


def relations(
    found: Responses, text: Mapping[str, float], confidence: float = CONFIDENCE
) -> tuple[Relation, ...]:
    """How the gains of every arm go with script, family and text.

    Args:
        found: the scores of one encoder.
        text: language → GiB of text the encoder was pretrained on; empty: not known.
        confidence: of the intervals, t over languages.
    """
    rows: list[Relation] = []
    for arm in found.arms:
        if arm != NONE_ARM and (gains := language_gains(found, arm, confidence)) is not None:
            rows += _of_arm(arm, gains, text, confidence)
    return tuple(rows)


def _of_arm(arm: str, found: LanguageGains, text: Mapping[str, float], confidence: float) -> list[Relation]:
    known = [LANGUAGES.get(code) for code in found.languages]
    home = LANGUAGES[SOURCE_LANGUAGE].family
    stem = home.partition(":")[0]
    named = np.array([each is not None for each in known], dtype=bool)
    latin = np.array([each is not None and each.script == LATIN for each in known], dtype=bool)
    own = np.array([each is not None and each.family == home for each in known], dtype=bool)
    near = (
        np.array([each is not None and each.family.partition(":")[0] == stem for each in known], dtype=bool)
        & ~own
    )
    far = named & ~own & ~near
    rows = [_two("Latin script minus others", arm, found, (latin, named & ~latin), confidence)]
    groups = (own, near, far)
    branch = home.partition(":")[2]
    rows.append(_one_of_three(f"{branch} minus outside Indo-European", arm, found, groups, 0, confidence))
    rows.append(_one_of_three("other Indo-European minus outside", arm, found, groups, 1, confidence))
    sizes = np.array([text.get(code, math.nan) for code in found.languages])
    if np.isfinite(sizes).any():
        rows.append(_slope("each doubling of pretraining text", arm, found, sizes, confidence))
    return rows


def _two(
    what: str, arm: str, found: LanguageGains, groups: tuple[Bools, Bools], confidence: float
) -> Relation:
    """The difference of two groups' means, their variance pooled."""
    first, second = (found.gains[group] for group in groups)
    result = _difference(first, second, [first, second], confidence)
    return Relation(arm, what, result, exact_p(first, second), (len(first), len(second)), found.targets)


def _one_of_three(
    what: str,
    arm: str,
    found: LanguageGains,
    groups: tuple[Bools, Bools, Bools],
    which: int,
    confidence: float,
) -> Relation:
    """One group minus the last, the variance pooled over all three."""
    parts = [found.gains[group] for group in groups]
    result = _difference(parts[which], parts[2], parts, confidence)
    return Relation(
        arm, what, result, exact_p(parts[which], parts[2]), (len(parts[which]), len(parts[2])), found.targets
    )


def _difference(first: Floats, second: Floats, pooled: list[Floats], confidence: float) -> Estimate:
    if not (len(first) and len(second)):
        return unbounded(confidence=confidence)
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in pooled if len(part))
    squares = beyond_rounding(within, np.concatenate(pooled))
    df = sum(len(part) - 1 for part in pooled if len(part))
    value = float(first.mean() - second.mean())
    if df < 1:
        return unbounded(value, confidence)
    return estimate(value, math.sqrt(squares / df * (1 / len(first) + 1 / len(second))), df, confidence)


def exact_p(first: Floats, second: Floats) -> float:
    """The share of ways to deal all values out to two groups of these sizes whose means differ as much.

    NaN where a group is empty or there are more than 50,000 ways.
    """
    count, size = len(first), len(first) + len(second)
    if not (count and len(second)) or math.comb(size, count) > _MOST_WAYS:
        return math.nan
    values = np.concatenate([first, second])
    ways = np.array(list(combinations(range(size), count)))
    sums = values[ways].sum(axis=1)
    differences = np.abs(sums / count - (values.sum() - sums) / len(second))
    seen = abs(float(first.mean() - second.mean()))
    return float((differences >= seen - 1e-9 * max(1.0, seen)).mean())


def _slope(what: str, arm: str, found: LanguageGains, sizes: Floats, confidence: float) -> Relation:
    """Least squares of gains on the logarithm of text to base 2."""
    there = np.isfinite(sizes) & (sizes > 0)
    x, y = np.log2(sizes[there]), found.gains[there]
    count = len(x)
    result = unbounded(confidence=confidence)
    across = x - x.mean() if count else x
    squares = float((across**2).sum())
    if squares > 0:
        value = float(across @ y) / squares
        rest = y - y.mean() - value * across
        left = beyond_rounding(float((rest**2).sum()), y)
        se = math.sqrt(left / (count - 2) / squares) if count > 2 else math.nan
        result = estimate(value, se, count - 2, confidence)
    return Relation(arm, what, result, math.nan, (count,), found.targets)
