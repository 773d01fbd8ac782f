"""Tests of where tables and charts stand, and under which number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure

from stiltwalk.render.charts.chart import Chart, Section
from stiltwalk.render.page.page import PARTS
from stiltwalk.render.page.placing import FOLDED, placed
from stiltwalk.render.tables.every import tables
from stiltwalk.render.tables.table import Column, Table
from tests.render.worlds import World, contents

ORDER = ("verdict", *PARTS)


def _table(name: str, rows: int = 2) -> Table:
    cells = tuple((str(place),) for place in range(rows))
    return Table(name, f"Table {name}", (Column("a"),), cells, cells, "Rehearsal. A note.")


@pytest.fixture
def figure() -> Iterator[Figure]:
    """An empty figure."""
    made = Figure(figsize=(2, 1))
    made.subplots()
    yield made
    made.clear()


def _chart(name: str, figure: Figure, section: Section = "results") -> Chart:
    return Chart(name, f"Chart {name}", "A caption.", "What there is to see.", figure, section)


def test_numbers_follow_the_page() -> None:
    """Numbers count up as one reads, whatever the order in which tables came."""
    found = placed([_table("costs"), _table("averages"), _table("encoders")], [], {}, ORDER)
    assert [(each.number, each.name) for each in found.every] == [
        (1, "encoders"),
        (2, "averages"),
        (3, "costs"),
    ]
    assert {part: [each.name for each in own] for part, own in found.parts.items()} == {
        "method": ["encoders"],
        "results": ["averages"],
        "costs": ["costs"],
    }


def test_charts_come_before_tables(figure: Figure) -> None:
    """A part begins with its charts; those of a curve stand with the curves."""
    charts = [
        _chart("verdict-curves", figure),
        _chart("languages-a", figure, "languages"),
        _chart("best", figure),
    ]
    found = placed([_table("averages")], charts, {}, ORDER)
    assert [each.name for each in found.parts["results"]] == ["best", "averages"]
    assert [each.name for each in found.parts["scaling"]] == ["verdict-curves"]
    assert [each.name for each in found.parts["languages"]] == ["languages-a"]
    assert "<svg" in found.parts["scaling"][0].html


def test_what_the_page_draws_itself_has_its_files(figure: Figure) -> None:
    """The heat map on paper and the tables of claims are not shown again, but can be had."""
    found = placed([_table("gains"), _table("claims")], [_chart("gains-xlm-roberta-base", figure)], {}, ORDER)
    assert found.parts == {}
    assert {each.number for each in found.every} == {0}
    assert [link.href for link in found.heat("xlm-roberta-base")] == [
        "figures/gains-xlm-roberta-base.svg",
        "figures/gains-xlm-roberta-base.pdf",
    ]
    assert [link.href for link in found.files("table", "gains")] == [
        "tables/gains.csv",
        "tables/gains.md",
        "tables/gains.tex",
    ]
    assert found.files("table", "none") == ()


def test_long_tables_are_folded() -> None:
    """A table that is long, or stands above the results, is opened on demand; the longest are not printed."""
    found = placed(
        [_table("scores", FOLDED), _table("averages", FOLDED + 1), _table("arms", 9)], [], {}, ORDER
    )
    assert {each.name: (each.folded, each.printed) for each in found.every} == {
        "arms": (True, True),
        "scores": (False, True),
        "averages": (True, False),
    }


def test_the_banner_stands_once() -> None:
    """A note need not say again what heads the page."""
    found = placed([_table("scores")], [], {}, ORDER, "Rehearsal.")
    assert found.every[0].text == "A note."


def test_every_table_of_a_study_has_a_place() -> None:
    """No table is lost, and each stands in a part that the page has."""
    found = contents(World(encoders=2, claims=False))
    made = tables(found)
    shown = placed(made, [], {}, ORDER)
    assert {each.name for each in shown.every} == {table.name for table in made}
    assert {*shown.parts} <= {*ORDER}
    assert shown.by_language("xnli") == "table-gains-by-language-xnli"
    assert shown.by_language("no such target") == "gains"
