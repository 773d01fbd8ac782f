"""All tables of a study: what is in them is what was worked out, whichever way it fell."""

from __future__ import annotations

import re

import pytest

from stiltwalk.analyse.gains import ZERO_SHOT
from stiltwalk.render.contents import Contents
from stiltwalk.render.tables.every import tables
from stiltwalk.render.tables.table import Interval, Table, csv, html, latex, markdown
from tests.render.hostile import NAMES
from tests.render.worlds import SMALL, World, contents

BROKEN = World(hostile=True, missing=0.2, collapsed=0.2, encoders=2)
REHEARSED = World(rehearsal=True, claims=True)
WORLDS = {
    "small": SMALL,
    "broken": BROKEN,
    "one seed": World(seeds=1),
    "one arm": World(arms=1, targets=1),
    "no arm": World(arms=0),
    "empty": World(empty=True),
    "withheld": World(withheld=True),
    "rehearsal": REHEARSED,
    "curve": World(decision="saturation", arms=4),
}


def _of(found: Contents) -> dict[str, Table]:
    return {table.name: table for table in tables(found)}


def _cell(table: Table, row: str, column: str) -> str:
    place = [each.name for each in table.columns].index(column)
    return next(line[place] for line in table.rows if line[0] == row)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_tables_are_whole(world: World) -> None:
    """Names are files' and differ, rows are as long as the headings, and every writer takes them."""
    found = tables(contents(world))
    assert found
    assert len({table.name for table in found}) == len(found)
    for table in found:
        assert re.fullmatch(r"[a-z0-9-]+", table.name)
        assert table.rows
        assert len(table.rows) == len(table.values)
        assert {len(row) for row in (*table.rows, *table.values)} == {len(table.columns)}
        assert 1 <= table.heads < len(table.columns)
        for write in (markdown, latex, csv, html):
            assert write(table) == write(table)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_no_difference_stands_without_its_interval(world: World) -> None:
    """Whatever has an interval for programs shows it to people, in its cell or in the next one."""
    for table in tables(contents(world)):
        for texts, values in zip(table.rows, table.values, strict=True):
            for place, value in enumerate(values):
                if isinstance(value, Interval):
                    shown = " ".join(texts[place : place + 2])
                    assert re.search(r"\[.+\]| to |unbounded", shown), (table.name, shown)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_no_cell_says_nan(world: World) -> None:
    """What is no number never gets through to people."""
    for table in tables(contents(world)):
        assert not any(re.search(r"\b(nan|inf)\b|^None$", cell) for row in table.rows for cell in row)


def test_gains_are_the_headline_averages() -> None:
    """The table holds the very numbers of the analysis, overall and by target."""
    found = contents(SMALL)
    table = _of(found)["gains"]
    wide = found.averages
    rows = wide[(wide["view"] == "headline") & wide["healthy"] & (wide["level"] != "group")]
    columns = [column.name for column in table.columns]
    assert len(rows)
    for row in rows.to_dict("records"):
        column = "mean" if row["level"] == "overall" else str(row["of"])
        value = next(line for line in table.values if line[0] == row["intermediate"])[columns.index(column)]
        assert value == Interval(row["gain"], row["low"], row["high"])


def test_cells_outside_the_headline_are_marked() -> None:
    """The second task of the made-up world is trained on by the first arm: its gain is in no mean."""
    found = contents(SMALL)
    wide = found.averages
    counted = wide[(wide["view"] == "headline") & (wide["level"] == "target") & wide["healthy"]]
    inside = set(zip(counted["intermediate"], counted["of"], strict=True))
    table = _of(found)["gains"]
    targets = [each.task for each in found.study.targets]
    marked = {(row[0], name): "*" in _cell(table, row[0], name) for row in table.rows for name in targets}
    assert set(marked.values()) == {True, False}
    assert marked == {key: key not in inside for key in marked}
    assert "*: in no mean and no verdict" in table.note


def test_every_gain_by_language_is_there() -> None:
    """No gain of a language gets lost between the analysis and the tables."""
    found = contents(SMALL)
    shown = sum(
        isinstance(value, Interval)
        for name, table in _of(found).items()
        if name.startswith("gains-by-language-")
        for row in table.values
        for value in row
    )
    assert shown == int(found.gains["gain"].notna().sum())
    one = found.gains[(found.gains["language"] == ZERO_SHOT)].iloc[0]
    table = _of(found)[f"gains-by-language-{one['target']}"]
    assert f"{one['gain']:+.2f}".replace("-", "\N{MINUS SIGN}") in _cell(
        table, "mean but English", one["intermediate"]
    )


def test_losses_are_shown_like_gains() -> None:
    """What fell and what rose stand in one table."""
    found = contents(World(draw=4, arms=6))
    values = [value for row in _of(found)["gains"].values for value in row if isinstance(value, Interval)]
    assert min(value.value for value in values) < 0 < max(value.value for value in values)


def test_collapsed_runs_and_missing_cells_are_visible() -> None:
    """Both are marked where they stand, and explained."""
    found = _of(contents(BROKEN))
    assert any(re.search(r" †\d", cell) for row in found["gains"].rows for cell in row)
    assert "collapsed runs, which are left out" in found["gains"].note
    assert any("with degenerate runs" in row for row in found["averages"].rows)
    assert any(cell.startswith("–") for row in found["gains"].rows for cell in row)


def test_where_all_runs_collapsed_that_is_said() -> None:
    """It is told from what was never run, and is no number."""
    found = contents(World(collapsed=1.0))
    table = _of(found)["gains"]
    cells = [cell for row in table.rows for cell in row[1:]]
    assert cells
    assert all(re.fullmatch(r"– †\d+", cell) for cell in cells)
    assert all(value is None for row in table.values for value in row[1:])


def test_a_rehearsal_says_so_in_every_table() -> None:
    """A table may be pasted alone."""
    found = contents(REHEARSED)
    assert found.rehearsal
    assert all(found.rehearsal in table.note for table in tables(found))


def test_one_seed_bounds_nothing() -> None:
    """A single run has a score, and an interval that is everything."""
    table = _of(contents(World(seeds=1)))["scores"]
    assert all(cell.endswith("[unbounded]") for row in table.rows for cell in row[1:])


def test_one_encoder_stands_in_titles_and_several_in_rows() -> None:
    """Nothing is said in every row that holds for all of them."""
    one, two = _of(contents(SMALL))["gains"], _of(contents(World(encoders=2)))["gains"]
    assert one.title.endswith("(xlm-roberta-base)")
    assert [column.name for column in one.columns][:2] == ["arm", "mean"]
    assert two.columns[1].name == "encoder"
    assert {row[1] for row in two.rows} == {"xlm-roberta-base", "xlm-roberta-large"}


def test_recalled_numbers_are_marked() -> None:
    """What nobody read in its source is told from what was, and both from ours."""
    found = contents(SMALL)
    table = _of(found)["published"]
    standing = [column.name for column in table.columns].index("standing")
    said = [row[standing] for row in table.rows]
    recalled = [each.recalled for each in found.published if each.language == "avg"]
    assert said.count("recalled, not read") == sum(recalled) > 0
    assert said.count("read") == len(recalled) - sum(recalled) > 0
    assert said.count("ours") == len(found.study.arms) * len(found.study.targets)
    assert "recalled were never read" in table.note


def test_claims_show_verdicts_and_what_they_rest_on() -> None:
    """Every claim has a row, and its statements have theirs."""
    found = contents(REHEARSED)
    by_name = _of(found)
    table = by_name["claims"]
    assert [row[0] for row in table.rows] == [each.judged.claim for each in found.claims]
    assert {row[2] for row in table.rows} == {each.judged.verdict for each in found.claims}
    statements = by_name["claims-statements"]
    assert statements.columns[4].name == "posterior"
    assert any(isinstance(value, Interval) for row in statements.values for value in row)


def test_an_audit_shows_its_scores() -> None:
    """Every check has a row, scores stand below, a reviewer without checks is no zero."""
    found = contents(SMALL)
    assert found.audit
    table = _of(found)["audit"]
    assert f"overall {found.audit.overall:.1f}" in table.note
    assert "reporting nothing to judge" in table.note
    assert len(table.rows) == sum(len(each.checks) for each in found.audit.reviews)


def test_withheld_verdicts_say_so() -> None:
    """Estimates without a verdict are not taken for one."""
    assert "No verdict is made" in _of(contents(World(withheld=True)))["verdict-numbers"].note


def test_hostile_names_do_not_clash() -> None:
    """Names that leave the same, or nothing, for a file's name are told apart."""
    found = contents(World(arms=1, targets=12, languages=4, hostile=True))
    names = [table.name for table in tables(found) if table.name.startswith("gains-by-language-")]
    assert len(names) == len({*names}) == len(NAMES)
