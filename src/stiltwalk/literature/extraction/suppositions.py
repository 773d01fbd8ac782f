"""Suppositions: sentences that talk about numbers and outcomes in general, and report none."""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.extraction.cues import Cue

_AMOUNT: Final = (
    r"(?:differences?|gains?|improvements?|loss(?:es)?|drops?|rises?|effects?|changes?|increases?|decreases?"
    r"|gaps?|advantages?|benefits?|margins?|points?|falls?)"
)
_AMOUNT_AS_SUBJECT: Final = re.compile(
    rf"(?:^|[,;:] |\bthat |\bbut |\band )(?:(?:with|for|at|on|from|in) [\w ,%.-]{{1,40}}?,? )?"
    rf"(?:an?|any|one|two|three|each|every|such an?|\d[\d.]*)"
    rf"(?: [\w-]+)? {_AMOUNT}\b(?: [^,;:]{{0,60}}?)?"
    r" (?:corresponds?|equals?|means?|makes?|cancels?|counts? (?:as|for)|stands? for"
    r"|translates? (?:in)?to|takes?"
    r"|represents?|(?:well )?needs?|requires?|lies? within|can|may|might|could|would|should|must"
    r"|(?:is|are)(?: (?:about|roughly|only|just|often|no more than|less than|more than|thus|usually|easily))*"
    r" (?:\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|a dozen|a handful|luck|chance|noise"
    r"|within"
    r"|small|large|hard|easy|nothing|not (?:much|enough)|what one)\b(?! ?%))",
    re.IGNORECASE,
)
"""An amount that no one is said to have reached, and what it would come to."""

_SUPPOSING: Final = re.compile(
    r"(?:^|[,;:] |\b(?:and|but|only|even|say that .{0,80}|holds) )(?:if|unless|suppose(?: that)?"
    r"|supposing|assuming"
    r"|provided(?: that)?|imagine|had (?:we|it|they)|were (?:we|it|they))\b(?! (?:only|any|at all"
    r"|anything|ever)\b)[^,;]*$",
    re.IGNORECASE,
)
_GENERAL_IF: Final = re.compile(
    r"\b(?:if|unless|whenever|wherever)\b (?!only\b|any\b|anything\b|at all\b|ever\b)[^,;]*$", re.IGNORECASE
)
_GENERAL_PLACE: Final = re.compile(
    r"^(?:where|wherever|whenever|when(?:ever)? (?:an?|any|some))\b[^,;]*$", re.IGNORECASE
)
_WOULD: Final = re.compile(r"\b(?:would|should|might have|could have)\b", re.IGNORECASE)
_AS_WOULD: Final = re.compile(r"\b(?:as|than|what|which|that|who) (?:\w+ ){0,2}$", re.IGNORECASE)
_IF: Final = re.compile(
    r"^(?:and |but |even )?(?:if|unless|suppose|supposing|assuming|provided|had|were)\b", re.IGNORECASE
)
_PURPOSE: Final = re.compile(
    r"^(?:in order )?to (?!date\b|our\b|my\b|some\b|this\b|that\b|the\b|a\b)[a-z]+ [^,;]*$", re.IGNORECASE
)
_ANYONE_THAT: Final = re.compile(
    r"(?:^|[,;:] )(?:an?|any|every) (?:[\w-]+ )?[\w-]+ (?:that|which|who)(?: \w+ly)?\s$", re.IGNORECASE
)
_ANYBODY: Final = re.compile(
    r"^(?:any(?:one|body)|who(?:so)?ever|everyone|everybody|those|people|nobody) (?:who|that|wants?"
    r"|wishing)\b|^whoever\b",
    re.IGNORECASE,
)
_MEANING: Final = re.compile(
    r"^(?:we|i) (?:thank|acknowledge|are grateful)\b|^[^,;]{0,40} is what (?:we|one|many) calls?\b"
    r"|^(?:runs|seeds|checkpoints|questions|items|annotators) (?:that|which|whose)\b"
    r"|^(?:an?|the|each|every)? ?(?:[\w-]+ ){0,3}?"
    r"(?:numbers?|values?|signs?|cells?|colou?rs?|stars?|bars?|symbols?)\b"
    r"[^,;]{0,40}? (?:means?|indicates?|marks?|denotes?|stands? for|shows?) (?:that|an?|the)\b",
    re.IGNORECASE,
)
_OPINION: Final = re.compile(
    r"\b(?:some|many|most|authors|others|critics|proponents|it)\b[^,;]{0,40}?"
    r" (?:holds?|held|maintain(?:s|ed)?"
    r"|contend(?:s|ed)?|insist(?:s|ed)?|take it) that [^,;]*$",
    re.IGNORECASE,
)
_CHOOSING: Final = re.compile(
    r"^(?:we) (?:therefore |then |also |only )?(?!find|found|observe|see|saw|obtain|report|achieve|gain"
    r"|show)[a-z]+ "
    r"(?:only |out )?(?:all|any|every|those|only|each|the) (?:[\w-]+ ){1,3}(?:that|which|whose"
    r"|where) [^,;]*$",
    re.IGNORECASE,
)
_AS_SUCH: Final = re.compile(
    r"[^,;]*\bas (?:an? )?(?:noise|chance|null|ties?|significant|insignificant|meaningful|\w+)\b"
)
_ONE: Final = re.compile(
    r"\b(?:one|you|readers?|practitioners)(?: \w+ly| often| always| can)?\s$", re.IGNORECASE
)
_RECKONED: Final = re.compile(
    r"\b(?:calculations?|computations?|arithmetic|formulas?|equations?|rule of thumb|power analysis"
    r"|rounding|rounded)\b",
    re.IGNORECASE,
)
_GUESSING: Final = re.compile(
    r"^(?:the |pure |mere )?(?:chance|random guess\w*|(?:random|blind) (?:choice|guess\w*|answers)"
    r"|guess\w*|coin)\b",
    re.IGNORECASE,
)
_COULD_SEE: Final = re.compile(
    r" (?:that |which )?(?:we|one|they|a test|this test) (?:could|can|would|might)\b"
)
_DETECTING: Final = re.compile(
    r"(?<!not )(?<!cannot )(?<!n['\u2019]t )\b(?:detects?|resolves?|distinguish(?:es)?"
    r"|power for)(?: [\w-]+){0,3}\s$",
    re.IGNORECASE,
)
_ILLUSTRATING: Final = re.compile(
    r"^(?:say that|suppose|imagine|picture|think of|for instance, (?:an?|if)\b|for example, (?:an?|if)\b)",
    re.IGNORECASE,
)
_WE_SAY: Final = re.compile(
    r"^(?:here,? |below,? )?(?:we|i|let us) (?:shall |will )?(?:say|call|speak|count|deem|regard"
    r"|consider|treat|define)\b[^,;]*$",
    re.IGNORECASE,
)
_ON_CONDITION: Final = re.compile(r"[^,;]*\b(?:if|when|where|whenever|unless)\b")
_GENERAL_KIND: Final = re.compile(
    r"^(?:an?|any|every) (?:[\w-]+ ){1,2}(?:that|which|who) (?!is\b|was\b)\w+(?:s|ed)\b[^A-Z]*$"
)
_OCCURRED: Final = re.compile(r"\b(?:was|were|has been|is (?:seen|observed|found)|did|had)\b")


def supposed(sentence: str, cue: Cue, before: str, after: str) -> bool:
    """Whether ``cue`` is only supposed, defined, reckoned, or what an amount of it would mean.

    Args:
        sentence: the whole of it.
        cue: in it.
        before: what stands before the cue.
        after: what stands behind it.
    """
    opened = before.lstrip()
    if _ILLUSTRATING.match(sentence) and not _OCCURRED.search(sentence):
        return True
    if _RECKONED.search(sentence) or (cue.does == "score" and _GUESSING.match(sentence)):
        return True
    if _AMOUNT_AS_SUBJECT.search(sentence) and _within_amount(sentence, cue):
        return True
    if _SUPPOSING.search(before) or _GENERAL_IF.search(before) or _GENERAL_PLACE.match(opened):
        return True
    if (_IF.match(sentence) and _WOULD.search(sentence)) or _would(after):
        return True
    if _in_general(sentence, opened) or (_PURPOSE.match(opened) and "," in after):
        return True
    if _WE_SAY.match(opened) and (_ON_CONDITION.match(after) or _AS_SUCH.match(after)):
        return True
    if cue.part == "verb" and (_ANYONE_THAT.search(before) or _ONE.search(before)):
        return True
    return cue.part == "noun" and bool(_COULD_SEE.match(after) or _DETECTING.search(before))


def _in_general(sentence: str, before: str) -> bool:
    """Whether the sentence is about no one in particular, or about what signs mean and others hold."""
    return bool(
        _MEANING.match(sentence)
        or _OPINION.search(before)
        or _ANYBODY.match(sentence)
        or _CHOOSING.match(before)
        or _GENERAL_KIND.match(sentence[:1].lower() + sentence[1:])
    )


def _within_amount(sentence: str, cue: Cue) -> bool:
    """Whether the cue stands in the statement about an amount in general."""
    match = _AMOUNT_AS_SUBJECT.search(sentence)
    return match is not None and match.start() <= cue.start


def _would(after: str) -> bool:
    """Whether the predicate that the cue belongs to says what would be: ``a gain of 2 would have needed``."""
    for match in _WOULD.finditer(after):
        between = after[: match.start()]
        return not re.search(r"[,;:(]", between) and not _AS_WOULD.search(between)
    return False
