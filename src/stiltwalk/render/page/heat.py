"""The heat map of gains: of every encoder, its arms by the study's targets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.render.contents import Arm, Contents
from stiltwalk.render.page.words import degrees, ends, p_value, points
from stiltwalk.spec.arms import NONE_ARM

HEADLINE: Final = "headline"
BESIDE: Final = "zero-shot"
"""The view that is shown, marked, where the verdict's own has no cell."""

SHADES: Final = 5
"""Shades on either side of none."""

_STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class Cell(NamedTuple):
    """One arm on one target.

    Attributes:
        key: where it is: places of encoder, arm and target, joined by ``-``.
        gain: points over no intermediate training, mean over languages; NaN: there is none.
        low: lower end of its interval.
        high: upper end.
        p: two-sided, of no gain; NaN where nothing was tested.
        holm: the same by Holm over all cells of the map.
        seeds: how many it rests on.
        cells: how many targets in languages.
        runs: how many runs of the two arms there are; where there is no number, of this arm alone.
        degenerate: how many of these had collapsed.
        view: which cells count.
        shade: of its ground: ``p1`` to ``p5`` for gains, ``n1`` to ``n5`` for losses, ``zero``, ``empty``.
        label: all of that in a sentence.
        why: there is no number, in a few words; empty: there is one.
    """

    key: str
    gain: float
    low: float
    high: float
    p: float
    holm: float
    seeds: float
    cells: int
    runs: int
    degenerate: int
    view: str
    shade: str
    label: str
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return math.isfinite(self.gain)

    @property
    def beside(self) -> bool:
        """Whether no verdict rests on it."""
        return self.view != HEADLINE

    @property
    def sure(self) -> bool:
        """Whether its interval leaves 0 out."""
        return self.low > 0 or self.high < 0


class Row(NamedTuple):
    """One arm.

    Attributes:
        arm: as it was trained.
        cells: one a target.
        mean: over all targets; ``None``: not averaged.
    """

    arm: Arm
    cells: tuple[Cell, ...]
    mean: Cell


class Heat(NamedTuple):
    """The map of one encoder.

    Attributes:
        place: of the encoder in the study.
        encoder: its name.
        targets: names of the columns.
        rows: arms but ``none``.
        beside: whether any cell is of another view than the verdict's.
    """

    place: int
    encoder: str
    targets: tuple[str, ...]
    rows: tuple[Row, ...]
    beside: bool


class Scale(NamedTuple):
    """Which gains have which shade, in all maps alike.

    Attributes:
        step: points from one shade to the next.
    """

    step: float

    def shade(self, gain: float) -> str:
        """The shade of a gain; beyond the last one the last."""
        if not math.isfinite(gain):
            return "empty"
        place = min(SHADES, math.floor(abs(gain) / self.step + 0.5))
        return f"{'p' if gain > 0 else 'n'}{place}" if place else "zero"

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """Shades from the largest loss to the largest gain, each with its gain in words."""
        places = range(-SHADES, SHADES + 1)
        return tuple((self.shade(place * self.step), self._said(place)) for place in places)

    def _said(self, place: int) -> str:
        value = points(place * self.step) if place else "0"
        return f"{'≥' if place > 0 else '≤'} {value}" if abs(place) == SHADES else value


_Found = Mapping[tuple[str, str, str, str], Mapping[str, Any]]
_Runs = Mapping[tuple[str, str, str], tuple[int, int]]


def heats(contents: Contents) -> tuple[tuple[Heat, ...], Scale]:
    """The maps of all encoders that have a gain, and the scale of their shades.

    Gains are the averages over languages without collapsed runs that verdicts rest on. Where an arm has none
    on a target, since it repeats the target's training data or has seen all of its languages, the gain over
    all languages but English stands in its place, marked.
    """
    found, runs = _averages(contents), _runs(contents)
    scale = _scale([row["gain"] for row in found.values()])
    targets = tuple(each.task for each in contents.study.targets)
    names = {row["encoder"] for row in found.values()}
    maps = []
    for place, encoder in enumerate(each.name for each in contents.study.encoders):
        if encoder not in names:
            continue
        own = tuple(name for name in targets if any(of[0] == encoder and of[2] == name for of in runs))
        arms = [arm for arm in contents.arms if arm.encoder == encoder and arm.name != NONE_ARM]
        rows = tuple(_rows(contents, found, runs, scale, place, encoder, own, arms))
        beside = any(cell.known and cell.beside for row in rows for cell in (*row.cells, row.mean))
        maps.append(Heat(place, encoder, own, rows, beside))
    return tuple(maps), scale


def _averages(contents: Contents) -> _Found:
    """(encoder, arm, target or ``overall``, view) → its average."""
    frame = contents.averages
    kept = frame[
        frame["healthy"] & frame["level"].isin(["target", OVERALL]) & frame["view"].isin([HEADLINE, BESIDE])
    ]
    records = [{str(key): value for key, value in row.items()} for row in kept.to_dict("records")]
    return {(row["encoder"], row["intermediate"], row["of"], row["view"]): row for row in records}


def _runs(contents: Contents) -> _Runs:
    """(encoder, arm, target or ``overall``) → its own finished runs, and how many of them collapsed."""
    columns = ["encoder", "intermediate", "target", "seed"]
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for of, collapsed in contents.scores.groupby(columns, sort=False)["degenerate"].any().items():
        encoder, arm, target, _ = cast("tuple[str, str, str, int]", of)
        for what in (target, OVERALL):
            runs, degenerate = found.get((encoder, arm, what), (0, 0))
            found[encoder, arm, what] = runs + 1, degenerate + bool(collapsed)
    return found


def _scale(gains: Sequence[float]) -> Scale:
    """Shades that all but the largest tenth of the gains lie within."""
    known = sorted(abs(gain) for gain in gains if math.isfinite(gain))
    most = known[int(0.9 * (len(known) - 1))] if known else 1.0
    return Scale(next((step for step in _STEPS if SHADES * step >= most), _STEPS[-1]))


def _rows(
    contents: Contents,
    found: _Found,
    runs: _Runs,
    scale: Scale,
    place: int,
    encoder: str,
    targets: Sequence[str],
    arms: Sequence[Arm],
) -> Iterator[Row]:
    names = [each.task for each in contents.study.targets]
    for number, arm in enumerate(arms):
        key = f"{place}-{number}"
        cells = tuple(
            _cell(found, runs, scale, f"{key}-{names.index(target)}", (encoder, arm.name, target))
            for target in targets
        )
        yield Row(arm, cells, _cell(found, runs, scale, f"{key}-all", (encoder, arm.name, OVERALL)))


def _cell(found: _Found, runs: _Runs, scale: Scale, key: str, of: tuple[str, str, str]) -> Cell:
    row, view = found.get((*of, HEADLINE)), HEADLINE
    if (row is None or not math.isfinite(row["gain"])) and of[2] != OVERALL:
        other = found.get((*of, BESIDE))
        if other is not None and math.isfinite(other["gain"]):
            row, view = other, BESIDE
    if row is None or not math.isfinite(row["gain"]):
        nothing = (math.nan, -math.inf, math.inf, math.nan, math.nan, 0.0, 0)
        cell = Cell(key, *nothing, *runs.get(of, (0, 0)), view, "empty", "", _why(runs, of))
        return cell._replace(label=_label(cell, of))
    tested = float(row["p"]) if row["df"] > 0 else math.nan
    cell = Cell(
        key,
        float(row["gain"]),
        float(row["low"]),
        float(row["high"]),
        tested,
        float(row["holm"]),
        float(row["seeds"]),
        int(row["cells"]),
        int(row["runs"]),
        int(row["degenerate"]),
        view,
        scale.shade(float(row["gain"])),
        "",
    )
    return cell._replace(label=_label(cell, of))


def _why(runs: _Runs, of: tuple[str, str, str]) -> str:
    """Why an arm has no gain on a target."""
    encoder, _, target = of
    for who, name in ((of, ""), ((encoder, NONE_ARM, target), f"{NONE_ARM}: ")):
        count, degenerate = runs.get(who, (0, 0))
        if not count:
            return f"{name}not run"
        if count == degenerate:
            return f"{name}all {count} collapsed"
    return "no cell counts" if target == OVERALL else "no seed in both"


def _label(cell: Cell, of: tuple[str, str, str]) -> str:
    what = "all targets" if of[2] == OVERALL else of[2]
    if not cell.known:
        return f"{of[1]} on {what}: no number; {cell.why}."
    collapsed = f"{cell.degenerate} of {cell.runs} runs collapsed"
    tested = "" if math.isnan(cell.p) else f", p {p_value(cell.p)}"
    holm = "" if math.isnan(cell.holm) else f", by Holm {p_value(cell.holm)}"
    beside = " Beside the verdict: not a cell it rests on." if cell.beside else ""
    return (
        f"{of[1]} on {what}: {points(cell.gain)} points, interval {ends(cell.low, cell.high)}{tested}{holm}, "
        f"{degrees(cell.seeds)} seeds, {collapsed}.{beside}"
    )
