"""Inference pairs: labels follow from meaning, not from language, seed or words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from stiltwalk.pocket.generators.inference import Pair
from stiltwalk.pocket.meaning import LABELS, Clause, relation
from stiltwalk.pocket.parts import part_of
from stiltwalk.pocket.voice import LANGUAGES, Said, voice
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import PARTS, SIZES, examples, meant

THREE_WAY = ("nli", "nli-hypothesis")


def _pairs(generator: str, part: SplitName) -> tuple[Pair, ...]:
    return meant(generator, part)


def _made(generator: str, part: SplitName, language: str) -> list[Classified]:
    return [example for example in examples(generator, part, language) if isinstance(example, Classified)]


@pytest.mark.parametrize("generator", THREE_WAY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nli_labels_follow_from_the_meaning(generator: str, language: str) -> None:
    """In every language an example has the label of what its one premise says of its hypothesis."""
    for part in PARTS:
        made = _made(generator, part, language)
        for pair, example in zip(_pairs(generator, part), made, strict=True):
            (premise,) = pair.premises
            assert example.label == LABELS[relation(premise.clause, pair.hypothesis)], example


@pytest.mark.parametrize("language", LANGUAGES)
def test_entailment_labels_follow_from_the_meaning(language: str) -> None:
    """The hypothesis is entailed where one of the two premises entails it."""
    for part in PARTS:
        made = _made("entailment", part, language)
        for pair, example in zip(_pairs("entailment", part), made, strict=True):
            relations = {relation(said.clause, pair.hypothesis) for said in pair.premises}
            assert len(pair.premises) == 2
            assert example.label == (0 if "entailment" in relations else 1), example


@pytest.mark.parametrize("generator", ["nli", "entailment"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_say_the_meaning(generator: str, language: str) -> None:
    """The first text is the premises', the second the hypothesis'."""
    spoken = voice(language)
    for pair, example in zip(_pairs(generator, "dev"), _made(generator, "dev", language), strict=True):
        assert example.text_a == spoken.passage(pair.premises)
        assert example.text_b == spoken.say(Said(pair.hypothesis)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_control_shows_no_premise(language: str) -> None:
    """Its one text is the hypothesis."""
    pairs = _pairs("nli-hypothesis", "dev")
    for pair, example in zip(pairs, _made("nli-hypothesis", "dev", language), strict=True):
        assert (example.text_a, example.text_b) == (voice(language).say(Said(pair.hypothesis)).text, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_control_is_nli_without_premises(language: str) -> None:
    """One by one: the same ids, hypotheses and labels, in every split."""
    for part in PARTS:
        expected = [(pair.id, pair.text_b, pair.label) for pair in _made("nli", part, language)]
        assert len(expected) == SIZES[part]
        assert [(e.id, e.text_a, e.label) for e in _made("nli-hypothesis", part, language)] == expected


@pytest.mark.parametrize("generator", ["nli", "entailment"])
def test_hypotheses_to_train_on_are_of_the_train_part(generator: str) -> None:
    """Those of a test may be of any part."""
    assert {part_of(pair.hypothesis) for pair in _pairs(generator, "train")} == {"train"}
    tested = [pair for part in PARTS[1:] for pair in _pairs(generator, part)]
    assert {part_of(pair.hypothesis) for pair in tested} == set(PARTS)


@pytest.mark.parametrize("generator", ["nli", "entailment"])
def test_denied_habits_keep_their_time_in_place(generator: str) -> None:
    """*Every day she does not sing* would contradict that she sings every week."""
    premises = [said for part in PARTS for pair in _pairs(generator, part) for said in pair.premises]
    habits = [said for said in premises if said.clause.negated and said.clause.tense == "present"]
    assert habits
    assert not [said for said in habits if said.clause.time and said.front == "time"]


@pytest.mark.parametrize("generator", ["nli", "nli-hypothesis", "entailment"])
def test_premises_are_of_their_part(generator: str) -> None:
    """And say nothing about kinds."""
    for part in PARTS:
        premises = [said.clause for pair in _pairs(generator, part) for said in pair.premises]
        assert {part_of(premise) for premise in premises} == {part}
        assert "kind" not in {premise.frame for premise in premises}


@pytest.mark.parametrize("generator", ["nli", "nli-hypothesis", "entailment"])
def test_hypotheses_are_no_premises(generator: str) -> None:
    """A hypothesis that repeats a premise would be solved by its looks."""
    for pair in _pairs(generator, "train"):
        assert pair.hypothesis not in [said.clause for said in pair.premises]


@pytest.mark.parametrize(("generator", "labels"), [("nli", 3), ("nli-hypothesis", 3), ("entailment", 2)])
def test_labels_are_balanced(generator: str, labels: int) -> None:
    """Each label about as often as another, in every split."""
    for part in PARTS:
        counted = Counter(pair.label for pair in _pairs(generator, part))
        assert set(counted) == set(range(labels))
        for count in counted.values():
            assert abs(count / SIZES[part] - 1 / labels) < 0.12, counted


def test_every_case_of_denial_has_every_label_it_can() -> None:
    """Told and denied premises with told and denied hypotheses; a pair of denials never contradicts."""
    found: dict[tuple[bool, bool], set[int]] = {}
    for pair in _pairs("nli", "train"):
        case = (pair.premises[0].clause.negated, pair.hypothesis.negated)
        found.setdefault(case, set()).add(pair.label)
    assert found == {
        (False, False): {0, 1, 2},
        (False, True): {0, 1, 2},
        (True, False): {1, 2},
        (True, True): {0, 1},
    }


def test_denial_says_little_by_itself() -> None:
    """No label is that of nearly all denied hypotheses, or of nearly all told ones."""
    for negated in (False, True):
        labels = Counter(p.label for p in _pairs("nli", "train") if p.hypothesis.negated == negated)
        assert max(labels.values()) / sum(labels.values()) < 0.7, labels


def test_negated_premises() -> None:
    """Nearly a third, so that both sides may be denied."""
    premises = [pair.premises[0].clause for pair in _pairs("nli", "train")]
    assert 0.15 < sum(premise.negated for premise in premises) / len(premises) < 0.45


def test_labels_do_not_depend_on_the_front() -> None:
    """What stands first in its sentence is no matter of meaning."""
    fronts = {pair.premises[0].front for pair in _pairs("nli", "train")}
    assert fronts == {None, "time", "place"}


def test_pairs_are_of_one_story() -> None:
    """Premise and hypothesis have the same predicate and tense: nothing is given away by the topic."""
    for pair in _pairs("nli", "train"):
        premise: Clause = pair.premises[0].clause
        assert (premise.predicate, premise.tense) == (pair.hypothesis.predicate, pair.hypothesis.tense)
        assert replace(premise, negated=False) != pair.hypothesis or premise.negated
