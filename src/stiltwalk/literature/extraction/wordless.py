"""Outcomes that only a number tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.doubts import doubtful
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.surroundings import CLAUSE, DOMAIN
from stiltwalk.literature.extraction.vocabulary import DATA_SETS, Name
from stiltwalk.literature.records.claims import Direction

_SPREAD: Final = re.compile(
    r"\b(?:standard (?:error|deviation)|deviation|variance|confidence|interval|scale|threshold"
    r"|cut-?off|noise|margin of error|significan\w+ (?:if|when)|temperature"
    r"|Likert|credit(?! (?:[\w-]+ ){1,4}with\b)|bonus|seeds? var\w+|gains? (?:below|under|above|smaller"
    r"|larger)"
    r"|(?:differences?|effects?|changes?) (?:below|under|of less|smaller|above|larger)|at least"
    r"|grade|rule|criterion)\b",
    re.IGNORECASE,
)
_GOOD: Final = re.compile(
    r"\b(?:in favou?r of|further|another|extra|additional|come from|comes from|came from|owe[sd]?"
    r"|thanks to|good for|up|above|ahead|more|useful|positive|winner|rewarded|pay|pays|paid|due to"
    r"|easier|worth|responsible for|put down to|attributed to|credit(?:s|ed)?|contribut\w+|provid\w+|plus"
    r"|out of|(?:over|beyond|on top of) (?:the |a |its )?(?:\w+ )?(?:baseline|direct)|better off"
    r"|puts?(?= \d)|(?:that|what|which) [^,;]{1,40} (?:brings?|brought|delivers?|yields?|yielded|buys?"
    r"|earns?|gives?))\b",
    re.IGNORECASE,
)
_BAD: Final = re.compile(
    r"\b(?:off|away|negative|price|short|less|fewer|penalty|down|expense|sacrific\w+|back|forfeit\w*"
    r"|shed\w*|behind|below|minus|harder|worse off)\b",
    re.IGNORECASE,
)
_LEVELLED: Final = re.compile(
    r"\b(?:within(?= (?:\w+ ){0,3}points?)|of each other|apart|a mere|not|no(?! (?:more|less"
    r"|fewer) than)|negligible|noise)\b",
    re.IGNORECASE,
)
_SETTING_SUBJECT: Final = re.compile(
    r"^(?:the )?(?:learning rate|batch size|threshold|vocabulary|dropout)\b", re.IGNORECASE
)


def wordless(
    sentence: str, kept: Sequence[Cue], found: Sequence[Cue], known: Sequence[Name], given: Sequence[Number]
) -> list[Cue]:
    """Outcomes that only a number tells: points that no known word goes with, a metric's score on its own.

    Few things are counted in points but results; how these are called has no end.
    """
    if (
        _SPREAD.search(sentence)
        or _SETTING_SUBJECT.search(sentence)
        or not (known or DOMAIN.search(sentence))
    ):
        return []
    scored = any(name.kind in DATA_SETS | {"encoder"} for name in known)
    cues: list[Cue] = []
    for number in given:
        if any(_together(sentence, cue, number) for cue in (*kept, *cues)):
            continue
        if number.role == "difference":
            cue = Cue(
                number.text,
                "noun",
                "outcome",
                _hinted(sentence, number, found),
                False,
                number.start,
                number.end,
            )
        elif number.role == "score" and number.decimals and "%" not in number.text and scored:
            cue = Cue(number.text, "verb", "score", "unclear", False, number.start, number.end)
        else:
            continue
        if not doubtful(sentence, cue, numbered=True):
            cues.append(cue)
    return cues


def _together(sentence: str, cue: Cue, number: Number) -> bool:
    """Whether a cue and a number stand in one clause."""
    return CLAUSE.search(sentence, min(cue.end, number.end), max(cue.start, number.start)) is None


def _hinted(sentence: str, number: Number, found: Sequence[Cue]) -> Direction:
    """The direction of points by the words around them."""
    around = sentence[max(0, number.start - 70) : number.end + 90]
    if number.text[:1] in "+-":
        return "worse" if number.text[:1] == "-" else "better"
    if _LEVELLED.search(around):
        return "same"
    said = [
        cue for cue in found if cue.direction in {"better", "worse"} and abs(cue.start - number.start) < 60
    ]
    if said:
        return min(said, key=lambda cue: abs(cue.start - number.start)).direction
    if _BAD.search(around):
        return "worse"
    return "better" if _GOOD.search(around) else "unclear"
