"""Phrases: who is said to do what, and against whom, in one clause of a sentence."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.vocabulary import Name


class Phrase(NamedTuple):
    """A piece of a sentence.

    Attributes:
        text: as printed, without article.
        start: its first character; -1: there is no phrase.
        end: the character behind it.
    """

    text: str
    start: int
    end: int

    def holds(self, name: Name) -> bool:
        """Whether ``name`` is a part of it."""
        return self.start <= name.start < self.end


NOTHING: Final = Phrase("", -1, -1)

_COUNT: Final = (
    r"(?:all|both|\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|forty"
    r"|many|most|several)"
)
_ARTICLE: Final = re.compile(
    r"(?:(?:the|an?|our|their|its|this|that|these|those|such|any|either|both|each|simply|just"
    r"|using|use of|of|also|that of|those of|the use of)\s+)+",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    rf"\s+(?:as (?:an?|the|our|its|one|intermediate)\b|of {_COUNT}\b|of size\b|during\b|beside\b"
    rf"|besides\b|in addition\b|alongside\b|before\b|prior to\b|ahead of\b"
    r"|to the (?:intermediate|target|training)|(?:as well|first|alone|itself|instead|again|too"
    r"|too,|already|also|still|even|only|always|ever|often|alike"
    r"|here|there|overall|in turn|on average|in general|at all|respectively)$).*",
    re.IGNORECASE | re.DOTALL,
)
_VERB_TAIL: Final = re.compile(
    r"\s(?:brought|can|cannot|performs?|brings?|push\w*|took|takes|led|leads|stands?|stood|ends?|lets?"
    r"|allows?|allowed|begins?|began|precedes?|lands?|landed|settles?|settled|turns|turned|made|makes|left"
    r"|leaves|kept|keeps|train"
    r"|trains|runs?|ran|is|are|was|were|has|had|have|speeds?|comes?|came"
    r"|gets?|got|put|puts|sets?|ends?|ended|gives?|gave|yields?|scores?(?= \d)|reaches|reached"
    r"|achieves?|carries|drives?|drove|sends?|sent|moves?|moved|shifts?|shifted)\s.*",
    re.DOTALL,
)
AUXILIARIES: Final = re.compile(
    r"(?:[\s,]+(?:is|are|was|were|has|have|had|been|be|also|does|do|did|not|still|even|only"
    r"|further|again|both|neither|nor|clearly|never"
    r"|no longer|then|thus|alone|itself|therefore|however|in turn|in fact|indeed|both|again|always"
    r"|often|too|either|already|can|cannot"
    r"|fails?|failed|failing|seems?|seemed|appears?|appeared|tends?|tended|continues?|continued"
    r"|proves?|proved|found|shown|seen|observed"
    r"|reported|known|to|itself|themselves|now|all|each|together|on average|by contrast|in "
    r"contrast|on the other hand|for example"
    r"|in general|on the contrary|instead|(?!only\b|early\b|family\b|multilingually\b)[a-z]{2,}ly"
    r"|(?:does|do|did|is|are|was|were|has|have)n['\u2019]t))+\s*$",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"[,;:()\[\]–—]|\.$|\b(?:by|is|are|was|were|in|for|at|to|than|over|compared|relative|against"
    r"|versus|vs|across|but|which|that|while|when|where|because"
    r"|since|after|before|during|under|beside|respectively|instead|whereas|has|have|had|does|do"
    r"|did|from|with|on|reach\w*|improve\w*|and"
    r"|whose|if|throughout|despite|yet|so|it|we|they|through|via|using|per|leading|resulting"
    r"|giving|as)\b|(?<![\w.-])[+-]?\d",
    re.IGNORECASE,
)
_ON_AFTER: Final = re.compile(
    r"(?:\b(?P<of>[\w-]+)\s)?\b(?:[\w-]+-)?(?:train\w*|tun\w+|learn\w*)(?: only| first)?\s$", re.IGNORECASE
)
_AND_GOES_ON: Final = re.compile(
    r"and (?:[A-Z][\w-]*|[\w-]+ (?:training|data|tasks?|fine-tuning))(?!\s+(?:by|[+-]?\d|\w+s\b(?! data)))"
)


def trimmed(sentence: str, start: int, end: int) -> Phrase:
    """The phrase between two places without article, asides and adverbs; its place goes with it."""
    text = sentence[start:end]
    match = AUXILIARIES.search(text)
    if match:
        text = text[: match.start()]
    match = _VERB_TAIL.search(text)
    if match and match.start() > 0:
        text = text[: match.start()]
    match = _TAIL.search(text)
    if match and match.start() > 0:
        text = text[: match.start()]
    lead = len(text) - len(text.lstrip(" ,\t\n\"'“”()"))
    start, text = start + lead, text[lead:].rstrip(" ,.;:\t\n\"'“”(")
    match = _ARTICLE.match(text)
    if match and match.end() < len(text):
        start, text = start + match.end(), text[match.end() :]
    return Phrase(text, start, start + len(text)) if text else NOTHING


def noun_phrase(sentence: str, start: int, limit: int) -> Phrase:
    """The noun phrase that opens at ``start`` and ends before ``limit``: ``training on SQuAD``."""
    position = start
    while True:
        match = _END.search(sentence, position, limit)
        if match is None:
            return trimmed(sentence, start, limit)
        if not _goes_on(sentence, start, match):
            return trimmed(sentence, start, match.start())
        position = match.end()


def _goes_on(sentence: str, start: int, match: re.Match[str]) -> bool:
    """Whether a noun phrase goes on behind a word that often ends one."""
    word, before = match.group().lower(), sentence[start : match.start()]
    if not before.strip():
        return (
            word in {"that", "without", "it", "they", "we"}
            or word.startswith(("improve", "using", "-", "+"))
            or word.isdigit()
        )
    if word == "on":
        if re.match(r"on (?:the )?(?:X?GLUE|XTREME|average)", sentence[match.start() : match.start() + 16]):
            return False
        trained = _ON_AFTER.search(before)
        # 'training on SQuAD' is one phrase, 'SQuAD training on XQuAD' two
        return trained is not None and not any(letter.isupper() for letter in (trained["of"] or "")[1:])
    if word == "to":
        return before.endswith(("related ", "close ", "added ", "up "))
    if word == "in":
        within = before.endswith(("trained ", "data ", "model "))
        return within and not _IN_MEASURE.match(sentence, match.end())
    if word == "and":
        return bool(_AND_GOES_ON.match(sentence, match.start()))
    if word in {"over", "through", "via"}:
        # 'a first pass over SQuAD'
        return bool(_ACTIVITY.search(before))
    if word in {"from", "with"}:
        return before.rstrip().endswith(("trained", "training", "tuning", "tuned", "data", "initialised"))
    return False


_IN_MEASURE: Final = re.compile(
    r" (?:[\w-]+ ){0,3}(?:accuracy|F1|exact match|EM|BLEU|performance|terms|recall|precision)\b"
)
_ACTIVITY: Final = re.compile(
    r"\b(?:pass|passes|detours?|stages?|rounds?|runs?|phase|detour|trip|exposure|warm-up|start|practice"
    r"|exercise|step)\s$"
)


def after_cue(sentence: str, cue: Cue, words: str, limit: int, start: int | None = None) -> Phrase:
    """The first noun phrase that one of ``words`` (an alternation) brings in behind ``cue``."""
    low = cue.end if start is None else start
    for match in re.compile(rf"\b(?:{words})\s+", re.IGNORECASE).finditer(sentence, low, limit):
        if re.match(
            rf"(?:\+|-)?\d|{_COUNT}\b|(?:an?|just|the) (?:[a-z]+ ){{1,2}}[+-]?\d|an? (?:third|quarter"
            rf"|half|fifth|sixth|tenth|fraction|average|margin|factor|further|additional|mean|total"
            rf"|full|large"
            rf"|small|point|wide)\b|(?:about|only|up to|more than|around|almost|nearly|over|roughly|which"
            rf"|whom|"
            r"the same|margin|less than|half|at|average|factor|contrast|comparison|far|then|now|itself|or)\b",
            sentence[match.end() : limit],
            re.IGNORECASE,
        ):
            continue
        phrase = noun_phrase(sentence, match.end(), limit)
        if phrase.text:
            return phrase
    return NOTHING
