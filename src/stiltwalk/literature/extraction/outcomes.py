"""Outcomes: the cues of a sentence that state one, once doubts and settings are put aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.doubts import doubtful
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.stating_verbs import verb_states
from stiltwalk.literature.extraction.stating_words import adjective_states, noun_states
from stiltwalk.literature.extraction.surroundings import Surroundings
from stiltwalk.literature.extraction.vocabulary import Name
from stiltwalk.literature.extraction.wordless import wordless

_ASIDE: Final = re.compile(r", (?:which|who|whose) [^,;:]{0,60}$")
_ENDS_ASIDE: Final = re.compile(r"[^,;:\d]{0,60},\s[^,;]{0,40}\d")
_STATING: Final = {"verb": verb_states, "noun": noun_states, "adjective": adjective_states}


def outcomes(
    sentence: str, found: Sequence[Cue], known: Sequence[Name], given: Sequence[Number]
) -> tuple[Cue, ...]:
    """Those of ``found`` that state an outcome, in order; of scores only that they are given.

    Args:
        sentence: no question.
        found: its cues.
        known: the names in it.
        given: the numbers in it that may be results.
    """
    kept = []
    for cue in found:
        if cue.does == "score" and not given and not cue.negated:
            continue
        seen = Surroundings.of(sentence, cue, known, given)
        stating = _STATING[cue.part](cue, seen)
        if stating and not doubtful(sentence, cue, bool(seen.effects or (cue.does == "score"))):
            kept.append(cue)
    kept = [
        cue
        for cue in kept
        if not (_ASIDE.search(sentence, 0, cue.start) and _ENDS_ASIDE.match(sentence, cue.end))
    ]
    kept += wordless(sentence, kept, found, known, given)
    return tuple(sorted(kept, key=lambda cue: cue.start))
