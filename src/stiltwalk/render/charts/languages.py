"""What is gained in each language: languages by family and by script, and how gains go with either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.across.relations import LanguageGains
from stiltwalk.analyse.decisions.wording import counted, percent, said, signed
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.charts.best import best_arm, closely
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    edges,
    finished,
    intervals,
    readable,
    shortened,
    told,
    zero_line,
)
from stiltwalk.render.charts.style import GRID, INK, SMALL, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.slugs import slug

SCRIPTS: Final[Mapping[str, str]] = {
    "Latn": "Latin",
    "Arab": "Arabic",
    "Cyrl": "Cyrillic",
    "Deva": "Devanagari",
    "Hans": "Han, simplified",
    "Hant": "Han, traditional",
    "Jpan": "Japanese",
    "Hang": "Hangul",
    "Beng": "Bengali",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Grek": "Greek",
    "Hebr": "Hebrew",
    "Geor": "Georgian",
    "Armn": "Armenian",
    "Mymr": "Burmese",
    "Mlym": "Malayalam",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Khmr": "Khmer",
    "Ethi": "Ethiopic",
}
"""ISO 15924 → name."""

_ROW_INCHES: Final = 0.158
_ONE_COLUMN: Final = 22
"""Rows, headings counted, up to which one column holds all."""
_UNKNOWN: Final = "not known"
_ALONE: Final = "one language each"
_MOST_ALONE: Final = 4


class Row(NamedTuple):
    """One language.

    Attributes:
        code: as the benchmarks write it.
        name: in English, with its code.
        gain: of the arm that is drawn.
        least: the smallest gain of any arm there.
        most: the largest.
    """

    code: str
    name: str
    gain: Estimate
    least: float
    most: float


Groups = Mapping[str, Sequence[Row]]
"""Family or script → its languages."""


def language_charts(contents: Contents) -> Iterator[Chart]:
    """Gains by language, grouped by family and by script, of up to two encoders; of more, of the largest."""
    look = looks(contents.study.arms)
    for encoder in closely(contents, [name for name, own in contents.languages.items() if own]):
        own = contents.languages[encoder]
        arm = best_arm(contents, encoder, list(own))
        if len(own[arm].languages) < 2:
            continue
        for what, of in (("family", _family), ("script", _script)):
            groups = grouped(own, arm, of)
            if len(groups) > 1:
                yield _chart(contents, encoder, arm, what, groups, look[arm])


def grouped(gains: Mapping[str, LanguageGains], arm: str, of: Callable[[str], str]) -> Groups:
    """The languages of ``arm`` by what they are ``of``: large groups first, in each large gains first."""
    found: dict[str, list[Row]] = {}
    every: dict[str, list[float]] = {}
    for each in gains.values():
        for code, gain in zip(each.languages, each.gains, strict=True):
            every.setdefault(code, []).append(float(gain))
    for code, gain in zip(gains[arm].languages, gains[arm].estimates, strict=True):
        known = LANGUAGES.get(code)
        name = f"{known.name} {code}" if known else code
        found.setdefault(of(code), []).append(Row(code, name, gain, min(every[code]), max(every[code])))
    alone = [name for name, rows in found.items() if len(rows) == 1]
    if _MOST_ALONE < len(alone) < len(found):  # a heading for each would leave no room for what they head
        rows = [row._replace(name=f"{row.name} · {name}") for name in alone for row in found.pop(name)]
        found[_ALONE] = rows
    order = sorted(found, key=lambda name: (name in {_ALONE, _UNKNOWN}, -len(found[name]), name))
    return {name: sorted(found[name], key=lambda row: -row.gain.value) for name in order}


def _family(code: str) -> str:
    known = LANGUAGES.get(code)
    return known.family.replace("IE:", "") if known else _UNKNOWN


def _script(code: str) -> str:
    known = LANGUAGES.get(code)
    return SCRIPTS.get(known.script, known.script) if known else _UNKNOWN


def _chart(contents: Contents, encoder: str, arm: str, what: str, groups: Groups, look: Look) -> Chart:
    hovers: Hovers = {}
    with styled():
        figure = _figure(groups, arm, look, hovers)
    gains = contents.languages[encoder]
    targets = counted(gains[arm].targets, "target")
    several = len(gains) > 1
    return Chart(
        f"languages-{what}-{slug(encoder)}",
        f"Gain of {readable(arm)} in each language, by {what}",
        f"Points: what {readable(arm)} adds to {readable(encoder)} in each language, the mean over {targets} "
        f"with each target's own level taken out, with {percent(contents.confidence)} intervals over seeds; "
        "dotted where nothing bounds them."
        + (
            f" Grey bars: from the smallest to the largest of all {len(gains)} arms. This arm, with the "
            "highest mean gain, was picked by these same scores, which flatters it."
            if several
            else ""
        )
        + " Related languages are not independent of each other.",
        _description(arm, what, groups),
        figure,
        "languages",
        hovers,
    )


def _figure(groups: Groups, arm: str, look: Look, hovers: Hovers) -> Figure:
    rows = [row for own in groups.values() for row in own]
    limits = edges(
        [end for row in rows for end in (row.gain.value, row.least, row.most)],
        [end for row in rows for end in (row.gain.low, row.gain.high)],
    )
    columns = _columns(groups)
    deepest = max(sum(len(groups[name]) + 1.35 for name in names) for names in columns)
    figure = Figure(
        figsize=(WIDTH if len(columns) > 1 else 5.2, 0.75 + _ROW_INCHES * deepest), layout="constrained"
    )
    for axis, names in zip(figure.subplots(1, len(columns), squeeze=False)[0], columns, strict=True):
        _draw(axis, {name: groups[name] for name in names}, arm, look, limits, hovers)
        axis.set(xlim=limits, ylim=(-deepest + 0.4, 0.6))
    return finished(figure)


def _columns(groups: Groups) -> list[list[str]]:
    """Names of groups in one column, or in two of about the same height."""
    heights = {name: len(rows) + 1.35 for name, rows in groups.items()}
    total = sum(heights.values())
    if total <= _ONE_COLUMN:
        return [list(groups)]
    first: list[str] = []
    for name in groups:
        if first and sum(heights[each] for each in first) + heights[name] / 2 > total / 2:
            break
        first.append(name)
    return [first, [name for name in groups if name not in first]]


def _draw(
    axis: Axes, groups: Groups, arm: str, look: Look, limits: tuple[float, float], hovers: Hovers
) -> None:
    zero_line(axis)
    place, places, rows = 0.0, [], []
    for name, own in groups.items():
        axis.annotate(
            shortened(name, 30),
            (0, -place),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 0),
            textcoords="offset points",
            fontsize=SMALL,
            fontweight="bold",
            ha="right",
            va="center",
            color=INK,
        )
        place += 1.0
        for row in own:
            places.append(-place)
            rows.append(row)
            place += 1
        place += 0.35
    if any(row.most > row.least for row in rows):
        ends = [max(row.least, limits[0]) for row in rows], [min(row.most, limits[1]) for row in rows]
        axis.hlines(places, *ends, colors=GRID, linewidth=5, zorder=1.5)
    intervals(axis, places, [row.gain for row in rows], look.colour, limits, width=1.2)
    said_of = [
        told(f"{arm} in {row.name}", row.gain)
        + (f"; all arms {signed(row.least)} to {signed(row.most)}" if row.most > row.least else "")
        for row in rows
    ]
    dots(axis, [row.gain.value for row in rows], places, look.colour, said_of, hovers, size=18)
    axis.set_yticks(places, [shortened(row.name, 28) for row in rows])
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(visible=True, axis="x")
    axis.set_xlabel("gain, points")


def _description(arm: str, what: str, groups: Groups) -> str:
    rows = [row for own in groups.values() for row in own]
    up = sum(row.gain.low > 0 for row in rows)
    down = sum(row.gain.high < 0 for row in rows)
    best, worst = max(rows, key=lambda row: row.gain.value), min(rows, key=lambda row: row.gain.value)
    each = "; ".join(
        f"{name}: {', '.join(f'{row.code} {signed(row.gain.value)}' for row in own)}"
        for name, own in groups.items()
    )
    return readable(
        f"{arm} in {counted(len(rows), 'language')} by {what}: {up} gain, {down} lose, "
        f"{len(rows) - up - down} are open. Largest: {best.name}, {said(best.gain)}. Smallest: {worst.name}, "
        f"{said(worst.gain)}. {each}."
    )


def _short(row: Row) -> str:
    return f"{row.code} {signed(row.gain.value)}"
