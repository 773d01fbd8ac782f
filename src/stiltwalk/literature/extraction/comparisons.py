"""Comparisons: what the subject of a clause is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.directions import is_passive
from stiltwalk.literature.extraction.openings import Opening
from stiltwalk.literature.extraction.phrases import NOTHING, Phrase, after_cue, noun_phrase, trimmed

_COMPARED: Final = (
    r"than(?: (?:with|for|on|in|by|that of|those of|that by|that|is|when))?|compared (?:with|to)"
    r"|relative to|against|versus|vs\.?|as compared to|over and above"
)
_OVER: Final = r"over|above|below|behind|ahead of|beyond"
_PREFERRED: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    ("superior", "inferior", "preferable"), ("to",)
)
_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "same": (r"as(?: with| for)?|with|to",),
    "neutral": ("from",),
}
_LEADING: Final = re.compile(
    r"(?:compared (?:with|to)|relative to|over|against|unlike|in comparison (?:with|to))\s+", re.IGNORECASE
)
_NO_COMPARISON: Final = re.compile(
    r"(?:all|both|several|many|most|\d|one|two|three|four|five|six|seven|eight|nine|ten|fifteen"
    r"|languages|seeds|runs|tasks|the (?:\w+ )?(?:languages|tasks|seeds|runs|course|years?|board)"
    r"|time|half|a wide|wide)\b",
    re.IGNORECASE,
)
_RIVAL: Final = re.compile(
    r"\b(?:versus|vs\.?|against|compared (?:with|to)|than)\s[+-]?\d[\d.]*%?(?: (?:F1|accuracy"
    r"|points?|EM|exact match))?,? (?:for|with|by|of|from|using|in|without) ",
    re.IGNORECASE,
)


def comparison(sentence: str, clause: Clause, opened: Opening, subject: Phrase) -> Phrase:
    """What the subject is compared with."""
    cue = clause.cue
    if cue.does == "against" and is_passive(sentence, cue):
        return after_cue(sentence, cue, "by", clause.end)
    if cue.does == "against" or cue.text.lower() in {"behind", "ahead", "above", "below"}:
        direct = noun_phrase(sentence, cue.end + 1, clause.end) if cue.end + 1 < clause.end else NOTHING
        if direct.text and not re.match(r"(?:by|on|in|for)\b", direct.text):
            return direct
    for words in (*_PREFERRED.get(cue.text.lower(), ()), _COMPARED, _OVER, *_BY_KIND.get(cue.does, ())):
        found = _compared_after(sentence, clause, words, subject)
        if found.text:
            return found
    if cue.text.lower().endswith(" as") and cue.text.lower() != "as":
        return noun_phrase(sentence, cue.end + 1, clause.end) if cue.end + 1 < clause.end else NOTHING
    if cue.text.lower().startswith("as "):
        return _compared_after(sentence, clause, "as", subject)
    return _compared_before(sentence, opened)


def _compared_before(sentence: str, opened: Opening) -> Phrase:
    """The comparison in ``Compared with no intermediate training, …``."""
    for lead in opened.leads:
        match = _LEADING.match(lead.text)
        if match:
            return trimmed(sentence, lead.start + match.end(), lead.end)
    return NOTHING


def _compared_after(sentence: str, clause: Clause, words: str, subject: Phrase) -> Phrase:
    low = clause.start if words in {_COMPARED, _OVER} else clause.cue.end
    for match in re.compile(rf"(?<![\w-])(?:{words})\s+", re.IGNORECASE).finditer(sentence, low, clause.end):
        rest = sentence[match.end() : clause.end]
        if subject.start - 1 <= match.end() < subject.end or _NO_COMPARISON.match(rest):
            continue
        if (
            match.start() < clause.cue.start
            and words == _OVER
            and clause.cue.part == "verb"
            and clause.cue.does != "score"
        ):
            continue
        phrase = noun_phrase(sentence, match.end(), clause.end)
        if phrase.text and phrase.text.lower() not in {
            "expected",
            "before",
            "ever",
            "average",
            "that",
            "this",
        }:
            return phrase
    return NOTHING


def versus(sentence: str, clause: Clause) -> Phrase:
    """The comparison in ``65.9 versus 62.2 for the baseline``."""
    match = _RIVAL.search(sentence, clause.start, clause.end)
    return noun_phrase(sentence, match.end(), clause.end) if match else NOTHING
