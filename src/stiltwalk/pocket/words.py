"""Words of a sentence: text, part of speech, role and entity; and how they are written as one text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Word:
    """One word as a treebank would cut it.

    Attributes:
        text: as written.
        upos: universal part of speech.
        role: which role of the clause it expresses, if any.
        entity: IOB2 tag: ``O``, ``B-PER``, ``I-LOC`` and so on.
        glued: whether it is written without a space before it.
    """

    text: str
    upos: str
    role: str = ""
    entity: str = "O"
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """Words as one text.

    Attributes:
        text: the text.
        words: the words.
        starts: for each word the offset of its first character in ``text``.
    """

    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    def span(self, role: str) -> tuple[int, int] | None:
        """``(start, end)`` of the words with ``role``, without adpositions at either end; ``None``: none."""
        chosen = [i for i, word in enumerate(self.words) if word.role == role]
        while chosen and self.words[chosen[0]].upos == "ADP":
            chosen.pop(0)
        while chosen and self.words[chosen[-1]].upos == "ADP":
            chosen.pop()
        if not chosen:
            return None
        assert chosen == list(range(chosen[0], chosen[-1] + 1)), f"'{role}' stands in two places: {self.text}"
        return self.starts[chosen[0]], self.starts[chosen[-1]] + len(self.words[chosen[-1]].text)


def write(words: Iterable[Word], space: str) -> Written:
    """``words`` as one text, ``space`` between any two of which the second is not glued."""
    kept = tuple(words)
    text = ""
    starts = []
    for word in kept:
        text += space if text and not word.glued else ""
        starts.append(len(text))
        text += word.text
    return Written(text, kept, tuple(starts))


def mark(text: str) -> Word:
    """A punctuation mark, glued to the word before it."""
    return Word(text, "PUNCT", glued=True)


def in_role(words: Iterable[Word], role: str) -> list[Word]:
    """``words`` as the expression of ``role``."""
    return [replace(word, role=role) for word in words]


def capitalised(words: Sequence[Word], upper: str | None = None) -> list[Word]:
    """``words`` with the first letter a capital; ``upper`` overrides what Python thinks its capital is."""
    first = next(i for i, word in enumerate(words) if word.upos != "PUNCT")
    text = words[first].text
    changed = replace(words[first], text=(upper or text[0].upper()) + text[1:])
    return [*words[:first], changed, *words[first + 1 :]]
