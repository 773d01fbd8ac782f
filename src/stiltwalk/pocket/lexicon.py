"""Lexicons: for every concept the forms a language's grammar needs, from ``lexicon/LANGUAGE.tsv``.

A row is a concept and any number of cells ``form=text``. A form is one word or several; ``text/TAG`` gives
a word its part of speech, otherwise its category decides: *at=in/ADP the/DET garden* makes an adposition, a
determiner and a noun. Forms that are no text (gender, noun class) are read with ``value``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stiltwalk.pocket.words import Word
from stiltwalk.pocket.world import world

_TAGS = {
    "noun": "NOUN",
    "verb": "VERB",
    "quality": "ADJ",
    "place": "NOUN",
    "name": "PROPN",
    "time": "ADV",
    "number": "NUM",
}
_ENTITIES = {"person": "PER", "city": "LOC", "organisation": "ORG"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The forms of one language: concept → form → text with tags."""

    language: str
    rows: Mapping[str, Mapping[str, str]]

    def has(self, concept: str, form: str) -> bool:
        """Whether the concept has that form."""
        return form in self.rows.get(concept, {})

    def value(self, concept: str, form: str) -> str:
        """The cell as it stands, such as a gender.

        Raises:
            KeyError: no such concept or form.
        """
        try:
            return self.rows[concept][form]
        except KeyError:
            raise KeyError(f"lexicon/{self.language}.tsv: '{concept}' has no form '{form}'") from None

    def phrase(self, concept: str, form: str, role: str = "") -> list[Word]:
        """The form as words; a name's proper nouns carry its entity tags.

        Raises:
            KeyError: no such concept or form.
        """
        cells = [cell.rpartition("/") for cell in self.value(concept, form).split(" ")]
        # without a slash all of the cell is its last part
        pairs = [(text, tag) if slash else (tag, _tag(concept)) for text, slash, tag in cells]
        entity = _entity(concept)
        found: list[Word] = []
        for text, tag in pairs:
            inside = any(word.entity != "O" for word in found)
            iob = "O" if entity is None or tag != "PROPN" else f"{'I' if inside else 'B'}-{entity}"
            found.append(Word(text, tag, role, iob))
        return found

    def time(self, concept: str | None) -> list[Word]:
        """The time as words in its role; none where there is no time."""
        return self.phrase(concept, "time", "time") if concept else []


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of ``language``, read once."""
    text = files("stiltwalk.pocket").joinpath("lexicon", f"{language}.tsv").read_text(encoding="utf-8")
    rows: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            concept, *cells = line.split("\t")
            if concept in rows:
                raise ValueError(f"lexicon/{language}.tsv: '{concept}' stands twice")
            rows[concept] = dict(cell.split("=", maxsplit=1) for cell in cells)
    return Lexicon(language, rows)


def _tag(concept: str) -> str:
    try:
        return _TAGS[world().category(concept)]
    except KeyError:  # fixed phrases of the grammar are tagged word by word
        return "X"


def _entity(concept: str) -> str | None:
    named = world().names.get(concept)
    return _ENTITIES[named.kind] if named else None
