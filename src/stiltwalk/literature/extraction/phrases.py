"""Phrases: who is said to do what, and against whom, in one clause of a sentence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name


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
    rf"|besides\b|in addition\b|alongside\b"
    r"|to the (?:intermediate|target|training)|(?:as well|first|alone|itself|instead|again|too"
    r"|too,|already|also|still|even|only|always|ever|often|alike"
    r"|here|there|overall|in turn|on average|in general|at all|respectively)$).*",
    re.IGNORECASE | re.DOTALL,
)
_VERB_TAIL: Final = re.compile(
    r"\s(?:brought|can|cannot|performs?|brings?|push\w*|took|takes|led|leads|made|makes|left"
    r"|leaves|kept|keeps|train"
    r"|trains|runs?|ran|is|are|was|were|has|had|have|speeds?|comes?|came"
    r"|gets?|got|put|puts|sets?|ends?|ended|gives?|gave|yields?|scores?(?= \d)|reaches|reached"
    r"|achieves?|carries|drives?|drove|sends?|sent|moves?|moved|shifts?|shifted)\s.*",
    re.DOTALL,
)
_AUXILIARIES: Final = re.compile(
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
_REPORTING: Final = re.compile(
    r"^.*\b(?:show|shows|showed|shown|find|finds|found|observe[sd]?|report|reports|reported|see"
    r"|saw|note|notes|noted|indicates?"
    r"|indicated|suggests?|suggested|demonstrates?|demonstrated|concludes?|concluded|confirms?"
    r"|confirmed|reveals?|revealed|establish(?:es|ed)?"
    r"|states?|stated|means|imply|implies|is|was|fact|finding|result|evidence|expectation|turns "
    r"out|discovered|notice[sd]?|clear)\s+that,?\s+",
    re.IGNORECASE,
)
_REPORTING_BARE: Final = re.compile(
    r"^(?:.*[,;:] )?(?:we|they|the authors|authors|[A-Z]\w+ et al\.(?: \(\d{4}\))?|it)(?: also| "
    r"further| again| then)? (?:find|found|show|showed|observe[d]?"
    r"|see|saw|note|noted|report|reported)\s+(?=\S+(?: \S+){0,12}$)",
    re.IGNORECASE,
)
_ADVERBIAL: Final = re.compile(
    r"^(?:and |but |yet |so |or )?(?:on|in|for|with|after|when|using|across|compared|relative|by"
    r"|at|under|as|over|during|among|amongst|without|through"
    r"|from|given|despite|unlike|contrary|if|while|although|though|whereas|once|because|since"
    r"|before|beyond|besides|apart|of|to|here|there"
    r"|however|overall|still|moreover|also|first|second|third|finally|then|thus|hence|next|yet"
    r"|again|instead|indeed|interestingly|even|averaged"
    r"|adding|training|similarly|likewise|nevertheless|nonetheless|furthermore|additionally"
    r"|consequently|therefore|meanwhile|later|based"
    r"|in contrast|contrast|together|put|taken|measured|evaluated|\w+ly|\w+wise)\b",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"^(?:[\s,;:)]+|what(?= \w+ \w+)|(?:and|but|yet|so|while|whereas|although|though|however|or"
    r"|where|that|then"
    r"|thus|hence|moreover|also|still|overall|indeed)\b,?\s+)+",
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
    match = _AUXILIARIES.search(text)
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
        return before.endswith(("trained ", "data ", "model "))
    if word == "and":
        return bool(_AND_GOES_ON.match(sentence, match.start()))
    if word in {"from", "with"}:
        return before.rstrip().endswith(("trained", "training", "tuning", "tuned", "data", "initialised"))
    return False


_FINITE: Final = re.compile(
    r"\s(?:is|are|was|were|has|have|had|pays|pay|helps?|hurts?|improves?|works?|does|do|did|makes?"
    r"|gives?|shows?|turns?|comes?|matters?|suffers?|benefits?|gains?|remains?"
    r"|leads?|paid|helped|worked|improved|led|turned|proved|proves)\b"
)
_EXPLAINS: Final = re.compile(
    r"[:;]\s|,\s(?:where|but|whereas|(?:on|in|for) which|and (?=it\b|they\b))\s?|\b(?:points?|gains?"
    r"|improvements?|drop|loss)(?: of [\w ]{1,20}?)? (?:that|which)\s"
)


class Opening(NamedTuple):
    """What stands in a clause before its predicate.

    Attributes:
        subject: of the verb.
        leads: adverbial phrases before it, in order: ``With MNLI as the intermediate task``.
        earlier: subject of the part that this one explains: ``MNLI pays off: accuracy`` or ``…, where it``.
    """

    subject: Phrase
    leads: tuple[Phrase, ...]
    earlier: Phrase = NOTHING


def opening(sentence: str, start: int, end: int, known: Sequence[Name]) -> Opening:
    """The grammatical subject that stands between ``start`` and ``end``, where the predicate opens."""
    start = _after_reporting(sentence, start, end)
    explaining = [match.end() for match in _EXPLAINS.finditer(sentence, start, end)]
    if explaining:
        finite = _FINITE.search(sentence, start, explaining[-1])
        before = opening(sentence, start, finite.start(), known).subject if finite else NOTHING
        return opening(sentence, explaining[-1], end, known)._replace(earlier=before)
    match = _OPENING.match(sentence[start:end])
    start += match.end() if match else 0
    commas = (start + m.end() for m in re.finditer(r",\s", sentence[start:end]))
    cuts = [start, *(place for place in commas if _may_cut(sentence, place, end)), end]
    pieces = list(itertools.pairwise(cuts))
    leads: list[Phrase] = []
    while len(pieces) > 1 and _ADVERBIAL.match(sentence[slice(*pieces[0])]):
        leads.append(_lead(sentence, *pieces.pop(0)))
    while len(pieces) > 1 and _is_aside(sentence[slice(*pieces[-1])]):
        pieces.pop()
    low, high = pieces[0][0], pieces[-1][1]
    scene = _scene(sentence, low, high, known)
    if scene:
        leads.append(_lead(sentence, low, scene))
        low = scene
    return Opening(trimmed(sentence, low, high), tuple(leads))


def _after_reporting(sentence: str, start: int, end: int) -> int:
    """Where the clause itself opens behind ``We find that``."""
    text = sentence[start:end]
    for pattern in (_REPORTING, _REPORTING_BARE):
        match = pattern.match(text)
        if match and match.end() < len(text):
            return start + match.end()
    return start


def _may_cut(sentence: str, place: int, end: int) -> bool:
    """Whether a comma parts phrases, rather than the items of a list: ``MNLI, SQuAD and HellaSwag``."""
    return not re.match(
        r"(?:[\w-]+(?: [\w-]+)?, )*[\w-]+(?: [\w-]+)?,? (?:and|or) [\w-]+", sentence[place:end]
    ) or bool(_ADVERBIAL.match(sentence[place:end]))


def _is_aside(text: str) -> bool:
    """Whether a piece between commas is no part of the subject: ``on the other hand``, ``which is small``."""
    bare = text.strip(" ,")
    return (
        not bare
        or bool(_ADVERBIAL.match(bare))
        or bool(re.match(r"(?:which|who|where|too|a|an|the)\b", bare, re.IGNORECASE))
        or not _AUXILIARIES.sub("", " " + bare).strip()
    )


def _lead(sentence: str, start: int, end: int) -> Phrase:
    text = sentence[start:end].rstrip(" ,")
    return Phrase(text, start, start + len(text))


def _scene(sentence: str, start: int, end: int, known: Sequence[Name]) -> int:
    """Where the subject opens behind ``On XNLI`` or ``In our experiments`` without a comma; 0: nowhere."""
    text = sentence[start:end]
    match = re.match(
        r"(?:in (?:our|these|this|all|both|most) (?:[\w-]+ )?(?:experiments?|study|settings?|papers?"
        r"|work|runs?|cases?|tests?)"
        r"|at the same time|as a result|on average|in general|for example)\s+(?=\S)",
        text,
        re.IGNORECASE,
    )
    if match:
        return start + match.end()
    match = re.match(r"(?:on|for|in|with|across|at|over) (?:the )?", text, re.IGNORECASE)
    if match is None:
        return 0
    for name in known:
        if (
            name.start == start + match.end()
            and name.end + 1 < end
            and sentence[name.end : name.end + 1] == " "
        ):
            rest = sentence[name.end + 1 : end]
            quantity = any(n.start == name.end + 1 and n.kind in QUANTITIES for n in known)
            if (
                not quantity
                and re.match(r"(?:the |an? |our |its |this )?[\w-]+", rest)
                and not re.match(
                    r"(?:and|or|as|training|data|is|are|was|were|tasks?|average|benchmark|only|first|alone)\b",
                    rest,
                )
            ):
                return name.end + 1
    return 0


def after_cue(sentence: str, cue: Cue, words: str, limit: int, start: int | None = None) -> Phrase:
    """The first noun phrase that one of ``words`` (an alternation) brings in behind ``cue``."""
    low = cue.end if start is None else start
    for match in re.compile(rf"\b(?:{words})\s+", re.IGNORECASE).finditer(sentence, low, limit):
        if re.match(
            rf"(?:\+|-)?\d|{_COUNT}\b|an? (?:average|margin|factor|further|additional|mean|total|full|large"
            rf"|small|point|wide)\b|(?:about|only|up to|more than|around|almost|nearly|over|roughly|which"
            rf"|whom|"
            r"the same|margin|less than|half|at|average|factor)\b",
            sentence[match.end() : limit],
            re.IGNORECASE,
        ):
            continue
        phrase = noun_phrase(sentence, match.end(), limit)
        if phrase.text:
            return phrase
    return NOTHING
