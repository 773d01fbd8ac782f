"""Languages: grouped by family and script, the best arm and the range of all, and every one is there."""

from __future__ import annotations

import numpy as np
import pytest

from stiltwalk.analyse.across.relations import LanguageGains
from stiltwalk.analyse.estimates import Estimate, unbounded
from stiltwalk.render.charts.languages import grouped, language_charts
from stiltwalk.render.charts.properties import relation_charts
from stiltwalk.render.contents import Contents
from stiltwalk.spec.languages import LANGUAGES
from tests.render.charts.reading import hovers, words
from tests.render.worlds import World, contents


def _gains(**gains: float) -> LanguageGains:
    found = tuple(Estimate(value, value - 1, value + 1, 0.5, 2, 0.1, 0.95) for value in gains.values())
    return LanguageGains(tuple(gains), np.array([*gains.values()]), 2, found)


def _family(code: str) -> str:
    return LANGUAGES[code].family


def test_groups() -> None:
    """Large groups first, large gains first in each, with the range over all arms."""
    both = {"a": _gains(de=1.0, nl=2.0, ru=3.0), "b": _gains(de=-4.0, ru=5.0)}
    found = grouped(both, "a", _family)
    assert [(name, [row.code for row in rows]) for name, rows in found.items()] == [
        ("IE:Germanic", ["nl", "de"]),
        ("IE:Slavic", ["ru"]),
    ]
    ranges = {row.code: (row.least, row.most) for rows in found.values() for row in rows}
    assert ranges == {"nl": (2.0, 2.0), "de": (-4.0, 1.0), "ru": (3.0, 5.0)}


def test_many_that_are_alone_share_a_heading() -> None:
    """With the family beside each name; where all are alone each keeps its heading."""
    alone = dict.fromkeys(("ru", "zh", "tr", "sw", "hi"), 1.0)
    found = grouped({"a": _gains(de=1.0, nl=2.0, **alone)}, "a", _family)
    assert list(found) == ["IE:Germanic", "one language each"]
    assert "Turkish tr · Turkic" in [row.name for row in found["one language each"]]
    assert len(grouped({"a": _gains(**alone)}, "a", _family)) == 5


@pytest.fixture(scope="module")
def many() -> Contents:
    """Fifty languages."""
    return contents(World(arms=3, targets=2, languages=50, seeds=3))


def test_fifty_languages_are_all_there(many: Contents) -> None:
    """Every one is named, and tells its interval."""
    family, script = language_charts(many)
    for chart in (family, script):
        said = [each for each in hovers(chart) if " in " in each and "points [" in each]
        assert len(said) == 49  # English is no zero-shot language
        assert "49 languages" in chart.description
        assert sum("German de" in each for each in words(chart)) == 1
    assert "Slavic" in words(family)
    assert "Cyrillic" in words(script)
    assert family.figure.get_figheight() < 9


def test_the_choice_of_the_arm_is_said(many: Contents) -> None:
    """It was picked by the scores that are drawn."""
    chart = next(iter(language_charts(many)))
    assert "picked by these same scores" in chart.caption
    one = next(iter(language_charts(contents(World(arms=1, languages=6)))))
    assert "picked" not in one.caption


def test_relations_have_every_arm(many: Contents) -> None:
    """A panel for each property, a row for each arm, and no cause is named."""
    (chart,) = relation_charts(many)
    assert "Latin script minus others" in words(chart)
    assert sum("Latin script minus others, " in each for each in hovers(chart)) == 3
    assert "name no cause" in chart.caption


def test_nothing_bounds_what_one_seed_found() -> None:
    """A language's interval over one seed has no end, and says so."""
    found = contents(World(arms=1, languages=6, seeds=1)).languages["xlm-roberta-base"]["mnli"]
    assert all(each == unbounded(each.value) for each in found.estimates)
    chart = next(iter(language_charts(contents(World(arms=1, languages=6, seeds=1)))))
    assert all("[unbounded]" in each for each in hovers(chart) if "points" in each)
