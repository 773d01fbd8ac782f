"""Openings: what stands in a clause before its predicate: who acts, and the phrases that lead in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.phrases import AUXILIARIES, NOTHING, Phrase, noun_phrase, trimmed
from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name

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
    r"^(?:and |but |yet |so |or )?(?:thanks|on|in|for|with|after|when|using|across|compared|relative|by"
    r"|at|under|as|over|during|among|amongst|without|through"
    r"|from|given|despite|unlike|contrary|if|while|although|though|whereas|once|because|since"
    r"|before|beyond|besides|apart|of|to|here|there"
    r"|however|overall|still|moreover|also|first|second|third|finally|then|thus|hence|next|yet"
    r"|again|instead|indeed|interestingly|even|averaged"
    r"|adding|training|similarly|likewise|nevertheless|nonetheless|furthermore|additionally"
    r"|consequently|therefore|meanwhile|later|based|according|following|thanks|owing|as|somewhat"
    r"|whatever|whichever"
    r"|regardless|irrespective|within|throughout|far|rather|due|via|per|except|save|starting|no matter"
    r"|concerning"
    r"|regarding|we (?:then |first |also )?(?:add|use|apply|insert)|like|against|much|where|wherever"
    r"|not surprisingly|surprising|up to|down to|until|only after"
    r"|in contrast|contrast|together|put|taken|measured|evaluated|\w+ly|\w+wise)\b",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"^(?:[\s,;:)]+|what(?= \w+ \w+)|(?:and|but|yet|so|while|whereas|although|though|however|or"
    r"|where|that|then"
    r"|thus|hence|moreover|also|still|overall|indeed)\b,?\s+)+",
    re.IGNORECASE,
)
_FINITE: Final = re.compile(
    r"\s(?:is|are|was|were|has|have|had|pays|pay|helps?|hurts?|improves?|works?|does|do|did|makes?"
    r"|gives?|shows?|turns?|comes?|matters?|suffers?|benefits?|gains?|remains?"
    r"|leads?|paid|helped|worked|improved|led|turned|proved|proves)\b"
)
_EXPLAINS: Final = re.compile(
    r"[:;]\s|,\s(?:(?P<place>where\b)|but|whereas|(?:as|since|because)\b|(?:on|in|for) which"
    r"|and (?=it\b|they\b))\s?|\b(?:points?"
    r"|gains?"
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
    explaining = [
        match.end()
        for match in _EXPLAINS.finditer(sentence, start, end)
        # 'in Swahili, where data are scarce, MNLI training …': the aside is over before the predicate
        if not (match["place"] and re.search(r", (?:\w+ )*\S", sentence[match.end() : end]))
    ]
    if explaining:
        before = opening(sentence, start, _verb_of(sentence, start, explaining[-1]), known)
        after = opening(sentence, explaining[-1], end, known)
        return after._replace(earlier=before.subject, leads=(*before.leads, *after.leads))
    match = _OPENING.match(sentence[start:end])
    start += match.end() if match else 0
    commas = (start + m.end() for m in re.finditer(r",\s", sentence[start:end]))
    cuts = [
        start,
        *(p for p in commas if _may_cut(sentence, p, end) or _opens_alone(sentence, start, p, end)),
        end,
    ]
    pieces = list(itertools.pairwise(cuts))
    leads: list[Phrase] = []
    while len(pieces) > 1 and (
        (_ADVERBIAL.match(sentence[slice(*pieces[0])]) and not _is_gerund(sentence, pieces))
        or _sets_scene(sentence, pieces, known)
    ):
        leads.append(_lead(sentence, *pieces.pop(0)))
    if len(pieces) > 1 and _VERB_FIRST.match(sentence[slice(*pieces[-1])]):
        del pieces[1:]
    while len(pieces) > 1 and _is_aside(sentence[slice(*pieces[-1])]):
        pieces.pop()
    low, high = pieces[0][0], pieces[-1][1]
    scene = _scene(sentence, low, high, known)
    if scene:
        leads.append(_lead(sentence, low, scene))
        low = scene
    low = _behind_place(sentence, low, high, known)
    return Opening(trimmed(sentence, low, high), tuple(leads))


_UNREAD_VERB: Final = re.compile(
    r"(?<=[a-zA-Z\d)] )(?:[a-z]{3,}(?:s|ed)(?<!ss)|did|brought|led)(?= [a-zA-Z])"
)
_NO_VERB: Final = frozenset(
    {"tasks", "batches", "adapters", "models", "languages", "hours", "epochs", "steps"}
)


def _verb_of(sentence: str, start: int, end: int) -> int:
    """Where the verb of a part opens: a known one, or else the first word that looks like one."""
    finite = _FINITE.search(sentence, start, end)
    if finite:
        return finite.start()
    for match in _UNREAD_VERB.finditer(sentence, start, end):
        if match.group() not in _NO_VERB:
            return match.start()
    return max(start, noun_phrase(sentence, start, end).end)


_GERUND: Final = re.compile(r"(?:and |but )?[a-z]+ing\b", re.IGNORECASE)
_VERB_FIRST: Final = re.compile(r"\s*(?:[a-z]{3,}s(?<!ss)|let|had|did|made|gave|brought|led|\s*$)(?= |$)")


def _is_gerund(sentence: str, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether the first piece is itself the subject: ``Training on MNLI, by contrast, lets XNLI …``."""
    return bool(
        _GERUND.match(sentence[slice(*pieces[0])]) and _VERB_FIRST.match(sentence[slice(*pieces[-1])])
    )


def _sets_scene(sentence: str, pieces: Sequence[tuple[int, int]], known: Sequence[Name]) -> bool:
    """Whether the first of several pieces names nothing that acts, and a later one does."""

    def acts(piece: tuple[int, int]) -> bool:
        return any(n.kind in {"intermediate", "encoder"} and piece[0] <= n.start < piece[1] for n in known)

    first = sentence[slice(*pieces[0])]
    return not acts(pieces[0]) and acts(pieces[-1]) and not re.search(r"training|tuning|batch|model", first)


_PLACE: Final = re.compile(
    r"(?:at|within|in|on|after|by|over|with|for|under|from|during|until|across|among) (?:[\w.,-]+ )+",
    re.IGNORECASE,
)


def _behind_place(sentence: str, start: int, end: int, known: Sequence[Name]) -> int:
    """Where the subject opens behind a phrase without a comma: ``At 8 hours SQuAD training``."""
    for name in known:
        if name.kind not in {"intermediate", "encoder"} or not start < name.start < end:
            continue
        before = sentence[start : name.start]
        words = before.split()
        if (
            _PLACE.fullmatch(before)
            and len(words) > 2
            and not re.fullmatch(_NOT_BEFORE, words[-1], re.IGNORECASE)
            and not re.search(r"\b(?:\w*train\w*|\w*tun\w+|pass|stage|detour)\b", before)
        ):
            return name.start
    return start


_NOT_BEFORE: Final = (
    r"(?:on|in|of|with|from|to|over|via|by|and|or|the|an?|both|as|than|for|through|translated|english"
    r"|multilingual)"
)


def _after_reporting(sentence: str, start: int, end: int) -> int:
    """Where the clause itself opens behind ``We find that``."""
    text = sentence[start:end]
    for pattern in (_REPORTING, _REPORTING_BARE):
        match = pattern.match(text)
        if match and match.end() < len(text):
            return start + match.end()
    return start


_PREPOSITION: Final = re.compile(
    r"(?:on|in|for|across|under|at|with|by|compared|relative|unlike|despite|after|overall|however)\b",
    re.IGNORECASE,
)


def _opens_alone(sentence: str, start: int, place: int, end: int) -> bool:
    """Whether the only comma parts a phrase from two parties: ``In accuracy, MNLI and SQuAD are alike``."""
    first = sentence[start : place - 1].rstrip(" ,")
    return bool(_PREPOSITION.match(first)) and "," not in first and "," not in sentence[place:end]


def _may_cut(sentence: str, place: int, end: int) -> bool:
    """Whether a comma parts phrases, rather than the items of a list: ``MNLI, SQuAD and HellaSwag``."""
    return not re.match(
        r"(?:[\w-]+(?: [\w-]+)?, )*[\w-]+(?: [\w-]+)?,? (?:and|or) [\w-]+", sentence[place:end]
    ) or bool(_ADVERBIAL.match(sentence[place:end]))


_ASIDE: Final = re.compile(
    r"(?:which|who|where|whose|too|a|an|the|or|namely|that is|i\.e\.|e\.g\.|kept|used|run|taken|given"
    r"|say|it seems"
    r"|we find|we found|\w+ed (?:on|by|with|up|alongside|in|from|for|to|at|beside|before|after)"
    r"|[+-]?\d)(?![\w-])",
    re.IGNORECASE,
)


def _is_aside(text: str) -> bool:
    """Whether a piece between commas is no part of the subject: ``on the other hand``, ``which is small``."""
    bare = text.strip(" ,")
    return (
        not bare
        or bool(_ADVERBIAL.match(bare))
        or bool(_ASIDE.match(bare))
        or not AUXILIARIES.sub("", " " + bare).strip()
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
                    r"(?:and|or|as|training|data|is|are|was|were|tasks?|average|benchmark|only|first"
                    r"|alone)\b",
                    rest,
                )
            ):
                return name.end + 1
    return 0
