"""Tagged sentences: a tag for each word, entities in well-formed IOB2."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from stiltwalk.pocket.parts import part_of
from stiltwalk.pocket.voice import LANGUAGES, Said, voice
from stiltwalk.pocket.world import world
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks.pocket import POCKET
from tests.pocket.drawn import PARTS, SIZES, examples, meant

LABELS = {task.generator: task.labels for task in POCKET}
TYPES = {"person": "PER", "city": "LOC", "organisation": "ORG"}


def _said(generator: str, part: SplitName) -> tuple[Said, ...]:
    return meant(generator, part)


def _made(generator: str, part: SplitName, language: str) -> list[Tagged]:
    return [example for example in examples(generator, part, language) if isinstance(example, Tagged)]


@pytest.mark.parametrize("generator", ["pos", "ner"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_tag_for_each_word(generator: str, language: str) -> None:
    """Of those the task names; no word is empty or holds a space."""
    for part in PARTS:
        for example in _made(generator, part, language):
            assert len(example.words) == len(example.tags)
            assert set(example.tags) <= set(LABELS[generator])
            assert all(word and " " not in word for word in example.words)


@pytest.mark.parametrize("generator", ["pos", "ner"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_those_of_the_sentence(generator: str, language: str) -> None:
    """Written as one text they are what the language says."""
    for said, example in zip(_said(generator, "dev"), _made(generator, "dev", language), strict=True):
        assert "".join(example.words) == voice(language).say(said).text.replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_ends_with_a_mark_and_has_a_noun(language: str) -> None:
    """Tags that hold whatever is said; what no category decides is never left."""
    for part in PARTS:
        for example in _made("pos", part, language):
            assert example.tags[-1] == "PUNCT"
            assert {"NOUN", "PROPN"} & set(example.tags)
            assert "X" not in example.tags, example


@pytest.mark.parametrize("language", LANGUAGES)
def test_iob2_is_well_formed(language: str) -> None:
    """An inner tag follows one of its own type."""
    for part in PARTS:
        for example in _made("ner", part, language):
            for before, tag in pairwise(("O", *example.tags)):
                if tag.startswith("I-"):
                    assert before[2:] == tag[2:], example


@pytest.mark.parametrize("language", LANGUAGES)
def test_entities_are_the_names_meant(language: str) -> None:
    """As many of each type as the meaning holds, in every language."""
    for part in PARTS:
        for said, example in zip(_said("ner", part), _made("ner", part, language), strict=True):
            concepts = [said.clause.place or "", *(thing.concept for _, thing in said.clause.things)]
            expected = Counter(TYPES[world().names[c].kind] for c in concepts if c in world().names)
            found = Counter(tag[2:] for tag in example.tags if tag.startswith("B-"))
            assert found == expected, example


@pytest.mark.parametrize("language", LANGUAGES)
def test_entities_are_proper_nouns(language: str) -> None:
    """Where part of speech and entity come from the same words."""
    for said in _said("ner", "dev"):
        for word in voice(language).words(said):
            assert word.entity == "O" or word.upos == "PROPN", word


def test_entities_are_common_but_not_everywhere() -> None:
    """Most sentences have one, some none; each type is met."""
    made = _made("ner", "train", "en")
    without = sum(set(example.tags) == {"O"} for example in made)
    assert 0.02 < without / SIZES["train"] < 0.4
    # people go by one name here
    assert {tag for example in made for tag in example.tags} == set(LABELS["ner"]) - {"I-PER"}


@pytest.mark.parametrize("generator", ["pos", "ner"])
def test_clauses_are_of_their_part(generator: str) -> None:
    """No clause of one split is in another."""
    for part in PARTS:
        assert {part_of(said.clause) for said in _said(generator, part)} == {part}
