"""Tests of the ``bucc`` layout: two sides of sentences and the gold pairs among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Minable
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_NAMES = ("de-en.sample.de", "de-en.sample.en", "de-en.sample.gold")
_TASK = fake_task("bucc", {"dev": Split(paths=_NAMES)}, kind="sentence-retrieval")

_GERMAN = "de-1\tja .\nde-2\t vielleicht\nde-3\tja .\n"
_ENGLISH = "en-1\tno\nen-2\tyes .\n"
_GOLD = "de-1\ten-2\n"


def _files(folder: Path, german: str, english: str, gold: str) -> tuple[Path, ...]:
    texts = (german, english, gold)
    return tuple(write(folder / name, text) for name, text in zip(_NAMES, texts, strict=True))


def _read(folder: Path, german: str = _GERMAN, english: str = _ENGLISH, gold: str = _GOLD) -> list[object]:
    return [grouped.example for grouped in read_all(_TASK, "de", *_files(folder, german, english, gold))]


def test_both_sides(tmp_path: Path) -> None:
    """Every sentence once, foreign ones first, with its twin; a repeated text is kept."""
    assert _read(tmp_path) == [
        Minable("de-1", "ja .", "foreign", "en-2"),
        Minable("de-2", "vielleicht", "foreign", None),
        Minable("de-3", "ja .", "foreign", None),
        Minable("en-1", "no", "english", None),
        Minable("en-2", "yes .", "english", "de-1"),
    ]


def test_an_english_sentence_in_two_pairs(tmp_path: Path) -> None:
    """Both pairs are gold, and the English side names the first; a pair may be listed twice."""
    found = _read(tmp_path, gold="de-3\ten-2\nde-1\ten-2\nde-1\ten-2\n")
    twins = {example.id: example.twin for example in found if isinstance(example, Minable)}
    assert twins == {"de-1": "en-2", "de-2": None, "de-3": "en-2", "en-1": None, "en-2": "de-3"}


@pytest.mark.parametrize(
    ("german", "english", "gold", "message"),
    [
        ("de-1\n", _ENGLISH, "", r"sample\.de, line 1: expected an id, a tab and a sentence, found 'de-1'"),
        (_GERMAN, "en-1\tno\n\ten\n", "", r"sample\.en, line 2: expected an id, a tab and a sentence"),
        (
            _GERMAN,
            _ENGLISH,
            "de-1 en-2\n",
            r"sample\.gold, line 1: expected a foreign id, a tab and an English",
        ),
        (_GERMAN + "de-1\tx\n", _ENGLISH, _GOLD, r"sample\.de, line 4: the id 'de-1' occurs twice"),
        (_GERMAN, _ENGLISH, "de-1\ten-2\nde-9\ten-1\n", r"gold, line 2: there is no sentence 'de-9'"),
        (_GERMAN, _ENGLISH, "en-2\tde-1\n", r"gold, line 1: there is no sentence 'en-2'"),
        (
            _GERMAN,
            _ENGLISH,
            "de-1\ten-2\nde-1\ten-1\n",
            "line 2: 'de-1' is paired with 'en-2' and with 'en-1'",
        ),
    ],
)
def test_a_bad_file(tmp_path: Path, german: str, english: str, gold: str, message: str) -> None:
    """What breaks the layout is named by its file and line."""
    with pytest.raises(DataError, match=message):
        _read(tmp_path, german, english, gold)


def test_not_three_files(tmp_path: Path) -> None:
    """Any other number of files than three is refused."""
    paths = _files(tmp_path, _GERMAN, _ENGLISH, _GOLD)
    with pytest.raises(
        DataError, match=r"expected three files, one in 'de', .* found de-en\.sample\.de, de-en"
    ):
        read_all(_TASK, "de", *paths[:2])
    with pytest.raises(DataError, match="found none"):
        read_all(_TASK, "de")
