"""Span questions: every answer stands in its passage, and one sentence alone answers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from stiltwalk.pocket.generators.questions import Asked, askable
from stiltwalk.pocket.meaning import Clause, Role, Thing, generalises
from stiltwalk.pocket.parts import part_of
from stiltwalk.pocket.voice import LANGUAGES, voice
from stiltwalk.spec.examples import Question
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import PARTS, SIZES, examples, meant

T = Thing


def _asked(part: SplitName) -> tuple[Asked, ...]:
    return meant("questions", part)


def _made(part: SplitName, language: str) -> list[Question]:
    return [example for example in examples("questions", part, language) if isinstance(example, Question)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_stands_where_it_says(language: str) -> None:
    """One answer, cut from the passage, of whole words without spaces or marks at its ends."""
    for part in PARTS:
        for example in _made(part, language):
            (answer,) = example.answers
            assert example.context[answer.start : answer.start + len(answer.text)] == answer.text
            assert answer.text
            assert answer.text[0].isalnum(), answer
            assert answer.text[-1] not in " .,?。，？।", answer
            if language != "zh":
                before, after = answer.start - 1, answer.start + len(answer.text)
                assert before < 0 or not example.context[before].isalnum(), example
                assert not example.context[after].isalnum(), example


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_the_role_of_its_sentence(language: str) -> None:
    """The same sentence and role in every language."""
    spoken = voice(language)
    for part in PARTS:
        for asked, example in zip(_asked(part), _made(part, language), strict=True):
            (answer,) = example.answers
            sentence = asked.passage[asked.sentence]
            written = spoken.say(sentence)
            span = written.span(asked.role)
            assert span
            assert answer.text == written.text[slice(*span)]
            begin = len(spoken.passage(asked.passage[: asked.sentence]))
            assert begin <= answer.start
            assert answer.start + len(answer.text) <= len(spoken.passage(asked.passage[: asked.sentence + 1]))
            assert example.context == spoken.passage(asked.passage)
            assert example.question == spoken.ask(sentence.clause, asked.role)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_prices_have_the_same_digits(language: str) -> None:
    """Where English answers with an amount, so does every language."""
    found = 0
    for english, other in zip(_made("train", "en"), _made("train", language), strict=True):
        digits = [re.sub(r"\D", "", example.answers[0].text) for example in (english, other)]
        assert digits[0] == digits[1]
        found += bool(digits[0])
    assert found > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_does_not_hold_its_answer(language: str) -> None:
    """Nothing is solved by copying from the question."""
    for part in PARTS:
        for example in _made(part, language):
            words = rf"(?<!\w){re.escape(example.answers[0].text)}(?!\w)"
            assert not re.search(words, example.question), example
            assert example.question.endswith(voice(language).question_mark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_splits_share_no_sentence(language: str) -> None:
    """No sentence of one split's passages is in another's."""
    spoken = voice(language)
    said = {part: {spoken.say(s).text for asked in _asked(part) for s in asked.passage} for part in PARTS}
    for one, other in combinations(PARTS, 2):
        assert not said[one] & said[other]


def test_clauses_are_of_their_part() -> None:
    """All sentences of a passage, not only the one that answers."""
    for part in PARTS:
        assert {part_of(said.clause) for asked in _asked(part) for said in asked.passage} == {part}


def test_passages() -> None:
    """Three to five sentences; any of them may be the one."""
    drawn = _asked("train")
    assert {len(asked.passage) for asked in drawn} == {3, 4, 5}
    assert {asked.sentence for asked in drawn} == {0, 1, 2, 3, 4}


def test_every_role_is_asked_for() -> None:
    """Who most often, how much seldom."""
    counted = Counter(asked.role for asked in _asked("train"))
    assert set(counted) == {"agent", "patient", "place", "amount"}
    assert min(counted.values()) > 0.01 * SIZES["train"]


def test_only_askable_roles_are_asked_for() -> None:
    """And the sentence is told."""
    for part in PARTS:
        for asked in _asked(part):
            clause = asked.passage[asked.sentence].clause
            assert asked.role in askable(clause)
            assert not clause.negated


def test_no_other_sentence_is_about_the_same() -> None:
    """None has the same predicate and the same other main roles."""
    for asked in _asked("train"):
        clause = asked.passage[asked.sentence].clause
        for number, other in enumerate(asked.passage):
            if number != asked.sentence and other.clause.predicate == clause.predicate:
                roles = [role for role in ("agent", "patient", "recipient") if role != asked.role]
                assert any(getattr(other.clause, role) != getattr(clause, role) for role in roles), asked


def test_no_other_sentence_answers() -> None:
    """None entails the question with another answer, also where it says more than was asked."""
    for part in PARTS:
        for asked in _asked(part):
            clause = asked.passage[asked.sentence].clause
            for number, other in enumerate(asked.passage):
                if number != asked.sentence and not other.clause.negated:
                    assert not generalises(clause, _answered(other.clause, asked.role, clause)), asked


def _answered(clause: Clause, role: Role, other: Clause) -> Clause:
    """The clause with the other's answer."""
    match role:
        case "agent":
            return replace(clause, agent=other.agent)
        case "patient":
            return replace(clause, patient=other.patient, also=other.also)
        case "place":
            return replace(clause, place=other.place)
        case "amount":
            return replace(clause, amount=other.amount)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (Clause("sleep", T("boy"), "past", place="garden"), ("agent", "place")),
        (Clause("sleep", T("dog"), "past", place="garden"), ("place",)),
        (Clause("sleep", T("dog"), "past"), ()),
        (Clause("sleep", T("boy"), "past", place="garden", negated=True), ()),
        (Clause("eat", T("maria"), "past", patient=T("rice"), place="park"), ("agent", "patient", "place")),
        (Clause("chase", T("cat"), "past", patient=T("mouse")), ("patient",)),
        (Clause("give", T("man"), "past", patient=T("doll"), recipient=T("olga")), ("agent",)),
        (Clause("go", T("man"), "past", place="market"), ("agent", "place")),
        (Clause("be-at", T("man"), "present", place="market"), ("place",)),
        (Clause("live-in", T("olga"), "present", place="paris"), ("place",)),
        (Clause("work-for", T("olga"), "present", patient=T("nasa"), place="paris"), ()),
        (Clause("be-quality", T("soup"), "present", quality="hot"), ()),
        (Clause("cost", T("guitar"), "present", amount=99), ("amount",)),
    ],
)
def test_askable(clause: Clause, expected: tuple[str, ...]) -> None:
    """Who only of people, what only of one object, nothing of a denial."""
    assert askable(clause) == expected
