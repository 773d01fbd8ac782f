"""Whether transfer took place: the mean zero-shot score of each arm, over seeds, against chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.metrics.scorers import collapse_score
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.tasks import Catalogue, find_task


class ZeroShot(NamedTuple):
    """One arm on one target; the columns of what ``zero_shot`` returns.

    Scores are on 0 to 100: the metrics that tell a collapsed run from a working one, averaged (accuracy for
    tagging, the mean of F1 and exact match for question answering).

    Attributes:
        encoder: the encoder's name.
        intermediate: the arm's name.
        target: the target task's name.
        layer: the layer, where the target was read at several; else NaN.
        seeds: how many.
        english: mean over seeds of the English score; NaN where English is not tested.
        zero_shot: mean over seeds of the mean over all other languages.
        low: lower end of the 95 % t interval of that mean over seeds; the value itself where all seeds agree
            to the bit; NaN below two seeds.
        high: its upper end.
        chance: mean over the same languages of what is reached without reading the input.
        above: whether ``low`` exceeds ``chance``; ``None`` where there is no interval.
    """

    encoder: str
    intermediate: str
    target: str
    layer: float
    seeds: int
    english: float
    zero_shot: float
    low: float
    high: float
    chance: float
    above: bool | None


def zero_shot(
    rows: pd.DataFrame, chance: Mapping[tuple[str, str], float], tasks: Catalogue
) -> list[ZeroShot]:
    """Every arm's mean zero-shot score on every target, with its interval over seeds, beside chance.

    The interval is about seeds alone: training again on other seeds. Test items and languages are taken as
    they are.

    Args:
        rows: result rows of one study.
        chance: (target, language) → score without reading the input, 0 to 100.
        tasks: every known task.

    Raises:
        StiltwalkError: chance is not given for a language that was tested.
    """
    found = []
    names = ["encoder", "intermediate", "target", "layer"]
    layered = rows.assign(layer=swept_layer(rows))
    cells: Any = layered.groupby(names, sort=False, dropna=False)  # the keys have no types
    for (encoder, arm, target, layer), cell in cells:
        scores = _scores(cell, target, tasks)
        foreign = scores[[code for code in scores.columns if code != SOURCE_LANGUAGE]]
        missing = [code for code in foreign.columns if (target, code) not in chance]
        if missing:
            raise StiltwalkError(f"Chance of '{target}' is not given for: {', '.join(missing)}.")
        if len(foreign.columns):
            floor = float(np.mean([chance[target, code] for code in foreign.columns]))
            found.append(_row((encoder, arm, target, layer), scores, foreign, floor))
    return found


def _row(
    cell: tuple[str, str, str, float], scores: pd.DataFrame, foreign: pd.DataFrame, chance: float
) -> ZeroShot:
    encoder, arm, target, layer = cell
    means = foreign.mean(axis=1).to_numpy(dtype=float)
    low, high = _interval(means)
    return ZeroShot(
        encoder=encoder,
        intermediate=arm,
        target=target,
        layer=layer,
        seeds=len(scores),
        english=float(scores[SOURCE_LANGUAGE].mean()) if SOURCE_LANGUAGE in scores else float("nan"),
        zero_shot=float(means.mean()),
        low=low,
        high=high,
        chance=chance,
        above=None if math.isnan(low) else low > chance,
    )


def _scores(cell: pd.DataFrame, target: str, tasks: Catalogue) -> pd.DataFrame:
    """Seeds × languages: the score by which a collapsed run is told."""
    scorer = find_task(target, tasks).scoring.name
    table = cell.pivot_table(index=["seed", "language"], columns="metric", values="value")
    judged = [
        collapse_score(scorer, dict(zip(table.columns, row, strict=True)))
        for row in table.itertuples(index=False, name=None)
    ]
    return pd.Series(judged, index=table.index).unstack("language")


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The t interval of the mean."""
    if len(values) < 2:
        return float("nan"), float("nan")
    middle, spread = float(values.mean()), float(values.std(ddof=1))
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = quantile * spread / math.sqrt(len(values))
    return middle - half, middle + half
