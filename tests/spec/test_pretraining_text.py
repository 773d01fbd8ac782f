"""How much text encoders were pretrained on: known of one family, of languages that we know."""

from __future__ import annotations

import pytest

from stiltwalk.spec.ladders import LADDERS
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.pretraining_text import CC100_GIB, text_sizes


def test_figures() -> None:
    """Some of table 6 of the paper (GiB): the largest, a middling and a small one, and Swahili."""
    wanted = {"en": 300.8, "ru": 278.0, "de": 66.6, "hi": 20.2, "sw": 1.6, "jv": 0.2, "br": 0.1}
    assert {code: CC100_GIB[code] for code in wanted} == wanted


def test_codes_are_ours() -> None:
    """Every language is in the table of languages, with some text."""
    assert CC100_GIB.keys() <= LANGUAGES.keys()
    assert min(CC100_GIB.values()) > 0


@pytest.mark.parametrize("rung", LADDERS["xlm-r"].rungs, ids=lambda rung: rung.size)
def test_encoders_that_read_it(rung: object) -> None:
    """All sizes of the family."""
    assert text_sizes(getattr(rung, "hub", None)) == CC100_GIB


@pytest.mark.parametrize("source", ["google/mt5-base", "/some/folder", None])
def test_encoders_of_which_it_is_not_known(source: str | None) -> None:
    """Nothing is said of them."""
    assert text_sizes(source) == {}
