"""Clefts: sentences that name who has the effect behind the verb, or in a clause of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.phrases import NOTHING, Phrase, noun_phrase, trimmed
from stiltwalk.literature.extraction.vocabulary import Name

_IT_IS: Final = re.compile(
    r"\bit (?:is|was) (?:only |just |not so much )?(?P<who>[^,;:]{2,80}?),? (?:that|which|who)\b",
    re.IGNORECASE,
)
_IS_WHAT: Final = re.compile(
    r"\b(?:is|are|was|were) (?:just |exactly |all )?(?:where|what|all that|all"
    r"|as much as) (?P<who>(?:[\w-]+ ){1,8}?)"
    r"(?:\w+ly )?(?P<verb>(?!data\b)[a-z]{3,}(?:s|ed)\b(?<!ss)|gave|brought|bought|cost|took|lost|won"
    r"|shone|can|could)"
    r"(?=[\s.,:;]|$)"
)
_AMOUNT_THAT: Final = re.compile(
    r"\b(?:gains?|improvements?|loss|losses|drops?|rise|increase|advantage|benefit|boost|effect|points?"
    r"|deficit)"
    r" (?:that |which )?(?P<who>(?!of\b|on\b|in\b|by\b|from\b|over\b|for\b|and\b|is\b"
    r"|was\b)(?:[\w-]+ ){1,6}?)"
    r"(?:brings?|brought|gives?|gave|yields?|yielded|causes?|caused|has|had|delivers?|delivered"
    r"|provides?|offers?"
    r"|offered|makes?|made|achieves?|achieved|produces?|produced|incurs?|leaves)\b"
)
_FOUND_TO: Final = re.compile(
    r"\b(?:shows?|showed|finds?|found|prove|proved|considers?|considered|reports?|reported|saw|sees|observes?"
    r"|observed|judges?|judged|deems?|deemed|makes?|made) (?P<who>(?!to\b|that\b|no\b"
    r"|an?\b)[^,;:]{2,60}?) to\s",
    re.IGNORECASE,
)
_CREDITED: Final = re.compile(
    r"\b(?:credit(?:s|ed)?|charg(?:e|es|ed)) (?P<who>(?!to\\b)[^,;:]{2,60}?) with\s", re.IGNORECASE
)
_BEST_IS: Final = re.compile(
    r"^\W*(?:and |but )?(?:the|our) (?:\w+ )?(?:best|worst|strongest|weakest|most \w+|least \w+|top"
    r"|winning|only|largest"
    r"|smallest|biggest) [^,;:]{2,60}? (?:is|was|are|were) (?P<who>[A-Z][\w-]*(?: (?:QA|IQa|training"
    r"|data))*)",
    re.IGNORECASE,
)
_UP_TO: Final = r"(?=[,;:.]| (?:on|in|for|is|was|[a-z]{3,}(?:s|ed))\b)"
_OLD: Final = r"(?P<old>[^,;:]{2,40}?)"
_NEW: Final = r"(?P<new>[^,;:]{2,40}?)"
_SWAPPED: Final = (
    re.compile(rf"\breplac(?:e|es|ed|ing) {_OLD} (?:by|with) {_NEW}{_UP_TO}"),
    re.compile(rf"\b(?:swap(?:s|ped|ping)?|exchang(?:e|es|ed|ing)) {_OLD} for {_NEW}{_UP_TO}"),
    re.compile(
        rf"\b(?:switch(?:es|ed|ing)?|mov(?:e|ing)|going|chang(?:e|ed|ing)) from {_OLD} to {_NEW}{_UP_TO}"
    ),
    re.compile(rf"\b(?P<new>(?:[A-Z][\w-]*)(?: [\w-]+){{0,2}}?) instead of {_OLD}{_UP_TO}"),
)


def cleft(sentence: str, clause: Clause) -> Phrase:
    """Who has the effect in ``it was MNLI that lifted``, ``is what MNLI brings``, ``found MNLI to be``."""
    match = _IT_IS.search(sentence, clause.start, clause.cue.start)
    if match is None:
        match = _IS_WHAT.search(sentence, clause.start, clause.end)
    if match is None:
        match = _AMOUNT_THAT.search(sentence, clause.start, clause.end)
    if match is None:
        match = _BEST_IS.match(sentence[clause.start : clause.end])
        if match and any(letter.isupper() for letter in match["who"]) and clause.cue.does != "superlative":
            low, high = match.span("who")
            return trimmed(sentence, clause.start + low, clause.start + high)
        match = None
    if match is None:
        match = _FOUND_TO.search(sentence, clause.start, min(clause.end, clause.cue.end + 4))
        if match and match.start("who") <= clause.cue.start < match.end("who"):
            # 'proved superior to MNLI'
            match = None
    if match is None:
        match = _CREDITED.search(sentence, clause.start, clause.end)
    if match is None:
        return NOTHING
    return _whole(sentence, trimmed(sentence, *match.span("who")))


def _whole(sentence: str, phrase: Phrase) -> Phrase:
    """A phrase that can be who has an effect; a pronoun cannot, as what it stands for is not known."""
    if re.fullmatch(r"(?:it|they|we|this|these|those|that|what|one|there|)", phrase.text, re.IGNORECASE):
        return NOTHING
    return noun_phrase(sentence, phrase.start, phrase.end)


class Swap(NamedTuple):
    """What was put in the place of what."""

    new: Phrase
    old: Phrase


def swapped(sentence: str, clause: Clause, within: Sequence[Name]) -> Swap | None:
    """What was put in the place of what: ``if we replace SQuAD by BoolQ``; ``None``: nothing was."""
    for pattern in _SWAPPED:
        match = pattern.search(sentence, clause.start, clause.end)
        if match is None:
            continue
        new, old = trimmed(sentence, *match.span("new")), trimmed(sentence, *match.span("old"))
        if any(new.holds(n) or old.holds(n) for n in within):
            return Swap(new, old)
    return None
