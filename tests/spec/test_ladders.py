"""Tests of spec.ladders: families of encoders by name, and ladders that are made here."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.ladders import LADDERS, with_ladders
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_checks import check_study

SHAPES = [{"layers": 2, "hidden": 16}, {"layers": 4, "hidden": 32}]
RECIPE: dict[str, Any] = {"shapes": SHAPES, "text": ["udhr"], "training": {"steps": 10}}
MADE: dict[str, Any] = {"name": "mine", "ladder": RECIPE}


def study(*encoders: Any) -> Study:
    """A study of these encoders and one target."""
    return check_study(parse(Study, {"study": "s", "encoders": [*encoders], "targets": ["tatoeba"]}, "here"))


def test_ladders_are_in_order() -> None:
    """Names are their keys, no encoder stands twice, and sizes that are known rise."""
    hubs = [rung.hub for ladder in LADDERS.values() for rung in ladder.rungs]
    assert len(hubs) == len(set(hubs))
    for name, ladder in LADDERS.items():
        assert name == ladder.name
        assert ladder.note
        for one, other in pairwise(ladder.rungs):
            assert one.size != other.size
            for low, high in (
                (one.encoder_parameters, other.encoder_parameters),
                (one.with_decoder, other.with_decoder),
            ):
                assert low is None or high is None or low < high


def test_sizes_are_those_of_a_source() -> None:
    """Scaling studies' table of XLM-R, in millions; what no source states is not there."""
    found = {rung.size: (rung.encoder_parameters, rung.parameters) for rung in LADDERS["xlm-r"].rungs}
    assert found == {"base": (85, 277), "large": (302, 558), "xl": (2830, 3470), "xxl": (9660, 10700)}
    assert [rung.with_decoder for rung in LADDERS["mt5"].rungs] == [300, 580, 1200, 3700, 13000]
    assert {rung.parameters for rung in LADDERS["mt5"].rungs} == {None}


def test_a_ladder_by_its_name() -> None:
    """Each of its encoders, with whatever else was said, in its place among the others."""
    made = study("x/y", {"ladder": "qwen3", "sizes": ["0.6B", "4B"], "attention": "bidirectional"})
    assert [encoder.name for encoder in made.encoders] == ["y", "Qwen3-0.6B-Base", "Qwen3-4B-Base"]
    assert [encoder.source for encoder in made.encoders[1:]] == ["Qwen/Qwen3-0.6B-Base", "Qwen/Qwen3-4B-Base"]
    assert [encoder.attention for encoder in made.encoders] == [None, "bidirectional", "bidirectional"]
    assert len(study({"ladder": "xlm-r"}).encoders) == 4


def test_a_ladder_made_here() -> None:
    """Every shape with every seed, the same text and training; names say which."""
    made = study({**MADE, "retrieval_layer": 1})
    assert [encoder.name for encoder in made.encoders] == [
        f"mine-{shape}-s{seed}" for shape in ("2x16", "4x32") for seed in (1, 2, 3)
    ]
    recipes = [encoder.pretrain for encoder in made.encoders]
    assert all(recipe is not None for recipe in recipes)
    same = {
        recipe.model_copy(update={"shape": None, "seed": 0}).model_dump_json() for recipe in recipes if recipe
    }
    assert len(same) == 1
    assert [recipe.seed for recipe in recipes if recipe] == [1, 2, 3, 1, 2, 3]
    assert {encoder.retrieval_layer for encoder in made.encoders} == {1}
    seeds = study({"name": "m", "ladder": {**RECIPE, "seeds": [5, 7, 9, 11]}}).encoders
    assert [encoder.pretrain.seed for encoder in seeds[:4] if encoder.pretrain] == [5, 7, 9, 11]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ladder": "xlmr"}, "There is no ladder 'xlmr'. Did you mean 'xlm-r'"),
        ({"ladder": "mt5", "sizes": ["smal"]}, "no size of ladder 'mt5' 'smal'. Did you mean 'small'"),
        (
            {"ladder": "mt5", "sizes": "small"},
            "sizes are a list of small, base, large, xl, xxl, found 'small'",
        ),
        ({"ladder": "mt5", "size": ["small"]}, "ladder 'mt5' has no field 'size'. Did you mean 'sizes'"),
        ({"ladder": "mt5", "source": "x/y"}, "ladder 'mt5' has no field 'source'"),
        ({"ladder": RECIPE}, "needs a name"),
        ({"name": "m", "ladder": {**RECIPE, "shapes": SHAPES[:1]}}, "needs shapes, a list of two or more"),
        ({"name": "m", "ladder": {**RECIPE, "shapes": [{"layers": 2}, *SHAPES]}}, "a shape's hidden: "),
        ({"name": "m", "ladder": {**RECIPE, "seeds": 2}}, "3 at least for every size, found 2"),
        ({"name": "m", "ladder": {**RECIPE, "seeds": [1, 1, 2]}}, r"found \[1, 1, 2\]"),
        ({"name": "m", "ladder": {**RECIPE, "seeds": [[1], 2, 3]}}, "seeds are a number or a list"),
        ({"name": "m", "ladder": {**RECIPE, "seed": 1}}, "write seeds, a list"),
        ({"name": "m", "ladder": {**RECIPE, "texts": ["udhr"]}}, "texts: there is no such field.*'text'"),
        (
            {
                "name": "m",
                "ladder": {**RECIPE, "shapes": [*SHAPES, {**SHAPES[0], "architecture": "xlm-roberta"}]},
            },
            "mixes bert and xlm-roberta",
        ),
        (
            {
                "name": "m",
                "ladder": {
                    **RECIPE,
                    "shapes": [SHAPES[0], {**SHAPES[1], "max_tokens": 64}],
                    "training": {"steps": 10, "max_tokens": 100},
                },
            },
            "4x32 has 64 positions, and training reads lines of 100",
        ),
    ],
)
def test_a_bad_ladder(given: dict[str, Any], message: str) -> None:
    """What was expected is said, with the nearest name."""
    with pytest.raises(StudyError, match=message):
        study(given)


def test_default_lengths_are_compared_too() -> None:
    """Lines of training are as long as they are by default where nothing is said."""
    short = [{**shape, "max_tokens": 64} for shape in SHAPES]
    with pytest.raises(StudyError, match="2x16 has 64 positions, and training reads lines of 128"):
        study({"name": "m", "ladder": {**RECIPE, "shapes": short}})


def test_what_is_no_ladder_is_left_alone() -> None:
    """Names, and encoders with a source or a recipe."""
    given = ["x/y", {"name": "e", "source": "x/y"}, 3]
    assert with_ladders(given) == given
