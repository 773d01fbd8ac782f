"""Tests of the family of errors and of the suggestion for an unknown name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec import errors
from stiltwalk.spec.errors import DataError, StiltwalkError, UserError, nearest, unknown_name

NAMES = ("squad", "xquad", "TyDiQA", "ud-pos")


def test_one_family() -> None:
    """Every error is a ``StiltwalkError``; those the user can mend are ``UserError``s, the others are not."""
    family = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not StiltwalkError
    }
    assert all(issubclass(kind, StiltwalkError) for kind in family.values())
    assert {name for name, kind in family.items() if not issubclass(kind, UserError)} == {
        "StepFailedError",
        "LeaseLostError",
        "InterruptedRunError",
        "DiskFullError",
    }


@pytest.mark.parametrize(
    ("name", "close"),
    [("sqaud", "squad"), ("tydiqa", "TyDiQA"), ("udpos", "ud-pos"), ("completely-else", None), ("", None)],
)
def test_nearest(name: str, close: str | None) -> None:
    """The nearest name is found whatever its case; nothing is suggested where nothing is near."""
    assert nearest(name, NAMES) == close


@settings(deadline=None)
@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_nearest_is_a_known_name(name: str, known: list[str]) -> None:
    """Only what exists is suggested."""
    assert nearest(name, known) in {None, *known}


def test_unknown_name() -> None:
    """The message names the kind, the name, the nearest known one and everything there is."""
    found = str(unknown_name("task", "sqaud", NAMES))
    assert found == "There is no task 'sqaud'. Did you mean 'squad'? There is: TyDiQA, squad, ud-pos, xquad."


def test_unknown_name_among_none_or_many() -> None:
    """An empty table says so; a long one is cut at eighty."""
    assert str(unknown_name("study", "x", ())) == "There is no study 'x'. There is: none."
    long = str(unknown_name("study", "?", [f"{n:02}" for n in range(81)]))
    assert long.endswith("78, 79, ….")


@pytest.mark.parametrize(("line", "message"), [(7, "a.json, line 7: broken"), (None, "a.json: broken")])
def test_data_error_says_where(line: int | None, message: str) -> None:
    """A data error carries its file and line, and says them first."""
    error = DataError("a.json", line, "broken")
    assert (str(error), error.path, error.line) == (message, Path("a.json"), line)
