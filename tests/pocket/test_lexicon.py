"""Lexicons: cells, phrases and their tags; and every language's file is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.pocket.lexicon import Lexicon, lexicon
from stiltwalk.pocket.voice import LANGUAGES
from stiltwalk.pocket.words import Word
from stiltwalk.pocket.world import world
from stiltwalk.spec.tasks.pocket import POCKET

SMALL = Lexicon(
    "xx",
    {
        "dog": {"sg": "Hund", "gender": "m"},
        "garden": {"at": "in/ADP the/DET garden"},
        "sleep": {"past": "fell/VERB asleep"},
        "red-cross": {"name": "the/DET Red/PROPN Cross/PROPN"},
        "new-york": {"name": "New York"},
        "paris": {"name": "Paris"},
        "olga": {"name": "Olga"},
        "red": {"adj": "red"},
        "seven": {"number": "seven"},
        "yesterday": {"time": "yesterday"},
        "ask": {"phrase": "what now/ADV and/or/CCONJ"},
    },
)
UPOS = next(task.labels for task in POCKET if task.name == "pocket-pos")


def test_value() -> None:
    """A cell as it stands."""
    assert SMALL.value("dog", "gender") == "m"
    assert SMALL.value("garden", "at") == "in/ADP the/DET garden"


@pytest.mark.parametrize(("concept", "form"), [("dog", "pl"), ("cat", "sg")])
def test_missing_form(concept: str, form: str) -> None:
    """The message names the file, the concept and the form."""
    with pytest.raises(KeyError, match=f"lexicon/xx.tsv: '{concept}' has no form '{form}'"):
        SMALL.value(concept, form)
    with pytest.raises(KeyError, match=f"lexicon/xx.tsv: '{concept}' has no form '{form}'"):
        SMALL.phrase(concept, form)


def test_has() -> None:
    """Whether a cell exists, also where the row does not."""
    assert SMALL.has("dog", "sg")
    assert not SMALL.has("dog", "pl")
    assert not SMALL.has("cat", "sg")


@pytest.mark.parametrize(
    ("concept", "form", "expected"),
    [
        ("dog", "sg", [("Hund", "NOUN")]),
        ("garden", "at", [("in", "ADP"), ("the", "DET"), ("garden", "NOUN")]),
        ("sleep", "past", [("fell", "VERB"), ("asleep", "VERB")]),
        ("red", "adj", [("red", "ADJ")]),
        ("seven", "number", [("seven", "NUM")]),
        ("yesterday", "time", [("yesterday", "ADV")]),
        ("ask", "phrase", [("what", "X"), ("now", "ADV"), ("and/or", "CCONJ")]),
    ],
)
def test_phrase(concept: str, form: str, expected: list[tuple[str, str]]) -> None:
    """A word's own tag, else that of its category; the last slash parts the two."""
    assert [(word.text, word.upos) for word in SMALL.phrase(concept, form)] == expected


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("olga", ["B-PER"]),
        ("paris", ["B-LOC"]),
        ("new-york", ["B-LOC", "I-LOC"]),
        ("red-cross", ["O", "B-ORG", "I-ORG"]),
    ],
)
def test_entities(concept: str, expected: list[str]) -> None:
    """The proper nouns of a name, from its first; an article stands outside."""
    assert [word.entity for word in SMALL.phrase(concept, "name")] == expected


def test_only_names_are_entities() -> None:
    """A noun is none, nor is a proper noun in another category."""
    lexicon_with_day = Lexicon("xx", {"on-monday": {"time": "on/ADP Monday/PROPN"}})
    assert {word.entity for word in SMALL.phrase("dog", "sg")} == {"O"}
    assert {word.entity for word in lexicon_with_day.phrase("on-monday", "time")} == {"O"}


def test_phrase_has_its_role() -> None:
    """Every word of it."""
    assert SMALL.phrase("new-york", "name", "place") == [
        Word("New", "PROPN", "place", "B-LOC"),
        Word("York", "PROPN", "place", "I-LOC"),
    ]


def test_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments and empty lines are skipped; a cell is cut at its first equals sign."""
    _write(tmp_path, "# Nouns.\n\ndog\tsg=Hund\tnote=a=b\ncat\n")
    monkeypatch.setattr("stiltwalk.pocket.lexicon.files", lambda package: tmp_path)
    assert lexicon.__wrapped__("xx").rows == {"dog": {"sg": "Hund", "note": "a=b"}, "cat": {}}


def test_a_concept_stands_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second row would silently win."""
    _write(tmp_path, "dog\tsg=Hund\ndog\tsg=Köter\n")
    monkeypatch.setattr("stiltwalk.pocket.lexicon.files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"lexicon/xx\.tsv: 'dog' stands twice"):
        lexicon.__wrapped__("xx")


def _write(folder: Path, text: str) -> None:
    (folder / "lexicon").mkdir()
    (folder / "lexicon" / "xx.tsv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_has_its_row(language: str) -> None:
    """All but the kinds of *be*, which some grammars write themselves; and no row is without use."""
    tables = ("nouns", "verbs", "qualities", "places", "names", "times", "numbers")
    concepts = {concept for table in tables for concept in getattr(world(), table)}
    rows = set(lexicon(language).rows)
    assert concepts - rows <= {"be-quality", "be-at", "be-kind"}
    # a cell may name another row
    named = {cell for row in lexicon(language).rows.values() for cell in row.values()}
    assert {"ask-effect", "ask-cause"} <= rows
    assert rows - concepts - named == {"ask-effect", "ask-cause"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tag_is_known(language: str) -> None:
    """A tag written in a cell is a universal part of speech, and no word is empty."""
    for concept, row in lexicon(language).rows.items():
        for form, text in row.items():
            for word in lexicon(language).phrase(concept, form):
                assert word.text, (concept, form)
                assert word.upos in UPOS or "/" not in text, (concept, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_differ(language: str) -> None:
    """No two names are written alike, or answers and entities would be."""
    forms = lexicon(language)
    written = [tuple(sorted(forms.rows[name].items())) for name in world().names]
    assert len(set(written)) == len(written)
