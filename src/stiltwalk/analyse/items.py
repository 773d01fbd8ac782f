"""Gains over test items: how far a gain may come from which examples happen to be in the test set.

Examples are drawn again with replacement, or whole documents where examples of one document hang together,
and the gain is worked out anew. The models stay as they are, so every interval here is conditional on these
trained models: it says nothing of what other seeds would give (``blocks.py`` does).

All draws are one product of matrices: how often each example was drawn, times what each example adds
(``item_cells.py``). Languages of one target that share examples are drawn together, as parallel test sets
must be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.item_cells import ItemCell, gain_of
from stiltwalk.analyse.responses import Bools, Floats

CONDITIONAL: Final = "conditional on these trained models"
"""What must be said wherever such an interval is shown."""

DRAWS: Final = 10_000
"""The ends of a 95 % interval are then known to about 2 % of its length."""

FEW: Final = 30
"""Below so many examples or documents percentile intervals are clearly too short: of normal values 95 % ones
cover 93.6 % with 30, 90.4 % with 10."""

_AT_ONCE = 2**22
"""Numbers in one array of a chunk of draws: 16 MiB in single precision."""

_STILL = 1e-4
"""Points; draws that differ by less do so by rounding alone."""

Singles = NDArray[np.float32]


class ItemGain(NamedTuple):
    """A gain with its interval over test items, conditional on these trained models; all in points.

    Attributes:
        value: the gain over all items.
        low: lower end of the percentile interval; -inf where draws show no variation.
        high: its upper end; inf where draws show no variation.
        se: standard deviation of the draws; NaN where they show no variation.
        units: how many examples or documents were drawn from, at least, in a cell of it.
        cells: how many targets in languages.
        confidence: of the interval.
    """

    value: float
    low: float
    high: float
    se: float
    units: int
    cells: int
    confidence: float


@dataclass(frozen=True, slots=True)
class ItemGains:
    """What ``item_gains`` returns.

    Attributes:
        cells: in the order in which they were handed in.
        draws: ``(cells, draws)``: gains in points.
        confidence: of intervals.
    """

    cells: tuple[ItemCell, ...]
    draws: Singles
    confidence: float

    def each(self) -> tuple[ItemGain, ...]:
        """Every cell's gain."""
        tail = (1 - self.confidence) / 2
        lows, highs = _quantiles(self.draws, (tail, 1 - tail))
        spreads = self.draws.std(axis=1, ddof=1, dtype=np.float64)
        return tuple(
            _bounded(
                ItemGain(cell.value, float(low), float(high), float(se), len(cell.units), 1, self.confidence)
            )
            for cell, low, high, se in zip(self.cells, lows, highs, spreads, strict=True)
        )

    def mean(self, taken: Bools | None = None) -> ItemGain:
        """The mean over cells: over the languages of a target first, every target counting the same.

        Args:
            taken: ``(cells,)``: which are averaged; ``None``: all.
        """
        places = np.arange(len(self.cells)) if taken is None else np.flatnonzero(taken)
        if not len(places):
            return ItemGain(np.nan, -np.inf, np.inf, np.nan, 0, 0, self.confidence)
        chosen = [self.cells[place] for place in places]
        targets = [cell.target for cell in chosen]
        weights = np.array([1 / (len(set(targets)) * targets.count(target)) for target in targets])
        draws = weights.astype(np.float32) @ self.draws[places]
        tail = (1 - self.confidence) / 2
        low, high = (float(end) for end in np.quantile(draws, (tail, 1 - tail)))
        value = float(weights @ np.array([cell.value for cell in chosen]))
        se = float(draws.std(ddof=1, dtype=np.float64))
        fewest = min(len(cell.units) for cell in chosen)
        return _bounded(ItemGain(value, low, high, se, fewest, len(chosen), self.confidence))


def _bounded(gain: ItemGain) -> ItemGain:
    """``gain``, whose interval is everything where nothing varied or there was but one unit."""
    if gain.units > 1 and gain.se > _STILL:
        return gain
    return gain._replace(low=-np.inf, high=np.inf, se=np.nan)


def item_gains(
    cells: Sequence[ItemCell], draws: int = DRAWS, seed: int = 0, confidence: float = CONFIDENCE
) -> ItemGains:
    """Draw the units of every cell again, and work out the gains.

    Cells of one target that share units are drawn together: a unit that is drawn twice is so in all of them.
    Others are independent.

    Args:
        cells: gains of one arm; each target and language once.
        draws: how many times.
        seed: of the draws.
        confidence: of intervals.
    """
    found = np.empty((len(cells), draws), dtype=np.float32)
    blocks = _blocks(cells)
    sizes: dict[int, list[_Block]] = {}
    for block in blocks:
        sizes.setdefault(block.above.shape[0], []).append(block)
    for size, alike in sizes.items():
        # blocks of as many units share the counts, each in its own order of draws: so none hang together
        stream = np.random.default_rng((seed, size))
        _fill(found, size, alike, stream)
        for block in alike[1:]:
            shuffled = stream.permutation(draws)
            for place in block.places:
                found[place] = found[place, shuffled]
    return ItemGains(tuple(cells), found, confidence)


class _Block(NamedTuple):
    """Cells that are drawn together.

    Attributes:
        places: of its cells among all.
        columns: how many columns each of them has.
        above: ``(units, columns of all)``.
        below: ``(units, columns of all)``.
    """

    places: tuple[int, ...]
    columns: tuple[int, ...]
    above: Singles
    below: Singles


def _blocks(cells: Sequence[ItemCell]) -> list[_Block]:
    """Cells in blocks: those of one target that share a unit, straight or by way of others."""
    together: dict[int, int] = {}  # cell → the first of its block

    def first(place: int) -> int:
        while together[place] != place:
            place = together[place]
        return place

    same: dict[tuple[str, bool, bytes], int] = {}
    owner: dict[tuple[str, bool, str], int] = {}
    for place, cell in enumerate(cells):
        together[place] = same.setdefault((cell.target, cell.documents, cell.units.tobytes()), place)
        if together[place] != place:
            continue  # the very units of an earlier cell
        for unit in cell.units.tolist():
            earlier = first(owner.setdefault((cell.target, cell.documents, unit), place))
            together[first(place)] = earlier
    members: dict[int, list[int]] = {}
    for place in range(len(cells)):
        members.setdefault(first(place), []).append(place)
    return [_block(cells, places) for places in members.values()]


def _block(cells: Sequence[ItemCell], places: Sequence[int]) -> _Block:
    """The cells' columns side by side, over all units that any of them has."""
    chosen = [cells[place] for place in places]
    units = chosen[0].units
    if not all(np.array_equal(units, cell.units) for cell in chosen):
        units = np.unique(np.concatenate([cell.units for cell in chosen]))
        chosen = [_spread(cell, units) for cell in chosen]
    return _Block(
        tuple(places),
        tuple(cell.above.shape[1] for cell in chosen),
        np.concatenate([cell.above for cell in chosen], axis=1).astype(np.float32),
        np.concatenate([cell.below for cell in chosen], axis=1).astype(np.float32),
    )


def _spread(cell: ItemCell, units: NDArray[np.str_]) -> ItemCell:
    """``cell`` over all of ``units``, which are sorted; those it lacks add nothing."""
    at = np.searchsorted(units, cell.units)
    above, below = (np.zeros((len(units), cell.above.shape[1])) for _ in range(2))
    above[at], below[at] = cell.above, cell.below
    return replace(cell, units=units, above=above, below=below)


def _fill(found: Singles, size: int, blocks: Sequence[_Block], stream: np.random.Generator) -> None:
    """Gains of all cells of ``blocks``, of ``size`` units each, in all draws."""
    places = np.array([place for block in blocks for place in block.places])
    columns = [count for block in blocks for count in block.columns]
    starts = np.cumsum([0, *columns[:-1]])
    above = np.concatenate([block.above for block in blocks], axis=1)
    below = np.concatenate([block.below for block in blocks], axis=1)
    draws = found.shape[1]
    chunk = max(1, _AT_ONCE // max(size, above.shape[1]))
    for start in range(0, draws, chunk):
        count = min(chunk, draws - start)
        drawn = _counts(stream, count, size)
        gains = gain_of(drawn @ above, drawn @ below)
        found[places, start : start + count] = np.add.reduceat(gains, starts, axis=1).T


def _counts(stream: np.random.Generator, draws: int, size: int) -> Singles:
    """``(draws, units)``: how often each unit is drawn, ``size`` times in all with every draw."""
    drawn = stream.integers(0, size, size=(draws, size))
    drawn += size * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * size).reshape(draws, size).astype(np.float32)


def _quantiles(draws: Singles, shares: tuple[float, float]) -> Floats:
    """``(2, cells)``; row by row, for a copy of all draws would be large."""
    ends = [np.quantile(row, shares) for row in draws]
    return np.array(ends, dtype=float).reshape(-1, 2).T
