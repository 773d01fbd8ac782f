"""Tests of taking parsed JSON apart."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from stiltwalk.data.fields import field, filled, parse_json
from stiltwalk.spec.errors import DataError

_PATH = Path("f.json")
_FAULT = partial(DataError, _PATH, 7)


def test_fields_as_they_stand() -> None:
    """A field is handed back unchanged."""
    record = {"a": " x ", "n": 3, "l": [1]}
    assert filled(record, "a", _FAULT) == " x "
    assert field(record, "n", int, _FAULT) == 3
    assert field(record, "l", list, _FAULT) == [1]


@pytest.mark.parametrize(
    ("record", "kind", "message"),
    [
        (["a"], str, r"f\.json, line 7: expected an object with the field 'a', found \['a'\]"),
        ({"b": 1}, str, "expected the field 'a', found 'b'"),
        ({}, str, "expected the field 'a', found none"),
        ({"a": 1}, str, "expected text in the field 'a', found 1"),
        ({"a": True}, int, "expected a whole number in the field 'a', found True"),
        ({"a": "x" * 99}, list, r"expected a list in the field 'a', found 'x{56}\.\.\."),
        ({"a": "\ud800"}, str, "half a surrogate pair"),
    ],
)
def test_what_is_wrong_with_a_field(record: object, kind: type, message: str) -> None:
    """The message says what was expected, what was found, and where."""
    with pytest.raises(DataError, match=message):
        field(record, "a", kind, _FAULT)


def test_blank_text() -> None:
    """Blank text is refused where text must say something."""
    with pytest.raises(DataError, match="the field 'a' is empty"):
        filled({"a": " \n"}, "a", _FAULT)


@pytest.mark.parametrize("text", ['{"a": [', '{"a": "wor', '{"a"'])
def test_cut_json(text: str) -> None:
    """JSON that ends too early is called cut short, in its last line."""
    with pytest.raises(DataError, match=r"f\.json, line 2: the JSON is cut short"):
        parse_json("\n" + text, _PATH)


def test_not_json() -> None:
    """Anything else is not JSON; a line of a file of lines keeps its own number."""
    with pytest.raises(DataError, match=r"f\.json, line 9: not JSON"):
        parse_json("a,b,c", _PATH, 9)


def test_bottomless_json() -> None:
    """JSON nested without end is refused rather than crashing."""
    with pytest.raises(DataError, match="nested deeper than any layout"):
        parse_json("[" * 200_000, _PATH)
