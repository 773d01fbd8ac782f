"""Tests of the data behind the cells: every language is there, and nothing in it can leave its element."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.render.contents import Contents
from stiltwalk.render.page.drill import SEEN, SOURCE, behind, block, metrics_of, safe_json
from stiltwalk.render.page.heat import heats
from tests.render.hostile import NAMES
from tests.render.worlds import World, contents


def _data(found: Contents) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(block(found, heats(found)[0], behind(found)))
    return made


def test_every_language_is_behind_its_cell() -> None:
    """A cell's languages are those of the frame of gains, with the numbers of one metric of the task."""
    found = contents(World(languages=8))
    spoken, metrics = behind(found), metrics_of(found)
    single = found.gains[~found.gains["language"].isin(["zero-shot", "all"])]
    for (encoder, arm, target), own in spoken.items():
        rows = single[
            (single["encoder"] == encoder)
            & (single["intermediate"] == arm)
            & (single["target"] == target)
            & (single["metric"] == metrics[target])
        ].set_index("language")
        assert {each.code for each in own} == {*rows.index}
        for each in own:
            one = rows.loc[each.code]
            assert (each.gain, each.low, each.high) == (one["gain"], one["low"], one["high"])
            assert (each.baseline, each.value) == (one["baseline"], one["value"])


def test_languages_that_do_not_count_say_why() -> None:
    """English is the source, and languages of the arm's own data were seen: neither is in the mean."""
    spoken = behind(contents(World(arms=9, languages=50)))
    kinds = {each.code: each.kind for each in spoken["xlm-roberta-base", "mnli@en+de+sw", "udpos"]}
    assert kinds["en"] == SOURCE
    assert kinds["de"] == kinds["sw"] == SEEN
    assert kinds["ru"] == ""


def test_the_block_has_the_numbers_of_the_cells() -> None:
    """Rounded to two decimals, an end that there is not as null, and each language by its place."""
    found = contents(World(seeds=1))
    data, maps = _data(found), heats(found)[0]
    for row in maps[0].rows:
        for cell in row.cells:
            gain, low, high, *_, lines = data["cells"][cell.key]
            assert gain == pytest.approx(cell.gain, abs=0.0051)
            assert low is None
            assert high is None
            assert all(line[2] is None for line in lines)
            assert {data["languages"][line[0]][0] for line in lines} <= {*found.scores["language"]}
    assert data["confidence"] == found.confidence


def test_names_come_back_as_they_are() -> None:
    """Hostile names are data like any other."""
    data = _data(contents(World(arms=12, hostile=True)))
    assert [*data["arms"].values()] == [*NAMES]


@given(st.text())
def test_json_cannot_leave_its_element(text: str) -> None:
    """No sign that HTML or a script reads is left, and what is read back is what was written."""
    made = safe_json({"text": text, text: 1})
    assert not {*made} & {*"<>&\u2028\u2029"}
    assert json.loads(made)["text"] == (1 if text == "text" else text)


def test_no_number_that_json_lacks() -> None:
    """Numbers that JSON has no word for are an error here, not a broken page there."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        safe_json([float("nan")])
