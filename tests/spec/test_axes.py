"""Tests of axes: which there are, and which values each can have."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.axes import AXES, Axis, plain, shown, word_of
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.recipes import Training

from .fakes import study


def _axes(axes: dict[str, Any]) -> dict[str, Axis]:
    return dict(study({"axes": axes}).axes)


def test_a_list_stands_for_the_values() -> None:
    """The short form and the full one are the same axis."""
    assert _axes({"examples": [10, 20]}) == _axes({"examples": {"values": [10, 20]}})
    assert _axes({"layers": "all"})["layers"].values == ("all",)
    assert _axes({"languages": {"values": ["en", ["en", "de"]], "match": "examples"}})["languages"].match == (
        "examples",
    )


def test_every_hyper_parameter_can_be_an_axis() -> None:
    """A new hyper-parameter is an axis without another word."""
    assert set(AXES) == {"languages", "masked_lm_share", "layers", *Training.model_fields}


@pytest.mark.parametrize(
    ("axis", "given", "found"),
    [
        ("examples", [1000, 4000.0, "all"], (1000, 4000, "all")),
        ("batch_size", [8, "16"], (8, 16)),
        ("learning_rate", ["1e-5", 2e-5], (1e-5, 2e-5)),  # YAML reads 1e-5 as text
        ("epochs", [1, 0.5], (1.0, 0.5)),
        ("steps", [None, 100], (None, 100)),
        ("masked_lm_share", [0, 0.25], (0.0, 0.25)),
        ("layers", [0, 3], (0, 3)),
        ("languages", ["en", ["de"], ["en", "de"], "all"], ("en", "de", ("en", "de"), "all")),
    ],
)
def test_values_become_what_they_stand_for(axis: str, given: list[Any], found: tuple[Any, ...]) -> None:
    """Numbers are of the kind their hyper-parameter has; a list of one language is that language."""
    values = _axes({axis: given})[axis].values
    assert values == found
    assert [type(value) for value in values] == [type(value) for value in found]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (
            {"exmaples": [1, 2]},
            r"axes: there is no axis 'exmaples'\. Did you mean 'examples'\? There is: lang",
        ),
        ({"colour": [1]}, r"axes: there is no axis 'colour'\. There is: languages, masked_lm_share, layers"),
        ({"examples": []}, r"axes\.examples\.values: .*expected 1 or more entries"),
        ({"examples": 5}, r"axes\.examples: expected a mapping .*, found 5"),
        ({"examples": [10, "many"]}, r"axes: examples: expected a number or all, found 'many' \("),
        (
            {"examples": [0]},
            r"axes: examples: expected a number or all, found 0 \(.*expected at least 1",
        ),
        ({"examples": [1.5]}, r"axes: examples: .*found 1\.5 \("),
        (
            {"batch_size": [[8, 16]]},
            r"axes\.batch_size\.values\.0|axes: batch_size: expected what 'batch_size'",
        ),
        (
            {"batch_size": ["all"]},
            r"axes: batch_size: expected what 'batch_size' can be, such as 32, found 'all'",
        ),
        ({"batch_size": [None]}, r"axes: batch_size: .*, found None"),
        ({"masked_lm_share": [1]}, r"masked_lm_share: expected 0 \(without\) or a share below 1.*found 1"),
        ({"layers": [-1]}, r"axes: layers: expected an index from 0 \(embeddings\) on, or all, found -1"),
        ({"layers": [1, "all"]}, r"axes: layers: all holds every layer\. Leave out the others, or all"),
        ({"languages": [3]}, r"axes: languages: expected a language such as de, a list of several .*found 3"),
        ({"languages": [[]]}, r"axes: languages: expected a language .*found \[\]"),
        (
            {"languages": ["en", False]},
            r"axes\.languages\.values: .*found \['en', False\]\. YAML reads yes, no,",
        ),
        ({"examples": [10, 20, 10.0]}, r"axes: examples lists 10 twice; name each once"),
        ({"languages": [["en", "de"], ["en", "de"]]}, r"axes: languages lists en\+de twice"),
        ({"languages": {"values": [["en", "de"]], "match": ["union", "union"]}}, r"match lists union twice"),
        (
            {"examples": {"values": [1, 2], "rate": "linear"}},
            r"axes: examples: rate is how the learning rate follows batch_size\. Leave it out here",
        ),
        (
            {"examples": {"values": [1, 2], "match": "compute"}},
            r"axes: examples: match is how languages are held against English\. Leave it out here",
        ),
        (
            {"languages": {"values": ["en", "de"], "match": "compute"}},
            r"axes: languages: match would change nothing: no value mixes several\. Leave it out",
        ),
        (
            {"layers": {"values": [1, 2], "arms": ["squad"]}},
            r"axes: layers are the targets', which every arm shares: leave arms out",
        ),
        ({"examples": {"values": [1], "arms": []}}, r"axes\.examples\.arms: .*expected 1 or more entries"),
        (
            {"examples": {"valus": [1]}},
            r"axes\.examples\.valus: there is no such field\. Did you mean 'values'",
        ),
        (
            {"batch_size": {"values": [8], "rate": "linaer"}},
            r"axes\.batch_size\.rate\.rule: there is no rule 'linaer' .*Did you mean 'linear'\?",
        ),
    ],
)
def test_axes_that_cannot_be(axes: dict[str, Any], message: str) -> None:
    """What there is no such axis of, values of a wrong kind, and what would change nothing are refused."""
    with pytest.raises(StudyError, match=message):
        _axes(axes)


@pytest.mark.parametrize(
    ("axis", "value", "word"),
    [
        ("examples", 1000, "-n1000"),
        ("examples", "all", "-all"),
        ("batch_size", 64, "-b64"),
        ("subset", 1, "-subset1"),
        ("epochs", 3.0, "-epochs3"),
        ("epochs", 0.5, "-epochs0.5"),
        ("learning_rate", 2e-5, "-learning_rate2e-05"),
        ("steps", None, "-no-steps"),
    ],
)
def test_words_of_names(axis: str, value: Any, word: str) -> None:
    """A value is said shortly, and as people write numbers."""
    assert word_of(axis, value) == word


def test_values_in_a_line() -> None:
    """Mixes are joined by plus, numbers lose what is not needed."""
    assert shown([1.0, 0.25, ("en", "de"), "all", None]) == "1, 0.25, en+de, all, none"
    assert plain(3.0) == "3"
