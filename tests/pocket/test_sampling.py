"""Whatever is drawn is sensible: marks, tenses and times, counts, joined patients, prices."""

from __future__ import annotations

from collections import Counter

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Thing
from stiltwalk.pocket.sampling import (
    FRAMES,
    draw,
    draw_amount,
    draw_place,
    draw_quality,
    draw_thing,
    draw_time,
    names,
    nouns_with,
    places_with,
    qualities_of,
    verbs_of,
)
from stiltwalk.pocket.world import Frame, world
from tests.pocket.drawn import clauses

COUNT = 5000
EVENTS = {"intransitive", "transitive", "ditransitive", "motion"}


@pytest.fixture(scope="module")
def drawn() -> tuple[Clause, ...]:
    """Five thousand clauses as they come."""
    return clauses(COUNT)


def test_same_seed_same_clauses(drawn: tuple[Clause, ...]) -> None:
    """Another pair of dice draws the same."""
    dice, other = Dice(0, "again"), Dice(0, "again")
    assert [draw(dice) for _ in range(50)] == [draw(other) for _ in range(50)]


def test_frames_come_as_often_as_they_weigh(drawn: tuple[Clause, ...]) -> None:
    """Each within two parts in a hundred of its share."""
    counted = Counter(clause.frame for clause in drawn)
    total = sum(FRAMES.values())
    assert set(counted) == set(FRAMES)
    for frame, weight in FRAMES.items():
        assert abs(counted[frame] / COUNT - weight / total) < 0.02, frame


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_can_be_asked_for(frame: Frame) -> None:
    """Every clause is of it, and every verb of the frame comes."""
    dice = Dice(0, frame)
    found = [draw(dice, frame) for _ in range(600)]
    assert {clause.frame for clause in found} == {frame}
    assert {clause.predicate for clause in found} == {verb.concept for verb in verbs_of(frame)}


def test_roles_follow_the_frame(drawn: tuple[Clause, ...]) -> None:
    """Each frame fills the roles it takes, and no other."""
    needed = {
        "intransitive": "",
        "transitive": "patient",
        "ditransitive": "patient recipient",
        "motion": "place",
        "quality": "quality",
        "location": "place",
        "kind": "patient",
        "residence": "place",
        "employment": "patient",
        "price": "amount",
    }
    allowed = {
        "intransitive": "place time",
        "transitive": "also place time",
        "ditransitive": "time",
        "motion": "time",
        "employment": "place",
    }
    roles = ("patient", "also", "recipient", "place", "time", "quality", "amount")
    for clause in drawn:
        filled = {role for role in roles if getattr(clause, role) is not None}
        must = set(needed[clause.frame].split())
        assert must <= filled <= must | set(allowed.get(clause.frame, "").split()), clause


def test_agents_are_selected(drawn: tuple[Clause, ...]) -> None:
    """Whoever does it has a mark of the verb's agents; so has a recipient."""
    for clause in drawn:
        verb = world().verbs[clause.predicate]
        if verb.agents:
            assert world().marks(clause.agent.concept) & verb.agents, clause
        if clause.recipient:
            assert world().marks(clause.recipient.concept) & verb.agents, clause


def test_patients_are_selected(drawn: tuple[Clause, ...]) -> None:
    """What it is done to has a mark of the verb's patients; so has what is joined to it."""
    for clause in drawn:
        verb = world().verbs[clause.predicate]
        if verb.patients:
            assert clause.patient, clause
            assert world().marks(clause.patient.concept) & verb.patients, clause
        if clause.also:
            assert world().marks(clause.also.concept) & verb.patients, clause


def test_places_are_selected(drawn: tuple[Clause, ...]) -> None:
    """Where it happens has a mark of the verb's places; animals keep to their own."""
    for clause in drawn:
        verb = world().verbs[clause.predicate]
        if clause.place in world().places:
            assert clause.place
            assert world().marks(clause.place) & verb.places, clause
            agent = world().marks(clause.agent.concept)
            if "animal" in agent:
                natural = {"home", "nature"} if "pet" in agent else {"nature", "water"}
                assert world().marks(clause.place) & natural, clause
        elif clause.place:
            assert clause.frame in {"residence", "employment"}, clause
            assert world().names[clause.place].kind == "city", clause


def test_qualities_fit(drawn: tuple[Clause, ...]) -> None:
    """An adjective has a mark of its noun; a state never stands before one."""
    for clause in drawn:
        for _, thing in clause.things:
            if thing.quality:
                quality = world().qualities[thing.quality]
                assert world().marks(thing.concept) & quality.marks, clause
                assert not quality.state, clause
                assert thing.concept in world().nouns, clause
        if clause.quality:
            assert world().marks(clause.agent.concept) & world().qualities[clause.quality].marks, clause


def test_tense_fits_time(drawn: tuple[Clause, ...]) -> None:
    """A time is one of the clause's tense; the present of events has one."""
    for clause in drawn:
        if clause.time:
            assert world().times[clause.time] == clause.tense, clause
        elif clause.frame in EVENTS and clause.tense == "present":
            assert world().verbs[clause.predicate].tenses == "always", clause


def test_verbs_keep_their_tenses(drawn: tuple[Clause, ...]) -> None:
    """Past, once, daily and always verbs; and each of them was drawn."""
    seen = set()
    for clause in drawn:
        kind = world().verbs[clause.predicate].tenses
        seen.add(kind)
        if kind == "past":
            assert clause.tense == "past", clause
        elif kind == "once":
            assert clause.tense != "present", clause
        elif kind == "daily" and clause.tense == "present":
            assert clause.time == "every-day", clause
        elif kind == "always":
            assert (clause.tense, clause.time) == ("present", None), clause
    assert seen == {"past", "once", "daily", "always", ""}


def test_every_tense_is_drawn(drawn: tuple[Clause, ...]) -> None:
    """Of events without a restriction the past is the commonest."""
    free = [clause for clause in drawn if clause.frame == "transitive"]
    counted = Counter(clause.tense for clause in free)
    assert counted["past"] > counted["future"] > 0
    assert counted["present"] > 0


def test_states_of_things(drawn: tuple[Clause, ...]) -> None:
    """A quality is past or present, the past only of what passes; places, homes and prices are present."""
    for clause in drawn:
        if clause.frame == "quality":
            assert clause.quality
            assert clause.tense == "present" or world().qualities[clause.quality].state, clause
        elif clause.frame not in EVENTS:
            assert clause.tense == "present", clause


def test_known_objects_are_neither_counted_nor_joined(drawn: tuple[Clause, ...]) -> None:
    """*Washed the car*: one thing, already known."""
    for clause in drawn:
        if world().verbs[clause.predicate].known_object and clause.patient:
            assert clause.patient.count == 1, clause
            assert clause.also is None, clause


def test_counts(drawn: tuple[Clause, ...]) -> None:
    """Several of a countable patient, with nothing else said of it; every number is drawn."""
    counts = set()
    for clause in drawn:
        for role, thing in clause.things:
            if thing.count > 1:
                counts.add(thing.count)
                assert role == "patient", clause
                assert not world().nouns[thing.concept].mass, clause
                assert thing.quality is None, clause
                assert clause.also is None, clause
    assert counts == set(world().numbers.values())


def test_joined_patients(drawn: tuple[Clause, ...]) -> None:
    """Two plain things, neither a kind of the other; and there are some."""
    joined = [clause for clause in drawn if clause.also]
    assert joined
    for clause in joined:
        assert clause.patient
        assert clause.also
        assert clause.patient.quality is clause.also.quality is None, clause
        assert not _related(clause.patient, clause.also), clause


def test_nobody_does_it_to_himself(drawn: tuple[Clause, ...]) -> None:
    """Neither patient nor recipient could be taken for the agent, but where a kind is meant."""
    for clause in drawn:
        for other in (clause.patient, clause.recipient):
            # what is sold or shown is no agent, so only these two could be confused
            if other and clause.frame != "kind":
                assert not _related(clause.agent, other), clause


def _related(one: Thing, other: Thing) -> bool:
    a, b = one.concept, other.concept
    return a == b or a in world().ancestors(b) or b in world().ancestors(a)


def test_kinds_are_true(drawn: tuple[Clause, ...]) -> None:
    """The patient is a hypernym of the agent."""
    for clause in drawn:
        if clause.frame == "kind":
            assert clause.patient
            assert clause.patient.concept in world().ancestors(clause.agent.concept), clause


def test_names_stand_where_they_may(drawn: tuple[Clause, ...]) -> None:
    """People live in cities and work for organisations."""
    for clause in drawn:
        if clause.frame in {"residence", "employment"}:
            assert world().names[clause.agent.concept].kind == "person", clause
        if clause.frame == "employment":
            assert clause.patient
            assert world().names[clause.patient.concept].kind == "organisation", clause


def test_prices(drawn: tuple[Clause, ...]) -> None:
    """In the range of what is priced but for rounding down, and round as prices are."""
    for clause in drawn:
        if clause.amount is not None:
            price = world().nouns[clause.agent.concept].price
            assert price
            assert price[0] * 0.9 <= clause.amount <= price[1], clause
            grain = next(
                g for limit, g in ((50, 1), (500, 5), (10**4, 50), (10**9, 500)) if clause.amount < limit
            )
            assert clause.amount % grain == 0, clause
            assert not world().children(clause.agent.concept), clause


def test_amounts_differ() -> None:
    """A price is drawn, not fixed, and anything without a range still has one."""
    dice = Dice(0, "amounts")
    assert len({draw_amount(dice, "guitar") for _ in range(100)}) > 50
    assert all(1 <= draw_amount(dice, "bread") <= 100 for _ in range(100))


def test_denials(drawn: tuple[Clause, ...]) -> None:
    """About one in eight, never of prices and kinds; the share may be chosen."""
    assert not any(clause.negated for clause in drawn if clause.frame in {"kind", "price"})
    deniable = [clause for clause in drawn if clause.frame not in {"kind", "price"}]
    assert abs(sum(clause.negated for clause in deniable) / len(deniable) - 0.12) < 0.03
    dice = Dice(0, "denials")
    assert all(draw(dice, "motion", 1.0).negated for _ in range(50))
    assert not any(draw(dice, "motion", 0.0).negated for _ in range(50))


def test_draw_thing() -> None:
    """A name only where people fit and names are wanted; an adjective only where one is wanted."""
    dice = Dice(0, "things")
    people, goods = frozenset({"person"}), frozenset({"goods"})
    plain = [draw_thing(dice, people, described=False) for _ in range(300)]
    assert {thing.concept for thing in plain} <= set(world().nouns)
    assert {thing.quality for thing in plain} == {None}
    named = {draw_thing(dice, people, named=True).concept for _ in range(300)}
    assert set(names("person")) & named
    assert not set(world().names) & {draw_thing(dice, goods, named=True).concept for _ in range(300)}
    assert any(draw_thing(dice, goods).quality for _ in range(100))


def test_draw_place() -> None:
    """None where the verb has no places; a lion rests neither at home nor at school."""
    dice = Dice(0, "places")
    assert draw_place(dice, world().verbs["visit"], Thing("maria")) is None
    found = {draw_place(dice, world().verbs["sleep"], Thing("lion")) for _ in range(100)}
    assert found == {"garden", "park", "beach"}
    assert draw_place(dice, world().verbs["swim"], Thing("duck")) in {"river", "beach"}


def test_draw_quality() -> None:
    """None where nothing fits; a state only where one is wanted."""
    dice = Dice(0, "qualities")
    assert draw_quality(dice, "newspaper", states=True) in {"new", "old"}
    assert draw_quality(dice, "key") is None
    assert {draw_quality(dice, "window", states=True) for _ in range(50)} == {"open-wide", "closed"}
    assert draw_quality(dice, "window") is None


def test_draw_time() -> None:
    """Of the tense; daily habits are of every day."""
    dice = Dice(0, "times")
    verbs = world().verbs
    assert {draw_time(dice, "present", verbs["sleep"]) for _ in range(50)} == {"every-day"}
    assert {draw_time(dice, "present", verbs["sing"]) for _ in range(50)} == {"every-day", "every-week"}
    assert {draw_time(dice, "future", verbs["sing"]) for _ in range(80)} == {
        "tomorrow",
        "next-week",
        "tonight",
    }


def test_tables_by_mark() -> None:
    """Leaves and hypernyms, places, qualities and names."""
    assert nouns_with(frozenset({"flower"})) == (("rose", "tulip"), ("flower",))
    assert places_with(frozenset({"water"})) == ("river", "beach")
    assert qualities_of("bread") == ("fresh",)
    assert qualities_of("piano", True) == ("new", "old", "expensive", "cheap", "broken")
    assert names("organisation") == ("unicef", "unesco", "red-cross", "nasa", "toyota", "samsung")
