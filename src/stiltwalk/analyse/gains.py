"""Gains: what an intermediate arm adds to the score of ``none``, paired seed by seed.

Two runs are compared only if they share encoder, target, language, metric and seed, and the layer where
several are read: the seed fixes the order of the target data and the new head, so the difference within a
pair is the intermediate training's. How far it may be off is told by all arms together (``blocks.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stiltwalk.analyse.blocks import Contrasts, contrasts
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.analyse.power import minimum_detectable
from stiltwalk.analyse.responses import Bools, Floats
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.languages import SOURCE_LANGUAGE

Ints = NDArray[np.int64]

BASELINE = NONE_ARM
"""The arm without intermediate training, with which every other arm is compared."""
ZERO_SHOT = "zero-shot"
"""Stands in ``language`` for the mean over the languages without target labels."""
ALL = "all"
"""Stands in ``language`` for the mean over all languages, the source language included."""

_BLOCK = ("encoder", "target", "metric", "layer")
_ORDER = ("encoder", "intermediate", "target", "metric", "layer", "language")
_CELL = ("encoder", "intermediate", "seed", "target", "language", "metric")
_NEEDED = (*_CELL, "value", "degenerate")


class Gain(NamedTuple):
    """One comparison of an arm with the baseline; the columns of what ``gains`` returns.

    Scores and differences are on 0 to 100 (points), higher being better. A pair is a seed with a number in
    both arms.

    Attributes:
        encoder: the encoder's name.
        intermediate: the arm's name, never ``none``.
        target: the target task's name.
        language: a language code, ``zero-shot`` or ``all``.
        metric: the metric's name.
        layer: the layer, where the target was read at several; else NaN.
        seeds: number of pairs.
        baseline: mean score of ``none`` over the pairs.
        value: mean score of the arm over the pairs.
        gain: mean of arm minus baseline over the pairs, degenerate runs included; see ``gain_clean``.
        spread: sample standard deviation of the differences over pairs; NaN below two.
        degenerate: number of degenerate runs among the pairs, on either side.
        unpaired: number of seeds left out because one side lacks them, or its value is no number.
        gain_clean: ``gain`` over the pairs without a degenerate run; NaN if none is left.
        se: standard error of ``gain`` over seeds; NaN where it is not known.
        df: its degrees of freedom; 0 where there are none.
        low: lower end of the interval of ``gain``; -inf where nothing bounds it.
        high: its upper end; inf where nothing bounds it.
        p: two-sided, of no gain; 1 where nothing is known.
        mde: the smallest true gain that such a design finds four times in five; inf: none.
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
    se: float
    df: float
    low: float
    high: float
    p: float
    mde: float


def gains(rows: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """One row for each arm, target and language, and for the means over languages.

    The mean ``zero-shot`` is over the languages other than English that both arms have; ``all`` adds
    English, and is left out where English is not in both. A mean is taken within each seed first, over the
    same languages for every seed; a seed that lacks one of them on one side is unpaired. A language that one
    side lacks altogether has no row and is in no mean. Where no seed is in both arms the row is kept with
    ``seeds`` 0 and NaN. A value that is NaN counts as missing; a language that has no other value on one
    side keeps its row and is in no mean.

    An interval is over seeds: what training again with other seeds may give, of this encoder, on these test
    items and languages. Its noise is pooled over all arms of the encoder on this target, under the seeds of
    the pairs, as least squares in arms and seeds has it (``blocks.contrasts``); ``gain`` is that
    estimate. The languages of a target are looked at together to see whether arms vary alike, each mean by
    itself. Where none of the pairs has a degenerate run, those of other arms are left out of the noise.

    Rows are ordered by encoder, arm, target, metric, layer and language (English first, means last), whatever
    the order of the input. Where a target was read at several layers each is compared with itself.

    Args:
        rows: result rows with at least the columns encoder, intermediate, seed, target, language, metric,
            value (0 to 100) and degenerate (bool), and layer where there are several, one for each cell: a
            frame that also varies in split or batch size must be narrowed to one of each beforehand.
        confidence: of the intervals.

    Returns:
        A frame with the fields of ``Gain`` as columns; without rows where there is nothing to compare.

    Raises:
        StiltwalkError: a column is missing, a name, seed or ``degenerate`` is not given, a cell is given
            twice, or a language is called like one of the means.
    """
    if rows.empty:
        return _frame({})
    coded = _coded(rows)
    if BASELINE not in coded.names["intermediate"]:
        return _frame({})
    baseline = coded.names["intermediate"].index(BASELINE)
    found = [
        _compared(block, table)
        for block in _blocks(coded)
        if baseline in block.arms
        for table in _tables(block, int(np.flatnonzero(block.arms == baseline)[0]))
    ]
    return _named(found, coded, confidence)


class _Coded(NamedTuple):
    """Rows as numbers.

    Attributes:
        names: column → its different names, in the order of the output.
        codes: column → ``(rows,)``: the place of each row's name among them.
        values: ``(rows,)``.
        degenerate: ``(rows,)``.
    """

    names: dict[str, list[Any]]
    codes: dict[str, Ints]
    values: Floats
    degenerate: Bools


class _Block(NamedTuple):
    """All rows of one encoder, target, metric and layer; arrays are ``(languages, arms, seeds)``.

    Attributes:
        codes: of the encoder, the target, the metric and the layer.
        arms: their codes.
        languages: their codes, ascending.
        means: what stands for the means ``zero-shot`` and ``all`` in place of a language's code.
        foreign: ``(languages,)``: which are not English.
        given: there is a row.
        values: NaN: no number.
        degenerate: the run had collapsed.
    """

    codes: dict[str, int]
    arms: Ints
    languages: Ints
    means: tuple[int, int]
    foreign: Bools
    given: Bools
    values: Floats
    degenerate: Bools


class _Table(NamedTuple):
    """Scores that are looked at together: of single languages, or one mean over some.

    Attributes:
        baseline: the place of ``none`` among the arms.
        languages: ``(units,)``: codes.
        wanted: ``(units, arms)``: which arms are compared with ``none``.
        given: ``(units, arms, seeds)``: there is a row; in a mean, of any of its languages.
        values: the same shape; NaN: no number.
        degenerate: the same shape.
    """

    baseline: int
    languages: Ints
    wanted: Bools
    given: Bools
    values: Floats
    degenerate: Bools


def _coded(rows: pd.DataFrame) -> _Coded:
    """The rows as numbers, once they are known to be fit for comparison."""
    missing = [name for name in _NEEDED if name not in rows.columns]
    if missing:
        raise StiltwalkError(
            f"Gains need the columns {', '.join(_NEEDED)}; missing: {', '.join(missing)}. "
            "Hand in result rows as the store keeps them."
        )
    names: dict[str, list[Any]] = {}
    codes: dict[str, Ints] = {}
    for name in (*_CELL, "degenerate"):
        places, different = pd.factorize(rows[name], sort=True)
        lacking = int((places < 0).sum())
        if lacking:
            raise StiltwalkError(f"Gains need '{name}' in every row; {lacking} of {len(rows)} rows lack it.")
        names[name], codes[name] = different.tolist(), places.astype(np.int64)
    numbered = pd.DataFrame({name: codes[name] for name in _CELL})
    names["layer"], codes["layer"] = _layers(rows, numbered)
    _refuse(rows, numbered.assign(layer=codes["layer"]), set(names["language"]))
    spoken = names["language"]
    order = sorted(range(len(spoken)), key=lambda place: spoken[place] != SOURCE_LANGUAGE)
    names["language"] = [*(spoken[place] for place in order), ZERO_SHOT, ALL]
    codes["language"] = np.argsort(order)[codes["language"]]
    return _Coded(names, codes, rows["value"].to_numpy(dtype=float), rows["degenerate"].to_numpy(dtype=bool))


def _layers(rows: pd.DataFrame, numbered: pd.DataFrame) -> tuple[list[Any], Ints]:
    """Layers that are compared apart, NaN first, and of every row its place among them."""
    layers = np.full(len(rows), np.nan)
    if "layer" in rows.columns:
        read = rows["layer"].notna().to_numpy()
        of_layers = numbered[read].assign(layer=rows["layer"].to_numpy()[read])
        layers[read] = swept_layer(of_layers).to_numpy()
    places, different = pd.factorize(layers, sort=True)
    return [np.nan, *different.tolist()], places.astype(np.int64) + 1


def _refuse(rows: pd.DataFrame, cells: pd.DataFrame, languages: set[str]) -> None:
    twice = cells.duplicated().to_numpy()
    if twice.any():
        first = rows[twice].iloc[0]
        cell = ", ".join(f"{name} {first[name]}" for name in _CELL)
        raise StiltwalkError(
            f"The cell ({cell}) has more than one row. Keep one split and recipe before taking gains."
        )
    clash = {ZERO_SHOT, ALL} & languages
    if clash:
        raise StiltwalkError(
            f"The language '{min(clash)}' is the name of a mean over languages. Hand in single languages."
        )


def _blocks(coded: _Coded) -> Iterator[_Block]:
    """What is compared within itself, as dense arrays."""
    counts = [len(coded.names[name]) for name in _BLOCK]
    number = np.ravel_multi_index([coded.codes[name] for name in _BLOCK], counts)
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    languages = coded.names["language"]
    means = len(languages) - 2, len(languages) - 1
    foreign = np.array([name != SOURCE_LANGUAGE for name in languages])
    for places in np.split(order, cuts):
        (spoken, at_language), (arms, at_arm), (seeds, at_seed) = (
            _different(coded.codes[name][places]) for name in ("language", "intermediate", "seed")
        )
        shape, at = (len(spoken), len(arms), len(seeds)), (at_language, at_arm, at_seed)
        given, degenerate, values = np.zeros(shape, bool), np.zeros(shape, bool), np.full(shape, np.nan)
        given[at], degenerate[at], values[at] = True, coded.degenerate[places], coded.values[places]
        codes = {name: int(coded.codes[name][places[0]]) for name in _BLOCK}
        yield _Block(codes, arms, spoken, means, foreign[spoken], given, values, degenerate)


def _different(codes: Ints) -> tuple[Ints, Ints]:
    """The different codes, ascending, and of every one its place among them; without sorting."""
    there = np.zeros(codes.max() + 1, dtype=bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def _tables(block: _Block, baseline: int) -> Iterator[_Table]:
    """Every comparison of the block: of the languages, then of means over those that arms share."""
    others = np.arange(len(block.arms)) != baseline
    given: Bools = np.any(block.given, axis=2)
    numbers: Bools = np.any(~np.isnan(block.values), axis=2)
    wanted = given & given[:, [baseline]] & others
    if wanted.any():
        yield _Table(baseline, block.languages, wanted, block.given, block.values, block.degenerate)
    shared = numbers & numbers[:, [baseline]] & others
    # arms that share the same languages with the baseline are looked at together
    for languages in np.unique(shared.T, axis=0):
        arms = (shared == languages[:, None]).all(axis=0) & others
        foreign = languages & block.foreign
        if foreign.any():
            yield _mean(block, baseline, foreign, arms, block.means[0])
            if (languages != foreign).any():
                yield _mean(block, baseline, languages, arms, block.means[1])


def _mean(block: _Block, baseline: int, languages: Bools, arms: Bools, code: int) -> _Table:
    """The mean over ``languages``; a seed that lacks one of them has none."""
    return _Table(
        baseline,
        np.array([code]),
        arms[None],
        np.any(block.given[languages], axis=0)[None],
        np.mean(block.values[languages], axis=0)[None],
        np.any(block.degenerate[languages], axis=0)[None],
    )


def _compared(block: _Block, table: _Table) -> dict[str, NDArray[Any]]:
    """The columns of ``Gain`` for every comparison of the table, names as codes, without the interval."""
    units, arms = np.nonzero(table.wanted)
    before, after = table.values[units, table.baseline], table.values[units, arms]
    paired = ~(np.isnan(before) | np.isnan(after))
    seen = table.given[units, table.baseline] | table.given[units, arms]
    old, new = table.degenerate[units, table.baseline] & paired, table.degenerate[units, arms] & paired
    collapsed = old | new
    differences = after - before
    gain = _means(differences, paired)
    seeds = paired.sum(axis=1)
    squares = np.where(paired, differences - gain[:, None], 0.0) ** 2
    se, df = _noise(table, (units, arms), paired, collapsed.any(axis=1))
    names = {name: np.full(len(units), code) for name, code in block.codes.items()}
    return names | {
        "intermediate": block.arms[arms],
        "language": table.languages[units],
        "seeds": seeds,
        "baseline": _means(before, paired),
        "value": _means(after, paired),
        "gain": gain,
        "spread": np.sqrt(squares.sum(axis=1) / np.where(seeds > 1, seeds - 1, np.nan)),
        "degenerate": old.sum(axis=1) + new.sum(axis=1),
        "unpaired": seen.sum(axis=1) - seeds,
        "gain_clean": _means(differences, paired & ~collapsed),
        "se": se,
        "df": df,
    }


def _means(values: Floats, chosen: Bools) -> Floats:
    """Along the last axis, of those chosen; NaN of none."""
    counts = chosen.sum(axis=1)
    return np.asarray(np.where(chosen, values, 0.0).sum(axis=1) / np.where(counts > 0, counts, np.nan))


def _noise(
    table: _Table, places: tuple[NDArray[np.intp], NDArray[np.intp]], paired: Bools, collapsed: Bools
) -> tuple[Floats, Floats]:
    """Standard error and degrees of freedom of each comparison.

    Under the seeds of its pairs both arms are complete, so that least squares comes to the mean of the
    pairs, whatever other arms lack.

    Args:
        table: all scores that tell of noise.
        places: unit and arm of each comparison.
        paired: ``(comparisons, seeds)``: their pairs.
        collapsed: ``(comparisons,)``: whether any of the pairs has a degenerate run.
    """
    units, arms = places
    se, df = np.full(len(units), np.nan), np.zeros(len(units))
    weights = np.eye(table.values.shape[1])
    weights[:, table.baseline] -= 1
    kinds = np.column_stack([collapsed, paired])
    if (kinds == kinds[0]).all():  # nearly always, and sorting takes longer than all else
        patterns, pattern_of = kinds[:1], np.zeros(len(kinds), dtype=int)
    else:
        patterns, pattern_of = np.unique(kinds, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        seeds = pattern[1:]
        if seeds.sum() < 2:
            continue
        chosen = np.flatnonzero(pattern_of == number)
        values = table.values if pattern[0] else np.where(table.degenerate, np.nan, table.values)
        different, row_of = np.unique(arms[chosen], return_inverse=True)
        found = contrasts(values[:, :, seeds], weights[different])
        se[chosen], df[chosen] = found.se[units[chosen], row_of], found.df[units[chosen], row_of]
    return se, df


def _named(found: list[dict[str, NDArray[Any]]], coded: _Coded, confidence: float) -> pd.DataFrame:
    """All comparisons in one frame, in order."""
    if not found:
        return _frame({})
    columns = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    order = np.lexsort([columns[name] for name in reversed(_ORDER)])
    columns = {name: values[order] for name, values in columns.items()}
    known = Contrasts(columns["gain"], columns["se"], columns["df"], columns["seeds"], confidence)
    # a gain that is no number has an interval as well
    gain, half = np.nan_to_num(known.value), known.half
    columns |= {"low": gain - half, "high": gain + half, "p": known.p}
    columns["mde"] = minimum_detectable(known.se, known.df, confidence)
    named = {name: pd.Index(coded.names[name]).take(columns[name]) for name in _ORDER}
    return _frame(columns | named)


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    # kinds are set, so that an empty frame has the same columns and kinds as a full one
    kinds = get_type_hints(Gain)
    return pd.DataFrame(columns, columns=list(kinds)).astype(kinds)
