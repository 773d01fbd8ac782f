"""Laws of meaning that hold for every sampled clause."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.generators.edits import (
    Edit,
    add,
    change,
    contrast,
    deny,
    leave_out,
    narrow,
    replace_one,
    swap,
    widen,
)
from stiltwalk.pocket.meaning import (
    Clause,
    Relation,
    Thing,
    canonical,
    excludes,
    generalises,
    relation,
)
from stiltwalk.pocket.world import world
from tests.pocket.drawn import CLAUSES, TOLD, measured_anew

T = Thing
SLEEP = Clause("sleep", T("boy"), "past", place="garden", time="yesterday")
BUY = Clause("buy", T("maria"), "past", patient=T("bread"), also=T("hat"))
COUNT = Clause("buy", T("paul"), "past", patient=T("banana", count=5))
GIVE = Clause("give", T("woman"), "past", patient=T("doll"), recipient=T("man"))
HOT = Clause("be-quality", T("soup"), "present", quality="hot")
RED = Clause("be-quality", T("car"), "present", quality="red")
SMALL = Clause("be-quality", T("elephant"), "present", quality="small")
AT = Clause("be-at", T("cat"), "present", place="office")
LIVE = Clause("live-in", T("elif"), "present", place="paris")
COST = Clause("cost", T("guitar"), "present", amount=1250)

EDITS: tuple[Edit, ...] = (leave_out, add, widen, narrow, deny, contrast, swap, replace_one)
PAIRED = st.tuples(CLAUSES, st.integers(0, 10**9)).map(
    lambda drawn: (drawn[0], change(Dice(drawn[1], "edits"), drawn[0], EDITS, 3) or drawn[0])
)
"""A clause and one that was made from it."""


@settings(deadline=None)
@given(CLAUSES)
def test_everything_follows_from_itself(clause: Clause) -> None:
    """A clause entails itself, told or denied."""
    assert relation(clause, clause) == "entailment"


@settings(deadline=None)
@given(CLAUSES)
def test_nothing_goes_with_its_denial(clause: Clause) -> None:
    """A clause contradicts its denial, in either direction."""
    denied = replace(clause, negated=not clause.negated)
    assert relation(clause, denied) == relation(denied, clause) == "contradiction"


@settings(deadline=None)
@given(TOLD)
def test_generalising_is_reflexive(clause: Clause) -> None:
    """Every clause makes itself true."""
    assert generalises(clause, clause)


@settings(deadline=None)
@given(TOLD, st.lists(st.sampled_from((leave_out, widen)), min_size=1, max_size=4), st.integers(0, 10**9))
def test_generalising_is_transitive(clause: Clause, edits: list[Edit], seed: int) -> None:
    """Whatever generalises what generalises a clause, generalises the clause.

    A step to a hypernym that keeps a relative quality is no step of this kind, and neither is a way over it.
    """
    dice = Dice(seed)
    chain = [clause]
    for edit in edits:
        chain.append(edit(dice, chain[-1]) or chain[-1])
    for i, special in enumerate(chain):
        for j in range(i, len(chain)):
            steps = [(chain[k], chain[k + 1]) for k in range(i, j)]
            assert all(
                generalises(general, before) != measured_anew(general, before) for before, general in steps
            )
            if not any(measured_anew(general, before) for before, general in steps):
                assert generalises(chain[j], special), [canonical(c) for c in chain]


@settings(deadline=None)
@given(TOLD, st.lists(st.sampled_from(EDITS), min_size=2, max_size=2), st.integers(0, 10**9))
def test_generalising_is_transitive_wherever_it_holds(clause: Clause, edits: list[Edit], seed: int) -> None:
    """Of any three clauses, in any order, also over places, times, joined patients and relative qualities."""
    dice = Dice(seed)
    some = [clause]
    for edit in edits:
        some.append(replace(edit(dice, some[-1]) or some[-1], negated=False))
    for a, b, c in permutations(some):
        if generalises(b, a) and generalises(c, b):
            assert generalises(c, a), [canonical(x) for x in (a, b, c)]


@settings(deadline=None)
@given(TOLD, st.sampled_from((leave_out, widen)), st.integers(0, 10**9))
def test_generalising_goes_one_way(clause: Clause, edit: Edit, seed: int) -> None:
    """Two clauses that generalise each other are one."""
    general = edit(Dice(seed), clause)
    if general is not None:
        assert generalises(clause, general) == (clause == general)


@settings(deadline=None)
@given(PAIRED)
def test_contrapositive(pair: tuple[Clause, Clause]) -> None:
    """Where one told clause entails another, the denial of the second entails that of the first."""
    premise, hypothesis = (replace(clause, negated=False) for clause in pair)
    if relation(premise, hypothesis) == "entailment":
        assert relation(replace(hypothesis, negated=True), replace(premise, negated=True)) == "entailment"


@settings(deadline=None)
@given(TOLD, st.sampled_from((leave_out, widen)), st.integers(0, 10**9))
def test_contrapositive_of_what_does_follow(clause: Clause, edit: Edit, seed: int) -> None:
    """The same for pairs of which the first entails the second unless *big* now means something else."""
    general = edit(Dice(seed), clause)
    if general is not None:
        expected = "neutral" if measured_anew(general, clause) else "entailment"
        assert relation(clause, general) == expected
        assert relation(replace(general, negated=True), replace(clause, negated=True)) == expected


@settings(deadline=None)
@given(TOLD, CLAUSES)
def test_joined_patients_may_change_places(clause: Clause, other: Clause) -> None:
    """Which is named first is no matter of meaning: nothing said of a clause depends on it."""
    if clause.also is None:
        clause = replace(BUY, negated=other.negated)
    turned = replace(clause, patient=clause.also, also=clause.patient)
    assert relation(clause, turned) == relation(turned, clause) == "entailment"
    for third in (other, replace(clause, also=None), replace(turned, also=None)):
        assert relation(clause, third) == relation(turned, third)
        assert relation(third, clause) == relation(third, turned)


@settings(deadline=None)
@given(PAIRED)
def test_denying_the_hypothesis_turns_the_label(pair: tuple[Clause, Clause]) -> None:
    """What contradicts a hypothesis entails its denial, and the other way round."""
    premise, hypothesis = pair
    turned: dict[Relation, Relation] = {
        "entailment": "contradiction",
        "contradiction": "entailment",
        "neutral": "neutral",
    }
    denied = replace(hypothesis, negated=not hypothesis.negated)
    assert relation(premise, denied) == turned[relation(premise, hypothesis)]


@settings(deadline=None)
@given(PAIRED)
def test_contradiction_is_mutual(pair: tuple[Clause, Clause]) -> None:
    """Two clauses that cannot both be true cannot in either order."""
    one, other = pair
    assert (relation(one, other) == "contradiction") == (relation(other, one) == "contradiction")


@settings(deadline=None)
@given(TOLD, TOLD)
def test_excludes_is_symmetric(one: Clause, other: Clause) -> None:
    """Of any two clauses."""
    assert excludes(one, other) == excludes(other, one)


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_contrasts_exclude(seed: int) -> None:
    """An opposite quality, another place or price excludes the first, and the other way round.

    Not a region, which may hold any place.
    """
    dice = Dice(seed)
    for clause in (HOT, RED, SMALL, AT, LIVE, COST):
        other = contrast(dice, clause)
        assert other is not None
        if "region" in world().places.get(other.place or "", frozenset()):
            assert not excludes(clause, other)
            assert not excludes(other, clause)
        elif other != clause:
            assert excludes(clause, other)
            assert excludes(other, clause)
            assert not generalises(clause, other)


@settings(deadline=None)
@given(CLAUSES, CLAUSES)
def test_equal_meanings_have_equal_lines(one: Clause, other: Clause) -> None:
    """The line tells every two meanings apart, and no more."""
    assert (canonical(one) == canonical(other)) == (one == other)


def test_canonical() -> None:
    """Empty roles are left out; every part of a noun phrase is there."""
    clause = replace(COUNT, agent=T("woman", "young"), negated=True)
    assert canonical(clause) == (
        "predicate=buy agent=woman/young/1 tense=past patient=banana//5 negated=True"
    )


def test_frame_and_things() -> None:
    """The predicate's frame, and the roles that are noun phrases, in their order."""
    assert (GIVE.frame, COST.frame, AT.frame) == ("ditransitive", "price", "location")
    assert GIVE.things == (("agent", T("woman")), ("patient", T("doll")), ("recipient", T("man")))
    assert BUY.things == (("agent", T("maria")), ("patient", T("bread")), ("also", T("hat")))
    assert AT.things == (("agent", T("cat")),)


def test_but_leaves_the_first_as_it_was() -> None:
    """A changed clause is another one."""
    changed = replace(SLEEP, time=None, agent=T("girl"))
    assert (SLEEP.time, SLEEP.agent) == ("yesterday", T("boy"))
    assert (changed.time, changed.agent, changed.place) == (None, T("girl"), "garden")
