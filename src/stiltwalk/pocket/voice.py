"""A language's voice: meanings as written sentences, questions and passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import NamedTuple

from stiltwalk.pocket.grammars.grammar import Front, Grammar
from stiltwalk.pocket.lexicon import Lexicon, lexicon
from stiltwalk.pocket.meaning import Clause, Role
from stiltwalk.pocket.words import Word, Written, write
from stiltwalk.spec.errors import unknown_name

LANGUAGES = ("en", "de", "es", "ru", "tr", "sw", "hi", "zh")
"""The languages of the pocket world, the source language first."""


class Said(NamedTuple):
    """A clause, and which adverbial its sentence puts in front: all a language needs to say it."""

    clause: Clause
    front: Front = None


@dataclass(frozen=True, slots=True)
class Voice:
    """A language's grammar and lexicon."""

    language: str
    grammar: Grammar
    lexicon: Lexicon

    def words(self, said: Said) -> list[Word]:
        """The words of its sentence."""
        return self.grammar.sentence(said.clause, said.front)

    def say(self, said: Said) -> Written:
        """Its sentence."""
        return write(self.words(said), self.grammar.space)

    def ask(self, clause: Clause, role: Role) -> str:
        """The question for one of the clause's roles."""
        return write(self.grammar.question(clause, role), self.grammar.space).text

    def passage(self, parts: Sequence[Said]) -> str:
        """Several sentences as one text."""
        return self.grammar.space.join(self.say(part).text for part in parts)

    def fixed(self, name: str) -> str:
        """One of the lexicon's fixed questions, its mark included."""
        # every language ends its questions with the mark that ends any question of its grammar
        words = self.lexicon.phrase(name, "phrase")
        if words[0].upos == "PUNCT":  # nothing stands between a mark that opens a question and its first word
            words[1] = replace(words[1], glued=True)
        return write(words, self.grammar.space).text + self.question_mark

    @property
    def question_mark(self) -> str:
        """What ends a question."""
        return "\uff1f" if self.language == "zh" else "?"  # full width in Chinese


@cache
def voice(language: str) -> Voice:
    """The voice of ``language``.

    Raises:
        UnknownNameError: the pocket world does not speak it.
    """
    if language not in LANGUAGES:
        raise unknown_name("pocket language", language, LANGUAGES)
    grammar = import_module(f"stiltwalk.pocket.grammars.{language}").GRAMMAR
    return Voice(language, grammar, lexicon(language))
