"""Tests of compute.streams: every random decision follows from seed, purpose, task and step."""

from __future__ import annotations

import inspect

from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.streams import generator, stream


def test_the_streams_are_those_of_the_first_release() -> None:
    """Golden values: another number here means that every published result has other seeds."""
    assert stream(1, "head", "udpos") == 4821234763926236761
    assert stream(3, "order", "squad", 7) == 7436146618650867480
    assert generator(1, "order", "udpos").permutation(8).tolist() == [0, 3, 2, 4, 5, 1, 7, 6]


def test_any_input_changed_gives_another_stream() -> None:
    """Seed, purpose, task and step each count, and nothing else enters: no arm, key or worker."""
    ground = stream(1, "head", "udpos", 0)
    assert stream(1, "head", "udpos") == ground
    others = [
        stream(2, "head", "udpos"),
        stream(1, "order", "udpos"),
        stream(1, "head", "xquad"),
        stream(1, "head", "udpos", 1),
    ]
    assert len({ground, *others}) == 5
    assert list(inspect.signature(stream).parameters) == ["seed", "purpose", "task", "step"]


def test_inputs_do_not_run_into_each_other() -> None:
    """Seed 1 at step 11 is not seed 11 at step 1, nor may a task's name swallow the step."""
    assert stream(1, "order", "t", 11) != stream(11, "order", "t", 1)
    assert stream(1, "order", "t1", 1) != stream(1, "order", "t", 11)


@given(st.integers(0, 2**31), st.integers(0, 10**6))
def test_a_stream_is_a_seed_that_torch_and_numpy_take(seed: int, step: int) -> None:
    """Every stream fits in 63 bits, and two generators on it draw the same."""
    value = stream(seed, "dropout", "squad", step)
    assert 0 <= value < 2**63
    first, second = generator(seed, "mask", "x", step), generator(seed, "mask", "x", step)
    assert first.random(4).tolist() == second.random(4).tolist()
