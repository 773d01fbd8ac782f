"""Tests of the ``aligned-lines`` layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Aligned
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task("aligned-lines", {"test": Split(paths=("x.de", "x.en"))}, kind="sentence-retrieval")


def _pair(folder: Path, german: str, english: str) -> tuple[Path, Path]:
    return write(folder / "x.de", german), write(folder / "x.en.gz", english)


def test_pairs(tmp_path: Path) -> None:
    """Equal lines make a pair, stripped, named by language and line."""
    pairs = read_all(_TASK, "de", *_pair(tmp_path, " ja \nnein\n", "yes\nno"))
    assert [Aligned("de-1", "ja", "yes"), Aligned("de-2", "nein", "no")] == [pair.example for pair in pairs]


def test_one_file_shorter(tmp_path: Path) -> None:
    """Files of unequal length are refused, and the shorter one is blamed."""
    with pytest.raises(
        DataError, match=r"x\.en\.gz: expected as many lines .*found 2 in x\.de and 1 in x\.en\.gz"
    ):
        read_all(_TASK, "de", *_pair(tmp_path, "ja\nnein\n", "yes\n"))


def test_an_empty_sentence(tmp_path: Path) -> None:
    """An empty sentence is refused with its line."""
    with pytest.raises(DataError, match=r"x\.de, line 2: expected a sentence, found an empty line"):
        read_all(_TASK, "de", *_pair(tmp_path, "ja\n \nnein\n", "yes\nno\nnever\n"))


def test_not_two_files(tmp_path: Path) -> None:
    """Any other number of files than two is refused."""
    german, english = _pair(tmp_path, "ja\n", "yes\n")
    with pytest.raises(DataError, match=r"expected two files, one in 'de' .* found x\.de, x\.en\.gz, x\.de"):
        read_all(_TASK, "de", german, english, german)
