"""Tests of the ``token-tags`` layout: PAN-X, MasakhaNER and Universal NER."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.token_tags import read
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Example, Tagged
from stiltwalk.spec.task import Split

from .fakes import fake_task, write

_TASK = fake_task(
    "token-tags",
    {"test": Split(paths=("test",))},
    kind="token-classification",
    labels=("O", "B-PER", "I-PER", "B-LOC", "I-LOC"),
).replace({"tag_map": {"B-OTH": "O", "I-OTH": "O", "B-O": "O"}})


def _read(folder: Path, text: str, name: str = "test.txt", language: str = "sw") -> list[Example]:
    return [grouped.example for grouped in read(_TASK, language, (write(folder / name, text),))]


@pytest.mark.parametrize("text", ["Ana B-PER\nlala O\n\n\nhapa O\n\n", "Ana\tB-PER\nlala\tO\n \nhapa\tO"])
def test_sentences(tmp_path: Path, text: str) -> None:
    """A word and its tag a line, a space or a tab between them; blank lines part sentences."""
    assert _read(tmp_path, text) == [
        Tagged("test.txt:1", ("Ana", "lala"), ("B-PER", "O")),
        Tagged("test.txt:2", ("hapa",), ("O",)),
    ]


def test_an_empty_file(tmp_path: Path) -> None:
    """No lines are no sentences."""
    assert _read(tmp_path, "\n\n") == []


@pytest.mark.parametrize("name", ["x.iob2", "x.iob2.gz"])
def test_numbered_words(tmp_path: Path, name: str) -> None:
    """Universal NER: comments are left out, further columns may lack, and other types are mapped."""
    text = "# sent_id = s\n# text = #1 is\n1\t#1\tB-OTH\t-\tann\n2\tis\tO\n\n# x\n1\tAna\tB-O\t-\t-\n\n"
    assert _read(tmp_path, text, name) == [
        Tagged("x.iob2:1", ("#1", "is"), ("O", "O")),
        Tagged("x.iob2:2", ("Ana",), ("O",)),
    ]


def test_a_number_sign_is_a_word_in_two_columns(tmp_path: Path) -> None:
    """Files of two columns have no comments."""
    assert _read(tmp_path, "# O\n: O\n") == [Tagged("test.txt:1", ("#", ":"), ("O", "O"))]


def test_the_languages_own_prefix_is_stripped(tmp_path: Path) -> None:
    """Where the first word bears it, every word loses it, once; what is left may be empty."""
    text = "sw:Ana\tB-PER\nsw:de:x\tO\nsw:sw:y\tO\nsw: a b \tO\nsw:\tO\n\nsw:hapa\tO\n"
    assert [example.words for example in _read(tmp_path, text) if isinstance(example, Tagged)] == [
        ("Ana", "de:x", "sw:y", "a b", ""),
        ("hapa",),
    ]


@pytest.mark.parametrize("text", ["de:Ana\tO\nsw:x\tO\n", "Ana\tO\nsw:x\tO\n"])
def test_other_prefixes_are_words(tmp_path: Path, text: str) -> None:
    """Another language's code is no prefix, and a file without prefixes may hold what looks like one."""
    (example,) = _read(tmp_path, text)
    assert isinstance(example, Tagged)
    assert example.words[1] == "sw:x"


def test_each_file_has_its_own_prefix(tmp_path: Path) -> None:
    """Whether words bear a prefix is told from the first word of each file, and ids name the file."""
    paths = (write(tmp_path / "a", "sw:x O\n"), write(tmp_path / "b", "y O\nsw:x O\n"))
    found = [grouped.example for grouped in read(_TASK, "sw", paths)]
    assert found == [Tagged("a:1", ("x",), ("O",)), Tagged("b:1", ("y", "sw:x"), ("O", "O"))]


def test_inside_without_a_beginning(tmp_path: Path) -> None:
    """Real files open entities with I-; tags are taken as they stand."""
    (example,) = _read(tmp_path, "a O\nb I-PER\nc I-LOC\n")
    assert isinstance(example, Tagged)
    assert example.tags == ("O", "I-PER", "I-LOC")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t", "Ana B-PER\nlala\n", r"t, line 2: expected a word and its tag, .* found 'lala'"),
        ("t", "Ana NNP B-PER\n", r"t, line 1: expected a word and its tag, .* found 'Ana NNP B-PER'"),
        ("t", "Ana\tx\tO\n", "line 1: expected a word and its tag"),
        ("t", "\tO\n", "line 1: expected a word and its tag"),
        ("t", "Ana\t\n", "line 1: expected a word and its tag"),
        ("t", "Ana B-PRE\n", r"line 1: There is no tag 'B-PRE'\. Did you mean 'B-PER'\?"),
        (
            "t.iob2",
            "1\tAna\n",
            "line 1: expected the word's number, the word and its tag, .* found 2 columns",
        ),
        ("t.iob2", "# a\n1\t\tO\n", "line 2: expected the word's number, the word and its tag"),
        ("t.iob2", "1 Ana O\n", "line 1: expected the word's number, .* found 1 columns"),
    ],
)
def test_a_bad_file(tmp_path: Path, name: str, text: str, message: str) -> None:
    """What breaks the layout is named by its line, with what was found there."""
    with pytest.raises(DataError, match=message):
        _read(tmp_path, text, name)


_WORD = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=5)


@given(
    sentences=st.lists(
        st.lists(st.tuples(_WORD, st.sampled_from(_TASK.labels)), min_size=1, max_size=5), max_size=4
    ),
    divider=st.sampled_from([" ", "\t"]),
    prefix=st.sampled_from(["", "sw:"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    sentences: list[list[tuple[str, str]]],
    divider: str,
    prefix: str,
) -> None:
    """Whatever the words, a file written in the layout is read as it was meant."""
    text = "\n\n".join(
        "\n".join(f"{prefix}{word}{divider}{tag}" for word, tag in sentence) for sentence in sentences
    )
    read_back = _read(tmp_path_factory.mktemp("t"), text)
    assert [list(zip(e.words, e.tags, strict=True)) for e in read_back if isinstance(e, Tagged)] == sentences
