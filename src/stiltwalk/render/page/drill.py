"""What stands behind the cells of the heat maps: every language, as one compact block of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd
from markupsafe import Markup

from stiltwalk.analyse.decisions.wording import listed
from stiltwalk.analyse.gains import ALL, ZERO_SHOT
from stiltwalk.render.contents import Contents
from stiltwalk.render.page.heat import Cell, Heat
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE
from stiltwalk.spec.tasks import find_task

COUNTED: Final = ""
SOURCE: Final = "source language, in no mean"
SEEN: Final = "in the intermediate data"

_KINDS: Final = (COUNTED, SOURCE, SEEN)


class Spoken(NamedTuple):
    """One language of one cell.

    Attributes:
        code: of the language.
        gain: points, mean over seeds, collapsed runs included.
        low: lower end of its interval.
        high: upper end.
        baseline: mean score without intermediate training.
        value: mean score of the arm.
        seeds: pairs.
        degenerate: collapsed runs among them, on either side.
        kind: why it is in no mean; empty: it is.
    """

    code: str
    gain: float
    low: float
    high: float
    baseline: float
    value: float
    seeds: int
    degenerate: int
    kind: str


Behind = Mapping[tuple[str, str, str], tuple[Spoken, ...]]
"""(encoder, arm, target) → its languages."""


def language_name(code: str) -> str:
    """Its English name; of one that is not known its code."""
    known = LANGUAGES.get(code)
    return known.name.replace("_", " ") if known else code


def behind(contents: Contents) -> Behind:
    """Every language of every cell, by the metric that ``metrics_of`` names."""
    frame = contents.gains
    if frame.empty:
        return {}
    single = frame[frame["layer"].isna() & ~frame["language"].isin([ZERO_SHOT, ALL]) & (frame["seeds"] > 0)]
    kept = single[single["metric"] == single["target"].map(metrics_of(contents))]
    seen = _seen(contents.scores)
    found: dict[tuple[str, str, str], list[Spoken]] = {}
    for row in kept.itertuples(index=False):
        of = (str(row.encoder), str(row.intermediate), str(row.target))
        found.setdefault(of, []).append(_spoken(row, seen))
    return {of: tuple(own) for of, own in found.items()}


def metrics_of(contents: Contents) -> dict[str, str]:
    """Target → the metric of its single languages: the first of the task's main ones that there is."""
    given = contents.gains.groupby("target", sort=False)["metric"].unique()
    found = {}
    for target, metrics in given.items():
        main = find_task(str(target), contents.tasks).scoring.main
        found[str(target)] = next((metric for metric in main if metric in metrics), str(min(metrics)))
    return found


def block(contents: Contents, maps: Sequence[Heat], spoken: Behind) -> Markup:
    """The JSON of all cells, fit to stand in a script element.

    ``targets``, ``arms`` and ``encoders`` are names, ``metrics`` are those of the targets; ``languages`` are
    code, name, family and script; ``cells`` has by key the numbers of the cell, then its languages, each a
    list in the order of :class:`Spoken`. What is no number, or has no end, is null.
    """
    codes = list(dict.fromkeys(each.code for own in spoken.values() for each in own))
    cells = {
        cell.key: _cell(cell, spoken.get((heat.encoder, row.arm.name, target), ()), codes)
        for heat in maps
        for row in heat.rows
        for target, cell in zip((*heat.targets, ""), (*row.cells, row.mean), strict=True)
    }
    metrics, targets = metrics_of(contents), [each.task for each in contents.study.targets]
    data = {
        "confidence": contents.confidence,
        "kinds": _KINDS,
        "encoders": {str(heat.place): heat.encoder for heat in maps},
        "arms": {
            f"{heat.place}-{place}": row.arm.name for heat in maps for place, row in enumerate(heat.rows)
        },
        "targets": targets,
        "metrics": [_metric(contents, target, metrics.get(target, "")) for target in targets],
        "languages": [_language(code) for code in codes],
        "cells": cells,
    }
    return safe_json(data)


def safe_json(data: object) -> Markup:
    """``data`` as JSON that cannot end the script element it stands in, nor a line of it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  what could end the element was escaped just now


def _metric(contents: Contents, target: str, metric: str) -> str:
    """The metric in words; where the target's score is a mean of several, that it is but one of them."""
    main = find_task(target, contents.tasks).scoring.main
    return metric if len(main) == 1 else f"{metric}, one of {listed(main)}, whose mean is the score"


def _seen(scores: pd.DataFrame) -> set[tuple[str, str, str, str]]:
    """Encoder, arm, target and language where the language is in the arm's intermediate data."""
    columns = ["encoder", "intermediate", "target", "language"]
    kept = scores.loc[scores["seen"].astype(bool), columns].drop_duplicates()
    return {(str(a), str(b), str(c), str(d)) for a, b, c, d in kept.itertuples(index=False)}


def _spoken(row: Any, seen: set[tuple[str, str, str, str]]) -> Spoken:
    code = str(row.language)
    there = (str(row.encoder), str(row.intermediate), str(row.target), code) in seen
    kind = SOURCE if code == SOURCE_LANGUAGE else SEEN if there else COUNTED
    numbers = (float(row.gain), float(row.low), float(row.high), float(row.baseline), float(row.value))
    return Spoken(code, *numbers, int(row.seeds), int(row.degenerate), kind)


def _cell(cell: Cell, own: Sequence[Spoken], codes: Sequence[str]) -> list[object]:
    places = {code: place for place, code in enumerate(codes)}
    lines = [
        [
            places[each.code],
            *map(_number, (each.gain, each.low, each.high, each.baseline, each.value)),
            each.seeds,
            each.degenerate,
            _KINDS.index(each.kind),
        ]
        for each in own
    ]
    numbers = [*map(_number, (cell.gain, cell.low, cell.high)), _number(cell.p, 4), _number(cell.holm, 4)]
    rest = [round(cell.seeds, 2), cell.cells, cell.runs, cell.degenerate, int(cell.beside)]
    return [*numbers, *rest, lines]


def _number(value: float, digits: int = 2) -> float | None:
    return round(value, digits) + 0.0 if math.isfinite(value) else None


def _language(code: str) -> list[str]:
    known = LANGUAGES.get(code)
    if known is None:
        return [code, code, "", ""]
    return [code, language_name(code), known.family.replace("IE:", ""), known.script]
