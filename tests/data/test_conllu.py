"""Tests of the ``conllu`` layout: XTREME's rules for UD-POS."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import Split

from .fakes import UPOS, fake_task, read_all, write

_TASK = fake_task(
    "conllu",
    {"train": Split(paths=("*.conllu",))},
    kind="token-classification",
    labels=UPOS,
    tag_preference={"": ("VERB", "NOUN", "PRON", "ADP", "DET", "PART"), "es": ("AUX", "PRON", "DET", "ADP")},
)


def _text(*rows: str) -> str:
    """CoNLL-U lines from rows of ``id form tag head``; ``#`` lines and blank ones stay as they are."""
    lines = []
    for row in rows:
        if not row or row.startswith("#"):
            lines.append(row)
        else:
            place, form, tag, head = row.split(" ")
            columns = [place, form.replace("~", " "), "_", tag, "_", "_", head, "_", "_", "_"]
            lines.append("\t".join(columns))
    return "\n".join(lines) + "\n\n"


def _read(folder: Path, text: str, language: str = "en") -> list[Grouped]:
    return read_all(_TASK, language, write(folder / "en_x-ud-train.conllu", text))


def _tagged(folder: Path, *rows: str, language: str = "en") -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    examples = [grouped.example for grouped in _read(folder, _text(*rows), language)]
    return [(example.words, example.tags) for example in examples if isinstance(example, Tagged)]


def test_words_and_tags(tmp_path: Path) -> None:
    """A sentence becomes words and tags; an empty node is left out."""
    rows = ("# text = cats sat", "1 cats NOUN 2", "1.1 did VERB _", "2 sat VERB 0")
    assert _tagged(tmp_path, *rows) == [(("cats", "sat"), ("NOUN", "VERB"))]


def test_a_fused_word_stays_one_word(tmp_path: Path) -> None:
    """A fused word takes its parts' place, with the first preferred tag that one of them has."""
    rows = ("1 I PRON 2", "2-3 cannot _ _", "2 can VERB 0", "3 not PART 2", "4 ! PUNCT 2")
    assert _tagged(tmp_path, *rows) == [(("I", "cannot", "!"), ("PRON", "VERB", "PUNCT"))]


@pytest.mark.parametrize(("language", "tag"), [("en", "ADP"), ("es", "DET"), ("fr", "ADP")])
def test_the_preference_is_the_languages_own(tmp_path: Path, language: str, tag: str) -> None:
    """A language without a list of its own takes the default one."""
    rows = ("1-2 del _ _", "1 de ADP 3", "2 el DET 3", "3 mar NOUN 0")
    assert [(("del", "mar"), (tag, "NOUN"))] == _tagged(tmp_path, *rows, language=language)


def test_no_preferred_tag_among_the_parts(tmp_path: Path) -> None:
    """Where the list knows none of the tags, the part nearest to the root gives its own."""
    rows = ("1-2 damelo _ _", "1 lo NOUN 2", "2 da VERB 0", "3-4 ab _ _", "3 a ADV 2", "4 b ADJ 2")
    assert _tagged(tmp_path, *rows, language="es") == [(("damelo", "ab"), ("VERB", "ADV"))]


def test_circular_heads_do_not_hang(tmp_path: Path) -> None:
    """A tree that is none still yields a tag."""
    rows = ("1-2 ab _ _", "1 a NOUN 2", "2 b VERB 1")
    assert _tagged(tmp_path, *rows, language="es") == [(("ab",), ("NOUN",))]


def test_cleaning(tmp_path: Path) -> None:
    """U+200C and spaces inside words are deleted."""
    assert _tagged(tmp_path, "1 1~000 NUM 2", "2 x\u200cy NOUN 0") == [(("1000", "xy"), ("NUM", "NOUN"))]


@pytest.mark.parametrize(
    ("forms", "kept"),
    [
        ("a", True),
        ("_", False),
        ("_ a", False),
        ("_ a b", True),
        ("_ _ a", False),
        ("_ _ a b", True),
        ("a b", True),
    ],
)
def test_withheld_sentences(tmp_path: Path, forms: str, kept: bool) -> None:
    """A sentence is dropped if underscores number at least its length minus one, and there is one."""
    rows = [f"{place} {form} NOUN 0" for place, form in enumerate(forms.split(), start=1)]
    assert kept is bool(_tagged(tmp_path, *rows))


def test_a_withheld_sentence_needs_no_tags(tmp_path: Path) -> None:
    """Tags are checked in the sentences that are kept."""
    assert _tagged(tmp_path, "1 _ _ 0") == []


def test_ids_and_groups(tmp_path: Path) -> None:
    """Ids are the treebank's own where it has some; documents group; empty sentences only count."""
    text = _text("# sent_id = s1", "1 a NOUN 0", "", "# only a comment", "", "", "1 b NOUN 0")
    text += _text(
        "# newdoc id = d", "# sent_id=s5", "1 c NOUN 0", "", "1 d NOUN 0", "", "# newdoc", "1 e NOUN 0"
    )
    name = "en_x-ud-train"
    assert [
        (f"{name}:s1", f"{name}:s1"),
        (f"{name}:4", f"{name}:4"),
        (f"{name}:s5", f"{name}:document 1"),
        (f"{name}:6", f"{name}:document 1"),
        (f"{name}:7", f"{name}:document 2"),
    ] == [(grouped.example.id, grouped.group) for grouped in _read(tmp_path, text)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\ta\tNOUN\n\n", r"train\.conllu, line 1: expected 10 columns divided by tabs, found 3"),
        (_text("1 a NOUN 0", "2 b NUON 1"), r"line 2: There is no tag 'NUON'\. Did you mean 'NOUN'\?"),
        (_text("1 a NOUN 0", "3 b NOUN 1"), "line 2: expected word 2, found '3'"),
        (_text("1-x ab _ _", "1 a NOUN 0"), "line 1: expected word 1, found '1-x'"),
        (_text("1-2 ab _ _", "1 a NOUN 0"), "line 2: the fused word .*:1 reaches to part 2, .* ends at 1"),
        (_text("1-2 ab _ _", "1 a NOUN 0", "2-3 bc _ _"), "line 3: expected word 3, found '2-3'"),
        (
            _text("1 a NOUN 0")[:-1],
            "line 1: expected a blank line after the last sentence: the file is cut short",
        ),
        (_text("1 a NOUN 0", "", "1 b NOUN 0")[:-4], "line 3: expected a blank line"),
    ],
)
def test_a_bad_file(tmp_path: Path, text: str, message: str) -> None:
    """What breaks the layout is named by its line."""
    with pytest.raises(DataError, match=message):
        _read(tmp_path, text)
