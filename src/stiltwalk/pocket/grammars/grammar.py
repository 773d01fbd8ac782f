"""What a grammar is: functions from meaning to the words of one language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stiltwalk.pocket.meaning import Clause, Role
from stiltwalk.pocket.words import Word

Front = Literal["time", "place"] | None
"""Which adverbial is moved to the front of its sentence."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's way of saying things.

    Attributes:
        sentence: a clause as a declarative sentence, its mark included. ``front`` moves the time or the
            place to the front where the clause has it, and is ignored where it has not.
        question: a positive clause as a question for one of its roles, its mark included; all other roles
            stay as they are.
        number: a whole number in digits, grouped as the language groups them.
        space: what stands between two words.
    """

    sentence: Callable[[Clause, Front], list[Word]]
    question: Callable[[Clause, Role], list[Word]]
    number: Callable[[int], str]
    space: str = " "
