"""Tests of data.translated: examples as lines of JSON, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.translated import as_lines, read_examples
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Choices, Classified, Question

TEXT = st.text(max_size=8)
LABEL = st.none() | st.integers(0, 3)
EXAMPLES = st.lists(
    st.builds(Classified, TEXT, TEXT, st.none() | TEXT, LABEL)
    | st.builds(Choices, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple), LABEL)
    | st.builds(Question, TEXT, TEXT, TEXT, st.lists(st.builds(Answer, TEXT, st.integers(0, 9))).map(tuple)),
    max_size=4,
)


@given(EXAMPLES)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, examples: list[Classified]
) -> None:
    """Every field of every kind, line ends of all sorts within texts included."""
    path = tmp_path_factory.mktemp("written") / "examples.jsonl"
    path.write_bytes(as_lines(examples).encode())
    assert read_examples(path) == tuple(examples)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"kind": "Line", "id": "1"}', '{"kind": "Classified", "id": "1"}']
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    """With its number."""
    path = tmp_path / "examples.jsonl"
    path.write_text(as_lines([Classified("1", "a", None, 0)]) + line, encoding="utf-8")
    with pytest.raises(DataError, match=r"examples\.jsonl, line 2: is no translated example"):
        read_examples(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    """As any other data that is not there."""
    with pytest.raises(DataError, match="cannot be read"):
        read_examples(tmp_path / "examples.jsonl")
