"""The world's parts: stable, of their sizes, blind to denial and order; and its examples distinct."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.generate import GENERATORS
from stiltwalk.pocket.meaning import Clause, Thing, canonical
from stiltwalk.pocket.parts import (
    MOST_TRIES,
    Generator,
    draw_in,
    draw_said,
    may_stand_in,
    meanings,
    part_of,
    same_either_way,
)
from stiltwalk.pocket.voice import LANGUAGES, Said, Voice, voice
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import SplitName
from tests.pocket.drawn import CLAUSES, PARTS, SIZES, clauses, meant, sentences, told

T = Thing

GOLDEN: list[tuple[Clause, SplitName]] = [
    (Clause("love", T("girl", "rich"), "present", patient=T("singer")), "train"),
    (Clause("work-for", T("raj"), "present", patient=T("red-cross"), place="london"), "train"),
    (Clause("buy", T("chef"), "past", patient=T("apple", count=2)), "train"),
    (Clause("go", T("woman"), "past", place="village", time="on-monday"), "dev"),
    (Clause("play", T("teacher"), "past", patient=T("drum"), place="hospital"), "dev"),
    (Clause("be-at", T("neighbour"), "present", place="station"), "dev"),
    (Clause("be-quality", T("boy"), "present", quality="strong"), "test"),
    (Clause("rest", T("child"), "past", time="last-week"), "test"),
    (Clause("cry", T("ahmed"), "past"), "test"),
    (Clause("drink", T("student", "weak"), "past", patient=T("milk"), also=T("coffee")), "test"),
]


@pytest.mark.parametrize(("clause", "part"), GOLDEN, ids=[canonical(clause) for clause, _ in GOLDEN])
def test_parts_are_stable(clause: Clause, part: SplitName) -> None:
    """Golden: a clause that moved would have been trained on somewhere."""
    assert part_of(clause) == part


def test_shares() -> None:
    """Eight tenths to train on, one each to develop and to test with."""
    found = {canonical(clause): part_of(clause) for clause in clauses(5000)}
    counted = Counter(found.values())
    assert set(counted) == set(PARTS)
    for part, share in zip(PARTS, (0.8, 0.1, 0.1), strict=True):
        assert abs(counted[part] / len(found) - share) < 0.02, part


@settings(deadline=None)
@given(CLAUSES)
def test_a_denial_goes_with_what_it_denies(clause: Clause) -> None:
    """Otherwise the sentence would be known but for a word."""
    assert part_of(clause) == part_of(replace(clause, negated=not clause.negated))


def test_the_order_of_joined_patients_is_irrelevant() -> None:
    """*Bread and a hat* is *a hat and bread*."""
    joined = [clause for clause in clauses(5000) if clause.also]
    assert joined
    for clause in joined:
        turned = replace(clause, patient=clause.also, also=clause.patient)
        assert turned != clause
        assert part_of(turned) == part_of(clause)
        assert same_either_way(turned) == same_either_way(clause)


def test_other_meanings_stay_apart() -> None:
    """But for that order the text is the meaning's own."""
    one = Clause("buy", T("maria"), "past", patient=T("bread"), also=T("hat"))
    assert same_either_way(one) == canonical(one)
    assert same_either_way(replace(one, negated=True)) != same_either_way(one)
    assert same_either_way(replace(one, agent=T("anna"))) != same_either_way(one)


@settings(deadline=None)
@given(CLAUSES)
def test_may_stand_in(clause: Clause) -> None:
    """Beside what is trained on only what belongs there, told or denied; beside a test's clause anything."""
    for derived in (clause, replace(clause, negated=not clause.negated)):
        assert may_stand_in(derived, "train") == (part_of(clause) == "train")
        assert may_stand_in(derived, "dev")
        assert may_stand_in(derived, "test")


TRANSLATED = sorted(set(GENERATORS) - {"text"})


def _trained(generator: str) -> list[Said]:
    """Every sentence of the train examples, premises and derived ones alike."""
    return [said for meaning in meant(generator, "train") for said in sentences(meaning)]


def _raw() -> list[Said]:
    """Every sentence of raw text to train on, in any language."""
    return [said for name in LANGUAGES for passage in told(name, "train") for said in sentences(passage)]


@pytest.mark.parametrize("generator", TRANSLATED)
def test_every_clause_to_train_on_is_of_the_train_part(generator: str) -> None:
    """Premises, hypotheses, candidates and passages; nothing is told of kinds."""
    found = [said.clause for said in _trained(generator)]
    assert len(found) >= SIZES["train"]
    assert {part_of(clause) for clause in found} == {"train"}
    assert "kind" not in {clause.frame for clause in found}


def test_every_clause_of_raw_text_is_of_the_train_part() -> None:
    """But for what is said of kinds."""
    found = [said.clause for said in _raw() if said.clause.frame != "kind"]
    assert {part_of(clause) for clause in found} == {"train"}


@pytest.mark.parametrize("generator", TRANSLATED)
@pytest.mark.parametrize("part", PARTS[1:])
def test_every_example_to_test_with_has_a_clause_of_its_part(generator: str, part: SplitName) -> None:
    """All but what is derived: what is asked about is never trained on."""
    for meaning in meant(generator, part):
        found = [part_of(said.clause) for said in sentences(meaning)]
        assert found.count(part) >= (len(found) if generator in WHOLE else 1), meaning


WHOLE = frozenset({"aligned", "mining", "ner", "pos", "questions"})
"""Generators that derive no clause from another."""


@pytest.mark.parametrize("generator", ["aligned", "mining"])
def test_no_sentence_to_retrieve_was_trained_on(generator: str) -> None:
    """As any English sentence of any task's training data or of raw text, with whatever in front."""
    english = voice("en")
    trained = {said for name in TRANSLATED for said in _trained(name)} | set(_raw())
    assert len(trained) > 5000
    seen = {english.say(said).text for said in trained}
    tested = {said for meaning in meant(generator, "test") for said in sentences(meaning)}
    assert tested
    for clause, _ in tested:
        ways = {english.say(Said(clause, front)).text for front in (None, "time", "place")}
        assert not ways & seen, clause
        denied = replace(clause, negated=not clause.negated)
        assert english.say(Said(denied)).text not in seen, clause


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_of_two_parts(language: str) -> None:
    """Clauses of different parts are said in different words: a part of meanings is a part of texts."""
    parts: dict[str, set[SplitName]] = {}
    for clause in clauses(5000):
        if clause.frame != "kind":
            parts.setdefault(voice(language).say(Said(clause)).text, set()).add(part_of(clause))
    assert [text for text, found in parts.items() if len(found) > 1] == []


@pytest.mark.parametrize("part", PARTS)
def test_draw_in(part: SplitName) -> None:
    """Clauses of that part, of every frame but the general truths; of one frame if one is given."""
    dice = Dice(0, "in", part)
    drawn = [draw_in(dice, part) for _ in range(300)]
    assert {part_of(clause) for clause in drawn} == {part}
    assert "kind" not in {clause.frame for clause in drawn}
    assert {draw_in(dice, part, "price").frame for _ in range(20)} == {"price"}
    assert all(draw_in(dice, part, "motion", negated=1.0).negated for _ in range(20))


def test_draw_said() -> None:
    """Mostly as it stands, now and then with the time or the place in front."""
    dice = Dice(0, "said")
    clause = GOLDEN[0][0]
    said = [draw_said(dice, clause) for _ in range(1000)]
    assert {one.clause for one in said} == {clause}
    fronts = Counter(one.front for one in said)
    assert fronts[None] > fronts["time"] > fronts["place"] > 0


def _line(meaning: int, name: str, voice: Voice) -> Line:
    return Line(name, str(meaning))


FEW = Generator(lambda dice, part: dice.below(3), str, _line)
HALTING = Generator(lambda dice, part: dice.below(10**6) if dice.maybe(0.2) else None, str, _line)


def test_meanings_are_distinct() -> None:
    """What was drawn before is drawn again until it is new."""
    assert sorted(islice(meanings(FEW, "few", "train", 0), 3)) == [0, 1, 2]


def test_draws_that_come_to_nothing_are_repeated() -> None:
    """No example is lost."""
    found = list(islice(meanings(HALTING, "halting", "train", 0), 50))
    assert len(set(found)) == 50


def test_a_smaller_set_begins_a_larger() -> None:
    """The stream does not know how many are wanted."""
    ten = list(islice(meanings(HALTING, "halting", "dev", 3), 10))
    assert list(islice(meanings(HALTING, "halting", "dev", 3), 40))[:10] == ten


def test_streams_differ_by_name_part_and_seed() -> None:
    """Each has dice of its own."""
    streams = [("a", "train", 0), ("b", "train", 0), ("a", "dev", 0), ("a", "train", 1)]
    parts: dict[str, SplitName] = {"train": "train", "dev": "dev"}
    first = {next(meanings(HALTING, name, parts[part], seed)) for name, part, seed in streams}
    assert len(first) == len(streams)


def test_exhaustion() -> None:
    """When the world has no more, the message says how many there are and what to do."""
    stream = meanings(FEW, "few", "test", 0)
    assert len(list(islice(stream, 3))) == 3
    expected = r"^The pocket world has no more than 3 different examples of 'few' \(test\)\. Ask for fewer\.$"
    with pytest.raises(StiltwalkError, match=expected):
        next(stream)


def test_exhaustion_from_the_start() -> None:
    """A generator that never finds anything gives up after so many tries."""
    tries: list[int] = []
    counting = Generator(lambda dice, part: tries.append(1), str, _line)
    with pytest.raises(StiltwalkError, match="no more than 0 different examples"):
        next(meanings(counting, "none", "train", 0))
    assert len(tries) == MOST_TRIES
