"""Edits change what they say, and their meaning goes with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
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
from stiltwalk.pocket.meaning import Clause, Thing, canonical, excludes, generalises
from stiltwalk.pocket.world import world
from tests.pocket.drawn import CLAUSES, TOLD, clauses, measured_anew

T = Thing
SEEDS = st.integers(0, 10**9)
EDITS: tuple[Edit, ...] = (leave_out, add, widen, narrow, deny, contrast, swap, replace_one)

SLEEP = Clause("sleep", T("boy", "young"), "past", place="garden", time="yesterday")
HELP = Clause("help", T("nurse"), "past", patient=T("teacher"))
GIVE = Clause("give", T("woman"), "past", patient=T("doll"), recipient=T("man"))
HOT = Clause("be-quality", T("soup"), "present", quality="hot")
RED = Clause("be-quality", T("rose"), "present", quality="red")
COST = Clause("cost", T("guitar"), "present", amount=1250)


def _outcomes(edit: Edit, clause: Clause) -> set[Clause | None]:
    """What the edit makes of the clause, whatever falls."""
    return {edit(Dice(seed), clause) for seed in range(80)}


def test_leave_out() -> None:
    """One modifier at a time, each of them at some time."""
    assert _outcomes(leave_out, SLEEP) == {
        replace(SLEEP, time=None),
        replace(SLEEP, place=None),
        replace(SLEEP, agent=T("boy")),
    }
    assert _outcomes(leave_out, HELP) == {None}


def test_leave_out_keeps_what_a_sentence_needs() -> None:
    """The regular present keeps its time, motion its place, a count its number."""
    habit = Clause("sing", T("woman"), "present", time="every-day")
    journey = Clause("go", T("woman"), "past", place="market")
    counted = Clause("buy", T("woman"), "past", patient=T("banana", count=5))
    assert {*_outcomes(leave_out, habit), *_outcomes(leave_out, journey)} == {None}
    assert _outcomes(leave_out, counted) == {None}


def test_add() -> None:
    """A time, a place or an adjective, but none to a name and none to what has all."""
    added = _outcomes(add, Clause("swim", T("maria"), "past"))
    found = {(clause.time is not None, clause.place is not None) for clause in added if clause}
    assert found == {(True, False), (False, True)}
    assert _outcomes(add, HOT) == {None}
    assert _outcomes(add, Clause("love", T("maria"), "present", patient=T("ivan"))) == {None}


def test_widen_and_narrow() -> None:
    """Up to any hypernym, down one level; the adjective stays where it fits."""
    assert _outcomes(widen, SLEEP) == {
        replace(SLEEP, agent=T("child", "young")),
        replace(SLEEP, agent=T("person", "young")),
    }
    child = replace(SLEEP, agent=T("child"))
    assert _outcomes(narrow, child) == {replace(SLEEP, agent=T("boy")), replace(SLEEP, agent=T("girl"))}
    white = Clause("see", T("maria"), "past", patient=T("dog", "white"))
    assert _outcomes(widen, white) == {None}  # an animal as such cannot be seen


def test_widen_keeps_people_apart() -> None:
    """*The person helped the teacher* would no longer say who helped whom."""
    assert _outcomes(widen, HELP) == {None}


def test_deny() -> None:
    """Back and forth; prices are not denied."""
    assert _outcomes(deny, SLEEP) == {replace(SLEEP, negated=True)}
    assert _outcomes(deny, replace(SLEEP, negated=True)) == {SLEEP}
    assert _outcomes(deny, COST) == {None}


def test_contrast() -> None:
    """The antonym, or another colour that fits; nothing for events."""
    assert _outcomes(contrast, HOT) == {replace(HOT, quality="cold")}
    assert _outcomes(contrast, RED) == {replace(RED, quality="white"), replace(RED, quality="yellow")}
    assert _outcomes(contrast, replace(HOT, quality="fresh")) == {None}
    assert _outcomes(contrast, SLEEP) == {None}


def test_swap() -> None:
    """Agent with patient or with recipient, where each can be the other."""
    assert _outcomes(swap, HELP) == {replace(HELP, agent=T("teacher"), patient=T("nurse"))}
    assert _outcomes(swap, GIVE) == {replace(GIVE, agent=T("man"), recipient=T("woman"))}
    assert _outcomes(swap, SLEEP) == {None}
    assert _outcomes(swap, Clause("wash", T("man"), "past", patient=T("car"))) == {None}
    assert _outcomes(swap, Clause("chase", T("cat"), "past", patient=T("mouse"))) == {None}


def test_replace_one() -> None:
    """Another agent, time or place, one at a time; nothing for what is no event but an employment."""
    for changed in _outcomes(replace_one, SLEEP):
        assert changed
        differing = [
            role for role in ("agent", "time", "place") if getattr(changed, role) != getattr(SLEEP, role)
        ]
        assert len(differing) <= 1
    assert _outcomes(replace_one, HOT) == {None}
    job = Clause("work-for", T("raj"), "present", patient=T("nasa"))
    assert {clause.patient for clause in _outcomes(replace_one, job) if clause} == {T("nasa")}
    assert len(_outcomes(replace_one, job)) > 10


@settings(deadline=None)
@given(CLAUSES, st.sampled_from(EDITS), SEEDS)
def test_edits_are_repeatable(clause: Clause, edit: Edit, seed: int) -> None:
    """The same dice make the same of a clause."""
    assert edit(Dice(seed), clause) == edit(Dice(seed), clause)


@settings(deadline=None)
@given(TOLD, st.sampled_from((leave_out, widen)), SEEDS)
def test_less_said_is_more_general(clause: Clause, edit: Edit, seed: int) -> None:
    """What is left out or widened follows, unless what was kept is measured by another noun now."""
    edited = edit(Dice(seed), clause)
    if edited is not None:
        assert edited != clause
        assert generalises(edited, clause) != measured_anew(edited, clause)


@settings(deadline=None)
@given(TOLD, SEEDS)
def test_more_said_is_less_general(clause: Clause, seed: int) -> None:
    """What has a modifier more entails what has one less."""
    edited = add(Dice(seed), clause)
    assert edited is None or generalises(clause, edited)


@settings(deadline=None)
@given(TOLD, SEEDS)
def test_the_special_is_less_general(clause: Clause, seed: int) -> None:
    """A hyponym entails its hypernym, unless an adjective was lost on the way or is measured anew."""
    edited = narrow(Dice(seed), clause)
    if edited is not None:
        assert not generalises(edited, clause)
        kept = [thing.quality for _, thing in edited.things] == [thing.quality for _, thing in clause.things]
        assert generalises(clause, edited) == (kept and not measured_anew(clause, edited))


@settings(deadline=None)
@given(CLAUSES, SEEDS)
def test_denying_twice_is_telling(clause: Clause, seed: int) -> None:
    """Two denials leave the clause as it was."""
    denied = deny(Dice(seed), clause)
    if denied is not None:
        assert denied != clause
        assert deny(Dice(seed), denied) == clause


@settings(deadline=None)
@given(TOLD, SEEDS)
def test_contrasts_exclude(clause: Clause, seed: int) -> None:
    """What is contrasted excludes what it was, unless it is the same, or one place may hold the other."""
    edited = contrast(Dice(seed), clause)
    if edited is not None and edited != clause:
        places = {place for place in (clause.place, edited.place) if place}
        nested = places == {"kitchen", "house"} or "village" in places
        assert excludes(clause, edited) != nested


def test_relative_qualities_are_kept_but_do_not_follow() -> None:
    """An edit knows no labels: *the small bird* is made of *the small duck*, and is neutral."""
    small = Clause("run", T("duck", "small"), "past")
    assert replace(small, agent=T("bird", "small")) in _outcomes(widen, small)
    assert not generalises(replace(small, agent=T("bird", "small")), small)
    assert generalises(replace(small, agent=T("bird")), small)


@settings(deadline=None)
@given(CLAUSES, SEEDS)
def test_swapping_twice_is_nothing(clause: Clause, seed: int) -> None:
    """Two swaps leave the clause as it was; one keeps its noun phrases."""
    swapped = swap(Dice(seed), clause)
    if swapped is not None:
        assert swap(Dice(seed), swapped) == clause
        assert {thing for _, thing in swapped.things} == {thing for _, thing in clause.things}


@pytest.mark.parametrize("edit", EDITS)
def test_selection_survives_every_edit(edit: Edit) -> None:
    """Whoever acts and whatever is acted on still suits the verb; roles and tense stay as they were."""
    changed = 0
    for number, clause in enumerate(clauses(1500)):
        edited = edit(Dice(number, "selection"), clause)
        if edited is None or clause.frame == "kind":
            continue
        changed += 1
        verb = world().verbs[clause.predicate]
        assert (edited.predicate, edited.tense) == (clause.predicate, clause.tense)
        if verb.agents:
            assert world().marks(edited.agent.concept) & verb.agents, canonical(edited)
        for thing in (edited.patient, edited.also):
            if thing and verb.patients:
                assert world().marks(thing.concept) & verb.patients, canonical(edited)
        for _, thing in edited.things:
            fits = thing.quality is None or thing.quality in world().qualities
            assert fits, canonical(edited)
            if thing.quality:
                marks = world().qualities[thing.quality].marks
                assert marks & world().marks(thing.concept), canonical(edited)
        if edited.time:
            assert world().times[edited.time] == edited.tense, canonical(edited)
    assert changed > 20


@settings(deadline=None)
@given(CLAUSES, SEEDS)
def test_change_changes(clause: Clause, seed: int) -> None:
    """One edit or several leave another clause, or nothing."""
    assert change(Dice(seed), clause, EDITS, 3) != clause


def test_change_applies_up_to_so_many() -> None:
    """With one edit to choose from and one at most, it is that edit; two denials come to nothing."""
    denied = replace(SLEEP, negated=True)
    assert {change(Dice(seed), SLEEP, (deny,), 1) for seed in range(20)} == {denied}
    assert {change(Dice(seed), SLEEP, (deny,), 2) for seed in range(20)} == {denied, None}
