"""Tests of the table of accelerators."""

from __future__ import annotations

import pytest

from stiltwalk.spec.cards import CARDS, card_called
from stiltwalk.spec.errors import UserError


@pytest.mark.parametrize("text", ["A100-80", "a100 80", "a100_80"])
def test_a_card_by_name(text: str) -> None:
    """Capitals, spaces and dashes do not matter. 312 and 19.5 are NVIDIA's own figures, dense."""
    found = card_called(text)
    assert (found.gigabytes, found.card) == (80, CARDS["A100-80"])
    assert (CARDS["A100-80"].peak("bf16"), CARDS["A100-80"].peak("fp32")) == (312e12, 19.5e12)


def test_gigabytes() -> None:
    """A number is a card of which nothing else is known."""
    assert card_called("40.5") == (40.5, None)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf"])
def test_no_gigabytes(text: str) -> None:
    """Said with the cards there are."""
    with pytest.raises(UserError, match=r"expected gigabytes above 0, or a card such as V100, T4"):
        card_called(text)


def test_an_unknown_card() -> None:
    """The nearest name is suggested."""
    with pytest.raises(UserError, match=r"there is no such card. Did you mean 'H100'\? Expected gigabytes"):
        card_called("h101")


def test_cards_without_bf16_go_at_the_speed_of_fp32() -> None:
    """V100 and T4 have no instructions for it."""
    for name in ("V100", "T4"):
        assert CARDS[name].peak("bf16") == CARDS[name].peak("fp32")


def test_the_table_is_of_dense_products() -> None:
    """Where both are told, bf16 is twice as quick as rounded fp32, as in the makers' dense figures."""
    for card in CARDS.values():
        assert card.source
        if card.bf16 is not None and card.tf32 is not None:
            assert card.bf16 == pytest.approx(2 * card.tf32, rel=0.02)
            assert card.bf16 > card.fp32
