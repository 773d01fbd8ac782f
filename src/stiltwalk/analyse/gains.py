"""Gains: what an intermediate arm adds to the score of ``none``, paired seed by seed.

Two runs are compared only if they share encoder, target, language, metric and seed, and the layer where
several are read: the seed fixes the order of the target data and the new head, so the difference within a
pair is the intermediate training's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple, get_type_hints

import numpy as np
import pandas as pd

from stiltwalk.analyse.layers import swept_layer
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.languages import SOURCE_LANGUAGE

BASELINE = "none"
"""The arm without intermediate training, with which every other arm is compared."""
ZERO_SHOT = "zero-shot"
"""Stands in ``language`` for the mean over the languages without target labels."""
ALL = "all"
"""Stands in ``language`` for the mean over all languages, the source language included."""

_CELL = ("encoder", "intermediate", "seed", "target", "language", "metric")
_NEEDED = (*_CELL, "value", "degenerate")


class Gain(NamedTuple):
    """One comparison of an arm with the baseline; the columns of what ``gains`` returns.

    Scores and differences are on 0 to 100 (points), higher being better.

    Attributes:
        encoder: the encoder's name.
        intermediate: the arm's name, never ``none``.
        target: the target task's name.
        language: a language code, ``zero-shot`` or ``all``.
        metric: the metric's name.
        layer: the layer, where the target was read at several; else NaN.
        seeds: number of seeds present in both arms.
        baseline: mean score of ``none`` over those seeds.
        value: mean score of the arm over those seeds.
        gain: mean of arm minus baseline over those seeds, degenerate runs included; see ``gain_clean``.
        spread: sample standard deviation of the differences over seeds; NaN below two seeds.
        degenerate: number of degenerate runs among the pairs, on either side.
        unpaired: number of seeds left out because one side lacks them.
        gain_clean: ``gain`` over the pairs without a degenerate run; NaN if none is left.
    """

    encoder: str
    intermediate: str
    target: str
    language: str
    metric: str
    layer: float
    seeds: int
    baseline: float
    value: float
    gain: float
    spread: float
    degenerate: int
    unpaired: int
    gain_clean: float


class _Run(NamedTuple):
    value: float
    degenerate: bool


class _Names(NamedTuple):
    """What a comparison is of."""

    encoder: str
    arm: str
    target: str
    metric: str
    layer: float | None


_Arm = dict[int, dict[str, _Run]]  # seed → language → run


def gains(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each arm, target and language, and for the means over languages.

    The mean ``zero-shot`` is over the languages other than English that both arms have; ``all`` adds
    English, and is left out where English is not in both. A mean is taken within each seed first, over the
    same languages for every seed; a seed that lacks one of them on one side is unpaired. A language that one
    side lacks altogether has no row and is in no mean. Where no seed is in both arms the row is kept with
    ``seeds`` 0 and NaN. A value that is NaN makes NaN of every mean it is in.

    Rows are ordered by encoder, arm, target, metric, layer and language (English first, means last), whatever
    the order of the input. Where a target was read at several layers each is compared with itself.

    Args:
        rows: result rows with at least the columns encoder, intermediate, seed, target, language, metric,
            value (0 to 100) and degenerate (bool), and layer where there are several, one for each cell: a
            frame that also varies in split or batch size must be narrowed to one of each beforehand.

    Returns:
        A frame with the fields of ``Gain`` as columns; without rows where there is nothing to compare.

    Raises:
        StiltwalkError: a column is missing, a name, seed or ``degenerate`` is not given, a cell is given
            twice, or a language is called like one of the means.
    """
    if rows.empty:
        return _frame([])
    layers = _check(rows)
    grouped: dict[tuple[str, str, str, float | None], dict[str, _Arm]] = {}
    for encoder, arm, seed, target, language, metric, value, degenerate, layer in zip(
        *(rows[name].tolist() for name in _NEEDED), layers.tolist(), strict=True
    ):
        # NaN is no key: it does not equal itself
        arms = grouped.setdefault((encoder, target, metric, None if math.isnan(layer) else layer), {})
        run = _Run(float(value), bool(degenerate))
        arms.setdefault(arm, {}).setdefault(int(seed), {})[language] = run
    found = [
        gain
        for (encoder, target, metric, layer), arms in grouped.items()
        if BASELINE in arms
        for arm in arms
        if arm != BASELINE
        for gain in _compare(_Names(encoder, arm, target, metric, layer), arms[BASELINE], arms[arm])
    ]
    # a stable sort: the order of languages within a comparison stays
    return _frame(sorted(found, key=_place))


def _place(gain: Gain) -> tuple[str, str, str, str, float]:
    layer = -1.0 if math.isnan(gain.layer) else gain.layer
    return gain.encoder, gain.intermediate, gain.target, gain.metric, layer


def _check(rows: pd.DataFrame) -> pd.Series[float]:
    """The layer of every row, as ``swept_layer`` has it, once the rows are known to be fit for comparison."""
    missing = [name for name in _NEEDED if name not in rows.columns]
    if missing:
        raise StiltwalkError(
            f"Gains need the columns {', '.join(_NEEDED)}; missing: {', '.join(missing)}. "
            "Hand in result rows as the store keeps them."
        )
    for name in (*_CELL, "degenerate"):
        lacking = int(rows[name].isna().sum())
        if lacking:
            raise StiltwalkError(f"Gains need '{name}' in every row; {lacking} of {len(rows)} rows lack it.")
    layers = swept_layer(rows)
    cells = rows[list(_CELL)].assign(layer=layers)
    twice = cells[cells.duplicated()]
    if not twice.empty:
        cell = ", ".join(f"{name} {twice.iloc[0][name]}" for name in _CELL)
        raise StiltwalkError(
            f"The cell ({cell}) has more than one row. Keep one split and recipe before taking gains."
        )
    clash = {ZERO_SHOT, ALL} & set(cells["language"])
    if clash:
        raise StiltwalkError(
            f"The language '{min(clash)}' is the name of a mean over languages. Hand in single languages."
        )
    return layers


def _compare(names: _Names, before: _Arm, after: _Arm) -> Iterator[Gain]:
    """Every row of one encoder, arm, target, metric and layer: languages in order and means last."""
    shared = sorted(_languages(before) & _languages(after), key=lambda code: (code != SOURCE_LANGUAGE, code))
    groups = [(code, [code]) for code in shared]
    unseen = [code for code in shared if code != SOURCE_LANGUAGE]
    if unseen:
        groups.append((ZERO_SHOT, unseen))
        if unseen != shared:
            groups.append((ALL, shared))
    for language, codes in groups:
        yield _gain(names, language, before, after, codes)


def _languages(arm: _Arm) -> set[str]:
    return {language for runs in arm.values() for language in runs}


def _gain(names: _Names, language: str, before: _Arm, after: _Arm, languages: Sequence[str]) -> Gain:
    """The comparison over ``languages``, averaged within each seed that has all of them on both sides."""
    seen = _seeds(before, languages, whole=False) | _seeds(after, languages, whole=False)
    paired = sorted(_seeds(before, languages, whole=True) & _seeds(after, languages, whole=True))
    old = [_average(before[seed], languages) for seed in paired]
    new = [_average(after[seed], languages) for seed in paired]
    differences = [n.value - o.value for o, n in zip(old, new, strict=True)]
    clean = [
        difference
        for o, n, difference in zip(old, new, differences, strict=True)
        if not (o.degenerate or n.degenerate)
    ]
    return Gain(
        encoder=names.encoder,
        intermediate=names.arm,
        target=names.target,
        language=language,
        metric=names.metric,
        layer=float("nan") if names.layer is None else names.layer,
        seeds=len(paired),
        baseline=_mean([run.value for run in old]),
        value=_mean([run.value for run in new]),
        gain=_mean(differences),
        spread=float(np.std(differences, ddof=1)) if len(paired) > 1 else float("nan"),
        degenerate=sum(run.degenerate for run in (*old, *new)),
        unpaired=len(seen) - len(paired),
        gain_clean=_mean(clean),
    )


def _seeds(arm: _Arm, languages: Sequence[str], *, whole: bool) -> set[int]:
    """Seeds that have all of the languages (``whole``) or at least one."""
    enough = all if whole else any
    return {seed for seed, runs in arm.items() if enough(language in runs for language in languages)}


def _average(runs: dict[str, _Run], languages: Sequence[str]) -> _Run:
    """The mean over languages of one run, degenerate if it was in any of them."""
    if len(languages) == 1:  # nearly always, and there are many
        return runs[languages[0]]
    return _Run(
        _mean([runs[language].value for language in languages]),
        any(runs[language].degenerate for language in languages),
    )


def _mean(values: Sequence[float]) -> float:
    """The mean; NaN of nothing, and NaN of anything with a NaN in it."""
    return fmean(values) if values else float("nan")


def _frame(found: Sequence[Gain]) -> pd.DataFrame:
    # kinds are set, so that an empty frame has the same columns and kinds as a full one
    kinds = get_type_hints(Gain)
    return pd.DataFrame(found, columns=list(kinds)).astype(kinds)
