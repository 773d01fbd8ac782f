"""Tests of compute.spent: steps, items, sub-words and operations, counted by hand."""

from __future__ import annotations

from stiltwalk.compute.spent import Spent, spent_facts, spent_on
from stiltwalk.compute.tokens import Item
from tests.compute.fakes import item, row

LONG = item(row(1, 2, 3), row(4, 5))
SHORT = item(row(6))
STEPS: list[tuple[str, list[Item]]] = [("a", [LONG, SHORT]), ("b", [SHORT]), ("a", [LONG])]


def test_every_step_counts_for_its_own() -> None:
    """Items of several rows count once and all their sub-words; who had no step is there with nothing."""
    found = spent_on(["a", "b", "c"], range(3), lambda step: STEPS[step])
    assert found == {"a": Spent(2, 3, 11), "b": Spent(1, 1, 1), "c": Spent(0, 0, 0)}


def test_steps_that_were_not_carried_out_do_not_count() -> None:
    """A training that stopped early spent what it did until then."""
    assert spent_on(["a", "b"], range(1), lambda step: STEPS[step]) == {"a": Spent(1, 2, 6), "b": Spent()}


def test_facts() -> None:
    """Six operations for each parameter of the encoder and sub-word."""
    facts = spent_facts({"a": Spent(2, 3, 11), "b": Spent(1, 1, 1)}, 100)
    assert facts == {
        "mix": {
            "a": {"steps": 2, "examples": 3, "tokens": 11},
            "b": {"steps": 1, "examples": 1, "tokens": 1},
        },
        "tokens": 12,
        "flops": 6 * 100 * 12,
    }


def test_frozen_parameters_take_fewer_operations() -> None:
    """Four for each of them, and six for each of the small ones beside them."""
    facts = spent_facts({"a": Spent(2, 3, 11)}, 100, 7)
    assert facts["flops"] == (4 * 100 + 6 * 7) * 11
