"""Paraphrase pairs: the same meaning in other words, or nearly the same words with another meaning."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from stiltwalk.pocket.generators.paraphrase import Twins
from stiltwalk.pocket.parts import part_of, same_either_way
from stiltwalk.pocket.voice import LANGUAGES, voice
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import PARTS, SIZES, examples, meant, sentences


def _twins(part: SplitName) -> tuple[Twins, ...]:
    return meant("paraphrase", part)


def _made(part: SplitName, language: str) -> list[Classified]:
    return [example for example in examples("paraphrase", part, language) if isinstance(example, Classified)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_follow_from_the_meaning(language: str) -> None:
    """1 where both sentences mean the same but for the order of joined patients, in every language."""
    for part in PARTS:
        for twins, example in zip(_twins(part), _made(part, language), strict=True):
            same = same_either_way(twins.one.clause) == same_either_way(twins.other.clause)
            assert example.label == int(same), example


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_say_the_meaning(language: str) -> None:
    """One sentence each."""
    spoken = voice(language)
    for twins, example in zip(_twins("dev"), _made("dev", language), strict=True):
        said = (spoken.say(twins.one).text, spoken.say(twins.other).text)
        assert (example.text_a, example.text_b) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_sentences_differ(language: str) -> None:
    """Also where they mean the same: nothing is solved by comparing characters."""
    for part in PARTS:
        assert all(example.text_a != example.text_b for example in _made(part, language))


def test_labels_are_balanced() -> None:
    """Either about half of the time."""
    for part in PARTS:
        share = sum(twins.label for twins in _twins(part)) / SIZES[part]
        assert abs(share - 0.5) < 0.12, part


def test_first_sentences_are_of_their_part() -> None:
    """And both are where they mean the same."""
    for part in PARTS:
        assert {part_of(twins.one.clause) for twins in _twins(part)} == {part}
        assert {part_of(twins.other.clause) for twins in _twins(part) if twins.label} == {part}


def test_no_clause_to_train_on_is_of_another_part() -> None:
    """Also where the second sentence means something else; a test's changed sentence may be of any part."""
    assert {part_of(said.clause) for twins in _twins("train") for said in sentences(twins)} == {"train"}
    changed = {part_of(twins.other.clause) for part in PARTS[1:] for twins in _twins(part)}
    assert changed == set(PARTS)


def test_denied_habits_keep_their_time_in_place() -> None:
    """*Every day she does not sing* is not *she does not sing every day*."""
    habits = 0
    for part in PARTS:
        for said in (said for twins in _twins(part) for said in sentences(twins)):
            if said.clause.negated and said.clause.tense == "present":
                habits += bool(said.clause.time)
                assert said.front != "time", said
    assert habits > 0


def test_pairs_share_most_of_their_words() -> None:
    """In English at least half of the words of either sentence are in the other, whatever the label."""
    shares: dict[int, list[float]] = {0: [], 1: []}
    for example in _made("train", "en"):
        assert example.text_b
        assert example.label is not None
        one, other = (
            Counter(text.lower().replace(",", "").rstrip(".").split())
            for text in (example.text_a, example.text_b)
        )
        shares[example.label].append((one & other).total() / max(one.total(), other.total()))
    assert min(shares[1]) == 1.0
    assert sum(share >= 0.5 for share in shares[0]) > 0.95 * len(shares[0])


def test_different_pairs_differ_in_one_thing() -> None:
    """Tense, predicate and denial are the same; swapped roles are among the changes."""
    swapped = 0
    for twins in _twins("train"):
        one, other = twins.one.clause, twins.other.clause
        assert (one.predicate, one.tense, one.negated) == (other.predicate, other.tense, other.negated)
        if one.patient:
            swapped += replace(one, agent=one.patient, patient=one.agent) == other
        if one.recipient:
            swapped += replace(one, agent=one.recipient, recipient=one.agent) == other
    assert swapped > 20
