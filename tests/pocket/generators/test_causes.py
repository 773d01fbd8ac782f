"""Multiple choice: the right candidate follows by a rule, the wrong one by none."""

from __future__ import annotations

from collections import Counter

import pytest

from stiltwalk.pocket.generators.causes import Alternatives
from stiltwalk.pocket.meaning import Clause
from stiltwalk.pocket.parts import part_of
from stiltwalk.pocket.voice import LANGUAGES, Said, voice
from stiltwalk.pocket.world import Cause, world
from stiltwalk.spec.examples import Choices
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import PARTS, SIZES, examples, meant


def _drawn(part: SplitName) -> tuple[Alternatives, ...]:
    return meant("causes", part)


def _made(part: SplitName, language: str) -> list[Choices]:
    return [example for example in examples("causes", part, language) if isinstance(example, Choices)]


def _rules(drawn: Alternatives, candidate: Clause) -> list[Cause]:
    """The rules that join the premise to the candidate in the direction asked for."""
    cause, effect = (drawn.premise, candidate) if drawn.asked == "effect" else (candidate, drawn.premise)
    return [
        rule
        for rule in world().causes.values()
        if (rule.cause, rule.cause_quality) == (cause.predicate, cause.quality)
        and (rule.effect, rule.effect_quality) == (effect.predicate, effect.quality)
    ]


def test_the_right_candidate_follows_by_a_rule() -> None:
    """And what the rule says is shared, is."""
    for part in PARTS:
        for drawn in _drawn(part):
            rules = _rules(drawn, drawn.candidates[drawn.label])
            assert len(rules) == 1, drawn
            right = drawn.candidates[drawn.label]
            cause, effect = (drawn.premise, right) if drawn.asked == "effect" else (right, drawn.premise)
            match rules[0].shared:
                case "subject":
                    assert effect.patient == cause.agent, drawn
                case "patient":
                    assert effect.patient == cause.patient, drawn
                    assert effect.agent == cause.agent, drawn
                case None:
                    assert effect.agent == cause.agent, drawn
                case place:
                    assert effect.place == place, drawn
                    assert effect.agent == cause.agent, drawn


def test_no_rule_joins_the_wrong_candidate() -> None:
    """Otherwise either answer would be right."""
    for part in PARTS:
        for drawn in _drawn(part):
            assert _rules(drawn, drawn.candidates[1 - drawn.label]) == [], drawn


def test_candidates_look_alike() -> None:
    """Both are past and told, and either both are qualities or neither is."""
    for drawn in _drawn("train"):
        assert {clause.tense for clause in (drawn.premise, *drawn.candidates)} == {"past"}
        assert not any(clause.negated for clause in (drawn.premise, *drawn.candidates))
        assert len({clause.frame == "quality" for clause in drawn.candidates}) == 1
        assert len({*drawn.candidates, drawn.premise}) == 3


def test_premises_are_of_their_part() -> None:
    """A prompt belongs to one split."""
    for part in PARTS:
        assert {part_of(drawn.premise) for drawn in _drawn(part)} == {part}


def test_candidates_to_train_on_are_of_the_train_part() -> None:
    """Right or wrong; those of a test may be of any part."""
    assert {part_of(clause) for drawn in _drawn("train") for clause in drawn.candidates} == {"train"}
    tested = [clause for part in PARTS[1:] for drawn in _drawn(part) for clause in drawn.candidates]
    assert {part_of(clause) for clause in tested} == set(PARTS)


def test_labels_are_balanced() -> None:
    """The right one stands first about half of the time, whether causes or effects are asked for."""
    for part in PARTS:
        assert abs(sum(drawn.label for drawn in _drawn(part)) / SIZES[part] - 0.5) < 0.12
    for asked in ("effect", "cause"):
        labels = [drawn.label for drawn in _drawn("train") if drawn.asked == asked]
        assert len(labels) > 0.3 * SIZES["train"]
        assert abs(sum(labels) / len(labels) - 0.5) < 0.12


def test_every_rule_is_told() -> None:
    """None is too rare to be met in a few hundred examples."""
    told = Counter(
        rule.concept for drawn in _drawn("train") for rule in _rules(drawn, drawn.candidates[drawn.label])
    )
    assert set(told) == set(world().causes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_say_the_meaning(language: str) -> None:
    """The premise with its question, and two candidates of which the label names the right one."""
    spoken = voice(language)
    for part in PARTS:
        for drawn, example in zip(_drawn(part), _made(part, language), strict=True):
            premise, question = spoken.say(Said(drawn.premise)).text, spoken.fixed(f"ask-{drawn.asked}")
            assert example.prompt == premise + ("" if language == "zh" else " ") + question
            assert example.choices == tuple(spoken.say(Said(clause)).text for clause in drawn.candidates)
            assert example.label == drawn.label


@pytest.mark.parametrize("language", LANGUAGES)
def test_candidates_are_written_apart(language: str) -> None:
    """Two candidates are two texts, and neither is in the prompt."""
    for example in _made("train", language):
        assert len(set(example.choices)) == 2
        assert not any(choice in example.prompt for choice in example.choices)
