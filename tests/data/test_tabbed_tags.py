"""Tests of the ``tabbed-tags`` layout: a sentence, a tab and its tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Example, Tagged
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task(
    "tabbed-tags",
    {"train": Split(paths=("train.tsv",))},
    kind="token-classification",
    labels=("N", "NP[nb]/N", r"(S[dcl]\NP)/NP", "."),
)


def _read(folder: Path, text: str) -> list[Example]:
    return [grouped.example for grouped in read_all(_TASK, "en", write(folder / "train.tsv", text))]


def test_sentences(tmp_path: Path) -> None:
    """Words and tags are divided by spaces, and only by those."""
    text = "the dog .\tNP[nb]/N N .\nsaw  a\u00a0b \t(S[dcl]\\NP)/NP N\n"
    assert _read(tmp_path, text) == [
        Tagged("train.tsv:1", ("the", "dog", "."), ("NP[nb]/N", "N", ".")),
        Tagged("train.tsv:2", ("saw", "a\u00a0b"), (r"(S[dcl]\NP)/NP", "N")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dog N\n",
            r"train\.tsv, line 1: expected a sentence, a tab and its tags, found 1 columns in 'dog N'",
        ),
        ("dog\tN\n\n", "line 2: expected a sentence, a tab and its tags, found 1 columns in ''"),
        ("dog\tN\tN\n", "line 1: expected a sentence, a tab and its tags, found 3 columns"),
        (" \t \n", "line 1: expected a sentence, a tab and its tags"),
        ("the dog\tN\n", "line 1: expected a tag for each of the 2 words, found 1"),
        ("the dog\tNP[nb]N N\n", r"line 1: There is no tag 'NP\[nb\]N'\. Did you mean 'NP\[nb\]/N'\?"),
    ],
)
def test_a_bad_file(tmp_path: Path, text: str, message: str) -> None:
    """What breaks the layout is named by its line, with what was found there."""
    with pytest.raises(DataError, match=message):
        _read(tmp_path, text)
