"""Tests of how tasks are drawn, as a record: its short forms, and what cannot be drawn from."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.record import parse
from stiltwalk.spec.sampling import Sampling


def sampling(raw: object) -> Sampling:
    """What a study file says, as a record."""
    return parse(Sampling, raw, "here")


def test_words_and_temperatures_are_exponents() -> None:
    """There is one record for each way to draw, however it was written."""
    assert sampling("proportional") == sampling({}) == sampling({"temperature": 1}) == Sampling()
    assert sampling("uniform") == sampling({"exponent": 0})
    assert sampling({"temperature": 4, "cap": 9}) == sampling({"exponent": 0.25, "cap": 9})


@pytest.mark.parametrize(
    "raw",
    [
        {"cap": 131072, "exponent": 0.5},
        {"weights": {"a": 1, "b": 3}},
        {"schedule": [{"at": 0, "weights": {"a": 1, "b": 0}}, {"at": 1, "weights": {"a": 0, "b": 1}}]},
    ],
)
def test_a_record_survives_writing_down(raw: dict[str, Any]) -> None:
    """With all defaults filled in it reads back as itself."""
    one = sampling(raw)
    assert sampling(one.model_dump(mode="json")) == one


TURNS = [{"at": 0.5, "weights": {"a": 1}}, {"at": 0.5, "weights": {"a": 1}}]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("uniformly", "there is no sampling 'uniformly'. Did you mean 'uniform'?"),
        ({"kap": 3}, "kap: there is no such field. Did you mean 'cap'?"),
        ({"cap": 0}, "a cap of 0 leaves nothing to draw; expected 1 or more"),
        ({"exponent": -1}, "exponent: expected at least 0"),
        ({"temperature": 0}, "temperature: expected a number above 0, such as 2, found 0"),
        ({"temperature": "hot"}, "temperature: expected a number above 0, such as 2, found 'hot'"),
        ({"temperature": 2, "exponent": 1}, "temperature T is the exponent 1/T: give one of the two"),
        ({"weights": {"a": 0, "b": 0}}, "weights that sum to zero draw no task: {'a': 0.0, 'b': 0.0}"),
        ({"weights": {"a": -1, "b": 2}}, "weights are 0 or more"),
        ({"weights": {"a": 1, "b": 0}}, "'b' has the weight 0 throughout and is never drawn"),
        ({"weights": {"a": 1}, "cap": 5}, "found cap and weights"),
        ({"weights": {"a": 1}, "schedule": [TURNS[0]]}, "found weights and schedule"),
        ({"schedule": TURNS}, "follow one another; found at: [0.5, 0.5]. Put them in order"),
        (
            {"schedule": [TURNS[0], {"at": 1, "weights": {"b": 1}}]},
            "every turn of a schedule weighs the same tasks",
        ),
        ({"schedule": [{"at": 2, "weights": {"a": 1}}]}, "schedule.0.at: expected at most"),
    ],
)
def test_what_cannot_be_drawn_from(raw: object, message: str) -> None:
    """Each is refused with what was found and the cure."""
    with pytest.raises(StudyError) as caught:
        sampling(raw)
    assert message in str(caught.value)
