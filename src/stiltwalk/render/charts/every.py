"""All charts of a study, in the order in which a report shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.gaps import gap_charts
from stiltwalk.render.charts.heat import gain_charts
from stiltwalk.render.charts.languages import language_charts
from stiltwalk.render.charts.learning import learning_charts
from stiltwalk.render.charts.properties import relation_charts
from stiltwalk.render.charts.published import published_charts
from stiltwalk.render.charts.scaling import scaling_charts
from stiltwalk.render.charts.spending import inference_charts, training_charts
from stiltwalk.render.charts.verdict import verdict_charts
from stiltwalk.render.contents import Contents

KINDS: Final[tuple[Callable[[Contents], Iterable[Chart]], ...]] = (
    verdict_charts,
    gain_charts,
    scaling_charts,
    published_charts,
    training_charts,
    inference_charts,
    language_charts,
    relation_charts,
    gap_charts,
    learning_charts,
)


def charts(contents: Contents) -> tuple[Chart, ...]:
    """Every chart for which the study has something to show; no two have the same name."""
    return tuple(_named_apart(chart for kind in KINDS for chart in kind(contents)))


def _named_apart(found: Iterable[Chart]) -> Iterator[Chart]:
    """With a number behind a name that was there before: names may differ in what files cannot bear."""
    names: set[str] = set()
    for chart in found:
        name, number = chart.name.strip("-"), 1
        while name in names:
            number += 1
            name = f"{chart.name.strip('-')}-{number}"
        names.add(name)
        yield chart._replace(name=name)
