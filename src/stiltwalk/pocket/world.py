"""What exists in the pocket world, whatever the language: the tables in ``world/``, as records."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Frame = Literal[
    "intransitive",
    "transitive",
    "ditransitive",
    "motion",
    "quality",
    "location",
    "kind",
    "residence",
    "employment",
    "price",
]
Tense = Literal["past", "present", "future"]


@dataclass(frozen=True, slots=True)
class Noun:
    """A common noun.

    Attributes:
        concept: its id.
        parent: its nearest hypernym.
        marks: what verbs and qualities select it by.
        mass: whether it is a mass noun.
        price: lowest and highest price in euros, where it has one.
    """

    concept: str
    parent: str | None
    marks: frozenset[str]
    mass: bool
    price: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Verb:
    """A predicate.

    Attributes:
        frame: which roles it takes.
        agents: marks an agent may have.
        patients: marks a patient may have.
        places: marks of the places where it naturally happens; empty where no place is added.
        known_object: whether its countable patient is definite (*washed the car*) or not (*bought a car*).
        tenses: ``past``: only the past is natural (*lost the key*); ``once``: no habit (*bought a car*);
            ``daily``: a habit of every day, not every week (*sleeps*); ``always``: a present state without a
            time (*loves the dog*); empty: any.
    """

    concept: str
    frame: Frame
    agents: frozenset[str]
    patients: frozenset[str]
    places: frozenset[str]
    known_object: bool
    tenses: Literal["past", "once", "daily", "always", ""]


@dataclass(frozen=True, slots=True)
class Quality:
    """An adjective.

    Attributes:
        concept: its id.
        antonym: its opposite.
        marks: what it fits.
        state: whether it only stands as a predicate.
        group: adjectives of one group exclude each other.
        relative: whether it is measured by its noun: a small elephant is no small animal.
    """

    concept: str
    antonym: str | None
    marks: frozenset[str]
    state: bool
    group: str | None
    relative: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: of a person (``f`` or ``m``), a city or an organisation."""

    concept: str
    kind: Literal["person", "city", "organisation"]
    gender: Literal["f", "m", ""]


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule: one event leads to another of the same agent.

    Attributes:
        cause: predicate of the cause; its quality where the predicate is one.
        effect: likewise of the effect.
        shared: what the two share beside the agent: ``patient``; ``subject``: what has the quality is what
            something is then done to; or a place the effect leads to.
    """

    concept: str
    cause: str
    cause_quality: str | None
    effect: str
    effect_quality: str | None
    shared: str | None


@dataclass(frozen=True, slots=True)
class World:
    """Every table by concept, in the order of the files.

    ``within``: place → the place it is a part of; ``hyponyms``: noun → the nouns right below it.
    """

    nouns: Mapping[str, Noun]
    verbs: Mapping[str, Verb]
    qualities: Mapping[str, Quality]
    places: Mapping[str, frozenset[str]]
    within: Mapping[str, str]
    names: Mapping[str, Name]
    times: Mapping[str, Tense]
    numbers: Mapping[str, int]
    causes: Mapping[str, Cause]
    hyponyms: Mapping[str, tuple[str, ...]]

    def ancestors(self, concept: str) -> tuple[str, ...]:
        """The hypernyms of a noun, nearest first; none for anything else."""
        found: list[str] = []
        while concept in self.nouns and (parent := self.nouns[concept].parent):
            found.append(parent)
            concept = parent
        return tuple(found)

    def children(self, concept: str) -> tuple[str, ...]:
        """The nouns whose nearest hypernym is ``concept``."""
        return self.hyponyms.get(concept, ())

    def marks(self, concept: str) -> frozenset[str]:
        """What verbs and qualities select ``concept`` by; a person's name counts as a person."""
        if concept in self.nouns:
            return self.nouns[concept].marks
        if concept in self.places:
            return self.places[concept]
        named = concept in self.names and self.names[concept].kind == "person"
        return frozenset({"person", "grown"}) if named else frozenset()

    def mass(self, concept: str) -> bool:
        """Whether ``concept`` is a mass noun; names and places are none."""
        return concept in self.nouns and self.nouns[concept].mass

    def numeral(self, value: int) -> str:
        """The concept of the number ``value``.

        Raises:
            KeyError: the world cannot count to it.
        """
        return {number: concept for concept, number in self.numbers.items()}[value]

    def category(self, concept: str) -> str:
        """Which table ``concept`` is in, in the singular: ``noun``, ``verb``, ``name`` and so on."""
        for category in _CATEGORIES:
            if concept in getattr(self, f"{category}s" if category != "quality" else "qualities"):
                return category
        raise KeyError(concept)


_CATEGORIES = ("noun", "verb", "quality", "place", "name", "time", "number")


@cache
def world() -> World:
    """The world's tables, read once."""
    nouns = {
        row["concept"]: Noun(
            row["concept"],
            row["parent"] or None,
            _marks(row["marks"]),
            row["number"] == "mass",
            _range(row["price"]),
        )
        for row in _table("nouns")
    }
    return World(
        nouns=nouns,
        verbs={
            row["concept"]: Verb(
                row["concept"],
                row["frame"],  # type: ignore[arg-type]  # the tables are tested
                _marks(row["agents"]),
                _marks(row["patients"]),
                _marks(row["places"]),
                row["object"] == "known",
                row["tenses"],  # type: ignore[arg-type]
            )
            for row in _table("verbs")
        },
        qualities={
            row["concept"]: Quality(
                row["concept"],
                row["antonym"] or None,
                _marks(row["marks"]),
                row["use"] == "state",
                row["group"] or None,
                bool(row["relative"]),
            )
            for row in _table("qualities")
        },
        places={row["concept"]: _marks(row["marks"]) for row in _table("places")},
        within={row["concept"]: row["within"] for row in _table("places") if row["within"]},
        names={
            row["concept"]: Name(row["concept"], row["kind"], row["gender"])  # type: ignore[arg-type]
            for row in _table("names")
        },
        times={row["concept"]: row["tense"] for row in _table("times")},  # type: ignore[misc]
        numbers={row["concept"]: int(row["value"]) for row in _table("numbers")},
        causes={
            row["concept"]: Cause(
                row["concept"],
                row["cause"],
                row["cause_quality"] or None,
                row["effect"],
                row["effect_quality"] or None,
                row["shared"] or None,
            )
            for row in _table("causes")
        },
        hyponyms={
            parent: tuple(noun.concept for noun in nouns.values() if noun.parent == parent)
            for parent in dict.fromkeys(noun.parent for noun in nouns.values() if noun.parent)
        },
    )


def _table(name: str) -> list[dict[str, str]]:
    text = files("stiltwalk.pocket").joinpath("world", f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _marks(cell: str) -> frozenset[str]:
    return frozenset(cell.split())


def _range(cell: str) -> tuple[int, int] | None:
    low, dash, high = cell.partition("-")
    return (int(low), int(high)) if dash else None
