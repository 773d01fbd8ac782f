"""The world's tables refer to one another soundly, and answer the questions put to them."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from stiltwalk.pocket.world import Frame, Tense, World, world

TABLES = ("nouns", "verbs", "qualities", "places", "names", "times", "numbers", "causes")


@pytest.fixture(scope="module")
def tables() -> World:
    """The world."""
    return world()


@pytest.fixture(scope="module")
def marks(tables: World) -> frozenset[str]:
    """Every mark that a noun or a person's name has."""
    return frozenset().union(*(tables.marks(concept) for concept in (*tables.nouns, *tables.names)))


@pytest.fixture(scope="module")
def place_marks(tables: World) -> frozenset[str]:
    """Every mark that a place has."""
    return frozenset().union(*tables.places.values())


def test_no_table_is_empty(tables: World) -> None:
    """Each of the eight files was found and read."""
    assert all(getattr(tables, name) for name in TABLES)


def test_ids_are_unique_over_all_tables(tables: World) -> None:
    """A concept is in one table, so that its id alone says what it is."""
    counted = Counter(concept for name in TABLES for concept in getattr(tables, name))
    assert [concept for concept, count in counted.items() if count > 1] == []


def test_frames_and_tenses_are_known(tables: World) -> None:
    """Cells that become literals hold nothing else, and every frame and tense is in use."""
    assert {verb.frame for verb in tables.verbs.values()} == set(get_args(Frame))
    assert {verb.tenses for verb in tables.verbs.values()} == {"past", "once", "daily", "always", ""}
    assert set(tables.times.values()) == set(get_args(Tense))
    assert {(name.kind, name.gender) for name in tables.names.values()} == {
        ("person", "f"),
        ("person", "m"),
        ("city", ""),
        ("organisation", ""),
    }


def test_the_first_regular_time_is_every_day(tables: World) -> None:
    """Daily habits take the first of them."""
    assert next(time for time, tense in tables.times.items() if tense == "present") == "every-day"


def test_parents_exist(tables: World) -> None:
    """A hypernym is a noun."""
    parents = {noun.parent for noun in tables.nouns.values() if noun.parent}
    assert parents <= set(tables.nouns)


def test_hypernyms_have_no_cycle(tables: World) -> None:
    """Upwards from any noun comes an end."""
    for concept in tables.nouns:
        seen = {concept}
        parent = tables.nouns[concept].parent
        while parent:
            assert parent not in seen, concept
            seen.add(parent)
            parent = tables.nouns[parent].parent


def test_antonyms_are_mutual(tables: World) -> None:
    """An opposite exists, is another quality, and has the first as its own opposite."""
    for quality in tables.qualities.values():
        if quality.antonym:
            other = tables.qualities[quality.antonym]
            assert (other.concept, other.antonym) != (quality.concept, None)
            assert other.antonym == quality.concept
            assert other.state == quality.state


def test_groups_have_several_members_without_antonyms(tables: World) -> None:
    """A group of one would exclude nothing; a colour has no one opposite."""
    grouped = [quality for quality in tables.qualities.values() if quality.group]
    assert min(Counter(quality.group for quality in grouped).values()) > 1
    assert not any(quality.antonym for quality in grouped)


def test_marks_of_verbs_exist(tables: World, marks: frozenset[str], place_marks: frozenset[str]) -> None:
    """Each mark a verb selects by is one that something has."""
    for verb in tables.verbs.values():
        assert verb.agents | verb.patients <= marks, verb.concept
        assert verb.places <= place_marks, verb.concept


def test_marks_of_qualities_exist(tables: World, marks: frozenset[str], place_marks: frozenset[str]) -> None:
    """Each mark a quality selects by is one that a noun or a place has; each quality fits something."""
    for quality in tables.qualities.values():
        assert quality.marks, quality.concept
        assert quality.marks <= marks | place_marks, quality.concept


def test_every_verb_can_be_said_of_something(tables: World) -> None:
    """Events have agents and the patients their frame needs; what needs a place has one."""
    for verb in tables.verbs.values():
        if verb.frame in {"intransitive", "transitive", "ditransitive", "motion", "location", "price"}:
            assert [noun for noun in tables.nouns.values() if noun.marks & verb.agents], verb.concept
        needs_patient = verb.frame in {"transitive", "ditransitive"}
        assert bool(verb.patients) == needs_patient, verb.concept
        if needs_patient:
            assert [noun for noun in tables.nouns.values() if noun.marks & verb.patients], verb.concept
        if verb.frame in {"motion", "location"}:
            assert [place for place in tables.places if tables.marks(place) & verb.places], verb.concept


def test_every_place_has_marks(tables: World) -> None:
    """A place without marks could never be drawn."""
    assert all(tables.places.values())


def test_places_are_part_of_places(tables: World) -> None:
    """Of another one that is part of none itself: one step upwards finds all that follows."""
    assert dict(tables.within) == {"kitchen": "house"}
    for part, whole in tables.within.items():
        assert part in tables.places
        assert whole in tables.places
        assert whole not in tables.within


def test_regions(tables: World) -> None:
    """Places so wide that they may hold any other."""
    assert {place for place, marks in tables.places.items() if "region" in marks} == {"village"}


def test_relative_qualities(tables: World) -> None:
    """Those measured by their noun; of two opposites both are, and no colour is."""
    relative = {quality.concept for quality in tables.qualities.values() if quality.relative}
    assert relative == {"big", "small", "expensive", "cheap", "strong", "weak"}
    for quality in tables.qualities.values():
        if quality.antonym:
            assert tables.qualities[quality.antonym].relative == quality.relative, quality.concept


def test_prices_are_ranges(tables: World) -> None:
    """Whatever is priced has a low and a higher price, and nothing else has one."""
    for noun in tables.nouns.values():
        assert (noun.price is not None) == ("priced" in noun.marks), noun.concept
        if noun.price:
            assert 0 < noun.price[0] < noun.price[1], noun.concept


def test_numbers_are_two_to_ten(tables: World) -> None:
    """In their order."""
    assert list(tables.numbers.values()) == list(range(2, 11))


def test_causes_refer_to_what_exists(tables: World) -> None:
    """Predicates, qualities and places; a predicate has a quality exactly where it is one."""
    for rule in tables.causes.values():
        for predicate, quality in ((rule.cause, rule.cause_quality), (rule.effect, rule.effect_quality)):
            assert (tables.verbs[predicate].frame == "quality") == (quality is not None), rule.concept
            assert quality is None or quality in tables.qualities, rule.concept
        assert rule.shared in {None, "patient", "subject", *tables.places}, rule.concept


def test_causes_share_what_they_can(tables: World) -> None:
    """A shared patient fits both verbs; a subject has the quality and is a patient; a place is gone to."""
    for rule in tables.causes.values():
        cause, effect = tables.verbs[rule.cause], tables.verbs[rule.effect]
        if rule.shared == "patient":
            both = [
                n for n in tables.nouns.values() if n.marks & cause.patients and n.marks & effect.patients
            ]
            assert both, rule.concept
        elif rule.shared == "subject":
            assert rule.cause_quality, rule.concept
            fitting = tables.qualities[rule.cause_quality].marks
            both = [n for n in tables.nouns.values() if n.marks & fitting and n.marks & effect.patients]
            assert both, rule.concept
        elif rule.shared:
            assert effect.frame == "motion", rule.concept
            assert tables.marks(rule.shared) & effect.places, rule.concept


def test_causes_fit_people(tables: World) -> None:
    """Their agents are grown people, named or not: each verb and quality of a rule takes them."""
    for rule in tables.causes.values():
        for predicate, quality in ((rule.cause, rule.cause_quality), (rule.effect, rule.effect_quality)):
            if quality is None:
                assert tables.verbs[predicate].agents & {"person", "grown"}, rule.concept
            elif rule.shared != "subject":
                assert "person" in tables.qualities[quality].marks, rule.concept


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("girl", ("child", "person")),
        ("parrot", ("bird", "animal")),
        ("apple", ("fruit", "food")),
        ("car", ("vehicle",)),
        ("animal", ()),
        ("key", ()),
        ("maria", ()),
        ("kitchen", ()),
        ("nothing", ()),
    ],
)
def test_ancestors(tables: World, concept: str, expected: tuple[str, ...]) -> None:
    """The nearest comes first; names, places and what does not exist have none."""
    assert tables.ancestors(concept) == expected


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("child", ("girl", "boy")),
        ("bird", ("chicken", "duck", "eagle", "parrot")),
        ("flower", ("rose", "tulip")),
        ("girl", ()),
        ("maria", ()),
    ],
)
def test_children(tables: World, concept: str, expected: tuple[str, ...]) -> None:
    """The next level alone, in the order of the table."""
    assert tables.children(concept) == expected


def test_children_are_ancestors_backwards(tables: World) -> None:
    """A child's nearest ancestor is its parent."""
    for concept in tables.nouns:
        for child in tables.children(concept):
            assert tables.ancestors(child)[0] == concept


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("dog", "animal hunter pet"),
        ("boy", "person"),
        ("teacher", "person grown"),
        ("maria", "person grown"),
        ("paris", ""),
        ("nasa", ""),
        ("river", "water"),
        ("yesterday", ""),
    ],
)
def test_marks(tables: World, concept: str, expected: str) -> None:
    """A person's name counts as a grown person; cities and organisations have no marks."""
    assert tables.marks(concept) == frozenset(expected.split())


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("dog", "noun"),
        ("sleep", "verb"),
        ("red", "quality"),
        ("river", "place"),
        ("nasa", "name"),
        ("tonight", "time"),
        ("seven", "number"),
    ],
)
def test_category(tables: World, concept: str, expected: str) -> None:
    """Which table a concept is in."""
    assert tables.category(concept) == expected


def test_category_of_nothing(tables: World) -> None:
    """What is in no table has none; neither have rules."""
    with pytest.raises(KeyError, match="unicorn"):
        tables.category("unicorn")
    with pytest.raises(KeyError, match="hungry-eat"):
        tables.category("hungry-eat")


def test_cells_are_read(tables: World) -> None:
    """One row of each kind, as it stands in its table."""
    car, bread = tables.nouns["car"], tables.nouns["bread"]
    assert (car.parent, car.mass, car.price) == ("vehicle", False, (2000, 90000))
    assert (bread.parent, bread.mass, bread.price) == ("food", True, None)
    find, buy = tables.verbs["find"], tables.verbs["buy"]
    assert (find.frame, find.known_object, find.tenses) == ("transitive", True, "past")
    assert (buy.places, buy.known_object, buy.tenses) == (frozenset({"trade"}), False, "once")
    happy, red = tables.qualities["happy"], tables.qualities["red"]
    assert (happy.antonym, happy.state, happy.group) == ("sad", True, None)
    assert (red.antonym, red.state, red.group) == (None, False, "colour")
    assert (tables.names["wei"].kind, tables.names["wei"].gender) == ("person", "m")
    rule = tables.causes["sick-hospital"]
    assert (rule.cause, rule.cause_quality, rule.effect, rule.shared) == (
        "be-quality",
        "sick",
        "go",
        "hospital",
    )


def test_mass_nouns() -> None:
    """Bread is one; an apple is none, and neither is a name or a place."""
    assert [world().mass(concept) for concept in ("bread", "apple", "maria", "garden")] == [
        True,
        *[False] * 3,
    ]


def test_numerals() -> None:
    """Every number of the table is found by its value; of others there is no word."""
    assert [world().numeral(value) for value in (2, 10)] == ["two", "ten"]
    with pytest.raises(KeyError):
        world().numeral(11)
