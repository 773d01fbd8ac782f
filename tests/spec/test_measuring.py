"""Tests of what a study may measure: its short forms, and what cannot be measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.measuring import Machine, Measuring
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from

LEAST: Mapping[str, Any] = {"study": "s", "encoders": ["x/e"], "targets": ["xquad"]}


def measured(measure: object, overrides: Mapping[str, Any] | None = None) -> Measuring | None:
    """What a study that says so measures."""
    return study_from({**LEAST, "measure": measure}, "here", overrides).measure


def test_a_word_stands_for_the_usual() -> None:
    """The protocol's batches, lengths and repeats; nothing unless it is asked for."""
    usual = Measuring(batches=(1, 8, 32, 128), lengths=(128, 384), repeats=30, int8=True, threads=None)
    assert measured(True) == measured({}) == usual
    assert measured(False) is None
    assert measured(None) is None
    assert study_from(LEAST, "here").measure is None


def test_order_is_no_matter() -> None:
    """Batches and lengths are kept ascending, and one alone needs no list."""
    assert measured({"batches": [8, 1], "lengths": 64}) == Measuring(batches=(1, 8), lengths=(64,))


@pytest.mark.parametrize(
    ("measure", "overrides"),
    [
        (None, {"measure": True, "measure.repeats": 5}),
        (True, {"measure.repeats": 5}),
        ({"repeats": 7}, {"measure.repeats": 5}),
        (False, {"measure": {"repeats": 5}}),
    ],
)
def test_settings_from_the_command_line(measure: object, overrides: Mapping[str, Any]) -> None:
    """``-o`` reaches it whatever the file says, and switches it off."""
    assert measured(measure, overrides) == Measuring(repeats=5)
    assert measured(measure, {"measure": False}) is None


def test_a_study_survives_writing_down() -> None:
    """With all defaults filled in it reads back as itself, measured or not."""
    for measure in (True, False, {"lengths": [16], "threads": 2}):
        one = study_from({**LEAST, "measure": measure}, "here")
        assert parse(Study, one.model_dump(mode="json"), "here") == one


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("ture", "measure: expected true, false or a mapping such as {lengths: [128]}, found 'ture'"),
        ([1, 8], "expected true, false or a mapping such as {lengths: [128]}, found [1, 8]"),
        ({"batch": [1]}, "measure.batch: there is no such field. Did you mean 'batches'?"),
        (
            {"batches": []},
            "expected different whole numbers of 1 or more, such as [1, 8, 32, 128], found []",
        ),
        ({"batches": [1, 8, 1]}, "such as [1, 8, 32, 128], found [1, 8, 1]"),
        ({"lengths": [0, 128]}, "such as [128, 384], found [0, 128]"),
        ({"lengths": ["long"]}, "measure.lengths.0: expected a whole number"),
        ({"repeats": 0}, "measure.repeats: expected at least 1, found 0"),
        ({"threads": 0}, "measure.threads: expected at least 1, found 0"),
    ],
)
def test_what_cannot_be_measured(measure: object, message: str) -> None:
    """What was expected, what was found, and the nearest name."""
    with pytest.raises(StudyError) as refused:
        measured(measure)
    assert message in str(refused.value)


def test_a_machine_for_people() -> None:
    """Passes run on the accelerator where there is one."""
    bare = Machine(processor="Abacus 3", cores=4)
    assert bare.described == "Abacus 3, 4 core(s)"
    assert bare.replace({"accelerator": "Loom"}).described == "Loom"
