"""Surroundings: what stands around a cue in its clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name

DOMAIN: Final = re.compile(
    r"\b(?:train\w*|tun\w+|fine-tun\w+|pre-?train\w*|models?|encoders?|tasks?|transfer\w*|data"
    r"|batch\w*|languages?|baselines?"
    r"|methods?|adapters?|stages?|translat\w+|zero-shot|few-shot|benchmarks?|settings?|targets?"
    r"|approach\w*|systems?"
    r"|gains?|improvements?|learning|curricul\w+|distill\w+|prompt\w*|STILTs?|MLM|test|schedule\w*"
    r"|vocabular\w+"
    r"|patients?|treatment|group|control|dose|yields?|plants?|temperature|rate)\b",
    re.IGNORECASE,
)
SETTING_VERB: Final = re.compile(
    r"\b(?:we|it|which|they) (?:use|used|keep|kept|apply|applied|follow|followed|share|shared|set"
    r"|employ|employed|adopt"
    r"|adopted|choose|chose|take|took)\b[^,;]{0,30}$|\b(?:with|using|under|at|follow\w*|by|for"
    r"|of|from|towards?)(?: exactly)?\s$",
    re.IGNORECASE,
)
CLAUSE: Final = re.compile(
    r";|:\s|,? (?:but|whereas|while|although|though)\b|, (?:where|which|and (?:it|they|we|the))\b"
)
BY_OR_OF: Final = re.compile(
    r"\b(?:by|of|worth)(?: (?:about|only|around|over|almost|nearly|roughly|up to|more than|less "
    r"than|an?|as much as|at least|some|just|another|approximately|additional|average|extra"
    r"|\w+ly))*\s$|[(+]\s?$"
)


class Surroundings(NamedTuple):
    """What stands around a cue.

    Attributes:
        before: of the sentence.
        after: of the sentence.
        effects: numbers near it that measure a change: points, factors, percentages; or what follows ``by``.
        scores: numbers behind it that are, or may be, on the scale of a metric.
        quantities: names of what is measured, in its clause.
        names: other known names in its clause.
        overlapping: names that it is a part of.
    """

    before: str
    after: str
    effects: tuple[Number, ...]
    scores: tuple[Number, ...]
    quantities: tuple[Name, ...]
    names: tuple[Name, ...]
    overlapping: tuple[Name, ...]

    @classmethod
    def of(cls, sentence: str, cue: Cue, known: Sequence[Name], given: Sequence[Number]) -> Surroundings:
        """What stands around ``cue``, as far as its clause may reach."""
        low = max([m.end() for m in CLAUSE.finditer(sentence, 0, cue.start)], default=0)
        match = CLAUSE.search(sentence, cue.end)
        high = match.start() if match else len(sentence)
        # a list of results goes on behind commas, and what is compared may stand before them
        near = [n for n in given if low - 1 <= n.start < high + 1]
        within = [name for name in known if low <= name.start < high]
        effects = tuple(n for n in near if _is_effect(n, sentence))
        scores = tuple(n for n in near if n.start >= cue.end and n.role in {"score", "bare", "percent"})
        return cls(
            sentence[: cue.start],
            sentence[cue.end :],
            effects,
            scores,
            tuple(n for n in within if n.kind in QUANTITIES and not (n.start <= cue.start < n.end)),
            tuple(n for n in within if n.kind not in QUANTITIES),
            tuple(n for n in within if n.start < cue.end and cue.start < n.end),
        )


def _is_effect(number: Number, sentence: str) -> bool:
    """Whether a number measures a change rather than a level."""
    if number.role in {"difference", "times", "percent"}:
        return True
    before = sentence[max(0, number.start - 40) : number.start]
    return number.text[:1] in "+-" or (number.role != "duration" and bool(BY_OR_OF.search(before)))
